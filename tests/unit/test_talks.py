"""Talks: the scenes that a link or the ready talk names, and the registry of who gives one."""

import re
from itertools import cycle

import pytest

from lib.story import TALK, story
from lib.ui import clock, talks
from lib.ui.views import TALK_SCENES
from tests.clock import Clock


@pytest.fixture
def give(monkeypatch):
    """Gives the talk of a browser, by its name, one second after the last call."""
    now, here = Clock(), [""]
    monkeypatch.setattr(clock, "now", now.now)
    monkeypatch.setattr(talks, "_TALKS", {})
    monkeypatch.setattr(talks, "browser_id", lambda: here[0])

    def mine(browser, seconds=1.0):
        now.seconds += seconds
        here[0] = browser
        return talks.current_talk()

    return mine


def test_a_browser_finds_its_talk_again(give):
    """With its start; another browser has another one."""
    talk = give("a")
    began = talk.began
    assert give("b") is not talk
    assert give("a") is talk
    give("b", talks.ABSENT_SECONDS)
    assert not talk.is_given
    assert give("a") is talk
    assert (talk.is_given, talk.began) == (True, began)


def test_the_talks_that_were_given_last_are_kept(give):
    """So many, and no more."""
    lost, kept = give("lost"), give("kept")
    for number in range(talks.MOST - 1):
        give(f"{number}")
        give("kept")
    assert talks.find(follow=kept.id) is kept
    assert talks.find(follow=lost.id) is None


def test_a_follower_sees_one_scene_while_the_presenter_goes_on():
    """The presenter's session replaces what is shown at any time."""
    names = cycle(("strip", "number"))
    look = property(lambda _: talks.Shown(name := next(names), {"story": [name]}))
    _, shown, scenes, place = talks._shown_by(type("Moving", (), {"shown": look})(), "")
    assert scenes[place].name == shown.scene


def test_ids_cannot_be_guessed_and_each_opens_its_own(give):
    """64 bits; who follows by the one can't read the notes by it."""
    talk = give("a")
    assert len(talk.id) == len(talk.notes) == 16
    assert talks.find(follow=talk.id) is talks.find(notes=talk.notes) is talk
    assert talks.find(notes=talk.id) is talks.find(follow=talk.notes) is None


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
    assert [scene.name for scene in story(text, TALK_SCENES)] == expected


@pytest.mark.parametrize("name", list(TALK))
def test_the_ready_talk_can_be_told(name):
    """Each scene has a title of one line, and notes of a few sentences, what to ask among them."""
    scene = TALK[name]
    assert len(scene.title) <= 60
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scene.notes)) <= 5
