"""What may be answered about a stack, each with its reason: what is right, and usual mistakes.

The wrong options are what similar stacks give, and shapes with their sizes mixed up; each reason
says which mistake it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lib.english import capital
from lib.stack.kinds import Stack, put
from lib.stack.recurrent import Bidirectional, Recurrent
from lib.stack.tensors import readable_shape, readable_shapes
from lib.stack.tracing import TracedLayer, broken, trace
from lib.toml import beside

_FILE = beside(__file__)
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
            why = f"Layer {place} expects {error.expected}, and gets {error.received}."
            return Option(RAISES, why)
    return Option(readable_shapes(steps[-1].tensors), _decides(steps[-1]))


def _decides(step: TracedLayer) -> str:
    """Why a layer gives what it does."""
    layer, (_, *time, last) = step.layer, step.tensors[0]
    sizes = "·".join(f"{axis.size}" for axis in step.inputs.tensors[0][1:])
    words = {"columns": last.size, "steps": time[0].size if time else 1, "sizes": sizes}
    if isinstance(layer, Bidirectional):
        counted = f"{last.size}" if last.size == layer.units else f"2·{layer.units}"
        words |= {"joined": _FILE["joined"][layer.merge_mode], "counted": counted}
    return _FILE["decides"][f"{layer.kind}{', time' if time else ''}"].format_map(words)


def wrong_options(stack: Stack) -> list[Option]:
    """What is wrong, each text once, with the first reason that there is for it."""
    right = _outcome(stack)
    by_text: dict[str, Option] = {}
    for text, why in _mistakes(stack, right):
        by_text.setdefault(text, Option(text, why))
    by_text.pop(right, None)
    return [*by_text.values()]


def _outcome(stack: Stack) -> str:
    steps = trace(stack)
    return RAISES if broken(steps) is not None else readable_shapes(steps[-1].tensors)


def _mistakes(stack: Stack, right: str) -> Iterator[tuple[str, str]]:
    """Wrong answers with their reasons, the likeliest first, and the right one among them."""
    for place, layer in enumerate(stack[1:], start=1):
        if isinstance(layer, (Recurrent, Bidirectional)):
            other = replace(layer, return_sequences=not layer.return_sequences)
            given = _outcome(put(stack, place, other))
            yield given, _of_other_mode(other, place, right, given)
        if isinstance(layer, Bidirectional):
            for merge in ("concat", "sum"):
                words = f'That would be merge_mode="{merge}"; it is "{layer.merge_mode}".'
                yield _outcome(put(stack, place, replace(layer, merge_mode=merge))), words
    yield RAISES, "Nothing breaks: each layer gets as many axes as it needs."
    steps = trace(stack)
    for place, step in reversed(list(enumerate(steps))):
        if step.tensors:
            yield from _mix_ups(steps, place)


def _of_other_mode(other: Any, place: int, right: str, given: str) -> str:
    """Why it isn't what is `given` with the `other` mode in the layer at `place`."""
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
