"""Many sessions, one process: scripts compute in turns, and poll as often as there is room for.

Each session has a thread of its own. When many have something to do at the same moment, Python
goes from one to the other every few milliseconds, and all are done late, and together; then all
wait, and come back together. In turns the first is done at once, and who has touched something
goes before who only looks for new figures.

Measured with 16 sessions that train and move sliders (`tests/bench/load.py`): charts change twice
as often as without turns, and the median slider waits 0.1 s instead of 0.6 s.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lib.ui import clock

FASTEST = 0.2
"""Seconds between two looks where there is room: the worker reports about as often."""
SLOWEST = 5.0
MOST_BUSY, LEAST_BUSY = 0.75, 0.5
"""The share of time in which somebody has a turn. Beyond the one pages poll less often, below the
other more often: a slider finds the processor free then, and no room is left unused. Waits would
not tell: pages that begin together wait for one another in a room that is empty otherwise."""
STEP = 1.3
"""The interval's factor in a second, up or down, at most."""
OFF = 1.2
"""An interval that is wrong by this factor is mended: the browser's timer begins anew then."""


class Rhythm:
    """The polling interval of all pages of a server, which share a processor."""

    def __init__(self) -> None:
        self._seconds = FASTEST
        self._busy = self._since = 0.0

    def took(self, seconds: float, now: float) -> None:
        """A turn that ends `now`, on a clock of seconds, has taken so many."""
        self._busy += seconds
        elapsed = now - self._since
        if elapsed < 1:
            return
        share, most = self._busy / elapsed, STEP ** min(elapsed, 5)
        self._since, self._busy = now, 0.0
        if share > MOST_BUSY:
            self._seconds = min(SLOWEST, self._seconds * most)
        elif share < LEAST_BUSY:
            self._seconds = max(FASTEST, self._seconds * max(1 / most, share / LEAST_BUSY))

    def interval(self, least: float = 0.0) -> float:
        """Seconds between two looks of each page, at `least` so many."""
        return round(max(least, self._seconds), 2)

    def is_off(self, interval: float, least: float = 0.0) -> bool:
        """Whether a page that looks with this interval had better take another."""
        wanted = self.interval(least)
        return max(wanted, interval) > OFF * min(wanted, interval)


class Turns:
    """One turn at a time; who asks with `first` gets it before those who don't."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._changed = threading.Condition()
        self._taken = False
        self._first = 0

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[float]:
        """Let a block or a function run while no other does; yields how many seconds it waited.

        For what computes and waits for nothing. Never within another turn, which would not end.
        What somebody has asked for goes `first`, before all that only look for new figures.
        """
        with self._changed:
            self._first += first
            came = clock.now()
            self._changed.wait_for(lambda: not self._taken and (first or not self._first))
            self._first -= first
            self._taken = True
        start = clock.now()
        try:
            yield start - came
        finally:
            now = clock.now()
            with self._changed:
                self._rhythm.took(now - start, now)
                self._taken = False
                self._changed.notify_all()


RHYTHM = Rhythm()
"""Of this server."""
turn = Turns(RHYTHM).turn
"""One of all its sessions'."""
