"""Sweeps of another page server: they are shown here as they are there, and may be steered."""

from __future__ import annotations

from typing import Any

import pytest

from lib.sweep.runner import State
from lib.swept import PointResult
from lib.training.messages import Event, decode, encode
from lib.training.run_book import KEEP_SECONDS
from lib.ui.sweep import elsewhere
from lib.ui.sweep.elsewhere import (
    GONE,
    LOST_SECONDS,
    TELL_SECONDS,
    WATCH_SECONDS,
    FarPlan,
    FarRunner,
    SweepNote,
    Teller,
    find,
)
from tests.clock import Clock
from tests.unit.joined import Joined
from tests.unit.swept import a_point
from tests.unit.test_sweep_runner import Stage, until


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


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that signs of life go by."""
    time = Clock()
    monkeypatch.setattr(elsewhere.time, "monotonic", time.now)
    return time


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
        "",
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


def test_its_server_hears_now_and_then_that_somebody_watches(time: Clock, pair: Pair) -> None:
    """Not at each look of a page."""
    time.forward(WATCH_SECONDS + 1)
    far = pair.far()
    for seconds in (0, 1, WATCH_SECONDS, 1):
        time.forward(seconds)
        far.watch()
    assert pair.runner.done == ["watch", "watch"]


def test_a_look_does_not_take_the_place_of_a_wish(time: Clock, pair: Pair) -> None:
    """Only the last note is read: a wish is a sign that somebody looks, too."""
    time.forward(WATCH_SECONDS + 1)
    far = pair.far()
    far.pause()
    wish = pair.joined.notes["steer:a"]
    time.forward(WATCH_SECONDS)
    far.watch()
    assert pair.joined.notes["steer:a"] == wish
    time.forward(1)
    far.watch()
    assert pair.runner.done == ["pause", "watch"]


def test_its_server_gives_a_sign_of_life_now_and_then(time: Clock, pair: Pair) -> None:
    """As long as it isn't over: of one that is there is nothing more to say."""
    del pair.joined.notes["sweep:a"]
    told = []
    for _ in range(6):
        time.forward(TELL_SECONDS / 2 + 0.1)
        pair.teller.tell()
        told.append(pair.joined.notes.pop("sweep:a", None) is not None)
    assert told == [False, True] * 3
    pair.runner.state = State.PAUSED
    pair.teller.tell()
    assert pair.joined.notes.pop("sweep:a")
    time.forward(TELL_SECONDS + 1)
    pair.teller.tell()
    assert pair.joined.notes.pop("sweep:a")
    pair.runner.state = State.DONE
    pair.teller.tell()
    assert pair.joined.notes.pop("sweep:a")
    time.forward(LOST_SECONDS + 1)
    pair.teller.tell()
    assert pair.joined.notes == {}


@pytest.mark.parametrize("state", [State.GOING, State.PAUSED, State.RESTING])
def test_a_sweep_of_whose_server_nothing_is_heard_has_stopped(
    time: Clock, pair: Pair, state: State
) -> None:
    """After LOST_SECONDS, with a sentence; if it was only late, it goes on."""
    pair.runner.state, pair.runner.seconds_left = state, 60.0
    time.forward(TELL_SECONDS + 1)
    pair.teller.tell()
    far = pair.far()
    time.forward(LOST_SECONDS)
    assert (far.state, far.seconds_left, far.error) == (state, 60.0, "")
    time.forward(1)
    assert (far.state, far.seconds_left, far.error) == (State.STOPPED, None, GONE)
    assert GONE == "the page server that trained it is gone, and with that the rest."
    pair.teller.tell()
    assert (far.state, far.seconds_left, far.error) == (state, 60.0, "")


def test_a_sweep_that_is_over_stays_as_it_ended(time: Clock, pair: Pair) -> None:
    """Though nothing more is heard of it."""
    far = pair.far()
    pair.runner.state = State.DONE
    pair.teller.tell()
    time.forward(10 * LOST_SECONDS)
    assert (far.state, far.error) == (State.DONE, "")


def test_a_note_is_kept_as_long_as_it_holds(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that goes on until its server counts as gone: nobody finds it after that."""
    kept: list[float] = []
    monkeypatch.setattr(pair.there, "leave", lambda _key, _value, seconds: kept.append(seconds))
    pair.runner.state = State.PAUSED
    pair.teller.tell()
    pair.runner.state = State.STOPPED
    pair.teller.tell()
    assert kept == [LOST_SECONDS, KEEP_SECONDS]


def test_of_a_sweep_that_is_over_no_wish_is_heard(pair: Pair) -> None:
    """And of one that is forgotten nothing at all."""
    assert pair.joined.followed(pair.there) == {"steer:a"}
    far = pair.far()
    assert pair.joined.followed(pair.here) == {"sweep:a"}
    pair.runner.state = State.DONE
    pair.teller.tell()
    assert pair.joined.followed(pair.there) == set()
    far.stop()
    assert pair.runner.done == []
    far.forget()
    assert pair.joined.followed(pair.here) == set()


def test_a_sweep_that_its_own_server_forgets_is_told_of_no_more(pair: Pair) -> None:
    """One that went on then has nobody who would steer it."""
    pair.teller.forget()
    assert pair.joined.followed(pair.there) == set()


def test_an_end_is_told_though_nobody_looks(pair: Pair) -> None:
    """By the thread that trains: that it is done, or what has ended it."""

    def full(_: object) -> None:
        raise OSError("no space left")

    for keep, state, error in ((None, State.DONE, ""), (full, State.STOPPED, "no space left")):
        stage = Stage()
        stage.runner._keep = keep or stage.runner._keep
        name = f"{state}"
        teller = Teller(pair.there, name, "Running mean", "a browser")
        teller.follow(stage.runner)
        found = find(pair.here, name)
        assert found
        stage.runner.start(teller.tell)
        stage.started(1)
        stage.scene.worker.say(Event("ready"))
        stage.finish(1 if error else 3)
        far = found[0]
        until(lambda far=far: far.state.is_over)  # type: ignore[misc]
        assert (far.state, far.error, len(far.results)) == (state, error, 1 if error else 3)
        until(lambda name=name: f"steer:{name}" not in pair.joined.followed(pair.there))  # type: ignore[misc]
        stage.scene.client.close()


def test_what_makes_no_sense_changes_nothing(pair: Pair) -> None:
    """Neither a note that is no sweep nor a wish that is none."""
    far = pair.far()
    note = decode(pair.joined.notes["sweep:a"], SweepNote)
    changed = {"state": State.DONE, "total": 9, "points": "no,table\n1"}
    nonsense = b"nonsense", encode(SweepNote(**{**_fields(note), **changed}))
    for value in nonsense:
        pair.joined.put("sweep:a", value)
        assert (far.state, far.total) == (State.GOING, 3)
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
