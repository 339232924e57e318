"""Predict first: questions about the output shape of a stack, easy ones first, then random ones.

The same number gives the same question, so that it can be sent to a class. Wrong options are the
outputs of similar stacks, and shapes with sizes mixed up; the reason of each names the mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.shapes.stack.base import Layer, Stack, put
from lib.shapes.stack.link import from_text
from lib.shapes.stack.plain import Dense, Input
from lib.shapes.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.shapes.stack.shaping import Flatten, RepeatVector
from lib.shapes.stack.tensors import readable_shape, readable_shapes
from lib.shapes.stack.tracing import TracedLayer, trace
from lib.shapes.stack.windows import GlobalAveragePooling1D
from lib.text import capital

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
"""The first questions, as in a link: each adds something; the last one breaks."""
_JOINED = {"concat": "side by side", "sum": "added", "ave": "averaged"}
"""Merge mode → what happens to the outputs of both directions."""
OPTIONS = 4
SIZES = (2, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24)
RAISES = "It raises an error"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer, and why it is right or wrong, in 15 words at most."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """A stack, possible outputs, and which is right."""

    steps: tuple[TracedLayer, ...]
    options: tuple[Option, ...]
    right: int
    """The index of the right option."""


def question(number: int) -> Question:
    """The question of a number from 0: those in FIRST, then random ones with the number as seed.

    Questions in FIRST have the likeliest mistakes as options, others any.
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


def reason(stack: Stack) -> Option:
    """The right option, with the last layer or the layer that breaks as its reason."""
    steps = trace(stack)
    for place, step in enumerate(steps, start=1):
        if error := step.error:
            why = f"Layer {place} expects {error.expected}, and gets {error.received}."
            return Option(RAISES, why)
    return Option(readable_shapes(steps[-1].tensors), _decides(steps[-1]))


def _decides(step: TracedLayer) -> str:  # noqa: PLR0911  one each
    """Why the last layer of a question returns this shape."""
    layer, (_, *time, last) = step.layer, step.tensors[0]
    columns, steps = last.size, time[0].size if time else 1
    every_step = f"return_sequences=True: all {steps} steps"
    if isinstance(layer, Bidirectional):
        count = f"{columns}" if columns == layer.units else f"2·{layer.units}"
        what = every_step if time else "return_sequences=False: one vector"
        return f"{what}, both directions {_JOINED[layer.merge_mode]}: {count} columns."
    if isinstance(layer, Recurrent) and time:
        return f"{every_step}, {columns} units each."
    if isinstance(layer, Recurrent):
        return f"return_sequences=False, the default: only the last step, {columns} units."
    if isinstance(layer, Dense) and time:
        return f"Dense works on each step: only the last axis changes, to {columns}."
    if isinstance(layer, Dense):
        return f"No time axis reaches Dense: {columns} numbers for each sample."
    if isinstance(layer, RepeatVector):
        return f"RepeatVector makes {steps} steps of one vector."
    if isinstance(layer, Flatten):
        sizes = "·".join(f"{axis.size}" for axis in step.inputs.tensors[0][1:])
        return f"Flatten lays {sizes} numbers end to end: no time axis is left."
    return f"The mean over all steps leaves one vector of {columns} numbers."


def wrong_options(stack: Stack) -> list[Option]:
    """The wrong options, each shape once, with the first of its reasons."""
    right = reason(stack).text
    by_text: dict[str, Option] = {}
    for text, why in _mistakes(stack, right):
        by_text.setdefault(text, Option(text, why))
    by_text.pop(right, None)
    return [*by_text.values()]


def _mistakes(stack: Stack, right: str) -> Iterator[tuple[str, str]]:
    """Answers with the mistakes that lead to them, likely ones first; a few may be right."""
    for place, layer in enumerate(stack[1:], start=1):
        if isinstance(layer, (Recurrent, Bidirectional)):
            other = replace(layer, return_sequences=not layer.return_sequences)
            given = reason(put(stack, place, other)).text
            yield given, _of_other_mode(other, place, right, given)
        if isinstance(layer, Bidirectional):
            for merge in ("concat", "sum"):
                words = f'That would be merge_mode="{merge}"; it is "{layer.merge_mode}".'
                merged = put(stack, place, replace(layer, merge_mode=merge))
                yield reason(merged).text, words
    yield RAISES, "Nothing breaks: each layer gets as many axes as it needs."
    steps = trace(stack)
    for place, step in reversed(list(enumerate(steps))):
        if step.tensors:
            yield from _mix_ups(steps, place)


def _of_other_mode(other: Any, place: int, right: str, given: str) -> str:
    """Why the answer isn't `given`, the output with the `other` mode of the layer at `place`."""
    here = f"here it is {not other.return_sequences}."
    setting = f"return_sequences={other.return_sequences} on layer {place + 1}"
    if given == RAISES:
        return f"Only with {setting} it would; {here}"
    ours, theirs = (text.count(",") == 2 for text in (right, given))  # (N, T, U) has a time axis
    if ours and not theirs:
        return f"That would be {setting}: the time axis is gone."
    if theirs and not ours and right != RAISES:
        return f"That would be {setting}; the default keeps only the last step."
    return f"That would be {setting}; {here}"


def _mix_ups(steps: tuple[TracedLayer, ...], place: int) -> Iterator[tuple[str, str]]:
    """The output of one layer alone, and shapes with sizes in wrong places."""
    tensor = batch, *rest = steps[place].tensors[0]
    name = f"layer {place + 1}, {steps[place].layer.keras}," if place else "the input"
    yield readable_shape(tensor), f"That is {name} alone; layer {place + 2} follows."
    if len(rest) == 2:
        words = f"That is {name} with axes swapped: time comes before features."
        yield readable_shape((batch, *reversed(rest))), words
    words = f"That is {name} without its time axis."
    if place == 0:
        last = next(step for step in reversed(steps) if step.tensors)
        columns = f"{last.tensors[0][-1].size} columns"
        words = f"Those are the input's features; {last.layer.keras} puts {columns} there."
    yield readable_shape((batch, rest[-1])), words
    steps_in = steps[0].tensors[0][1]  # the input's time, which is gone there
    gone = f"the input's {steps_in.size} steps are gone."
    words = f"{capital(name)} has no time axis: {gone}"
    if len(rest) == 2:
        words = f"RepeatVector makes {rest[0].size} new timesteps: {gone}"
    yield readable_shape((batch, steps_in, rest[-1])), words
