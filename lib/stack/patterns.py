"""Stacks to start from, each with the name that people search for."""

from __future__ import annotations

from dataclasses import dataclass

from lib.stack.kinds import Stack
from lib.stack.link import from_text


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
        from_text("input~lstm~dense"),
    ),
    "many_to_many": Pattern(
        "Many-to-many",
        "An answer at every timestep: return_sequences=True keeps the time axis.",
        from_text("input~lstm_seq~dense"),
    ),
    "stacked": Pattern(
        "Stacked",
        "A recurrent layer needs a sequence: every one but the last returns sequences.",
        from_text("input~lstm_u32_seq~lstm~dense"),
    ),
    "encoder_decoder": Pattern(
        "Encoder–decoder",
        "RepeatVector hands the encoder's last output to the decoder at each of T′ steps.",
        from_text("input~lstm~repeat~lstm_seq~dense"),
    ),
    "bidirectional": Pattern(
        "Bidirectional",
        "Both directions side by side: concat makes 2U columns of U units.",
        from_text("input~bi~dense_k4"),
    ),
    "stateful": Pattern(
        "Stateful",
        "The state goes on from batch to batch, so N is fixed.",
        from_text("input_b8~lstm_stateful~dense"),
    ),
    "states": Pattern(
        "States into a decoder",
        "The decoder starts from the states that the encoder returns.",
        from_text("input~lstm_state~unpack~repeat~lstm_seq_init~dense"),
    ),
    "pooling": Pattern(
        "Pooling over time",
        "One answer that every timestep has a share in: the mean over all.",
        from_text("input~lstm_seq~pool~dense"),
    ),
}
"""By name in the address and the widgets."""


def pattern_of(stack: Stack) -> str | None:
    """The name of the pattern that a stack is; None where it is none."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
