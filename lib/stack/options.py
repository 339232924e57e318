"""What may be answered about a stack, each with its reason: what is right, and usual mistakes.

The wrong options are what similar stacks give, and shapes with their sizes mixed up; each reason
says which mistake it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lib.english import capital
from lib.stack.base import Layer
from lib.stack.kinds import Stack
from lib.stack.plain import Dense, Flatten, GlobalAveragePooling1D, RepeatVector
from lib.stack.recurrent import GRU, LSTM, Bidirectional, Recurrent
from lib.stack.tensors import readable_shape, readable_shapes
from lib.stack.tracing import TracedLayer, broken, trace

RAISES = "It raises an error"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer, and why it is right or wrong, in 15 words at most."""

    text: str
    why: str


def reason(stack: Stack) -> Option:
    """What is right: it is the last layer that decides, or the one that breaks."""
    steps = trace(stack)
    place = broken(steps)
    if place is not None:
        error = steps[place].error
        assert error is not None  # noqa: S101 - for the type checker
        words = f"Layer {place + 1} expects {error.expected}, and gets {error.received}."
        return Option(RAISES, words)
    last = steps[-1]
    return Option(readable_shapes(last.tensors), DECIDES[type(last.layer)](last))


def wrong_options(stack: Stack) -> list[Option]:
    """What is wrong, each text once, with the first reason that there is for it."""
    right = _outcome(stack)
    by_text: dict[str, Option] = {}
    for text, why in _mistakes(stack):
        by_text.setdefault(text, Option(text, why))
    return [option for text, option in by_text.items() if text != right]


def _outcome(stack: Stack) -> str:
    steps = trace(stack)
    return RAISES if broken(steps) is not None else readable_shapes(steps[-1].tensors)


def _mistakes(stack: Stack) -> Iterator[tuple[str, str]]:
    """Wrong answers with their reasons, the likeliest first, and the right one among them."""
    for place, layer in enumerate(stack[1:], start=1):
        if isinstance(layer, (Recurrent, Bidirectional)):
            other = replace(layer, return_sequences=not layer.return_sequences)
            changed = _outcome((*stack[:place], other, *stack[place + 1 :]))
            yield changed, _of_other_mode(other, place, changed)
        if isinstance(layer, Bidirectional):
            for merge in ("concat", "sum"):
                merged = replace(layer, merge_mode=merge)
                changed = _outcome((*stack[:place], merged, *stack[place + 1 :]))
                yield changed, f'That would be merge_mode="{merge}"; it is "{layer.merge_mode}".'
    yield RAISES, "Nothing breaks: each layer gets as many axes as it needs."
    steps = trace(stack)
    for place, step in reversed(list(enumerate(steps))):
        if step.tensors:
            yield from _mixed_up(steps, place)


def _of_other_mode(other: Recurrent | Bidirectional, place: int, changed: str) -> str:
    """Why it isn't what this layer, in the other mode than it has, would lead to."""
    mode = f"return_sequences={other.return_sequences} on layer {place + 1}"
    if changed == RAISES:
        return f"Only with {mode} it would; here it is {not other.return_sequences}."
    if other.return_sequences:
        return f"That would be {mode}; the default keeps only the last step."
    return f"That would be {mode}: the time axis is gone."


def _mixed_up(steps: tuple[TracedLayer, ...], place: int) -> Iterator[tuple[str, str]]:
    """What a layer gives as if it were the end, and its sizes in wrong places."""
    tensor, first = steps[place].tensors[0], steps[0].tensors[0]
    batch, *rest = tensor
    name = f"layer {place + 1}, {steps[place].layer.keras}," if place else "the input"
    yield readable_shape(tensor), f"That is {name} alone; layer {place + 2} follows."
    if len(rest) == 2:
        swapped = batch, rest[1], rest[0]
        words = f"That is {name} with axes swapped: time comes before features."
        yield readable_shape(swapped), words
    words = f"That is {name} without its time axis."
    if place == 0:
        after = steps[1]
        columns = f"{after.tensors[0][-1].size} columns"
        words = f"Those are the input's features; {after.layer.keras} puts {columns} there."
    yield readable_shape((batch, rest[-1])), words
    steps_in = first[1].size
    words = f"{capital(name)} has no time axis: the input's {steps_in} steps are gone."
    if len(rest) == 2:
        words = f"RepeatVector makes {rest[0].size} new timesteps: the input's {steps_in} are gone."
    yield readable_shape((batch, first[1], rest[-1])), words


BOTH = {"concat": "side by side", "sum": "added", "ave": "averaged"}
"""What each merge mode of a question does with the two directions."""


def _of_recurrent(step: TracedLayer) -> str:
    _, *time, units = step.tensors[0]
    if time:
        return f"return_sequences=True: all {time[0].size} steps, {units.size} units each."
    return f"return_sequences=False, the default: only the last step, {units.size} units."


def _of_both_ways(step: TracedLayer) -> str:
    layer: Any = step.layer
    _, *time, columns = step.tensors[0]
    count = f"{columns.size}" if columns.size == layer.units else f"2·{layer.units}"
    which = f"True: all {time[0].size} steps" if time else "False: one vector"
    how = BOTH[layer.merge_mode]
    return f"return_sequences={which}, both directions {how}: {count} columns."


def _of_dense(step: TracedLayer) -> str:
    columns = step.tensors[0][-1].size
    if len(step.tensors[0]) == 2:
        return f"No time axis reaches Dense: {columns} numbers for each sample."
    return f"Dense works on each step: only the last axis changes, to {columns}."


def _of_repeat(step: TracedLayer) -> str:
    return f"RepeatVector makes {step.tensors[0][1].size} steps of one vector."


def _of_flatten(step: TracedLayer) -> str:
    sizes = "·".join(f"{axis.size}" for axis in step.inputs.tensors[0][1:])
    return f"Flatten lays {sizes} numbers end to end: no time axis is left."


def _of_pooling(step: TracedLayer) -> str:
    return f"The mean over all steps leaves one vector of {step.tensors[0][-1].size} numbers."


DECIDES: dict[type[Layer], Callable[[TracedLayer], str]] = {
    LSTM: _of_recurrent,
    GRU: _of_recurrent,
    Bidirectional: _of_both_ways,
    Dense: _of_dense,
    RepeatVector: _of_repeat,
    Flatten: _of_flatten,
    GlobalAveragePooling1D: _of_pooling,
}
"""Why what comes out of a stack does, by its last layer: those that a question may end with."""
