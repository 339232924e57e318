"""All CSS of the pages: what Streamlit has no options for, by the marks that 1.67 gives elements.

An element with a key has the class `st-key-` and that key; the `data-testid`s are Streamlit's own.
The components' CSS is with them, and that of pictures with `lib.figures`.
"""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from lib.figures.reach import HEIGHT
from lib.ui.theme import current_palette

HIDE_AFTER = "0.5s"
"""When a chart that is covered by a newer one is hidden altogether, also from screen readers."""

_ALWAYS = (
    # A sentence and the unseen text that keeps its room: `lib.ui.text.say_steadily`.
    ".said{display:grid;grid-template-columns:minmax(0,1fr);font-size:0.875rem;"
    "overflow-wrap:anywhere}.said>*,.said::after{grid-area:1/1}"
    ".said::after{content:attr(data-longest);visibility:hidden}"
    ".takeaway{font-weight:600}"
    # Streamlit's compact expanders have a contrast of less than 4.5 to 1.
    "[data-testid=stExpander] summary{opacity:1}"
    # What is only a script takes no room.
    "div:has(>.stHtml>script){display:none}"
    # All training buttons in one row from 1280 pixels on; and room for two lines above the bar
    # where its text may need them, so that nothing moves when a run begins.
    ".st-key-train_controls button{padding-inline:0.5rem}"
    ".st-key-run_progress{container-type:inline-size}"
    "@container(max-width:25rem){.st-key-run_progress [data-testid=stProgress] p"
    "{min-height:2.5rem;align-content:end}}"
    # One chart to a row where two would be cramped: Streamlit itself looks at the window's width
    # alone, of which the sidebar takes a third.
    ".st-key-cards{container-type:inline-size}"
    "@container(max-width:50rem){.st-key-cards>*>[data-testid=stHorizontalBlock]"
    ">[data-testid=stColumn]{min-width:100%}}"
    # What Streamlit says of a file over its limit is for all, and not only for a screen reader.
    "[data-testid=stFileChip]{flex-wrap:wrap;height:auto}[data-testid=stFileChip]"
    " [role=alert]{position:static!important;clip:auto!important;clip-path:none!important;"
    "width:100%!important;height:auto!important;margin:0!important;white-space:normal!important;"
    "font-size:0.875rem}"
    # A pasted message as code is written; a browser takes seconds to lay out one very long word
    # otherwise.
    ".st-key-error_text textarea{font-family:monospace;text-rendering:optimizeSpeed;"
    "word-break:break-all}"
)

_CELL = (
    # The playhead stays in sight while pictures are scrolled, on a phone too. Its script comes
    # later than the page, so its room is kept.
    ".st-key-cell_bar{padding-block:0.5rem;min-height:5rem;"
    "background:BACKGROUND;border-bottom:1px solid BORDER}"
    "@media(max-width:40rem){.st-key-cell_bar{min-height:7.25rem}}"
    "@media(min-height:40rem){:has(>.st-key-cell_bar){position:sticky;top:3.75rem;z-index:90}}"
    # A session's first chart waits for Plotly's script, and its room is kept.
    f".st-key-chart_reach{{min-height:{HEIGHT}px}}"
)


def style() -> None:
    """What all pages need, once on each: a style that changes costs a browser much.

    Streamlit's own colours have a contrast of less than 4.5 to 1 in code and on what is disabled,
    and in dark mode hardly any on chosen columns; there are no options.
    """
    colors = current_palette()
    tokens = {
        colors.muted: ("comment", "punctuation"),
        colors.sequence_text: ("keyword", "function", "class-name"),
        colors.best_text: ("boolean", "number", "string"),
        colors.last_text: ("operator",),
    }
    code = "".join(
        f"{','.join(f'code .token.{kind}' for kind in kinds)}{{color:{color}!important}}"
        for color, kinds in tokens.items()
    )
    _write(
        f"{_ALWAYS}{code}[data-tag],[data-tag] button{{color:{colors.background}!important}}"
        f"[data-testid=stSidebar] [disabled] p{{color:{colors.muted}}}"
    )


def cell_style() -> None:
    """What the Cell page needs besides."""
    colors = current_palette()
    _write(_CELL.replace("BACKGROUND", colors.background).replace("BORDER", colors.border))


def hide(key: str) -> None:
    """Show nothing of the element with this key, which keeps its place on the page."""
    _write(f".st-key-{key}{{display:none}}")


def lay_above(key: str, top: int) -> None:
    """Two charts of the container `key` in one cell of a grid, of which number `top` lies above.

    The one below goes away when the one above is surely drawn. A chart that fills the screen lies
    above all, which its own layer here would prevent.
    """
    _write(
        f".st-key-{key}{{display:grid;grid-template-columns:minmax(0,1fr)}}"
        f".st-key-{key}>*{{grid-area:1/1;width:100%}}"
        f".st-key-{key}>:nth-child({top + 1}){{z-index:1}}"
        f".st-key-{key}>:has([data-title='Close fullscreen']){{z-index:1000050}}"
        f".st-key-{key}_{1 - top}{{visibility:hidden;transition:visibility 0s {HIDE_AFTER}}}"
    )


def playhead_band(key: str, figure: go.Figure) -> None:
    """The playhead's band over the timesteps of a `reach_figure`, in the container of this key.

    As everywhere it stands where the page's `--cell-t` says, and the chart is not drawn anew. It is
    not for a chart that fills the screen.
    """
    layout = figure.to_dict()["layout"]
    margin, (low, high) = layout["margin"], layout["xaxis"]["range"]
    left, right = margin["l"], margin["r"]
    column = f"(100% - {left + right}px)/{high - low:.4f}"
    start = f"{left}px + {column}*(var(--cell-t,0) + {0.5 - low:.4f})"
    _write(
        f".st-key-{key}{{position:relative}}.st-key-{key}::after{{content:'';"
        f"position:absolute;z-index:1;pointer-events:none;box-sizing:border-box;"
        f"top:{margin['t']}px;height:{layout['height'] - margin['t'] - margin['b']}px;"
        # Half of the first column and of the last may be outside of the axes.
        f"left:max({left}px,{start});right:max({right}px,100% - ({start}) - max(4px,{column}));"
        f"border:2px solid {current_palette().ink};border-radius:3px}}"
        f".st-key-{key}:has([data-title='Close fullscreen'])::after{{display:none}}"
    )


def _write(css: str) -> None:
    st.html(f"<style>{css}</style>")
