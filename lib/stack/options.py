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
from lib.stack.kinds import Stack, put
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
    for place, step in enumerate(steps, start=1):
        if error := step.error:
            return Option(
                RAISES, f"Layer {place} expects {error.expected}, and gets {error.received}."
            )
    last = steps[-1]
    return Option(readable_shapes(last.tensors), DECIDES[type(last.layer)](last))


def wrong_options(stack: Stack) -> list[Option]:
    """What is wrong, each text once, with the first reason that there is for it."""
    by_text: dict[str, Option] = {}
    for text, why in _mistakes(stack):
        by_text.setdefault(text, Option(text, why))
    by_text.pop(_outcome(stack), None)
    return [*by_text.values()]


def _outcome(stack: Stack) -> str:
    steps = trace(stack)
    return RAISES if broken(steps) is not None else readable_shapes(steps[-1].tensors)


def _keeps_time(stack: Stack) -> bool:
    """Whether what comes out has a time axis; what raises gives nothing."""
    steps = trace(stack)
    return broken(steps) is None and len(steps[-1].tensors[0]) == 3


def _mistakes(stack: Stack) -> Iterator[tuple[str, str]]:
    """Wrong answers with their reasons, the likeliest first, and the right one among them."""
    for place, layer in enumerate(stack[1:], start=1):
        if isinstance(layer, (Recurrent, Bidirectional)):
            other = replace(layer, return_sequences=not layer.return_sequences)
            changed = put(stack, place, other)
            yield _outcome(changed), _of_other_mode(stack, changed, place)
        if isinstance(layer, Bidirectional):
            for merge in ("concat", "sum"):
                changed = put(stack, place, replace(layer, merge_mode=merge))
                words = f'That would be merge_mode="{merge}"; it is "{layer.merge_mode}".'
                yield _outcome(changed), words
    yield RAISES, "Nothing breaks: each layer gets as many axes as it needs."
    steps = trace(stack)
    for place, step in reversed(list(enumerate(steps))):
        if step.tensors:
            yield from _mix_ups(steps, place)


def _of_other_mode(stack: Stack, changed: Stack, place: int) -> str:
    """Why `stack` doesn't give what it would with the other mode in the layer at `place`."""
    layer: Any = stack[place]
    here = f"here it is {layer.return_sequences}."
    setting = f"return_sequences={not layer.return_sequences} on layer {place + 1}"
    if _outcome(changed) == RAISES:
        return f"Only with {setting} it would; {here}"
    ours, theirs = _keeps_time(stack), _keeps_time(changed)
    if ours and not theirs:
        return f"That would be {setting}: the time axis is gone."
    if theirs and not ours and _outcome(stack) != RAISES:
        return f"That would be {setting}; the default keeps only the last step."
    return f"That would be {setting}; {here}"


def _mix_ups(steps: tuple[TracedLayer, ...], place: int) -> Iterator[tuple[str, str]]:
    """What who looks at one layer alone, or puts sizes in wrong places, takes for the answer."""
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


def _of_flatten(step: TracedLayer) -> str:
    sizes = "·".join(f"{axis.size}" for axis in step.inputs.tensors[0][1:])
    return f"Flatten lays {sizes} numbers end to end: no time axis is left."


DECIDES: dict[type[Layer], Callable[[TracedLayer], str]] = {
    LSTM: _of_recurrent,
    GRU: _of_recurrent,
    Bidirectional: _of_both_ways,
    Dense: _of_dense,
    RepeatVector: lambda step: f"RepeatVector makes {step.tensors[0][1].size} steps of one vector.",
    Flatten: _of_flatten,
    GlobalAveragePooling1D: lambda step: (
        f"The mean over all steps leaves one vector of {step.tensors[0][-1].size} numbers."
    ),
}
"""Why what comes out of a stack does, by its last layer: those that a question may end with."""
