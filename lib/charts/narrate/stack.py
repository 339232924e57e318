"""Stacks → sentences: what a picture of a stack shows, and what a change has changed."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from lib.charts.narrate import Told
from lib.shapes import (
    LayerSetting,
    Stack,
    TracedLayer,
    broken,
    put,
    readable_shapes,
    spare_states,
    stopped,
    total,
    trace,
    uncounted,
)
from lib.shapes import code_ends as ends
from lib.text import capital, joined

TRY = "Move T: parameters stay. Move U: they change. return_sequences=False drops the time axis."
MEND = "One click in the red row mends that layer."


Steps = tuple[TracedLayer, ...]


def layer_sentence(step: TracedLayer) -> str:
    """A layer with its output, or why there is none: its picture in words."""
    name, error = step.layer.title, step.error
    if step.not_traced:
        return f"{name} isn't traced here: {step.not_traced.reason}"
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


def stack_sentence(steps: Steps) -> str:
    """Every layer with its output, up to one where the trace stops: the picture in words."""
    place = stopped(steps)
    reached = steps if place is None else steps[: place + 1]
    end = f" In all {_counted(steps)}." if place is None else ""
    return "; ".join(map(layer_sentence, reached)) + "." + end


def _counted(steps: Steps) -> str:
    """All parameters, and the layers whose parameters aren't known."""
    unknown = [f"{at + 1}" for at in uncounted(steps)]
    rest = f" and those of layer{'s' * (len(unknown) > 1)} {joined(unknown)}" if unknown else ""
    return f"{total(steps):,} parameters{rest}"


def mended(words: str, lines: Collection[int]) -> str:
    """What gets past the layer that breaks, and which `lines` of the person's code that changes."""
    if not lines:
        return f"{words}, and it goes on."
    numbers = joined([f"{line}" for line in lines])
    return f"Change line{'s' * (len(lines) > 1)} {numbers}: {words[0].lower()}{words[1:]}."


def graph_sentence(steps: Steps) -> str:
    """Which layers take more, or other, than the layer before gives: the graph in words."""
    takes = []
    for at, step in enumerate(steps, start=1):
        layer = step.layer
        if layer.kind == "input" and at > 1:
            takes.append(f"{at}, {layer.title}, begins a branch")
        if layer.of:
            names = joined([f"{ref.place + 1}" for ref in layer.of])
            takes.append(f"{at}, {layer.title}, takes {names}")
        if layer.states:
            takes.append(f"{at} starts from the states of {layer.states[0].place + 1}")
    return f"Layers in order: {'; '.join(takes)}; all others take the one before."


def change_told(before: Stack, after: Stack, about: str) -> Told:
    """What a change did to the output and to the parameters.

    Where nothing changed, or all of it, the takeaway is what the stack is `about`.
    """
    new = trace(after)
    unchanged = about or (TRY if stopped(new) is None else MEND)
    if before == after:
        return unchanged, ""
    old = trace(before)
    moved, settings = _change(before, after)
    words = [
        f"layer {place}'s {setting.label or setting.name} from {_written(was)} to {_written(now)}"
        for place, setting, was, now in settings
    ]
    short, long = capital(moved or "other settings"), capital(moved or ", ".join(words))
    if not moved and len(settings) == 1:
        place, setting, _, value = settings[0]
        short = f"{setting.name}={_written(value)} on layer {place}"
    names = {setting.name for _, setting, *_ in settings}
    told = _outcome(old, new, of_time=bool(names) and names <= {"timesteps", "n"})
    return unchanged if moved == "other layers" else f"{short}: {told}", f"{long}: {told}"


def _outcome(old: Steps, new: Steps, *, of_time: bool) -> str:
    """What a change did from one trace to the next, `of_time` where the timesteps alone changed."""
    breaks, broke = broken(new), stopped(old)
    if breaks is not None:
        return f"layer {breaks + 1} {'still breaks' if breaks == broke else 'breaks'}."
    if (at := stopped(new)) is not None:
        return f"traced up to layer {at}."
    was, now = (readable_shapes(steps[-1].tensors) for steps in (old, new))
    if broke is not None:
        return f"now it {'works' if old[broke].error else 'is traced'}, and gives {now}."
    less, more = (f"{total(steps):,}" for steps in (old, new))
    counts = f"{more} parameters stay" if less == more else f"parameters {less} → {more}"
    if of_time and less == more:
        return f"{counts}, since all timesteps share the weights."
    return f"{'the output stays' if was == now else 'output now'} {now}, {counts}."


def _written(value: Any) -> str:
    return "any" if value is None else f"{value}"


_Settings = list[tuple[int, LayerSetting, Any, Any]]
"""Which layer, counted from 1, what of it, and the values before and after."""


def _change(before: Stack, after: Stack) -> tuple[str, _Settings]:
    """How layers moved, came or went; and what differs where they are of the same kinds."""
    settings: _Settings = []
    kinds = [[(layer.kind, layer.title) for layer in stack] for stack in (before, after)]
    same_kinds = kinds[0] == kinds[1]
    if same_kinds:
        settings = [
            (place, setting, was, now)
            for place, (one, other) in enumerate(zip(before, after, strict=True), start=1)
            for setting in other.inside.settings()
            if (was := getattr(one.inside, setting.name))
            != (now := getattr(other.inside, setting.name))
        ]
    if Counter(before) == Counter(after):
        return "another order", settings
    if same_kinds:
        return "", settings
    if any(put(after, place) == before for place in range(len(after))):
        return "one layer more", settings
    is_one_less = any(put(before, place) == after for place in range(len(before)))
    return "one layer less" if is_one_less else "other layers", settings


def stack_title(steps: Steps) -> str:
    """The stack in one sentence: from which shape to which, with how many parameters."""
    place = stopped(steps)
    if place is not None and steps[place].error:
        return f"This stack breaks at layer {place + 1}, {steps[place].layer.keras}"
    if place is not None:
        return f"Layer {place + 1}, {steps[place].layer.keras}, can’t be traced here"
    inputs = [tensor for step in steps if step.layer.kind == "input" for tensor in step.tensors]
    outputs = [tensor for at in ends(steps) for tensor in steps[at].tensors]
    first, last = (
        readable_shapes(tuple(some)) if len(some) < 3 else f"{len(some)} tensors"
        for some in (inputs, outputs)
    )
    return f"From {first} to {last} with {_counted(steps)}"
