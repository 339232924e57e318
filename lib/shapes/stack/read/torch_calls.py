"""Evaluate the calls in PyTorch code: of layers, functions, and methods of tensors."""

import ast
import re
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Layer, Ref
from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.read import values
from lib.shapes.stack.read.calls import Args, Keywords
from lib.shapes.stack.read.pasted import TEXTS
from lib.shapes.stack.read.statements import Interpreter
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, Name, is_listed
from lib.shapes.stack.torch_layers import TorchDropout, TorchInput, TorchLayer, TorchRecurrent
from lib.shapes.stack.torch_making import create_torch_layer
from lib.shapes.stack.torch_operations import (
    ACTIVATIONS,
    OPERATIONS,
    TorchActivation,
    TorchCat,
    TorchOperation,
)
from lib.shapes.stack.tracing import trace

# Methods that return the same tensor or model, such as `contiguous` and `to`.
UNCHANGED: list[str] = TEXTS["torch"]["unchanged"]
_ARRAYS = ("zeros", "ones", "rand", "randn", "empty", "randint")
_FORMS = ("", "F", "NF", "NTF")  # by number of axes, if no layer reads the input
_SIZES = ("input_size", "in_channels", "in_features")  # of a layer's input
TIMESTEPS = 12  # of an input of unknown shape


class TorchCalls(Interpreter):
    """Evaluates calls of PyTorch. A recurrent layer returns a tuple of tensors, as in PyTorch."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines)
        # Place of an input that no layer has read → its sizes, () if they are unknown.
        self._unread_inputs: dict[int, tuple[Any, ...]] = {}
        self._packed: dict[Ref, bool] = {}  # packed sequence → whether it is batch first
        self.guessed: dict[int, int] = {}  # place of an input of guessed shape → its line

    def input(self, shape: Any, origin: Any = None) -> Ref:  # noqa: ARG002
        """Add an input. The first layer that reads it decides which axis is time."""
        sizes = tuple(shape or ())
        if len(sizes) >= len(_FORMS):
            return self.add_call(self.unread("Input", "value").layer)
        tensor = self.add_call(_input(_FORMS[len(sizes) or 3], sizes))
        self._unread_inputs[tensor.place] = sizes
        if not sizes:
            self.guessed[tensor.place] = self.origin.line
        return tensor

    def _read_input(self, layer: TorchLayer, tensor: Ref) -> None:
        """Give an input that leads to this tensor the axes that its first layer usually reads."""
        for place in self._unread_inputs.keys() & self.leading_to([tensor.place]):
            sizes, now = self._unread_inputs.pop(place), [axis.letter for axis in self.axes(tensor)]
            form, before = self._usual_form(layer), [a.letter for a in self.axes(Ref(place))]
            if sorted(now) != sorted(before):  # The code changes more than the order of axes.
                continue
            if len(form) == len(now):  # Undo a permute before the layer.
                form = "".join(form[now.index(letter)] for letter in before)
            elif sizes:  # One axis fewer is a single sample.
                form = form.replace("N", "") if len(sizes) == len(form) - 1 else _FORMS[len(sizes)]
            features = [*(getattr(layer, name) for name in _SIZES if hasattr(layer, name)), 3][0]
            guess = {"N": None, "T": TIMESTEPS, "F": features}
            self.rows[place] = _input(form, sizes or tuple(guess[letter] for letter in form))

    def _usual_form(self, layer: TorchLayer) -> str:
        """Return the letters of the axes that a batch has in front of this layer."""
        recurrent = [one.layer for one in self.layers if isinstance(one.layer, TorchRecurrent)]
        first = layer if isinstance(layer, TorchRecurrent) else [*recurrent, None][0]
        order = "NT" if first is None or first.batch_first else "TN"
        without_time = "NF" if first is None else f"{order}F"
        usual = {"nn.Embedding": order, "nn.Conv1d": "NFT", "nn.Linear": without_time}
        return usual.get(layer.keras, f"{order}F")

    def axes(self, tensor: Ref) -> Any:
        """Return the axes of a tensor; () if the trace stops before it."""
        self.count_steps(20)
        tensors = trace(self.stack_of([tensor]), indexes=False)[-1].tensors
        return [*tensors[tensor.output or 0 :], ()][0]

    def call_layer(self, layer: LayerObject, args: Args, keywords: Keywords) -> Any:
        first, *others = [*args, *keywords.values()] or [UNKNOWN]
        tensors = self.found(self.as_tensor(first))
        if (
            any(hasattr(layer.layer, name) for name in _SIZES)
            or layer.layer.keras == "nn.Embedding"
        ):
            self._read_input(layer.layer, tensors[0]) if tensors else None
        if not isinstance(layer.layer, TorchRecurrent):
            return self.call(layer, tensors)
        is_packed = first in self._packed
        if is_packed:  # The order of its own axes counts.
            layer.layer = replace(layer.layer, batch_first=self._packed[first], packed=True)
        states = [one.shape for one in self.leaves(others) if isinstance(one, Array)]
        sizes = [size if type(size) is int else 0 for size in [*states, ()][0]]
        layer.layer = replace(layer.layer, h_0=tuple(sizes))
        place = self.call(layer, tensors, self.found(others)).place
        out, *last = (Ref(place, at) for at in range(len(layer.layer.returned())))
        if is_packed:
            self._packed[out] = self._packed[first]
        return (out, tuple(last) if last[1:] else last[0])

    def as_tensor(self, value: Any) -> Any:
        """Return the tensor of an array or an unknown value, or any other value itself."""
        return self.tensors([value])[0] if isinstance(value, (Unknown, Array)) else value

    def call_library(  # noqa: PLR0911  one case each
        self, what: Name, args: Args, keywords: Keywords
    ) -> Any:
        name, first = what.name, args[0] if args else None
        if name == "len" and isinstance(first, (Ref, Array)):
            return self.tensor_method(first, "size", [0], {})
        if name == "OrderedDict":
            return values.computed(dict, first)
        if not what.path.startswith("torch"):
            return super().call_library(what, args, keywords)
        if name == "Sequential":
            return self.sequential(first if isinstance(first, dict) else args)
        if name in ("ModuleList", "ModuleDict"):
            return first if isinstance(first, (list, dict)) else []
        if re.fullmatch(r"torch\.nn\.[A-Z]\w*(?<!Loss)(?<!Parameter)", what.path):
            return self._create(name, args, keywords)
        if name in _ARRAYS:
            lists = [one for one in (*args, *keywords.values()) if isinstance(one, (list, tuple))]
            return Array(tuple([*lists, args][0]))
        if name in ("cat", "concat") and self.found(first):
            dim = keywords.get("dim", (*args[1:], 0)[0])
            return self.operate(TorchCat(dim if type(dim) is int else 0), *self.found(first))
        if name == "pack_padded_sequence":
            tensor = self.as_tensor(first)
            self._packed[tensor] = bool(keywords.get("batch_first", (*args[2:], False)[0]))
            return tensor
        if name == "pad_packed_sequence" and first in self._packed:
            is_first = bool(keywords.get("batch_first", (*args[1:], False)[0]))
            swap = TorchOperation("permute", (1, 0, 2))
            is_same = is_first == self._packed[first]
            return (first if is_same else self.operate(swap, first), UNKNOWN)
        if isinstance(first, Ref) and not re.search("loss|entropy", name):
            return self.tensor_method(first, name, args[1:], keywords)
        return Name(what.path)

    def _create(self, name: str, args: Args, keywords: Keywords) -> LayerObject:
        self.count_steps(100)
        stand_ins: dict[str, Any] = {}
        layer = create_torch_layer(name, args, keywords, stand_ins)
        for argument, size in stand_ins.items():
            words = {"argument": argument, "name": f"nn.{name}", "count": size}
            self.note("open number", self.origin.line, **words)
        self.layers.append(LayerObject(replace(layer, origin=self.origin)))
        return self.layers[-1]

    def operate(self, layer: Layer, *of: Ref) -> Ref:
        """Add a call of an operation on tensors."""
        return self.add_call(replace(layer, origin=self.origin), of)

    def tensor_method(  # noqa: PLR0911  one case each
        self, owner: Any, name: str, args: Args, keywords: Keywords
    ) -> Any:
        if isinstance(owner, tuple):  # PyTorch raises an error if a layer returned the tuple.
            is_output = name in OPERATIONS and len(tensors := self.found(owner)) > 1
            return self.operate(TorchOperation(name), *tensors) if is_output else NotImplemented
        shape = self.shape(owner) if isinstance(owner, Ref) else owner.shape
        if name in UNCHANGED or not isinstance(shape, tuple):
            return owner  # In the second case, the trace stops before this tensor.
        keepdim = keywords.pop("keepdim", False)
        first = [*args, *keywords.values(), None][0]
        if name == "size":
            return values.computed(lambda: shape if first is None else shape[first])
        if name == "dim":
            return len(shape)
        if not isinstance(owner, Ref):
            is_view = name in ("view", "reshape")
            return Array(tuple(None if n == -1 else n for n in args)) if is_view else UNKNOWN
        if name in ACTIVATIONS:
            is_number = type(first) is int and "softmax" in name
            return self.operate(TorchActivation(name, first if is_number else None), owner)
        if name == "dropout":
            return self.operate(TorchDropout(), owner)
        numbers = [*first] if is_listed(first) else [*args, *keywords.values()]
        if name in ("view", "reshape"):
            numbers = self._with_batch(numbers, owner)
        elif name == "flatten":
            numbers = [*numbers, *(0, -1)[len(numbers) :]]
        elif name in ("transpose", "swapaxes") and len(numbers) == 2:
            name, numbers = "permute", values.computed(_swapped, len(shape), *numbers)
        elif name == "unsqueeze" and self._unread_inputs.pop(owner.place, None) == ():
            self.rows[owner.place] = _input("NT", (None, TIMESTEPS))
        name, is_pair = name.removeprefix("a") if name[:2] == "am" else name, name in ("max", "min")
        is_read = name in OPERATIONS and is_listed(numbers) and (len(numbers) or name == "squeeze")
        if not is_read or any(type(one) is not int for one in numbers):
            return self.not_traced("", "op", owner)
        output = self.operate(TorchOperation(name, tuple(numbers)), owner)
        if keepdim:
            output = self.operate(TorchOperation("unsqueeze", tuple(numbers)), output)
        return (output, UNKNOWN) if is_pair else output  # values and indices

    def _with_batch(self, sizes: list[Any], owner: Ref) -> list[Any]:
        """Return sizes with 0 for the batch size, and -1 for one unknown size."""
        unknown = [size for size in sizes if isinstance(size, Unknown)]
        if len(unknown) == 1 and -1 not in sizes:
            sizes = [-1 if size is unknown[0] else size for size in sizes]
        batch = [axis.size for axis in self.axes(owner) if axis.role == "batch"]
        at = next((at for at, size in enumerate(sizes) if size in batch), -1)
        return [0 if size is None or place == at else size for place, size in enumerate(sizes)]

    def _subscript(self, owner: Any, index: Any, node: ast.AST) -> Any:
        tensors = self.found(owner)
        if not isinstance(owner, Ref) and not (tensors and isinstance(index, tuple)):
            return super()._subscript(owner, index, node)
        self.go_to(node)
        parts = [*index] if isinstance(index, tuple) else [index]
        axes = len(self.axes(tensors[0]))
        if ... in parts:
            at = parts.index(...)
            parts[at : at + 1] = [slice(None)] * (axes - len(parts) + 1)
        if tensors[1:] or len(parts) > axes > 0:  # PyTorch raises an error.
            return self.operate(TorchOperation("slice", (len(parts) - 1, 0)), *tensors)
        tensor, place = tensors[0], 0
        for part in parts:
            numbers, is_range = [part], isinstance(part, slice)
            if is_range:
                numbers = [part.start or 0, *([] if part.stop is None else [part.stop])]
            if any(type(one) is not int for one in numbers) or (is_range and part.step):
                return self.not_traced("", "op", owner)
            if part != slice(None):
                name = "slice" if is_range else "select"
                tensor = self.operate(TorchOperation(name, (place, *numbers)), tensor)
            place += is_range
        return tensor

    def arithmetic(self, sign: ast.AST, left: Any, right: Any) -> Any:  # noqa: ARG002
        tensors = self.found(left, right)
        is_scaled = any(type(one) in (int, float) for one in (left, right))
        return tensors[0] if is_scaled else self.not_traced("", "op", tensors)

    def attribute(self, owner: Any, name: str, text: str = "") -> Any:
        if isinstance(owner, LayerObject):
            is_setting = name in [setting.name for setting in owner.layer.settings()]
            return getattr(owner.layer, name) if is_setting else UNKNOWN
        if isinstance(owner, ModelObject) and name not in owner.attributes:
            return False if name == "training" else UNKNOWN
        return super().attribute(owner, name, text)


def _input(form: str, sizes: tuple[Any, ...]) -> TorchInput:
    """Return an input with these axes. A size that is unknown or too large becomes None."""
    known = [size if type(size) is int and 0 < size < 10**6 else None for size in sizes]
    by_letter = dict(zip(form, known, strict=False))
    return TorchInput(by_letter.get("T"), by_letter.get("F"), by_letter.get("N"), form)


def _swapped(axes: int, one: int, other: int) -> list[int]:
    order = [*range(axes)]
    order[one], order[other] = order[other], order[one]
    return order
