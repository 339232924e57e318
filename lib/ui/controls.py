"""The sidebar: data, T, F, units and mode first, the rest folded under "More".

A control that doesn't apply is drawn disabled with the value that holds instead, and says why.
Each control has the URL key of its setting as its widget key; `lib.ui.address` does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.datasets import DATASETS, settle
from lib.english import number
from lib.experiment import MAX_VALUES, MODES, SETTINGS, Choice, limit_of
from lib.ui import address, runs, upload
from lib.ui.columns import columns
from lib.ui.text import hint

Fixed = Mapping[str, tuple[Any, str]]

CLAMPED = {
    "N": f"N·T·F can be {MAX_VALUES:,} at most.",
    "lag": "the lag has to be less than T.",
}
"""Why a setting that a person chose can't hold, where `settle` brings it into range."""
NOISE = "Standard deviation of what is added to targets (of a sine wave, to its inputs too)."


def sidebar(*, with_uploader: bool) -> None:
    """Draw all controls. Their values are in `st.session_state` afterwards.

    The Data page has room for the uploader itself, and asks for a sidebar without it.
    """
    runs.current()  # forgets a run that is gone before the address and the menu name it again
    _data()
    if with_uploader and st.session_state["data"] == "upload":
        upload.uploader()
    columns()
    fixed = _fixed()
    _slider("T", "Timesteps  T", fixed)
    _slider("F", "Features  F", fixed)
    _slider("U", "Units  U", fixed)
    value = address.seed_widget("mode")
    st.segmented_control(
        "Mode",
        list(MODES),
        default=value,
        format_func=lambda name: MODES[name].colored(MODES[name].label),
        key="mode",
        required=True,
        width="stretch",
        help="`return_sequences=True` answers at every timestep, `False` only at the last. "
        "Both trains a pair from the same initial weights, on the same batches.",
    )
    with st.expander("More: cell, optimizer, seed …"):
        _more(fixed)


def _data() -> None:
    value = address.seed_widget("data")
    st.selectbox(
        "Data",
        list(DATASETS),
        list(DATASETS).index(value),
        format_func=lambda name: DATASETS[name].title,
        key="data",
        on_change=lambda: address.pick(st.session_state["data"]),
    )
    hint(DATASETS[st.session_state["data"]].about)


def _fixed() -> dict[str, tuple[Any, str]]:
    """The settings that the data or the head dictates: key → the value that holds, and why."""
    experiment = settle(address.drawn(), upload.table())
    why = dict(DATASETS[experiment.data.name].why)
    if experiment.model.head == "none" and "U" not in why:
        why["U"] = "Without a head the units are the prediction: as many as there are targets."
    return {key: (experiment.get(key), reason) for key, reason in why.items()}


def _more(fixed: Fixed) -> None:
    uses = DATASETS[st.session_state["data"]].uses
    _select("cell", "Cell", fixed)
    _slider("layers", "Layers", fixed, about="All but the top layer return sequences, always.")
    _select("head", "Head", fixed)
    _select("optimizer", "Optimizer", fixed)
    _select("loss", "Loss", fixed)
    _number("lr", "Learning rate", step=0.001)
    _number("batch", "Batch size")
    _number("epochs", "Epochs", step=10)
    if "N" in uses:
        _slider("N", "Samples  N", fixed)
    if "noise" in uses:
        _slider("noise", "Noise", fixed, about=NOISE)
    if "lag" in uses:
        _slider("lag", "Lag k", fixed, about="How many timesteps back the answer lies.")
    _number("seed", "Seed", about="The same seed gives the same data, weights and batches.")


def _slider(key: str, label: str, fixed: Fixed, about: str | None = None) -> None:
    limit = limit_of(key)
    kind = type(SETTINGS[key].default)
    if key in fixed:
        value, why = fixed[key]
        low, high = min(limit.minimum, value), max(limit.maximum, value)
        st.slider(
            label, kind(low), kind(high), kind(value), disabled=True, key=f"{key}_fixed_{value}"
        )
        hint(why)
        return
    least = DATASETS[st.session_state["data"]].at_least.get(key, limit.minimum)
    if address.seed_widget(key) < least:
        st.session_state[key] = kind(least)
    st.slider(
        label,
        kind(least),
        kind(limit.maximum),
        st.session_state[key],
        step=kind(limit.step),
        key=key,
        help=about,
    )
    if least > limit.minimum:
        hint(f"{least:,} at least: these data need as many.")
    used = settle(address.drawn(), upload.table()).get(key)
    if used != st.session_state[key]:
        hint(f"{used:,} here: {CLAMPED[key]}")


def _select(key: str, label: str, fixed: Fixed) -> None:
    options: Mapping[str, Choice] = SETTINGS[key].options or {}
    about = {name: choice.label for name, choice in options.items()}
    if key in fixed:
        value, why = fixed[key]
        st.selectbox(label, [about[str(value)]], disabled=True, key=f"{key}_fixed_{value}")
        hint(why)
        return
    value = address.seed_widget(key)
    st.selectbox(
        label,
        list(options),
        list(options).index(value),
        format_func=about.__getitem__,
        key=key,
        help="  \n".join(f"**{c.label}**: {c.about}" for c in options.values() if c.about) or None,
    )


def _number(key: str, label: str, step: float = 1, about: str | None = None) -> None:
    limit = limit_of(key)
    kind = type(SETTINGS[key].default)
    st.number_input(
        f"{label} ({number(limit.minimum)} to {number(limit.maximum)})",
        kind(limit.minimum),
        kind(limit.maximum),
        address.seed_widget(key),
        step=kind(step),
        format="%g" if kind is float else None,
        key=key,
        help=about,
    )
