"""The parts of a page besides Streamlit's elements: a browser's id, CSS, and components.

The CSS does what Streamlit has no options for. `css/` has a file for each page, and templates that
Python fills in. Streamlit (1.67) sets each `data-testid`, and the class `st-key-k` for a key `k`.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from lib.charts import PALETTES, Palette, cell, html, strip
from lib.text import beside
from lib.ui.fragment import Place, fragment
from lib.ui.session import session

COOKIE = "unrolled_browser"  # a random token, sent with a browser's first page: see `served`
_SHARED = Path(__file__).with_name("component.css").read_text("utf-8")
# Page → its own keys of the keyboard. A key does nothing if its element isn't on the page.
KEYS: dict[str, list[dict[str, Any]]] = beside(__file__, "keys")
MENU = "menu"  # the Streamlit key of the menu, with a link to each page
_LINK = ":scope > :nth-child({}) a"  # selects the menu's link to the page with this number
EVERYWHERE: list[dict[str, Any]] = [  # keys of all pages; listener.js also handles `?`
    {"name": f"Shift+{k}", "does": f"go to {page}", "on": [MENU], "part": _LINK.format(k)}
    for k, page in enumerate(beside(__file__, "frame"), start=1)
]
LISTENER = "listener"
IN_PLACE = "<wbr>"  # keeps the place of a style among the elements; page.css hides the element
_SHEETS = {file.stem: file.read_text("utf-8") for file in Path(__file__).with_name("css").iterdir()}
for _name, _css in (("page", html.CSS), ("explore", strip.CSS), ("cell", cell.CSS)):
    _SHEETS[_name] = _css + _SHEETS[_name]
PICTURED = ("Explore", "Cell", "Shapes", "Guide")  # the pages whose pictures appear in scenes


def browser_id() -> str | None:
    """Return this browser's id, the same on all page servers; None if it sent no cookie."""
    token = st.context.cookies.get(COOKIE)
    if not isinstance(token, str) or not token:  # AppTest has a mock in place of cookies
        return None
    # A hash of the token, so that reading an id isn't enough to act as that browser.
    return sha256(token.encode()).hexdigest()[:32]


def current_palette() -> Palette:
    """Return the colors of the browser's theme."""
    return PALETTES[st.context.theme.type or "light"]


def component(key: str, module: str, name: str, *scripts: str) -> Any:
    """Return a component of `name`.html, .css and .js beside `module`, with `scripts` of lib/ui."""
    own = Path(module).with_name(name)
    html, css, js = (own.with_suffix(f".{k}").read_text("utf-8") for k in ("html", "css", "js"))
    others = [Path(__file__).with_name(name).read_text("utf-8") for name in scripts]
    return st.components.v2.component(key, html=html, css=_SHARED + css, js="".join([*others, js]))


_save = component("save", __file__, "save", "download.js")


def save_button(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    """Draw a button that makes a file called `name` when pressed, and saves the file.

    With `st.download_button(data=callable)` of Streamlit 1.67, five of six downloads of a file that
    took 1.5 s to make failed while another session ran ("Deferred file not found").
    """
    key = f"save_{name}"
    is_pressed = (st.session_state.get(key) or {}).get("asked")
    data = make() if is_pressed else {"label": label, "name": name, "mime": mime}
    _save(key=key, data=data, width="content", on_asked_change=lambda: None)


_listener = component(LISTENER, __file__, LISTENER, "white_page.js", "plotly_private.js")


def listener(page: str) -> None:
    """Draw the component of listener.js, with the keys of `page`. It acts without a script run.

    The script reports to Python the heights of charts that fill a place, and a switch between dark
    and light. A key clicks an element of the page. `st.button(shortcut=)` of Streamlit 1.67 ignores
    keys while a slider has the focus, allows one key per button, and lists no keys.
    """
    # When the component reports, a fragment requests the rerun. If the browser requested it,
    # Streamlit (1.67) would end the current script run and lose a waiting click.
    draws = count()
    # `data` is a list: Streamlit (1.67) would search a dict for tables, and load pandas to do so.
    options = {"data": [*KEYS.get(page, ()), *EVERYWHERE], "on_background_change": lambda: None}

    def draw() -> None:
        if next(draws):  # the component has reported
            st.rerun()
        _listener(key=LISTENER, on_heights_change=_note_heights, **options)

    fragment(draw)


def _note_heights() -> None:
    """Store the heights that the browser reports, in pixels: "chart_loss:230 chart_compare:176"."""
    heights = re.findall(r"\b(chart_[a-z_]+):(\d{2,4})\b", f"{st.session_state.get(LISTENER)}")
    session().heights.update({name: int(height) for name, height in heights})


def _letters() -> str:
    """Return CSS that shows a button's key in its corner, but not to screen readers."""
    rules, sheet = list[str](), Template(_SHEETS["letter"])
    for page, keys in KEYS.items():
        where = "[class*=st-key-present] " if page == "Present" else ""
        buttons = [(key["name"], on) for key in keys if "part" not in key for on in key["on"]]
        for name, on in buttons:
            rules.append(sheet.substitute(button=f"{where}.st-key-{on} button", key=name))
    return f"@media(hover:hover) and (min-width:40.1rem){{{''.join(rules)}}}"


def style(page: str, *others: str) -> None:
    """Write two elements of CSS: rules of all pages, which rarely change, and of these pages."""
    _write(f":root{{{html.colors_css(current_palette())}}}{_SHEETS['page']}{_letters()}")
    if own := "".join(_SHEETS.get(each.lower(), "") for each in dict.fromkeys((*others, page))):
        _write(own)


def point_at(key: str) -> None:
    """Outline the element with this key and point an arrow at it. "" removes both."""
    _write(Template(_SHEETS["pointer"]).substitute(key=key) if key else "")


def lay_above(tops: Mapping[str, int], at: Place) -> None:
    """Lay one of two charts over the other. `tops`: container's key → index of the top chart."""
    rules = Template(_SHEETS["above"]).substitute
    each = [rules(key=key, place=top + 1, below=1 - top) for key, top in tops.items()]
    at.show("html", f"<style>{''.join(each)}</style>{IN_PLACE}")


def playhead_band(key: str, figure: go.Figure) -> None:
    """Write a figure's places of timesteps as CSS variables, for the playhead's band (cell.css)."""
    layout = figure.to_dict()["layout"]
    margin, (low, high) = layout["margin"], layout["xaxis"]["range"]
    sides = "".join(f"--{side}:{margin[side[0]]}px;" for side in ("left", "right", "top", "bottom"))
    _write(f".st-key-{key}{{{sides}--steps:{high - low:.4f};--before:{0.5 - low:.4f}}}")


def _write(css: str) -> None:
    # Streamlit uses `_repr_html_` unchanged. It would parse a string line by line in each run.
    st.html(SimpleNamespace(_repr_html_=lambda: f"<style>{css}</style>"))
