"""How much memory the app may take: what the machine has, or less by a control group or a setting.

It plans nothing: who takes much asks here before.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

MB, GB = 10**6, 10**9
SETTING = "UNROLLED_MEMORY"
"""Environment variable: megabytes for the whole app, where a host's limit isn't to be seen."""
ENOUGH = 2 * GB
"""From here on the usual limits hold; below it they are smaller in proportion."""
LIBRARIES = 100 * MB
"""Pages of libraries' files that processes use all the time. The system can drop them, and would
have to read them again at once."""

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
"""Which control groups this process is in. A container sees its own at the top of GROUPS."""
_LIMITS = "memory.max", "memory.high", "memory.limit_in_bytes"
"""The first two of version 2, where the second slows down who goes beyond it; of version 1."""
_THIS_PROCESS = psutil.Process()
log = logging.getLogger(__name__)


def total_memory(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Bytes of memory there are for the app, with all processes that it starts."""
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
    """The control groups whose limits of memory hold: this process's own, and those around it."""
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
    """Bytes that a process holds and that no other can share: what its end would free.

    Where the system doesn't tell what is shared, as on macOS, all that is resident.
    """
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def free_memory() -> int:
    """Bytes that are left for more, beside this process and all that it has started."""
    used = 0
    for process in (_THIS_PROCESS, *_THIS_PROCESS.children(recursive=True)):
        with suppress(psutil.Error):  # it has just ended
            used += used_memory(process)
    return min(total_memory() - used - LIBRARIES, psutil.virtual_memory().available)


def share() -> float:
    """The part of the usual limits that this memory allows, above 0 and up to 1."""
    return min(1.0, total_memory() / ENOUGH)
