"""Read a pasted model or a model's file as the stack; its code is never run."""

from functools import partial
from typing import Any

import streamlit as st

from lib.experiment import LOSSES
from lib.shapes import LONGEST, RULE_OF, ModelError, Reading, Stack, as_settings, read
from lib.text import counted
from lib.ui import address
from lib.ui.frame import PAGES
from lib.ui.incoming import take
from lib.ui.linked import bound
from lib.ui.session import session
from lib.ui.shapes.shown_stack import is_of_code, set_stack
from lib.ui.text import closable, hint, plain, press

FILE = "model_file"
TYPES = ["keras", "json", "py", "txt", "ipynb", "h5", "hdf5"]
# Names that `compile` takes → Explore's loss.
LOSS_OF = {name: key for key, loss in LOSSES.items() for name in RULE_OF[loss.keras].names}
MOST_NOTES = 3  # notes shown; the others are folded
HINT = "Paste your model (code or to_json()), or drop its file. It is read, never run."


def model_box() -> None:
    """Draw the box, and what was read from it last."""
    page = session().shapes
    hidden: Any = {"label_visibility": "collapsed"}

    def read_error() -> None:
        page.message = page.model_text
        address.set_page_value("part", "error")

    with st.container(key="model", gap="xsmall"):
        left, right = st.columns([6, 1])
        with left:
            shown = bound("model_text", page.model_text, _read) | hidden
            st.text_area("Paste your model", height=68, placeholder=HINT, **shown)
        with right.container(key=FILE):
            key = f"{FILE}_{page.drops}"
            st.file_uploader("A model’s file", TYPES, key=key, on_change=_drop, **hidden)
        problem = plain(page.model_problem)
        closable(problem, "model_problem", "error", partial(setattr, page, "model_problem", ""))
        if "Read an error" in page.model_problem:
            press("Read this error", "troubleshoot", "to_error", read_error)
        if page.reading:
            _came(page.reading)


def _came(reading: Reading) -> None:
    """Say what was read, or that the stack has changed since."""
    stack = reading.stack
    if not is_of_code():
        with st.container(horizontal=True, vertical_alignment="center"):
            hint(f"The stack below isn’t that of your {reading.source} any more.")
            press("Trace it again", "undo", "trace_again", set_stack, args=(stack,))
        return
    name = session().shapes.model_file
    source = f"{reading.source}, {name}" if name else reading.source
    hint(f"From your {source}: {counted(len(stack), 'layer')}.")
    lines = []
    for note in reading.notes:
        where = f":gray[line {note.line}] " if note.line else ""
        lines.append(f":small[:material/info: {where}{plain(note.sentence)}]")
    if lines:
        st.markdown("  \n".join(lines[:MOST_NOTES]))
    if folded := lines[MOST_NOTES:]:
        with st.expander(f"{len(folded)} more", type="compact"):
            st.markdown("  \n".join(folded))


def _drop() -> None:
    page = session().shapes
    if (given := take(st.session_state.get(f"{FILE}_{page.drops}"))) is not None:
        page.drops += 1
        name, content = given
        _read(content, name)


def _read(text: str | bytes, name: str = "") -> None:
    """Make what was pasted or dropped the stack; if it can't be read, note why."""
    page = session().shapes
    page.reading, page.model_problem, page.model_file = None, "", name
    page.model_text = text if isinstance(text, str) else ""
    if not text.strip():
        return
    try:
        page.reading = read(text, name)
    except ModelError as error:
        page.model_problem = f"{name}{name and ': '}{error}"
        if isinstance(text, bytes) and name.lower().endswith((".py", ".txt")):
            page.model_text = text.decode(errors="replace")[:LONGEST]
        return
    if name and not name.lower().endswith(".ipynb"):  # of code, as if it had been pasted
        page.model_text = page.reading.text
    page.opened = None
    set_stack(page.reading.stack)


def to_explore(stack: Stack) -> None:
    """Draw a link to train the stack in Explore, or a button that says why it can't."""
    page, experiment = session().shapes, session().subject.experiment
    settings = as_settings(stack, page.targets)
    explore, icon = PAGES["Explore"]
    label = "Open in Explore"
    if isinstance(settings, str):  # a link that is disabled has too little contrast, and is a link
        st.button(label, "no_explore", settings, icon=icon, type="tertiary", disabled=True)
        return
    if page.reading and is_of_code() and (loss := LOSS_OF.get(page.reading.loss)):
        settings["loss"] = loss
    there = address.query_of(experiment.set(**settings), None, {})
    about = f"It trains on the sidebar’s data, with their features: {experiment.data.features}."
    st.page_link(explore, label=label, icon=icon, help=about, query_params=there)
