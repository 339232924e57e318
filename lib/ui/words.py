"""Sentences on a page: what they say is shown as it is, whatever names of columns stand in them."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from lib.english import widest
from lib.ui.theme import current_palette

_POWER, _WHOLE = re.compile(r"[\d.]+e-\d+"), r'<span style="white-space:nowrap">\g<0></span>'
_SPECIAL = re.compile(r"([\\`*_\[\]<>$~:|#&])")


def plain(text: str) -> str:
    """`text` for Streamlit's Markdown: no mark, entity or directive in it is one."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def say(text: str) -> None:
    """A sentence below a picture that says the same in words."""
    st.markdown(f":small[{plain(text)}]")


def style() -> None:
    """What `say_steadily` and code need, once on a page: a style that changes costs a browser much.

    Streamlit's own colours of code have a contrast of less than 4.5 to 1, and no option. What is
    only a script takes no room.
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
        f"<span>{_POWER.sub(_WHOLE, escape(text))}</span></div>"
    )


def hint(text: str) -> None:
    """A sentence of second rank: what a control or a state means."""
    st.markdown(f":small[:gray[{plain(text)}]]")
