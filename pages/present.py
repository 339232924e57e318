"""Present: a talk with one picture per screen, driven by keys and followed in other browsers."""

import streamlit as st

from lib.story import story
from lib.ui import address, overview, stage, talks
from lib.ui.browser import PICTURED
from lib.ui.fragment import fragment
from lib.ui.frame import begin_page
from lib.ui.session import session
from lib.ui.views import TALK_SCENES
from lib.ui.widgets import hint, plain


def look() -> None:
    """Record that the talk is open. Rerun for new votes or a step from the notes window."""
    talks.current_talk()
    if talk.requested_steps or talk.count(scene) != votes:
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
while talk.requested_steps:
    talks.step(names, talk.requested_steps.pop())
requested = address.page_value("scene")
if requested and requested not in names:
    text = f"This talk has no scene “{plain(requested[:24])}”. Showing scene 1."
    st.toast(text, icon=":material/link_off:")
    address.set_page_value("scene", "")
scene = scenes[names.index(requested) if requested in names else 0]
stage.enter(scene)
address.finish()

opened, loaded, votes = address.page_value("open"), None, talk.count(scene)
with st.container(key="present"):
    if opened == "overview":
        overview.draw_overview(scenes, scene, talk)
    elif opened == "audience":
        st.markdown("# Follow me")
        talks.draw_link(talks.link(follow=talk.id), "Scan to follow and vote on your own screen.")
    else:
        loaded = talks.draw_scene(scene, talk)
        if loaded.obstacle and "run" in scene.controls:
            hint(loaded.obstacle)  # Train is disabled
        if scene.shows == "advice":
            talks.draw_link(talks.link(story=talks.in_address(names)), "Scan to open this talk.")
talks.draw_foot(scenes, scene, talk, loaded)
query = {key: text for key, text in address.whole().items() if key not in talks.UNSHARED}
query["story"] = [talks.in_address(names)]
talk.shown = talks.Shown(scene.name, query, tuple(stage.picked(scene)))
with st.container(key="answer_wishes"):
    fragment(look, run_every=talks.LOOK_SECONDS)
