"""Guide: eleven steps, each with one idea, one task and at least one question."""

from functools import partial

import streamlit as st

from lib.story import GUIDE, SCENES, Scene
from lib.text import capital
from lib.ui import address, stage
from lib.ui.browser import current_palette, point_at
from lib.ui.frame import PAGES, frame
from lib.ui.session import session
from lib.ui.shown import load_data
from lib.ui.views import VIEWS, draw, sample_card
from lib.ui.widgets import pills, plain, press

TURN = "Your turn: open Echo in Explore. Which mode will predict better? Guess, train, and compare."
STEPS = list(GUIDE)


def go(name: str) -> None:
    """Open a step, and remember it as this browser's last step."""
    session().stage.step = name
    address.set_page_value(stage.STEP, name)


def navigation(step: Scene) -> None:
    """Draw the buttons Back and Next, and a link that opens the step's settings on its page."""
    place, (path, icon) = STEPS.index(step.id), PAGES[step.page]
    is_last, is_done = place + 1 == len(STEPS), stage.done(step)
    if is_last and is_done:
        st.markdown(TURN)
    with st.container(horizontal=True, key="lesson_ways", vertical_alignment="center"):
        if place:
            press("Back", "arrow_back", "scene_before", partial(go, STEPS[place - 1]))
        if not is_last:
            act, kind = partial(go, STEPS[place + 1]), "primary" if is_done else "secondary"
            press("Next", "arrow_forward", "scene_next", act, disabled=not is_done, type=kind)
        if is_done or not is_last:
            view, subject = VIEWS[stage.shown(step)], session().subject
            values = {key: address.page_value(key) for key in address.PICTURE_KEYS}
            values["part"] = view.part if view.page == step.page else ""
            experiment, run_id, label = subject.experiment, subject.run_id, f"Open in {step.page}"
            if is_last:  # the next seed has no recorded run: the user trains
                label, run_id = "Your turn", None
                experiment = experiment.set(seed=experiment.seed + 1)
            nonempty = {key: text for key, text in values.items() if text}
            query = address.query_of(experiment, run_id, nonempty)
            with st.container(key="lesson_turn" if is_last else "lesson_out", width="content"):
                st.page_link(path, label=label, icon=icon, query_params=query)


settled = frame("Guide", (stage.STEP,), own=stage.enter_step)
step = SCENES[session().stage.scene]
titles = {name: ("✓ " if stage.done(each) else "") + capital(name) for name, each in GUIDE.items()}
with st.container(horizontal=True, key="lesson_progress", vertical_alignment="center"):
    st.markdown(f"**{STEPS.index(step.id) + 1} of {len(STEPS)}**", width="content")
    pills("Steps", titles, step.id, "lesson_steps", go, required=True)
requested = address.page_value(stage.STEP)
if requested and requested not in GUIDE:
    text = f"No step is called {plain(requested[:24])}. Step {STEPS.index(step.id) + 1} is shown."
    st.warning(text, icon=":material/info:")
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
        navigation(step)
is_waiting = stage.answered(step) and not stage.has_happened(step)
point_at(step.points_at if is_waiting else "")
palette = current_palette()
with picture:
    loaded = load_data(settled)
    draw(stage.shown(step), loaded, palette)
    if step.shows == "sample" and stage.shown(step) != "sample":
        with st.container(key="lesson_data"):  # the data stays visible below the run
            sample_card(loaded, palette)
    if step.aside:
        with st.expander(VIEWS[step.aside].title):
            draw(step.aside, loaded, palette)
with to_do:
    if stage.answered(step):
        stage.train_buttons(step, loaded)
    stage.waiting(step, loaded)
