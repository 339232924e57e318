"""Stacks → sentences: what a picture of a stack shows, and what a change has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lib.english import capital
from lib.stack.base import LayerSetting
from lib.stack.code import spare_states
from lib.stack.kinds import Stack, put
from lib.stack.tensors import readable_shapes
from lib.stack.tracing import TracedLayer, broken, total, trace

TRY = "Move T: parameters stay. Move U: they change. return_sequences=False drops the time axis."
MEND = "One click in the red row mends that layer."


def layer_sentence(step: TracedLayer) -> str:
    """A layer with its output, or with what it expected: its picture in words."""
    name, error = step.layer.keras, step.error
    if error:
        return f"{name} breaks: it expected {error.expected}, and received {error.received}"
    if not step.tensors:
        return f"{name} isn't reached"
    if step.layer.kind == "input":
        return f"The input is {readable_shapes(step.tensors)}"
    counted = f" with {step.parameters:,} parameters" if step.parameters else ""
    gives = f"{name} gives {readable_shapes(step.tensors)}{counted}"
    if spare := spare_states(step):  # of two directions, those are the backward ones
        held = len(step.inputs.states)
        gives += f", starts from the first {held - spare} of {held} states, and drops the rest"
    return gives


def stack_sentence(steps: tuple[TracedLayer, ...]) -> str:
    """Every layer with its output, up to one that breaks: the picture in words."""
    place = broken(steps)
    reached = steps if place is None else steps[: place + 1]
    end = f" In all {total(steps):,} parameters." if place is None else ""
    return "; ".join(map(layer_sentence, reached)) + "." + end


def stack_takeaway(before: Stack, after: Stack, about: str) -> str:
    """What to see in a stack, in short: what a change has done, else what the stack is for.

    `about` says that; it is empty where nothing is known.
    """
    steps = trace(after)
    if before == after or not _is_step(before, after):
        return about or (TRY if broken(steps) is None else MEND)
    old, (change, *more) = trace(before), _short_changes(before, after)
    if more:
        change = "Other settings"
    if (place := broken(steps)) is not None:
        return f"{change}: layer {place + 1} breaks."
    if broken(old) is not None:
        return f"{change}: now it works."
    counts = f"parameters {total(old):,} → {total(steps):,}"
    if total(old) == total(steps):
        counts = f"{total(steps):,} parameters stay"
    if _moves_time_alone(before, after):
        return f"{change}: {counts}, since all timesteps share the weights."
    was, now = (readable_shapes(each[-1].tensors) for each in (old, steps))
    return f"{change}: {'the output stays' if was == now else 'output now'} {now}, {counts}."


def _is_step(before: Stack, after: Stack) -> bool:
    """Whether one is made of the other by a click, and is no other stack altogether."""
    more, less = _is_one_more(after, before), _is_one_more(before, after)
    return _same_kinds(before, after) or Counter(before) == Counter(after) or more or less


def _short_changes(before: Stack, after: Stack) -> Iterator[str]:
    """As `_changes`, with settings as Keras writes them: "units=8 on layer 2"."""
    if Counter(before) == Counter(after) or not _same_kinds(before, after):
        yield from map(capital, _changes(before, after))
    else:
        for place, setting, (_, value) in _changed_settings(before, after):
            yield f"{setting.name}={'any' if value is None else value} on layer {place}"


def change_sentence(before: Stack, after: Stack) -> str:
    """What a change did to the output and to the parameters; "" where nothing changed."""
    if before == after:
        return ""
    old, new = trace(before), trace(after)
    changes = capital(", ".join(_changes(before, after)))
    if (place := broken(new)) is not None:
        return f"{changes}: now layer {place + 1} breaks."
    was, now = (readable_shapes(steps[-1].tensors) for steps in (old, new))
    if broken(old) is not None:
        return f"{changes}: now it works, and gives {now}."
    output = f"stays {now}" if was == now else f"goes from {was} to {now}"
    says, counts = f"{changes}: the output {output}, and the parameters", (total(old), total(new))
    if counts[0] != counts[1]:
        return f"{says} go from {counts[0]:,} to {counts[1]:,}."
    lesson = " Weights are shared by all timesteps: units are not timesteps."
    return f"{says} stay at {counts[1]:,}.{lesson * _moves_time_alone(before, after)}"


def _changes(before: Stack, after: Stack) -> Iterator[str]:
    """Each setting that differs, where the layers are of the same kinds; else what moved."""
    if Counter(before) == Counter(after):
        yield "another order"
    elif not _same_kinds(before, after):
        more, less = _is_one_more(after, before), _is_one_more(before, after)
        yield "one layer more" if more else "one layer less" if less else "other layers"
    else:
        for place, setting, values in _changed_settings(before, after):
            words = ["any" if value is None else f"{value}" for value in values]
            name = setting.label or setting.name
            yield f"layer {place}'s {name} from {words[0]} to {words[1]}"


def _changed_settings(
    before: Stack, after: Stack
) -> Iterator[tuple[int, LayerSetting, tuple[Any, Any]]]:
    """Of stacks of the same kinds: which layer, counted from 1, its setting, and both values."""
    for place, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        for setting in other.settings():
            values = getattr(one, setting.name), getattr(other, setting.name)
            if values[0] != values[1]:
                yield place, setting, values


def _same_kinds(before: Stack, after: Stack) -> bool:
    return [layer.kind for layer in before] == [layer.kind for layer in after]


def _is_one_more(longer: Stack, shorter: Stack) -> bool:
    """Whether one layer put into `shorter`, and nothing else, makes it `longer`."""
    return any(put(longer, place) == shorter for place in range(len(longer)))


def _moves_time_alone(before: Stack, after: Stack) -> bool:
    """Whether nothing but numbers of timesteps has changed."""
    if not _same_kinds(before, after):
        return False
    names = {setting.name for _, setting, _ in _changed_settings(before, after)}
    return names <= {"timesteps", "n"}


def stack_title(steps: tuple[TracedLayer, ...]) -> str:
    """The stack in one sentence: from which shape to which, with how many parameters."""
    place = broken(steps)
    if place is not None:
        return f"This stack breaks at layer {place + 1}, {steps[place].layer.keras}"
    outputs = steps[-1].tensors
    last = f"{len(outputs)} tensors" if len(outputs) > 1 else readable_shapes(outputs)
    return f"From {readable_shapes(steps[0].tensors)} to {last} with {total(steps):,} parameters"
