"""How often pages poll for new figures: as often as nobody has to wait long for a turn.

It knows no page: `lib.ui.load.turns` says how long somebody had to wait for a turn.
"""

from __future__ import annotations

import threading

FASTEST = 0.2
"""Seconds between two looks where there is room: the worker reports about as often."""
SLOWEST = 5.0
LONG_WAIT, SHORT_WAIT = 0.03, 0.01
"""Seconds of waiting for a turn, in the mean. With longer waits pages poll less often, with shorter
ones more often: who moves a slider wants to see it at once, and a chart can be a moment late."""
MEAN_SECONDS = 1.0
"""The mean is over about the last second."""
STEP = 1.3
"""The interval's factor in a second, up or down."""
OFF = 1.6
"""An interval that is wrong by this factor is worth a run of the whole page, which mends it."""


class Rhythm:
    """The polling interval of all pages of a server, which share a processor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wait = 0.0
        self._seconds = FASTEST
        self._changed = self._last = 0.0

    def waited(self, seconds: float, now: float) -> None:
        """Somebody had to wait so long for a turn, and has it `now`, on a clock of seconds."""
        with self._lock:
            self._wait += min(1.0, (now - self._last) / MEAN_SECONDS) * (seconds - self._wait)
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

    def interval(self) -> float:
        """Seconds between two looks of each page."""
        return round(self._seconds, 2)

    def is_off(self, interval: float) -> bool:
        """Whether a page that looks with this interval had better take another."""
        wanted = self.interval()
        return max(wanted, interval) > OFF * min(wanted, interval)
