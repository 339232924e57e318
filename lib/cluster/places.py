"""Which slot has which run, on the board: written by each driver, read by those of other servers.

A board that is lost begins empty. Then each driver writes the places of its own runs again.
"""

from __future__ import annotations

import asyncio
import contextlib

from lib.cluster.actor import Actor
from lib.cluster.errors import UnavailableError
from lib.newest import remember

LOOK_SECONDS = 5.0
"""Between two looks whether the board is still the same one."""
KEEP_SECONDS = 4 * 3600.0
"""How long the board knows where a run is; a client forgets its runs before."""
MOST = 10_000
"""Runs whose places are written again at most: the newest."""


def now() -> float:
    """Seconds, on the clock of the loop that runs."""
    return asyncio.get_running_loop().time()


class Places:
    """The places of one driver's runs, and the way to those of others."""

    def __init__(self, board: Actor) -> None:
        self._board = board
        self._own: dict[str, tuple[str, float]] = {}
        """By run, its slot and until when that is to be known."""

    async def write(self, run_id: str, slot: str) -> None:
        """Note the slot of a run of this driver; where the board is away, when it is back."""
        remember(self._own, run_id, (slot, now() + KEEP_SECONDS), MOST)
        with contextlib.suppress(UnavailableError):
            await self._board.call("put", run_id, slot, KEEP_SECONDS)

    async def read(self, run_id: str) -> str | None:
        """The name of the slot that has a run; None where the board is away or knows none."""
        try:
            found: str | None = await self._board.call("get", run_id)
        except UnavailableError:
            return None
        return found

    async def keep(self) -> None:
        """Write all places again whenever another board has followed; for ever."""
        known = ""
        while True:
            with contextlib.suppress(UnavailableError):
                birth = await self._board.call("birth")
                if known and birth != known:
                    for run_id, (slot, until) in list(self._own.items()):
                        if until > now():
                            await self._board.call("put", run_id, slot, until - now())
                known = birth
            await asyncio.sleep(LOOK_SECONDS)
