"""Predict first: questions about what comes out of a stack, made from a seed, with their answers.

A question's options are what similar stacks give: the mistakes that people make. The same seed
gives the same question, so that a class can be sent one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from lib.stack.kinds import Stack
from lib.stack.plain import Dense, Flatten, GlobalAveragePooling1D, Input, RepeatVector
from lib.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.stack.tensors import numbers, numbers_of
from lib.stack.tracing import TracedLayer, broken, trace

OPTIONS = 4
RAISES = "It raises an error"


@dataclass(frozen=True, slots=True)
class Question:
    """A stack, what may come out of it, and which of that does."""

    steps: tuple[TracedLayer, ...]
    options: tuple[str, ...]
    right: int
    """The index of the right option."""


def question(seed: int) -> Question:
    """The question of a seed."""
    rng = np.random.default_rng(seed)
    stack = _stack(rng)
    steps = trace(stack)
    right = _outcome(stack)
    wrong = list(dict.fromkeys(text for text in _mistakes(stack) if text != right))
    first = [text for text in wrong if text == RAISES][: int(rng.random() < 0.6)]
    others = [text for text in wrong if text != RAISES]
    order = [others[i] for i in rng.permutation(len(others))]
    chosen = [right, *[*first, *order][: OPTIONS - 1]]
    options = tuple(chosen[i] for i in rng.permutation(len(chosen)))
    return Question(steps, options, options.index(right))


def _outcome(stack: Stack) -> str:
    steps = trace(stack)
    return RAISES if broken(steps) is not None else numbers_of(steps[-1].tensors)


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


def _mistakes(stack: Stack) -> Iterator[str]:
    """The wrong options: what similar stacks give, and shapes with their sizes mixed up."""
    for place, layer in enumerate(stack[1:], start=1):
        if isinstance(layer, (Recurrent, Bidirectional)):
            other = replace(layer, return_sequences=not layer.return_sequences)
            yield _outcome((*stack[:place], other, *stack[place + 1 :]))
        if isinstance(layer, Bidirectional):
            for merge in ("concat", "sum"):
                merged = replace(layer, merge_mode=merge)
                yield _outcome((*stack[:place], merged, *stack[place + 1 :]))
    yield RAISES
    steps = trace(stack)
    for step in reversed(steps):
        if step.tensors:
            yield numbers(step.tensors[0])
            batch, *rest = step.shapes[0]
            if len(rest) == 2:
                yield f"({batch}, {rest[1]}, {rest[0]})"
            yield f"({batch}, {rest[-1]})"
            yield f"({batch}, {steps[0].shapes[0][1]}, {rest[-1]})"
