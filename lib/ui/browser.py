"""Which browser this is: the same after a reload, another for everybody else."""

from __future__ import annotations

import streamlit as st

COOKIE = "_streamlit_xsrf"


def browser_id() -> str | None:
    """A token that Streamlit has given to this browser; None where it has none (AppTest).

    Streamlit's own XSRF cookie holds it, masked anew on every load as in Tornado's version 2
    format, `2|mask|masked token|time`, so that the cookie's text is never the same twice.
    """
    try:
        version, mask, masked, _ = st.context.cookies[COOKIE].split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
    except (KeyError, ValueError):
        return None
    if version != "2" or not key:
        return None
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(token)).hex()
