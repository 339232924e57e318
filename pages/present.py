"""Present: a talk with one picture to a screen, driven by keys; others follow it in browsers."""

import streamlit as st

from lib.story import story
from lib.ui import address, stage, talks
from lib.ui.browser import PICTURED
from lib.ui.fragment import fragment
from lib.ui.frame import begin_page
from lib.ui.session import session
from lib.ui.settings import settled_experiment
from lib.ui.views import TALK_SCENES


def look() -> None:
    """Note that the page is open, and see whether the notes want another scene."""
    talks.current_talk()
    if talk.wishes:
        st.rerun()


begin_page("Present", talks.KEYS, PICTURED)
if talk_id := address.page_value("notes"):
    talks.draw_notes(talk_id)
    st.stop()
if talk_id := address.page_value("follow"):
    talks.draw_followed(talk_id)
    st.stop()

scenes = story(address.page_value("story"), TALK_SCENES)
talk, record = talks.current_talk(), session().stage
names = [scene.name for scene in scenes]
if record.talk_id != talk.id and talk.shown and talk.shown.answers:  # after a reload
    record.answers.setdefault(talk.shown.scene, [*talk.shown.answers])
record.talk_id = talk.id
while talk.wishes:
    talks.step(names, talk.wishes.pop())
asked = address.page_value("scene")
scene = scenes[names.index(asked) if asked in names else 0]
stage.enter(scene)
address.finish()

opened, loaded = address.page_value("open"), None
with st.container(key="present"):
    if opened == "overview":
        talks.draw_overview(scenes, scene, talk)
    elif opened == "audience":
        st.markdown("# Follow me")
        link = talks.link(follow=talk.id)
        talks.draw_link(link, "Scan to follow along on your own screen.")
    else:
        loaded = talks.draw_scene(scene, settled_experiment())
        if scene.shows == "advice":
            link = talks.link(story=talks.in_address(names))
            talks.draw_link(link, "Take it with you: this talk.")
talks.draw_foot(scenes, scene, talk, loaded)
if not address.page_value("back"):  # who looks around alone shows nobody else anything
    query = {key: text for key, text in address.whole().items() if key not in talks.UNSHARED}
    query["story"] = [talks.in_address(names)]
    talk.shown = talks.Shown(scene.name, query, tuple(stage.picked(scene)))
with st.container(key="answer_wishes"):
    fragment(look, run_every=talks.LOOK_SECONDS)
