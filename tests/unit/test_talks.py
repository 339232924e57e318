"""The registry of talks: who gives one, and whether anybody still does."""

from __future__ import annotations

import pytest

from lib.ui import clock
from lib.ui.present.talks import ABSENT_SECONDS, MOST, Talks
from tests.clock import Clock


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The pages' clock."""
    time = Clock()
    monkeypatch.setattr(clock, "now", time.now)
    return time


def test_who_reloads_finds_their_talk_again(time: Clock) -> None:
    """With its start, once the page before counts as closed; a second tab has a talk of its own."""
    talks, began = Talks(), time.now()
    talk = talks.given_by("presenter", "a")
    time.seconds += 1
    assert talks.given_by("presenter", "a") is talk
    assert talks.given_by("second tab", "a") is not talk
    time.seconds += ABSENT_SECONDS
    assert not talk.is_given
    assert talks.given_by("after reload", "a") is talk
    assert talk.is_given
    assert talk.began == began


def test_a_talk_that_a_reload_leaves_to_its_followers_goes_on(time: Clock) -> None:
    """Whatever the page that was loaded anew has begun meanwhile is forgotten."""
    talks = Talks()
    talk = talks.given_by("presenter", "a")
    other = talks.given_by("after reload", "a")
    time.seconds += ABSENT_SECONDS
    talk.followed = time.now()
    assert talks.given_by("after reload", "a") is talk
    assert talks.find(other.id) is None


@pytest.mark.parametrize("browser", ["b", None])
def test_another_browser_never_gets_the_talk(time: Clock, browser: str | None) -> None:
    """Not even when who gives it is gone; nor does one that nobody knows."""
    talks = Talks()
    talk = talks.given_by("presenter", "a" if browser else None)
    time.seconds += ABSENT_SECONDS
    assert talks.given_by("other", browser) is not talk


def test_the_talks_that_were_given_or_followed_last_are_kept(time: Clock) -> None:
    """So many, and no more."""
    talks = Talks()
    given, followed, lost = (talks.given_by(name, None) for name in ("given", "followed", "lost"))
    for number in range(MOST - 2):
        time.seconds += 1
        followed.followed = time.now()
        talks.given_by(f"{number}", None)
        talks.given_by("given", None)
    assert talks.find(given.id) is given
    assert talks.find(followed.id) is followed
    assert talks.find(lost.id) is None


def test_ids_cannot_be_guessed_and_each_opens_its_own() -> None:
    """64 bits; who follows by the one can't read the notes by it."""
    talks = Talks()
    talk = talks.given_by("presenter", "a")
    assert len(talk.id) == len(talk.notes) == 16
    assert talks.noted(talk.notes) is talk
    assert talks.noted(talk.id) is talks.find(talk.notes) is None
