"""A run's status: what commands do to it, and what is said of it. With programs that count."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from lib.results.run import Snapshot, Status
from lib.training.messages import Start
from lib.training.programs import ProgramCache
from lib.training.timing import USUAL
from lib.training.worker_run import WorkerRun
from tests.clock import Clock
from tests.unit.fakes import FakeProgram, build, build_after, make_dataset, make_experiment
from tests.unit.stage import Stage
from tests.waiting import PATIENCE, eventually


def test_a_run_goes_from_compiling_to_finished() -> None:
    """With all its epochs, and the figures of every one of them."""
    stage = Stage(epochs=5)
    stage.until_status(Status.FINISHED)
    assert stage.statuses[-2:] == [Status.RUNNING, Status.FINISHED]
    assert stage.last.epoch == stage.last.epochs == 5
    assert stage.last.seconds_left is None
    assert stage.last.epochs_per_second > 0
    for result in stage.last.results.values():
        assert result.loss_epochs.tolist() == [1, 2, 3, 4, 5]
        assert result.checked_epochs[0] == 0
        assert result.checked_epochs[-1] == 5


def test_untrained_models_are_shown_while_programs_compile() -> None:
    """Epoch 0 needs no program."""
    gate = threading.Event()
    stage = Stage(build=build_after(gate))
    stage.until(lambda: any(snapshot.results for snapshot in stage.sent))
    assert stage.last.status in (Status.QUEUED, Status.COMPILING)
    assert stage.last.results["last"].checked_epochs.tolist() == [0]
    gate.set()
    stage.until_status(Status.FINISHED)


def test_the_first_epoch_is_sent_at_once() -> None:
    """Long before all that fits into a slice is trained."""
    stage = Stage(epochs=5000)
    stage.until_status(Status.RUNNING)
    stage.run.turn(60)
    assert stage.last.epoch == 1
    assert stage.last.results["sequence"].checked_epochs.tolist() == [0, 1]


def test_a_run_started_paused_waits_untrained() -> None:
    """Everything is ready, and epoch 0 is judged."""
    stage = Stage(paused=True)
    stage.until_status(Status.PAUSED)
    stage.run.turn(1)
    assert stage.last.epoch == 0
    stage.run.resume()
    assert stage.run.status is Status.RUNNING
    stage.until_status(Status.FINISHED)


def test_pause_holds_and_resume_goes_on_from_there() -> None:
    """No epoch is lost or trained twice."""
    stage = Stage(epochs=2000)
    stage.until(lambda: stage.last.epoch >= 1)
    stage.run.pause()
    assert stage.last.status is Status.PAUSED
    held = stage.last.epoch
    stage.run.turn(1)
    assert stage.last.epoch == held
    stage.run.resume()
    stage.until_status(Status.FINISHED)
    epochs = stage.last.results["last"].loss_epochs
    assert epochs[0] == 1
    assert epochs[-1] == 2000
    assert (np.diff(epochs) > 0).all()


def test_weights_of_any_number_are_sent_when_a_run_rests() -> None:
    """While it trains, models of 128 units keep theirs."""
    stage = Stage(U=128, epochs=5000)
    stage.until(lambda: stage.last.epoch > 0)
    assert stage.last.status is Status.RUNNING
    assert stage.last.results["last"].weights is None
    stage.run.pause()
    stage.until_status(Status.PAUSED)
    assert stage.last.results["last"].weights is not None
    stage.run.resume()
    stage.until_status(Status.RUNNING)
    assert stage.last.results["last"].weights is None
    stage.run.stop()
    assert stage.last.status is Status.STOPPED
    assert stage.last.results["sequence"].weights is not None


def test_pause_before_the_programs_are_there_counts() -> None:
    """It is compiled to the end, and then it waits."""
    stage = Stage()
    stage.run.pause()
    stage.until_status(Status.PAUSED)
    assert stage.last.epoch == 0


def test_a_step_is_one_epoch_and_steps_add_up() -> None:
    """Three clicks while the first is trained are three epochs."""
    stage = Stage(paused=True, epochs=10)
    stage.until_status(Status.PAUSED)
    stage.run.step()
    assert stage.run.status is Status.RUNNING
    stage.until_status(Status.PAUSED, seconds=60)
    assert stage.last.epoch == 1
    for _ in range(3):
        stage.run.step()
    stage.until_status(Status.PAUSED, seconds=60)
    assert stage.last.epoch == 4


def test_steps_asked_for_while_compiling_are_made_later() -> None:
    """A click on Step starts a run paused and steps at once."""
    stage = Stage(paused=True, epochs=10)
    stage.run.step()
    stage.until_status(Status.PAUSED, seconds=60)
    assert stage.last.epoch == 1


def test_a_step_of_a_run_that_trains_is_its_last_before_a_pause() -> None:
    """Step means: this epoch, and then let me look."""
    stage = Stage(epochs=5000)
    stage.until(lambda: stage.last.epoch >= 1)
    epoch = stage.last.epoch
    stage.run.step()
    stage.until_status(Status.PAUSED)
    assert stage.last.epoch == epoch + 1


def test_the_last_step_finishes_the_run() -> None:
    """It isn't paused at the end."""
    stage = Stage(paused=True, epochs=1)
    stage.until_status(Status.PAUSED)
    stage.run.step()
    stage.until_status(Status.FINISHED)


def test_stop_keeps_the_figures() -> None:
    """It ends at once, judged as it is."""
    stage = Stage(epochs=5000)
    stage.until(lambda: stage.last.epoch >= 1)
    stage.run.stop()
    assert stage.last.status is Status.STOPPED
    assert stage.last.results["last"].checked_epochs[-1] == stage.last.epoch


def test_a_diverged_run_says_why_and_what_to_try() -> None:
    """With the learning rate that it had, and the last finite figures."""

    def bad(_key: object) -> object:
        return FakeProgram(lambda step: np.nan if step > 20 else 1.0)

    stage = Stage(build=bad, epochs=100, optimizer="sgd", lr=0.7)
    stage.until_status(Status.DIVERGED)
    assert "finite number in epoch 6" in stage.last.reason
    assert "Lower the learning rate (0.7), or take Adam" in stage.last.reason
    assert stage.last.epoch == 5
    assert np.isfinite(stage.last.results["sequence"].loss).all()


def test_a_model_that_cannot_be_compiled_fails_with_the_reason() -> None:
    """Whatever Keras says is passed on."""

    def broken(_: object) -> object:
        raise ValueError("no such thing")

    stage = Stage(build=broken)
    stage.until_status(Status.FAILED)
    assert stage.last.reason == "The model could not be compiled: no such thing."


def test_a_slow_epoch_says_how_far_it_is() -> None:
    """Else nothing on the page would move for a long time."""
    stage = Stage(timing=replace(USUAL, slow_epoch_seconds=0.0, send_seconds=0.0), epochs=5000)
    stage.until(lambda: "of epoch" in stage.last.reason)
    assert stage.last.reason.startswith("An epoch takes about ")


def test_a_run_that_waits_is_told_its_place_once() -> None:
    """How many come before it; and that others do, when it is the next."""
    gate = threading.Event()
    stage = Stage(build=build_after(gate), timing=replace(USUAL, place_seconds=0.0))
    for before in (2, 2, 1, 0):
        stage.run.show_place(before)
    assert [snapshot.reason for snapshot in stage.sent] == [
        "Models are compiled in turn: 2 other runs are before this one.",
        "Models are compiled in turn: 1 other run is before this one.",
        "Other models are being compiled first.",
    ]
    gate.set()
    stage.until_status(Status.FINISHED)
    stage.run.show_place(3)
    assert stage.last.status is Status.FINISHED


def test_a_program_that_others_wait_for_already_is_waited_for() -> None:
    """Its compile began before the run, on a clock that began long before."""
    gate, clock = threading.Event(), Clock()
    programs, samples = ProgramCache(build_after(gate)), make_dataset().samples
    clock.forward(1000)
    for name in ("first", "second"):
        start = Start(name, make_experiment(), samples)
        run = WorkerRun(start, programs, lambda _: None, USUAL, clock.now)
        assert eventually(lambda run=run: run.turn(0.05) or run.status is Status.COMPILING)
        run.turn(0.05)
        assert not run.status.over
    gate.set()


def test_waiting_for_others_programs_is_no_compile() -> None:
    """In the background a program isn't begun while a person's is made, however long that takes."""
    person, clock = threading.Event(), Clock()

    def slowly(key: object) -> object:
        assert key != "a person's" or person.wait(PATIENCE)
        return build(key)  # type: ignore[arg-type]

    programs, sent = ProgramCache(slowly), list[Snapshot]()
    other = programs.ask("a person's")
    assert eventually(other.running)
    start = Start("run", make_experiment(), make_dataset().samples, background=True)
    run = WorkerRun(start, programs, sent.append, USUAL, clock.now)
    run.turn(0.05)
    clock.forward(USUAL.compile_seconds + 1)
    run.turn(0.05)
    assert run.status is Status.QUEUED
    person.set()


def test_a_compile_that_takes_too_long_is_given_up() -> None:
    """The run fails with the limit; a later one finds what was compiled in the meantime."""
    gate = threading.Event()
    stage = Stage(build=build_after(gate), timing=replace(USUAL, compile_seconds=-1.0))
    stage.until_status(Status.FAILED)
    gate.set()
    assert stage.last.reason.startswith("The model was not compiled within -1 s, which is the most")
