"""A run's epochs come evenly at its pace, and as fast as they can where that is slower."""

import pytest

from lib.training.timing import LATE, Tempo
from tests.clock import Clock

SLICE = 0.1  # seconds that a run trains at most before it asks what is due


class PacedRun:
    """Does what a tempo says, with an engine that takes `cost` seconds for an epoch."""

    def __init__(self, epochs, show_seconds, cost=0.001):
        self.clock = Clock()
        self.tempo = Tempo(epochs, show_seconds)
        self.cost = cost
        self.done = 0
        self.ends = []  # when each epoch was trained, in seconds from the start
        self.calls = []  # how many epochs were trained at a time
        self._epochs = epochs
        self._start = self.clock.seconds
        self.tempo.begin(self.clock.seconds, 0)

    def turn(self):
        """Train what is due, else wait until something is."""
        if rest := self.tempo.rest(self.clock.seconds, self.done):
            self.clock.forward(rest)
            return
        due = self.tempo.due(self.clock.seconds, self.done)
        self.calls.append(min(due - self.done, max(1, round(SLICE / self.cost))))
        for _ in range(self.calls[-1]):
            self.clock.forward(self.cost)
            self.ends.append(self.clock.seconds - self._start)
        self.done += self.calls[-1]
        self.tempo.note(self.clock.seconds, self.done)

    def until(self, epoch=None):
        """Go on until so many are done, or all."""
        turns = 0
        while self.done < (epoch or self._epochs):
            self.turn()
            turns += 1
            assert turns < 100_000

    def gaps(self):
        """The seconds between two epochs."""
        return [after - before for before, after in zip(self.ends, self.ends[1:], strict=False)]


@pytest.mark.parametrize("restarted_at", [0, 100])
def test_before_the_first_measurement_nothing_is_estimated(restarted_at):
    """5,000 epochs in 8 s are 625 a second; a machine that does 5 must not promise that."""
    run = PacedRun(5000, 8.0, cost=0.2)
    run.done = restarted_at
    run.tempo.begin(run.clock.seconds, restarted_at)
    for epoch in range(restarted_at, restarted_at + 20):
        expected = 5 if epoch > restarted_at else 0
        assert run.tempo.rate == pytest.approx(expected, rel=0.1)
        run.until(epoch + 1)
        left = run.tempo.left(run.done)
        assert left is None or left == pytest.approx((5000 - run.done) / 5, rel=0.1)
    assert left is not None


def test_a_machine_that_is_too_slow_for_the_pace_takes_longer():
    """Without time for its pace a run trains without rests, and reports its real speed."""
    run = PacedRun(200, 8.0, cost=0.1)
    run.until(100)
    assert run.gaps() == pytest.approx([0.1] * 99)
    assert not run.tempo.keeps_pace
    assert run.tempo.rate == pytest.approx(10, rel=0.1)
    assert run.tempo.left(100) == pytest.approx(10, rel=0.1)


def test_a_run_that_was_held_up_makes_up_for_a_moment_only():
    """By what others did for ten seconds: half a second's epochs, and then evenly again."""
    run = PacedRun(200, 8.0)
    run.until(50)
    run.clock.forward(10)
    run.turn()
    run.turn()
    assert run.calls[-1] == pytest.approx(LATE / 0.04 + 1, abs=1)
    caught_up = run.done
    run.until()
    assert run.gaps()[caught_up:] == pytest.approx([0.04] * (199 - caught_up))
    assert run.tempo.keeps_pace


def test_a_pace_that_is_none_is_refused():
    """A pace of 0 seconds or less raises ValueError."""
    for seconds in (0.0, -1.0):
        with pytest.raises(ValueError, match="must be shown for more than 0 seconds"):
            Tempo(5, seconds)
