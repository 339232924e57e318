"""Guide: a lesson of a few screens, with one idea, one action and one question each."""

import streamlit as st

from lib.story import GUIDE, Scene
from lib.ui import address, stage
from lib.ui.browser import current_palette
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.text import plain, press
from lib.ui.views import draw

KEY = "at"
steps = list(GUIDE)


def _enter() -> None:
    stage.enter(scene(), (KEY,))


def scene() -> Scene:
    """The step that the address names, else the first."""
    return GUIDE.get(address.page_value(KEY), GUIDE[steps[0]])


settled = frame("Guide", (KEY, *stage.KEYS), own=_enter)
step = scene()
words, picture = st.columns([2, 3])
with words:
    st.markdown(f"# {plain(step.title)}")
    st.markdown(step.text)
    settled = stage.controls(step, settled)
    stage.question(step)
    place = steps.index(step.id)
    if place + 1 < len(steps):
        press(
            "Next",
            "arrow_forward",
            "scene_next",
            lambda: address.set_page_value(KEY, steps[place + 1]),
            disabled=not stage.done(step),
        )
loaded = load_data(settled)
with picture:
    draw(stage.shown(step), loaded, current_palette())
