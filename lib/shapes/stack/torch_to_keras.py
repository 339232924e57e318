"""Write a PyTorch model as Keras layers with the same outputs, always batch first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack import joining, plain, windows
from lib.shapes.stack.base import Layer, Ref, Stack
from lib.shapes.stack.plain import Dense, Input, LastStep
from lib.shapes.stack.recurrent import LAYER_OF_CELL, Bidirectional, Recurrent
from lib.shapes.stack.tensors import Tensor
from lib.shapes.stack.torch_layers import TorchInput, TorchLayer, TorchMaxPool, TorchRecurrent
from lib.shapes.stack.torch_operations import ACTIVATIONS, TorchOperation, softmax_axis
from lib.shapes.stack.tracing import TracedLayer, stopped_at

# The sorted letters of an input's axes → the form of Keras's Input.
_INPUT_FORMS = {"NT": "tokens", "FN": "flat", "FNT": "sequence"}
_MERGE_MODES = {"cat": "concat", "add": "sum"}  # how an operation joins the two directions
_ORDER = {"batch": 0, "time": 1}  # places of axes in Keras; all others come last
_ANY_AXES = ("torch.embedding", "torch.drop", "torch.leaky")  # layers that read any axes
_PLACES = {"torch.bnorm": 1}  # place of the axis that a layer reads; else the last
Steps = Sequence[TracedLayer]


class _NoEqual(Exception):  # noqa: N818  no mistake
    """Raised with a reason if Keras has no equal layer."""


def to_keras(steps: Steps) -> Stack | str:
    """Return the same model in Keras, or a sentence that says why there is none.

    Each layer takes the output of the layer before. A layer may also take the last states of a
    recurrent layer, which are the last step of its output.
    """
    if stopped_at(tuple(steps)) is not None:
        return "Fix the stack first."
    try:
        return tuple(_shortened(_chain(steps)))
    except _NoEqual as reason:
        return f"Keras code isn't offered: {reason}."


def _chain(steps: Steps) -> list[Layer]:
    layers, now = list[Layer](), Ref(-1, 0)  # `now`: PyTorch's tensor that `layers` return
    for place, step in enumerate(steps):
        layer, state = step.layer, _state(steps, place)
        sources = [Ref(ref.place, ref.output or 0) for ref in layer.of or (Ref(place - 1),)]
        if layer.shares is not None and step.outputs.parameters:
            raise _NoEqual(f"{layer.title} is called twice")
        recurrent = steps[now.place].layer
        both = 1 + getattr(recurrent, "bidirectional", False)
        top = [(now.place, at - both) for at in range(both)]  # the last layer's states
        if sources == [now]:
            layers += _in_keras(step)
        elif both == 2 and state in top:  # Both directions are joined later.
            continue
        elif [state] == top:
            layers.append(LastStep())
        elif [_state(steps, ref.place) for ref in sources] == top and (
            mode := _MERGE_MODES.get(getattr(layer, "name", ""))
        ):
            last: Any = layers[-1]
            layers[-1] = replace(last, return_sequences=False, merge_mode=mode)
        else:
            raise _NoEqual(f"{layer.title} takes other tensors than the layer before returns")
        now = Ref(place, 0)
    if now.place < len(steps) - 1:
        raise _NoEqual(f"{steps[-1].layer.title} is one direction alone")
    return layers


def _state(steps: Steps, place: int) -> tuple[int, int] | None:
    """Return the place of the recurrent layer and i, if a step takes h_n[i], with i below 0."""
    layer = steps[place].layer
    source = (layer.of or (Ref(place - 1),))[0]
    if not isinstance(layer, TorchOperation) or source.output != 1:
        return None
    rows = steps[source.place].tensors[1][0].size or 1
    axis, *entries = layer.numbers or (0,)
    if layer.name == "index" and axis == 0 and len(entries) == 1:
        return source.place, entries[0] % rows - rows
    return (source.place, -1) if layer.name == "squeeze" and rows == 1 else None


def _in_keras(step: TracedLayer) -> Iterator[Layer]:
    """Yield the Keras layers of one PyTorch layer. Raises _NoEqual."""
    layer = step.layer
    roles = [axis.role for axis in step.inputs.tensors[0]] if step.inputs.tensors else []
    if isinstance(layer, TorchInput):
        if (form := _INPUT_FORMS.get("".join(sorted(layer.form)))) is None:
            raise _NoEqual("the input has no batch axis")
        yield Input(layer.timesteps, layer.features, form=form)
    elif isinstance(layer, TorchRecurrent):
        yield from _recurrent(step, layer)
    elif isinstance(layer, TorchOperation):
        yield from _operation(layer, step.inputs.tensors[0], step.tensors[0])
    elif isinstance(layer, TorchMaxPool) and layer.padding and layer.kind == "torch.maxpool":
        raise _NoEqual(f"{layer.title} pads with -inf, and Keras pads with 0")
    elif not isinstance(layer, TorchLayer) or "batch" not in roles:
        raise _NoEqual(f"{layer.title} has no equal in Keras here")
    elif layer.reads_time and roles == ["batch", "features", "time"]:
        last: dict[str, Any] = {"data_format": "channels_last"}
        yield from (replace(one, **last) for one in layer.in_keras())
    elif layer.kind in _ANY_AXES or roles[_PLACES.get(layer.kind, -1)] == "features":
        yield from layer.in_keras()
    else:
        raise _NoEqual(f"{layer.title} reads other axes than Keras would")


def _recurrent(step: TracedLayer, layer: TorchRecurrent) -> Iterator[Layer]:
    if layer.time_axis(step.inputs.tensors[0]).role == "batch":
        raise _NoEqual(f"{layer.title} reads the batch as time")
    if step.inputs.states or not layer.zeros:
        raise _NoEqual(f"{layer.title} starts from given states, not from zeros")
    same: dict[str, Any] = {"return_sequences": True, "use_bias": layer.bias}
    same["activation"] = getattr(layer, "nonlinearity", "tanh")
    for number in range(layer.num_layers):
        if number and layer.dropout:
            yield joining.Dropout(layer.dropout)
        if layer.bidirectional:
            yield Bidirectional(layer.cell, layer.hidden_size, **same)
        else:
            yield LAYER_OF_CELL[layer.cell](layer.hidden_size, **same)


def _in_order(tensor: Tensor) -> Tensor:
    """Return the axes in Keras's order: batch, time, features."""
    return tuple(sorted(tensor, key=lambda axis: _ORDER.get(axis.role, 2)))


def _operation(layer: TorchOperation, before: Tensor, after: Tensor) -> Iterator[Layer]:
    name, lost = layer.name, [axis.role for axis in before if axis not in after]
    drops_time = lost == ["time"] and len(before) == 3
    is_batched = [axis.role for axis in before[:1]] == ["batch"] and after[:1] == before[:1]
    sizes = tuple(axis.size or 0 for axis in _in_order(after)[1:])
    if name == "pack_padded_sequence":
        raise _NoEqual("Keras masks padding instead: Embedding(…, mask_zero=True) or Masking()")
    if name in ("permute", "transpose", "contiguous"):
        return  # The axes of Keras's tensors are always in the same order.
    if name in ACTIVATIONS and (
        "softmax" not in name or softmax_axis(layer, before).role == "features"
    ):
        yield joining.Activation(name)
    elif name == "index" and drops_time and layer.numbers[1:] == (-1,):
        yield LastStep()
    elif name == "mean" and drops_time:
        yield windows.GlobalAveragePooling1D(layer.keepdim)
    elif name == "max" and drops_time:
        yield windows.GlobalMaxPooling1D(layer.keepdim)
    elif name in ("flatten", "view", "reshape") and is_batched and len(after) == 2:
        yield from () if before == _in_order(before) else (plain.Permute((2, 1)),)
        yield plain.Flatten()
    elif name in ("squeeze", "unsqueeze") and is_batched and all(sizes):
        yield plain.Reshape(sizes)
    else:
        raise _NoEqual(f"{layer.title} has no equal in Keras here")


def _shortened(layers: list[Layer]) -> Iterator[Layer]:
    """Yield the layers with return_sequences=False for x[:, -1], and activations in Dense."""
    before = layers[0]
    for layer in layers[1:]:
        if isinstance(layer, LastStep) and isinstance(before, Recurrent):
            before = replace(before, return_sequences=False)
        elif (
            isinstance(layer, joining.Activation)
            and isinstance(before, Dense)
            and before.activation == "linear"
        ):
            before = replace(before, activation=layer.activation)
        else:
            yield before
            before = layer
    yield before
