"""The lesson as a whole: where a browser is in it, how far that is, and all of it on paper."""

from functools import lru_cache, partial

import streamlit as st

from lib.english import capital
from lib.story import GUIDE, Scene
from lib.ui import address, stage
from lib.ui.browser import browser_id
from lib.ui.frame import PAGES
from lib.ui.linked import pills
from lib.ui.session import session
from lib.ui.text import hint, plain, press
from lib.ui.views import VIEWS

KEY = "at"
"""In the address: the step."""
STEPS = list(GUIDE)
MOST = 500
"""So many browsers are remembered."""
_PLACES: dict[str, str] = {}
"""By browser the step where it was last."""


def step() -> Scene:
    """The step that the address names, else the one where this browser was."""
    return GUIDE.get(address.page_value(KEY)) or GUIDE[session().stage.step or STEPS[0]]


def enter() -> None:
    """Put the address's step on the stage: else that where this browser was, else the first.

    The address stays as it is: written anew it would be a place that Back can't get past.
    """
    record = session().stage
    if not record.step:
        record.step = _PLACES.get(browser_id() or "", STEPS[0])
        record.came_back = address.page_value(KEY) not in GUIDE and record.step != STEPS[0]
    stage.enter(step(), (KEY,))


def go(name: str) -> None:
    """Open a step, in a callback, and note that this browser is there."""
    session().stage.came_back = False
    address.set_page_value(KEY, name)
    if browser := browser_id():
        _PLACES.pop(browser, None)
        _PLACES[browser] = name
    for first in [*_PLACES][:-MOST]:
        _PLACES.pop(first, None)


def progress() -> None:
    """Draw how far it is, and all steps to pick one from; finished ones have a mark."""
    titles = {
        name: f"✓ {capital(name)}" if stage.done(scene) else capital(name)
        for name, scene in GUIDE.items()
    }
    with st.container(horizontal=True, key="lesson_progress", vertical_alignment="center"):
        st.markdown(f"**{STEPS.index(step().id) + 1} of {len(STEPS)}**", width="content")
        pills("Steps", titles, step().id, "lesson_steps", go, required=True)
    if session().stage.came_back:
        with st.container(horizontal=True, key="lesson_back", vertical_alignment="center"):
            hint("You were here before.")
            first = partial(go, STEPS[0])
            press("Begin at the start", "first_page", "lesson_first", first, type="tertiary")


def ways_on() -> None:
    """Draw the ways to the steps before and after, and out to the page with these settings."""
    here = step()
    place, (path, icon) = STEPS.index(here.id), PAGES[here.page]
    with st.container(horizontal=True, key="lesson_ways", vertical_alignment="center"):
        if place:
            before = partial(go, STEPS[place - 1])
            press("Before", "arrow_back", "scene_before", before)
        if place + 1 < len(STEPS):
            is_done, then = stage.done(here), partial(go, STEPS[place + 1])
            kind = "primary" if is_done else "secondary"
            press("Next", "arrow_forward", "scene_next", then, disabled=not is_done, type=kind)
        label = f"Open in {here.page}" if place + 1 < len(STEPS) else "**Your turn**"
        st.page_link(path, label=label, icon=icon, query_params=_query(here))


def _query(scene: Scene) -> address.Query:
    """What opens the scene's page as the scene is now."""
    view = VIEWS[stage.shown(scene)]
    part = view.part if view.page == scene.page else ""
    values = {key: address.page_value(key) for key in stage.KEYS} | {"part": part}
    said = {key: text for key, text in values.items() if text}
    return address.query_of(session().address.experiment, session().run.id, said)


@lru_cache(maxsize=1)
def handout() -> str:
    """All steps as Markdown, to be printed: words, questions with their options, and answers."""
    return "\n\n".join(map(_on_paper, GUIDE.values()))


def _on_paper(scene: Scene) -> str:
    lines = [f"#### {STEPS.index(scene.id) + 1}. {plain(scene.title)}", scene.text]
    for ask in scene.asks:
        options = "  \n".join(
            f"{letter}) {plain(option.text)}"
            for letter, option in zip("abcd", ask.options, strict=False)
        )
        right = ask.options[ask.right]
        answer = f"*{'abcd'[ask.right]}) {plain(right.why)}*"
        lines.append(f"**{plain(ask.text)}**  \n{options}  \n{answer}")
    if scene.todo:
        lines.append(f"To do: {plain(scene.todo)}")
    return "\n\n".join(lines)
