"""How often pages look for new figures, by how long somebody has to wait for a turn."""

from __future__ import annotations

import pytest

from lib.ui.load import FASTEST, LONG_WAIT, SHORT_WAIT, SLOWEST, Rhythm


def pass_time(rhythm: Rhythm, wait: float, start: float, seconds: float) -> float:
    """Ten turns a second, each waited for so long; the time after that."""
    for turn in range(round(10 * seconds)):
        rhythm.waited(wait, start + turn / 10)
    return start + seconds


def test_where_nobody_waits_pages_look_as_often_as_there_is_something_new() -> None:
    """As the worker reports."""
    rhythm = Rhythm()
    pass_time(rhythm, 0.0, 0.0, 30)
    assert rhythm.interval() == FASTEST


def test_long_waits_make_pages_look_less_often_up_to_a_bound() -> None:
    """However crowded it is, they look now and then."""
    rhythm = Rhythm()
    now = pass_time(rhythm, 2 * LONG_WAIT, 0.0, 10)
    some = rhythm.interval()
    assert FASTEST < some < SLOWEST
    pass_time(rhythm, 2 * LONG_WAIT, now, 60)
    assert rhythm.interval() == SLOWEST


def test_between_long_and_short_it_stays_as_it_is() -> None:
    """So that it finds its level and doesn't swing."""
    rhythm = Rhythm()
    now = pass_time(rhythm, 2 * LONG_WAIT, 0.0, 10)
    now = pass_time(rhythm, (LONG_WAIT + SHORT_WAIT) / 2, now, 10)
    some = rhythm.interval()
    pass_time(rhythm, (LONG_WAIT + SHORT_WAIT) / 2, now, 60)
    assert rhythm.interval() == some > FASTEST


def test_when_the_crowd_has_gone_it_recovers() -> None:
    """Also where the one who is left looks only every few seconds at first."""
    rhythm = Rhythm()
    now = pass_time(rhythm, 1.0, 0.0, 60)
    for _ in range(20):
        now += rhythm.interval()
        rhythm.waited(0.0, now)
    assert rhythm.interval() == FASTEST


@pytest.mark.parametrize(
    ("factor", "off"), [(1.4, False), (1 / 1.4, False), (2, True), (0.5, True)]
)
def test_a_page_changes_its_interval_only_when_that_is_far_off(factor: float, off: bool) -> None:
    """A change costs a run of the whole page."""
    rhythm = Rhythm()
    pass_time(rhythm, 1.0, 0.0, 8)
    assert rhythm.is_off(rhythm.interval() * factor) is off
