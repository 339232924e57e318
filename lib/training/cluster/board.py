"""The board: which slot has which run, for all page servers of a cluster.

One actor of Ray's, which `on_ray` makes; it knows no Ray itself. Each driver writes the `Places` of
its own runs, and reads those of others; where a board was lost, it writes them again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable

from lib.data import remember
from lib.training.cluster.actor import Actor
from lib.training.cluster.errors import UnavailableError

MOST = 1_000_000
"""Runs whose places are kept; of more the oldest are forgotten."""
LOOK_SECONDS = 5.0
"""Between two looks whether the board is still the same one."""
KEEP_SECONDS = 4 * 3600.0
"""How long the board knows where a run is; a client forgets its runs before."""
MOST_OWN = 10_000
"""Runs whose places are written again at most: the newest."""


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


def now() -> float:
    """Seconds, on the clock of the loop that runs."""
    return asyncio.get_running_loop().time()


class Places:
    """The places of one driver's runs, and the way to those of others."""

    def __init__(self, board: Actor) -> None:
        self._board = board
        self._own: dict[str, tuple[str, float]] = {}
        """By run, its slot and until when that is to be known."""
        self._written_to = ""
        """The birth of the board that has all of them; "" where some weren't written."""

    async def write(self, run_id: str, slot: str) -> None:
        """Note the slot of a run of this driver; where the board is away, when it is back."""
        remember(self._own, run_id, (slot, now() + KEEP_SECONDS), MOST_OWN)
        try:
            await self._board.call("put", run_id, slot, KEEP_SECONDS)
        except UnavailableError:
            self._written_to = ""

    async def read(self, run_id: str) -> str | None:
        """The name of the slot that has a run; None where the board is away or knows none."""
        try:
            found: str | None = await self._board.call("get", run_id)
        except UnavailableError:
            return None
        return found

    async def keep(self) -> None:
        """Write all places again to a board that doesn't have them all; for ever."""
        while True:
            with contextlib.suppress(UnavailableError):
                birth = await self._board.call("birth")
                if birth != self._written_to:
                    await self._write_all(birth)
            await asyncio.sleep(LOOK_SECONDS)

    async def _write_all(self, birth: str) -> None:
        self._written_to = birth  # a write that fails meanwhile takes it back
        try:
            for run_id, (slot, until) in list(self._own.items()):
                if until > now():
                    await self._board.call("put", run_id, slot, until - now())
        except UnavailableError:
            self._written_to = ""
