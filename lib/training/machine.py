"""What this machine or container has room for; what threads and TensorFlow are told of it."""

import logging
import os
import sys
import threading
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from lib.data import GB, GROUPS, MB, memory
from lib.text import beside

MEMORY_SHARE = 0.7  # of the memory that a worker may use; the page process needs some
MOST_MEMORY = 3 * GB // 2  # bytes that a worker may use at most, however large its machine
BESIDE = 300 * MB  # bytes that a worker leaves to the page process and to one that reads a file
LEAST_GROWTH = 150 * MB  # that a worker may always add to what it began with: thirty programs
TWO_FIT_IN = 2 * GB  # with less there is no room for a full worker and a fresh one

SETTING, MOST_WORKERS = "UNROLLED_WORKERS", 16  # environment variable, and its largest value
MOST_BY_DEFAULT = 4
RAY = "UNROLLED_RAY"  # environment variable: the cluster that trains, HOST:PORT, or "auto"
CORES_EACH = 2  # processors for each worker: one trains, the other compiles and draws pages
WORKER_NICE = 5  # from 0 (highest) to 19: beside a busy page process it gets a third of the time
HELPER_NICE = 10  # of threads beside the worker's loop, such as compilers: a third of its time
IDLE_NICE = 13  # where nobody waits: half of a helper's time; 19 would hold Python's lock long

log = logging.getLogger(__name__)


def worker_count() -> int:
    """The setting, else what there is room for; one at least."""
    setting = os.environ.get(SETTING, "")
    if setting.isdecimal() and 1 <= int(setting) <= MOST_WORKERS:
        return int(setting)
    if setting:
        log.warning("%s must be a number from 1 to %d, got %r", SETTING, MOST_WORKERS, setting)
    fitting = min(int(cores() / CORES_EACH), memory.total_memory() // TWO_FIT_IN)
    return max(1, min(fitting, MOST_BY_DEFAULT))


def cores(groups: Path = GROUPS) -> float:
    """Processors that this process may use: the machine's, or less in a container."""
    try:
        machine = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        machine = os.cpu_count() or 1
    try:
        quota, period = (groups / "cpu.max").read_text().split()
        return min(machine, int(quota) / int(period))
    except (OSError, ValueError):  # no such file, or "max"
        return machine


def memory_limit(total: int, start: int) -> int:
    """Bytes that a worker may use, on a machine of `total` bytes, if it began with `start`."""
    most = min(int(MEMORY_SHARE * total), total - BESIDE, MOST_MEMORY)
    return max(most, start + LEAST_GROWTH)


def give_way(nice: int = HELPER_NICE) -> None:
    """Lower the priority of this thread, and of those that it will start, on Linux."""
    if sys.platform == "linux":
        me = os.PRIO_PROCESS, threading.get_native_id()
        with suppress(OSError):  # it is faster with it, but works without
            os.setpriority(*me, max(nice, os.getpriority(*me)))


def set_environment() -> None:
    """Set what TensorFlow reads when it is imported. XLA flags that are set already come last."""
    table = beside(__file__, "environment")
    os.environ.update(table["variables"])
    names = "tensorflow-cpu", "tensorflow"
    installed = [each.version for name in names for each in metadata.distributions(name=name)]
    if installed and installed[0].startswith(table["xla_flags_for"]):
        flags = [*table["xla_flags"], *os.environ.get("XLA_FLAGS", "").split()]
        os.environ["XLA_FLAGS"] = " ".join(flags)
