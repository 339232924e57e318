"""A person's own CSV. The parsed `Table` stays in the session until another one takes its place.

A file that can't be read is answered with a sentence, and what was there stays.
"""

from __future__ import annotations

import streamlit as st

from lib.uploads import UploadError, read_upload
from lib.windows import Table


def table() -> Table | None:
    """The session's uploaded table, None before the first."""
    return st.session_state.get("table")


def uploader() -> None:
    """The file widget, and below it what is wrong with the last file, if anything is."""
    file = st.file_uploader(
        "Your CSV",
        key="upload_file",
        help="A header line, then one row per timestep, in order of time. Up to 50 MB. "
        "It is read in memory and never stored.",
    )
    if file is not None and file.file_id != st.session_state.get("upload_id"):
        st.session_state["upload_id"] = file.file_id
        _read(file.name, file.getvalue())
    if message := st.session_state.get("upload_error"):
        st.error(message, icon=":material/error:")
    if kept := table():
        st.caption(f"**{kept.name}**: {len(kept.frame):,} rows, {len(kept.frame.columns)} columns.")


def _read(name: str, content: bytes) -> None:
    state = st.session_state
    try:
        new = read_upload(name, content)
    except UploadError as error:
        kept = table()
        state["upload_error"] = (
            f"{error} Your earlier file, {kept.name}, stays." if kept else f"{error}"
        )
        return
    state["upload_error"], state["table"] = None, new
    if not {*state["inputs"], *state["targets"]} <= set(new.frame.columns):
        state["inputs"], state["targets"] = (), ()
