"""Write a stack of PyTorch layers as Keras layers with the same outputs, always batch first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack import joining, plain, windows
from lib.shapes.stack.base import Layer, Ref, Stack, put
from lib.shapes.stack.plain import Dense, Input, LastStep
from lib.shapes.stack.recurrent import LAYER_OF_CELL, Bidirectional, Recurrent
from lib.shapes.stack.tensors import Tensor
from lib.shapes.stack.torch_layers import TorchInput, TorchLayer, TorchPool, TorchRecurrent
from lib.shapes.stack.torch_operations import (
    TorchActivation,
    TorchAdaptive,
    TorchAdaptiveMax,
    TorchCat,
    TorchIndex,
    TorchMethod,
)
from lib.shapes.stack.tracing import TracedLayer, stopped_at

_ORDER = {"batch": 0, "time": 1}  # Keras's order of axes; all others come last


class _NoEqual(Exception):  # noqa: N818  no mistake
    """Raised with a reason if Keras has no equal layer."""


def to_keras(steps: Sequence[TracedLayer]) -> Stack | str:
    """Return the same model in Keras, or a sentence that says why there is none."""
    if stopped_at(tuple(steps)) is not None:
        return "Fix the stack first."
    writer = _Writer(steps)
    try:
        for place in range(len(steps)):
            writer.write(place)
    except _NoEqual as reason:
        return f"Keras code isn't offered: {reason}."
    return _shortened(tuple(writer.rows))


def _canonical(tensor: Tensor) -> Tensor:
    return tuple(sorted(tensor, key=lambda axis: _ORDER.get(axis.role, 2)))


class _Writer:
    """The Keras layers so far, and the Keras tensor of each PyTorch tensor."""

    def __init__(self, steps: Sequence[TracedLayer]) -> None:
        self.rows: list[Layer] = []
        self._steps = steps
        self._tensors: dict[Ref, Ref] = {}
        # By place of a recurrent layer: every step of each of its layers.
        self._sequences: dict[int, list[Ref]] = {}
        self._states: dict[int, tuple[int, int]] = {}  # place of h_n[i] → recurrent layer, i

    def _row(self, layer: Layer, *of: Ref) -> Ref:
        self.rows.append(replace(layer, of=of))
        return Ref(len(self.rows) - 1)

    def write(self, place: int) -> None:
        """Add the Keras layers of the PyTorch layer at this place. Raises _NoEqual."""
        step = self._steps[place]
        layer = step.layer
        of = [Ref(ref.place, ref.output or 0) for ref in layer.of or (Ref(place - 1),)]
        if isinstance(layer, TorchInput):
            self._tensors[Ref(place, 0)] = self._row(_input(layer))
        elif layer.shares is not None and step.outputs.parameters:
            raise _NoEqual(f"{layer.title} is called twice")
        elif of[0].place in self._sequences and of[0].output:
            self._take_state(place, layer, of[0])
        elif isinstance(layer, TorchCat) and all(ref.place in self._states for ref in of):
            self._tensors[Ref(place, 0)] = self._both_directions(of)
        elif unknown := [ref for ref in of if ref not in self._tensors]:
            raise _NoEqual(f"{self._steps[unknown[0].place].layer.title} has no equal in Keras")
        else:
            taken = [self._tensors[ref] for ref in of]
            self._tensors[Ref(place, 0)] = self._called(place, step, taken)

    def _take_state(self, place: int, layer: Layer, ref: Ref) -> None:
        """Take the state h_n[i]. In one direction, it is the last step of layer i."""
        recurrent: Any = self._steps[ref.place].layer
        rows = self._steps[ref.place].tensors[1][0].size or 1
        index: Any = None
        if isinstance(layer, TorchIndex):
            index, *others = layer.parts()
            index = index if all(part == slice(None) for part in others) else None
        elif isinstance(layer, TorchMethod) and layer.name == "squeeze" and rows == 1:
            index = 0
        if not isinstance(index, int) or ref.output != 1:
            raise _NoEqual(f"{layer.title} takes another part of the states than h_n[i]")
        self._states[place] = ref.place, index % rows
        if not recurrent.bidirectional:
            sequence = self._sequences[ref.place][index % rows]
            self._tensors[Ref(place, 0)] = self._row(LastStep(), sequence)

    def _both_directions(self, of: list[Ref]) -> Ref:
        """Return the last steps of both directions of the top layer, as return_sequences=False."""
        (source, first), (other, second) = (self._states[ref.place] for ref in of[:2])
        rows = self._steps[source].tensors[1][0].size or 0
        top = self._sequences[source][-1]
        is_used = any(top in row.of for row in self.rows)
        if source != other or (first, second) != (rows - 2, rows - 1) or of[2:] or is_used:
            raise _NoEqual("the states are joined in another order than Keras's")
        del self._tensors[Ref(source, 0)]
        self.rows[top.place] = replace(self.rows[top.place], return_sequences=False)  # type: ignore[call-arg]
        return top

    def _recurrent(self, place: int, layer: TorchRecurrent, tensor: Tensor, taken: Ref) -> Ref:
        if len(tensor) < 3 or tensor[1 if layer.batch_first else 0].role == "batch":
            raise _NoEqual(f"{layer.title} has no batch axis, or reads it as time")
        if layer.packed:
            raise _NoEqual("Keras masks padding instead: Embedding(…, mask_zero=True) or Masking()")
        if layer.proj_size:
            raise _NoEqual("Keras's LSTM has no proj_size")
        if self._steps[place].inputs.states:
            raise _NoEqual(f"{layer.title} starts from another layer's states")
        same: dict[str, Any] = {"return_sequences": True, "use_bias": layer.bias}
        same |= {"activation": getattr(layer, "nonlinearity", "tanh")}
        self._sequences[place] = []
        for at in range(layer.num_layers):
            if at and layer.dropout:
                taken = self._row(joining.Dropout(layer.dropout), taken)
            kind: Layer = LAYER_OF_CELL[layer.cell](layer.hidden_size, **same)
            if layer.bidirectional:
                kind = Bidirectional(layer.cell, layer.hidden_size, **same)
            taken = self._row(kind, taken)
            self._sequences[place].append(taken)
        return taken

    def _called(  # noqa: PLR0911, PLR0912  one case each
        self, place: int, step: TracedLayer, taken: list[Ref]
    ) -> Ref:
        layer, tensor, output = step.layer, step.inputs.tensors[0], step.tensors[0]
        roles = [axis.role for axis in tensor]
        is_in_order = tensor == _canonical(tensor) and roles[0] == "batch"
        match layer:
            case TorchRecurrent():
                return self._recurrent(place, layer, tensor, taken[0])
            case TorchIndex():
                parts = zip(layer.parts(), roles, strict=False)
                some = [(part, role) for part, role in parts if part != slice(None)]
                if some == [(-1, "time")] and len(tensor) == 3:
                    return self._row(LastStep(), taken[0])
                if not some:
                    return taken[0]
            case TorchMethod(name="permute"):
                return taken[0]
            case TorchMethod(name="flatten") if len(output) == 2 and roles[0] == "batch":
                if not is_in_order:
                    taken = [self._row(plain.Permute((2, 1)), *taken)]
                return self._row(plain.Flatten(), *taken)
            case TorchMethod(name="squeeze" | "unsqueeze" | "view" as name):
                is_safe = name != "view" or (is_in_order and output == _canonical(output))
                batch, *sizes = _canonical(output)
                if is_safe and batch.role == "batch" and all(axis.size for axis in sizes):
                    return self._row(plain.Reshape(tuple(axis.size or 0 for axis in sizes)), *taken)
            case TorchMethod(name="mean" | "max" as name) if len(tensor) == 3 > len(output):
                if "time" in roles and "time" not in [axis.role for axis in output]:
                    mean, most = windows.GlobalAveragePooling1D(), windows.GlobalMaxPooling1D()
                    return self._row(mean if name == "mean" else most, *taken)
            case TorchCat():
                place_of = _canonical(tensor).index(tensor[layer.dim])
                if place_of:
                    return self._row(joining.Concatenate(place_of), *taken)
            case TorchActivation(function="leaky_relu"):
                return self._row(joining.LeakyReLU(0.01), *taken)
            case TorchActivation() if layer.dim is None or roles[layer.dim] == "features":
                return self._row(layer.in_keras()[0], *taken)
            case TorchAdaptive(output_size=1) if roles == ["batch", "features", "time"]:
                kind: Any = windows.GlobalAveragePooling1D
                if isinstance(layer, TorchAdaptiveMax):
                    kind = windows.GlobalMaxPooling1D
                return self._row(kind(keepdims=True), *taken)
            case TorchLayer() if layer.in_keras():
                return self._plain(layer, roles, taken)
        raise _NoEqual(f"{layer.title} has no equal here")

    def _plain(self, layer: TorchLayer, roles: Sequence[str], taken: list[Ref]) -> Ref:
        moves_axis = layer.kind in ("torch.conv1d", "torch.maxpool", "torch.avgpool", "torch.bnorm")
        wanted = ["batch", "features", "time"][: len(roles)]
        if isinstance(layer, TorchPool) and layer.kind == "torch.maxpool" and layer.padding:
            raise _NoEqual("MaxPool1d pads with minus infinity")
        is_read = layer.kind == "torch.embedding" or roles[-1] == "features"
        if [*roles] != wanted if moves_axis else not is_read:
            raise _NoEqual(f"{layer.title} reads another axis than Keras would")
        for one in layer.in_keras():  # Keras's features are the last axis.
            last: dict[str, Any] = {"data_format": "channels_last"} if moves_axis else {}
            if isinstance(one, joining.BatchNormalization):
                last = {"axis": -1}
            taken = [self._row(replace(one, **last), *taken)]
        return taken[0]


def _input(layer: TorchInput) -> Input:
    if "N" not in layer.form:
        raise _NoEqual("the input has no batch axis")
    letters = {*layer.form}
    form = {frozenset("NT"): "tokens", frozenset("NF"): "flat"}.get(frozenset(letters), "sequence")
    return Input(layer.timesteps, layer.features, form=form)


def _shortened(stack: Stack) -> Stack:
    """Return the stack with return_sequences=False for x[:, -1], and activations in Dense."""
    place = 1
    while place < len(stack):
        layer, before = stack[place], stack[place - 1]
        users = [at for at, other in enumerate(stack) if Ref(place - 1) in other.of]
        if users == [place] and len(layer.of) == 1:
            merged: Layer | None = None
            if isinstance(layer, LastStep) and isinstance(before, Recurrent):
                merged = replace(before, return_sequences=False)
            elif isinstance(layer, joining.Activation) and isinstance(before, Dense):
                is_free = before.activation == "linear"
                merged = replace(before, activation=layer.activation) if is_free else None
            if merged:
                stack = put(put(stack, place), place - 1, merged)
                continue
        place += 1
    chained = enumerate(stack)
    return tuple(
        replace(layer, of=()) if layer.of == (Ref(at - 1),) else layer for at, layer in chained
    )
