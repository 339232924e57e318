"""A person's own CSV. The parsed `Table` stays in the session until another one takes its place.

A file that can't be read is answered with a sentence, and what was there stays.
"""

from __future__ import annotations

import streamlit as st

from lib.english import counted
from lib.ui import training
from lib.ui.state import pick
from lib.ui.words import hint, plain
from lib.windows import Table


def table() -> Table | None:
    """The session's uploaded table, None before the first; a reload finds it through its run."""
    if "table" not in st.session_state:
        st.session_state["table"] = training.table_of_run()
    return st.session_state["table"]


def uploader() -> None:
    """The file widget, and below it what came of the last file."""
    st.file_uploader(
        "Your CSV",
        key="upload_file",
        on_change=_read,
        help="A header line, then one row per timestep, in order of time. Up to 50 MB. "
        "It is read in memory and never stored; a link to a run shows that run's figures to "
        "whoever opens it while it lasts.",
    )
    if message := st.session_state.get("upload_error"):
        st.error(plain(message), icon=":material/error:")
    if kept := table():
        rows, columns = kept.frame.shape
        size = f"{counted(rows, 'row')}, {counted(columns, 'number column')}"
        hint(f"{kept.name}: {size}.")
        for note in kept.notes:
            hint(note)


def _read() -> None:
    """Take the file that was just given, and show it; taking a file away changes nothing."""
    from lib.uploads import UploadError, read_upload  # noqa: PLC0415  brings pandas along

    state = st.session_state
    file = state["upload_file"]
    if file is None:
        state["upload_error"] = None
        return
    try:
        new = read_upload(file.name, file.getvalue())
    except UploadError as error:
        kept = table()
        stays = f" Your earlier file, {kept.name}, stays." if kept else ""
        state["upload_error"] = f"{error}{stays}"
        return
    state["upload_error"], state["table"] = None, new
    if state["data"] != "upload":
        pick("upload")
    elif not {*state["inputs"], *state["targets"]} <= set(new.frame.columns):
        state["inputs"], state["targets"] = (), ()
