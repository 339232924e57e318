"""A run with a pace: when epochs are due, trained and sent, with fake programs."""

from itertools import pairwise

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.timing import LATE, USUAL, Tempo
from tests.unit.run_rig import RunRig

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


def test_a_run_that_cant_keep_its_pace_takes_longer():
    """It never waits. Its speed and its end are unknown at first, and then measured."""
    tempo = Tempo(200, 8.0)
    tempo.begin(0.0, 0)
    assert (tempo.rate, tempo.seconds_left(0)) == (0, None)
    for done in range(1, 101):  # An epoch takes 0.1 s, and is due every 0.04 s.
        assert tempo.rest(0.1 * (done - 1), done - 1) == 0
        tempo.note(0.1 * done, done)
        assert tempo.rate == pytest.approx(10)
        assert tempo.seconds_left(done) == pytest.approx((200 - done) / 10)
    assert not tempo.keeps_pace


def test_a_delayed_run_catches_up_half_a_second():
    """After ten seconds of delay, the run catches up LATE seconds, then keeps its pace."""
    tempo = Tempo(200, 8.0)
    tempo.begin(0.0, 0)
    for done in range(1, 51):
        tempo.note(0.04 * done, done)
    now = 12.0
    caught_up = tempo.due(now, 50)
    assert caught_up - 50 == pytest.approx(LATE / 0.04 + 1, abs=1)
    for done in range(caught_up, 200):
        tempo.note(now, done)
        assert 0 < tempo.rest(now, done) <= 0.04
        now += 0.04
        assert tempo.due(now, done) == done + 1
    assert tempo.keeps_pace


def test_an_invalid_pace_is_refused():
    """A pace of 0 seconds or less raises ValueError."""
    for seconds in (0.0, -1.0):
        with pytest.raises(ValueError, match="show_seconds must be above 0"):
            Tempo(5, seconds)
