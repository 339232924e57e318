"""Waiting for what another process does."""

import time

PATIENCE = 180.0
"""Seconds: far more than anything takes, also where a machine is very busy."""


def eventually(true, seconds=PATIENCE, pause=0.02):
    """Whether this comes true in time; it is called again and again, with pauses in between."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
