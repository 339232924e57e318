"""The board: which slot has which run, for all page servers of a cluster.

One actor of Ray's, which `on_ray` makes; it knows no Ray itself.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

MOST = 1_000_000
"""Runs whose places are kept; of more the oldest are forgotten."""


class Board:
    """The name of a slot by run, each for some time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._slots: dict[str, tuple[str, float]] = {}
        """By run: its slot, and until when that is kept."""
        self._id = secrets.token_hex(4)

    async def birth(self) -> str:
        """A name that tells this board from the one before it: each begins empty."""
        return self._id

    async def put(self, run_id: str, slot: str, seconds: float) -> None:
        """Note for so many seconds which slot has a run."""
        self._slots.pop(run_id, None)  # so that the newest come last
        self._slots[run_id] = slot, self._clock() + seconds
        if len(self._slots) > MOST:
            del self._slots[next(iter(self._slots))]

    async def get(self, run_id: str) -> str | None:
        """The slot that has a run; None where that isn't known, or not any more."""
        slot, until = self._slots.get(run_id, ("", 0.0))
        if slot and until < self._clock():
            del self._slots[run_id]
            return None
        return slot or None
