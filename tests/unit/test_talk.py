"""A story in a link, and the ready talk: scenes by name, in the order in which they are picked."""

from __future__ import annotations

import re

import pytest

from lib.data.datasets import DATASETS
from lib.story import TALK, Scene, all_scenes, find, offer, story
from lib.ui.views import VIEWS


def names(text: str) -> list[str]:
    """Of the scenes that an address names."""
    return [scene.name for scene in story(text)]


def test_a_story_has_the_scenes_that_the_link_names_in_its_order() -> None:
    """From all registries, and the pictures of the app."""
    assert names("number,view.loss,strip") == ["number", "view.loss", "strip"]


@pytest.mark.parametrize(
    ("text", "expected"), [("", [*TALK]), ("nothing,at.all", [*TALK]), ("strip,nothing", ["strip"])]
)
def test_what_a_link_names_in_vain_is_left_out(text: str, expected: list[str]) -> None:
    """Without any scene that is known it is the ready talk."""
    assert names(text) == expected


def test_a_scene_that_is_named_twice_comes_once() -> None:
    """Its name says where the talk is, so that it must be one place."""
    assert names("strip,number,strip") == ["strip", "number"]


def test_what_rooms_above_offer_can_be_found() -> None:
    """A story needn't know who draws."""
    mine = Scene("view.mine", "Mine", "mine")
    assert find("view.mine") is None
    offer([mine])
    try:
        assert find("view.mine") is mine
    finally:
        offer_nothing("view.mine")


def offer_nothing(name: str) -> None:
    """Take a scene back that was offered."""
    from lib.story import scene

    del scene._ALL[name]


@pytest.mark.parametrize("scene", list(all_scenes()), ids=lambda scene: scene.name)
def test_each_scene_shows_what_there_is(scene: Scene) -> None:
    """Its pictures have a place, and its data are known."""
    assert scene.shows in VIEWS
    assert not scene.reveals or scene.reveals in VIEWS
    assert {*scene.query.get("data", [])} <= {*DATASETS}


@pytest.mark.parametrize("name", list(TALK))
def test_the_ready_talk_can_be_told(name: str) -> None:
    """Each scene has a title of one line, and notes of a few sentences, what to ask among them."""
    scene = TALK[name]
    assert len(scene.title) <= 60
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scene.notes)) <= 5
