"""Talks: the scenes of a link and of the original talk, and the registry of talks."""

import re
from itertools import cycle

import pytest

from lib.story import TALK, story
from lib.ui import clock, talks
from lib.ui.views import TALK_SCENES
from tests.clock import Clock


@pytest.fixture
def talk_of(monkeypatch):
    """Return a function that returns a browser's talk. Each call is one second later."""
    fake, here = Clock(), [""]
    monkeypatch.setattr(clock, "now", fake.now)
    monkeypatch.setattr(talks, "_TALKS", {})
    monkeypatch.setattr(talks, "browser_id", lambda: here[0])

    def current_talk(browser, seconds=1.0):
        fake.seconds += seconds
        here[0] = browser
        return talks.current_talk()

    return current_talk


def test_a_browser_keeps_its_talk(talk_of):
    """The talk keeps its start time, also after an absence. Another browser has another talk."""
    talk = talk_of("a")
    began = talk.began
    assert talk_of("b") is not talk
    assert talk_of("a") is talk
    talk_of("b", talks.ABSENT_SECONDS)
    assert not talk.is_open
    assert talk_of("a") is talk
    assert (talk.is_open, talk.began) == (True, began)


def test_the_least_recently_shown_talk_is_dropped_first(talk_of):
    """The server keeps at most `MOST` talks."""
    dropped, shown = talk_of("dropped"), talk_of("shown")
    for number in range(talks.MOST - 1):
        talk_of(f"{number}")
        talk_of("shown")
    assert talks.find(follow=shown.id) is shown
    assert talks.find(follow=dropped.id) is None


def test_a_follower_sees_one_scene_while_the_presenter_changes_scenes():
    """The presenter's session may replace the shown scene at any time."""
    names = cycle(("strip", "number"))

    class MovingTalk:
        @property
        def shown(self):
            name = next(names)
            return talks.Shown(name, {"story": [name]})

    _, shown, scenes, place = talks._shown_by(MovingTalk(), "")
    assert scenes[place].name == shown.scene


def test_ids_cannot_be_guessed_and_each_opens_one_view(talk_of):
    """Ids have 64 bits. A follower's id doesn't open the notes."""
    talk = talk_of("a")
    assert len(talk.id) == len(talk.notes) == 16
    assert talks.find(follow=talk.id) is talks.find(notes=talk.notes) is talk
    assert talks.find(notes=talk.id) is talks.find(follow=talk.notes) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number,view.loss,strip", ["number", "view.loss", "strip"]),
        ("strip,number,strip", ["strip", "number"]),  # A repeated name has no effect.
        ("strip,nothing", ["strip"]),
        ("nothing,at.all", [*TALK]),
        ("", [*TALK]),
    ],
)
def test_a_talk_has_the_scenes_of_its_link_in_order(text, expected):
    """Scenes come from all registries. A link that has no known name opens the original talk."""
    assert [scene.name for scene in story(text, TALK_SCENES)] == expected


@pytest.mark.parametrize("name", list(TALK))
def test_a_scene_of_the_ready_talk_has_a_short_title_and_short_notes(name):
    """The title has one line, and the notes have two to six sentences."""
    scene = TALK[name]
    assert len(scene.title) <= 60
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scene.notes)) <= 6
