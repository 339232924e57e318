"""A run's status: what commands do to it, and what is said of it. With programs that count."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Status
from lib.training import pair_trainer
from lib.training.messages import Start, sentence
from lib.training.programs import ProgramCache
from lib.training.timing import USUAL
from lib.training.worker_run import WorkerRun
from tests.clock import Clock
from tests.unit.fakes import build_after, lost_outputs, make_dataset, make_experiment
from tests.unit.stage import Stage
from tests.waiting import eventually

SLOW = replace(USUAL, evaluate_seconds=0.0)
"""Models are evaluated one part, a sample, at a time: of two models and two samples four parts."""


def test_a_run_goes_from_compiling_to_finished():
    """With the figures of every epoch; untrained models are shown while its program compiles."""
    gate = threading.Event()
    stage = Stage(build=build_after(gate), epochs=5)
    stage.until(lambda: any(snapshot.results for snapshot in stage.sent))
    assert stage.last.status in (Status.QUEUED, Status.COMPILING)
    assert stage.last.results["last"].checked_epochs.tolist() == [0]
    gate.set()
    stage.until_status(Status.FINISHED)
    assert stage.statuses[-2:] == [Status.RUNNING, Status.FINISHED]
    assert stage.last.epoch == stage.last.epochs == 5
    assert stage.last.seconds_left is None
    assert stage.last.epochs_per_second > 0
    for result in stage.last.results.values():
        assert result.loss_epochs.tolist() == [1, 2, 3, 4, 5]
        assert result.checked_epochs[[0, -1]].tolist() == [0, 5]


@pytest.mark.parametrize("how", ["started paused", "paused while it is compiled"])
def test_a_run_that_is_paused_before_it_trains_waits_untrained(how):
    """Everything is ready, and epoch 0 is evaluated. Then it goes on to its end."""
    stage = Stage(paused=how == "started paused")
    stage.run.pause()
    stage.until_status(Status.PAUSED)
    stage.run.turn(1)
    assert stage.last.epoch == 0
    stage.run.resume()
    assert stage.run.status is Status.RUNNING
    stage.until_status(Status.FINISHED)


def test_pause_holds_and_resume_goes_on_from_there():
    """No epoch is lost or trained twice. At rest large models' weights are sent, too."""
    stage = Stage(epochs=2000, U=128)
    stage.until(lambda: stage.last.epoch >= 1)
    assert stage.last.results["last"].weights is None
    stage.run.pause()
    assert stage.last.status is Status.PAUSED
    assert stage.last.results["last"].weights is not None
    held = stage.last.epoch
    stage.run.turn(1)
    assert stage.last.epoch == held
    stage.run.resume()
    stage.until_status(Status.RUNNING)
    assert stage.last.results["last"].weights is None
    stage.until_status(Status.FINISHED)
    epochs = stage.last.results["last"].loss_epochs
    assert epochs[[0, -1]].tolist() == [1, 2000]
    assert (np.diff(epochs) > 0).all()


def test_a_step_is_one_epoch_and_steps_add_up():
    """Three clicks while the first is trained are three epochs; the last one finishes the run."""
    stage = Stage(paused=True, epochs=5)
    stage.run.step()  # while it is compiled
    stage.until_status(Status.PAUSED, seconds=60)
    assert stage.last.epoch == 1
    for _ in range(3):
        stage.run.step()
    assert stage.run.status is Status.RUNNING
    stage.until_status(Status.PAUSED, seconds=60)
    assert stage.last.epoch == 4
    stage.run.step()
    stage.until_status(Status.FINISHED)
    trains = Stage(epochs=5000)
    trains.until(lambda: trains.last.epoch >= 1)
    epoch = trains.last.epoch
    trains.run.step()  # this epoch, and then let me look
    trains.until_status(Status.PAUSED)
    assert trains.last.epoch == epoch + 1


def test_stop_keeps_the_figures():
    """It ends at once, evaluated as it is, where that doesn't take long."""
    for timing in (USUAL, SLOW):
        stage = Stage(timing=timing, epochs=5000)
        stage.until_status(Status.RUNNING)
        stage.run.turn(60)
        stage.run.stop()
        assert stage.last.status is Status.STOPPED
        judged = stage.last.results["last"].checked_epochs.tolist()
        assert judged == ([0, 1] if timing is USUAL else [0])
        assert stage.run.rest != 0


def test_weights_that_are_lost_with_the_last_epoch_are_a_divergence(monkeypatch):
    """Its loss, from before the last update, is a number; the errors after it are none."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", lost_outputs(batches=20))
    stage = Stage(epochs=5)
    stage.until(lambda: stage.run.status.over)
    assert stage.last.status is Status.DIVERGED
    assert "Lower the learning rate" in stage.last.reason


def test_a_slow_epoch_says_how_far_it_is():
    """Else nothing on the page would move for a long time."""
    stage = Stage(timing=replace(USUAL, slow_epoch_seconds=0.0, send_seconds=0.0), epochs=5000)
    stage.until(lambda: "of epoch" in stage.last.reason)
    assert stage.last.reason.startswith("An epoch takes about ")


def test_a_model_that_cannot_be_compiled_fails_with_the_reason():
    """Whatever Keras says."""

    def broken(_):
        raise ValueError("no such thing")

    stage = Stage(build=broken)
    stage.until_status(Status.FAILED)
    assert stage.last.reason == sentence("not_compiled", why="no such thing")


def test_a_run_that_waits_for_the_compiler_says_so():
    """In the background nothing is begun while a person's program is made."""
    gate = threading.Event()
    programs, sent = ProgramCache(build_after(gate)), []
    assert eventually(programs.ask("a person's").running)
    start = Start("run", make_experiment(), make_dataset().samples, background=True)
    clock = Clock(tick=1.0)
    run = WorkerRun(start, programs, sent.append, clock=clock.now)
    for _ in range(9):
        run.turn(0.05)
    assert (run.status, sent[-1].snapshot.reason) == (Status.QUEUED, sentence("waiting"))
    gate.set()


def turns_until(stage, status):
    """How many turns, of no time each, it takes until this status is sent."""
    turns = 0
    while stage.last.status is not status:
        stage.run.turn(0.0)
        turns += 1
        assert turns < 20
    return turns


@pytest.mark.parametrize("steered", [False, True])
def test_a_long_evaluation_has_turns_of_its_own(steered):
    """So others have theirs in between. The end waits for it, and any command comes too late."""
    stage = Stage(timing=SLOW, epochs=1)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    assert stage.last.reason == sentence("evaluating")
    assert (stage.last.status, stage.last.epoch, stage.run.rest == 0) == (Status.RUNNING, 1, True)
    if steered:
        for say in (stage.run.pause, stage.run.resume, stage.run.step, stage.run.stop):
            say()
    assert turns_until(stage, Status.FINISHED) == 4
    assert stage.last.reason == ""
    assert stage.last.results["last"].checked_epochs.tolist() == [0, 1]


@pytest.mark.parametrize("resumed", [False, True])
def test_a_pause_waits_for_the_evaluation(resumed):
    """A page asks for no more figures of a paused run. A resume in between takes it back."""
    stage = Stage(timing=SLOW, epochs=5000)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    stage.run.pause()
    assert (stage.last.status, stage.last.reason) == (Status.RUNNING, sentence("evaluating"))
    if resumed:
        stage.run.resume()
    stage.until(lambda: not stage.last.reason, seconds=0.0)
    assert stage.run.status is (Status.RUNNING if resumed else Status.PAUSED)
    assert stage.last.results["last"].checked_epochs.tolist() == [0, 1]


def test_a_run_of_few_epochs_leaves_weights_to_look_at():
    """However soon it is over: at a sixteenth of its epochs, and each with its own."""
    stage = Stage(epochs=40)
    stage.until_status(Status.FINISHED, seconds=60)
    models = [s.results["last"] for s in stage.sent if s.epoch]
    epochs = [model.checked_epochs[-1] for model in models]
    assert set(range(2, 40, 2)) <= set(epochs)
    for epoch, model in zip(epochs, models, strict=True):
        assert (model.weights[0] == 4 * epoch).all()
