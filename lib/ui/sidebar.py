"""The sidebar: data, T, F, units and mode first, the rest folded under "More"."""

from __future__ import annotations

import streamlit as st

from lib.datasets import DATASETS
from lib.experiment import MODES
from lib.ui.address import pick, seed_widget
from lib.ui.columns import columns
from lib.ui.settings import Settled, field, menu, settled, slider
from lib.ui.text import hint
from lib.ui.upload import uploader

NOISE = "Standard deviation of what is added to targets (of a sine wave, to its inputs too)."


def sidebar(*, with_uploader: bool) -> Settled:
    """Draw all controls, and settle what they say.

    The Data page has room for the uploader itself, and asks for a sidebar without it.
    """
    _data()
    now = settled()
    if with_uploader and now.experiment.data.name == "upload":
        uploader()
    columns(now)
    slider("T", "Timesteps  T", now)
    slider("F", "Features  F", now)
    slider("U", "Units  U", now)
    value = seed_widget("mode")
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
        _more(now)
    return now


def _data() -> None:
    value = seed_widget("data")
    st.selectbox(
        "Data",
        list(DATASETS),
        list(DATASETS).index(value),
        format_func=lambda name: DATASETS[name].title,
        key="data",
        on_change=lambda: pick(st.session_state["data"]),
    )
    hint(DATASETS[st.session_state["data"]].about)


def _more(now: Settled) -> None:
    uses = DATASETS[now.experiment.data.name].uses
    menu("cell", "Cell", now)
    slider("layers", "Layers", now, about="All but the top layer return sequences, always.")
    menu("head", "Head", now)
    menu("optimizer", "Optimizer", now)
    menu("loss", "Loss", now)
    field("lr", "Learning rate", step=0.001)
    field("batch", "Batch size")
    field("epochs", "Epochs", step=10)
    if "N" in uses:
        slider("N", "Samples  N", now)
    if "noise" in uses:
        slider("noise", "Noise", now, about=NOISE)
    if "lag" in uses:
        slider("lag", "Lag k", now, about="How many timesteps back the answer lies.")
    field("seed", "Seed", about="The same seed gives the same data, weights and batches.")
