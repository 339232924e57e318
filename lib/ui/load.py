"""Many sessions, one process: scripts compute in turns, and poll as often as there is room for.

Python switches between busy threads every few milliseconds, so that all are done late. In turns the
first is done at once, and a person's action goes before a look for new figures. With 16 sessions
that train (`tests/bench/load.py`) charts change twice as often, and the median slider waits 0.1 s
instead of 0.6 s.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from lib.ui import clock

FASTEST, SLOWEST = 0.2, 5.0
"""Seconds between two looks where there is room, as the worker reports, and at most."""
BUSY = 0.75  # the share of time in which somebody is to have a turn: above it pages poll less often
STEP = 1.3  # most the interval changes in a second, as a factor up or down
MEMORY = 0.1  # the weight of the newest turn in the mean time of turns


class Rhythm:
    """The polling interval of all pages of a server, which share a processor."""

    def __init__(self) -> None:
        self._seconds = FASTEST
        self._busy = self._since = self._each = 0.0

    def took(self, seconds: float, now: float, waiting: int = 0) -> None:
        """Note a turn that took so many `seconds` and ends `now`; so many others are `waiting`."""
        # Where a whole class begins at once, all who wait need so long together.
        self._each += MEMORY * (seconds - self._each)
        self._seconds = min(SLOWEST, max(self._seconds, waiting * self._each / BUSY))
        self._busy += seconds
        elapsed = now - self._since
        if elapsed >= 1:
            most = STEP ** min(elapsed, 5)
            factor = min(most, max(1 / most, self._busy / elapsed / BUSY))
            self._seconds = min(SLOWEST, max(FASTEST, self._seconds * factor))
            self._since, self._busy = now, 0.0

    def interval(self, least: float = 0.0) -> float:
        """Seconds between two looks of each page, at least `least`."""
        return round(max(least, self._seconds), 2)


class Turns:
    """One turn at a time; who asks with `first` gets it before those who don't."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._lock = threading.Lock()
        self._holder: int | None = None  # the thread that has the turn
        self._is_taken = False
        # Each thread waits for an event of its own, so that a turn's end wakes only the next one.
        self._first, self._others = deque[threading.Event](), deque[threading.Event]()

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn."""
        return self._holder == threading.get_ident()

    @property
    def waiting(self) -> int:
        """How many threads wait for a turn."""
        return len(self._first) + len(self._others)

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[None]:
        """Run a block while no other does.

        For blocks that compute and await nothing, or all other sessions wait, too. `first` for what
        a person has asked for. Raises RuntimeError within another turn, which would never end.
        """
        if self.is_mine:
            raise RuntimeError("a turn was asked for within another one")
        sign = threading.Event()
        with self._lock:
            (self._first if first else self._others).append(sign)
            if not self._is_taken:
                self._next()
        sign.wait()
        start, self._holder = clock.now(), threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            with self._lock:
                self._rhythm.took(clock.now() - start, clock.now(), self.waiting)
                self._next()

    def _next(self) -> None:
        queue = self._first or self._others
        self._is_taken = bool(queue)
        if queue:
            queue.popleft().set()


RHYTHM = Rhythm()  # of this server
TURNS = Turns(RHYTHM)
turn = TURNS.turn  # of all its sessions
