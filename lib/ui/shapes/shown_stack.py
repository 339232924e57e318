"""The session's stack: the sidebar's model, or one of the person's own, which is in the address."""

from __future__ import annotations

import streamlit as st

from lib.stack.kinds import Stack
from lib.stack.link import from_text, to_text
from lib.stack.patterns import stack_of
from lib.ui import address
from lib.ui.data import Loaded

KEY = "stack"
"""In the address, where the stack isn't the sidebar's."""


def follow(loaded: Loaded) -> None:
    """Remember the sidebar's model as a stack; call before any part is drawn."""
    _, timesteps, features = loaded.dataset.shape
    model = loaded.experiment.model
    now = stack_of(model, timesteps, features, loaded.dataset.targets)
    was = st.session_state.get("sidebar_stack", now)
    if was != now and is_sidebars():
        st.session_state["stack_before"] = was
    st.session_state["sidebar_stack"] = now


def is_sidebars() -> bool:
    """Whether the stack is the sidebar's model, and moves with it."""
    return not from_text(address.own(KEY))


def current() -> Stack:
    """The stack of the address, else the sidebar's model."""
    sidebar: Stack = st.session_state["sidebar_stack"]
    return from_text(address.own(KEY)) or sidebar


def take(stack: Stack | None) -> None:
    """Make this the stack, or with None the sidebar's again; remember the last. For callbacks."""
    st.session_state["stack_before"] = current()
    address.keep(KEY, to_text(stack) if stack else "")


def before() -> Stack:
    """The stack before the last change; the same where nothing has changed yet."""
    return st.session_state.get("stack_before") or current()
