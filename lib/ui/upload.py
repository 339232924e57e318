"""A person's own CSV: the file, and which of its columns are inputs and targets.

The parsed `Table` stays in the session until another file takes its place: a file that can't be
read is answered with a sentence, and what was there stays.
"""

from __future__ import annotations

import streamlit as st

from lib.experiment import MISSING, SETTINGS
from lib.uploads import UploadError, read_upload
from lib.windows import Table, default_columns
from lib.ui import state

MAX_INPUTS = int(SETTINGS["F"].limit.maximum)


def table() -> Table | None:
    """The session's uploaded table, None before the first."""
    return st.session_state.get("table")


def controls() -> None:
    """The uploader, and below it the columns of the table that there is."""
    file = st.file_uploader(
        "Your CSV",
        type=["csv", "tsv", "txt"],
        key="upload_file",
        help="A header line, then one row per timestep, in order of time. Up to 50 MB. "
        "It is read in memory and never stored.",
    )
    if file is not None and file.file_id != st.session_state.get("upload_id"):
        st.session_state["upload_id"] = file.file_id
        _read(file.name, file.getvalue())
    if message := st.session_state.get("upload_error"):
        st.error(message, icon=":material/error:")
    if table() is not None:
        _columns(table())


def _read(name: str, content: bytes) -> None:
    try:
        new = read_upload(name, content)
    except UploadError as error:
        kept = f" Your earlier file, {table().name}, stays." if table() else ""
        st.session_state["upload_error"] = f"{error}{kept}"
        return
    st.session_state["upload_error"] = None
    st.session_state["table"] = new
    names = list(new.frame.columns)
    chosen = st.session_state["experiment"].data
    if not set(chosen.inputs + chosen.targets) <= set(names) or not chosen.inputs:
        inputs, targets = default_columns(new)
        st.session_state["inputs"], st.session_state["targets"] = inputs, targets


def _columns(table: Table) -> None:
    names = list(table.frame.columns)
    st.caption(f"{table.name}: {len(table.frame):,} rows, {len(names)} numeric columns.")
    for key, label in (("inputs", "Input columns"), ("targets", "Target columns")):
        state.seed_widget(key)
        st.session_state[key] = [name for name in st.session_state[key] if name in names]
        st.multiselect(label, names, key=key, max_selections=MAX_INPUTS)
    state.seed_widget("horizon")
    limit = SETTINGS["horizon"].limit
    st.number_input("Rows ahead", int(limit.minimum), int(limit.maximum), key="horizon",
        help="How many rows after a timestep its target lies: 1 is the next row.")
    state.seed_widget("missing")
    st.selectbox("Missing values", list(MISSING), format_func=lambda n: MISSING[n].label, key="missing")
