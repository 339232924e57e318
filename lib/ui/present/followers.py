"""What others see of a talk: followers the scene, the notes window what to say."""

from functools import partial

import streamlit as st

from lib.story import Scene, story
from lib.ui import address
from lib.ui.fragment import fragment
from lib.ui.present.screen import LOOK_SECONDS, Shown, Talk, both_ways, browser, find, show
from lib.ui.runs import or_elsewhere
from lib.ui.session import Stage, session
from lib.ui.settings import settled_experiment
from lib.ui.text import plain, press

GONE = {
    "follow": "This link doesn't lead to a talk (any more). Ask the presenter for a new one.",
    "notes": "These notes belong to no talk.",
}
"""Key of the address → what is said where there is no such talk."""


def follow(talk_id: str) -> None:
    """Draw the presenter's scene, and a button to look around alone."""
    with st.container(key="present"):
        if not (found := _shown_by(find(follow=talk_id), "follow")):
            return
        talk, shown, scenes, place = found
        address.put(shown.query)
        record, is_given = session(), talk.is_given
        own = record.stage  # it has the follower's own answers
        record.stage = Stage(shown.scene, answers={shown.scene: [*shown.answers]})
        try:
            show(scenes[place], settled_experiment(), follows=True)
        finally:
            record.stage = own
        with st.container(key="present_foot", horizontal=True, vertical_alignment="center"):
            gone = "" if is_given else " The presenter has left: this was shown last."
            words = f"Following the presenter, scene {place + 1} of {len(scenes)}, read only.{gone}"
            st.markdown(words, width="content")
        _rerun_when_moved(talk, shown, is_given)
    with st.container(key="present_off"):
        press("Look around on my own", "explore", "look_around", partial(_go_off, talk))


def notes(notes_id: str) -> None:
    """Draw the speaker's notes to the presenter's scene, in a window of their own."""
    with st.container(key="present"):
        if not (found := _shown_by(find(notes=notes_id), "notes")):
            return
        talk, shown, scenes, place = found
        scene = scenes[place]
        st.markdown(f"# {plain(scene.title)}")
        with st.container(key="speaker_notes"):
            st.markdown(scene.notes or scene.text or "Nothing is noted for this scene.")
        with st.container(key="speaker_answers"):
            for ask in scene.asks:
                right = ask.options[ask.right]
                st.markdown(f"{plain(ask.text)} **{plain(right.text)}**: {plain(right.why)}")
        after = scenes[place + 1].title if place + 1 < len(scenes) else "the end"
        with st.container(key="speaker_next"):
            st.markdown(f"Next: **{plain(after)}**")
        with st.container(key="speaker_ways", horizontal=True, vertical_alignment="center"):
            both_ways(place, len(scenes), talk.wishes.append, type="tertiary")
            st.markdown(f"{place + 1} of {len(scenes)}", width="content")
        browser(scene, talk, notes=True)
        _rerun_when_moved(talk, shown, talk.is_given)


def _shown_by(talk: Talk | None, asked: str) -> tuple[Talk, Shown, tuple[Scene, ...], int] | None:
    """A talk, what it shows, its scenes and the shown one's index; without any that is said."""
    if talk and talk.shown:
        scenes = story(talk.shown.query["story"][-1])
        place = [scene.name for scene in scenes].index(talk.shown.scene)
        return talk, talk.shown, scenes, place
    st.markdown(f"# This talk is over{or_elsewhere()}")
    st.markdown(GONE[asked])
    act = partial(address.set_page_values, {"follow": "", "notes": ""})
    press("Present it yourself", "slideshow", "present_own", act)
    return None


def _rerun_when_moved(talk: Talk, *drawn: object) -> None:
    """Run the page again when the talk isn't as it was `drawn`: what it shows, and if it is given.

    The page draws this last, since it takes room.
    """

    def look() -> None:
        if (talk.shown, talk.is_given) != drawn:
            st.rerun()

    fragment(look, run_every=LOOK_SECONDS)()


def _go_off(talk: Talk) -> None:
    """Take over what the talk shows now, with a button to go back."""
    if shown := talk.shown:
        stage, subject = session().stage, address.put(shown.query)
        subject.as_set = {}  # so that the address has all of it, for a reload
        stage.scene = shown.scene
        stage.subjects[shown.scene] = subject
        stage.answers[shown.scene] = [*shown.answers]
        own = {"scene": shown.scene, "story": shown.query["story"][-1]}
        address.set_page_values({"follow": "", "back": talk.id, **own})
