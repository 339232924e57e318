"""All CSS of the pages: what Streamlit has no options for, by the marks that 1.67 gives elements.

The rules stand in `css/`, a file for each page; here are those that Python has to write. An element
with a key has the class `st-key-` and that key; the `data-testid`s are Streamlit's own.
"""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import plotly.graph_objects as go
import streamlit as st

from lib.charts import html, mix, strip
from lib.ui.browser import current_palette
from lib.ui.fragment import Place
from lib.ui.listener import BUTTON, KEYS

HIDE_AFTER = "0.5s"
"""When a chart that is covered by a newer one is hidden altogether, also from screen readers."""
IN_PLACE = "<wbr>"
"""Streamlit gives HTML that is only a style a new place each time; with this element it keeps its
place, which page.css hides."""
_SHEETS = {file.stem: file.read_text("utf-8") for file in Path(__file__).with_name("css").iterdir()}
_SHEETS["page"] = html.CSS + _SHEETS["page"]
_SHEETS["explore"] = strip.CSS + _SHEETS["explore"]  # which has more to say of it
PICTURED = ("Explore", "Cell", "Shapes", "Guide")  # the pages whose pictures appear in scenes


def _letters() -> str:
    """CSS that shows a button's key in its corner, but not to screen readers: they have theirs."""
    rules = []
    for page, keys in KEYS.items():
        where = "[class*=st-key-present] " if page == "Present" else ""
        for key in (key for key in keys if key["part"] == BUTTON):
            for button in (f"{where}.st-key-{on} button" for on in key["on"]):
                rules.append(
                    f"{button}{{position:relative}}{button}::after{{content:'{key['name']}' / '';"
                    "position:absolute;right:0.25rem;top:0;font-size:0.75rem;line-height:1.4;"
                    "opacity:0.8}"
                )
    return f"@media(hover:hover) and (min-width:40.1rem){{{''.join(rules)}}}"


_LETTERS = _letters()


def style(page: str, *others: str) -> None:
    """Write the CSS of all pages, and apart, since a change is expensive, that of these pages."""
    colors = current_palette()
    colored = ["background", "border", "ink", "muted", "wrong"]
    colored += ["sequence_text", "best_text", "last_text"]
    root = "".join(f"--{name.replace('_', '-')}:{getattr(colors, name)};" for name in colored)
    root += f"--wrong-tint:{mix(colors.background, colors.wrong, 0.08)};"
    _write(f":root{{{root}}}{_SHEETS['page']}{_LETTERS}{_SHEETS['paper']}")
    if own := "".join(_SHEETS.get(each.lower(), "") for each in dict.fromkeys((*others, page))):
        _write(own)


def hide(*keys: str) -> None:
    """Hide the elements with these keys; they keep their places on the page."""
    _write(f"{','.join(f'.st-key-{key}' for key in keys)}{{display:none}}")


def point_at(key: str) -> None:
    """Outline the element with this key, with an arrow at it; "" for none."""
    outline = "outline:2px solid var(--ink);outline-offset:4px;border-radius:4px;position:relative"
    arrow = (
        "content:'➜' / '';position:absolute;z-index:1;animation:nudge 1s 3;"
        "left:var(--pointer,-1.75rem);top:calc(50% - 0.75em)"
    )
    where = f".st-key-{key}"
    _write(f"{where}{{{outline}}}{where}::before{{{arrow}}}" if key else "")


def lay_above(tops: Mapping[str, int], at: Place) -> None:
    """Lay one of the two charts of each container above the other: `tops` is key → 0 or 1."""
    rules = "".join(
        f".st-key-{key}{{display:grid;grid-template-columns:minmax(0,1fr)}}"
        f".st-key-{key}>*{{grid-area:1/1;width:100%}}"
        f".st-key-{key}>:nth-child({top + 1}){{z-index:1}}"
        f".st-key-{key}>:has([data-title='Close fullscreen']){{z-index:1000050}}"
        f".st-key-{key}_{1 - top}{{visibility:hidden;transition:visibility 0s {HIDE_AFTER}}}"
        for key, top in tops.items()
    )
    at.show("html", f"<style>{rules}</style>{IN_PLACE}")


def playhead_band(key: str, figure: go.Figure) -> None:
    """Tell the playhead's band (cell.css) where a container's figure has its timesteps."""
    layout = figure.to_dict()["layout"]
    margin, (low, high) = layout["margin"], layout["xaxis"]["range"]
    sides = "".join(f"--{side}:{margin[side[0]]}px;" for side in ("left", "right", "top", "bottom"))
    _write(f".st-key-{key}{{{sides}--steps:{high - low:.4f};--before:{0.5 - low:.4f}}}")


def _write(css: str) -> None:
    # Streamlit takes what this returns as it is; it would parse a string line by line in each run.
    st.html(SimpleNamespace(_repr_html_=lambda: f"<style>{css}</style>"))
