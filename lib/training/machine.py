"""This machine's number of workers, memory limits, thread priorities and TensorFlow environment."""

import logging
import os
import sys
import threading
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from lib.data import GB, GROUPS, MB, memory
from lib.text import beside

MEMORY_SHARE = 0.7  # the share of memory that a worker may use: the page process needs memory, too
MOST_MEMORY = 3 * GB // 2  # a worker's maximum memory in bytes, on any machine
RESERVED = 300 * MB  # bytes reserved for the page process and a process that reads a file
LEAST_GROWTH = 150 * MB  # bytes that a worker may always grow by, enough for about thirty programs
TWO_FIT_IN = 2 * GB  # total memory that is enough for a grown worker and its replacement

SETTING, MOST_WORKERS = "UNROLLED_WORKERS", 16  # environment variable, and its largest value
MOST_BY_DEFAULT = 4  # the most workers if the environment variable isn't set
RAY = "UNROLLED_RAY"  # environment variable: the training cluster, HOST:PORT or "auto"
CORES_EACH = 2  # processors per worker: one trains, the other compiles and draws pages
# Priorities of threads, from 0 (highest) to 19.
WORKER_NICE = 5  # next to a busy page process, a worker gets a third of the time
HELPER_NICE = 10  # for helper threads, such as compilers: a third of the worker loop's time
IDLE_NICE = 13  # for background work: half a helper's time; at 19 a thread holds the GIL too long

log = logging.getLogger(__name__)


def worker_count() -> int:
    """Return the number of workers: the environment variable, or as many as fit, at least one."""
    setting = os.environ.get(SETTING, "")
    if setting.isdecimal() and 1 <= int(setting) <= MOST_WORKERS:
        return int(setting)
    if setting:
        log.warning("%s must be a number from 1 to %d, got %r", SETTING, MOST_WORKERS, setting)
    fitting = min(int(cores() / CORES_EACH), memory.total_memory() // TWO_FIT_IN)
    return max(1, min(fitting, MOST_BY_DEFAULT))


def cores(groups: Path = GROUPS) -> float:
    """Return the number of processors this process may use: the machine's, or a container's."""
    try:
        machine = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        machine = os.cpu_count() or 1
    try:
        quota, period = (groups / "cpu.max").read_text().split()
        return min(machine, int(quota) / int(period))
    except (OSError, ValueError):  # there is no such file, or the quota is "max"
        return machine


def memory_limit(total: int, start: int) -> int:
    """Return the memory limit of a worker that has `total` bytes and began with `start` bytes."""
    most = min(int(MEMORY_SHARE * total), total - RESERVED, MOST_MEMORY)
    return max(most, start + LEAST_GROWTH)


def give_way(nice: int = HELPER_NICE) -> None:
    """Lower the priority of this thread and of threads that it starts, on Linux."""
    if sys.platform == "linux":
        me = os.PRIO_PROCESS, threading.get_native_id()
        with suppress(OSError):  # priorities only affect speed
            os.setpriority(*me, max(nice, os.getpriority(*me)))


def set_environment() -> None:
    """Set the environment variables that TensorFlow reads at import. Keep existing XLA flags."""
    table = beside(__file__, "environment")
    os.environ.update(table["variables"])
    names = "tensorflow-cpu", "tensorflow"
    installed = [each.version for name in names for each in metadata.distributions(name=name)]
    if installed and installed[0].startswith(table["xla_flags_for"]):
        flags = [*table["xla_flags"], *os.environ.get("XLA_FLAGS", "").split()]
        os.environ["XLA_FLAGS"] = " ".join(flags)
