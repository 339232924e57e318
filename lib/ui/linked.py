"""Widgets whose choice stands in the page's address, so that a link shows what is on this screen.

A widget is set to what the address says, and writes it there in its callback. A value that names
nothing, such as a layer that the model doesn't have, is ignored and stays there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.ui import address

PART = "part"  # the key that says which part of a page is open; the first part needs none


@dataclass(frozen=True, slots=True)
class Linked:
    """A choice among `texts`, under `name` in the address; `key` is the widget's."""

    name: str
    texts: Sequence[str]
    default: int  # the index that is chosen where the address says nothing
    key: str

    @property
    def index(self) -> int:
        """The index that the address names, else the default."""
        text = address.page_value(self.name)
        return self.texts.index(text) if text in self.texts else self.default

    def bind(self, then: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Arguments that tie a widget with options 0, 1, 2 … to the address; `then` comes after."""

        def keep(moved: Any) -> None:
            # None for a moment where a browser's theme isn't the usual one; a label where the
            # options have changed.
            if isinstance(moved, int):
                text = "" if moved == self.default else self.texts[moved]
                address.set_page_values({self.name: text})
                then()

        return bound(self.key, self.index, keep)


def set_widget(key: str, value: Any) -> str:
    """Set a widget that is about to be drawn, unless it has that value; returns its key."""
    if st.session_state.get(key) != value:  # what is set goes over a choice that is being made
        st.session_state[key] = value
    return key


def bound(key: str, value: Any, take: Callable[[Any], object]) -> dict[str, Any]:
    """Arguments of a widget that shows a `value` kept elsewhere; its callback calls `take`.

    Give it the value as its default, too: a browser that mounts a widget late, since its code was
    on the way, has missed what was set, and sends the default with the next click.
    """

    def moved() -> None:
        # Two runs of a session may overlap (Streamlit 1.67): the one that ends drops the values of
        # widgets that it didn't draw.
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
    """A row of buttons, name → label; the callback calls `act` with the picked name, or names."""
    others |= bound(key, picked, lambda now: None if now is None else act(now))
    names, label_of = list(options), options.__getitem__
    st.pills(label, names, format_func=label_of, label_visibility="collapsed", wrap=True, **others)


def linked_toggle(label: str, choice: Linked) -> bool:
    """Draw a switch for a choice of two; returns whether it is at the second."""
    # It has no help: a finger on its question mark would flip it (Streamlit 1.67).
    st.toggle(label, bool(choice.index), **choice.bind())
    return bool(choice.index)


def linked_slider(label: str, labels: Sequence[str], choice: Linked, *, wide: bool = False) -> int:
    """Draw a slider that shows `labels` for several texts; returns the chosen index."""
    if len(labels) > 1:
        options: dict[str, Any] = {"width": "stretch" if wide else 260, **choice.bind()}
        st.select_slider(label, range(len(labels)), choice.index, labels.__getitem__, **options)
    return choice.index


def linked_buttons(
    label: str,
    labels: Sequence[str],
    choice: Linked,
    then: Callable[[], None] = lambda: None,
    **options: Any,
) -> int:
    """Draw buttons with `labels` for several texts, and call `then` after a choice; its index."""
    if len(labels) > 1:
        options |= {"default": choice.index, "format_func": labels.__getitem__}
        options |= choice.bind(then)
        st.segmented_control(label, range(len(labels)), required=True, **options)
    return choice.index


def open_part(titles: Mapping[str, str], key: str) -> str:
    """Draw buttons for a page's parts, name in the address → title; returns the open one's name."""
    choice = Linked(PART, list(titles), 0, key)
    place = linked_buttons("Part", list(titles.values()), choice, label_visibility="collapsed")
    return choice.texts[place]
