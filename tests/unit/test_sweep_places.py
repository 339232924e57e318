"""A sweep that trains several points side by side, as many as its client has places."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from lib.data.datasets import suggested
from lib.results.run import Status
from lib.sweep.plan import make_plan
from lib.sweep.runner import COMPILE_SECONDS, Runner, State
from tests.clock import Clock
from tests.fake_client import FakeClient
from tests.unit.test_sweep_runner import until


class Show:
    """A sweep over U, whose runs a test names by their number from 0 in the order of starts."""

    def __init__(self, places: int, vary: dict[str, list[Any]] | None = None) -> None:
        self.client, self.clock = FakeClient(), Clock()
        self.client.places = places
        self.kept: list[list[int]] = []
        plan = make_plan(suggested("running_mean").set(N=64), vary or {"U": [2, 3, 4, 5]}, 1)
        self.runner = Runner(
            plan,
            self.client,  # type: ignore[arg-type]
            keep=lambda points: self.kept.append([point.values["U"] for point in points]),
            clock=self.clock.now,
        )

    def begin(self) -> None:
        """Start it, and wait for its first runs."""
        self.runner.start()
        self.started(self.client.places)

    def started(self, count: int) -> None:
        """Wait until so many runs have begun; no more do."""
        until(lambda: len(self.client.runs) >= count)
        time.sleep(0.03)
        assert len(self.client.runs) == count

    def units(self) -> list[int]:
        """Of all runs, in the order in which they began."""
        return [run.experiment.model.units for run in self.client.runs.values()]

    def say(self, number: int, status: Status, **figures: Any) -> None:
        """How a run stands."""
        self.client.set(self.client.runs[f"r{number}"], status, **figures)


@pytest.fixture
def show() -> Iterator[Show]:
    """With two places."""
    show = Show(2)
    yield show
    show.runner.stop()


def test_results_are_in_the_plan_s_order_whichever_ends_first(show: Show) -> None:
    """There are never more than two at once; all is kept after each."""
    show.begin()
    assert show.units() == [2, 3]
    show.say(1, Status.FINISHED)
    show.started(3)
    show.say(2, Status.FINISHED)
    show.started(4)
    assert show.units() == [2, 3, 4, 5]
    assert show.kept == [[3], [3, 4]]
    show.say(0, Status.DIVERGED)
    until(lambda: len(show.kept) == 3)
    show.say(3, Status.FINISHED)
    until(lambda: show.runner.state is State.DONE)
    assert show.kept[2:] == [[2, 3, 4], [2, 3, 4, 5]]
    assert [point["run"] for point in show.runner.results] == ["r0", "r1", "r2", "r3"]
    assert [point["status"] for point in show.runner.results][:2] == ["diverged", "finished"]
    assert not show.client.calls


def test_places_that_come_and_go_are_used_as_they_are(show: Show) -> None:
    """From one to two, and back: then what trains goes on, and nothing begins."""
    show.client.places = 1
    show.begin()
    show.client.places = 2
    show.started(2)
    show.client.places = 1
    show.say(0, Status.FINISHED)
    until(lambda: show.kept == [[2]])
    show.started(2)
    show.say(1, Status.FINISHED)
    show.started(3)


def test_a_pause_and_a_stop_are_for_all(show: Show) -> None:
    """None begins while it rests, but what ends then is a result."""
    show.begin()
    show.runner.pause()
    until(lambda: show.client.calls == [("pause", "r0"), ("pause", "r1")])
    show.say(0, Status.FINISHED)
    until(lambda: show.kept == [[2]])
    show.started(2)
    show.runner.go_on()
    show.started(3)
    until(lambda: show.client.calls[2:] == [("resume", "r1")])
    show.runner.stop()
    until(lambda: show.client.calls[3:] == [("stop", "r1"), ("stop", "r2")])
    assert show.kept == [[2]]


def test_what_goes_wrong_stops_all(show: Show) -> None:
    """As a full disk."""

    def full(_: object) -> None:
        raise OSError("no space left")

    show.runner._keep = full
    show.begin()
    show.say(0, Status.FINISHED)
    until(lambda: show.client.calls == [("stop", "r1")])
    assert "no space left" in f"{show.runner.error}"


@pytest.mark.parametrize("how", ["forgotten", "refused"])
def test_one_of_two_that_was_lost_is_trained_again(
    show: Show, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A moment later; the other goes on meanwhile, and is a result when it ends."""
    monkeypatch.setattr("lib.sweep.runner.FULL_SECONDS", 3600.0)
    show.begin()
    if how == "forgotten":
        del show.client.snapshots["r0"]
    else:
        show.say(0, Status.FAILED, is_full=True)
    until(lambda: show.runner._begins_at > 0)
    show.say(1, Status.FINISHED)
    until(lambda: show.kept == [[3]])
    show.started(2)
    show.runner._begins_at = 0.0
    show.started(4)
    assert show.units() == [2, 3, 2, 4]


def test_what_is_trained_counts_by_its_epochs(show: Show) -> None:
    """The seconds left follow from those of the wall, of which a pause takes none."""
    show.begin()
    runner, all_of_it = show.runner, sum(show.runner._weights.values())
    assert runner.share == 0.0
    assert runner.seconds_left == pytest.approx(all_of_it / 2)  # as was estimated, two at once
    assert all_of_it > 4 * COMPILE_SECONDS
    show.clock.forward(10)
    show.say(0, Status.FINISHED)
    show.started(3)
    show.say(1, Status.RUNNING, epoch=100)
    show.say(2, Status.RUNNING, epoch=50)
    weights = list(runner._weights.values())
    done = weights[0] + weights[1] / 2 + weights[2] / 4
    assert runner.share == pytest.approx(done / all_of_it)
    left = (all_of_it - done) / done * 10
    assert runner.seconds_left == pytest.approx(left)
    runner.pause()
    until(lambda: len(show.client.calls) == 2)
    assert runner.seconds_left is None
    show.clock.forward(1000)
    runner.go_on()
    until(lambda: len(show.client.calls) == 4)
    show.say(1, Status.RUNNING, epoch=100)
    show.say(2, Status.RUNNING, epoch=50)
    assert runner.seconds_left == pytest.approx(left)


def test_points_of_which_only_the_model_differs_share_their_data() -> None:
    """Also while several are trained; and those of other data don't."""
    show = Show(4, {"T": [4, 8], "U": [2, 3]})
    show.begin()
    first, second, third, fourth = (run.dataset for run in show.client.runs.values())
    assert first is second is not third is fourth
    show.runner.stop()
