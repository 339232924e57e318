"""All CSS of the pages: what Streamlit has no options for, by the marks that 1.67 gives elements.

An element with a key has the class `st-key-` and that key; the `data-testid`s are Streamlit's own.
The components' CSS is with them, and that of pictures with `lib.figures`.
"""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from lib.figures.palette import mix
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
    # The guide: a line of the menu, a table as wide as it needs, and on a small screen a block for
    # each of its rows.
    ".st-key-guide button{min-height:0;padding:0 0.5rem}"
    "[data-testid=stPopoverBody]:has(.guide){max-width:calc(100vw - 1rem)!important}"
    ".guide{font-size:0.8125rem;line-height:1.6}.guide table{margin-bottom:0.5rem}"
    ".guide caption{text-align:left;font-weight:600}"
    ".guide :is(th,td){font-weight:400;text-align:left;padding:0 1rem 0 0;white-space:nowrap}"
    "@media(max-width:64rem){.guide :is(tr,td:nth-child(n+3)){display:block;white-space:normal}"
    ".guide tr{padding-bottom:0.5rem}.guide span{white-space:normal!important}}"
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
    # The playhead stays in sight while pictures are scrolled, except on small screens, where a
    # press on a picture moves it. Its script comes later than the page, so its room is kept; it is
    # as wide as what is in a card. It hides no heading that a link jumps to.
    ".st-key-cell_bar{padding:0.5rem 1rem;min-height:5rem;"
    "background:BACKGROUND;border-bottom:1px solid BORDER}"
    "@media(max-width:70rem){.st-key-cell_bar{min-height:7.25rem}}"
    "@media(min-width:48rem) and (min-height:40rem){"
    ":has(>.st-key-cell_bar){position:sticky;top:3.75rem;z-index:90}"
    "[data-testid=stMain] :is(h2,h3){scroll-margin-top:9.5rem}}"
    # Blue stands for a mode, so the links to the page's parts aren't blue.
    ".st-key-cell_about a{color:inherit!important}"
    # A session's first chart waits for Plotly's script, and its room is kept.
    f'[class*="st-key-chart_reach_"]{{min-height:{HEIGHT}px}}'
)

_SHAPES = (
    # A row for each layer; one that breaks is red.
    ".st-key-rows{margin:0 -0.75rem;width:calc(100% + 1.5rem);max-width:none}"
    ".st-key-rows>*{border-top:1px solid BORDER;padding:0.25rem 0.75rem}"
    ".st-key-rows [data-testid=stLayoutWrapper]:has(>div>[class*=_flags]){"
    "min-width:min(100%,15rem)}"
    ".st-key-rows>:has(.refused){background:WRONG;box-shadow:inset 0.25rem 0 RED}"
)


def style() -> None:
    """What all pages need, once on each: a style that changes costs a browser much.

    Streamlit's own colours have a contrast of less than 4.5 to 1 in code, on what is disabled or
    folded, and in dark mode hardly any on chosen columns; there are no options.
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
        "[data-testid=stExpander] summary{opacity:1}"
    )


def cell_style() -> None:
    """What the Cell page needs besides."""
    colors = current_palette()
    _write(_CELL.replace("BACKGROUND", colors.background).replace("BORDER", colors.border))


def shapes_style() -> None:
    """What the Shapes page needs for its rows of layers."""
    colors = current_palette()
    css = _SHAPES.replace("BORDER", colors.border).replace("RED", colors.wrong)
    _write(css.replace("WRONG", mix(colors.background, colors.wrong, 0.08)))


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
    sides, steps = margin["l"] + margin["r"], round(high + low) - 1
    column = f"(100% - {sides}px)/{high - low:.4f}"
    place = f"(var(--cell-t,{steps - 1}) + {0.5 - low:.4f})"
    _write(
        f".st-key-{key}{{position:relative}}.st-key-{key}::after{{content:'';"
        f"position:absolute;z-index:1;pointer-events:none;box-sizing:border-box;"
        f"top:{margin['t']}px;height:{layout['height'] - margin['t'] - margin['b']}px;"
        f"left:calc({margin['l']}px + {column}*{place});width:max(4px,{column});"
        f"border:2px solid {current_palette().ink};border-radius:3px}}"
        f".st-key-{key}:has([data-title='Close fullscreen'])::after{{display:none}}"
    )


def _write(css: str) -> None:
    st.html(f"<style>{css}</style>")
