"""A sweep as it goes, with workers that say what the test wants."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lib.data.datasets import suggested
from lib.results.run import ModeResult, Snapshot, Status
from lib.sweep.plan import Plan, make_plan
from lib.sweep.runner import Runner, State, result_of
from lib.training.messages import Event, Start, Steer
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
from tests.unit.fakes import Scene
from tests.waiting import PATIENCE


def until(true: Callable[[], object]) -> None:
    """Wait until this is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def a_result(error: float) -> ModeResult:
    """A model that was judged once, after its fifth epoch."""
    return ModeResult(
        loss_epochs=np.array([5]),
        loss=np.array([error]),
        checked_epochs=np.array([5]),
        last_step_mse=np.array([error]),
        validation_loss=np.array([2 * error]),
        step_mse=np.zeros(4),
        predictions=np.zeros((1, 4, 1)),
    )


class Stage:
    """A sweep over T with two seeds, and the worker that it has."""

    def __init__(self, **options: Any) -> None:
        self.scene = Scene()
        self.kept: list[int] = []
        self.plan: Plan = make_plan(suggested("running_mean").set(N=64), {"T": [4, 8, 12]}, 2)
        self.runner = Runner(
            self.plan,
            self.scene.client,
            keep=lambda points: self.kept.append(len(points)),
            clock=self.scene.clock.now,
            **options,
        )

    def begin(self) -> Stage:
        """Start it, and wait for its first run."""
        self.runner.start()
        self.started(1)
        self.scene.worker.say(Event("ready"))
        return self

    @property
    def starts(self) -> list[Start]:
        """The runs that it has started."""
        return [c for c in self.scene.worker.posted if isinstance(c, Start)]

    def started(self, count: int) -> None:
        """Wait until it has started so many."""
        until(lambda: self.scene.workers and len(self.starts) >= count)

    def say(self, status: Status, epoch: int = 200, error: float = 0.5, **more: Any) -> None:
        """The worker reports of the newest run."""
        pair = {"sequence": a_result(error), "last": a_result(error / 2)}
        snapshot = Snapshot(self.starts[-1].run_id, status, epoch, 200, **more)
        results = replace(snapshot, results=pair, others=(pair,))
        self.scene.worker.say(results)

    def finish(self, count: int) -> None:
        """Let this run and those after it finish, so many in all."""
        for _ in range(count):
            started = len(self.starts)
            self.say(Status.FINISHED)
            until(lambda n=started: self.state.is_over or len(self.starts) > n)

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.runner.state

    def verbs(self) -> list[str]:
        """How the newest run was steered."""
        run = self.starts[-1].run_id
        steers = [c for c in self.scene.worker.posted if isinstance(c, Steer)]
        return [c.verb for c in steers if c.run_id == run]


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A sweep that has begun, and ends with its test."""
    stage = Stage(rests=True).begin()
    yield stage
    stage.runner.stop()
    stage.scene.client.close()


def test_points_are_trained_one_after_another_in_the_background(stage: Stage) -> None:
    """Results come in the order of the plan, and are kept after each."""
    stage.finish(3)
    until(lambda: stage.kept == [1, 2, 3])
    assert stage.state is State.DONE
    assert all(start.background for start in stage.starts)
    assert [start.experiment for start in stage.starts] == [
        point.experiment for point in stage.plan.points
    ]
    assert (stage.runner.share, stage.runner.seconds_left) == (1.0, None)
    point = stage.runner.results[0]
    np.testing.assert_array_equal(point.errors("last"), [0.25, 0.25])
    assert [row["mode"] for row in point.rows] == ["sequence", "last"] * 2
    assert [row["validation_loss"] for row in point.rows] == [1.0, 0.5] * 2
    assert {row["epochs"] for row in point.rows} == {5}
    assert point["baseline_error"] > 0
    assert point["independent_samples"] == np.inf
    assert point["parameters"] > 0


def test_a_run_that_diverged_is_a_result_that_says_so(stage: Stage) -> None:
    """And the next one begins."""
    stage.say(Status.DIVERGED, reason="The loss is no number.")
    stage.started(2)
    (point,) = stage.runner.results
    assert (point["status"], point["reason"]) == (Status.DIVERGED, "The loss is no number.")
    assert np.isnan(point.errors("sequence")).all()


def test_a_pause_lets_the_run_rest_and_it_goes_on(stage: Stage) -> None:
    """Nothing else begins meanwhile."""
    stage.runner.pause()
    until(lambda: stage.verbs() == ["pause"])
    assert stage.state is State.PAUSED
    assert stage.runner.seconds_left is None
    stage.say(Status.FINISHED)  # it was over before the pause came
    until(lambda: stage.kept == [1])
    time.sleep(0.02)
    assert len(stage.starts) == 1
    stage.runner.go_on()
    stage.started(2)
    stage.finish(2)
    until(lambda: stage.state is State.DONE)


def test_a_stop_ends_the_run_and_keeps_results(stage: Stage) -> None:
    """What wasn't finished has none, and nothing goes on after it."""
    stage.finish(1)
    stage.runner.stop()
    until(lambda: stage.verbs()[-1:] == ["stop"])
    stage.say(Status.STOPPED, epoch=5)
    time.sleep(0.02)
    stage.runner.go_on()
    assert stage.state is State.STOPPED
    assert len(stage.runner.results) == 1
    assert len(stage.starts) == 2


def test_what_nobody_watches_rests_until_somebody_does(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After as long as a run does."""
    monkeypatch.setattr("lib.sweep.runner.LOOK_SECONDS", 0.005)
    stage.scene.clock.forward(WATCH_SECONDS - 1)
    stage.runner.watch()
    stage.scene.clock.forward(WATCH_SECONDS - 1)
    time.sleep(0.05)
    assert stage.state is State.GOING
    stage.scene.clock.forward(2)
    assert stage.state is State.RESTING
    until(lambda: stage.verbs() == ["pause"])
    stage.runner.watch()
    assert stage.state is State.GOING
    until(lambda: stage.verbs() == ["pause", "resume"])


def test_what_nobody_watches_for_hours_is_forgotten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run ends, so that it keeps no place in a worker."""
    monkeypatch.setattr("lib.sweep.runner.LOOK_SECONDS", 0.005)
    stage.runner.watch()
    assert not stage.runner.is_forgotten
    stage.scene.clock.forward(KEEP_SECONDS)
    until(lambda: stage.verbs()[-1:] == ["stop"])
    assert stage.state is State.STOPPED
    assert stage.runner.is_forgotten


@pytest.mark.parametrize("is_full", [True, False])
def test_a_run_that_had_no_place_or_was_forgotten_is_started_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    """A full worker is no result; a run that rested for hours is forgotten."""
    monkeypatch.setattr("lib.sweep.runner.FULL_SECONDS", 0.005)
    if is_full:
        stage.say(Status.FAILED, 0, is_full=True)
    else:
        stage.scene.client.drop(stage.scene.client.get(stage.starts[0].run_id))  # type: ignore[arg-type]
    stage.started(2)
    assert stage.starts[1].experiment == stage.starts[0].experiment
    assert not stage.runner.results
    stage.finish(1)
    assert len(stage.runner.results) == 1


def test_the_time_left_is_told_by_what_finished_runs_took(stage: Stage) -> None:
    """Weighted by what each costs: here 10 s for a third or so of the work."""
    assert stage.runner.seconds_left is not None
    stage.scene.clock.forward(10)
    stage.finish(1)
    share = stage.runner.share
    assert 0 < share < 0.5
    rest = (1 - share) / share * 10
    assert stage.runner.seconds_left == pytest.approx(rest)
    stage.runner.pause()
    until(lambda: stage.verbs() == ["pause"])
    stage.scene.clock.forward(1000)
    stage.runner.go_on()
    assert stage.runner.seconds_left == pytest.approx(rest)


def test_what_is_done_is_not_trained_again(stage: Stage) -> None:
    """The results of an earlier command count."""
    stage.finish(3)
    done = stage.runner.results[:2]
    again = Stage(done=done).begin()
    assert again.starts[0].experiment.data.timesteps == 12
    again.finish(1)
    until(lambda: again.state is State.DONE)
    assert len(again.runner.results) == 3
    again.scene.client.close()


def test_a_point_that_cannot_be_made_is_a_result_that_says_so() -> None:
    """Too few rows; without a worker's time."""
    plan = make_plan(suggested("macro"), {"T": [8, 250]}, 1)
    scene = Scene()
    done = [result_of(plan.points[0], None, Snapshot("", Status.DIVERGED))]
    runner = Runner(plan, scene.client, done=done, clock=scene.clock.now)
    runner.run()
    point = runner.results[1]
    assert point["status"] == Status.FAILED
    assert "rows" in point["reason"]
    assert point["reason"].count(".") == 1
    assert not scene.workers or not scene.worker.posted
    scene.client.close()


def test_what_goes_wrong_outside_of_runs_ends_it_and_is_said() -> None:
    """As a full disk."""

    def full(_: object) -> None:
        raise OSError("no space left")

    stage = Stage()
    stage.runner._keep = full
    stage.begin().say(Status.FINISHED)
    until(lambda: stage.state is State.STOPPED)
    assert "no space left" in f"{stage.runner.error}"
    stage.scene.client.close()
