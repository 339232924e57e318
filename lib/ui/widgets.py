"""The app's own elements: sentences, cards, charts that don't blink, and linked widgets.

A linked widget shows the choice in the address, and writes a new choice there in its callback. An
invalid choice, such as a layer that the model doesn't have, stays in the address.

Streamlit (1.67) gives a Plotly chart a new identity with every new figure, whatever its key, and
the browser draws the chart from scratch: four charts that changed four times a second were blank
for more than half of the time. So two charts take turns: the new chart covers the previous one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts import CONFIG, Chart
from lib.ui import address, clock
from lib.ui.browser import lay_above
from lib.ui.fragment import Place, fragment
from lib.ui.session import TwoCharts, session

SAME_CLICK_SECONDS = 0.15
PART = "part"  # the address's key for the open part of a page; the first part needs no key
_SPECIAL = re.compile(r"([\\`*_\[\]<>$~:|#&])")
_BREAKS = re.compile(r"[^\S\u202f]+")  # all white space except in a number


def plain(text: str) -> str:
    """Escape Markdown in `text`, such as a column's name, and put it on one line."""
    return _SPECIAL.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def say(text: str, place: Place | None = None) -> None:
    """Draw a small sentence below a picture."""
    (place or Place()).show("markdown", f":small[{plain(text)}]")


def say_steadily(text: str, *, gray: bool = False, place: Place | None = None) -> None:
    """Draw a sentence whose numbers change. CSS reserves space for it."""
    look = ' style="color:var(--muted)"' if gray else ""
    (place or Place()).show("html", f'<div class="said"{look}>{escape(text)}</div>')


class Takeaway:
    """A short text about a picture, with folded details. CSS reserves two lines for the text."""

    def __init__(self) -> None:
        self._text, self._details = Place(), list[Place]()

    def show(self, text: str, *details: str) -> None:
        """Draw the text and the details. Later calls redraw only texts that have changed."""
        self._text.show("html", f'<div class="said takeaway">{escape(text)}</div>')
        is_first = any(details) and not self._details
        if is_first:
            self._details = [Place() for _ in details]
        with st.expander("details", type="compact") if is_first else nullcontext():
            for each, place in zip(details, self._details, strict=False):
                say(each, place)


def takeaway(text: str, *details: str) -> None:
    """Draw a takeaway that doesn't change."""
    Takeaway().show(text, *details)


def hint(text: str) -> None:
    """Draw a small gray sentence about a control or a state."""
    st.markdown(f":small[:gray[{plain(text)}]]")


def rerun_when(happened: Callable[[], bool], seconds: float | None, text: str = "") -> None:
    """Rerun the page once something has `happened`. Show `text` until then."""

    def look() -> None:
        if happened():
            st.rerun()
        if text:
            hint(text)

    fragment(look, run_every=seconds)


def card(title: str, **options: Any) -> DeltaGenerator:
    """Draw a container with a border and a title; `options` are those of `st.container`."""
    place = st.container(border=True, **options)
    place.markdown(f"### {title}")
    return place


def press(label: str, icon: str, key: str, act: Callable[..., Any], **options: Any) -> None:
    """Draw a button with a Material symbol and a callback; `options` are `st.button`'s."""
    st.button(label, key, icon=f":material/{icon}:", on_click=act, **options)


def press_once(label: str, icon: str, key: str, act: Callable[[], object], **options: Any) -> None:
    """Draw a button like `press`. Streamlit (1.67) may report a click twice: call `act` once."""

    def act_once() -> None:
        now, clicks = clock.now(), session().clicks
        button = f"{key} {label}"  # a click on Pause soon after a click on Resume is another click
        if now - clicks.get(button, -SAME_CLICK_SECONDS) > SAME_CLICK_SECONDS:
            clicks[button] = now
            act()

    press(label, icon, key, act_once, **options)


def closable(text: str, key: str, icon: str, close: Callable[..., object]) -> None:
    """Draw a Markdown message with a Close button, or only the container if `text` is empty."""
    with st.container(key=key, horizontal=True, gap="xsmall"):
        if text:
            show = st.error if icon == "error" else st.warning
            show(text, icon=f":material/{icon}:", width="stretch")
            press("Close", "close", f"close_{key}", close)


class SteadyChart:
    """A place for a chart that changes. If the chart `fills` the place, CSS sets its height."""

    def __init__(self, key: str, *, fills: bool = False) -> None:
        self._key, self._fills = key, fills
        self.pair = session().charts.setdefault(key, TwoCharts())
        self._place, self._charts = st.container(key=key, gap=None), (Place(), Place())

    def show(self, figure: Chart, sentence: str) -> int:
        """Draw an opaque figure. Return the index of the top chart."""
        pair = self.pair
        before, alt, _ = pair.shown[pair.top] or (None, "", None)
        if not before or alt != sentence or before.to_dict() != figure.to_dict():
            # Use the height of the previous chart: a chart in another height would flash.
            known = session().heights.get(self._key) if self._fills else None
            pair.top = 1 - pair.top
            pair.shown[pair.top] = figure, sentence, figure.of_height(known)
        options: dict[str, Any] = {"height": "stretch" if self._fills else "content"}
        with self._place:
            for i, (each, at) in enumerate(zip(pair.shown, self._charts, strict=True)):
                if each:
                    _, options["alt"], drawn = each
                    at.show("plotly_chart", drawn, key=f"{self._key}_{i}", config=CONFIG, **options)
        return pair.top


def steady_chart(figure: Chart, sentence: str, key: str, *, fills: bool = False) -> None:
    """Draw a `SteadyChart` that changes only with the page."""
    lay_above({key: SteadyChart(key, fills=fills).show(figure, sentence)}, Place())


def card_chart(figure: Chart, text: str, details: str, key: str, *, fills: bool = False) -> None:
    """Draw a `steady_chart`, the takeaway `text` below it, and the folded `details`."""
    steady_chart(figure, f"{text} {details}", key, fills=fills)
    takeaway(text, details)


@dataclass(frozen=True, slots=True)
class Linked:
    """A widget's choice among `texts`, stored under `name` in the address."""

    name: str
    texts: Sequence[str]
    default: int  # the index chosen without a value in the address
    key: str

    @property
    def index(self) -> int:
        """The index in the address, else the default."""
        text = address.page_value(self.name)
        return self.texts.index(text) if text in self.texts else self.default

    def bind(self, on_change: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Return arguments that tie a widget with options 0, 1, 2 … to the address."""

        def keep(moved: Any) -> None:
            # `moved` is None for a moment in a dark browser, and a label if the options changed.
            if isinstance(moved, int):
                text = "" if moved == self.default else self.texts[moved]
                address.set_page_values({self.name: text})
                on_change()

        return bound(self.key, self.index, keep)


def set_widget(key: str, value: Any) -> str:
    """Set a widget before it is drawn, unless it has this value. Return the widget's key."""
    if st.session_state.get(key) != value:  # setting an equal value would undo a newer choice
        st.session_state[key] = value
    return key


def bound(key: str, value: Any, take: Callable[[Any], object]) -> dict[str, Any]:
    """Return arguments of a widget that shows a `value` kept elsewhere. Its callback calls `take`.

    Also make `value` the widget's default: a browser that mounts the widget late sends the default.
    """

    def moved() -> None:
        # An overlapping script run (Streamlit 1.67) drops the values of widgets it didn't draw.
        if key in st.session_state:
            take(st.session_state[key])

    return {"key": set_widget(key, value), "on_change": moved}


def pills(
    label: str,
    options: Mapping[str, str],
    picked: str | list[str] | None,
    key: str,
    act: Callable[[Any], object],
    **others: Any,
) -> None:
    """Draw a row of buttons: name → label. `act` receives the picked name or names."""
    others |= bound(key, picked, lambda now: None if now is None else act(now))
    names, label_of = list(options), options.__getitem__
    st.pills(label, names, format_func=label_of, label_visibility="collapsed", wrap=True, **others)


def linked_toggle(label: str, choice: Linked) -> bool:
    """Draw a switch for a choice of two texts. Return whether the second text is chosen."""
    # Don't add help: a tap on its question mark would flip the switch (Streamlit 1.67).
    st.toggle(label, bool(choice.index), **choice.bind())
    return bool(choice.index)


def linked_slider(label: str, labels: Sequence[str], choice: Linked) -> int:
    """Draw a slider over `labels` if there are several. Return the chosen index."""
    if len(labels) > 1:
        options: dict[str, Any] = {"width": 260, **choice.bind()}
        st.select_slider(label, range(len(labels)), choice.index, labels.__getitem__, **options)
    return choice.index


def linked_buttons(label: str, labels: Sequence[str], choice: Linked, **options: Any) -> int:
    """Draw a button for each label if there are several. Return the chosen index."""
    if len(labels) > 1:
        control = choice.bind() | {"default": choice.index, "format_func": labels.__getitem__}
        st.segmented_control(label, range(len(labels)), required=True, **control | options)
    return choice.index


def open_part(titles: Mapping[str, str], key: str) -> str:
    """Draw buttons for a page's parts (name in the address → title). Return the open name."""
    choice = Linked(PART, list(titles), 0, key)
    place = linked_buttons("Part", list(titles.values()), choice, label_visibility="collapsed")
    return choice.texts[place]
