"""Which one do I need? Usual cases with the mode each needs, and what the letters stand for.

The words are in guide.toml, the markup in guide.html. It opens in the browser alone: its text comes
with the page.
"""

from dataclasses import dataclass

import streamlit as st

from lib.figures.html import templates
from lib.toml import beside


@dataclass(frozen=True, slots=True)
class Advice:
    """A usual case, the value of return_sequences that it needs, and why not the other."""

    case: str
    code: str
    """Keras, from an input `x` (N, T, F) or a vector `z` (N, U)."""
    gives: str
    """The shape of what its last expression is."""
    otherwise: str
    """What the other value does: gives another shape, or what is said by a word below."""

    @property
    def return_sequences(self) -> bool:
        """The value that the code has."""
        return "return_sequences=True" in self.code


RAISES, MIXES = "an error", "no error, but it mixes samples"
_FILE = beside(__file__)
ADVICE = tuple(Advice(**row) for row in _FILE["advice"])
"""Each is tried in Keras, with both values."""
_GUIDE = f"{templates(__file__).guide(ADVICE, _FILE['letters'])}"


def guide() -> None:
    """The line that opens it, below the menu of every page."""
    with st.popover("Which one do I need?", icon=":material/help:", type="tertiary", key="guide"):
        st.html(_GUIDE)
