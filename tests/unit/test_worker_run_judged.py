"""When a run's models are judged, and what waits for that. With programs that count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training import pair_trainer
from lib.training.sentences import sentence
from lib.training.timing import USUAL
from tests.unit.fakes import lost_outputs
from tests.unit.stage import Stage

SLOW_JUDGE = replace(USUAL, evaluate_seconds=0.0)
"""Judgements are made one part, a sample, at a time: of two models and two samples four."""


@pytest.mark.parametrize("soon", [True, False])
def test_a_run_that_is_soon_over_is_judged_often(soon: bool) -> None:
    """After its slices, so that it has a curve; a long one only when it has something to send."""
    timing = replace(
        USUAL, send_seconds=1e9, first_evaluate_share=1e9, soon_seconds=1e9 if soon else 0.0
    )
    stage = Stage(timing=timing, epochs=5000)
    stage.until_status(Status.RUNNING)
    stage.until(lambda: stage.run.snapshot().epoch >= 10, seconds=1e-5)
    judged = stage.run.snapshot().results["last"].checked_epochs
    assert judged.size > 2 if soon else judged.tolist() == [0, 1]


def turns_until(stage: Stage, status: Status) -> int:
    """How many turns, of no time each, it takes until this status is sent."""
    turns = 0
    while stage.last.status is not status:
        stage.run.turn(0.0)
        turns += 1
        assert turns < 20
    return turns


def test_a_judgement_that_takes_long_has_turns_of_its_own() -> None:
    """So others have theirs in between; the end waits for it, and it is said what is going on."""
    stage = Stage(timing=SLOW_JUDGE, epochs=1)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    assert stage.last.reason == sentence("evaluating")
    assert stage.last.status is Status.RUNNING
    assert stage.last.epoch == 1
    assert stage.run.busy
    assert turns_until(stage, Status.FINISHED) == 4
    assert stage.last.reason == ""
    assert stage.last.results["last"].checked_epochs.tolist() == [0, 1]


def test_an_end_that_waits_for_a_judgement_is_an_end() -> None:
    """What is said to the run meanwhile comes too late."""
    stage = Stage(timing=SLOW_JUDGE, epochs=1)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    for say in (stage.run.pause, stage.run.resume, stage.run.step, stage.run.stop):
        say()
    assert turns_until(stage, Status.FINISHED) == 4


@pytest.mark.parametrize("resumed", [False, True])
def test_a_pause_waits_for_the_judgement(resumed: bool) -> None:
    """A page asks for no more figures of a paused run. A resume in between takes it back."""
    stage = Stage(timing=SLOW_JUDGE, epochs=5000)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    stage.run.pause()
    assert (stage.last.status, stage.last.reason) == (Status.RUNNING, sentence("evaluating"))
    if resumed:
        stage.run.resume()
    stage.until(lambda: not stage.last.reason, seconds=0.0)
    assert stage.run.status is (Status.RUNNING if resumed else Status.PAUSED)
    assert stage.last.results["last"].checked_epochs.tolist() == [0, 1]


def test_nothing_is_shown_before_the_first_judgement() -> None:
    """Its place isn't told, nor are models without figures, however it ends."""
    stage = Stage(timing=replace(USUAL, evaluate_seconds=0.0, place_seconds=0.0))
    stage.until(lambda: stage.run.busy)
    stage.run.show_place(0)
    stage.run.stop()
    assert [snapshot.results for snapshot in stage.sent] == [{}] * len(stage.sent)
    assert stage.last.status is Status.STOPPED


def test_weights_that_are_lost_with_the_last_epoch_are_a_divergence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its loss, from before the last update, is a number; the errors after it are none."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", lost_outputs(batches=20))
    stage = Stage(epochs=5)
    stage.until(lambda: stage.run.status.over)
    assert stage.last.status is Status.DIVERGED
    assert "Lower the learning rate" in stage.last.reason


def test_a_stop_does_not_wait_for_a_judgement() -> None:
    """The figures are those of the last one."""
    stage = Stage(timing=SLOW_JUDGE, epochs=5000)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    stage.run.stop()
    assert stage.last.status is Status.STOPPED
    assert stage.last.results["last"].checked_epochs.tolist() == [0]
    assert not stage.run.busy


def test_a_run_of_few_epochs_leaves_weights_to_look_at() -> None:
    """However soon it is over: at a sixteenth of its epochs, and each with its own."""
    stage = Stage(epochs=40)
    stage.until_status(Status.FINISHED, seconds=60)
    past = [point for snapshot in stage.sent for point in snapshot.past]
    epochs = [epoch for epoch, _ in past]
    assert epochs == sorted(set(epochs))
    assert set(range(2, 40, 2)) <= set(epochs)
    assert all((weights[0]["last"][0] == 4 * epoch).all() for epoch, weights in past if epoch)
