"""How often pages look for new figures, by how much of the time somebody has a turn."""

from __future__ import annotations

import pytest

from lib.ui.load import FASTEST, LEAST_BUSY, MOST_BUSY, SLOWEST, Rhythm

CROWDED = (1 + MOST_BUSY) / 2


def pass_time(rhythm: Rhythm, busy: float, start: float, seconds: float) -> float:
    """Ten turns a second that take this share of the time; the time after that."""
    for turn in range(round(10 * seconds)):
        rhythm.took(busy / 10, start + turn / 10)
    return start + seconds


def test_where_there_is_room_pages_look_as_often_as_there_is_something_new() -> None:
    """As the worker reports."""
    rhythm = Rhythm()
    pass_time(rhythm, LEAST_BUSY / 2, 0.0, 30)
    assert rhythm.interval() == FASTEST


def test_a_crowd_makes_pages_look_less_often_up_to_a_bound() -> None:
    """However crowded it is, they look now and then."""
    rhythm = Rhythm()
    now = pass_time(rhythm, CROWDED, 0.0, 6)
    some = rhythm.interval()
    assert FASTEST < some < SLOWEST
    pass_time(rhythm, CROWDED, now, 60)
    assert rhythm.interval() == SLOWEST


def test_where_it_is_neither_full_nor_empty_it_stays_as_it_is() -> None:
    """So that it finds its level and doesn't swing."""
    rhythm, level = Rhythm(), (LEAST_BUSY + MOST_BUSY) / 2
    now = pass_time(rhythm, CROWDED, 0.0, 6)
    now = pass_time(rhythm, level, now, 10)
    some = rhythm.interval()
    pass_time(rhythm, level, now, 60)
    assert rhythm.interval() == some > FASTEST


def test_a_crowd_finds_its_level() -> None:
    """Thirty pages that need 10 ms a look: as often as leaves a part of the time, but not more."""
    rhythm, now = Rhythm(), 0.0
    for _ in range(1500):
        took = 0.010
        rhythm.took(took, now := now + max(took, rhythm.interval() / 30))
    share = 30 * 0.010 / rhythm.interval()
    assert LEAST_BUSY < share < MOST_BUSY


def test_a_class_that_begins_at_once_is_met_at_once() -> None:
    """Thirty who wait, 15 ms each, come back when all can have been served."""
    rhythm = Rhythm()
    for turn in range(30):
        rhythm.took(0.015, turn * 0.015, waiting=30)
    assert rhythm.interval() == pytest.approx(30 * 0.015 / MOST_BUSY, rel=0.1)


def test_when_the_crowd_has_gone_it_recovers() -> None:
    """Also where the one who is left looks only every few seconds at first."""
    rhythm = Rhythm()
    now = pass_time(rhythm, 1.0, 0.0, 60)
    for _ in range(20):
        now += rhythm.interval()
        rhythm.took(0.01, now)
    assert rhythm.interval() == FASTEST


@pytest.mark.parametrize(
    ("factor", "off"), [(1.1, False), (1 / 1.1, False), (1.4, True), (1 / 1.4, True)]
)
def test_a_page_changes_its_interval_only_when_that_is_far_off(factor: float, off: bool) -> None:
    """Each change has the browser's timer begin anew."""
    rhythm = Rhythm()
    pass_time(rhythm, 1.0, 0.0, 6)
    assert rhythm.is_off(rhythm.interval() * factor) is off
