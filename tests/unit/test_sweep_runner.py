"""A sweep trains its points as background runs; here a fake client controls the runs."""

import time
from dataclasses import replace

import numpy as np
import pytest

from lib.data.datasets.registry import make_settled_dataset, suggested
from lib.results.compared import BOTH_MODES
from lib.results.run import Snapshot, Status
from lib.sweep.plan import make_plan, result_of
from lib.sweep.runner import FULL_SECONDS, Runner
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
from tests.clock import Clock
from tests.fake_client import FakeClient
from tests.unit.swept import mode_result
from tests.waiting import PATIENCE


def until(condition):
    """Wait until `condition` returns True."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


class SweepRig:
    """A sweep over U. Tests number its runs from 0, in the order of their starts."""

    def __init__(self, places=2, vary=None, **options):
        self.client, self.clock, self.kept = FakeClient(), Clock(), []
        self.client.pool.places = places
        base = suggested("running_mean").set(N=64)
        self.plan = make_plan(base, vary or {"U": [2, 3, 4, 5]}, seeds=1)
        options = {"clock": self.clock.now, "keep": self.keep, **options}
        self.runner = Runner(self.plan, self.client, **options)

    def keep(self, points):
        """Store the values of the points that have results."""
        self.kept.append([point.values["U"] for point in points])

    def begin(self):
        """Start the sweep, and wait for its first runs."""
        self.runner.start()
        self.expect_started(self.client.pool.places)

    def expect_started(self, count):
        """Wait until `count` runs have begun, and check that no other run begins."""
        until(lambda: len(self.client.runs) >= count)
        time.sleep(0.03)
        assert len(self.client.runs) == count

    def units(self):
        """Return the units of all runs, in the order of their starts."""
        return [run.experiment.model.units for run in self.client.runs.values()]

    def set(self, number, status, **figures):
        """Set the status and results of a run."""
        self.client.set(self.client.runs[f"r{number}"], status, **figures)

    def expect_calls(self, *expected):
        """Wait until the client's calls are these: "pause 0", for example."""
        until(lambda: [f"{call} {run[1:]}" for call, run in self.client.calls] == list(expected))


@pytest.fixture
def sweep(monkeypatch):
    """Return a sweep that trains two runs at once, and pauses while unwatched."""
    monkeypatch.setattr("lib.sweep.runner.LOOK_SECONDS", 0.005)
    sweep = SweepRig(rests=True)
    yield sweep
    sweep.runner.stop()


def test_results_are_in_the_plans_order_whichever_run_ends_first(sweep):
    """At most two runs train at once; after each result, `keep` receives all results."""
    sweep.begin()
    assert sweep.units() == [2, 3]
    sweep.set(1, Status.FINISHED)
    sweep.expect_started(3)
    sweep.set(2, Status.FINISHED)
    sweep.expect_started(4)
    assert sweep.units() == [2, 3, 4, 5]
    sweep.set(0, Status.DIVERGED, reason="The loss is NaN.")
    until(lambda: len(sweep.kept) == 3)
    sweep.set(3, Status.FINISHED)
    until(lambda: sweep.runner.state is Status.FINISHED)
    assert sweep.kept == [[3], [3, 4], [2, 3, 4], [2, 3, 4, 5]]
    assert [point["run"] for point in sweep.runner.results] == ["r0", "r1", "r2", "r3"]
    diverged, finished, *_ = sweep.runner.results
    assert (diverged["status"], diverged["reason"]) == ("diverged", "The loss is NaN.")
    assert np.isnan(diverged.scores("sequence")).all()
    assert finished["status"] == "finished"
    assert (sweep.runner.share, sweep.runner.seconds_left) == (1.0, None)
    assert not sweep.client.calls


def test_a_result_has_a_row_for_each_seed_and_mode():
    """The rows have the numbers of the run's last snapshot."""
    point = make_plan(suggested("running_mean").set(N=64), {"T": [8]}, seeds=2).points[0]
    pair = {"sequence": mode_result(0.5), "last": mode_result(0.25)}
    snapshot = Snapshot("r0", Status.FINISHED, 200, 200, results=pair, others=(pair,))
    result = result_of(point, make_settled_dataset(point.experiment), snapshot)
    np.testing.assert_array_equal(result.scores("last"), [0.25, 0.25])
    assert [row["mode"] for row in result.rows] == ["sequence", "last"] * 2
    assert [row["validation_loss"] for row in result.rows] == [1.0, 0.5] * 2
    assert {row["epochs"] for row in result.rows} == {5}
    assert result["independent_samples"] == np.inf
    assert min(result["baseline_error"], result["parameters"]) > 0


def test_a_result_of_labels_has_accuracies():
    """The baseline of digits, the most frequent class, is right for about a tenth."""
    point = make_plan(suggested("digits"), {"U": [8]}, seeds=1).points[0]
    evaluated = replace(mode_result(0.1), last_step_accuracy=np.array([0.875]))
    pair = dict.fromkeys(BOTH_MODES, evaluated)
    snapshot = Snapshot("r0", Status.FINISHED, 40, 40, results=pair)
    dataset = make_settled_dataset(point.experiment)
    result = result_of(point, dataset, snapshot)
    assert result.scores("last").tolist() == [0.875]
    digits = dataset.last_y[dataset.evaluated].argmax(axis=1)
    most = np.bincount(dataset.last_y[: dataset.train].argmax(axis=1)).argmax()
    assert result.baseline == (digits == most).mean()
    assert result["independent_samples"] == len(digits)


def test_pause_and_stop_apply_to_all_runs(sweep):
    """During a pause no run begins, but a run may finish. Stopping keeps the results."""
    sweep.begin()
    sweep.runner.pause()
    sweep.expect_calls("pause 0", "pause 1")
    assert sweep.runner.state is Status.PAUSED
    sweep.set(0, Status.FINISHED)
    until(lambda: sweep.kept == [[2]])
    sweep.expect_started(2)
    sweep.runner.resume()
    sweep.expect_started(3)
    sweep.expect_calls("pause 0", "pause 1", "resume 1")
    sweep.runner.stop()
    sweep.expect_calls("pause 0", "pause 1", "resume 1", "stop 1", "stop 2")
    sweep.runner.resume()
    assert sweep.runner.state is Status.STOPPED
    assert sweep.kept == [[2]]


def test_an_unwatched_sweep_pauses_and_later_stops(sweep):
    """It resumes if a page shows it before it stops."""
    sweep.begin()
    sweep.clock.forward(WATCH_SECONDS - 1)
    sweep.runner.watch()
    sweep.clock.forward(WATCH_SECONDS - 1)
    assert sweep.runner.state is Status.RUNNING
    sweep.clock.forward(2)
    assert sweep.runner.state is Status.PAUSED
    sweep.expect_calls("pause 0", "pause 1")
    sweep.runner.watch()
    sweep.expect_calls("pause 0", "pause 1", "resume 0", "resume 1")
    sweep.clock.forward(KEEP_SECONDS)
    sweep.expect_calls("pause 0", "pause 1", "resume 0", "resume 1", "stop 0", "stop 1")
    assert sweep.runner.state is Status.STOPPED


@pytest.mark.parametrize("how", ["forgotten", "refused"])
def test_a_lost_run_is_trained_again(sweep, how):
    """It starts again after a wait, while the other run continues. The worker may be full."""
    sweep.begin()
    if how == "forgotten":
        del sweep.client.snapshots["r0"]
    else:
        sweep.set(0, Status.FAILED, is_full=True)
    until(lambda: len(sweep.runner._active) == 1)
    sweep.set(1, Status.FINISHED)
    until(lambda: sweep.kept == [[3]])
    sweep.expect_started(2)
    sweep.clock.forward(FULL_SECONDS)
    sweep.expect_started(4)
    assert sweep.units() == [2, 3, 2, 4]


def test_the_time_left_is_estimated_from_finished_epochs(sweep):
    """It is unknown before the first epoch. The seconds of a pause don't count."""
    sweep.begin()
    runner = sweep.runner
    assert (runner.share, runner.seconds_left) == (0.0, None)
    sweep.clock.forward(10)
    sweep.set(0, Status.FINISHED)
    sweep.expect_started(3)
    sweep.set(1, Status.RUNNING, epoch=100)  # half of 200 epochs
    sweep.set(2, Status.RUNNING, epoch=50)
    assert runner.share == (1 + 1 / 2 + 1 / 4) / 4
    left = pytest.approx(10 * 2.25 / 1.75)
    assert runner.seconds_left == left
    runner.pause()
    sweep.expect_calls("pause 1", "pause 2")
    assert runner.seconds_left is None
    sweep.clock.forward(1000)
    runner.resume()
    sweep.expect_calls("pause 1", "pause 2", "resume 1", "resume 2")
    sweep.set(1, Status.RUNNING, epoch=100)
    sweep.set(2, Status.RUNNING, epoch=50)
    assert runner.seconds_left == left


def test_finished_points_are_not_trained_again():
    """Their results are given to the runner as `done`, for example from a CSV."""
    plan = SweepRig().plan
    done = [result_of(point, None, Snapshot("", Status.DIVERGED)) for point in plan.points[:3]]
    sweep = SweepRig(places=1, done=done)
    sweep.begin()
    assert sweep.units() == [5]
    sweep.set(0, Status.FINISHED)
    until(lambda: sweep.runner.state is Status.FINISHED)
    assert len(sweep.runner.results) == 4


def test_a_point_without_enough_rows_is_a_failed_result():
    """The point fails with a reason, and no run starts."""
    sweep = SweepRig()
    plan = make_plan(suggested("macro"), {"T": [250]}, seeds=1)
    runner = Runner(plan, sweep.client, clock=sweep.clock.now)
    runner.run()
    (point,) = runner.results
    assert point["status"] == Status.FAILED
    assert "rows" in point["reason"]
    assert point["reason"].endswith("add rows.")
    assert not sweep.client.runs


def test_an_error_outside_of_runs_stops_the_sweep():
    """A full disk ends the sweep and its runs, and pages can show the error."""

    def full(_):
        raise OSError("no space left")

    sweep = SweepRig(keep=full)
    sweep.begin()
    sweep.set(0, Status.FINISHED)
    sweep.expect_calls("stop 1")
    until(lambda: sweep.runner.state is Status.STOPPED)
    assert "no space left" in f"{sweep.runner.error}"
