"""How often the pages look for new figures: as often as this machine can draw them, for all.

It knows no page: `live` says when somebody's panel was drawn and how long that took.
"""

from __future__ import annotations

import threading

FASTEST = 0.2
"""Seconds between two looks where there is room: the worker reports about as often."""
SLOWEST = 5.0
ROOM = 1.1
"""Between two looks of a page all pages' panels could be drawn that many times, one by one. Without
a bound 8 people who watch keep a processor busy with panels alone, and a slider waits for seconds."""
MISSED = 4
"""Who has not been drawn for that many intervals doesn't watch any more: closed, or reloaded."""
WEIGHT = 0.1
"""Of the newest drawing, in the mean of how long one takes."""
OFF = 1.6
"""An interval that is wrong by this factor is worth a run of the whole page, which mends it."""


class Rhythm:
    """Counts who watches and how long a drawing takes, and says how often to look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[object, float] = {}
        self._seconds = 0.0

    def drawn(self, who: object, seconds: float, now: float) -> None:
        """A panel of the session `who` took `seconds`, on the clock, and was done at `now`."""
        with self._lock:
            new = self._seconds == 0.0
            self._seconds += (1.0 if new else WEIGHT) * (seconds - self._seconds)
            self._seen[who] = now
            gone = now - MISSED * self._interval()
            self._seen = {w: t for w, t in self._seen.items() if t >= gone}

    def interval(self) -> float:
        """Seconds between two looks of each page.

        A drawing takes longer on the clock when others draw, or something else keeps the machine
        busy, so this finds its level whatever the machine is like.
        """
        with self._lock:
            return self._interval()

    def _interval(self) -> float:
        wanted = ROOM * len(self._seen) * self._seconds
        return round(min(max(wanted, FASTEST), SLOWEST), 2)

    def is_off(self, interval: float) -> bool:
        """Whether a page that looks with this interval had better take another."""
        wanted = self.interval()
        return max(wanted, interval) > OFF * min(wanted, interval)
