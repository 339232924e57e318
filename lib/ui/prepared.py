"""What was prepared, to take away: the arrays as a file, and the code that makes it."""

from __future__ import annotations

import streamlit as st

from lib.export import ARRAYS, EXPORTS, arrays
from lib.ui.save import save_button, save_when_asked
from lib.ui.session import Loaded, session
from lib.ui.text import hint


def take_prepared(loaded: Loaded) -> None:
    """Draw a button for each, or none where the table is somebody else's: that isn't handed on."""
    dataset, export = loaded.dataset, EXPORTS["preparation"]
    mine = dataset.name == "upload"
    if mine and session().upload.table is None:
        return
    with st.container(border=True, key="take_away"):
        st.markdown("### Take it away")
        with st.container(horizontal=True):
            binary = "application/octet-stream"
            save_when_asked("The arrays", lambda: arrays(dataset), ARRAYS, binary)
            code = export.write(loaded.experiment, dataset)
            save_button("The code that makes them", code, export.file_name, export.mime)
        beside = f", beside {'your file' if mine else 'its data'}," if dataset.origin else ""
        hint(f"{ARRAYS} has x, y and their names; {export.file_name}{beside} makes x and y anew.")
