"""Scripts compute one at a time, and who has touched something goes first."""

from __future__ import annotations

import threading
import time

import pytest

from lib.ui.load.turns import Turns, in_turn


def until(true: object, seconds: float = 10) -> None:
    """Wait until a call is true."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.001)


def test_two_never_have_a_turn_at_once() -> None:
    """However many come."""
    turns, inside, most = Turns(), [], [0]

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
        thread.join(10)
    assert most == [1]


def test_who_goes_first_overtakes_who_came_before() -> None:
    """A slider that is moved waits for one turn at most, not for all who look for figures."""
    turns, order = Turns(), list[str]()

    def come(name: str, first: bool) -> None:
        with turns.turn(first=first):
            order.append(name)

    with turns.turn(first=False):
        threads = [threading.Thread(target=come, args=(f"look {n}", False)) for n in range(3)]
        for thread in threads:
            thread.start()
        slider = threading.Thread(target=come, args=("slider", True))
        slider.start()
        until(lambda: turns._first == 1)
    for thread in (*threads, slider):
        thread.join(10)
    assert order[0] == "slider"
    assert len(order) == 4


def test_a_turn_ends_with_an_error_too() -> None:
    """Streamlit ends scripts by raising: the next one must not wait for ever."""

    @in_turn
    def fail() -> None:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()


def test_who_waited_is_told_how_long() -> None:
    """The rhythm goes by it."""
    turns = Turns()
    with turns.turn(first=False) as seconds:
        assert seconds < 10
        waits: list[float] = []

        def come() -> None:
            with turns.turn(first=False) as waited:
                waits.append(waited)

        thread = threading.Thread(target=come)
        thread.start()
        time.sleep(0.05)
    thread.join(10)
    assert waits[0] > 0
