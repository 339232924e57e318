"""How much memory the app may take: that of the machine, a control group, or a setting."""

import logging
import os
from contextlib import suppress
from pathlib import Path

import psutil

MB, GB = 10**6, 10**9
SETTING = "UNROLLED_MEMORY"  # megabytes for the whole app, where a host's limit can't be read
ENOUGH = 2 * GB  # with less memory the usual limits are smaller in proportion
LIBRARIES = 100 * MB  # pages of libraries' files, which count as free but are needed all the time
GROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
"""Control groups, and which are this process's; a container sees its own at the top of GROUPS."""
_LIMITS = "memory.max", "memory.high", "memory.limit_in_bytes"  # the last one of version 1
_THIS_PROCESS = psutil.Process()
log = logging.getLogger(__name__)


def total_memory(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Return the bytes of memory for the app and all processes that it starts."""
    limits = [psutil.virtual_memory().total]
    for folder in _folders(groups, own):
        for name in _LIMITS:
            with suppress(OSError, ValueError):  # no such file, or "max"; a huge number is no limit
                limits.append(int((folder / name).read_text()))
    if setting := os.environ.get(SETTING, ""):
        if setting.isdecimal() and int(setting):
            limits.append(int(setting) * MB)
        else:
            log.warning("%s must be a number of megabytes, got %r", SETTING, setting)
    return min(limits)


def _folders(groups: Path, own: Path) -> list[Path]:
    """Return the control groups whose memory limits apply: this process's own, and its parents."""
    folders = [groups, groups / "memory"]
    with suppress(OSError):  # not on Linux
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or "memory" in controllers.split(","):  # version 2, or 1
                folder = groups / ("memory" if controllers else "") / path.strip("/")
                folders += [folder, *folder.parents]
    return [folder for folder in folders if folder.is_relative_to(groups)]


def used_memory(process: psutil.Process = _THIS_PROCESS) -> int:
    """Return the bytes that a process doesn't share: they are free once it has ended."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def free_memory() -> int:
    """Return the bytes left beside this process and all that it has started."""
    used = 0
    for process in (_THIS_PROCESS, *_THIS_PROCESS.children(recursive=True)):
        with suppress(psutil.Error):  # it has just ended
            used += used_memory(process)
    return min(total_memory() - used - LIBRARIES, psutil.virtual_memory().available)


def share() -> float:
    """Return the factor by which limits are scaled on a small machine, above 0 and up to 1."""
    return min(1.0, total_memory() / ENOUGH)
