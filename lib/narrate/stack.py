"""Stacks → sentences: what a picture of a stack shows, and what a change has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lib.english import capital
from lib.stack.base import LayerSetting
from lib.stack.code import spare_states
from lib.stack.kinds import Stack
from lib.stack.tensors import numbers_of
from lib.stack.tracing import TracedLayer, broken, total, trace


def stack_sentence(steps: tuple[TracedLayer, ...]) -> str:
    """Every layer with its output: the picture in words."""
    parts = [f"The input is {numbers_of(steps[0].tensors)}"]
    for place, step in enumerate(steps[1:], start=2):
        if step.error:
            parts.append(
                f"layer {place}, {step.layer.keras}, breaks: it expected {step.error.expected}, "
                f"and received {step.error.received}"
            )
            break
        counted = f" with {step.parameters:,} parameters" if step.parameters else ""
        gives = f"{step.layer.keras} gives {numbers_of(step.tensors)}{counted}"
        if spare := spare_states(step):  # of two directions, those are the backward ones
            held = len(step.inputs.states)
            gives += f", starts from the first {held - spare} of {held} states, and drops the rest"
        parts.append(gives)
    end = "" if broken(steps) is not None else f" In all {total(steps):,} parameters."
    return "; ".join(parts) + "." + end


def change_sentence(before: Stack, after: Stack) -> str:
    """What a change did to the output and to the parameters; "" where nothing changed."""
    if before == after:
        return ""
    old, new = trace(before), trace(after)
    changes = capital(", ".join(_changes(before, after)))
    if (place := broken(new)) is not None:
        return f"{changes}: now layer {place + 1} breaks."
    if broken(old) is not None:
        return f"{changes}: now it works, and gives {numbers_of(new[-1].tensors)}."
    shapes = [numbers_of(steps[-1].tensors) for steps in (old, new)]
    output = f"the output stays {shapes[1]}"
    if shapes[0] != shapes[1]:
        output = f"the output goes from {shapes[0]} to {shapes[1]}"
    counts = total(old), total(new)
    if counts[0] != counts[1]:
        return f"{changes}: {output}, and the parameters go from {counts[0]:,} to {counts[1]:,}."
    lesson = ""
    if _moves_time_alone(before, after):
        lesson = " Weights are shared by all timesteps: units are not timesteps."
    return f"{changes}: {output}, and the parameters stay at {counts[1]:,}.{lesson}"


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
    places = range(len(longer))
    return any((*longer[:place], *longer[place + 1 :]) == shorter for place in places)


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
    last = f"{len(outputs)} tensors" if len(outputs) > 1 else numbers_of(outputs)
    return f"From {numbers_of(steps[0].tensors)} to {last} with {total(steps):,} parameters"
