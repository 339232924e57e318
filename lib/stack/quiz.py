"""Predict first: questions about what comes out of a stack, easy ones first, then from a seed.

The same number gives the same question, so that a class can be sent one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.stack.kinds import Stack
from lib.stack.link import from_text
from lib.stack.options import RAISES, Option, reason, wrong_options
from lib.stack.plain import Dense, Flatten, GlobalAveragePooling1D, Input, RepeatVector
from lib.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.stack.tracing import TracedLayer, trace

OPTIONS = 4
FIRST = (
    "input_t7_f3~lstm_u5",
    "input_t7_f3~lstm_u5_seq",
    "input_t9_f4~gru_u6_seq~dense_k2",
    "input_t8_f5~lstm_u4_seq~lstm_u6",
    "input_t6_f2~bi_u4_seq",
    "input_t9_f4~lstm_u8~repeat_n5~lstm_u6_seq",
    "input_t12_f5~gru_u8_seq~pool",
    "input_t7_f2~lstm_u9~gru_u4",
)
"""The questions to begin with, each with one thing more than those before; the last one breaks."""


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
    """One of the kinds of question, with sizes that differ from each other."""
    timesteps, features, *units = (int(n) for n in rng.permutation(SIZES))
    layers = QUESTION_KINDS[rng.integers(len(QUESTION_KINDS))](units, rng)
    return (Input(timesteps=timesteps, features=features), *layers)


def _recurrent_layer(units: int, rng: np.random.Generator, *, chance: float = 0.5) -> Recurrent:
    """An LSTM or a GRU, which returns sequences with the given chance."""
    sequences = _flip(rng, chance)
    return (LSTM, GRU)[rng.integers(2)](units=units, return_sequences=sequences)


def _flip(rng: np.random.Generator, chance: float = 0.5) -> bool:
    return bool(rng.random() < chance)


def _one_layer(units: list[int], rng: np.random.Generator) -> Stack:
    layer = _recurrent_layer(units[0], rng)
    return (layer, Dense(units=units[1])) if _flip(rng) else (layer,)


def _two_layers(units: list[int], rng: np.random.Generator) -> Stack:
    return _recurrent_layer(units[0], rng, chance=0.7), _recurrent_layer(units[1], rng)


def _both_ways(units: list[int], rng: np.random.Generator) -> Stack:
    merge = ("concat", "concat", "sum", "ave")[rng.integers(4)]
    both = Bidirectional(units=units[0], merge_mode=merge, return_sequences=_flip(rng))
    return (both, Dense(units=units[1])) if _flip(rng) else (both,)


def _encoder(units: list[int], rng: np.random.Generator) -> Stack:
    encoder = _recurrent_layer(units[0], rng, chance=0.25)
    decoder = _recurrent_layer(units[2], rng, chance=0.7)
    return encoder, RepeatVector(n=units[1]), decoder


def _collapsed(units: list[int], rng: np.random.Generator) -> Stack:
    lower = _recurrent_layer(units[0], rng, chance=0.8)
    return lower, (Flatten(), GlobalAveragePooling1D())[rng.integers(2)]


SIZES = (2, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24)
QUESTION_KINDS: tuple[Callable[[list[int], np.random.Generator], Stack], ...] = (
    _one_layer,
    _two_layers,
    _both_ways,
    _encoder,
    _collapsed,
)
"""What a question is about: the layers above the input, from sizes for their units."""
