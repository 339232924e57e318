"""Script runs take turns, user actions come first, and pages poll less often under load."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from lib.ui import clock
from lib.ui.fragment import BUSY, FASTEST, SLOWEST, Rhythm, Turns
from tests.clock import Clock
from tests.waiting import PATIENCE, eventually

CROWDED = (1 + BUSY) / 2  # a load above the one at which pages poll less often


def wait(turns, act, *, first=False):
    """Start a thread that waits for a turn and then calls `act`; `first` makes it urgent."""

    def take_turn():
        with turns.turn(first=first):
            act()

    before = len([*turns._first, *turns._others])
    thread = Thread(target=take_turn)
    thread.start()
    assert eventually(lambda: len([*turns._first, *turns._others]) > before)
    return thread


def test_only_one_thread_has_a_turn_at_a_time():
    """Eight threads take four hundred turns."""
    turns, inside, counts = Turns(Rhythm()), [], []

    def take_turn(_):
        with turns.turn(first=False):
            inside.append(1)
            counts.append(len(inside))
            inside.pop()

    with ThreadPoolExecutor(8) as pool:
        assert len([*pool.map(take_turn, range(400))]) == 400
    assert max(counts) == 1


def test_an_urgent_thread_overtakes_waiting_threads(monkeypatch):
    """An urgent thread waits for at most one turn. The measured time excludes the wait."""
    time, took, order = Clock(), list[float](), list[str]()
    monkeypatch.setattr(clock, "now", time.now)
    rhythm = Rhythm()
    rhythm.took = lambda seconds, *_: took.append(seconds)
    turns = Turns(rhythm)
    with turns.turn(first=False):
        threads = [wait(turns, lambda: order.append("poll")) for _ in range(3)]
        threads.append(wait(turns, lambda: order.append("slider"), first=True))
        time.forward(5)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["slider", "poll", "poll", "poll"]
    assert took == [5, 0, 0, 0, 0]


def test_a_nested_turn_raises_an_error_and_an_error_ends_a_turn():
    """The thread can take a turn again after the exception."""
    turns = Turns(Rhythm())

    def fail():
        with turns.turn(first=True):
            assert turns.is_mine
            with pytest.raises(RuntimeError), turns.turn(first=True):
                raise AssertionError
            raise LookupError

    for _ in range(2):
        assert not turns.is_mine
        with pytest.raises(LookupError):
            fail()


def pass_time(rhythm, busy, start, seconds):
    """Simulate ten turns per second that take the fraction `busy` of the time; return the end."""
    for turn in range(round(10 * seconds)):
        rhythm.took(busy / 10, start + turn / 10)
    return start + seconds


def test_pages_poll_less_often_under_load():
    """The poll interval grows from FASTEST to SLOWEST, and is stable under a constant load."""
    rhythm = Rhythm()
    now = pass_time(rhythm, BUSY / 2, 0.0, 30)
    assert rhythm.interval() == FASTEST
    now = pass_time(rhythm, CROWDED, now, 6)
    assert FASTEST < rhythm.interval() < SLOWEST
    now = pass_time(rhythm, BUSY, now, 10)
    level = rhythm.interval()
    now = pass_time(rhythm, BUSY, now, 60)
    assert FASTEST < rhythm.interval() == pytest.approx(level, rel=0.1)
    pass_time(rhythm, CROWDED, now, 60)
    assert rhythm.interval() == SLOWEST


def test_the_poll_interval_follows_a_sudden_load_at_once():
    """Thirty waiting threads give an interval in which all thirty can be served."""
    rhythm = Rhythm()
    for turn in range(30):
        rhythm.took(0.015, turn * 0.015, waiting=30)
    assert rhythm.interval() == pytest.approx(30 * 0.015 / BUSY, rel=0.1)
