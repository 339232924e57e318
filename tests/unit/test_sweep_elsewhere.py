"""Sweeps of another page server: they are shown here as they are there, and may be steered."""

from __future__ import annotations

from typing import Any

import pytest

from lib.sweep.runner import State
from lib.swept import PointResult
from lib.training.messages import decode, encode
from lib.ui.sweep import elsewhere
from lib.ui.sweep.elsewhere import WATCH_SECONDS, FarPlan, FarRunner, SweepNote, Teller, find
from tests.clock import Clock
from tests.unit.joined import Joined
from tests.unit.swept import a_point


class FakeRunner:
    """A sweep as its own server has it, and what was done to it."""

    plan = FarPlan(("T", "cell"), 2)
    total, state, share, seconds_left = 3, State.GOING, 0.0, None
    error: Exception | None = None

    def __init__(self) -> None:
        self.results: tuple[PointResult, ...] = ()
        self.done: list[str] = []

    def watch(self) -> None:
        """Note it."""
        self.done.append("watch")

    def pause(self) -> None:
        """Note it."""
        self.done.append("pause")
        self.state = State.PAUSED

    def go_on(self) -> None:
        """Note it."""
        self.done.append("go_on")

    def stop(self) -> None:
        """Note it."""
        self.done.append("stop")
        self.state = State.STOPPED


class Pair:
    """A sweep that one server trains, and another server."""

    def __init__(self) -> None:
        self.joined = Joined()
        self.here, self.there = self.joined.server(), self.joined.server()
        self.runner: Any = FakeRunner()
        self.teller = Teller(self.there, "a", "Running mean", "a browser")
        self.teller.follow(self.runner)

    def far(self) -> FarRunner:
        """The sweep, as it is found here."""
        found = find(self.here, "a")
        assert found
        return found[0]


@pytest.fixture
def pair() -> Pair:
    """Before the first point."""
    return Pair()


def test_a_sweep_is_found_on_another_server(pair: Pair) -> None:
    """All that the page says of it; and nothing where nobody has it."""
    found = find(pair.here, "a")
    assert found
    runner, note = found
    assert (note.title, note.browser) == ("Running mean", "a browser")
    assert (runner.plan.keys, runner.plan.seeds, runner.total) == (("T", "cell"), 2, 3)
    assert (runner.state, runner.share, runner.seconds_left, runner.error) == (
        State.GOING,
        0.0,
        None,
        None,
    )
    pair.here.follow("sweep:b")
    assert find(pair.here, "b") is None


def test_points_come_as_they_are_trained(pair: Pair) -> None:
    """The same numbers, in the same order; nothing is told twice."""
    far = pair.far()
    for share, timesteps in ((0.5, 4), (1.0, 8)):
        point = a_point([0.5, 0.25], [0.1, 1 / 3], T=timesteps, cell="gru")
        pair.runner.results = (*pair.runner.results, point)
        pair.runner.share = share
        pair.teller.tell()
    assert far.share == 1.0
    assert [dict(each.values) for each in far.results] == [
        {"T": 4, "cell": "gru"},
        {"T": 8, "cell": "gru"},
    ]
    assert list(far.results[1].errors("last")) == [0.1, 1 / 3]
    before = pair.joined.notes.pop("sweep:a")
    pair.teller.tell()
    assert pair.joined.notes == {}
    pair.runner.state, pair.runner.error = State.STOPPED, OSError("no space left")
    pair.teller.tell()
    assert pair.joined.notes["sweep:a"] != before
    assert (far.state, far.error) == (State.STOPPED, "no space left")


def test_who_may_steer_it_there_may_from_here(pair: Pair) -> None:
    """Each wish once, though its note may be read again; the new state comes back at once."""
    far = pair.far()
    far.pause()
    pair.joined.put("steer:a", pair.joined.notes["steer:a"])
    assert far.state is State.PAUSED
    far.go_on()
    far.stop()
    assert pair.runner.done == ["pause", "go_on", "stop"]
    assert far.state is State.STOPPED


def test_its_server_hears_now_and_then_that_somebody_watches(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at each look of a page."""
    time = Clock()
    monkeypatch.setattr(elsewhere.time, "monotonic", time.now)
    far = pair.far()
    for seconds in (0, 1, WATCH_SECONDS, 1):
        time.forward(seconds)
        far.watch()
    assert pair.runner.done == ["watch", "watch"]


def test_what_makes_no_sense_changes_nothing(pair: Pair) -> None:
    """Neither a note that is no sweep nor a wish that is none."""
    far = pair.far()
    note = decode(pair.joined.notes["sweep:a"], SweepNote)
    nonsense = b"nonsense", encode(SweepNote(**{**_fields(note), "points": "no,table\n1"}))
    for value in nonsense:
        pair.joined.put("sweep:a", value)
        assert far.state is State.GOING
        pair.joined.put("sweep:b", value)
        assert find(pair.here, "b") is None
    for wish in (b"nonsense", encode({"verb": "close", "each": "1"})):
        pair.joined.put("steer:a", wish)
    assert pair.runner.done == []


def _fields(note: SweepNote) -> dict[str, Any]:
    return {name: getattr(note, name) for name in note.__slots__}


def test_without_other_servers_nothing_is_told() -> None:
    """Nor before there is a runner."""
    runner: Any = FakeRunner()
    alone = Teller(None, "a", "Running mean", None)
    alone.follow(runner)
    alone.tell()
    joined = Joined()
    Teller(joined.server(), "a", "Running mean", None).tell()
    assert joined.notes == {}
