"""Which one do I need? Usual cases with the mode each needs, and what the letters stand for.

The words are in guide.toml. It opens in the browser alone: its text comes with the page.
"""

from dataclasses import dataclass
from html import escape

import streamlit as st

from lib.figures.html import code_words
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
LETTERS: dict[str, str] = _FILE["letters"]


def guide() -> None:
    """The line that opens it, below the menu of every page."""
    with st.popover("Which one do I need?", icon=":material/help:", type="tertiary", key="guide"):
        st.html(_GUIDE)


def _row(advice: Advice) -> str:
    value = advice.return_sequences
    color = f"var(--{'sequence' if value else 'last'}-text)"
    return (
        f"<tr><th scope=row>{escape(advice.case)}</th>"
        f'<td><b style="color:{color}">{value}</b></td>'
        f"<td>{code_words(advice.code, 'inherit')} → {escape(advice.gives)}</td>"
        f'<td style="color:var(--muted)">with {not value}: {escape(advice.otherwise)}</td></tr>'
    )


_GUIDE = (
    "<div class=guide><table><caption>return_sequences, by what you build. False is the default."
    f"</caption>{''.join(map(_row, ADVICE))}</table>"
    + "".join(f"<div><b>{key}</b> {escape(words)}</div>" for key, words in LETTERS.items())
    + "</div>"
)
"""The table and the letters."""
