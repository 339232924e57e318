"""Keeps the Cell page up to date: draws it anew when Keras has answered, or a run has moved on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from lib.ui import runs
from lib.ui.cell.ask import Reply, answered, forget_errors, keras_progress
from lib.ui.cell.chosen import Chosen
from lib.ui.fragment import fragment
from lib.ui.text import plain

WAITING_SECONDS = 0.3
POLL_SECONDS = 1.0


def watch(chosen: Chosen, replies: Sequence[Reply]) -> None:
    """Look again as long as something is to be expected; errors are drawn below everything else."""
    errors = {reply.error for reply in replies if reply.error}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        st.button("Ask Keras again", icon=":material/replay:", on_click=forget_errors)
    waiting = any(reply.waiting for reply in replies)
    seconds = WAITING_SECONDS if waiting else POLL_SECONDS if chosen.polling else None
    now = partial(keras_progress, replies, chosen)
    fragment(_look, run_every=seconds)(runs.current_run(), replies, now(), now)


def _look(watched: object, replies: Sequence[Reply], sentence: str, now: Callable[[], str]) -> None:
    if runs.current_run() != watched or answered(replies) or now() != sentence:
        st.rerun()
