"""The sidebar: mode, data, T, F and units in sight, the rest folded below."""

from dataclasses import replace

import streamlit as st

from lib.datasets import DATASETS
from lib.experiment import MODES
from lib.ui.address import change, picking, seed_widget
from lib.ui.columns import columns, has_columns
from lib.ui.settings import Settled, controls, settle_widgets
from lib.ui.text import hint
from lib.ui.upload import uploader


def sidebar(*, with_table: bool) -> Settled:
    """Draw all controls, and settle what they say.

    The Data page has room for those of a table itself, and asks for a sidebar without them.
    """
    with st.container(gap="xsmall"):
        _mode()
        _data()
        settled = settle_widgets()
        controls("sizes", settled)
    if with_table and has_columns(settled):
        yours = settled.experiment.data.name == "upload"
        label = "Your table: file, columns …" if yours else "Table: columns, steps ahead"
        with st.expander(label, expanded=yours):
            if yours:
                uploader()
            columns(settled)
    if has_columns(settled):
        settled = replace(settled, below=st.container())
    with st.expander("More: cell, optimizer, seed …"):
        controls("more", settled)
    return settled


def _mode() -> None:
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


def _data() -> None:
    value = seed_widget("data")
    name = st.selectbox(
        "Data",
        list(DATASETS),
        list(DATASETS).index(value),
        format_func=lambda name: DATASETS[name].label,
        key="data",
        on_change=lambda: change(picking(st.session_state["data"])),
    )
    hint(DATASETS[name].shows)
