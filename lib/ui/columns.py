"""Which columns of a table are inputs and targets, how far ahead, and what fills the gaps.

The same controls serve a person's own table and the bundled series. Which columns are chosen is in
the session's experiment alone; their widgets, with keys of their own, are set to it in each run of
a page. A choice that equals the table's default is kept as "no choice", so that a link stays short.
"""

from __future__ import annotations

import streamlit as st

from lib.datasets import DATASETS
from lib.tables import MAX_COLUMNS, Table, default_columns
from lib.ui.address import change
from lib.ui.session import session
from lib.ui.settings import Settled, field, menu
from lib.ui.text import hint

LABELS = {"inputs": "Input columns", "targets": "Target columns"}


def has_columns(settled: Settled) -> bool:
    """Whether the chosen data are a table, of which something can be chosen."""
    return "horizon" in DATASETS[settled.experiment.data.name].uses


def columns(settled: Settled) -> None:
    """Draw the controls that the chosen table uses; only how far ahead where there is none yet."""
    spec = DATASETS[settled.experiment.data.name]
    table = spec.table() if spec.table else session().upload.table
    if table is not None:
        for key, usual in zip(LABELS, default_columns(table), strict=True):
            _names(key, table, settled.experiment.get(key), usual)
    label = f"{table.step.capitalize() if table else 'Row'}s ahead"
    about = "How far after a timestep its target lies: 1 is the next row."
    field("horizon", label, about=about, says_limits=False)
    if "missing" in spec.uses and table is not None:
        menu("missing", "Missing values", settled)


def _names(key: str, table: Table, chosen: tuple[str, ...], usual: tuple[str, ...]) -> None:
    names = [str(name) for name in table.frame.columns]
    widget = f"{key}_widget"
    picked = st.session_state[widget] = [name for name in chosen or usual if name in names]
    st.multiselect(
        LABELS[key],
        names,
        picked,
        key=widget,
        max_selections=MAX_COLUMNS,
        on_change=_choose,
        args=(key, names, usual),
        help=f"1 to {MAX_COLUMNS}. None means the table's own choice.",
    )
    if key == "targets" and not (table.targets or chosen):
        column = table.frame[usual[0]]
        which = " that varies" if column.min() < column.max() else ""
        hint(f"The last column{which}, until you choose what to predict.")


def _choose(key: str, names: list[str], usual: tuple[str, ...]) -> None:
    """Keep a choice, in the table's own order; () where it is the usual one."""
    picked = st.session_state[f"{key}_widget"]
    chosen = tuple(name for name in names if name in picked)
    change({key: () if set(chosen) == set(usual) else chosen})
