"""Sentences on a page: what they say is shown as it is, whatever names of columns stand in them."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from lib.english import widest
from lib.ui.theme import current_palette

_TOGETHER = re.compile(r"[\d.]+e-\d+|\d [°%]C?")
"""Within what no line may end: a small number, and a number with its unit."""
_WHOLE = r'<span style="white-space:nowrap">\g<0></span>'
_SHAPE = re.compile(r"\((?:[NTFUK\d]+, )+[NTFUK\d]+\)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>$~:|#&])")


def plain(text: str) -> str:
    """`text` for Streamlit's Markdown: no mark, entity or directive in it is one."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def say(text: str) -> None:
    """A sentence below a picture that says the same in words."""
    whole = _SHAPE.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), plain(text))
    st.markdown(f":small[{whole}]")


_TRAINING = (
    ".st-key-train_controls button{padding-inline:0.5rem}"
    ".st-key-run_progress{container-type:inline-size}"
    "@container(max-width:25rem){.st-key-run_progress [data-testid=stProgress] p"
    "{min-height:2.5rem;align-content:end}}"
    ".st-key-cards{container-type:inline-size}"
    "@container(max-width:50rem){.st-key-cards>*>[data-testid=stHorizontalBlock]"
    ">[data-testid=stColumn]{min-width:100%}}"
)
"""All buttons in one row from 1280 pixels on; and room for two lines above the bar where its text
may need them, so that nothing moves when a run begins. And a chart to a row where two would be
cramped: Streamlit itself looks at the window alone, of which the sidebar takes a third."""


def style() -> None:
    """What `say_steadily`, code, the sidebar and the training bar need, once on a page.

    A style that changes costs a browser much. Streamlit's own colours have a contrast of less than
    4.5 to 1 in code and on what is fixed, and in dark mode hardly any on chosen columns; there are
    no options. What is only a script takes no room.
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
    st.html(
        "<style>.said{display:grid;grid-template-columns:minmax(0,1fr);font-size:0.875rem;"
        "overflow-wrap:anywhere}.said>*,.said::after{grid-area:1/1}"
        f".said::after{{content:attr(data-longest);visibility:hidden}}{code}"
        f"[data-tag],[data-tag] button{{color:{colors.background}!important}}"
        f"[data-testid=stSidebar] [disabled] p{{color:{colors.muted}}}{_TRAINING}"
        "div:has(>.stHtml>script){display:none}</style>"
    )


def say_steadily(text: str, longest: str = "", *, gray: bool = False) -> None:
    """The same for a sentence that changes: it takes the room of its `longest` wording.

    That is an unseen text in the same cell of a grid; without one, the sentence with every number
    at its widest. So what is below stays where it is, on a screen of any width.
    """
    color = f"color:{current_palette().muted}" if gray else ""
    st.html(
        f'<div class="said" style="{color}" data-longest="{escape(longest or widest(text))}">'
        f"<span>{_TOGETHER.sub(_WHOLE, escape(text))}</span></div>"
    )


def hint(text: str) -> None:
    """A sentence of second rank: what a control or a state means."""
    st.markdown(f":small[:gray[{plain(text)}]]")
