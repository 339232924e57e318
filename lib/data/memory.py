"""The memory that the app may use, limited by the machine, a control group or a setting."""

import logging
import os
from contextlib import suppress
from pathlib import Path

import psutil

MB, GB = 10**6, 10**9
SETTING = "UNROLLED_MEMORY"  # megabytes for the whole app, for hosts whose limit can't be read
ENOUGH = 2 * GB  # with less memory, other limits shrink in proportion
LIBRARIES = 100 * MB  # cached library files, which count as free but are always needed
GROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
"""The folder of all control groups (in a container, its own group), and this process's group."""
_THIS_PROCESS = psutil.Process()
log = logging.getLogger(__name__)


def total_memory(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Return the bytes of memory that the app and its child processes may use.

    Limits of control groups (version 2) apply to this process's group and to its parents.
    """
    limits, folders = [psutil.virtual_memory().total], [groups]
    with suppress(OSError):  # only Linux has the file, with a line such as "0::/app/one"
        folder = groups / own.read_text().partition("0::/")[2].partition("\n")[0]
        folders += [folder, *folder.parents]
    for folder in folders:
        for name in ("memory.max", "memory.high"):
            with suppress(OSError, ValueError):  # no such file, or "max"
                limits.append(int((folder / name).read_text()))
    if setting := os.environ.get(SETTING, ""):
        if setting.isdecimal() and int(setting):
            limits.append(int(setting) * MB)
        else:
            log.warning("%s must be a number of megabytes, got %r", SETTING, setting)
    return min(limits)


def used_memory(process: psutil.Process = _THIS_PROCESS) -> int:
    """Return the bytes that a process doesn't share, which become free when it ends."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def free_memory() -> int:
    """Return the bytes of memory that the app isn't using yet but may use."""
    used = 0
    for process in (_THIS_PROCESS, *_THIS_PROCESS.children(recursive=True)):
        with suppress(psutil.Error):  # the process has just ended
            used += used_memory(process)
    return min(total_memory() - used - LIBRARIES, psutil.virtual_memory().available)


def share() -> float:
    """Return the factor that scales limits on a small machine: above 0, at most 1."""
    return min(1.0, total_memory() / ENOUGH)
