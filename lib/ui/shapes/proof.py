"""The live proof: one click trains the right and the wrong target, and shows what came of both."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import streamlit as st

from lib.doctor.check import Check
from lib.doctor.proof import PROOFS, ProofResult, proof_of
from lib.figures.palette import Palette
from lib.figures.proof import proof_loss_figure, proof_predictions_figure
from lib.narrate.check import proof_sentence
from lib.training.recorded_proofs import recorded_proof
from lib.ui import runs
from lib.ui.fragment import fragment
from lib.ui.steady import steady_chart
from lib.ui.text import hint, plain, say

POLL_SECONDS = 0.3
PICK = "proof_case"
TRAINED_WITH = "mean_squared_error"


def proof(check: Check, palette: Palette) -> None:
    """The card of the proof that fits the question best, recorded until somebody trains it."""
    fitting = proof_of(check.output, check.target)
    if fitting and (PICK not in st.session_state or st.session_state["proof_for"] != check):
        st.session_state[PICK] = fitting
    st.session_state["proof_for"] = check
    st.markdown("### The proof: train both")
    waiting = _asked() is not None
    asked_about = fitting if check.loss == TRAINED_WITH else None
    panel = fragment(_panel, run_every=POLL_SECONDS if waiting else None)
    panel(palette, waiting, asked_about)


def _asked() -> Future[dict[str, Any]] | None:
    found: Future[dict[str, Any]] | None = st.session_state.get("proof_asked")
    return found


def _panel(palette: Palette, looking: bool, asked_about: str | None) -> None:
    """The card.

    Args:
        palette: the colours.
        looking: whether it draws itself anew, to see when the answer is there.
        asked_about: the mistake that the question is; None where it is none of these.
    """
    _collect()
    if (_asked() is not None) != looking:
        st.rerun()
    kept = st.session_state.get(PICK) or next(iter(PROOFS))
    st.session_state[PICK] = kept
    st.pills(
        "Mistake",
        list(PROOFS),
        format_func=lambda name: PROOFS[name].title,
        key=PICK,
        required=True,
        label_visibility="collapsed",
    )
    case = st.session_state[PICK]
    if case != asked_about:
        hint(f"Not the case asked about: this is {PROOFS[case].title}, with mean squared error.")
    live: dict[str, ProofResult] = st.session_state.get("proofs", {})
    result = live.get(case) or recorded_proof(case)
    busy = _asked() is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train both",
            key="prove",
            icon=":material/play_arrow:",
            disabled=busy,
            on_click=_ask,
            args=(case,),
        )
        if busy:
            st.markdown(":blue-badge[training] :small[Two models, 40 epochs each: up to a minute.]")
        else:
            st.markdown(
                ":green-badge[trained just now]" if case in live else ":gray-badge[recorded]"
            )
    if problem := st.session_state.get("proof_problem"):
        st.error(plain(problem), icon=":material/error:")
    left, right = st.columns(2)
    sentence = proof_sentence(PROOFS[case], result)
    with left:
        steady_chart(proof_loss_figure(result, palette), sentence, "proof_loss")
        hint("What both trainings report: nothing raises.")
    with right:
        steady_chart(proof_predictions_figure(result, palette), sentence, "proof_said")
        hint("What both models say, against what is true.")
    say(sentence)


def _ask(case: str) -> None:
    st.session_state["proof_problem"] = ""
    st.session_state["proof_asked"] = runs.client().ask("target_proof", case=case)
    st.session_state["proof_asked_case"] = case


def _collect() -> None:
    """Take the answer when it is there, and let the page stop looking for it."""
    asked = _asked()
    if asked is None or not asked.done():
        return
    state = st.session_state
    state["proof_asked"] = None
    try:
        result = ProofResult.from_arrays(asked.result())
        state["proofs"] = {**state.get("proofs", {}), state["proof_asked_case"]: result}
    except Exception as error:  # whatever went wrong in the worker, the page says so
        state["proof_problem"] = f"{error}"
