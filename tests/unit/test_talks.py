"""Talks: the scenes that a link or the ready talk names, and the registry of who gives one."""

import re

import pytest

from lib.story import TALK, Scene, find, offer, scene, story
from lib.ui import clock
from lib.ui.present.talks import ABSENT_SECONDS, MOST, Talks
from tests.clock import Clock


@pytest.fixture
def time(monkeypatch):
    """The pages' clock."""
    time = Clock()
    monkeypatch.setattr(clock, "now", time.now)
    return time


def test_who_reloads_finds_their_talk_again(time):
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


def test_a_talk_that_a_reload_leaves_to_its_followers_goes_on(time):
    """Whatever the page that was loaded anew has begun meanwhile is forgotten."""
    talks = Talks()
    talk = talks.given_by("presenter", "a")
    other = talks.given_by("after reload", "a")
    time.seconds += ABSENT_SECONDS
    talk.followed = time.now()
    assert talks.given_by("after reload", "a") is talk
    assert talks.find(other.id) is None


@pytest.mark.parametrize("browser", ["b", None])
def test_another_browser_never_gets_the_talk(time, browser):
    """Not even when who gives it is gone; nor does one that nobody knows."""
    talks = Talks()
    talk = talks.given_by("presenter", "a" if browser else None)
    time.seconds += ABSENT_SECONDS
    assert talks.given_by("other", browser) is not talk


def test_the_talks_that_were_given_or_followed_last_are_kept(time):
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


def test_ids_cannot_be_guessed_and_each_opens_its_own():
    """64 bits; who follows by the one can't read the notes by it."""
    talks = Talks()
    talk = talks.given_by("presenter", "a")
    assert len(talk.id) == len(talk.notes) == 16
    assert talks.noted(talk.notes) is talk
    assert talks.noted(talk.id) is talks.find(talk.notes) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number,view.loss,strip", ["number", "view.loss", "strip"]),
        ("strip,number,strip", ["strip", "number"]),  # a name is one place in the talk
        ("strip,nothing", ["strip"]),
        ("nothing,at.all", [*TALK]),
        ("", [*TALK]),
    ],
)
def test_a_story_has_the_scenes_that_the_link_names_in_its_order(text, expected):
    """From all registries, and the app's pictures; without any that is known the ready talk."""
    assert [scene.name for scene in story(text)] == expected


def test_what_packages_above_offer_can_be_found(monkeypatch):
    """A story needn't know who draws."""
    mine = Scene("view.mine", "Mine", "mine")
    monkeypatch.setattr(scene, "_ALL", dict(scene._ALL))
    assert find("view.mine") is None
    offer([mine])
    assert find("view.mine") is mine


@pytest.mark.parametrize("name", list(TALK))
def test_the_ready_talk_can_be_told(name):
    """Each scene has a title of one line, and notes of a few sentences, what to ask among them."""
    scene = TALK[name]
    assert len(scene.title) <= 60
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scene.notes)) <= 5
