"""Write a stack of PyTorch layers as Keras layers with the same outputs, always batch first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack import joining, plain, windows
from lib.shapes.stack.base import Layer, Ref, Stack, put
from lib.shapes.stack.plain import Dense, Input, LastStep
from lib.shapes.stack.recurrent import LAYER_OF_CELL, Bidirectional, Recurrent
from lib.shapes.stack.tensors import Axis, Tensor
from lib.shapes.stack.torch_layers import TorchInput, TorchLayer, TorchMaxPool, TorchRecurrent
from lib.shapes.stack.torch_operations import TorchActivation, TorchCat, TorchOperation
from lib.shapes.stack.tracing import TracedLayer, stopped_at

_FORMS = {"NT": "tokens", "FN": "flat", "FNT": "sequence"}  # sorted letters of an input's axes


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


def _in_order(tensor: Tensor) -> Tensor:
    """Return the axes in Keras's order: batch, time, features."""

    def rank(axis: Axis) -> int:
        return {"batch": 0, "time": 1}.get(axis.role, 2)

    return tuple(sorted(tensor, key=rank))


class _Writer:
    """The Keras layers so far, and the Keras tensor of each PyTorch tensor."""

    def __init__(self, steps: Sequence[TracedLayer]) -> None:
        self.rows: list[Layer] = []
        self._steps = steps
        self._tensors: dict[Ref, Ref] = {}
        self._sequences: dict[int, list[Ref]] = {}  # place of an nn.LSTM → output of each layer
        self._states: dict[Ref, tuple[int, int]] = {}  # h_n[i] → place of its nn.LSTM, and i

    def _row(self, layer: Layer, *of: Ref) -> Ref:
        self.rows.append(replace(layer, of=of))
        return Ref(len(self.rows) - 1)

    def write(self, place: int) -> None:
        """Add the Keras layers of the PyTorch layer at this place. Raises _NoEqual."""
        step, output = self._steps[place], Ref(place, 0)
        layer = step.layer
        of = [Ref(ref.place, ref.output or 0) for ref in layer.of or (Ref(place - 1),)]
        if isinstance(layer, TorchInput):
            form = _FORMS.get("".join(sorted(layer.form)))
            if form is None:
                raise _NoEqual("the input has no batch axis")
            self._tensors[output] = self._row(Input(layer.timesteps, layer.features, form=form))
        elif layer.shares is not None and step.outputs.parameters:
            raise _NoEqual(f"{layer.title} is called twice")
        elif of[0].place in self._sequences and of[0].output:
            self._take_state(layer, of[0], output)
        elif isinstance(layer, TorchCat) and all(ref in self._states for ref in of):
            self._tensors[output] = self._both_directions(*(self._states[ref] for ref in of))
        elif unknown := [ref for ref in of if ref not in self._tensors]:
            raise _NoEqual(f"{self._steps[unknown[0].place].layer.title} has no equal in Keras")
        else:
            taken = [self._tensors[ref] for ref in of]
            if isinstance(layer, TorchRecurrent):
                self._sequences[place] = self._recurrent(step, layer, taken[0])
                self._tensors[output] = self._sequences[place][-1]
            else:
                self._tensors[output] = self._called(step, taken)

    def _take_state(self, layer: Layer, states: Ref, output: Ref) -> None:
        """Take h_n[i]. In one direction, h_n[i] is the last step of layer i."""
        sequences, recurrent = self._sequences[states.place], self._steps[states.place].layer
        rows = self._steps[states.place].tensors[1][0].size or 1
        index = None
        if isinstance(layer, TorchOperation) and layer.name == "select" and not layer.numbers[0]:
            index = layer.numbers[1]
        elif isinstance(layer, TorchOperation) and layer.name == "squeeze" and rows == 1:
            index = 0
        if index is None or states.output != 1:
            raise _NoEqual(f"{layer.title} takes another part of the states than h_n[i]")
        self._states[output] = states.place, index % rows
        if isinstance(recurrent, TorchRecurrent) and not recurrent.bidirectional:
            self._tensors[output] = self._row(LastStep(), sequences[index % rows])

    def _both_directions(self, *states: tuple[int, int]) -> Ref:
        """Return the last steps of both directions of the top layer, as return_sequences=False."""
        source, _ = states[0]
        top = self._sequences[source][-1]
        rows = self._steps[source].tensors[1][0].size or 0
        is_used = any(top in row.of for row in self.rows)
        if [*states] != [(source, rows - 2), (source, rows - 1)] or is_used:
            raise _NoEqual("the states are joined in another order than Keras's")
        del self._tensors[Ref(source, 0)]
        self.rows[top.place] = replace(self.rows[top.place], return_sequences=False)  # type: ignore[call-arg]
        return top

    def _recurrent(self, step: TracedLayer, layer: TorchRecurrent, taken: Ref) -> list[Ref]:
        """Return the output of each layer, with every step."""
        if step.inputs.tensors[0][1 if layer.batch_first else 0].role == "batch":
            raise _NoEqual(f"{layer.title} reads the batch as time")
        if layer.packed:
            raise _NoEqual("Keras masks padding instead: Embedding(…, mask_zero=True) or Masking()")
        if step.inputs.states:
            raise _NoEqual(f"{layer.title} starts from another layer's states")
        same: dict[str, Any] = {"return_sequences": True, "use_bias": layer.bias}
        same |= {"activation": getattr(layer, "nonlinearity", "tanh")}
        outputs = list[Ref]()
        for _ in range(layer.num_layers):
            if outputs and layer.dropout:
                taken = self._row(joining.Dropout(layer.dropout), taken)
            kind: Layer = LAYER_OF_CELL[layer.cell](layer.hidden_size, **same)
            if layer.bidirectional:
                kind = Bidirectional(layer.cell, layer.hidden_size, **same)
            taken = self._row(kind, taken)
            outputs.append(taken)
        return outputs

    def _called(self, step: TracedLayer, taken: list[Ref]) -> Ref:
        layer, tensor, output = step.layer, step.inputs.tensors[0], step.tensors[0]
        roles = [axis.role for axis in tensor]
        match layer:
            case TorchOperation():
                return self._operation(layer, tensor, output, taken[0])
            case TorchCat() if place := _in_order(tensor).index(tensor[layer.dim]):
                return self._row(joining.Concatenate(place), *taken)
            case TorchActivation(function="leaky_relu"):
                return self._row(joining.LeakyReLU(0.01), *taken)
            case TorchActivation() if layer.dim is None or roles[layer.dim] == "features":
                return self._row(layer.in_keras()[0], *taken)
            case TorchLayer(reads_time=True) if roles == ["batch", "features", "time"]:
                if isinstance(layer, TorchMaxPool) and layer.padding:
                    raise _NoEqual("MaxPool1d pads with minus infinity")
                last: dict[str, Any] = {"data_format": "channels_last"}
                for one in layer.in_keras():
                    taken = [self._row(replace(one, **last), *taken)]
                return taken[0]
            case TorchLayer(reads_time=False) if layer.in_keras():
                if roles[-1] == "features" or layer.kind == "torch.embedding":
                    return self._row(layer.in_keras()[0], *taken)
        raise _NoEqual(f"{layer.title} has no equal in Keras here")

    def _operation(self, layer: TorchOperation, tensor: Tensor, output: Tensor, taken: Ref) -> Ref:
        """Return the operation's Keras tensor, whose axes are always in the order of Keras."""
        lost = [axis.role for axis in tensor if axis not in output]
        is_batched = output[:1] == tensor[:1] == _in_order(tensor)[:1]
        name, (batch, *sizes) = layer.name, _in_order(output)
        if name == "permute":
            return taken
        if name == "select" and lost == ["time"] and layer.numbers[1] == -1 and len(tensor) == 3:
            return self._row(LastStep(), taken)
        if name in ("mean", "max") and lost == ["time"] and len(tensor) == 3:
            pool = windows.GlobalAveragePooling1D if name == "mean" else windows.GlobalMaxPooling1D
            return self._row(pool(), taken)
        if name in ("flatten", "view", "reshape") and is_batched and len(output) == 2:
            if tensor != _in_order(tensor):
                taken = self._row(plain.Permute((2, 1)), taken)
            return self._row(plain.Flatten(), taken)
        is_safe = name in ("squeeze", "unsqueeze") or (
            name in ("view", "reshape") and is_batched and tensor == _in_order(tensor)
        )
        if is_safe and batch.role == "batch" and all(axis.size for axis in sizes):
            return self._row(plain.Reshape(tuple(axis.size or 0 for axis in sizes)), taken)
        raise _NoEqual(f"{layer.title} has no equal in Keras here")


def _shortened(stack: Stack) -> Stack:
    """Return the stack with return_sequences=False for x[:, -1], and activations in Dense."""
    place = 1
    while place < len(stack):
        layer, before = stack[place], stack[place - 1]
        users = [at for at, other in enumerate(stack) if Ref(place - 1) in other.of]
        merged: Layer | None = None
        if users == [place] and len(layer.of) == 1:
            if isinstance(layer, LastStep) and isinstance(before, Recurrent):
                merged = replace(before, return_sequences=False)
            elif isinstance(layer, joining.Activation) and isinstance(before, Dense):
                if before.activation == "linear":
                    merged = replace(before, activation=layer.activation)
        if merged:
            stack = put(put(stack, place), place - 1, merged)
        else:
            place += 1
    chained = enumerate(stack)
    return tuple(
        replace(layer, of=()) if layer.of == (Ref(at - 1),) else layer for at, layer in chained
    )
