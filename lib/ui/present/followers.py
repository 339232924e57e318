"""What others see of a talk: its followers the scene, the window with notes what to say to it."""

from collections.abc import Callable
from functools import partial
from typing import TypeGuard

import streamlit as st

from lib.story import Scene, find, story, told
from lib.ui import address
from lib.ui.fragment import fragment
from lib.ui.present.screen import KEYS, both_ways, browser, names_of, show
from lib.ui.present.talks import TALKS, Shown, Talk, here
from lib.ui.runs import or_elsewhere
from lib.ui.session import Stage, session
from lib.ui.settings import settle_widgets
from lib.ui.streamlit_private.others import CAN_REDRAW, POLL_SECONDS, note_presence
from lib.ui.text import plain, press

LOOK_SECONDS = 20.0 if CAN_REDRAW else POLL_SECONDS
"""Between two looks whether the presenter is still there; and, where nobody says so, has moved."""
GONE = {
    "follow": "This link doesn't lead to a talk (any more). Ask the presenter for a new one.",
    "notes": "These notes belong to no talk.",
}
"""What is said where there is none, by the key of the address that asks for it."""


def following(
    talk: Talk | None, draw: Callable[[Talk, Shown, Scene], object], asked: str
) -> TypeGuard[Talk]:
    """Draw what a talk shows, and again whenever it moves; else say that there is none.

    Returns whether there is one; `asked` is the key of the address that names it.
    """
    if talk is None or talk.shown is None:
        st.markdown(f"# This talk is over{or_elsewhere()}")
        st.markdown(GONE[asked])
        act = partial(address.set_page_values, {"follow": "", "notes": ""})
        press("Present it yourself", "slideshow", "present_own", act)
        return False

    def follow_talk() -> None:
        note_presence()
        TALKS.follow(talk, *here())
        if (shown := talk.shown) and (scene := find(shown.scene)):
            draw(talk, shown, scene)
            fragment(_look, run_every=LOOK_SECONDS)(talk, shown, TALKS.is_given(talk))

    fragment(follow_talk)()
    return True


def _look(talk: Talk, shown: Shown, there: bool) -> None:
    """Draw the page anew where nobody has told it to, or the presenter has gone or come."""
    note_presence()
    is_gone = TALKS.find(talk.id) is not talk
    if is_gone or talk.shown != shown or TALKS.is_given(talk) != there:
        st.rerun()


def answer_wishes(talk: Talk) -> None:
    """Draw the presenter's page anew when the notes ask for that, where nobody else can."""
    if CAN_REDRAW:
        return
    note_presence()

    def look() -> None:
        note_presence()
        if talk.wish:
            st.rerun()

    with st.container(key="answer_wishes"):
        fragment(look, run_every=POLL_SECONDS)()


def _place(shown: Shown) -> tuple[int, tuple[Scene, ...]]:
    """Where the scene stands in its story, from 0, and that story."""
    scenes = story(shown.query.get("story", [""])[-1])
    names = [each.name for each in scenes]
    return (names.index(shown.scene) if shown.scene in names else 0), scenes


def follow(talk_id: str) -> None:
    """The presenter's scene, which can be looked at alone, and the way off."""
    with st.container(key="present"):
        is_on = following(TALKS.find(talk_id), _followed, "follow")
    if is_on:
        with st.container(key="present_off"):
            act = partial(_go_off, talk_id)
            press("Look around on my own", "explore", "look_around", act)


def _followed(talk: Talk, shown: Shown, scene: Scene) -> None:
    record = session()
    _be_about(shown)
    own = record.stage  # which has answers that are none of the presenter's business
    record.stage = Stage(scene.name, answers={scene.name: [*shown.answers]})
    try:
        show(scene, settle_widgets(), follows=True)
    finally:
        record.stage = own
    place, scenes = _place(shown)
    with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
        gone = "" if TALKS.is_given(talk) else " The presenter has left: this was shown last."
        words = f"Following the presenter, scene {place + 1} of {len(scenes)}, read only.{gone}"
        st.markdown(words, width="content")


def _be_about(shown: Shown) -> None:
    """Have the settings and the run that a talk shows."""
    address.put({key: texts for key, texts in shown.query.items() if key != "run"}, KEYS)
    session().run.id = shown.query.get("run", [None])[-1]


def _go_off(talk_id: str) -> None:
    """Present what the talk shows now, as it is there, with the way back."""
    talk, record = TALKS.find(talk_id), session()
    if talk and talk.shown:
        _be_about(talk.shown)
        record.address.as_set = {}  # so that the address has all of it, for a reload
        record.stage.scene = talk.shown.scene
        record.stage.answers[talk.shown.scene] = [*talk.shown.answers]
        off = {"scene": talk.shown.scene, "story": names_of(_place(talk.shown)[1])}
        address.set_page_values({"follow": "", "back": talk_id, **off})


def notes(notes_id: str) -> None:
    """Speaker's notes to the scene that the presenter has, in a window of their own."""
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
