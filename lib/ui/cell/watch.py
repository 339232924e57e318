"""Keeps the Cell page up to date: draws it anew when Keras has answered, or a run has moved on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.ui import training
from lib.ui.cell.ask import Reply, answered, forget_errors
from lib.ui.cell.chosen import Chosen
from lib.ui.words import plain

WAITING_SECONDS = 0.3
POLL_SECONDS = 1.0


def watch(chosen: Chosen, replies: Sequence[Reply]) -> None:
    """Look again now and then, as long as something is to be expected. Draws only errors."""
    errors = {reply.error for reply in replies if reply.error}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        st.button("Ask Keras again", icon=":material/replay:", on_click=forget_errors)
    waiting = any(reply.waiting for reply in replies)
    seconds = WAITING_SECONDS if waiting else POLL_SECONDS if chosen.polling else None
    found = training.current()
    st.fragment(_look, run_every=seconds)(found[1] if found else None)


def _look(seen: object) -> None:
    found = training.current()
    if answered() or (found[1] if found else None) is not seen:
        st.rerun()
