"""Measurements of a server's processes."""

import time
from contextlib import suppress

import psutil

from tests.waiting import worker_pids

IMPORTED_MB = 100.0  # a worker with less memory hasn't imported TensorFlow
IMPORT_SECONDS = 120.0  # the time limit for the import
IDLE_WAIT, QUICK_IDLE_WAIT = 120.0, 10.0  # seconds that a worker may be busy after the import
IDLE_SECONDS, IDLE_SHARE = 1.0, 0.2
"""A worker is idle if it uses less than IDLE_SHARE of a processor for IDLE_SECONDS."""


def anonymous_mb(processes):
    """Return the private memory of processes in megabytes. Ended processes have none."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_info()
            total += memory.rss - memory.shared
    return total / 1e6


def cpu_seconds(processes):
    """Return the processor time of processes in seconds, without ended processes."""
    used = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            used += sum(process.cpu_times()[:2])
    return used


def sides_of(server):
    """Return a server's processes by role: the page process, and the worker's processes."""
    return {"page": [server.process], "worker": server.children()}


class Shares:
    """The processor time of each role, and of this process, per second since the start."""

    def __init__(self, sides):
        self._sides = {**sides, "load": [psutil.Process()]}
        self._start, self._before = time.perf_counter(), self._used()

    def _used(self):
        return {side: cpu_seconds(processes) for side, processes in self._sides.items()}

    def now(self):
        """Return the average number of busy processors by role; `load_cpu` is this process."""
        seconds = time.perf_counter() - self._start
        return {
            f"{side}_cpu": round((used - self._before[side]) / seconds, 2)
            for side, used in self._used().items()
        }


def wait_for_idle(processes, patience=IDLE_WAIT):
    """Wait until processes have imported TensorFlow and are idle; return whether they are idle.

    `patience` is the time limit in seconds from the import. If building programs in advance takes
    longer, print a message: the next measurement then includes that load.

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
        time.sleep(IDLE_SECONDS)
        if cpu_seconds(now) - before < IDLE_SHARE * IDLE_SECONDS:
            return True
    print(f"The worker is still busy after {patience:g} s.", flush=True)
    return False


def wait_for_idle_client(client, patience):
    """Wait until the client's workers have imported TensorFlow and are idle."""

    def processes():
        workers = [psutil.Process(pid) for pid in worker_pids(client)]
        return [each for worker in workers for each in (worker, *worker.children(recursive=True))]

    wait_for_idle(processes, patience)
