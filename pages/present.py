"""Present: a talk with one picture to a screen, driven by keys; others follow it in browsers."""

import streamlit as st

from lib.story import story
from lib.ui import address, stage
from lib.ui.frame import screen
from lib.ui.present import followers
from lib.ui.present import screen as on_screen
from lib.ui.present.talks import mine
from lib.ui.settings import settled_experiment
from lib.ui.style import PICTURED

screen("Present", on_screen.KEYS, PICTURED)
if talk_id := address.page_value("notes"):
    followers.notes(talk_id)
    st.stop()
if talk_id := address.page_value("follow"):
    followers.follow(talk_id)
    st.stop()

scenes, talk = story(address.page_value("story")), mine()
on_screen.come_back(talk, scenes)
asked = address.page_value("scene")
scene = next((each for each in scenes if each.name == asked), scenes[0])
stage.enter(scene)
address.finish()

opened, loaded = address.page_value("open"), None
with st.container(key="present"):
    if opened == "overview":
        on_screen.overview(scenes, scene, talk)
    elif opened == "audience":
        on_screen.audience(talk)
    else:
        loaded = on_screen.show(scene, settled_experiment())
        if scene.shows == "advice":
            link = on_screen.link(story=on_screen.names_of(scenes))
            on_screen.share(link, "Take it with you: this talk.")
on_screen.foot(scenes, scene, talk, loaded)
if not address.page_value("back"):  # who looks around alone shows nobody else anything
    talk.shown = on_screen.told_to_all(scenes, scene)
on_screen.answer_wishes(talk)
