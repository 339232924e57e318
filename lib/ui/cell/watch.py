"""Keeps the Cell page up to date: draws it anew when Keras has answered, or a run has moved on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.narrate.proofs import questions_sentence
from lib.ui import runs
from lib.ui.cell.ask import PLACES, Reply, answered, forget_errors, keras_progress
from lib.ui.cell.chosen import Chosen
from lib.ui.fragment import fragment
from lib.ui.session import session
from lib.ui.text import plain, say_steadily

WAITING_SECONDS = 0.3
POLL_SECONDS = 1.0


def watch(chosen: Chosen, replies: Sequence[Reply], slot: DeltaGenerator) -> None:
    """Say in `slot` how far Keras is; look again as long as something is to be expected.

    Errors are drawn below everything else.
    """
    sentence = session().cell.progress = keras_progress(replies, again=chosen.polling)
    _tell(slot)
    errors = {reply.error for reply in replies if reply.error}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        st.button("Ask Keras again", icon=":material/replay:", on_click=forget_errors)
    waiting = any(reply.waiting for reply in replies)
    seconds = WAITING_SECONDS if waiting else POLL_SECONDS if chosen.polling else None
    again = partial(keras_progress, replies, again=chosen.polling)
    fragment(_look, run_every=seconds)(runs.current_run(), sentence, again)


def progress_slot() -> DeltaGenerator:
    """Where it is said how far Keras is; until `watch` knows, what was said last."""
    slot = st.empty()
    _tell(slot)
    return slot


def _tell(slot: DeltaGenerator) -> None:
    longest = max((words for _, words in PLACES.values()), key=len)
    room = questions_sentence(0, len(PLACES), longest, 88, ready=True)
    with slot:
        say_steadily(session().cell.progress, room, gray=True)


def _look(watched: object, sentence: str, again: Callable[[], str]) -> None:
    if runs.current_run() != watched or answered() or again() != sentence:
        st.rerun()
