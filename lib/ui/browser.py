"""The browser of a page: which one it is, its theme, whether Back was pressed, and its scripts."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.figures.palette import PALETTES, Palette

COOKIE = "_streamlit_xsrf"
_SHARED = Path(__file__).with_name("component.css").read_text("utf-8")


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


def current_palette() -> Palette:
    """The colours for the theme that the browser shows now."""
    return PALETTES[st.context.theme.type or "light"]


def moved_in_history() -> bool:
    """Whether this run of the page was asked for by the browser's Back or Forward."""
    run = get_script_run_ctx(suppress_warning=True)
    return run is not None and run.is_history_navigation


def component(key: str, module: str) -> Any:
    """A component of the .html, .css and .js beside a module, its `__file__`.

    Before its own CSS comes what components share, the look of their buttons.
    """
    html, css, js = (
        Path(module).with_suffix(f".{kind}").read_text("utf-8") for kind in ("html", "css", "js")
    )
    return st.components.v2.component(key, html=html, css=_SHARED + css, js=js)
