"""Which one do I need? Usual cases with the mode each needs, and what the letters stand for.

It opens in the browser alone: a run of a page sends its text along, which takes 0.15 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape

import streamlit as st

from lib.figures.html import code_words
from lib.figures.palette import Palette
from lib.ui.theme import current_palette

TITLE = "Which one do I need?"


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
SEQUENCE, LAST = "h = LSTM(U, return_sequences=True)(x)", "h = LSTM(U)(x)"
ADVICE = (
    Advice(
        "One answer per sequence: a review, the next day",
        f"{LAST}; Dense(K)(h)",
        "(N, K)",
        "(N, T, K)",
    ),
    Advice(
        "One at each step: a word’s tag, each day’s next",
        f"{SEQUENCE}; Dense(K)(h)",
        "(N, T, K)",
        "(N, K)",
    ),
    Advice("A recurrent layer on top", f"{SEQUENCE}; LSTM(U)(h)", "(N, U)", RAISES),
    Advice("Attention on top", f"{SEQUENCE}; Attention()([h, h])", "(N, T, U)", MIXES),
    Advice(
        "Pooling over time on top", f"{SEQUENCE}; GlobalAveragePooling1D()(h)", "(N, U)", RAISES
    ),
    Advice("Conv1D on top", f'{SEQUENCE}; Conv1D(K, 3, padding="same")(h)', "(N, T, K)", RAISES),
    Advice("An encoder’s last state handed on", f"{LAST}; RepeatVector(T)(h)", "(N, T, U)", RAISES),
    Advice(
        "A decoder after RepeatVector",
        "h = RepeatVector(T)(z); LSTM(U, return_sequences=True)(h)",
        "(N, T, U)",
        "(N, U)",
    ),
)
"""Each is tried in Keras, with both values."""

LETTERS = {
    "N": "samples: as many as there are. No parameter depends on N; Keras prints None.",
    "T": "timesteps of a sequence. All share the same weights: no parameter depends on T.",
    "F": "features: the numbers that come in at each step.",
    "U": "units of a recurrent layer: the numbers that come out at each step.",
    "K": "targets: the numbers that an answer has.",
    "h": "hidden state: the U numbers that a layer has after a step. True hands out all T of them, "
    "False the last.",
}


def guide() -> None:
    """The line that opens it, below the menu of every page."""
    with st.popover(TITLE, icon=":material/help:", type="tertiary", key="guide"):
        st.html(_written(current_palette()))


@cache
def _written(palette: Palette) -> str:
    """The table and the letters, as HTML."""
    rows = "".join(_row(advice, palette) for advice in ADVICE)
    letters = "".join(
        f"<div><b>{name}</b> {escape(words)}</div>" for name, words in LETTERS.items()
    )
    return (
        f"<div class=guide><table><caption>return_sequences, by what you build. "
        f"False is the default.</caption>{rows}</table>{letters}</div>"
    )


def _row(advice: Advice, palette: Palette) -> str:
    value = advice.return_sequences
    color = palette.sequence_text if value else palette.last_text
    return (
        f"<tr><th scope=row>{escape(advice.case)}</th>"
        f'<td><b style="color:{color}">{value}</b></td>'
        f"<td>{code_words(advice.code, palette.ink)} → {escape(advice.gives)}</td>"
        f'<td style="color:{palette.muted}">with {not value}: {escape(advice.otherwise)}</td></tr>'
    )
