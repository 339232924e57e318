"""Measurements of a server's processes, and their statistics."""

import time
from contextlib import suppress

import numpy as np
import psutil

from tests.waiting import worker_pids

IMPORTED_MB = 100.0  # a worker that holds less is still to import TensorFlow
IMPORT_SECONDS = 120.0
REST, QUICK_REST = 120.0, 10.0
"""Seconds that a worker may go on computing then, and where a minute has to suffice for all."""
REST_SECONDS, REST_SHARE = 1.0, 0.2
"""A worker rests if it used less than this share of a processor for so long."""

Processes = list[psutil.Process]


def anonymous_mb(processes):
    """Return the private memory of processes in megabytes; 0 for ended ones."""
    held = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_info()
            held += memory.rss - memory.shared
    return held / 1e6


def cpu_seconds(processes):
    """Return the processor time of processes; 0 for ended ones."""
    used = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            used += sum(process.cpu_times()[:2])
    return used


def percentile(values, percent):
    """Return the value that this percentage of values is below."""
    return sorted(values)[int(percent / 100 * (len(values) - 1))]


def slope(points):
    """Return the least-squares slope of y over x; None for fewer than two points."""
    if len(points) < 2:
        return None
    x, y = np.array(points, float).T
    x -= x.mean()
    return float((x * y).sum() / (x * x).sum())


def sides_of(server):
    """Return a server's processes by their role."""
    return {"page": [server.process], "worker": server.children()}


class Shares:
    """The processor share of each role since this object was made, and of the load itself."""

    def __init__(self, sides):
        self._sides = {**sides, "load": [psutil.Process()]}
        self._start, self._before = time.perf_counter(), self._used()

    def _used(self):
        return {side: cpu_seconds(processes) for side, processes in self._sides.items()}

    def now(self):
        """Return shares by name: `page_cpu` for the page, `load_cpu` for the load, and so on."""
        seconds = time.perf_counter() - self._start
        return {
            f"{side}_cpu": round((used - self._before[side]) / seconds, 2)
            for side, used in self._used().items()
        }


def until_rests(processes, patience=REST):
    """Wait until processes have imported TensorFlow and are idle; return whether they are.

    `patience` in seconds counts from the import. Building programs ahead may take longer: then a
    message is printed, and the next measurement includes that load.

    Raises:
        TimeoutError: if TensorFlow isn't imported after `IMPORT_SECONDS`.
    """
    end = time.perf_counter() + IMPORT_SECONDS
    while anonymous_mb(processes()) < IMPORTED_MB:
        if time.perf_counter() > end:
            raise TimeoutError(f"no worker has imported TensorFlow within {IMPORT_SECONDS:g} s")
        time.sleep(0.1)
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        now = processes()
        before = cpu_seconds(now)
        time.sleep(REST_SECONDS)
        if cpu_seconds(now) - before < REST_SHARE * REST_SECONDS:
            return True
    print(f"The worker hasn't come to rest within {patience:g} s.", flush=True)
    return False


def until_client_rests(client, patience):
    """Wait until the client's workers have imported TensorFlow and are idle."""

    def processes():
        workers = [psutil.Process(pid) for pid in worker_pids(client)]
        return [each for worker in workers for each in (worker, *worker.children(recursive=True))]

    until_rests(processes, patience)
