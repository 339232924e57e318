"""How fast a run trains: at its pace, so that people can follow it, or as fast as it can.

It knows no clock and no models: a `worker_run` passes the time in, and trains what is due. Epochs
that are done include the part of the one in progress.
"""

import math
from collections import deque

LATE = 0.5
"""Seconds that a run may catch up on, where it had to wait for others. If it caught up on more, all
the epochs that it missed would come in a rush."""
MOMENT = 0.02
"""Seconds. Epochs that are due at shorter intervals are trained several at a time."""


class Speed:
    """Steps per second over the last `seconds`; without pauses, and the `warm_up` after each."""

    def __init__(self, seconds: float = 1.5, warm_up: float = 0.0) -> None:
        self.rate = 0.0
        """Steps per second; 0 before the first."""
        self._seconds, self._warm_up = seconds, warm_up
        self._warm = 0.0
        self._steps: deque[tuple[float, float]] = deque()

    def begin(self, now: float, step: float) -> None:
        """Training starts, or goes on after a pause. `now` is in seconds."""
        self._warm = now + self._warm_up
        self._steps = deque([(now, step)])

    def note(self, now: float, step: float) -> None:
        """`step` has been reached."""
        if now < self._warm:
            self._steps.clear()
        self._steps.append((now, step))
        while len(self._steps) > 2 and now - self._steps[1][0] >= self._seconds:
            self._steps.popleft()
        then, first = self._steps[0]
        if now > then:
            self.rate = (step - first) / (now - then)


class Tempo:
    """With a pace one epoch is due at once, and then one each `show_seconds / epochs`.

    Without a pace (None) all are due at once.
    """

    def __init__(self, epochs: int, show_seconds: float | None = None) -> None:
        self._epochs = epochs
        self._speed = Speed()
        self._steady = Speed(seconds=8.0, warm_up=1.0)  # for the time left, which shouldn't swing
        self.set_pace(show_seconds)
        self.begin(0.0, 0.0)

    def set_pace(self, show_seconds: float | None) -> None:
        """Take this pace, from the next `begin` on. Raises ValueError unless it is above 0."""
        if show_seconds is not None and not 0 < show_seconds < math.inf:
            raise ValueError(f"a run must be shown for more than 0 seconds, got {show_seconds}")
        self._each = (show_seconds or 0.0) / self._epochs
        """Seconds from one epoch to the next; 0 without a pace."""
        self._speed.rate = self._steady.rate = 0.0  # measured at the pace before

    def begin(self, now: float, done: float) -> None:
        """Training begins, or goes on after a pause: what was before doesn't count."""
        for speed in (self._speed, self._steady):
            speed.begin(now, done)
        self._first, self._start = math.floor(done) + 1, now
        """When the next epoch is due, from which the others are counted."""
        self._kept: bool | None = None
        """Whether the pace was kept lately; None until that was measured."""

    def begin_anew(self, now: float, done: float) -> None:
        """Begin at another speed: forget what was measured."""
        self._speed.rate = self._steady.rate = 0.0
        self.begin(now, done)

    def note(self, now: float, done: float) -> None:
        """Note how many epochs are done by now."""
        for speed in (self._speed, self._steady):
            speed.note(now, done)
        self._limit_delay(now, done)
        if self.rest(now, done):
            self._kept = True

    def due(self, now: float, done: float) -> int:
        """The epoch that may be trained to by now."""
        if not self._each:
            return self._epochs
        self._limit_delay(now, done)
        # A millionth more: a turn that comes just at the time of an epoch trains that epoch.
        passed = math.floor((now - self._start) / self._each + 1e-6)
        return min(self._epochs, self._first + passed)

    def rest(self, now: float, done: float) -> float:
        """Seconds until there is something to train, after the end of an epoch; 0 means now."""
        if not self._each:
            return 0.0
        following = math.floor(done) + math.ceil(MOMENT / self._each)
        return max(0.0, self._time(min(self._epochs, following)) - now)

    @property
    def keeps_pace(self) -> bool:
        """Whether the pace limits the speed, and not the machine, as far as was measured."""
        return self._each > 0 and self._kept is not False

    @property
    def rate(self) -> float:
        """Epochs per second; 0 before the first measurement: a pace may be too fast to keep."""
        return 1 / self._each if self._each and self._kept else self._speed.rate

    def left(self, done: float) -> float | None:
        """Seconds to the end of all epochs; None before that was measured."""
        rate = self.rate if self._each and self._kept else self._steady.rate
        return (self._epochs - done) / rate if rate else None

    def _time(self, epoch: int) -> float:
        """When an epoch is due."""
        return self._start + (epoch - self._first) * self._each

    def _limit_delay(self, now: float, done: float) -> None:
        """Move the schedule, where it is later than one epoch and LATE."""
        excess = now - self._time(math.floor(done) + 1) - self._each - LATE
        if self._each and excess > 0:
            self._start += excess
            self._kept = False
