"""Runs of other page servers are looked up by their ids, and no page waits for the answer."""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from lib.newest import remember
from lib.ui import clock

PAUSE_SECONDS, MOST = 5.0, 1000
"""A run that wasn't found is looked up again after so long; so many lookups are remembered."""
_READERS = ThreadPoolExecutor(1, "run_lookup")
"""Reads cards: the data of a run are made anew from one."""


@dataclass(slots=True, eq=False)
class _Lookup:
    until: float
    """How long an answer is awaited, in seconds of `lib.ui.clock`."""
    again: float
    """When the next lookup of this run may begin."""

    def end(self) -> None:
        """The run wasn't found."""
        self.until, self.again = -math.inf, clock.now() + PAUSE_SECONDS


class Lookups:
    """Those of a server."""

    def __init__(self) -> None:
        self._begun: dict[str, _Lookup] = {}
        """By run, those under way and those that found nothing lately."""

    def ask(
        self,
        run_id: str,
        find: Callable[[str], Future[bytes | None]],
        seconds: float,
        take: Callable[[bytes], object],
    ) -> bool:
        """Look a run up, unless that was done lately; returns whether an answer is awaited.

        It is awaited for `seconds`. `find` asks the other servers for a run's card, and `take` is
        called with the card in another thread. It may raise ValueError for bytes that are none.
        """
        now, lookup = clock.now(), self._begun.get(run_id)
        if lookup is None or now >= lookup.again:
            lookup = _Lookup(now + seconds, now + seconds + PAUSE_SECONDS)
            remember(self._begun, run_id, lookup, MOST)
            find(run_id).add_done_callback(partial(self._answered, run_id, lookup, take))
        return now < lookup.until

    def _answered(
        self,
        run_id: str,
        lookup: _Lookup,
        take: Callable[[bytes], object],
        answer: Future[bytes | None],
    ) -> None:
        """Called in the thread that hears the cluster's messages, which mustn't be held up."""
        if card := answer.result():
            _READERS.submit(self._read, run_id, lookup, take, card)
        else:
            lookup.end()

    def _read(
        self, run_id: str, lookup: _Lookup, take: Callable[[bytes], object], card: bytes
    ) -> None:
        try:
            take(card)
        except ValueError:
            lookup.end()
        else:
            self._begun.pop(run_id, None)
