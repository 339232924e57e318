"""Look up runs of other page servers in a cluster, without blocking the page that asks."""

import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lib.data import remember
from lib.training.messages import Command, Find, Found

_log = logging.getLogger(__name__)
PAUSE_SECONDS, MOST = 5.0, 1000
"""A run that wasn't found is looked up again after so long; so many lookups are remembered."""
_READERS = ThreadPoolExecutor(1, "run_lookup")
"""Reads cards: the data of a run are made anew from one, which can take seconds."""


@dataclass(slots=True, eq=False)
class _Lookup:
    take: Callable[[bytes], object]
    until: float
    """How long the answer is waited for, in seconds of the clock; endless while a card is read."""
    again: float
    """When the next lookup of this run may begin."""
    is_answered: bool = False


class Lookups:
    """The lookups of a page server. All methods may be called from any thread.

    `post` sends a command to the cluster's driver. `clock` returns seconds.
    """

    def __init__(self, post: Callable[[Command], object], clock: Callable[[], float]) -> None:
        self._post, self._clock = post, clock
        self._lookups: dict[str, _Lookup] = {}
        """By run: those under way, and those that found nothing lately."""

    def ask(self, run_id: str, seconds: float, take: Callable[[bytes], object]) -> bool:
        """Look up a run, unless that was done lately; returns whether an answer is still expected.

        The answer is waited for `seconds`. `take` is called in another thread with the run's card
        (`lib.export.card`); it may raise ValueError for an invalid card.
        """
        now, lookup = self._clock(), self._lookups.get(run_id)
        if lookup is None or now >= lookup.again:
            lookup = _Lookup(take, now + seconds, now + seconds + PAUSE_SECONDS)
            remember(self._lookups, run_id, lookup, MOST)
            self._post(Find(run_id))
        return now < lookup.until

    def answer(self, found: Found) -> None:
        """Read the card that the driver has found, or note that no server knows the run."""
        lookup = self._lookups.get(found.run_id)
        if lookup is None or lookup.is_answered:
            return
        lookup.is_answered = True
        if found.card:
            lookup.until = lookup.again = math.inf
            _READERS.submit(self._read, found.run_id, lookup, found.card)
        else:
            self._end(lookup)

    def ask_again(self) -> None:
        """Send all unanswered lookups to a new driver."""
        for run_id, lookup in [*self._lookups.items()]:
            if not lookup.is_answered:
                self._post(Find(run_id))

    def _read(self, run_id: str, lookup: _Lookup, card: bytes) -> None:
        try:
            lookup.take(card)
        except Exception as error:  # else the page would look for the run for ever
            if not isinstance(error, ValueError):
                _log.exception("a run's card could not be read")
            self._end(lookup)
        else:
            self._lookups.pop(run_id, None)

    def _end(self, lookup: _Lookup) -> None:
        """Note that the run wasn't found."""
        lookup.until, lookup.again = -math.inf, self._clock() + PAUSE_SECONDS
