"""Guide: a lesson of nine steps, each with one idea, one action and a question or more."""

import streamlit as st

from lib.story import GUIDE
from lib.text import capital
from lib.ui import address, lesson, stage
from lib.ui.browser import current_palette, point_at
from lib.ui.frame import frame
from lib.ui.shown import load_data
from lib.ui.views import VIEWS, draw
from lib.ui.widgets import pills, plain

settled = frame("Guide", (lesson.KEY,), own=lesson.enter)
step = lesson.step()
titles = {name: capital(name) for name in GUIDE}
titles |= {name: f"✓ {titles[name]}" for name, each in GUIDE.items() if stage.done(each)}
with st.container(horizontal=True, key="lesson_progress", vertical_alignment="center"):
    place = f"{lesson.STEPS.index(step.id) + 1} of {len(lesson.STEPS)}"
    st.markdown(f"**{place}**", width="content")
    pills("Steps", titles, step.id, "lesson_steps", lesson.go, required=True)
asked = address.page_value(lesson.KEY)
if asked and asked not in GUIDE:
    st.warning(f"No step is called {plain(asked[:24])}.", icon=":material/info:")
with st.container(key="lesson"):
    with st.container(key="lesson_words", gap="xsmall"):
        st.markdown(f"# {plain(step.title)}")
        st.markdown(step.text)
    picture = st.container(key="lesson_picture").container()
    with st.container(key="lesson_question", gap="xsmall"):
        stage.question(step)
        if stage.answered(step):
            stage.controls(step, settled)
        to_do = st.container(gap="xsmall")
        lesson.ways_on()
is_waiting = stage.answered(step) and not stage.has_happened(step)
point_at(step.points_at if is_waiting else "")
palette = current_palette()
with picture:
    loaded = load_data(settled)
    draw(stage.shown(step), loaded, palette)
    if step.aside:
        with st.expander(VIEWS[step.aside].title):
            draw(step.aside, loaded, palette)
with to_do:
    if stage.answered(step):
        stage.train_buttons(step, loaded)
    stage.waiting(step)
with st.container(key="handout"):
    st.markdown(lesson.handout())
