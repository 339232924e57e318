"""What others see of a talk: followers the scene, the notes window what to say."""

from collections.abc import Callable
from functools import partial
from typing import TypeGuard

import streamlit as st

from lib.story import Scene, find, story, told
from lib.ui import address, clock
from lib.ui.fragment import fragment
from lib.ui.present.screen import both_ways, browser, names_of, show
from lib.ui.present.talks import LOOK_SECONDS, TALKS, Shown, Talk, mine
from lib.ui.runs import or_elsewhere
from lib.ui.session import Stage, session
from lib.ui.settings import settled_experiment
from lib.ui.text import plain, press

GONE = {
    "follow": "This link doesn't lead to a talk (any more). Ask the presenter for a new one.",
    "notes": "These notes belong to no talk.",
}
"""Key of the address → what is said where there is no such talk."""


def following(
    talk: Talk | None, draw: Callable[[Talk, Shown, Scene], object], asked: str
) -> TypeGuard[Talk]:
    """Draw what a talk shows, and again once it has moved; else say that there is none.

    Returns whether there is one; `asked` is the key of the address that names it.
    """
    if talk is None or talk.shown is None:
        st.markdown(f"# This talk is over{or_elsewhere()}")
        st.markdown(GONE[asked])
        act = partial(address.set_page_values, {"follow": "", "notes": ""})
        press("Present it yourself", "slideshow", "present_own", act)
        return False
    drawn = talk.shown, talk.is_given
    talk.followed = clock.now()

    def look() -> None:
        talk.followed = clock.now()
        if TALKS.find(talk.id) is not talk or (talk.shown, talk.is_given) != drawn:
            st.rerun()

    if scene := find(talk.shown.scene):
        draw(talk, talk.shown, scene)
    fragment(look, run_every=LOOK_SECONDS)()
    return True


def answer_wishes(talk: Talk) -> None:
    """Look whether the notes want another scene, and whether a reload has another talk to go on."""

    def look() -> None:
        if mine() is not talk or talk.wish:
            st.rerun()

    with st.container(key="answer_wishes"):
        fragment(look, run_every=LOOK_SECONDS)()


def _place(shown: Shown) -> tuple[int, tuple[Scene, ...]]:
    """The index of the scene in its story, and that story."""
    scenes = story(shown.query.get("story", [""])[-1])
    names = [each.name for each in scenes]
    return (names.index(shown.scene) if shown.scene in names else 0), scenes


def follow(talk_id: str) -> None:
    """Draw the presenter's scene, and a button to look around alone."""
    with st.container(key="present"):
        is_on = following(TALKS.find(talk_id), _followed, "follow")
    if is_on:
        with st.container(key="present_off"):
            act = partial(_go_off, talk_id)
            press("Look around on my own", "explore", "look_around", act)


def _followed(talk: Talk, shown: Shown, scene: Scene) -> None:
    record = session()
    address.put(shown.query)
    own = record.stage  # it has the follower's own answers
    record.stage = Stage(scene.name, answers={scene.name: [*shown.answers]})
    try:
        show(scene, settled_experiment(), follows=True)
    finally:
        record.stage = own
    place, scenes = _place(shown)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        gone = "" if talk.is_given else " The presenter has left: this was shown last."
        words = f"Following the presenter, scene {place + 1} of {len(scenes)}, read only.{gone}"
        st.markdown(words, width="content")


def _go_off(talk_id: str) -> None:
    """Take over what the talk shows now, with a button to go back."""
    talk, record = TALKS.find(talk_id), session()
    if talk and talk.shown:
        subject = address.put(talk.shown.query)
        subject.as_set = {}  # so that the address has all of it, for a reload
        record.stage.scene = talk.shown.scene
        record.stage.subjects[talk.shown.scene] = subject
        record.stage.answers[talk.shown.scene] = [*talk.shown.answers]
        off = {"scene": talk.shown.scene, "story": names_of(_place(talk.shown)[1])}
        address.set_page_values({"follow": "", "back": talk_id, **off})


def notes(notes_id: str) -> None:
    """Draw the speaker's notes to the presenter's scene, in a window of their own."""
    with st.container(key="present"):
        following(TALKS.noted(notes_id), _noted, "notes")


def _noted(talk: Talk, shown: Shown, scene: Scene) -> None:
    place, scenes = _place(shown)
    said = told(scene)
    st.markdown(f"# {plain(said.title)}")
    with st.container(key="speaker_notes"):
        st.markdown(said.notes or said.text or "Nothing is noted for this scene.")
    with st.container(key="speaker_answers"):
        for ask in scene.asks:
            right = ask.options[ask.right]
            st.markdown(f"{plain(ask.text)} **{plain(right.text)}**: {plain(right.why)}")
    after = told(scenes[place + 1]).title if place + 1 < len(scenes) else "the end"
    with st.container(key="speaker_next"):
        st.markdown(f"Next: **{plain(after)}**")
    with st.container(key="speaker_ways", horizontal=True, vertical_alignment="center"):
        both_ways(place, len(scenes), partial(TALKS.wish, talk))
        st.markdown(f"{place + 1} of {len(scenes)}", width="content")
    browser(scene, talk, notes=True)
