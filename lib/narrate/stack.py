"""Stacks → sentences: what a picture of a stack shows, and what a change has changed."""

from collections import Counter
from typing import Any

from lib.english import capital
from lib.stack.base import LayerSetting, Stack, put
from lib.stack.code import spare_states
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
    """What to see in a stack, in short: what a change has done, else what it is `about`."""
    old, new = trace(before), trace(after)
    moved, settings = _change(before, after)
    if before == after or moved == "other layers":
        return about or (TRY if broken(new) is None else MEND)
    change = capital(moved or "other settings")
    if not moved and len(settings) == 1:
        place, setting, _, value = settings[0]
        change = f"{setting.name}={_written(value)} on layer {place}"
    if (broken_at := broken(new)) is not None:
        return f"{change}: layer {broken_at + 1} breaks."
    if broken(old) is not None:
        return f"{change}: now it works."
    counts = f"parameters {total(old):,} → {total(new):,}"
    if total(old) == total(new):
        counts = f"{total(new):,} parameters stay"
    if _is_time_alone(settings):
        return f"{change}: {counts}, since all timesteps share the weights."
    was, now = (readable_shapes(steps[-1].tensors) for steps in (old, new))
    return f"{change}: {'the output stays' if was == now else 'output now'} {now}, {counts}."


def change_sentence(before: Stack, after: Stack) -> str:
    """What a change did to the output and to the parameters; "" where nothing changed."""
    if before == after:
        return ""
    old, new = trace(before), trace(after)
    moved, settings = _change(before, after)
    words = [
        f"layer {place}'s {setting.label or setting.name} from {_written(was)} to {_written(now)}"
        for place, setting, was, now in settings
    ]
    changes = capital(moved or ", ".join(words))
    if (broken_at := broken(new)) is not None:
        return f"{changes}: now layer {broken_at + 1} breaks."
    was, now = (readable_shapes(steps[-1].tensors) for steps in (old, new))
    if broken(old) is not None:
        return f"{changes}: now it works, and gives {now}."
    output = f"stays {now}" if was == now else f"goes from {was} to {now}"
    says, counts = f"{changes}: the output {output}, and the parameters", (total(old), total(new))
    if counts[0] != counts[1]:
        return f"{says} go from {counts[0]:,} to {counts[1]:,}."
    lesson = " Weights are shared by all timesteps: units are not timesteps."
    return f"{says} stay at {counts[1]:,}.{lesson * _is_time_alone(settings)}"


def _written(value: Any) -> str:
    return "any" if value is None else f"{value}"


_Settings = list[tuple[int, LayerSetting, Any, Any]]
"""Which layer, counted from 1, what of it, and the values before and after."""


def _change(before: Stack, after: Stack) -> tuple[str, _Settings]:
    """How layers moved, came or went; and what differs where they are of the same kinds."""
    settings: _Settings = []
    same_kinds = [layer.kind for layer in before] == [layer.kind for layer in after]
    if same_kinds:
        settings = [
            (place, setting, was, now)
            for place, (one, other) in enumerate(zip(before, after, strict=True), start=1)
            for setting in other.settings()
            if (was := getattr(one, setting.name)) != (now := getattr(other, setting.name))
        ]
    if Counter(before) == Counter(after):
        return "another order", settings
    if same_kinds:
        return "", settings
    if any(put(after, place) == before for place in range(len(after))):
        return "one layer more", settings
    is_one_less = any(put(before, place) == after for place in range(len(before)))
    return "one layer less" if is_one_less else "other layers", settings


def _is_time_alone(settings: _Settings) -> bool:
    """Whether nothing but numbers of timesteps has changed."""
    return bool(settings) and {setting.name for _, setting, *_ in settings} <= {"timesteps", "n"}


def stack_title(steps: tuple[TracedLayer, ...]) -> str:
    """The stack in one sentence: from which shape to which, with how many parameters."""
    place = broken(steps)
    if place is not None:
        return f"This stack breaks at layer {place + 1}, {steps[place].layer.keras}"
    outputs = steps[-1].tensors
    last = f"{len(outputs)} tensors" if len(outputs) > 1 else readable_shapes(outputs)
    return f"From {readable_shapes(steps[0].tensors)} to {last} with {total(steps):,} parameters"
