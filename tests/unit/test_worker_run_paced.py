"""A run that is shown at a pace: what is trained and sent when. With programs that count."""

from itertools import pairwise

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.timing import USUAL
from tests.unit.stage import Stage

CLOSE = 0.01  # seconds of the stage's clock that looking at it may take


def trained(stage):
    """The epochs that were sent while it trained, each once."""
    epochs = [s.epoch for s in stage.sent if s.status in (Status.RUNNING, Status.FINISHED)]
    return [after for before, after in pairwise([-1, *epochs]) if after > before]


def seconds_between(stage):
    """Between two snapshots while it trained."""
    times = [
        time
        for snapshot, time in zip(stage.sent, stage.times, strict=True)
        if snapshot.status is Status.RUNNING and snapshot.epoch
    ]
    return [after - before for before, after in pairwise(times)]


def test_of_few_epochs_each_is_judged_and_sent_when_it_is_trained():
    """Twenty in eight seconds: one each 0.4 s, with its own errors and weights."""
    stage = Stage(epochs=20, show_seconds=8.0)
    stage.until_status(Status.FINISHED)
    assert trained(stage) == list(range(21))
    assert seconds_between(stage) == pytest.approx([0.4] * 18, abs=CLOSE)
    for snapshot in stage.sent:
        for result in snapshot.results.values():
            assert result.checked_epochs.tolist() == list(range(snapshot.epoch + 1))


def test_a_pause_comes_at_once_and_leaves_the_epoch_as_it_is():
    """At whichever epoch somebody asks for it; going on, nothing is made up for."""
    stage = Stage(epochs=200, show_seconds=8.0)
    stage.until(lambda: stage.run.snapshot().epoch == 37)
    stage.run.pause()
    assert (stage.last.status, stage.last.epoch) == (Status.PAUSED, 37)
    assert stage.run.rest is None
    stage.clock.forward(60)
    stage.run.resume()
    stage.until(lambda: stage.run.snapshot().epoch > 37)
    assert stage.run.snapshot().epoch == 38
    resumed = stage.clock.seconds
    stage.until_status(Status.FINISHED)
    assert stage.clock.seconds - resumed == pytest.approx((200 - 38) * 0.04, abs=0.05)


def test_the_pace_can_be_changed_on_the_way():
    """It counts from there, without a rush; nothing is estimated before its first epoch."""
    stage = Stage(epochs=200, show_seconds=2000.0)
    stage.until(lambda: stage.run.snapshot().epoch == 10)
    stage.clock.forward(5)
    stage.run.set_pace(8.0)
    assert (stage.last.epochs_per_second, stage.last.seconds_left) == (0, None)
    changed, sent = stage.clock.seconds, len(stage.sent)
    stage.until(lambda: stage.last.epoch > 10)
    assert stage.last.epochs_per_second == 25
    assert stage.last.seconds_left == pytest.approx((200 - stage.last.epoch) / 25)
    stage.until_status(Status.FINISHED)
    assert stage.clock.seconds - changed == pytest.approx(190 / 25, abs=0.1)
    assert max(np.diff([snapshot.epoch for snapshot in stage.sent[sent:]])) <= 5


def test_of_many_epochs_some_are_sent_as_often_as_of_any_run():
    """Two hundred in eight seconds: about five snapshots a second, a few epochs further each.

    They leave the weights of some forty epochs or more, none far from the next.
    """
    stage = Stage(epochs=200, show_seconds=8.0)
    stage.until_status(Status.FINISHED)
    assert max(np.diff(trained(stage))) <= 5
    between = seconds_between(stage)
    assert max(between) == pytest.approx(USUAL.send_seconds, abs=0.04)
    assert np.mean(between) == pytest.approx(USUAL.send_seconds, abs=0.04)
    epochs = sorted({s.results["last"].checked_epochs[-1] for s in stage.sent if s.results})
    assert len(epochs) >= 40
    assert max(np.diff(epochs)) <= 5


@pytest.mark.parametrize("paused", [True, False])
def test_a_step_is_made_at_once(paused):
    """However slow the pace is: three clicks are three epochs, also of a run that waits."""
    stage = Stage(paused=paused, epochs=20, show_seconds=2000.0)
    stage.until(lambda: stage.last.epoch == 1 or stage.run.status is Status.PAUSED)
    before, epoch = stage.clock.seconds, stage.last.epoch
    for _ in range(3):
        stage.run.step()
    stage.until_status(Status.PAUSED)
    assert stage.last.epoch == epoch + 3
    assert stage.clock.seconds - before < 1
