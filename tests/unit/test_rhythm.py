"""How often pages look, by how many there are and what a drawing takes."""

from __future__ import annotations

from lib.ui.rhythm import FASTEST, ROOM, SLOWEST, Rhythm


def test_one_who_watches_looks_as_often_as_there_is_something_new() -> None:
    """A drawing takes a part of that time."""
    rhythm = Rhythm()
    assert rhythm.interval() == FASTEST
    rhythm.drawn("one", 0.03, 0.0)
    assert rhythm.interval() == FASTEST


def test_the_more_watch_the_less_often_each_is_drawn() -> None:
    """Together they leave room for the rest, up to a bound."""
    rhythm = Rhythm()
    for number in range(16):
        rhythm.drawn(number, 0.05, 0.0)
    assert rhythm.interval() == round(ROOM * 16 * 0.05, 2)
    for number in range(1000):
        rhythm.drawn(number, 0.05, 0.0)
    assert rhythm.interval() == SLOWEST


def test_a_busy_machine_slows_everybody_down() -> None:
    """And what was slow for a moment is forgotten."""
    rhythm = Rhythm()
    for _ in range(100):
        rhythm.drawn("one", 1.0, 0.0)
    assert rhythm.interval() == round(ROOM, 2)
    for _ in range(100):
        rhythm.drawn("one", 0.02, 0.0)
    assert rhythm.interval() == FASTEST


def test_who_has_gone_does_not_count() -> None:
    """A page that was closed or reloaded misses its turns; one that is only late still counts."""
    rhythm = Rhythm()
    for number in range(8):
        rhythm.drawn(number, 0.1, 0.0)
    all_of_them = round(ROOM * 8 * 0.1, 2)
    assert rhythm.interval() == all_of_them
    rhythm.drawn(0, 0.1, 3.0)
    assert rhythm.interval() == all_of_them
    rhythm.drawn(0, 0.1, 5.0)
    assert rhythm.interval() == FASTEST


def test_a_page_changes_its_interval_when_that_is_far_from_what_it_should_be() -> None:
    """Not for every little: a change costs a run of the whole page."""
    rhythm = Rhythm()
    for number in range(10):
        rhythm.drawn(number, 0.04, 0.0)
    wanted = rhythm.interval()
    assert wanted == round(ROOM * 10 * 0.04, 2)
    assert not rhythm.is_off(wanted / 1.4)
    assert not rhythm.is_off(wanted * 1.4)
    assert rhythm.is_off(FASTEST)
    assert rhythm.is_off(SLOWEST)
