"""The number of workers and the memory that fit this machine; thread priorities; environment."""

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
LEAST_GROWTH = 150 * MB  # bytes that a worker may always grow by: thirty programs
TWO_FIT_IN = 2 * GB  # total memory that has room for a grown worker and a new one

SETTING, MOST_WORKERS = "UNROLLED_WORKERS", 16  # environment variable, and its largest value
MOST_BY_DEFAULT = 4  # workers, without the setting
RAY = "UNROLLED_RAY"  # environment variable: the cluster that trains, HOST:PORT, or "auto"
CORES_EACH = 2  # processors for each worker: one trains, the other compiles and draws pages
WORKER_NICE = 5  # from 0 (highest) to 19: beside a busy page process it gets a third of the time
HELPER_NICE = 10  # of a worker's helper threads, such as compilers: a third of the loop's time
IDLE_NICE = 13  # of work nobody waits for: half a helper's time; at 19 it would hold the GIL long

log = logging.getLogger(__name__)


def worker_count() -> int:
    """The number of workers: the setting's, else as many as fit, at least one."""
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
    """Bytes that a worker may use, which started with `start`, on a machine of `total` bytes."""
    most = min(int(MEMORY_SHARE * total), total - BESIDE, MOST_MEMORY)
    return max(most, start + LEAST_GROWTH)


def give_way(nice: int = HELPER_NICE) -> None:
    """Lower the priority of this thread, and of those that it will start, on Linux."""
    if sys.platform == "linux":
        me = os.PRIO_PROCESS, threading.get_native_id()
        with suppress(OSError):  # without a priority all works, only slower
            os.setpriority(*me, max(nice, os.getpriority(*me)))


def set_environment() -> None:
    """Set the environment that TensorFlow reads at import; XLA flags set before win."""
    table = beside(__file__, "environment")
    os.environ.update(table["variables"])
    names = "tensorflow-cpu", "tensorflow"
    installed = [each.version for name in names for each in metadata.distributions(name=name)]
    if installed and installed[0].startswith(table["xla_flags_for"]):
        flags = [*table["xla_flags"], *os.environ.get("XLA_FLAGS", "").split()]
        os.environ["XLA_FLAGS"] = " ".join(flags)
