"""The stack that the Shapes page shows, and the box that reads the user's own model."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib import shapes
from lib.data import keras_target
from lib.experiment import LOSSES
from lib.shapes import Diagnosis, ModelError, ModelReading, Stack, to_text
from lib.text import counted
from lib.ui import address
from lib.ui.frame import PAGES
from lib.ui.session import Loaded, session
from lib.ui.upload import take
from lib.ui.widgets import PART, bound, closable, hint, pills, plain, press

KEY = "stack"  # address key of a stack other than the sidebar's
SIDEBAR = "sidebar"
FILE = "model_file"
TYPES = ["keras", "json", "py", "txt", "ipynb", "h5", "hdf5"]
# Every loss name that `compile` accepts → the loss in Explore.
LOSS_OF = {name: key for key, loss in LOSSES.items() for name in shapes.RULE_OF[loss.keras].names}
MOST_NOTES = 3  # notes shown; further notes are folded
HINT = "Paste a Keras or PyTorch model, or drop a file. Code is read, never run."


def remember_sidebar_stack(loaded: Loaded) -> Stack:
    """Store the sidebar's model as a stack for callbacks; return the shown stack."""
    page, experiment, dataset = session().shapes, loaded.experiment, loaded.dataset
    target = keras_target(experiment, dataset)
    page.targets, page.labels = dataset.targets, target.layers
    page.label_loss = target.loss if dataset.has_labels else ""
    model, sizes = experiment.model, (*dataset.shape[1:], page.targets)
    page.sidebar_stack = shapes.model_stack(model, model.modes[0], *sizes, **page.labels)
    return current_stack()


def shows_sidebar() -> bool:
    """Return whether the stack is the sidebar's model, so that it follows the sidebar."""
    return not _own_stack()


def current_stack() -> Stack:
    """Return the stack of the address, or the sidebar's model if there is none."""
    return _own_stack() or session().shapes.sidebar_stack


def _own_stack() -> Stack:
    """Return the stack of the address, with its lines of code if it was read from code."""
    page, text = session().shapes, address.page_value(KEY)
    if text != page.stack_text:
        page.stack_text = text
        page.stack, page.stack_problems = shapes.read_text(text)
        if page.reading and matches_reading():
            page.stack, page.stack_problems = page.reading.stack, []
    return page.stack


def set_stack(stack: Stack | None) -> None:
    """Set the stack (None: the sidebar's model). For callbacks."""
    page = session().shapes
    page.stack, page.stack_problems, page.model_problem = stack or (), [], ""
    page.stack_text = to_text(page.stack)
    address.set_page_value(KEY, page.stack_text)
    _change_code()


def open_stack(stack: Stack) -> None:
    """Trace a stack from another part of the page. For callbacks."""
    set_stack(stack)
    address.set_page_value(PART, "")


def matches_reading() -> bool:
    """Return whether the stack is unchanged since it was read from the user's model."""
    page = session().shapes
    return page.reading is not None and to_text(page.reading.stack) == page.stack_text


def mistake_of(diagnosis: Diagnosis) -> dict[str, str]:
    """Return a mistake of the user's code that shapes don't show: its warning, fix and note, or {}.

    There is none unless the diagnosis is of the output and the loss of this code.
    """
    page = session().shapes
    reading, asked = page.reading, shapes.read_question(page.stack_question)
    output, loss = diagnosis.output_shape, diagnosis.loss
    is_asked = page.stack_question and (asked.output[1:], asked.loss) == (output[1:], loss)
    if not reading or not is_asked or not matches_reading():
        return {}
    last = reading.stack[-1].inside
    activation = getattr(last, "activation", "") if getattr(last, "axis", -1) == -1 else ""
    head = shapes.head_mistake(activation, output[-1], loss, reading.from_logits)
    return shapes.LABEL_NOTES["mistakes"].get(head, {})


def _change_code() -> None:
    """Apply a change of the stack to the code that it was read from, if possible."""
    page = session().shapes
    if page.reading is None or page.model_text != page.reading.text or matches_reading():
        return
    with_outputs = shapes.with_given_outputs(page.reading.stack, page.stack)
    lines, reading = shapes.rewritten(page.reading, page.stack)
    if to_text(with_outputs) == page.stack_text:  # output shapes appear in no line of code
        page.reading, page.stack = replace(page.reading, stack=with_outputs), with_outputs
    elif lines:
        page.model_text, page.reading, page.stack = reading.text, reading, reading.stack


def model_box(stack: Stack) -> None:
    """Draw the box for a model, what was read from the last model, and the ready stacks."""
    page = session().shapes
    hidden: Any = {"label_visibility": "collapsed"}

    def read_error() -> None:
        page.message = page.model_text
        address.set_page_value(PART, "error")

    def start_from(name: str) -> None:
        set_stack(None if name == SIDEBAR else shapes.PATTERNS[name].stack)

    with st.container(key="model", gap="xsmall"):
        left, right = st.columns([6, 1])
        with left:
            shown = bound("model_text", page.model_text, _read) | hidden
            st.text_area("Paste your model", height=68, placeholder=HINT, **shown)
        with right.container(key=FILE):
            key = f"{FILE}_{page.drops}"
            st.file_uploader("Model file", TYPES, key=key, on_change=_drop, **hidden)
        problem = plain(page.model_problem)
        closable(problem, "model_problem", "error", partial(setattr, page, "model_problem", ""))
        if "Read an error" in page.model_problem:
            press("Read this error", "troubleshoot", "to_error", read_error)
        if page.reading:
            _reading(page.reading)
    titles = {SIDEBAR: "The sidebar's model"}
    titles |= {name: pattern.title for name, pattern in shapes.PATTERNS.items()}
    picked = SIDEBAR if shows_sidebar() else shapes.pattern_of(stack)
    # Unfolded below the user's model, the ready stacks would push its broken row off the screen.
    with st.expander("Other stacks", type="compact") if matches_reading() else st.container():
        pills("Start from", titles, picked, "shapes_pattern", start_from)


def _reading(reading: ModelReading) -> None:
    stack = reading.stack
    if not matches_reading():
        with st.container(horizontal=True, vertical_alignment="center"):
            hint(f"The stack below no longer matches your {reading.source}.")
            label = f"Trace the {reading.source} again"
            press(label, "undo", "trace_again", set_stack, args=(stack,))
        return
    name = session().shapes.model_file
    source = f"{reading.source}, {name}" if name else reading.source
    hint(f"Read {counted(len(stack), 'layer')} from your {source}.")
    lines = []
    for note in reading.notes:
        where = f":gray[line {note.line}] " if note.line else ""
        lines.append(f":small[:material/info: {where}{plain(note.sentence)}]")
    if lines:
        st.markdown("  \n".join(lines[:MOST_NOTES]))
    if folded := lines[MOST_NOTES:]:
        with st.expander(counted(len(folded), "more note"), type="compact"):
            st.markdown("  \n".join(folded))


def _drop() -> None:
    page = session().shapes
    if (given := take(st.session_state.get(f"{FILE}_{page.drops}"))) is not None:
        page.drops += 1
        name, content = given
        _read(content, name)


def _read(text: str | bytes, name: str = "") -> None:
    """Set the stack from pasted text or a dropped file, or store why it can't be read."""
    page = session().shapes
    page.reading, page.model_problem, page.model_file = None, "", name
    page.model_text = text if isinstance(text, str) else ""
    if not text.strip():
        return
    try:
        page.reading = shapes.read_source(text, name)
    except ModelError as error:
        page.model_problem = f"{name}: {error}" if name else f"{error}"
        if isinstance(text, bytes) and name.lower().endswith((".py", ".txt")):
            page.model_text = text.decode(errors="replace")[: shapes.LONGEST]
        return
    if name and not name.lower().endswith(".ipynb"):  # show the code of a file as if pasted
        page.model_text = page.reading.text
    page.open_layer = None
    set_stack(page.reading.stack)


def to_explore(stack: Stack) -> None:
    """Draw a link that opens the stack in Explore, or a disabled button with the reason."""
    page, experiment = session().shapes, session().subject.experiment
    settings = shapes.as_settings(stack, page.targets, **page.labels)
    label, (explore, icon) = "Open in Explore", PAGES["Explore"]
    if isinstance(settings, str):  # a disabled link has too little contrast
        st.button(label, "no_explore", settings, icon=icon, type="tertiary", disabled=True)
        return
    if page.reading and matches_reading() and (loss := LOSS_OF.get(page.reading.loss)):
        settings["loss"] = loss
    link = address.query_of(experiment.set(**settings), None, {})
    hover = f"Trains on the sidebar's data, which have {experiment.data.features} features."
    st.page_link(explore, label=label, icon=icon, help=hover, query_params=link)
