"""A run's status: what commands do to it, and what is said of it. With programs that count."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

import numpy as np
import pytest

from lib.run import Snapshot, Status
from lib.training.architecture import Network
from lib.training.cache import ProgramCache
from lib.training.timing import USUAL, Timing
from lib.training.worker_run import JUDGING, WorkerRun
from tests.unit.fakes import Clock, FakeJudge, FakeProgram, build, make_dataset, make_experiment

PATIENCE = 60
"""Seconds: far more than anything here takes."""
SLOW_JUDGE = Timing(judge_seconds=0.0)
"""Judgements are made one part, a sample, at a time: of two models and two samples four."""


class Shop(ProgramCache):
    """Programs, and those that somebody waits for."""

    def ask(self, keys: Sequence[Hashable]) -> list[Future[Any]]:
        """The programs of these keys."""
        self.futures = super().ask(keys)
        return self.futures

    def wait(self) -> None:
        """Let the threads that build go on, and not longer than that where there is news."""
        wait([f for f in self.futures if not f.done()], 0.02, FIRST_COMPLETED)


class Stage:
    """A run, what it has sent, and a way to give it turns until something is true."""

    def __init__(
        self,
        paused: bool = False,
        build: Callable[[Any], Any] = build,
        timing: Timing = USUAL,
        **settings: object,
    ) -> None:
        self.sent: list[Snapshot] = []
        self._programs = Shop(build)
        self.run = WorkerRun(
            "id",
            make_experiment(**settings),
            make_dataset(),
            paused=paused,
            programs=self._programs,
            send=self.sent.append,
            timing=timing,
            clock=Clock(tick=1e-4),
        )

    @property
    def last(self) -> Snapshot:
        """The newest snapshot; before the first, what the client itself says of a new run."""
        return self.sent[-1] if self.sent else Snapshot("id", Status.QUEUED)

    @property
    def statuses(self) -> list[Status]:
        """As they were sent, each once in a row."""
        return [
            snapshot.status
            for before, snapshot in zip([None, *self.sent], self.sent, strict=False)
            if before is None or before.status != snapshot.status
        ]

    def until(self, true: Callable[[], bool], seconds: float = 1e-3) -> None:
        """Give turns until this is true; between two that aren't used, let programs be built."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"never came true; {self.run.status}"
            self.run.turn(seconds)
            if not self.run.busy:
                self._programs.wait()

    def until_status(self, status: Status, seconds: float = 1e-3) -> None:
        """Give turns until the run has this status."""
        self.until(lambda: self.run.status is status, seconds)


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
    """Epoch 0 needs the judge alone."""
    gate = threading.Event()

    def slowly(key: object) -> object:
        if not isinstance(key, Network):
            assert gate.wait(10)
        return build(key)  # type: ignore[arg-type]

    stage = Stage(build=slowly)
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


@pytest.mark.parametrize("soon", [True, False])
def test_a_run_that_is_soon_over_is_judged_often(soon: bool) -> None:
    """After its slices, so that it has a curve; a long one only when it has something to send."""
    timing = Timing(send_seconds=1e9, first_check_share=1e9, soon_seconds=1e9 if soon else 0.0)
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
    assert stage.last.reason == JUDGING
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
    assert (stage.last.status, stage.last.reason) == (Status.RUNNING, JUDGING)
    if resumed:
        stage.run.resume()
    stage.until(lambda: not stage.last.reason, seconds=0.0)
    assert stage.run.status is (Status.RUNNING if resumed else Status.PAUSED)
    assert stage.last.results["last"].checked_epochs.tolist() == [0, 1]


def test_nothing_is_shown_before_the_first_judgement() -> None:
    """Its place isn't told, nor are models without figures, however it ends."""
    stage = Stage(timing=Timing(judge_seconds=0.0, place_seconds=0.0))
    stage.until(lambda: stage.run.busy)
    stage.run.show_place(0)
    stage.run.stop()
    assert [snapshot.results for snapshot in stage.sent] == [{}] * len(stage.sent)
    assert stage.last.status is Status.STOPPED


def test_weights_that_are_lost_with_the_last_epoch_are_a_divergence() -> None:
    """Its loss, from before the last update, is a number; the errors after it are none."""

    class Lost(FakeJudge):
        def parts(self, weights: list[np.ndarray], x: np.ndarray) -> Iterator[np.ndarray]:
            for said in super().parts(weights, x):
                yield np.full_like(said, np.nan) if weights[0].flat[0] == 20 else said

    def lose(key: Any) -> Any:
        return Lost() if isinstance(key, Network) else build(key)

    stage = Stage(build=lose, epochs=5)
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
    assert all((weights["last"][0] == 4 * epoch).all() for epoch, weights in past if epoch)


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

    def bad(key: object) -> object:
        if isinstance(key, Network):
            return FakeJudge()
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
    stage = Stage(timing=Timing(slow_epoch_seconds=0.0, send_seconds=0.0), epochs=5000)
    stage.until(lambda: "of epoch" in stage.last.reason)
    assert stage.last.reason.startswith("An epoch takes about ")


def test_a_run_that_waits_is_told_its_place_once() -> None:
    """How many come before it; and that others do, when it is the next."""
    gate = threading.Event()

    def slowly(key: object) -> object:
        assert gate.wait(10)
        return build(key)  # type: ignore[arg-type]

    stage = Stage(build=slowly, timing=Timing(place_seconds=0.0))
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


def test_a_compile_that_takes_too_long_is_given_up() -> None:
    """The run fails with the limit; a later one finds what was compiled in the meantime."""
    gate = threading.Event()

    def slowly(key: object) -> object:
        assert isinstance(key, Network) or gate.wait(10)
        return build(key)  # type: ignore[arg-type]

    stage = Stage(build=slowly, timing=Timing(compile_seconds=-1.0))
    stage.until_status(Status.FAILED)
    gate.set()
    assert stage.last.reason.startswith("The model was not compiled within -1 s, which is the most")
