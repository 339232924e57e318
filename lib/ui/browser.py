"""What a run of a page knows of its browser: which one it is, and whether Back was pressed."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

COOKIE = "_streamlit_xsrf"


def browser_id() -> str | None:
    """A token that Streamlit has given to this browser alone; None where it has none (AppTest).

    Streamlit's own XSRF cookie holds it, masked anew on every load as in Tornado's version 2
    format, `2|mask|masked token|time`: the cookie's text is never the same twice, the token is.
    """
    try:
        version, mask, masked, _ = st.context.cookies[COOKIE].split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
    except (KeyError, ValueError):
        return None
    if version != "2" or not key:
        return None
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(token)).hex()


def moved_in_history() -> bool:
    """Whether this run of the page was asked for by the browser's Back or Forward."""
    run = get_script_run_ctx(suppress_warning=True)
    return run is not None and run.is_history_navigation
