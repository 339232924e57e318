"""How much memory this process uses, and how much it may. Linux and macOS; 0 where it isn't known.

It decides nothing: the `worker` says when it has outgrown the limit, the `client` what follows.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

GB = 10**9
SHARE = 0.7
"""The part of a machine's memory that a worker may use; the page process needs some as well."""
MOST = 3 * GB // 2
"""What it may use at most: a machine that has more has other uses for it."""
ROOM = 150 * 10**6
"""What a worker may always add to what it began with, about ten compiled programs. Where even an
empty worker is beyond its share, one would otherwise follow the other without an end."""
TWO_FIT_IN = 2 * GB
"""A machine with less has no room for a full worker and a fresh one beside the page process."""


def limit(total: int, start: int) -> int:
    """Bytes that a worker may use, on a machine of `total` bytes, if it began with `start`.

    An unknown total (0) counts as plenty.
    """
    share = min(int(SHARE * total), MOST) if total else MOST
    return max(share, start + ROOM)


def two_fit(total: int) -> bool:
    """Whether a fresh worker may start while the full one still lives; an unknown total is 0."""
    return not total or total >= TWO_FIT_IN


def total(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes of memory there are for this process: the machine's, or less in a container."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        machine = 0
    # A container sees its own group at the top. Version 2, and version 1.
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            allowed = int((groups / name).read_text())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        return min(allowed, machine or allowed)  # version 1 has a huge number for no limit
    return machine


def used(statm: Path = Path("/proc/self/statm")) -> int:
    """Bytes that this process holds and that no other can share: what its end would free.

    Where there is no /proc, the most that was ever resident.
    """
    try:
        _, resident, shared, *_ = map(int, statm.read_text().split())
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return _most_resident()


def _most_resident() -> int:
    try:
        import resource  # noqa: PLC0415  Windows has none
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
