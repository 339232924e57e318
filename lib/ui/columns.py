"""Which columns of a table are inputs and targets, how far ahead, and what fills the gaps.

The same controls serve a person's own table and the bundled series. A choice that equals the
table's default is kept as "no choice", so that a link stays short.
"""

from __future__ import annotations

import streamlit as st

from lib.datasets import DATASETS
from lib.experiment import MISSING, limit_of
from lib.ui import address, upload
from lib.ui.text import hint
from lib.windows import MAX_COLUMNS, Table, default_columns

LABELS = {"inputs": "Input columns", "targets": "Target columns"}


def columns() -> None:
    """Draw the controls that the chosen data uses; nothing for data that is no table."""
    spec = DATASETS[st.session_state["data"]]
    table = spec.table() if spec.table else upload.table()
    if spec.targets is not None or table is None:
        return
    if "inputs" in spec.uses:
        for key, usual in zip(LABELS, default_columns(table), strict=True):
            _names(key, table, usual)
    if "horizon" in spec.uses:
        limit = limit_of("horizon")
        st.number_input(
            f"{table.step.capitalize()}s ahead",
            int(limit.minimum),
            int(limit.maximum),
            address.seed_widget("horizon"),
            key="horizon",
            help="How far after a timestep its target lies: 1 is the next row.",
        )
    if "missing" in spec.uses:
        value = address.seed_widget("missing")
        st.selectbox(
            "Missing values",
            list(MISSING),
            list(MISSING).index(value),
            format_func=lambda name: MISSING[name].label,
            key="missing",
        )


def _names(key: str, table: Table, usual: tuple[str, ...]) -> None:
    names = [str(name) for name in table.frame.columns]
    chosen = st.session_state.get(key) or usual
    widget = f"{key}_widget"
    st.session_state[widget] = [name for name in chosen if name in names]
    st.multiselect(
        LABELS[key],
        names,
        st.session_state[widget],
        key=widget,
        max_selections=MAX_COLUMNS,
        on_change=_choose,
        args=(key, names, usual),
        help=f"1 to {MAX_COLUMNS}. None means the table's own choice.",
    )
    if key == "targets" and not (table.targets or st.session_state.get(key)):
        column = table.frame[usual[0]]
        which = " that varies" if column.min() < column.max() else ""
        hint(f"The last column{which}, until you choose what to predict.")


def _choose(key: str, names: list[str], usual: tuple[str, ...]) -> None:
    """Keep a choice, in the table's own order; () where it is the usual one."""
    picked = st.session_state[f"{key}_widget"]
    chosen = tuple(name for name in names if name in picked)
    st.session_state[key] = () if set(chosen) == set(usual) else chosen
