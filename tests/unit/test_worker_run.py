"""A run's status after commands, and the messages it sends, with fake programs."""

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
from tests.unit.fakes import build_after, fake_dataset, lost_outputs, make_experiment
from tests.unit.run_rig import RunRig
from tests.waiting import eventually

SLOW = replace(USUAL, evaluate_seconds=0.0)
"""Each turn evaluates one model on one sample. Two models and two samples take four turns."""


def test_the_statuses_of_a_run():
    """While its program compiles, a run has the untrained models' results."""
    gate = threading.Event()
    rig = RunRig(build=build_after(gate), epochs=5)
    rig.until(lambda: any(snapshot.results for snapshot in rig.sent))
    assert rig.last.status in (Status.QUEUED, Status.COMPILING)
    assert rig.last.results["last"].checked_epochs.tolist() == [0]
    gate.set()
    rig.until_status(Status.FINISHED)
    assert rig.statuses[-2:] == [Status.RUNNING, Status.FINISHED]
    assert rig.last.epoch == rig.last.epochs == 5
    assert rig.last.seconds_left is None
    assert rig.last.epochs_per_second > 0
    for result in rig.last.results.values():
        assert result.loss_epochs.tolist() == [1, 2, 3, 4, 5]
        assert result.checked_epochs[[0, -1]].tolist() == [0, 5]


@pytest.mark.parametrize("how", ["started paused", "paused while compiling"])
def test_a_run_paused_before_it_trains_is_evaluated_untrained(how):
    """The run has the results of epoch 0, and trains once it is resumed."""
    rig = RunRig(paused=how == "started paused")
    rig.run.pause()
    rig.until_status(Status.PAUSED)
    rig.run.turn(1)
    assert rig.last.epoch == 0
    rig.run.resume()
    assert rig.run.status is Status.RUNNING
    rig.until_status(Status.FINISHED)


def test_a_resumed_run_continues_from_its_pause():
    """No epoch is lost or trained twice. Only a paused run sends large weights."""
    rig = RunRig(epochs=2000, U=128)
    rig.until(lambda: rig.last.epoch >= 1)
    assert rig.last.results["last"].weights is None
    rig.run.pause()
    assert rig.last.status is Status.PAUSED
    assert rig.last.results["last"].weights is not None
    epoch = rig.last.epoch
    rig.run.turn(1)
    assert rig.last.epoch == epoch
    rig.run.resume()
    rig.until_status(Status.RUNNING)
    assert rig.last.results["last"].weights is None
    rig.until_status(Status.FINISHED)
    epochs = rig.last.results["last"].loss_epochs
    assert epochs[[0, -1]].tolist() == [1, 2000]
    assert (np.diff(epochs) > 0).all()


def test_three_steps_train_three_epochs():
    """The three steps are sent at once. A step to the last epoch finishes the run."""
    rig = RunRig(paused=True, epochs=5)
    rig.run.step()  # sent while the program compiles
    rig.until_status(Status.PAUSED, seconds=60)
    assert rig.last.epoch == 1
    for _ in range(3):
        rig.run.step()
    assert rig.run.status is Status.RUNNING
    rig.until_status(Status.PAUSED, seconds=60)
    assert rig.last.epoch == 4
    rig.run.step()
    rig.until_status(Status.FINISHED)


def test_a_step_pauses_a_training_run_one_epoch_later():
    """The run finishes the epoch in which the step is sent."""
    rig = RunRig(epochs=5000)
    rig.until(lambda: rig.last.epoch >= 1)
    epoch = rig.last.epoch
    rig.run.step()
    rig.until_status(Status.PAUSED)
    assert rig.last.epoch == epoch + 1


def test_a_stopped_run_keeps_its_results():
    """A run stops at once. It evaluates its last epoch only if that is quick."""
    for timing in (USUAL, SLOW):
        rig = RunRig(timing=timing, epochs=5000)
        rig.until_status(Status.RUNNING)
        rig.run.turn(60)
        rig.run.stop()
        assert rig.last.status is Status.STOPPED
        evaluated = rig.last.results["last"].checked_epochs.tolist()
        assert evaluated == ([0, 1] if timing is USUAL else [0])
        assert rig.run.rest != 0


def test_nan_errors_after_the_last_epoch_are_a_divergence(monkeypatch):
    """The run's status is DIVERGED, and the reason has a fix."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", lost_outputs(batches=20))
    rig = RunRig(epochs=5)
    rig.until(lambda: rig.run.status.over)
    assert rig.last.status is Status.DIVERGED
    assert "Lower the learning rate" in rig.last.reason


def test_a_model_that_cant_be_compiled_fails_with_the_reason():
    """The reason contains Keras's message."""

    def broken(_):
        raise ValueError("no such thing")

    rig = RunRig(build=broken)
    rig.until_status(Status.FAILED)
    assert rig.last.reason == sentence("not_compiled", why="no such thing")


def test_a_run_that_waits_for_the_compiler_reports_it():
    """A background run waits while a program for another run compiles."""
    gate = threading.Event()
    programs, sent = ProgramCache(build_after(gate)), []
    assert eventually(programs.request("another run's").running)
    start = Start("run", make_experiment(), fake_dataset().samples, background=True)
    clock = Clock(tick=1.0)
    run = WorkerRun(start, programs, sent.append, clock=clock.now)
    for _ in range(9):
        run.turn(0.05)
    assert (run.status, sent[-1].snapshot.reason) == (Status.QUEUED, sentence("waiting"))
    gate.set()


def turns_until(rig, status):
    """Return the number of turns until a status is sent."""
    turns = 0
    while rig.last.status is not status:
        rig.run.turn(0.0)
        turns += 1
        assert turns < 20
    return turns


@pytest.mark.parametrize("steered", [False, True])
def test_a_long_evaluation_takes_several_turns(steered):
    """Other runs train between the turns. Commands don't skip the last evaluation."""
    rig = RunRig(timing=SLOW, epochs=1)
    rig.until_status(Status.RUNNING)
    rig.run.turn(60)
    assert rig.last.reason == sentence("evaluating")
    assert (rig.last.status, rig.last.epoch, rig.run.rest == 0) == (Status.RUNNING, 1, True)
    if steered:
        for command in (rig.run.pause, rig.run.resume, rig.run.step, rig.run.stop):
            command()
    assert turns_until(rig, Status.FINISHED) == 4
    assert rig.last.reason == ""
    assert rig.last.results["last"].checked_epochs.tolist() == [0, 1]


@pytest.mark.parametrize("resumed", [False, True])
def test_a_pause_waits_for_the_evaluation(resumed):
    """A pause takes effect after an evaluation. A resume before the end cancels the pause."""
    rig = RunRig(timing=SLOW, epochs=5000)
    rig.until_status(Status.RUNNING)
    rig.run.turn(60)
    rig.run.pause()
    assert (rig.last.status, rig.last.reason) == (Status.RUNNING, sentence("evaluating"))
    if resumed:
        rig.run.resume()
    rig.until(lambda: not rig.last.reason, seconds=0.0)
    assert rig.run.status is (Status.RUNNING if resumed else Status.PAUSED)
    assert rig.last.results["last"].checked_epochs.tolist() == [0, 1]


def test_a_run_of_few_epochs_sends_weights_often():
    """The run sends weights at least 16 times, evenly spread over its epochs."""
    rig = RunRig(epochs=40)
    rig.until_status(Status.FINISHED, seconds=60)
    models = [s.results["last"] for s in rig.sent if s.epoch]
    epochs = [model.checked_epochs[-1] for model in models]
    assert set(range(2, 40, 2)) <= set(epochs)
    for epoch, model in zip(epochs, models, strict=True):
        assert (model.weights[0] == 4 * epoch).all()
