"""Trace a stack layer by layer: output shapes, parameter counts, and the layer that breaks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from lib.experiment import LIMITS, ModelSettings
from lib.shapes.output import Shape
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, Ref, ShapeError, Stack
from lib.shapes.stack.joining import Attention, Masking
from lib.shapes.stack.plain import Dense, Flatten, Input, LastStep, Unread
from lib.shapes.stack.recurrent import LAYER_OF_CELL, Recurrent
from lib.shapes.stack.tensors import Tensor, Tensors, readable_shapes, shape_of
from lib.shapes.stack.windows import GlobalAveragePooling1D, GlobalMaxPooling1D
from lib.text import subscript

NOTHING = Outputs(())
MAX_AXES, MAX_SIZE = 16, 10**12  # most axes of an output tensor, and most entries along an axis


@dataclass(frozen=True, slots=True)
class TracedLayer:
    """One layer of a stack with its inputs, and its outputs or the reason why it has none."""

    layer: Layer
    inputs: Inputs
    outputs: Outputs = NOTHING
    error: ShapeError | None = None
    not_traced: NotTraced | None = None
    masks: tuple[int, ...] = ()  # number of axes of each output's mask; 0 for no mask

    @property
    def tensors(self) -> Tensors:
        """The output tensors; () if the trace stopped at this layer or before."""
        return self.outputs.tensors

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The output shapes as in Keras: ((None, 12, 16),)."""
        return tuple(shape_of(tensor) for tensor in self.tensors)

    @property
    def parameters(self) -> int:
        """The number of parameters, trainable or not; 0 for a second call of a layer."""
        return 0 if self.layer.shares is not None else self.outputs.parameters

    @property
    def loses_mask(self) -> bool:
        """Whether the layer drops a mask, and Keras warns about it."""
        warns = self.layer.mask == "warns" and not any(self.masks)
        return any(self.inputs.masks) and bool(self.tensors) and warns


def trace(stack: Stack, *, indexes: bool = True) -> tuple[TracedLayer, ...]:
    """Return each layer with its inputs and outputs. The trace stops at an `error` or `not_traced`.

    Axes with the same letter get an index, U₁ and U₂, unless `indexes` is False.
    """
    steps: list[TracedLayer] = []
    for layer, letters in zip(stack, _letters(stack, indexes=indexes), strict=True):
        step = TracedLayer(layer, Inputs((), (), *letters))
        try:
            if not steps or steps[-1].tensors:
                step = replace(step, layer=_with_settings_of_first_call(layer, steps))
                step = replace(step, inputs=_inputs(step, steps))
                outputs = _outputs(step, steps)
                masks = step.layer.masks(step.inputs, len(outputs.tensors))
                step = replace(step, outputs=outputs, masks=masks)
        except ShapeError as error:
            step = replace(step, error=error)
        except NotTraced as reason:
            step = replace(step, not_traced=reason)
        steps.append(step)
    return tuple(steps)


def _with_settings_of_first_call(layer: Layer, steps: list[TracedLayer]) -> Layer:
    if layer.shares is None:
        return layer
    if layer.shares >= len(steps) or steps[layer.shares].layer.kind != layer.kind:
        raise ShapeError.of("no earlier layer", layer=layer.shares + 1)
    about = {name: getattr(layer, name) for name in ("of", "states", "shares", "origin")}
    return replace(steps[layer.shares].layer, **about)


def _outputs(step: TracedLayer, steps: list[TracedLayer]) -> Outputs:
    layer, inputs = step.layer, step.inputs
    layer.check()
    first = None if layer.shares is None else steps[layer.shares]  # the layer's first call
    if first and layer.checks_rank:
        inputs.of_rank(len(first.inputs.tensors[0]))
    outputs = layer.call(inputs)
    for tensor in outputs.tensors:  # Repeated joins make an axis huge.
        if len(tensor) > MAX_AXES or any((axis.size or 0) > MAX_SIZE for axis in tensor):
            most = {"most_axes": MAX_AXES, "most_size": f"{MAX_SIZE:,}"}
            raise NotTraced.of("too large to trace", tensor, **most)
    if first and first.outputs.parameters != outputs.parameters:
        row = "shared weights of another shape"
        row += "" if layer.checks_width else ", at run time"
        wanted = readable_shapes(first.inputs.tensors)
        raise ShapeError.of(row, *inputs.tensors, wanted=wanted, first=(layer.shares or 0) + 1)
    inside = layer.inside  # In the cases below, Keras builds the layer but fails to run it.
    used = {getattr(inside, "activation", ""), getattr(inside, "recurrent_activation", "")}
    if odd := used & {"glu", "threshold"}:
        raise ShapeError.of("an activation that can't be applied", activation=odd.pop())
    if inside.mask_rank is not None:
        # A negative `mask_rank` is relative to the input's rank. An inner layer sees no time axis.
        added = len(inputs.tensors[0]) if inside.mask_rank < 0 else inside is not layer
        axes = inside.mask_rank + added
        if wrong := {*inputs.masks} - {0, axes}:
            row = "mask of other axes" if inside.mask_rank else "a mask that isn't used"
            raise ShapeError.of(row, *inputs.tensors, mask=wrong.pop(), wanted=axes)
    return outputs


def _inputs(step: TracedLayer, steps: list[TracedLayer]) -> Inputs:
    layer = step.layer
    if isinstance(layer, Input) or (not steps and isinstance(layer, Unread)):
        return step.inputs
    refs = layer.of or (Ref(len(steps) - 1),)
    by_ref = [_tensors_of(ref, steps) for ref in refs]
    for ref, pairs in zip(refs, by_ref, strict=True):
        if len(refs) > 1 and len(pairs) > 1:
            raise NotTraced.of("a list in a list", layer=ref.place + 1, count=len(pairs))
    tensors, masks = zip(*chain.from_iterable(by_ref), strict=True)
    states = tuple(tensor for ref in layer.states for tensor, _ in _tensors_of(ref, steps))
    return replace(step.inputs, tensors=tensors, masks=masks, states=states)


def _tensors_of(ref: Ref, steps: list[TracedLayer]) -> list[tuple[Tensor, int]]:
    step = steps[ref.place] if 0 <= ref.place < len(steps) else None
    pairs = list(zip(step.tensors, step.masks, strict=True)) if step else []
    if ref.output is not None:
        pairs = pairs[ref.output : ref.output + 1]
    if not pairs and step and isinstance(step.layer, Unread):
        raise NotTraced.of("one of several", layer=ref.place + 1, output=ref.output)
    if not pairs:
        raise ShapeError.of("no earlier layer", layer=ref.place + 1)
    return pairs


def takes_previous(layer: Layer) -> bool:
    """Return whether the input of a layer is the output of the layer before it."""
    return not isinstance(layer, Input) and not layer.of


def broken_at(steps: tuple[TracedLayer, ...]) -> int | None:
    """Return the place of the layer that Keras refuses, if any."""
    return next((place for place, step in enumerate(steps) if step.error), None)


def stopped_at(steps: tuple[TracedLayer, ...]) -> int | None:
    """Return the place of the first layer without an output, if any."""
    return next((place for place, step in enumerate(steps) if not step.tensors), None)


def total(steps: tuple[TracedLayer, ...]) -> int:
    """Return the number of parameters. A layer whose shape the user entered counts as 0."""
    return sum(step.parameters for step in steps)


def _letters(stack: Stack, *, indexes: bool) -> list[tuple[str, str]]:
    pairs = [(layer.inside.width_letter, layer.inside.time_letter) for layer in stack]
    inputs = [layer.axes() for layer in stack if isinstance(layer, Input)]
    totals = Counter(letter for pair in pairs for letter in pair if letter)
    totals.update({axis.letter for tensor in inputs for axis in tensor})
    counts = Counter[str]()

    def indexed(letter: str) -> str:
        counts[letter] += 1
        is_shared = indexes and totals[letter] > 1
        return letter + subscript(counts[letter]) if is_shared else letter

    return [(indexed(width), indexed(time)) for width, time in pairs]


def model_stack(
    model: ModelSettings,
    mode: str,
    timesteps: int,
    features: int,
    targets: int,
    *,
    activation: str = "",
    masks: bool = False,
) -> Stack:
    """Return the stack of a model in a trained mode, for T, F and K target columns.

    Models for labels may have an `activation` in the head, and a Masking layer.
    """
    masking = (Masking(),) if masks else ()
    top = LAYER_OF_CELL[model.cell](model.units, return_sequences=mode != "last")
    below = (replace(top, return_sequences=True),) * (model.layers - 1)
    head = (Dense(targets, activation or "linear"),) if model.head == "dense" else ()
    recurrent = (Input(timesteps, features), *masking, *below, top)
    states, query = Ref(len(recurrent) - 1), Ref(len(recurrent))
    pools: dict[str, Stack] = {
        "none": (),
        "mean": (GlobalAveragePooling1D(),),
        "max": (GlobalMaxPooling1D(),),
        "attention": (LastStep(keeps_axis=True), Attention(of=(query, states)), Flatten()),
    }
    return (*recurrent, *pools[model.pooling_of(mode)], *head)


@lru_cache(maxsize=256)
def model_layers(
    model: ModelSettings, timesteps: int, features: int, targets: int, **labels: Any
) -> Mapping[str, tuple[TracedLayer, ...]]:
    """Return the traced layers of an experiment's models, by mode.

    `labels` are the options of `model_stack` for labels.
    """
    sizes = timesteps, features, targets
    stacks = {mode: model_stack(model, mode, *sizes, **labels) for mode in model.modes}
    # All recurrent layers have the same U, so their letters need no index.
    return {mode: trace(stack, indexes=False) for mode, stack in stacks.items()}


def as_settings(
    stack: Stack, targets: int, activation: str = "", *, masks: bool = False
) -> dict[str, Any] | str:
    """Return the experiment settings for this model, or a sentence that says why none fit."""
    layers = [layer for layer in stack[1:] if isinstance(layer, Recurrent)]
    own = [layer for layer in stack[1:] if not (masks and layer == Masking())]
    has_dense = isinstance(stack[-1], Dense) if stack else False
    if not layers or len(own) != len(layers) + has_dense:
        return "Explore trains LSTM, GRU or SimpleRNN layers, with or without a Dense on top."
    top, count = layers[-1], len(layers)
    mode, head = "sequence" if top.return_sequences else "last", "dense" if has_dense else "none"
    model = ModelSettings(mode, top.units, top.cell, count, head)
    _, *trained = model_stack(model, mode, 1, 1, targets, activation=activation)
    if layers != trained[:count]:
        return "Explore trains layers of one kind and width, with Keras's defaults otherwise."
    if own != trained:
        head = f"{targets}, activation='{activation}'" if activation else f"{targets}"
        return f"Explore's models of these data end with Dense({head})."
    for key, value in (("layers", count), ("U", top.units)):
        if value > LIMITS[key].maximum:
            return f"Explore allows {key} up to {LIMITS[key].maximum:,.0f}. Here it is {value:,}."
    settings = {"cell": top.cell, "head": head, "mode": mode, "layers": count, "U": top.units}
    if masks and Masking() not in stack:
        settings["mask"] = "off"
    first = stack[0]
    if isinstance(first, Input) and first.form == "sequence" and first.timesteps:
        settings["T"] = int(LIMITS["T"].clamp(first.timesteps))
    return settings
