"""The lesson: the current step, each browser's progress, and all steps for paper."""

from functools import partial

import streamlit as st

from lib.data import remember
from lib.story import GUIDE, Scene
from lib.ui import address, stage
from lib.ui.browser import browser_id
from lib.ui.frame import PAGES
from lib.ui.runs import leave_foreign_run
from lib.ui.session import Stage, session
from lib.ui.views import VIEWS
from lib.ui.widgets import plain, press

KEY = "at"  # the step's key in the address
STEPS = list(GUIDE)
MOST = 500  # the number of browsers that are remembered
TURN = "Your turn: open Echo in Explore. Which mode will be better there? Predict, train, and look."
_KEPT: dict[str, Stage] = {}  # each browser's progress, of its newest session in the lesson


def step() -> Scene:
    """The step that the address names, else this browser's last one."""
    return GUIDE.get(address.page_value(KEY)) or GUIDE[session().stage.step or STEPS[0]]


def enter() -> None:
    """Put the current step on the stage, without rewriting the address: Back must get past it."""
    record, browser = session().stage, browser_id()
    if not record.step:
        kept = _KEPT.get(browser or "", record)
        record.step = kept.step or STEPS[0]
        record.answers, record.passed = kept.answers, kept.passed
        if browser:
            remember(_KEPT, browser, record, MOST)
    leave_foreign_run()
    stage.enter(step())


def go(name: str) -> None:
    """Open a step and remember it for this browser. For callbacks."""
    session().stage.step = name
    address.set_page_value(KEY, name)


def ways_on() -> None:
    """Draw the buttons Back and Next, and a link to the step's page with its settings."""
    here, subject = step(), session().subject
    place, (path, icon) = STEPS.index(here.id), PAGES[here.page]
    is_last, is_done = place + 1 == len(STEPS), stage.done(here)
    if is_last and is_done:
        st.markdown(TURN)
    with st.container(horizontal=True, key="lesson_ways", vertical_alignment="center"):
        if place:
            press("Back", "arrow_back", "scene_before", partial(go, STEPS[place - 1]))
        if not is_last:
            then, kind = partial(go, STEPS[place + 1]), "primary" if is_done else "secondary"
            press("Next", "arrow_forward", "scene_next", then, disabled=not is_done, type=kind)
        if is_done or not is_last:
            view, label = VIEWS[stage.shown(here)], f"Open in {here.page}"
            values = {key: address.page_value(key) for key in address.PICTURE_KEYS}
            values["part"] = view.part if view.page == here.page else ""
            experiment, run_id = subject.experiment, subject.run_id
            if is_last:  # with the next seed, of which there is no recording
                label, run_id = "Your turn", None
                experiment = experiment.set(seed=experiment.seed + 1)
            said = {key: text for key, text in values.items() if text}
            query = address.query_of(experiment, run_id, said)
            with st.container(key="lesson_turn" if is_last else "lesson_out", width="content"):
                st.page_link(path, label=label, icon=icon, query_params=query)


def handout() -> str:
    """All steps as Markdown for print: words, questions with options, and answers."""
    lines = ["## All steps"]
    for number, scene in enumerate(GUIDE.values(), start=1):
        lines += [f"#### {number}. {plain(scene.title)}", scene.text]
        answers = []
        for ask in scene.asks:
            options = [f"{'abcd'[k]}) {plain(each.text)}" for k, each in enumerate(ask.options)]
            answers.append(f"{'abcd'[ask.right]}) {plain(ask.options[ask.right].why)}")
            lines.append("  \n".join([f"**{plain(ask.text)}**", *options]))
        lines.append(f"*{'Answers' if len(answers) > 1 else 'Answer'}: {' '.join(answers)}*")
    return "\n\n".join(lines)
