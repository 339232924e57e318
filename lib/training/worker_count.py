"""How many training processes this machine has room for, and the setting that says otherwise."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from lib.training import memory

SETTING = "UNROLLED_WORKERS"
"""Environment variable: how many workers the pages share."""
MOST = 16
"""What it may be at most."""
MOST_BY_DEFAULT = 4
CORES_EACH = 2
"""Processors for each worker: one trains, the other compiles and draws pages."""
MEMORY_EACH = memory.TWO_FIT_IN
"""Bytes for each, so that a fresh one may follow it."""
log = logging.getLogger(__name__)


def count() -> int:
    """The setting, else what there is room for; one at least."""
    asked = os.environ.get(SETTING, "")
    if asked.isdecimal() and 1 <= int(asked) <= MOST:
        return int(asked)
    if asked:
        log.warning("%s must be a number from 1 to %d, got %r", SETTING, MOST, asked)
    return fitting(cores(), memory.total())


def fitting(cores: float, total: int) -> int:
    """How many workers suit a machine; an unknown total (0) counts as little."""
    return max(1, min(int(cores / CORES_EACH), total // MEMORY_EACH, MOST_BY_DEFAULT))


def cores(groups: Path = Path("/sys/fs/cgroup")) -> float:
    """Processors that this process may use: the machine's, or less in a container."""
    try:
        there = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        there = os.cpu_count() or 1
    try:
        quota, period = (groups / "cpu.max").read_text().split()
        return min(there, int(quota) / int(period))
    except (OSError, ValueError):  # no such file, or "max"
        return there
