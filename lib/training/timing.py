"""How a worker divides its time among runs: `Timing` of turns, and each run's `Tempo`."""

import math
from collections import deque
from dataclasses import dataclass

from lib.training.messages import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in a worker's loop and its runs, chosen by measurement."""

    slice_seconds: float = 0.1  # the longest turn of a run
    round_seconds: float = 0.2  # the turns of all runs together, unless there are many runs
    shortest_slice_seconds: float = 0.02  # the shortest turn of a run, if there are many runs
    poll_seconds: float = 0.005  # from one check for finished programs and answers to the next
    grown_seconds: float = 30.0  # from one report of memory above the limit to the next
    beat_seconds: float = BEAT_SECONDS
    send_seconds: float = 0.18  # from one snapshot of a training run to the next: five per second
    evaluate_share: float = 0.05  # the maximum fraction of a run's time for evaluations
    few_epochs: int = 1000  # a run with at most this many epochs has at least `stops` evaluations
    stops: int = 16
    evaluate_seconds: float = 0.05  # how long a command evaluates models; later turns continue
    exact_seconds: float = 0.3  # a run with more time left requests an exact-size program
    exact_slice_seconds: float = 0.05  # the shortest turn in which a run may request the program
    checkpoint_seconds: float = 2.0  # from one checkpoint of a training run to the next


USUAL = Timing()
LATE = 0.5  # the longest delay in seconds that a run catches up, in a burst of epochs
MOMENT = 0.02  # seconds; epochs due at shorter intervals are trained several at a time
SPEED_SECONDS = 2.0  # the time window in which the training speed is measured


class Tempo:
    """Schedules a run's epochs: one every `show_seconds / epochs` seconds, or at full speed.

    `now` is in seconds. `done` counts epochs, including the fraction of the current epoch.
    """

    def __init__(self, epochs: int, show_seconds: float | None = None) -> None:
        self._epochs = epochs
        self.set_pace(show_seconds)
        self.begin(0.0, 0.0)

    def set_pace(self, show_seconds: float | None) -> None:
        """Set the pace for the next `begin`. Raises ValueError unless it is above 0 and finite."""
        if show_seconds is not None and not 0 < show_seconds < math.inf:
            raise ValueError(f"show_seconds must be above 0 and finite, got {show_seconds}")
        self._each = (show_seconds or 0.0) / self._epochs  # seconds from one epoch to the next
        self._measured = 0.0  # epochs per second

    def begin(self, now: float, done: float) -> None:
        """Start or restart the schedule: the next epoch is due now."""
        self._marks = deque([(now, done)])  # to measure the speed
        self._zero = now - self._each * (math.floor(done) + 1)  # the time at which epoch 0 was due
        self._kept: bool | None = None  # whether the machine keeps the pace; None if unknown

    def note(self, now: float, done: float) -> None:
        """Record the number of epochs done, to measure the speed."""
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= SPEED_SECONDS:
            self._marks.popleft()
        then, before = self._marks[0]
        if now > then:
            self._measured = (done - before) / (now - then)
        self._limit_delay(now, done)
        if self.rest(now, done):
            self._kept = True

    def _limit_delay(self, now: float, done: float) -> None:
        """Delay the schedule if the run is late by more than an epoch plus LATE seconds."""
        excess = now - self._zero - self._each * (math.floor(done) + 2) - LATE
        if self._each and excess > 0:
            self._zero += excess
            self._kept = False

    def due(self, now: float, done: float) -> int:
        """Return the last epoch that is due now."""
        if not self._each:
            return self._epochs
        self._limit_delay(now, done)
        # Add a millionth against rounding errors: an epoch is due exactly at its time.
        return min(self._epochs, math.floor((now - self._zero) / self._each + 1e-6))

    def rest(self, now: float, done: float) -> float:
        """Return the seconds until the next epoch is due; 0 if it is due now."""
        if not self._each:
            return 0.0
        following = min(self._epochs, math.floor(done) + math.ceil(MOMENT / self._each))
        return max(0.0, self._zero + following * self._each - now)

    @property
    def keeps_pace(self) -> bool:
        """Whether the run has kept its pace so far. False if it has no pace."""
        return self._each > 0 and self._kept is not False

    @property
    def rate(self) -> float:
        """The speed in epochs per second; 0 before the first measurement."""
        return 1 / self._each if self._each and self._kept else self._measured

    def seconds_left(self, done: float) -> float | None:
        """Return the remaining seconds of all epochs; None before the first measurement."""
        return (self._epochs - done) / self.rate if self.rate else None
