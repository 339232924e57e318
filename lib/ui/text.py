"""Sentences, cards and buttons of pages, and a chart that doesn't blink while it changes.

Streamlit gives a Plotly chart a new identity with every new figure (1.67, whatever its key), so the
browser draws the next one from nothing: four that changed four times a second were blank for more
than half of the time. So two charts lie on one another and take turns: the new figure is drawn
above the old one, which stays until it is covered.
"""

import re
from collections.abc import Callable
from contextlib import nullcontext
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts import CONFIG, Chart
from lib.text import widest
from lib.ui.browser import lay_above
from lib.ui.fragment import Place
from lib.ui.session import TwoCharts, session

_SPECIAL = re.compile(r"([\\`*_\[\]<>$~:|#&])")


def plain(text: str) -> str:
    """Escape Markdown in `text`, such as a column's name, and put it on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def say(text: str, place: Place | None = None) -> None:
    """A small sentence below a picture."""
    (place or Place()).show("markdown", f":small[{plain(text)}]")


def say_steadily(text: str, *, gray: bool = False, place: Place | None = None) -> None:
    """A sentence whose numbers change, with room for each at its widest: nothing below moves."""
    look = 'class="said" style="color:var(--muted)"' if gray else 'class="said"'
    (place or Place()).show("html", _in_room(text, widest(text), look))


def _in_room(text: str, longest: str, look: str) -> str:
    """HTML of a text that has the room of its longest wording, hidden in the same grid cell."""
    return f'<div {look} data-longest="{escape(longest)}"><span>{escape(text)}</span></div>'


class Takeaway:
    """What a picture shows in few words, in the room of their `longest`; details are folded."""

    def __init__(self, longest: str = "") -> None:
        self._longest, self._words, self._details = longest, Place(), list[Place]()

    def show(self, words: str, *details: str) -> None:
        """Draw it, or after the first time what has changed; as many `details` each time."""
        self._words.show("html", _in_room(words, self._longest or words, 'class="said takeaway"'))
        is_first = any(details) and not self._details
        if is_first:
            self._details = [Place() for _ in details]
        with st.expander("details", type="compact") if is_first else nullcontext():
            for each, place in zip(details, self._details, strict=False):
                say(each, place)


def takeaway(words: str, *details: str, longest: str = "") -> None:
    """A takeaway that doesn't change."""
    Takeaway(longest).show(words, *details)


def hint(text: str) -> None:
    """A small grey sentence: what a control or a state means."""
    st.markdown(f":small[:gray[{plain(text)}]]")


def card(title: str, **options: Any) -> DeltaGenerator:
    """A container with a border and a title; `options` are those of `st.container`."""
    place = st.container(border=True, **options)
    place.markdown(f"### {title}")
    return place


def press(label: str, icon: str, key: str, act: Callable[..., Any], **options: Any) -> None:
    """A button with a Material symbol and a callback; `options` are those of `st.button`."""
    st.button(label, key, icon=f":material/{icon}:", on_click=act, **options)


def closable(words: str, key: str, icon: str, close: Callable[..., object]) -> None:
    """A message as Markdown, until the person closes it; without one, its container alone."""
    with st.container(key=key, horizontal=True, gap="xsmall"):
        if words:
            show = {"error": st.error, "info": st.info}.get(icon, st.warning)
            show(words, icon=f":material/{icon}:", width="stretch")
            press("Close", "close", f"close_{key}", close)


class SteadyChart:
    """A place for a chart that changes; where it `fills` the place, CSS gives it that height."""

    def __init__(self, key: str, *, fills: bool = False) -> None:
        self._key, self._fills = key, fills
        self._pair = session().charts.setdefault(key, TwoCharts())
        self._place, self._charts = st.container(key=key, gap=None), (Place(), Place())

    def show(self, figure: Chart | None, sentence: str) -> int:
        """Draw an opaque figure, or the one before; returns which of the two charts is above."""
        pair = self._pair
        before, alt, _ = pair.shown[pair.top] or (None, "", None)
        same = before and figure and alt == sentence and before.to_dict() == figure.to_dict()
        if figure and not same:
            # Else it is seen in its own height for a moment. One that is there has this by now.
            known = session().heights.get(self._key) if self._fills else None
            pair.top = 1 - pair.top
            pair.shown[pair.top] = figure, sentence, figure.of_height(known)
        options: dict[str, Any] = {"height": "stretch" if self._fills else "content"}
        with self._place:
            for i, (each, at) in enumerate(zip(pair.shown, self._charts, strict=True)):
                if each:
                    _, options["alt"], drawn = each
                    key = f"{self._key}_{i}"
                    at.show("plotly_chart", drawn, key=key, config=CONFIG, **options)
        return pair.top


def steady_chart(figure: Chart, sentence: str, key: str, *, fills: bool = False) -> None:
    """A `SteadyChart` that is drawn with the page."""
    lay_above({key: SteadyChart(key, fills=fills).show(figure, sentence)}, Place())


def told_chart(figure: Chart, words: str, details: str, key: str) -> None:
    """A `steady_chart` with its takeaway below, and the details folded."""
    steady_chart(figure, f"{words} {details}", key)
    takeaway(words, details)


def is_drawn(key: str) -> bool:
    """Whether a chart with this key has been drawn in this session."""
    pair = session().charts.get(key)
    return pair is not None and any(pair.shown)
