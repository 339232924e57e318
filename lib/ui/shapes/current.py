"""The session's stack: it lives in the address, as text, and every change goes through here."""

from __future__ import annotations

import streamlit as st

from lib.stack.kinds import Stack
from lib.stack.link import from_text, to_text
from lib.stack.patterns import DEFAULT, PATTERNS
from lib.ui import state

KEY = "stack"
"""In the address."""


def current() -> Stack:
    """The stack of the address, or the pattern that the page opens with."""
    return from_text(state.own(KEY)) or PATTERNS[DEFAULT].stack


def take(stack: Stack) -> None:
    """Make this the stack, and remember the one before. For callbacks."""
    if stack != current():
        st.session_state["stack_before"] = current()
        state.keep(KEY, "" if stack == PATTERNS[DEFAULT].stack else to_text(stack))


def before() -> Stack:
    """The stack before the last change; the same where nothing has changed yet."""
    return st.session_state.get("stack_before") or current()
