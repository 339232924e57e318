"""What is picked on the Cell page, as its link has it, so that others see what is on this screen.

The address is the truth: a control is set to what stands there, and moving it writes it there. What
it names where there is no such thing, such as a layer too many, is passed over and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib.ui import address

KEYS = ("sample", "layer", "weights", "epoch", "order", "step", "unit")
"""In the address: numbers from 1, but for the epoch."""


def picked(name: str, texts: Sequence[str], default: int) -> int:
    """Which of these the address names: its index, or that of the default."""
    text = address.own(name)
    return texts.index(text) if text in texts else default


def control(name: str, texts: Sequence[str], default: int, key: str) -> dict[str, Any]:
    """A widget's arguments that make it one with the address; its options are 0, 1, 2 and so on.

    Its state is set only where it is another: a browser takes what is set for more than its own.
    """
    now = picked(name, texts, default)
    if st.session_state.get(key) != now:
        st.session_state[key] = now

    def keep() -> None:
        moved = st.session_state[key]
        if moved is not None:  # for a moment, when the browser's theme isn't the usual one
            address.keep(name, "" if moved == default else texts[moved])

    return {"key": key, "on_change": keep}
