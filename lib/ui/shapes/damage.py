"""The damage, live: one click trains the right and the wrong target, and shows both results."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import streamlit as st

from lib.doctor.damage import MISTAKES, Damage, mistake_of
from lib.doctor.question import TargetQuestion
from lib.figures.damage import damage_loss_figure, damage_predictions_figure
from lib.figures.palette import Palette
from lib.narrate.target import damage_sentence
from lib.training.recorded_damage import recorded_damage
from lib.ui import runs
from lib.ui.fragment import fragment
from lib.ui.steady import steady_chart
from lib.ui.text import hint, plain, say

POLL_SECONDS = 0.3
PICK = "proof_case"
TRAINED_WITH = "mean_squared_error"


def damage_card(check: TargetQuestion, palette: Palette) -> None:
    """The card of the mistake that fits the question best, recorded until somebody trains it."""
    fitting = mistake_of(check.output, check.target)
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
    kept = st.session_state.get(PICK) or next(iter(MISTAKES))
    st.session_state[PICK] = kept
    st.pills(
        "Mistake",
        list(MISTAKES),
        format_func=lambda name: MISTAKES[name].title,
        key=PICK,
        required=True,
        label_visibility="collapsed",
    )
    case = st.session_state[PICK]
    if case != asked_about:
        hint(f"Not the case asked about: this is {MISTAKES[case].title}, with mean squared error.")
    live: dict[str, Damage] = st.session_state.get("proofs", {})
    result = live.get(case) or recorded_damage(case)
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
    sentence = damage_sentence(MISTAKES[case], result)
    with left:
        steady_chart(damage_loss_figure(result, palette), sentence, "proof_loss")
        hint("What both trainings report: nothing raises.")
    with right:
        steady_chart(damage_predictions_figure(result, palette), sentence, "proof_said")
        hint("What both models say, against what is true.")
    say(sentence)


def _ask(case: str) -> None:
    st.session_state["proof_problem"] = ""
    st.session_state["proof_asked"] = runs.client().ask("target_damage", case=case)
    st.session_state["proof_asked_case"] = case


def _collect() -> None:
    """Take the answer when it is there, and let the page stop looking for it."""
    asked = _asked()
    if asked is None or not asked.done():
        return
    state = st.session_state
    state["proof_asked"] = None
    try:
        result = Damage.from_arrays(asked.result())
        state["proofs"] = {**state.get("proofs", {}), state["proof_asked_case"]: result}
    except Exception as error:  # whatever went wrong in the worker, the page says so
        state["proof_problem"] = f"{error}"
