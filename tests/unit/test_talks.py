"""Talks: the scenes of a link and of the ready talk, and the registry of talks."""

import re
from itertools import cycle

import pytest

from lib.story import TALK, story
from lib.ui import clock, talks
from lib.ui.views import TALK_SCENES
from tests.clock import Clock


@pytest.fixture
def give(monkeypatch):
    """Return a function that gives a browser's talk, one second after its last call."""
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
    """The talk keeps its start time; another browser has another talk."""
    talk = give("a")
    began = talk.began
    assert give("b") is not talk
    assert give("a") is talk
    give("b", talks.ABSENT_SECONDS)
    assert not talk.is_given
    assert give("a") is talk
    assert (talk.is_given, talk.began) == (True, began)


def test_only_the_most_recent_talks_are_kept(give):
    """The oldest talk is dropped first."""
    lost, kept = give("lost"), give("kept")
    for number in range(talks.MOST - 1):
        give(f"{number}")
        give("kept")
    assert talks.find(follow=kept.id) is kept
    assert talks.find(follow=lost.id) is None


def test_a_follower_sees_one_scene_while_the_presenter_goes_on():
    """The presenter's session may replace the shown scene at any time."""
    names = cycle(("strip", "number"))
    look = property(lambda _: talks.Shown(name := next(names), {"story": [name]}))
    _, shown, scenes, place = talks._shown_by(type("Moving", (), {"shown": look})(), "")
    assert scenes[place].name == shown.scene


def test_ids_cannot_be_guessed_and_each_opens_its_own(give):
    """Ids have 64 bits, and a follower's id doesn't open the notes."""
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
    """Names come from all registries. A link without a known name opens the ready talk."""
    assert [scene.name for scene in story(text, TALK_SCENES)] == expected


@pytest.mark.parametrize("name", list(TALK))
def test_the_ready_talk_can_be_presented(name):
    """Each scene has a title of one line, and notes of two to six sentences."""
    scene = TALK[name]
    assert len(scene.title) <= 60
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scene.notes)) <= 6
