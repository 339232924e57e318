"""Fixes of a stack that breaks: each is another stack, in which that layer works.

Every edit is tried. It is offered if the trace then gets past the layer that broke, or if the layer
breaks for another reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lib.shapes.stack.base import MAX_LAYERS, Layer, Ref, Stack, put
from lib.shapes.stack.each_step import TimeDistributed
from lib.shapes.stack.joining import Concatenate, Joining
from lib.shapes.stack.plain import Input, Unpack, Unread
from lib.shapes.stack.recurrent import BATCH_SIZE, TIMESTEPS, Bidirectional, Recurrent
from lib.shapes.stack.shaping import Flatten, RepeatVector, Reshape
from lib.shapes.stack.tracing import TracedLayer, broken, stopped, trace
from lib.shapes.stack.windows import GlobalAveragePooling1D as Pooling

MOST_FIXES = 3


@dataclass(frozen=True, slots=True)
class StackFix:
    """A change in words, and the stack after it."""

    words: str
    stack: Stack


def fixes(steps: tuple[TracedLayer, ...]) -> tuple[StackFix, ...]:
    """Up to MOST_FIXES ways to get past the layer that breaks, the likeliest first."""
    place = broken(steps)
    if place is None:
        return ()
    stack = tuple(step.layer for step in steps)
    offered: dict[Stack, StackFix] = {}
    for words, fixed, at in _edits(stack, place, steps[place]):
        traced = trace(fixed)
        after = stopped(traced)
        past = after is None or after > at or (after == at and _is_other(traced[at], steps[place]))
        if past and len(fixed) <= MAX_LAYERS:
            offered.setdefault(fixed, StackFix(words, fixed))
    return tuple(offered.values())[:MOST_FIXES]


ORDER = ("name 'states'", "Layer ", "Input 0", "Shapes used", "When using `stateful=True`", "")
"""How Keras's messages begin, in the order of its checks; "" is an error when it runs."""


def _is_other(after: TracedLayer, before: TracedLayer) -> bool:
    """Whether the layer that broke now fails a later check of Keras."""
    if after.error and before.error and isinstance(before.layer, Unread) and before.layer.fixed:
        return after.error.message != before.error.message
    if after.error is None or before.error is None or after.layer.kind != before.layer.kind:
        return False
    first, second = (
        next(place for place, start in enumerate(ORDER) if error.message.startswith(start))
        for error in (before.error, after.error)
    )
    return second > first


Edit = tuple[str, Stack, int]
"""Its words, the new stack, and the place in it of the layer that broke, or of the one below."""


def _edits(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    """All edits that might help, the likeliest first."""
    layer = stack[place]
    if not isinstance(stack[0], Input):  # it couldn't be read
        begin = replace(Input(), origin=stack[0].origin)
        yield f"Write {_call(begin)} in its place", put(stack, 0, begin), 0
        return
    yield from _edits_of_settings(stack, place, step)
    yield from _edits_that_unpack(stack, place)
    sequence = _with(stack, 0, **_one_sample(stack[0]))
    yield f"Begin with one sample, a sequence: {sequence[0].code()}", sequence, place
    yield f"Fix the timesteps at {TIMESTEPS}", _with(stack, 0, timesteps=TIMESTEPS), place
    yield f"Fix the batch size at {BATCH_SIZE}", _with(stack, 0, batch=BATCH_SIZE), place
    yield from _edits_below(stack, place)
    yield from _edits_of_layer(stack, place, step)
    steps = getattr(stack[0], "timesteps", None) or RepeatVector().n
    for new in (TimeDistributed(Flatten()), Pooling(), RepeatVector(steps)):
        yield f"Put {_call(new)} before it", put(stack, place, new, layer), place + 1
    yield f"Remove {_label(stack, place)}", put(stack, place), place - 1


def _edits_that_unpack(stack: Stack, place: int) -> Iterator[Edit]:
    """Take the first of several tensors; a Sequential can't unpack them."""
    layer, words = stack[place], "Unpack: pass on the output, keep the states"
    refs = layer.of or (Ref(place - 1),)
    origin = stack[refs[0].place].origin
    if origin is None:
        yield words, put(stack, place, Unpack(), layer), place + 1
    elif not re.search(r"^[\w.]+\(|Sequential\(", origin.text):
        firsts = tuple(Ref(ref.place, ref.output or 0) for ref in refs)
        yield words, _with(stack, place, of=firsts), place


def _one_sample(first: Layer) -> dict[str, Any]:
    """The settings of an Input with only the last two axes, (T, F)."""
    settings: dict[str, Any] = {"form": "sequence", "shape": Input().shape}
    if isinstance(first, Input) and first.form == "other" and len(first.shape) > 2:
        steps, features = first.shape[-2:]
        settings |= {"timesteps": steps or None, "features": features or None}
    return settings


def _edits_of_settings(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    """Other settings of the layer, or the layer without misspelt arguments."""
    layer = stack[place]
    if isinstance(layer, Unread) and layer.fixed:
        meant = replace(layer.fixed, of=layer.of, origin=layer.origin)
        yield f"Write {_call(meant)}", put(stack, place, meant), place
    tried: dict[str, list[Any]] = {}
    for setting in layer.inside.settings():
        number = f"{setting.name}={getattr(layer.inside, setting.name)}"
        if step.error and step.error.received == number:  # which Keras refuses
            tried[setting.name] = [setting.default]
        for value in OTHERS.get(setting.name, ()):
            if isinstance(value, str) != bool(setting.options):
                continue
            is_tuple = setting.sizes is not None and isinstance(value, int)
            one = (value,) * (setting.sizes or 1) if is_tuple else value
            tried.setdefault(setting.name, []).append(one)
    if isinstance(layer, Reshape):
        sizes = layer.target_shape
        tried["target_shape"] = [(*sizes[:at], -1, *sizes[at + 1 :]) for at in range(len(sizes))]
    for name, values in tried.items():
        for value in values:
            changed = layer.with_settings(**{name: value})
            written = f"{value!r}".replace("'", '"')
            yield f"Set {name}={written}", put(stack, place, changed), place
    if isinstance(layer, Joining):
        tensors = step.inputs.tensors
        if len(layer.of) == len(tensors) and len({*map(len, tensors)}) > 1:
            short = min(tensors, key=len)
            at, missing = tensors.index(short), max(map(len, tensors)) - len(short)
            target = (*[1] * missing, *(axis.size or -1 for axis in short[1:]))
            new = Reshape(target, of=layer.of[at : at + 1])
            joined = replace(layer, of=(*layer.of[:at], Ref(place), *layer.of[at + 1 :]))
            words = f"Put {_call(new)} behind layer {layer.of[at].place + 1}"
            yield words, put(stack, place, new, joined), place + 1
        if place > 1 and len(layer.of) < 2:
            both = replace(layer, of=(Ref(place - 2), Ref(place - 1)))
            words = f"Give it layers {place - 1} and {place}, in a list"
            yield words, put(stack, place, both), place
        side_by_side = Concatenate(of=layer.of, origin=layer.origin)
        yield "Lay them side by side: Concatenate()", put(stack, place, side_by_side), place


OTHERS: dict[str, list[Any]] = {
    "padding": ["same"],
    "dilation_rate": [1],
    "groups": [1],
    "kernel_size": [3],
    "pool_size": [2],
    "axis": [1, -1],
    "axes": [(2, 2), (1, 1), (2, 1), (1, 2)],
    "dims": [(2, 1)],
    "cropping": [(0, 1), (0, 0)],
}
"""Values of settings that often help where a layer breaks."""


def _edits_below(stack: Stack, place: int) -> Iterator[Edit]:
    """Changes of the nearest recurrent layer below, and of the nearest layer that drops time."""
    down = range(place - 1, 0, -1)
    for at in [at for at in down if hasattr(stack[at], "return_sequences")][:1]:
        layer: Any = stack[at]
        name, value = _label(stack, at), not layer.return_sequences
        words = f"Set return_sequences={value} on {name}"
        other = replace(layer, return_sequences=value)
        yield words, put(stack, at, other), place
        gap = stack[at + 1 : place]
        if gap and all(isinstance(one, (Flatten, Pooling)) for one in gap):
            without = (*stack[:at], other, *stack[place:])
            yield f"{words}, and remove {_label(stack, at + 1)}", without, at + 1
        for value in (False, True):
            yield f"Set return_state={value} on {name}", _with(stack, at, return_state=value), place
        if isinstance(layer, Bidirectional):
            yield f'Set merge_mode="concat" on {name}', _with(stack, at, merge_mode="concat"), place
    for at in [at for at in down if isinstance(stack[at], (Flatten, Pooling))][:1]:
        name = _label(stack, at)
        yield f"Remove {name}", put(stack, at), place - 1
        yield f"Put GlobalAveragePooling1D in the place of {name}", put(stack, at, Pooling()), place


def _edits_of_layer(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    layer = stack[place]
    if isinstance(layer, TimeDistributed):
        plain = replace(layer.layer, of=layer.of, origin=layer.origin)
        yield f"Write {_call(plain)} alone", put(stack, place, plain), place
    if not isinstance(layer, Recurrent):
        return
    if step.inputs.states:
        units = step.inputs.states[0][-1].size
        same = _with(stack, place, units=units or layer.units)
        yield f"Give it {units} units, as the states have", same, place
    if layer.initial_state:
        yield "Start from zeros", _with(stack, place, initial_state=False), place
    if layer.stateful:
        yield "Set stateful=False", _with(stack, place, stateful=False), place


def _with(stack: Stack, place: int, **settings: Any) -> Stack:
    return put(stack, place, replace(stack[place], **settings))


def _call(layer: Layer) -> str:
    return layer.code().replace("layers.", "")


def _label(stack: Stack, place: int) -> str:
    """The layer as the page numbers it: "layer 2, LSTM"."""
    return f"layer {place + 1}, {stack[place].keras}"
