"""A run with a pace: when epochs are due, trained and sent, with fake programs."""

from itertools import pairwise

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.timing import LATE, USUAL, Tempo
from tests.clock import Clock
from tests.unit.run_rig import RunRig

SLICE = 0.1  # the maximum seconds that a run trains in one turn
CLOSE = 0.01  # tolerance in seconds, since each reading advances the rig's clock


def trained(rig):
    """Return the increasing epochs of the snapshots sent during training."""
    epochs = [s.epoch for s in rig.sent if s.status in (Status.RUNNING, Status.FINISHED)]
    return [after for before, after in pairwise([-1, *epochs]) if after > before]


def seconds_between(rig):
    """Return the seconds between consecutive snapshots of a training run."""
    times = [
        time
        for snapshot, time in zip(rig.sent, rig.times, strict=True)
        if snapshot.status is Status.RUNNING and snapshot.epoch
    ]
    return [after - before for before, after in pairwise(times)]


def test_with_few_epochs_each_epoch_is_evaluated_and_sent():
    """Twenty epochs in 8 s arrive every 0.4 s, with errors and weights."""
    rig = RunRig(epochs=20, show_seconds=8.0)
    rig.until_status(Status.FINISHED)
    assert trained(rig) == list(range(21))
    assert seconds_between(rig) == pytest.approx([0.4] * 18, abs=CLOSE)
    for snapshot in rig.sent:
        for result in snapshot.results.values():
            assert result.checked_epochs.tolist() == list(range(snapshot.epoch + 1))


def test_a_paced_run_pauses_at_once_and_doesnt_catch_up():
    """After a pause, a paced run trains at its pace, without catching up."""
    rig = RunRig(epochs=200, show_seconds=8.0)
    rig.until(lambda: rig.run.snapshot().epoch == 37)
    rig.run.pause()
    assert (rig.last.status, rig.last.epoch) == (Status.PAUSED, 37)
    assert rig.run.rest is None
    rig.clock.forward(60)
    rig.run.resume()
    rig.until(lambda: rig.run.snapshot().epoch > 37)
    assert rig.run.snapshot().epoch == 38
    resumed = rig.clock.seconds
    rig.until_status(Status.FINISHED)
    assert rig.clock.seconds - resumed == pytest.approx((200 - 38) * 0.04, abs=0.05)


def test_the_pace_can_be_changed_during_a_run():
    """A new pace applies at once, without a burst of epochs."""
    rig = RunRig(epochs=200, show_seconds=2000.0)
    rig.until(lambda: rig.run.snapshot().epoch == 10)
    rig.clock.forward(5)
    rig.run.set_pace(8.0)
    assert (rig.last.epochs_per_second, rig.last.seconds_left) == (0, None)
    changed, sent = rig.clock.seconds, len(rig.sent)
    rig.until(lambda: rig.last.epoch > 10)
    assert rig.last.epochs_per_second == 25
    assert rig.last.seconds_left == pytest.approx((200 - rig.last.epoch) / 25)
    rig.until_status(Status.FINISHED)
    assert rig.clock.seconds - changed == pytest.approx(190 / 25, abs=0.1)
    assert max(np.diff([snapshot.epoch for snapshot in rig.sent[sent:]])) <= 5


def test_with_many_epochs_snapshots_are_sent_at_the_usual_rate():
    """200 epochs in 8 s give five snapshots per second, of about forty different epochs."""
    rig = RunRig(epochs=200, show_seconds=8.0)
    rig.until_status(Status.FINISHED)
    assert max(np.diff(trained(rig))) <= 5
    between = seconds_between(rig)
    assert max(between) == pytest.approx(USUAL.send_seconds, abs=0.04)
    assert np.mean(between) == pytest.approx(USUAL.send_seconds, abs=0.04)
    epochs = sorted({s.results["last"].checked_epochs[-1] for s in rig.sent if s.results})
    assert len(epochs) >= 40
    assert max(np.diff(epochs)) <= 5


@pytest.mark.parametrize("paused", [True, False])
def test_a_step_ignores_the_pace(paused):
    """Steps ignore the pace, also in a paused run."""
    rig = RunRig(paused=paused, epochs=20, show_seconds=2000.0)
    rig.until(lambda: rig.last.epoch == 1 or rig.run.status is Status.PAUSED)
    before, epoch = rig.clock.seconds, rig.last.epoch
    for _ in range(3):
        rig.run.step()
    rig.until_status(Status.PAUSED)
    assert rig.last.epoch == epoch + 3
    assert rig.clock.seconds - before < 1


class PacedRun:
    """A run that follows a `Tempo`. An epoch takes `cost` seconds."""

    def __init__(self, epochs, show_seconds, cost=0.001):
        self.clock = Clock()
        self.tempo = Tempo(epochs, show_seconds)
        self.cost = cost
        self.done = 0
        self.ends = []  # seconds from the start to the end of each epoch
        self.calls = []  # the number of epochs trained in each turn
        self._epochs = epochs
        self._start = self.clock.seconds
        self.tempo.begin(self.clock.seconds, 0)

    def turn(self):
        """Train the due epochs, or wait until one is due."""
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
        """Take turns until `epoch` is done; by default, the last epoch."""
        turns = 0
        while self.done < (epoch or self._epochs):
            self.turn()
            turns += 1
            assert turns < 100_000

    def gaps(self):
        """Return the seconds between the ends of consecutive epochs."""
        return [after - before for before, after in zip(self.ends, self.ends[1:], strict=False)]


@pytest.mark.parametrize("restarted_at", [0, 100])
def test_nothing_is_estimated_before_the_first_measurement(restarted_at):
    """A machine that is too slow for the pace must not show the pace as its speed."""
    run = PacedRun(5000, 8.0, cost=0.2)
    run.done = restarted_at
    run.tempo.begin(run.clock.seconds, restarted_at)
    for epoch in range(restarted_at, restarted_at + 20):
        expected = 5 if epoch > restarted_at else 0
        assert run.tempo.rate == pytest.approx(expected, rel=0.1)
        run.until(epoch + 1)
        left = run.tempo.seconds_left(run.done)
        assert left is None or left == pytest.approx((5000 - run.done) / 5, rel=0.1)
    assert left is not None


def test_a_run_that_cant_keep_its_pace_takes_longer():
    """The run trains without waiting, and estimates its end from its measured speed."""
    run = PacedRun(200, 8.0, cost=0.1)
    run.until(100)
    assert run.gaps() == pytest.approx([0.1] * 99)
    assert not run.tempo.keeps_pace
    assert run.tempo.rate == pytest.approx(10, rel=0.1)
    assert run.tempo.seconds_left(100) == pytest.approx(10, rel=0.1)


def test_a_delayed_run_catches_up_half_a_second():
    """After ten seconds of delay, the run catches up LATE seconds, then keeps its pace."""
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


def test_an_invalid_pace_is_refused():
    """A pace of 0 seconds or less raises ValueError."""
    for seconds in (0.0, -1.0):
        with pytest.raises(ValueError, match="show_seconds must be above 0"):
            Tempo(5, seconds)
