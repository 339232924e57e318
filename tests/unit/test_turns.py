"""Scripts compute one at a time, and who has touched something goes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import Thread

import pytest

from lib.ui import clock
from lib.ui.load import Rhythm, Turns, turn
from tests.clock import Clock
from tests.waiting import PATIENCE


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that turns go by."""
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake


def wait(
    turns: Turns, act: Callable[[float], object], time: Clock, *, first: bool = False
) -> Thread:
    """A thread that waits for a turn by now, and acts in it; `act` gets how long it waited."""

    def come() -> None:
        with turns.turn(first=first) as seconds:
            act(seconds)

    while time.looks.acquire(blocking=False):
        pass
    thread = threading.Thread(target=come)
    thread.start()
    assert time.looks.acquire(timeout=PATIENCE)
    return thread


def test_two_never_have_a_turn_at_once() -> None:
    """However many come."""
    turns, inside, most = Turns(Rhythm()), [], [0]

    def come() -> None:
        for _ in range(50):
            with turns.turn(first=False):
                inside.append(1)
                most[0] = max(most[0], len(inside))
                inside.pop()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert most == [1]


def test_who_goes_first_overtakes_who_came_before(time: Clock) -> None:
    """A slider that is moved waits for one turn at most, not for all who look for figures."""
    turns, order = Turns(Rhythm()), list[str]()
    with turns.turn(first=False):
        threads = [wait(turns, lambda _: order.append("look"), time) for _ in range(3)]
        threads.append(wait(turns, lambda _: order.append("slider"), time, first=True))
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["slider", "look", "look", "look"]


def test_a_turn_ends_with_an_error_too() -> None:
    """Streamlit ends scripts by raising: the next one must not wait for ever."""

    @turn(first=False)
    def fail() -> None:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()


def test_a_turn_within_a_turn_is_an_error() -> None:
    """It would wait for itself, and every session with it."""
    turns = Turns(Rhythm())
    assert not turns.is_mine
    with turns.turn(first=True):
        assert turns.is_mine
        with pytest.raises(RuntimeError), turns.turn(first=True):
            raise AssertionError
        assert turns.is_mine
    with turns.turn(first=True):
        pass


def test_who_waited_is_told_how_long(time: Clock) -> None:
    """From the moment it came."""
    turns, waits = Turns(Rhythm()), list[float]()
    with turns.turn(first=False) as seconds:
        thread = wait(turns, waits.append, time)
        time.seconds += 5
    thread.join(PATIENCE)
    assert (seconds, waits) == (0, [5])


def test_the_rhythm_hears_how_long_turns_take_and_not_of_waits(time: Clock) -> None:
    """Pages that begin together wait for one another, however little there is to do."""
    took: list[float] = []
    rhythm = Rhythm()
    rhythm.took = lambda seconds, *_: took.append(seconds)  # type: ignore[method-assign]
    turns = Turns(rhythm)
    with turns.turn(first=False):
        thread = wait(turns, lambda _: None, time)
        time.seconds += 5
    thread.join(PATIENCE)
    assert took == [5, 0]
