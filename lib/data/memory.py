"""How much memory the app may take: that of the machine, a control group, or a setting."""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

MB, GB = 10**6, 10**9
SETTING = "UNROLLED_MEMORY"
"""Environment variable: megabytes for the whole app, where a host's limit can't be read."""
ENOUGH = 2 * GB
"""With this much memory the usual limits hold; with less they are smaller in proportion."""
LIBRARIES = 100 * MB
"""Memory for pages of libraries' files, which the system counts as free but needs all the time."""

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
"""The control groups of this process. A container sees its own at the top of GROUPS."""
_LIMITS = "memory.max", "memory.high", "memory.limit_in_bytes"
"""Files of limits: two of control groups version 2 (the second one throttles), one of version 1."""
_THIS_PROCESS = psutil.Process()
log = logging.getLogger(__name__)


def total_memory(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Bytes of memory for the app and all processes that it starts."""
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


def _folders(groups: Path, own: Path) -> Iterator[Path]:
    """The control groups whose memory limits apply: this process's own, and its parents."""
    tops = {groups: "/", groups / "memory": "/"}
    with suppress(OSError):  # not on Linux
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:  # version 2
                tops[groups] = path
            elif "memory" in controllers.split(","):
                tops[groups / "memory"] = path
    for top, path in tops.items():
        folder = top / path.strip("/")
        yield from (each for each in (folder, *folder.parents) if each.is_relative_to(top))


def used_memory(process: psutil.Process = _THIS_PROCESS) -> int:
    """Bytes that a process doesn't share: what its end would free."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def free_memory() -> int:
    """Bytes left beside this process and all that it has started."""
    used = 0
    for process in (_THIS_PROCESS, *_THIS_PROCESS.children(recursive=True)):
        with suppress(psutil.Error):  # it has just ended
            used += used_memory(process)
    return min(total_memory() - used - LIBRARIES, psutil.virtual_memory().available)


def share() -> float:
    """The factor by which limits are scaled on a small machine, above 0 and up to 1."""
    return min(1.0, total_memory() / ENOUGH)
