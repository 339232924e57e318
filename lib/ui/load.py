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
LONG_WAIT, SHORT_WAIT = 0.03, 0.01
"""Seconds of waiting for a turn, in the mean. With longer waits pages poll less often, with shorter
ones more often: who moves a slider wants to see it at once, and a chart can be a moment late."""
STEP = 1.3
"""The interval's factor in a second, up or down."""
OFF = 1.6
"""An interval that is wrong by this factor is worth a run of the whole page, which mends it."""


class Rhythm:
    """The polling interval of all pages of a server, which share a processor."""

    def __init__(self) -> None:
        self._wait = 0.0
        self._seconds = FASTEST
        self._changed = self._last = 0.0

    def waited(self, seconds: float, now: float) -> None:
        """Somebody had to wait so long for a turn, and has it `now`, on a clock of seconds."""
        # The mean is over about the last second. Who says so has the turn, and so nobody else does.
        self._wait += min(1.0, now - self._last) * (seconds - self._wait)
        self._last = now
        elapsed = now - self._changed
        if elapsed < 1:
            return
        self._changed = now
        factor = STEP ** min(elapsed, 5)
        if self._wait > LONG_WAIT:
            self._seconds = min(SLOWEST, self._seconds * factor)
        elif self._wait < SHORT_WAIT:
            self._seconds = max(FASTEST, self._seconds / factor)

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
            start = clock.now()
            self._changed.wait_for(lambda: not self._taken and (first or not self._first))
            self._first -= first
            self._taken = True
        try:
            now = clock.now()
            self._rhythm.waited(now - start, now)
            yield now - start
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


RHYTHM = Rhythm()
"""Of this server."""
turn = Turns(RHYTHM).turn
"""One of all its sessions'."""
