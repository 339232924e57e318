"""All CSS of the pages: what Streamlit has no options for, by the marks that 1.67 gives elements.

An element with a key has the class `st-key-` and that key; the `data-testid`s are Streamlit's own.
The components' CSS is with them, and that of pictures with `lib.figures`.
"""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from lib.figures.palette import mix
from lib.figures.reach import HEIGHT
from lib.ui.keys import BUTTON, KEYS
from lib.ui.theme import current_palette

HIDE_AFTER = "0.5s"
"""When a chart that is covered by a newer one is hidden altogether, also from screen readers."""

_ALWAYS = (
    # Streamlit's header lies over the page: its menu, and the arrow that opens the sidebar again.
    "[data-testid=stHeader]{background:none;pointer-events:none}"
    "[data-testid=stHeader] button{pointer-events:auto}"
    ":has([data-testid=stExpandSidebarButton])>* h1{padding-left:2.5rem!important}"
    # A sentence and the unseen text that keeps its room: `lib.ui.text.say_steadily`.
    ".said{display:grid;grid-template-columns:minmax(0,1fr);font-size:0.875rem;"
    "overflow-wrap:anywhere}.said>*,.said::after{grid-area:1/1}"
    ".said::after{content:attr(data-longest);visibility:hidden}"
    ".takeaway{font-weight:600}"
    # On a projector all is larger, and not only the room between.
    "@media(min-width:112rem){html{font-size:20px!important}"
    "[data-testid=stSidebar][aria-expanded=true]{min-width:375px}"
    ".js-plotly-plot text{font-size:16px!important}}"
    # What a pointer is told lies above the plot, over the key, and not over what it points at.
    ".js-plotly-plot,.js-plotly-plot .main-svg{overflow:visible!important}"
    ".js-plotly-plot .hoverlayer .legend{transform-box:fill-box;"
    "transform:translate(2px,calc(50px - 100%))}"
    # Mode, data and sizes are in sight on a screen of 720 pixels: no empty band above the title.
    "[data-testid=stSidebarHeader]{height:2.5rem;margin:0;padding-block:0}"
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
    ".st-key-listener{position:absolute;z-index:2;max-width:0}"
    # A chart's tools and a heading's link are there for a pointer, so that Tab passes them by; and
    # on a phone the tools would cover the key.
    ".js-plotly-plot:not(:hover) .modebar:not(:has([data-title='Close fullscreen'])),"
    ":is(h1,h2,h3,h4):not(:hover) a[aria-label='Link to heading']{visibility:hidden}"
    "@media(max-width:40rem){.modebar{display:none}}"
    # What Streamlit says of a file over its limit is for all, and not only for a screen reader.
    "[data-testid=stFileChip]{flex-wrap:wrap;height:auto}[data-testid=stFileChip]"
    " [role=alert]{position:static!important;clip:auto!important;clip-path:none!important;"
    "width:100%!important;height:auto!important;margin:0!important;white-space:normal!important;"
    "font-size:0.875rem}"
    # On paper: what one would hand out, and nothing that is pressed.
    # It has the screen's layout, as small as the paper needs it: see `listener.js`.
    "@media print{@page{size:A4;margin:10mm}"
    ":is([data-testid=stSidebar],[data-testid=stHeader],[data-testid=stExpander],"
    "[data-testid=stSlider],[data-testid=stProgress] [role=progressbar],.st-key-train_controls,"
    ".st-key-run_speed,.st-key-run_epoch,.st-key-run_words,.st-key-earlier,.modebar-container)"
    "{display:none!important}"
    "html,body,#root *:has([data-testid=stMain]),[data-testid=stMain]"
    "{position:static!important;height:auto!important;overflow:visible!important}"
    "[data-testid=stMainBlockContainer]{padding:0!important;max-width:none!important;"
    "width:var(--paper-width,100%)!important;zoom:var(--paper-zoom,1)}"
    "[class*='st-key-card_'],.st-key-strip{break-inside:avoid}}"
    # A pasted message as code is written; a browser takes seconds to lay out one very long word
    # otherwise.
    ".st-key-error_text textarea{font-family:monospace;text-rendering:optimizeSpeed;"
    "word-break:break-all}"
)

_EXPLORE = (
    # One screen: a line, the strip, the controls, and two charts that take what is left of it.
    "[data-testid=stMainBlockContainer]{padding:0.625rem 2rem 2rem}"
    "[data-testid=stMainBlockContainer]>[data-testid=stVerticalBlock]{gap:0.5rem}"
    "[data-testid=stMain] :is(h1,h3){padding:0}"
    "[data-testid=stMain] h1{padding-right:2rem}"
    "[data-testid=stMain] [data-testid=stMarkdownContainer]:has(>*>:is(h1,h3)){margin:0}"
    ".st-key-strip{padding:0.375rem 0.75rem}"
    ".strip{font-size:0.8125rem;line-height:1.3;--code:0.75rem}"
    ".strip .modes{display:grid;gap:0.375rem 1.5rem;align-content:center}"
    ".strip .chain{display:flex;flex-wrap:wrap;gap:0.25rem;min-width:0}"
    ".strip .legend{font-size:0.75rem;margin-top:0.25rem}"
    # Words about the run keep their room, whatever they are, and so does the way back in time.
    ".st-key-controls{display:grid;gap:0.25rem 1rem;margin-top:0.25rem;align-items:center;"
    "grid-template:'buttons buttons' auto 'progress progress' auto 'words words' auto"
    " 'epoch speed' auto/minmax(0,1fr) max-content}"
    "div:has(>.st-key-train_controls){grid-area:buttons}"
    "div:has(>.st-key-run_progress){grid-area:progress}"
    "div:has(>.st-key-run_words){grid-area:words}"
    "div:has(>.st-key-run_epoch){grid-area:epoch}"
    "div:has(>.st-key-run_speed){grid-area:speed}"
    ".st-key-train_controls button{padding-inline:0.5rem}"
    ".st-key-do_train button{min-width:5.75rem}"
    "div:has(>.st-key-run_epoch){height:2rem}.st-key-run_epoch{justify-content:center}"
    ".st-key-run_epoch :is([data-testid=stSliderThumbValue],[data-testid=stSliderTickBar]),"
    ".st-key-pickers [data-testid=stSliderTickBar]{display:none}"
    ":is(.st-key-run_epoch,.st-key-run_speed) [data-testid=stWidgetLabel]"
    "{position:absolute;clip-path:inset(50%)}"
    ".st-key-run_speed button{min-height:1.75rem;padding:0 0.5rem}"
    ".st-key-run_speed button p{font-size:0.8125rem}"
    ".st-key-run_words{min-height:2.5rem;justify-content:center}"
    ".st-key-run_words .said{font-size:0.8125rem;line-height:1.25rem}"
    ".st-key-cards{display:grid;gap:0.5rem;grid-template-columns:minmax(0,1fr)}"
    '[class*="st-key-card_"]{padding:0.5rem 0.75rem 0.25rem;min-height:24rem;position:relative}'
    '[class*="st-key-card_"]>:has(>[class*="st-key-chart_"]){position:relative;flex:1 1 0;'
    "min-height:11rem}"
    '[class*="st-key-card_"]>*>[class*="st-key-chart_"]{position:absolute;inset:0;'
    "grid-template-rows:minmax(0,1fr)}"
    '[class*="st-key-card_"] [class*="st-key-chart_"] *:has([data-testid=stPlotlyChart]),'
    '[class*="st-key-card_"] [data-testid=stPlotlyChart]{height:100%}'
    ".st-key-pickers{min-height:2.25rem}"
    ".st-key-earlier{position:absolute;right:0.75rem;bottom:0.625rem}"
    "@media(min-width:64rem){"
    "div:has(>.st-key-strip){height:12rem;flex:none}"
    ".strip .chain{flex-wrap:nowrap}"
    ".st-key-controls{grid-template:'buttons progress progress' auto 'words epoch speed' auto"
    "/28rem minmax(0,1fr) max-content}"
    ".st-key-cards{grid-template-columns:3fr 2fr}"
    ":is(.st-key-card_predictions,.st-key-card_loss)"
    "{min-height:clamp(21rem,100vh - 22.5rem,40rem)}}"
    # On paper charts stay as large as they were drawn. (How wide the paper is no rule is told.)
    "@media print{.strip .chain{flex-wrap:nowrap}[class*='st-key-card_']{min-height:0!important}"
    ".st-key-cards{display:grid!important;grid-template-columns:3fr 2fr}"
    ".st-key-controls{min-height:0}div:has(>.st-key-run_words){min-height:0}"
    "[class*='st-key-card_']>:has(>[class*='st-key-chart_']){flex:none;min-height:0}"
    "[class*='st-key-card_']>*>[class*='st-key-chart_']{position:static}"
    "[class*='st-key-card_'] [class*='st-key-chart_'] *:has([data-testid=stPlotlyChart]),"
    "[class*='st-key-card_'] [data-testid=stPlotlyChart]{height:auto}}"
    # On a phone, what is pressed and what that changes come first, and the shapes after them.
    "@media(max-width:47.99rem){[data-testid=stMainBlockContainer]{padding:0.625rem 1rem 2rem}"
    "[data-testid=stMain] h1{font-size:1rem}"
    "[data-testid=stMainBlockContainer]>[data-testid=stVerticalBlock] "
    ":is(:has(.st-key-controls),:has(>.st-key-cards),:has(>*>.st-key-cards),.st-key-cards)"
    "{display:contents}"
    "div:has(>.st-key-strip)~*,.st-key-cards>*{order:5}.st-key-controls{order:1}"
    "div:has(>.st-key-card_predictions){order:2}div:has(>.st-key-strip){order:3}"
    ".st-key-train_controls button{padding-inline:0.25rem}"
    ".st-key-train_controls button span:has(>[data-testid=stIconMaterial]){display:none}"
    ".st-key-do_train button{min-width:4.25rem}}"
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

_LETTERS = "".join(
    f".st-key-{on} button{{position:relative}}.st-key-{on} button::after"
    f"{{content:'{key.name}' / '';position:absolute;right:0.25rem;top:0;"
    "font-size:0.75rem;line-height:1.4;opacity:0.8}"
    for keys in KEYS.values()
    for key in keys
    if key.part == BUTTON
    for on in key.on
)
"""In each button's corner its key, not said aloud: who hears the page has keys of their own."""

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

    Streamlit's own colours have a contrast of less than 4.5 to 1 in code, in captions, on what is
    disabled or folded, and in dark mode hardly any on chosen columns; there are no options.
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
        f"{_ALWAYS}@media(hover:hover) and (min-width:40.1rem){{{_LETTERS}}}{code}"
        f"[data-tag],[data-tag] button{{color:{colors.background}!important}}"
        f"[data-testid=stSidebar] [disabled] p{{color:{colors.muted}}}"
        # Streamlit writes white on a primary button, which nobody can read on dark mode's.
        f"[data-testid=stBaseButton-primary]:enabled *{{color:{colors.background}!important}}"
        "[data-testid=stRadioCaption]>*,[data-testid=stExpander] summary{opacity:1}"
        f"[data-testid=stRadioCaption]>*{{color:{colors.muted}}}"
    )


def explore_style() -> None:
    """What Explore needs besides."""
    _write(_EXPLORE)


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
