"""Quiz questions about the output shape of a stack: first easy ones, then random ones."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from lib.shapes.stack.base import Layer, Stack, put
from lib.shapes.stack.link import from_text
from lib.shapes.stack.plain import Dense, Flatten, Input, RepeatVector
from lib.shapes.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.shapes.stack.tensors import readable_shape, readable_shapes
from lib.shapes.stack.tracing import TracedLayer, trace
from lib.shapes.stack.windows import GlobalAveragePooling1D

FIRST = (  # stacks as in a link: each adds an idea, and the last stack breaks
    "input_t7_f3~lstm_u5",
    "input_t7_f3~lstm_u5_seq",
    "input_t9_f4~gru_u6_seq~dense_k2",
    "input_t8_f5~lstm_u4_seq~lstm_u6",
    "input_t6_f2~bi_u4_seq",
    "input_t9_f4~lstm_u8~repeat_n5~lstm_u6_seq",
    "input_t12_f5~gru_u8_seq~pool",
    "input_t7_f2~lstm_u9~gru_u4",
)
_JOINED = {"concat": "side by side", "sum": "added", "ave": "averaged"}
_CONFUSED = {"return_sequences": (False, True), "merge_mode": ("concat", "sum")}  # easily mixed up
OPTIONS = 4
SIZES = (2, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24)
RAISES = "An error"


class QuizOption(NamedTuple):
    """An output shape or RAISES, and why it is right or wrong, in at most 15 words."""

    text: str
    why: str


class QuizQuestion(NamedTuple):
    """A stack, its options, and the index of the right option."""

    steps: tuple[TracedLayer, ...]
    options: tuple[QuizOption, ...]
    right: int


def quiz_question(number: int) -> QuizQuestion:
    """Return question `number`, from 0. After FIRST, `number` is the seed of a random question."""
    rng = np.random.default_rng(number)
    is_easy = number < len(FIRST)
    stack = from_text(FIRST[number]) if is_easy else _stack(rng)
    right = right_option(stack)
    by_text = {right.text: right}  # Each shape is one option, with its first reason.
    for text, why in _mistakes(stack):
        by_text.setdefault(text, QuizOption(text, why))
    _, *wrong = by_text.values()
    if not is_easy:
        error = [option for option in wrong if option.text == RAISES]
        first = error if rng.random() < 0.6 else []
        others = [option for option in wrong if option.text != RAISES]
        wrong = [*first, *(others[i] for i in rng.permutation(len(others)))]
    chosen = [right, *wrong[: OPTIONS - 1]]
    options = tuple(chosen[i] for i in rng.permutation(len(chosen)))
    return QuizQuestion(trace(stack), options, options.index(right))


def _stack(rng: np.random.Generator) -> Stack:
    timesteps, features, *units = (int(n) for n in rng.permutation(SIZES))

    def recurrent(units: int, probability: float = 0.5) -> Layer:
        sequences = bool(rng.random() < probability)
        return (LSTM, GRU)[rng.integers(2)](units, return_sequences=sequences)

    kind = rng.integers(5)
    if kind == 0:
        layers = [recurrent(units[0])]
    elif kind == 1:
        layers = [recurrent(units[0], 0.7), recurrent(units[1])]
    elif kind == 2:
        merge = ("concat", "concat", "sum", "ave")[rng.integers(4)]
        layers = [Bidirectional("lstm", units[0], merge, bool(rng.random() < 0.5))]
    elif kind == 3:
        encoder, decoder = recurrent(units[0], 0.25), recurrent(units[2], 0.7)
        layers = [encoder, RepeatVector(units[1]), decoder]
    else:
        layers = [recurrent(units[0], 0.8), (Flatten(), GlobalAveragePooling1D())[rng.integers(2)]]
    if len(layers) == 1 and rng.random() < 0.5:
        layers.append(Dense(units[1]))
    return (Input(timesteps, features), *layers)


def right_option(stack: Stack) -> QuizOption:
    """Return the right option. Its reason names the broken layer, or the last if none breaks."""
    steps = trace(stack)
    for place, step in enumerate(steps, start=1):
        if error := step.error:
            why = f"Layer {place} expects {error.expected}, but receives {error.received}."
            return QuizOption(RAISES, why)
    layer, (_, *time, last) = steps[-1].layer, steps[-1].tensors[0]
    columns, count = last.size, time[0].size if time else 1
    if isinstance(layer, (Recurrent, Bidirectional)):
        effect = f"True keeps {count} steps" if time else "False (default) keeps the last step"
        merge = getattr(layer, "merge_mode", "")
        joined = f"both directions {_JOINED[merge]}, " if merge else ""
        what = "step" if time else "sample"
        why = f"return_sequences={effect}: {joined}{columns} numbers per {what}."
    elif isinstance(layer, RepeatVector):
        why = f"RepeatVector repeats one vector for {count} steps."
    elif isinstance(layer, Dense):
        why = f"Dense changes only the last axis: {columns} columns."
    elif isinstance(layer, Flatten):
        why = f"Flatten joins timesteps and features: {columns} numbers per sample, no time axis."
    else:
        why = f"The mean over all steps is one vector: {columns} numbers per sample, no time axis."
    return QuizOption(readable_shapes(steps[-1].tensors), why)


def _mistakes(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield shapes with the mistakes that lead to them, likeliest first. Some may be right."""
    for place, layer in enumerate(stack):
        for name, values in _CONFUSED.items():
            now = getattr(layer, name, None)
            for value in (value for value in values if now not in (None, value)):
                other = put(stack, place, layer.with_settings(**{name: value}))
                setting = f"{name}={value} on layer {place + 1}"
                yield right_option(other).text, f"That needs {setting}. Here it is {now}."
    yield RAISES, "No layer breaks: each receives the number of axes it needs."
    steps = [step for step in trace(stack) if step.tensors]
    time = steps[0].tensors[0][1]
    for place, step in reversed([*enumerate(steps)]):
        batch, *rest = step.tensors[0]
        name = f"the output of layer {place + 1}, {step.layer.keras}," if place else "the input,"
        yield readable_shape((batch, *rest)), f"That is {name} but layer {place + 2} follows."
        words = f"That is {name} with axes swapped: time comes before features."
        yield readable_shape((batch, *reversed(rest))), words
        yield readable_shape((batch, rest[-1])), f"That is {name} without its time axis."
        words = f"That would be {name} if all {time.size} steps were kept."
        yield readable_shape((batch, time, rest[-1])), words
