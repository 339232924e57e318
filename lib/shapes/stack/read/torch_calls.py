"""Evaluate the calls in PyTorch code: of layers, functions, and methods of tensors."""

import ast
import re
from dataclasses import dataclass, replace
from typing import Any

from lib.shapes.stack.base import Layer, Ref
from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.read import values
from lib.shapes.stack.read.calls import Args, Keywords
from lib.shapes.stack.read.pasted import TEXTS
from lib.shapes.stack.read.statements import Interpreter
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, Name, is_listed
from lib.shapes.stack.torch_layers import TorchDropout, TorchRecurrent
from lib.shapes.stack.torch_making import create_torch_layer
from lib.shapes.stack.torch_operations import (
    ACTIVATIONS,
    METHODS,
    TorchActivation,
    TorchCat,
    TorchIndex,
    TorchMethod,
)
from lib.shapes.stack.tracing import trace

# Methods that return the same tensor or model, such as `contiguous` and `to`.
_UNCHANGED: list[str] = TEXTS["torch"]["unchanged"]
_ARRAYS = ("zeros", "ones", "rand", "randn", "empty", "randint")
_OTHER_NAMES = {"reshape": "view", "amax": "max", "swapaxes": "transpose"}


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed sequence: its tensor, and whether that is batch first."""

    tensor: Any
    batch_first: bool


class TorchCalls(Interpreter):
    """Evaluates calls of PyTorch. A recurrent layer returns a tuple of tensors, as in PyTorch."""

    def as_tensor(self, value: Any) -> Any:
        """Return the tensor of an array or an unknown value, or any other value itself."""
        if isinstance(value, (Unknown, Array)):
            return self.tensors([value])[0]
        return value

    def call_layer(self, layer: LayerObject, args: Args, keywords: Keywords) -> Any:
        first, *others = [*args, *keywords.values()] or [UNKNOWN]
        packed = first if isinstance(first, Packed) else None
        tensors = self.found(packed.tensor if packed else self.as_tensor(first))
        if not isinstance(layer.layer, TorchRecurrent):
            return self.call(layer, tensors)
        if packed:  # The order of its own axes counts.
            layer.layer = replace(layer.layer, batch_first=packed.batch_first, packed=True)
        states = [one.shape for one in self.leaves(others) if isinstance(one, Array)]
        sizes = [0 if size is None else size for size in [*states, ()][0]]
        if all(type(size) is int for size in sizes):
            layer.layer = replace(layer.layer, h_0=tuple(sizes))
        place = self.call(layer, tensors, self.found(others)).place
        out, *last = (Ref(place, at) for at in range(len(layer.layer.returned())))
        output = replace(packed, tensor=out) if packed else out
        return (output, tuple(last) if last[1:] else last[0])

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
            self.count_steps(100)
            stand_ins: dict[str, Any] = {}
            layer = create_torch_layer(name, args, keywords, stand_ins)
            for argument, size in stand_ins.items():
                words = {"argument": argument, "name": f"nn.{name}", "count": size}
                self.note("open number", self.origin.line, **words)
            self.layers.append(LayerObject(replace(layer, origin=self.origin)))
            return self.layers[-1]
        if name in _ARRAYS:
            lists = [one for one in (*args, *keywords.values()) if isinstance(one, (list, tuple))]
            return Array(tuple([*lists, args][0]))
        if name in ("cat", "concat") and self.found(first):
            dim = _argument(args, keywords, 1, "dim")
            return self.operate(TorchCat(dim if type(dim) is int else 0), *self.found(first))
        if name == "pack_padded_sequence":
            is_first = bool(_argument(args, keywords, 2, "batch_first"))
            return Packed(self.as_tensor(first), is_first)
        if name == "pad_packed_sequence" and isinstance(first, Packed):
            is_same = first.batch_first == bool(_argument(args, keywords, 1, "batch_first"))
            swap = TorchMethod("permute", (1, 0, 2))
            return (first.tensor if is_same else self.operate(swap, first.tensor), UNKNOWN)
        if isinstance(first, Ref) and not re.search("loss|entropy", name):
            return self.tensor_method(first, name, args[1:], keywords)
        return Name(what.path)

    def operate(self, layer: Layer, *of: Ref) -> Ref:
        """Add a call of an operation on tensors."""
        return self.add_call(replace(layer, origin=self.origin), of)

    def tensor_method(  # noqa: PLR0911  one case each
        self, owner: Any, name: str, args: Args, keywords: Keywords
    ) -> Any:
        shape = self.shape(owner) if isinstance(owner, Ref) else owner.shape
        if name in _UNCHANGED or not isinstance(shape, tuple):
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
            dim = first if type(first) is int and "softmax" in name else None
            return self.operate(TorchActivation(name, dim), owner)
        if name == "dropout":
            return self.operate(TorchDropout(), owner)
        name = _OTHER_NAMES.get(name, name)
        numbers = [*first] if is_listed(first) else [*args, *keywords.values()]
        if name == "squeeze" and first is None:
            numbers = [*range(len(shape))]
        if name == "view":
            numbers = self._with_batch(numbers, owner)
        if name == "flatten":
            numbers = [*numbers, *(0, -1)[len(numbers) :]]
        if name == "transpose" and len(numbers) == 2:
            name, numbers = "permute", values.computed(_swapped, len(shape), *numbers)
        is_read = name in METHODS and is_listed(numbers) and len(numbers) > 0
        if not is_read or any(type(one) is not int for one in numbers):
            return self.not_traced("", "op", owner)
        output = self.operate(TorchMethod(name, tuple(numbers)), owner)
        if keepdim:
            output = self.operate(TorchMethod("unsqueeze", tuple(numbers)), Ref(output.place, 0))
        return tuple(self.outputs(output)) if name in ("max", "min") else output

    def _with_batch(self, sizes: list[Any], owner: Ref) -> list[Any]:
        """Return sizes with 0 for the batch size, and -1 for one unknown size."""
        unknown = [size for size in sizes if isinstance(size, Unknown)]
        if len(unknown) == 1 and -1 not in sizes:
            sizes = [-1 if size is unknown[0] else size for size in sizes]
        tensor = trace(self.stack_of([owner]))[-1].tensors[owner.output or 0]
        batch = next((axis.size for axis in tensor if axis.role == "batch"), None)
        at = sizes.index(batch) if batch in sizes else -1
        return [0 if size is None or place == at else size for place, size in enumerate(sizes)]

    def _subscript(self, owner: Any, index: Any, node: ast.AST) -> Any:
        tensors = self.found(owner)
        if isinstance(owner, Packed):
            return self.not_traced("", "op", owner.tensor)
        if not isinstance(owner, Ref) and not (tensors and isinstance(index, tuple)):
            return super()._subscript(owner, index, node)
        self.go_to(node)
        parts, shape = [*index] if isinstance(index, tuple) else [index], self.shape(tensors[0])
        if ... in parts and isinstance(shape, tuple):
            at = parts.index(...)
            parts[at : at + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
        text = ".".join(map(_index_text, parts))
        is_read = re.fullmatch(r"[-x\d]+(\.[-x\d]+)*", text)
        if is_read is None:
            return self.not_traced("", "op", owner)
        return self.operate(TorchIndex(text), *tensors)

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


def _argument(args: Args, keywords: Keywords, at: int, name: str) -> Any:
    return keywords.get(name, args[at] if len(args) > at else None)


def _swapped(axes: int, one: int, other: int) -> list[int]:
    order = [*range(axes)]
    order[one], order[other] = order[other], order[one]
    return order


def _index_text(part: Any) -> str:
    """Return an index as in a TorchIndex: "-1", or "x3" for [:3]."""
    if not isinstance(part, slice) or part.step is not None:
        return f"{part}"
    return "x".join("" if end is None else f"{end}" for end in (part.start, part.stop))
