"""How a worker divides its time among runs: the length of turns, and the pace of each run."""

import math
from collections import deque
from dataclasses import dataclass

from lib.training.messages import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of a worker's loop and of its runs, found by measurement."""

    slice_seconds: float = 0.1  # the longest turn of a run
    round_seconds: float = 0.2  # one turn of each run together, unless there are many runs
    shortest_slice_seconds: float = 0.02  # the shortest turn, with many runs
    poll_seconds: float = 0.005  # between two checks for finished programs and answers
    grown_seconds: float = 30.0  # between two reports that the worker has outgrown its memory limit
    beat_seconds: float = BEAT_SECONDS
    send_seconds: float = 0.18  # between two snapshots of a run that trains: about five a second
    evaluate_share: float = 0.05  # of its time, the most that a run spends on evaluations
    few_epochs: int = 1000
    stops: int = 16  # evaluations of a run of `few_epochs` at least, however fast it trains
    evaluate_seconds: float = 0.05  # of one evaluation at a command; the rest waits for next turns
    exact_seconds: float = 0.3  # a run with more than this to go gets a program of its exact size
    exact_slice_seconds: float = 0.05  # … if turns are as long as this: the worker isn't crowded
    slow_epoch_seconds: float = 1.0  # in longer epochs a run reports how much of an epoch is done
    checkpoint_seconds: float = 2.0  # between two checkpoints of a run that trains


USUAL = Timing()
LATE = 0.5  # seconds that a late run may catch up on; with more, epochs would come in a rush
MOMENT = 0.02  # seconds; epochs that are due at shorter intervals are trained several at a time
SPEED_SECONDS = 2.0  # the time over which the speed of training is measured


class Tempo:
    """When a run's epochs are due: one every `show_seconds / epochs` seconds, or (None) at once.

    `now` is in seconds. `done` counts epochs, with the fraction of the one in progress.
    """

    def __init__(self, epochs: int, show_seconds: float | None = None) -> None:
        self._epochs = epochs
        self.set_pace(show_seconds)
        self.begin(0.0, 0.0)

    def set_pace(self, show_seconds: float | None) -> None:
        """Set the pace from the next `begin` on. Raises ValueError unless it is above 0."""
        if show_seconds is not None and not 0 < show_seconds < math.inf:
            raise ValueError(f"a run must be shown for more than 0 seconds, got {show_seconds}")
        self._each = (show_seconds or 0.0) / self._epochs  # seconds from one epoch to the next
        self._measured = 0.0  # epochs per second

    def begin(self, now: float, done: float) -> None:
        """Start the schedule, also after a pause: the next epoch is due now."""
        self._marks = deque([(now, done)])
        self._zero = now - self._each * (math.floor(done) + 1)  # when epoch 0 would have been due
        self._kept: bool | None = None  # whether the machine is fast enough; None at first

    def note(self, now: float, done: float) -> None:
        """Note the number of epochs done by now, to measure the speed."""
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
        """Delay the schedule of a run that is late by more than one epoch and LATE."""
        excess = now - self._zero - self._each * (math.floor(done) + 2) - LATE
        if self._each and excess > 0:
            self._zero += excess
            self._kept = False

    def due(self, now: float, done: float) -> int:
        """The last epoch that is due by now."""
        if not self._each:
            return self._epochs
        self._limit_delay(now, done)
        # A millionth more, against rounding: a turn just at an epoch's time trains that epoch.
        return min(self._epochs, math.floor((now - self._zero) / self._each + 1e-6))

    def rest(self, now: float, done: float) -> float:
        """Seconds from the end of an epoch until the next is due; 0 means now."""
        if not self._each:
            return 0.0
        following = min(self._epochs, math.floor(done) + math.ceil(MOMENT / self._each))
        return max(0.0, self._zero + following * self._each - now)

    @property
    def keeps_pace(self) -> bool:
        """Whether the pace limits the speed, rather than the machine, as measured so far."""
        return self._each > 0 and self._kept is not False

    @property
    def rate(self) -> float:
        """Epochs per second; 0 before the first measurement."""
        return 1 / self._each if self._each and self._kept else self._measured

    def left(self, done: float) -> float | None:
        """Seconds to the end of all epochs; None before the first measurement."""
        return (self._epochs - done) / self.rate if self.rate else None
