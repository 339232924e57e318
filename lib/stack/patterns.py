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
    stack: Stack


PATTERNS = {
    "many_to_one": Pattern(
        "Many-to-one",
        "One answer for a whole sequence: a forecast, a class. The default, "
        "return_sequences=False, gives the last step only.",
        (Input(), LSTM(), Dense()),
    ),
    "many_to_many": Pattern(
        "Many-to-many, aligned",
        "An answer at every timestep: return_sequences=True keeps the time axis, and Dense works "
        "on each step.",
        (Input(), LSTM(return_sequences=True), Dense()),
    ),
    "stacked": Pattern(
        "Stacked",
        "A recurrent layer needs a sequence, so each one below the top returns sequences.",
        (Input(), LSTM(units=32, return_sequences=True), LSTM(), Dense()),
    ),
    "encoder_decoder": Pattern(
        "Encoder–decoder",
        "T timesteps in, T′ out: the encoder's last output is repeated T′ times, and the decoder "
        "reads that.",
        (Input(), LSTM(), RepeatVector(), LSTM(return_sequences=True), Dense()),
    ),
    "bidirectional": Pattern(
        "Bidirectional classifier",
        "Both directions, side by side: concat makes 2U columns of U units.",
        (Input(), Bidirectional(), Dense(units=4)),
    ),
    "stateful": Pattern(
        "Stateful",
        "The state goes on from batch to batch, one for each sample, so the batch size is fixed.",
        (Input(batch=8), LSTM(stateful=True), Dense()),
    ),
    "states": Pattern(
        "Returned states into a decoder",
        "The encoder gives its states as well, and the decoder starts from them.",
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
        "Sequence, then pooling",
        "One answer that every timestep has a share in: the mean over all of them.",
        (Input(), LSTM(return_sequences=True), GlobalAveragePooling1D(), Dense()),
    ),
}
"""By name in the address and the widgets."""


def pattern_of(stack: Stack) -> str | None:
    """The name of the pattern that a stack is; None where it is none."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
