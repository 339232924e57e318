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
"""The folder of all control groups (in a container, its own group), and this process's groups."""
_LIMITS = "memory.max", "memory.high", "memory.limit_in_bytes"  # the last is a file of version 1
_THIS_PROCESS = psutil.Process()
log = logging.getLogger(__name__)


def total_memory(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Return the bytes of memory that the app and its child processes may use."""
    limits = [psutil.virtual_memory().total]
    for folder in _folders(groups, own):
        for name in _LIMITS:
            with suppress(OSError, ValueError):  # no such file, or "max"
                limits.append(int((folder / name).read_text()))
    if setting := os.environ.get(SETTING, ""):
        if setting.isdecimal() and int(setting):
            limits.append(int(setting) * MB)
        else:
            log.warning("%s must be a number of megabytes, got %r", SETTING, setting)
    return min(limits)


def _folders(groups: Path, own: Path) -> list[Path]:
    """Return the control groups whose limits apply: this process's groups and their parents."""
    folders = [groups, groups / "memory"]
    with suppress(OSError):  # only Linux has the file
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or "memory" in controllers.split(","):  # version 2 lists none
                folder = groups / ("memory" if controllers else "") / path.strip("/")
                folders += [folder, *folder.parents]
    return [folder for folder in folders if folder.is_relative_to(groups)]


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
