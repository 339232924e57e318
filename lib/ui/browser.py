"""The browser of a page: its name, its theme, its scripts, and a button that saves a file."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from lib.charts import PALETTES, Palette

COOKIE = "unrolled_browser"
"""Has a random token that the server gives a browser with its first page: see `served`."""
_SHARED = Path(__file__).with_name("component.css").read_text("utf-8")


def browser_id() -> str | None:
    """An id of this browser, the same on all page servers; None where it sends no cookie (AppTest).

    A hash of the cookie's token: who reads an id, which servers of a cluster exchange, can't pass
    for that browser.
    """
    token = st.context.cookies.get(COOKIE)
    if not isinstance(token, str) or not token:  # AppTest has no cookies, but a mock of them
        return None
    return sha256(token.encode()).hexdigest()[:32]


def current_palette() -> Palette:
    """The colours of the browser's theme."""
    return PALETTES[st.context.theme.type or "light"]


def component(key: str, module: str, *scripts: str) -> Any:
    """A component of the .html, .css and .js beside a `module`, its `__file__`.

    With the CSS of all components' buttons, and the named `scripts` of the same folder before its
    own: Streamlit takes one script.
    """
    own = Path(module)
    html, css, js = (
        own.with_suffix(f".{kind}").read_text("utf-8") for kind in ("html", "css", "js")
    )
    others = [own.with_name(name).read_text("utf-8") for name in scripts]
    return st.components.v2.component(key, html=html, css=_SHARED + css, js="".join([*others, js]))


_save = component("save", str(Path(__file__).with_name("save")))


def save_button(label: str, what: str | Callable[[], bytes], name: str, mime: str) -> None:
    """Draw a button; a press saves `what` as a file called `name`.

    Not `st.download_button(data=callable)`: in Streamlit 1.67 five of six downloads of a file that
    took 1.5 s to make failed while another session's page ran ("Deferred file not found"). Here a
    text is in the page; bytes come when they are asked for.
    """
    key, about = f"save_{name}", {"label": label, "name": name, "mime": mime}
    data: object = {**about, "text": what} if isinstance(what, str) else about
    if callable(what) and (st.session_state.get(key) or {}).get("asked"):
        data = what()
    _save(key=key, data=data, width="content", on_asked_change=lambda: None)
