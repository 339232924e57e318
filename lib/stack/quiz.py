"""Predict first: questions about what comes out of a stack, easy ones first, then from a seed.

The same number gives the same question, so that a class can be sent one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.stack.base import Layer
from lib.stack.kinds import Stack
from lib.stack.link import from_text
from lib.stack.options import RAISES, Option, reason, wrong_options
from lib.stack.plain import Dense, Flatten, GlobalAveragePooling1D, Input, RepeatVector
from lib.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.stack.tracing import TracedLayer, trace
from lib.toml import beside

OPTIONS = 4
FIRST: list[str] = beside(__file__)["first"]
"""The questions to begin with, as in a link."""
SIZES = (2, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24)


@dataclass(frozen=True, slots=True)
class Question:
    """A stack, what may come out of it, and which of that does."""

    steps: tuple[TracedLayer, ...]
    options: tuple[Option, ...]
    right: int
    """The index of the right option."""


def question(number: int) -> Question:
    """The question of a number, from 0: one of FIRST, then one that the number is the seed of.

    Those of FIRST have the likeliest mistakes as options, all others any.
    """
    rng = np.random.default_rng(number)
    is_easy = number < len(FIRST)
    stack = from_text(FIRST[number]) if is_easy else _stack(rng)
    right, wrong = reason(stack), wrong_options(stack)
    if not is_easy:
        first = [option for option in wrong if option.text == RAISES][: int(rng.random() < 0.6)]
        others = [option for option in wrong if option.text != RAISES]
        wrong = [*first, *(others[i] for i in rng.permutation(len(others)))]
    chosen = [right, *wrong[: OPTIONS - 1]]
    options = tuple(chosen[i] for i in rng.permutation(len(chosen)))
    return Question(trace(stack), options, options.index(right))


def _stack(rng: np.random.Generator) -> Stack:
    """One of five kinds of question, with sizes that differ from each other."""
    timesteps, features, *units = (int(n) for n in rng.permutation(SIZES))

    def flip(chance: float = 0.5) -> bool:
        return bool(rng.random() < chance)

    def recurrent(units: int, chance: float = 0.5) -> Recurrent:
        """An LSTM or a GRU, which returns sequences with the given chance."""
        sequences = flip(chance)
        return (LSTM, GRU)[rng.integers(2)](units=units, return_sequences=sequences)

    layers: list[Layer]
    kind = rng.integers(5)
    if kind == 0:
        layers = [recurrent(units[0])]
    elif kind == 1:
        layers = [recurrent(units[0], 0.7), recurrent(units[1])]
    elif kind == 2:
        merge = ("concat", "concat", "sum", "ave")[rng.integers(4)]
        layers = [Bidirectional(units=units[0], merge_mode=merge, return_sequences=flip())]
    elif kind == 3:
        encoder, decoder = recurrent(units[0], 0.25), recurrent(units[2], 0.7)
        layers = [encoder, RepeatVector(n=units[1]), decoder]
    else:
        layers = [recurrent(units[0], 0.8), (Flatten(), GlobalAveragePooling1D())[rng.integers(2)]]
    if len(layers) == 1 and flip():
        layers.append(Dense(units=units[1]))
    return (Input(timesteps=timesteps, features=features), *layers)
