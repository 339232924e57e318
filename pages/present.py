"""Present: one thing to a screen, scene by scene, driven by keys."""

from functools import partial

import streamlit as st

from lib.story import story
from lib.ui import address, stage
from lib.ui.browser import current_palette
from lib.ui.data import load_data
from lib.ui.frame import screen
from lib.ui.settings import settle_widgets
from lib.ui.text import plain, press
from lib.ui.views import draw

KEYS = ("story", "scene")

screen("Present", (*KEYS, *stage.KEYS))
scenes = story(address.page_value("story"))
names = [scene.name for scene in scenes]
name = address.page_value("scene")
place = names.index(name) if name in names else 0
scene = scenes[place]
stage.enter(scene, KEYS)
address.finish()

st.markdown(f"# {plain(scene.title)}")
settled = stage.controls(scene, settle_widgets())
loaded = load_data(settled)
stage.train_buttons(scene, loaded)
draw(stage.shown(scene), loaded, current_palette())
stage.question(scene)
with st.container(horizontal=True):
    for label, key, to in (
        ("Before", "scene_before", place - 1),
        ("Next", "scene_next", place + 1),
    ):
        go = partial(address.set_page_value, "scene", names[to % len(names)])
        press(label, "arrow_forward", key, go, disabled=not 0 <= to < len(names))
