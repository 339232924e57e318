"""Stacks to start from, each with the name that people search for."""

from __future__ import annotations

from dataclasses import dataclass

from lib.stack.kinds import Stack
from lib.stack.plain import Dense, GlobalAveragePooling1D, Input, RepeatVector, Unpack
from lib.stack.recurrent import LSTM, Bidirectional


@dataclass(frozen=True, slots=True)
class Pattern:
    """A stack with its name and what it is for."""

    title: str
    about: str
    """In 15 words at most."""
    stack: Stack


PATTERNS = {
    "many_to_one": Pattern(
        "Many-to-one",
        "One answer for a whole sequence: return_sequences=False gives the last step only.",
        (Input(), LSTM(), Dense()),
    ),
    "many_to_many": Pattern(
        "Many-to-many",
        "An answer at every timestep: return_sequences=True keeps the time axis.",
        (Input(), LSTM(return_sequences=True), Dense()),
    ),
    "stacked": Pattern(
        "Stacked",
        "A recurrent layer needs a sequence: every one but the last returns sequences.",
        (Input(), LSTM(units=32, return_sequences=True), LSTM(), Dense()),
    ),
    "encoder_decoder": Pattern(
        "Encoder–decoder",
        "RepeatVector hands the encoder's last output to the decoder at each of T′ steps.",
        (Input(), LSTM(), RepeatVector(), LSTM(return_sequences=True), Dense()),
    ),
    "bidirectional": Pattern(
        "Bidirectional",
        "Both directions side by side: concat makes 2U columns of U units.",
        (Input(), Bidirectional(), Dense(units=4)),
    ),
    "stateful": Pattern(
        "Stateful",
        "The state goes on from batch to batch, so N is fixed.",
        (Input(batch=8), LSTM(stateful=True), Dense()),
    ),
    "states": Pattern(
        "States into a decoder",
        "The decoder starts from the states that the encoder returns.",
        (
            Input(),
            LSTM(return_state=True),
            Unpack(),
            RepeatVector(),
            LSTM(return_sequences=True, initial_state=True),
            Dense(),
        ),
    ),
    "pooling": Pattern(
        "Pooling over time",
        "One answer that every timestep has a share in: the mean over all.",
        (Input(), LSTM(return_sequences=True), GlobalAveragePooling1D(), Dense()),
    ),
}
"""By name in the address and the widgets."""


def pattern_of(stack: Stack) -> str | None:
    """The name of the pattern that a stack is; None where it is none."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
