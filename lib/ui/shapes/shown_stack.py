"""The session's stack: the sidebar's model, or one of the person's own in the address."""

from dataclasses import replace

from lib.shapes import Stack, model_stack, read_text, rewritten, to_text, with_said_outputs
from lib.ui import address
from lib.ui.session import Loaded, session

KEY = "stack"  # the stack's key in the address, unless it is the sidebar's


def remember_sidebar_stack(loaded: Loaded) -> Stack:
    """Remember the sidebar's model as a stack, for callbacks; returns the shown stack."""
    _, timesteps, features = loaded.dataset.shape
    model = loaded.experiment.model
    now = model_stack(model, model.modes[0], timesteps, features, loaded.dataset.targets)
    page = session().shapes
    page.targets = loaded.dataset.targets
    if page.sidebar_stack not in ((), now) and is_sidebar_stack():
        page.stack_before = page.sidebar_stack
    page.sidebar_stack = now
    return current_stack()


def is_sidebar_stack() -> bool:
    """Whether the stack is the sidebar's model, and moves with it."""
    return not _own_stack()


def current_stack() -> Stack:
    """The stack of the address, else the sidebar's model."""
    return _own_stack() or session().shapes.sidebar_stack


def _own_stack() -> Stack:
    """The stack of the address; one that was set here keeps its lines of code."""
    page, text = session().shapes, address.page_value(KEY)
    if text != page.stack_text:
        page.stack_text = text
        page.stack, page.said = read_text(text)
        if page.reading and is_of_code():
            page.stack, page.said = page.reading.stack, []
    return page.stack


def set_stack(stack: Stack | None) -> None:
    """Set the stack, or with None the sidebar's; remember the previous one. For callbacks."""
    page = session().shapes
    page.stack_before = current_stack()
    page.stack, page.said, page.model_problem = stack or (), [], ""
    page.stack_text = to_text(page.stack)
    address.set_page_value(KEY, page.stack_text)
    _change_code()


def is_of_code() -> bool:
    """Whether the stack is the one that was read last."""
    page = session().shapes
    return page.reading is not None and to_text(page.reading.stack) == page.stack_text


def _change_code() -> None:
    """Write a change of the stack into the code that it was read from, if possible."""
    page = session().shapes
    if page.reading is None or page.model_text != page.reading.text or is_of_code():
        return
    said = replace(page.reading, stack=with_said_outputs(page.reading.stack, page.stack))
    lines, reading = rewritten(page.reading, page.stack)
    if to_text(said.stack) == page.stack_text:  # no line of code says what comes out
        page.reading, page.stack = said, said.stack
    elif lines:
        page.model_text, page.reading, page.stack = reading.text, reading, reading.stack
