"""A button that saves a file, by a few lines of script in the browser.

Not `st.download_button(data=callable)`: in Streamlit 1.67 five of six downloads of a file that took
1.5 s to make failed while another session's page ran ("Deferred file not found"), and all of them
within a fragment that polls. Here a text is in the page; bytes come when they are asked for.
"""

from collections.abc import Callable

import streamlit as st

from lib.ui.browser import component

_component = component("save", __file__)


def save_button(label: str, what: str | Callable[[], bytes], name: str, mime: str) -> None:
    """Draw the button; a press saves `what` as a file called `name`."""
    key, about = f"save_{name}", {"label": label, "name": name, "mime": mime}
    data: object = {**about, "text": what} if isinstance(what, str) else about
    if callable(what) and (st.session_state.get(key) or {}).get("asked"):
        data = what()
    _component(key=key, data=data, width="content", on_asked_change=lambda: None)
