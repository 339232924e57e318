"""The registry of talks: who gives one, who follows, and who is told."""

from __future__ import annotations

import pytest

from lib.ui import clock
from lib.ui.present.talks import MOST, Shown, Talks
from tests.clock import Clock

FIRST, SECOND = Shown("strip", {"T": ["12"]}), Shown("number", {"data": ["parity"]})


class Server:
    """A server's sessions: which are there, and which were asked to draw their page anew."""

    def __init__(self) -> None:
        self.there = {"presenter", "second tab", "follower", "other"}
        self.told: list[str] = []
        self.talks = Talks(self.there.__contains__, lambda session, *_: self.told.append(session))


@pytest.fixture
def server() -> Server:
    """With three sessions, and no talk."""
    return Server()


def test_a_talk_that_moves_tells_all_who_follow(server: Server) -> None:
    """And tells nobody while it stays where it is."""
    talk = server.talks.given_by("presenter", "a")
    server.talks.show(talk, FIRST)
    server.talks.follow(talk, "follower", "fragment")
    assert server.told == []
    server.talks.show(talk, FIRST)
    assert server.told == []
    server.talks.show(talk, SECOND)
    assert server.told == ["follower"]


def test_what_is_revealed_or_set_moves_a_talk_too(server: Server) -> None:
    """Followers see the same question answered, and the same settings."""
    talk = server.talks.given_by("presenter", "a")
    server.talks.show(talk, FIRST)
    server.talks.follow(talk, "follower", "fragment")
    server.talks.show(talk, Shown("strip", {"T": ["12"]}, (0,)))
    server.talks.show(talk, Shown("strip", {"T": ["40"]}, (0,)))
    assert server.told == ["follower", "follower"]


def test_a_follower_whose_page_is_gone_is_forgotten(server: Server) -> None:
    """It isn't told, and not kept."""
    talk = server.talks.given_by("presenter", "a")
    server.talks.follow(talk, "follower", "fragment")
    server.there.remove("follower")
    server.talks.show(talk, FIRST)
    assert server.told == []
    assert not talk.followers


def test_who_reloads_finds_their_talk_again(server: Server) -> None:
    """By the browser, once the page before is gone; a second tab beside has a talk of its own."""
    talk = server.talks.given_by("presenter", "a")
    assert server.talks.given_by("presenter", "a") is talk
    assert server.talks.given_by("second tab", "a") is not talk
    server.there.remove("presenter")
    assert not server.talks.is_given(talk)
    assert server.talks.given_by("after reload", "a") is talk


@pytest.mark.parametrize("browser", ["b", None])
def test_another_browser_never_gets_the_talk(server: Server, browser: str | None) -> None:
    """Not even when who gives it is gone; nor does one that nobody knows."""
    talk = server.talks.given_by("presenter", "a" if browser else None)
    server.there.remove("presenter")
    assert server.talks.given_by("other", browser) is not talk


def test_the_talks_that_moved_last_are_kept(server: Server) -> None:
    """So many, and no more."""
    kept, lost = server.talks.given_by("kept", None), server.talks.given_by("lost", None)
    for number in range(MOST - 1):
        server.talks.given_by(f"{number}", None)
        server.talks.show(kept, FIRST)
    assert server.talks.find(kept.id) is kept
    assert server.talks.find(lost.id) is None


def test_a_talk_that_is_given_outlives_many_others(server: Server) -> None:
    """However many come after it: those that nobody gives or follows go first."""
    talk = server.talks.given_by("presenter", "a")
    for number in range(MOST + 1):
        server.talks.given_by(f"{number}", None)
    assert server.talks.find(talk.id) is talk
    assert server.talks.noted(talk.notes) is talk
    assert server.talks.noted(talk.id) is server.talks.find(talk.notes) is None


def test_the_id_of_a_talk_cannot_be_guessed(server: Server) -> None:
    """It has 64 bits, as those of runs and of sweeps."""
    assert len(server.talks.given_by("presenter", "a").id) == 16


def test_a_talk_knows_when_it_began(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the pages' clock: so a reload doesn't set the elapsed time back."""
    time = Clock()
    monkeypatch.setattr(clock, "now", time.now)
    began = time.now()
    talk = server.talks.given_by("presenter", "a")
    assert talk.began == began
