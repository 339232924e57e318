"""One page at a time: scripts take turns, as Python lets only one of them compute anyway.

Each session has a thread of its own. When many have something to do at the same moment, Python
goes from one to the other every few milliseconds, and all are done late, and together; then all
wait, and come back together. In turns the first is done at once, and who has touched something
goes before who only looks for new figures.

Measured with 16 sessions that train and move sliders (`tests/bench/load.py`): charts change twice
as often as without turns, and the median slider waits 0.1 s instead of 0.6 s.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lib.ui import clock
from lib.ui.load.rhythm import Rhythm

RHYTHM = Rhythm()
"""Of this server."""


class Turns:
    """One turn at a time; who asks with `first` gets it before those who don't."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._first = 0

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[float]:
        """Wait for a turn, which ends with the block; yields how many seconds that took."""
        with self._changed:
            self._first += first
            start = clock.now()
            self._changed.wait_for(lambda: not self._taken and (first or not self._first))
            self._first -= first
            self._taken = True
        try:
            yield clock.now() - start
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


_turns = Turns()


@contextmanager
def turn(*, first: bool) -> Iterator[None]:
    """Let a block or a function run while no other session's does.

    For what computes and waits for nothing. Never within another turn, which would not end. What
    somebody has asked for goes `first`, before all that only look for new figures.
    """
    with _turns.turn(first=first) as seconds:
        RHYTHM.waited(seconds, clock.now())
        yield
