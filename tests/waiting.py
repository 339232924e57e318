"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds: far more than anything takes, also where a machine is very busy."""


def eventually(true: Callable[[], object], seconds: float = PATIENCE, pause: float = 0.02) -> bool:
    """Whether this comes true in time; it is called again and again, with pauses in between."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
