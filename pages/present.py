"""Present: a talk with one picture to a screen, driven by keys; others follow it in browsers."""

import streamlit as st

from lib.story import story
from lib.ui import address, stage
from lib.ui import screen as on_screen
from lib.ui.browser import PICTURED
from lib.ui.fragment import fragment
from lib.ui.frame import screen
from lib.ui.session import session
from lib.ui.settings import settled_experiment
from lib.ui.views import TALK_SCENES


def look() -> None:
    """Note that the page is open, and see whether the notes want another scene."""
    on_screen.mine()
    if talk.wishes:
        st.rerun()


screen("Present", on_screen.KEYS, PICTURED)
if talk_id := address.page_value("notes"):
    on_screen.notes(talk_id)
    st.stop()
if talk_id := address.page_value("follow"):
    on_screen.follow(talk_id)
    st.stop()

scenes = story(address.page_value("story"), TALK_SCENES)
talk, record = on_screen.mine(), session().stage
names = [scene.name for scene in scenes]
if record.talk != talk.id and talk.shown and talk.shown.answers:  # after a reload
    record.answers.setdefault(talk.shown.scene, [*talk.shown.answers])
record.talk = talk.id
while talk.wishes:
    on_screen.step(names, talk.wishes.pop())
asked = address.page_value("scene")
scene = scenes[names.index(asked) if asked in names else 0]
stage.enter(scene)
address.finish()

opened, loaded = address.page_value("open"), None
with st.container(key="present"):
    if opened == "overview":
        on_screen.overview(scenes, scene, talk)
    elif opened == "audience":
        st.markdown("# Follow me")
        link = on_screen.link(follow=talk.id)
        on_screen.share(link, "Scan to follow along on your own screen.")
    else:
        loaded = on_screen.show(scene, settled_experiment())
        if scene.shows == "advice":
            link = on_screen.link(story=on_screen.in_address(names))
            on_screen.share(link, "Take it with you: this talk.")
on_screen.foot(scenes, scene, talk, loaded)
if not address.page_value("back"):  # who looks around alone shows nobody else anything
    told = {key: text for key, text in address.whole().items() if key not in on_screen.UNTOLD}
    told["story"] = [on_screen.in_address(names)]
    talk.shown = on_screen.Shown(scene.name, told, tuple(stage.picked(scene)))
with st.container(key="answer_wishes"):
    fragment(look, run_every=on_screen.LOOK_SECONDS)
