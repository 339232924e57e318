"""What is picked on the Cell page, as its link has it, so that others see what is on this screen.

The address is the truth: a control is set to what stands there, and moving it writes it there. A
value that names nothing, such as a layer that the model doesn't have, is ignored and stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.ui import address, parts

KEYS = (parts.NAME, "sample", "layer", "weights", "epoch", "order", "step", "unit")
"""In the address: the open part, and numbers from 1, but for the epoch."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A choice among `texts`, which the address has under `name`, by a widget's `key`."""

    name: str
    texts: Sequence[str]
    default: int
    """The index of what is chosen where the address says nothing."""
    key: str

    @property
    def index(self) -> int:
        """The index of what the address names, else of the default."""
        text = address.page_value(self.name)
        return self.texts.index(text) if text in self.texts else self.default

    def bind(self) -> dict[str, Any]:
        """Arguments that tie a widget, whose options are 0, 1, 2 and so on, to the address.

        Its state is set only where it differs: Streamlit sends the browser all that is set, and
        that would overrule the choice that a person is making.
        """
        if st.session_state.get(self.key) != self.index:
            st.session_state[self.key] = self.index
        return {"key": self.key, "on_change": self._keep}

    def _keep(self) -> None:
        moved = st.session_state[self.key]
        if moved is not None:  # as a browser says for a moment where its theme isn't the usual one
            address.set_page_value(self.name, "" if moved == self.default else self.texts[moved])


def linked_slider(label: str, labels: Sequence[str], choice: Linked) -> int:
    """Draw a slider that shows `labels` for the choice's texts; returns which one it is at."""
    st.select_slider(
        label,
        range(len(labels)),
        choice.index,
        format_func=labels.__getitem__,
        width=260,
        **choice.bind(),
    )
    return choice.index


def linked_buttons(
    label: str, labels: Sequence[str], choice: Linked, about: str | None = None
) -> int:
    """Draw buttons side by side with these `labels`; returns which one is pressed."""
    st.segmented_control(
        label,
        range(len(labels)),
        default=choice.index,
        format_func=labels.__getitem__,
        required=True,
        help=about,
        **choice.bind(),
    )
    return choice.index
