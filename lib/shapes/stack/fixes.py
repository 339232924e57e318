"""Find fixes for a stack that breaks: changed stacks in which the broken layer works."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lib.shapes.remedy import Remedy
from lib.shapes.stack.base import MAX_LAYERS, Layer, Origin, Ref, Stack, put
from lib.shapes.stack.joining import Concatenate, Joining
from lib.shapes.stack.plain import Flatten, Input, RepeatVector, Reshape, TimeDistributed, Unpack
from lib.shapes.stack.recurrent import BATCH_SIZE, TIMESTEPS, Recurrent
from lib.shapes.stack.torch_layers import TorchInput, TorchLayer, TorchRecurrent
from lib.shapes.stack.torch_making import is_torch
from lib.shapes.stack.torch_operations import TorchOperation
from lib.shapes.stack.tracing import TracedLayer, broken_at, stopped_at, trace
from lib.shapes.stack.windows import GlobalAveragePooling1D as Pooling
from lib.text import counted

MOST_FIXES = 3
# A label, the new stack, and the place in it of the broken layer (or of the layer before).
Edit = tuple[str, Stack, int]


def fixes(steps: tuple[TracedLayer, ...]) -> tuple[Remedy, ...]:
    """Return at most MOST_FIXES changes with which the broken layer works, likeliest first."""
    place = broken_at(steps)
    if place is None:
        return ()
    stack = tuple(step.layer for step in steps)
    offered: dict[Stack, Remedy] = {}
    for words, fixed, at in _edits(stack, place, steps[place]):
        after = stopped_at(trace(fixed))
        works = after is None or after > at
        if after == at and stack[place].kind == "unread":  # Creating the layer is enough.
            works = fixed[at].kind != "unread"
        if works and len(fixed) <= MAX_LAYERS:
            offered.setdefault(fixed, Remedy("", words, stack=fixed))
    return tuple(offered.values())[:MOST_FIXES]


def _edits(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    layer = stack[place]
    if is_torch(stack):
        yield from _torch_edits(stack, place, step)
        return
    if not isinstance(stack[0], Input):  # The Input couldn't be read.
        new_input = replace(Input(), origin=stack[0].origin)
        yield f"Replace layer 1 with {_call(new_input)}", put(stack, 0, new_input), 0
        return
    if change := getattr(layer, "change", ""):  # It may correct several layers.
        rows: Any = stack
        alike = [getattr(one, "change", "") == change for one in rows]
        corrected = [one.corrected() if alike[at] else one for at, one in enumerate(rows)]
        yield change, tuple(corrected), place
        return
    yield from _edits_of_settings(stack, place, step)
    if isinstance(layer, Joining):
        if place > 1 and len(layer.of) < 2:
            words = f"Pass layers {place - 1} and {place} as a list"
            yield words, _with(stack, place, of=(Ref(place - 2), Ref(place - 1))), place
        side_by_side = Concatenate(of=layer.of, origin=layer.origin)
        yield "Use Concatenate() instead", put(stack, place, side_by_side), place
    origin = stack[layer.of[0].place if layer.of else place - 1].origin
    if origin is None:  # Code with a Sequential has no line that could unpack.
        yield "Unpack the output and keep the states", put(stack, place, Unpack(), layer), place + 1
    elif not re.search(r"^[\w.]+\(|Sequential\(", origin.text):
        firsts = tuple(Ref(ref.place, ref.output or 0) for ref in layer.of or (Ref(place - 1),))
        yield "Use only the first tensor", _with(stack, place, of=firsts), place
    yield from _edits_of_input(stack, place)
    yield from _edits_below(stack, place)
    if isinstance(layer, TimeDistributed):
        plain = replace(layer.layer, of=layer.of, origin=layer.origin)
        yield f"Use {_call(plain)} without TimeDistributed", put(stack, place, plain), place
    if isinstance(layer, Recurrent):
        units = (step.inputs.states[0][-1].size if step.inputs.states else None) or layer.units
        yield f"Set units={units}, as in the states", _with(stack, place, units=units), place
    repeats = getattr(stack[0], "timesteps", None) or RepeatVector().n
    for new in (TimeDistributed(Flatten()), Pooling(), RepeatVector(repeats)):
        words = f"Insert {_call(new)} before {_label(stack, place)}"
        yield words, put(stack, place, new, layer), place + 1
    yield f"Remove {_label(stack, place)}", put(stack, place), place - 1


def _torch_edits(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    layer, tensors = stack[place], step.inputs.tensors
    sources = [Ref(ref.place, ref.output or 0) for ref in layer.of or (Ref(place - 1),)]
    before = stack[sources[0].place]
    outputs = tuple(ref for ref in sources if not ref.output)
    if outputs and step.error and step.error.received.startswith("a tuple"):
        name = stack[outputs[-1].place].title.removeprefix("nn.").lower()
        yield f"Write out, _ = {name}(x), then use out", _with(stack, place, of=outputs), place
    if isinstance(layer, TorchOperation) and layer.name == "view":
        written = layer.title.replace(".view(", ".reshape(")
        yield f"Write {written}", _with(stack, place, name="reshape"), place
    if isinstance(layer, TorchRecurrent):
        changed = _with(stack, place, batch_first=True)
        yield f"Write {changed[place].code()}", changed, place
        rows, axis = layer.num_layers * (1 + layer.bidirectional), int(not layer.batch_first)
        created = f"torch.zeros({rows}, x.size({axis}), {layer.hidden_size})"
        words = f"Create each state by {created}"
        yield words, _with(stack, place, h_0=(), c_0=(), states=()), place
    if not isinstance(layer, TorchLayer) or not layer.fixed_size or not tensors:
        return
    name, at = layer.fixed_size
    wanted, rank = getattr(layer, name), len(tensors[0])
    for other in range(1, rank) if layer.reads_time or at == 1 else ():
        if tensors[0][other].size == wanted:
            dims = [*range(rank)]
            dims[other], dims[at] = dims[at], other
            swapped = TorchOperation("permute", tuple(dims), of=layer.of)
            fixed = put(stack, place, swapped, replace(layer, of=()))
            yield f"Write {swapped.title} before {layer.title}", fixed, place + 1
            return
    both = before.of and getattr(stack[before.of[0].place], "bidirectional", False)
    if both and before.of[0].output:  # one state of the last layer
        halves = [before.with_settings(numbers=(0, number)) for number in (-2, -1)]
        joined = TorchOperation("cat", (-1,), of=tuple(Ref(sources[0].place + n) for n in (0, 1)))
        fixed = put(stack, sources[0].place, *halves, joined)
        yield "Concatenate h_n[-2] and h_n[-1]", fixed, place + 2
    if at != -2 and (size := tensors[0][at].size):
        changed = _with(stack, place, **{name: size})
        yield f"Write {changed[place].code()}", changed, place
        # If out[:, -1] is the last sample, the layer before may lack batch_first=True.
        of, first = (before.of or (Ref(sources[0].place - 1),))[0], stack[0]
        is_last = getattr(before, "numbers", ()) == (1, -1) and not of.output
        is_time_first = getattr(stack[of.place], "batch_first", True) is False
        if is_last and is_time_first and isinstance(first, TorchInput) and first.form == "TNF":
            exchanged = replace(first, form="NTF", timesteps=first.batch, batch=first.timesteps)
            fixed = _with(put(changed, 0, exchanged), of.place, batch_first=True)
            words = f"Write {fixed[of.place].code()} and {changed[place].code()}"
            yield words, fixed, place


def _edits_of_settings(stack: Stack, place: int, step: TracedLayer) -> Iterator[Edit]:
    inside = stack[place].inside
    for setting in inside.settings():
        now, values = getattr(inside, setting.name), list[Any]()
        if step.error and step.error.received == f"{setting.name}={now}":  # Keras refuses it.
            values = [setting.default]
        elif isinstance(inside, Reshape):
            values = [(*now[:at], -1, *now[at + 1 :]) for at in range(len(now))]
        elif setting.name == "padding" and setting.options:
            values = ["same"]
        for value in values:
            changed = stack[place].with_settings(**{setting.name: value})
            written = f"{value!r}".replace("'", '"')
            yield f"Set {setting.name}={written}", put(stack, place, changed), place


def _edits_of_input(stack: Stack, place: int) -> Iterator[Edit]:
    first: Any = stack[0]
    sequence = replace(first, form="sequence", shape=Input().shape)
    sequences = [sequence]
    if len(first.shape) > 2 and first.form == "other":  # The first size may be the samples.
        steps, features = first.shape[-2:]
        sequences = [replace(sequence, timesteps=steps or None, features=features or None)]
        timed = replace(first, shape=(0, *first.shape))
        yield f"Start with a time axis: {timed.code()}", put(stack, 0, timed), place
    elif first.form == "flat":  # The numbers are timesteps, or features of each timestep.
        sequences = [replace(sequence, timesteps=None)]
        says_features = "input_dim=" in (stack[1].origin or Origin(0, "", "")).call
        if first.features != 1:
            at = 1 if place > 1 or says_features else 0
            sequences.insert(at, replace(sequence, timesteps=first.features, features=1))
    for one in sequences:
        each = counted(one.features, "feature") if one.features else "features"
        yield f"Start with {each} at each timestep: {one.code()}", put(stack, 0, one), place
    yield f"Set the timesteps to {TIMESTEPS}", _with(stack, 0, timesteps=TIMESTEPS), place
    yield f"Set the batch size to {BATCH_SIZE}", _with(stack, 0, batch=BATCH_SIZE), place


def _edits_below(stack: Stack, place: int) -> Iterator[Edit]:
    down = range(place - 1, 0, -1)
    recurrent = [at for at in down if hasattr(stack[at], "return_sequences")]
    for at in recurrent[:1]:
        layer: Any = stack[at]
        settings = [("return_sequences", not layer.return_sequences)]
        for name, value in (*settings, ("return_state", False), ("return_state", True)):
            words = f"Set {name}={value} on {_label(stack, at)}"
            yield words, _with(stack, at, **{name: value}), place
    dropping = [at for at in down if isinstance(stack[at], (Flatten, Pooling))]
    for at in dropping[:1]:
        yield f"Remove {_label(stack, at)}", put(stack, at), place - 1


def _with(stack: Stack, place: int, **settings: Any) -> Stack:
    return put(stack, place, replace(stack[place], **settings))


def _call(layer: Layer) -> str:
    return layer.code().replace("layers.", "")


def _label(stack: Stack, place: int) -> str:
    return f"layer {place + 1}, {stack[place].keras}"
