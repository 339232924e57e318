"""Evaluate the calls in PyTorch code: of layers, functions, and methods of tensors."""

import ast
import re
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Ref
from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.read import values
from lib.shapes.stack.read.calls import Args, Keywords
from lib.shapes.stack.read.pasted import TEXTS
from lib.shapes.stack.read.statements import Interpreter
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, Name, is_listed
from lib.shapes.stack.torch_layers import TorchEmbedding, TorchInput, TorchLayer, TorchRecurrent
from lib.shapes.stack.torch_making import LAYER_OF_FUNCTION, create_torch_layer
from lib.shapes.stack.torch_operations import OF_SEVERAL, OPERATIONS, SIGNS, torch_operation
from lib.shapes.stack.tracing import trace

# Methods that return the same tensor or model, such as `detach` and `to`.
SAME: list[str] = TEXTS["torch"]["unchanged"]
# PyTorch's names of the first tensor, or of several in a list, and of the second.
_TENSORS = ("input", "sequence", "tensors"), ("other", "mat2", "hx")
TIMESTEPS = 12  # of an input of unknown shape
_ARRAYS = ("zeros", "ones", "rand", "randn", "empty", "randint", "full")
_NEW_FORMS = ("", "F", "NF", "NTF")  # by number of axes, before a layer reads the input
_OTHER_NAMES = {
    "amax": "max",
    "amin": "min",
    "swapaxes": "transpose",
    "concat": "cat",
    "multiply": "mul",
    "mult": "mul",
    "matmult": "matmul",
    "mm": "matmul",
}


class TorchCalls(Interpreter):
    """Evaluates calls of PyTorch. A recurrent layer returns a tuple of tensors, as in PyTorch."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines)
        # Place of an input that no layer has read → its sizes, () if they are unknown.
        self._new_inputs: dict[int, tuple[Any, ...]] = {}
        self.guessed: dict[int, int] = {}  # place of an input of unknown shape → its line

    def input(self, shape: Any, origin: Any = None) -> Ref:  # noqa: ARG002
        """Add an input. The first layer that reads it decides which axis is time."""
        sizes = tuple(shape or ())
        if len(sizes) >= len(_NEW_FORMS):
            return self.add_call(self.unread("Input", "value").layer)
        tensor = self.add_call(_input(_NEW_FORMS[len(sizes) or 3], sizes))
        self._new_inputs[tensor.place] = sizes
        if not sizes:
            self.guessed[tensor.place] = self.origin.line
        return tensor

    def _read_input(self, layer: TorchLayer, tensor: Ref) -> None:
        """Give an input that leads to this tensor the axes that its first layer usually reads."""
        for place in self._new_inputs.keys() & self.leading_to([tensor.place]):
            sizes, form = self._new_inputs.pop(place), self._usual_form(layer)
            before, now = (
                [axis.letter for axis in self._axes(one)] for one in (Ref(place), tensor)
            )
            if sorted(now) != sorted(before):  # More than the order of the axes is changed.
                continue
            if len(form) == len(now):  # Undo a permute before the layer.
                form = "".join(form[now.index(letter)] for letter in before)
            elif sizes:  # An axis fewer is a single sample.
                is_sample = len(sizes) == len(form) - 1
                form = form.replace("N", "") if is_sample else _NEW_FORMS[len(sizes)]
            features = getattr(layer, layer.fixed_size[0]) if layer.fixed_size else None
            guess = {"N": None, "T": TIMESTEPS, "F": features}
            self.rows[place] = _input(form, sizes or tuple(guess[letter] for letter in form))

    def _lack_axis(self, place: int, dim: Any) -> None:
        """Give a new input the axes of a batch without the axis that the code adds."""
        sizes = self._new_inputs.pop(place, (None,))
        if len(sizes) in (0, 2):
            form = {0: "TF", 1: "NF"}.get(dim, self._usual_form())
            reads_tokens = any(isinstance(one.layer, TorchEmbedding) for one in self.layers)
            form = "N" if reads_tokens and not sizes else form  # the tokens of one timestep
            guess = tuple(TIMESTEPS if letter == "T" else None for letter in form)
            self.rows[place] = _input(form, sizes or guess)

    def _usual_form(self, layer: TorchLayer | None = None) -> str:
        """Return the letters of the axes that a batch has in front of this layer."""
        layers = layer, *(one.layer for one in self.layers)
        recurrent = next((one for one in layers if isinstance(one, TorchRecurrent)), None)
        tokens = "NT" if recurrent is None or recurrent.batch_first else "TN"
        if layer is None or isinstance(layer, TorchEmbedding):
            return tokens
        if layer.reads_time and layer is not recurrent:
            return "NFT"
        if recurrent is None:
            return "NF"
        return "NFT" if layer.kind == "torch.bnorm" else f"{tokens}F"

    def _axes(self, tensor: Ref) -> Any:
        """Return the axes of a tensor; () if the trace stops before it."""
        stack = self.stack_of([tensor])
        self.count_steps(4 * len(stack))
        return next(iter(trace(stack, indexes=False)[-1].tensors[tensor.output or 0 :]), ())

    def call_layer(self, layer: LayerObject, args: Args, keywords: Keywords) -> Any:
        args, keywords = _tensors_first(args, keywords)
        first, *given = [*args, *keywords.values()] or [UNKNOWN]
        tensors, kind = self.found(self.as_tensor(first)), layer.layer
        if tensors and isinstance(kind, TorchLayer) and (kind.required or kind.reads_time):
            self._read_input(kind, tensors[0])
        if not isinstance(kind, TorchRecurrent):
            return self.call(layer, tensors)
        states = [one for one in self.leaves(given[:1]) if one is not None]
        zeros = all(isinstance(one, Array) and one.zeros for one in states)
        if any(isinstance(one, Unknown) for one in states):
            states = []
        arrays = (one.shape for one in states if isinstance(one, Array))
        sizes = [tuple(-1 if n is UNKNOWN else n or 0 for n in shape) for shape in arrays]
        h_0, c_0, *_ = [*sizes, (), ()]
        layer.layer = replace(kind, h_0=h_0, c_0=c_0, zeros=zeros)
        place = self.call(layer, tensors, self.found(states)).place
        out, *last = (Ref(place, at) for at in range(len(kind.returned())))
        return (out, tuple(last) if last[1:] else last[0])

    def as_tensor(self, value: Any) -> Any:
        """Return the tensor of an array or an unknown value, or any other value itself."""
        return self.tensors([value])[0] if isinstance(value, (Unknown, Array)) else value

    def call_library(  # noqa: PLR0911  one case each
        self, what: Name, args: Args, keywords: Keywords
    ) -> Any:
        if what.path.startswith("torch"):
            args, keywords = _tensors_first(args, keywords)
        name, first = _OTHER_NAMES.get(what.name, what.name), args[0] if args else None
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
            lists = (one for one in (*args, *keywords.values()) if isinstance(one, (list, tuple)))
            return Array(tuple(next(lists, args)), zeros=name == "zeros")
        if name.endswith("_like") and isinstance(first, Ref):
            return Array(self.shape(first), zeros=name == "zeros_like")
        if name in OF_SEVERAL:
            return self._of_several(name, args, keywords)
        if isinstance(first, (Ref, Array, tuple)) and not re.search("loss|entropy", name):
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

    def _operate(self, name: str, args: Any, *of: Ref, **keywords: Any) -> Any:
        """Add a call of an operation on tensors. Return None if its arguments are unknown."""
        operation = torch_operation(name, args, keywords)
        return operation and self.add_call(replace(operation, origin=self.origin), of)

    def _of_several(self, name: str, args: Args, keywords: Keywords) -> Any:
        """Add a call on several tensors: torch.cat([x, y], dim), x + y, torch.bmm(x, y)."""
        given, rest = [*args, *keywords.values()][:2], Args()
        if name == "cat":
            given, rest = [*self.leaves(args[:1])], args[1:]
        tensors = self.found(given)
        if not tensors:
            return UNKNOWN
        numbers = [one for one in given if type(one) in (int, float)]
        is_read = len(tensors) + len(numbers) == len([*self.leaves(given)])
        is_read &= name in (OPERATIONS if numbers else OF_SEVERAL)
        output = self._operate(name, rest, *tensors, **keywords) if is_read else None
        return output or self.not_traced("", "op", tensors)

    def tensor_method(  # noqa: PLR0911  one case each
        self, owner: Any, name: str, args: Args, keywords: Keywords
    ) -> Any:
        tensors, (args, keywords) = self.found(owner), _tensors_first(args, keywords)
        if isinstance(owner, tuple):  # PyTorch raises an error for the output of an nn.LSTM.
            is_output = name in OPERATIONS and tensors
            return self._operate(name, (), *tensors) if is_output else NotImplemented
        shape = owner.shape if isinstance(owner, Array) else self.shape(owner)
        is_same = name in SAME or (name == "contiguous" and isinstance(owner, Array))
        if is_same or not isinstance(shape, tuple):
            return owner  # In the second case, the trace stops before this tensor.
        first = next(iter((*args, *keywords.values())), None)
        if name == "size":
            return values.computed(lambda: shape if first is None else shape[first])
        if isinstance(owner, Array):
            is_view = name in ("view", "reshape")
            return Array(tuple(None if n == -1 else n for n in args)) if is_view else UNKNOWN
        if name in LAYER_OF_FUNCTION:
            layer = create_torch_layer(LAYER_OF_FUNCTION[name], args, keywords, {})
            return self.call_layer(LayerObject(replace(layer, origin=self.origin)), [owner], {})
        if name in OF_SEVERAL:
            return self._of_several(name, [owner, *args], keywords)
        if name in ("view", "reshape"):
            sizes = [*first] if is_listed(first) else args  # type: ignore[misc]
            args, keywords = self._with_batch(sizes, owner), {}
        elif name == "unsqueeze":
            self._lack_axis(owner.place, first)
        other = _OTHER_NAMES.get(name, name)
        output = self._operate(other, args, owner, **keywords) if other in OPERATIONS else None
        if output is None:
            return self.not_traced("", "op", owner)
        has_second = name in ("max", "min", "pad_packed_sequence")  # indices, or lengths
        return (output, UNKNOWN) if has_second else output

    def _with_batch(self, sizes: list[Any], owner: Ref) -> list[Any]:
        """Return sizes with 0 for the batch size, and -1 for one unknown size."""
        for place in self.guessed if sizes[1:2] == [1] else ():
            if self.rows[place] == _input("TN", (TIMESTEPS, None)):  # one sequence without a batch
                self.rows[place] = _input("T", (TIMESTEPS,))
        unknown = [size for size in sizes if isinstance(size, Unknown)]
        if len(unknown) == 1 and -1 not in sizes:
            sizes = [-1 if size is unknown[0] else size for size in sizes]
        axes = [part for axis in self._axes(owner) for part in axis.parts or (axis,)]
        batch = [axis.size for axis in axes if axis.role == "batch"]
        at = next((at for at, size in enumerate(sizes) if size in batch), -1)
        return [0 if size is None or place == at else size for place, size in enumerate(sizes)]

    def _subscript(self, owner: Any, index: Any, node: ast.AST) -> Any:
        tensors = self.found(owner)
        if not isinstance(owner, Ref) and not (tensors and isinstance(index, tuple)):
            return super()._subscript(owner, index, node)
        self.go_to(node)
        parts, axes = [*index] if isinstance(index, tuple) else [index], len(self._axes(tensors[0]))
        count = sum(part is not None for part in parts)
        if ... in parts:
            at = parts.index(...)
            parts[at : at + 1] = [slice(None)] * (axes - count + 1)
        elif tensors[1:] or count > axes > 0:  # PyTorch raises an error.
            last = parts[-1] if type(parts[-1]) is int else 0
            return self._operate("index", (count - 1, last), *tensors)
        tensor: Any = tensors[0]
        place = 0
        for part in parts:
            numbers = [part]
            if isinstance(part, slice):
                stop = 10**6 if part.stop is None else part.stop
                numbers = [part.start or 0, stop, 1 if part.step is None else part.step]
            if part is None:  # x[:, None]
                tensor = self._operate("unsqueeze", (place,), tensor)
            elif any(type(one) is not int for one in numbers):
                return self.not_traced("", "op", owner)
            elif part != slice(None):
                tensor = self._operate("index", (place, *numbers), tensor)
            place += part is None or isinstance(part, slice)
        return tensor

    def arithmetic(self, sign: ast.AST, left: Any, right: Any) -> Any:
        name = type(sign).__name__.lower()
        name = _OTHER_NAMES.get(name, name)
        if name in SIGNS or any(type(one) in (int, float) for one in (left, right)):
            return self._of_several(name, [left, right], {})
        return self.not_traced("", "op", left, right)

    def attribute(self, owner: Any, name: str, text: str = "") -> Any:
        if isinstance(owner, LayerObject):
            is_setting = name in [setting.name for setting in owner.layer.settings()]
            return getattr(owner.layer, name) if is_setting else UNKNOWN
        if name == "values" and isinstance(owner, tuple) and owner[1:] == (UNKNOWN,):
            return owner[0]  # x.max(dim) returns values and indices.
        if isinstance(owner, ModelObject) and name not in owner.attributes:
            return False if name == "training" else UNKNOWN
        return super().attribute(owner, name, text)


def _tensors_first(args: Args, keywords: Keywords) -> tuple[Args, Keywords]:
    """Return the arguments of a call with tensors given by name at their places, and the rest."""
    rest = {**keywords}
    first, second = ([rest.pop(one) for one in names if one in rest] for names in _TENSORS)
    return [*first, *args, *second], rest


def _input(form: str, sizes: tuple[Any, ...]) -> TorchInput:
    """Return an input with these axes. A size that is unknown or too large becomes None."""
    known = [size if type(size) is int and 0 < size < 10**6 else None for size in sizes]
    by_letter = dict(zip(form, known, strict=False))
    return TorchInput(by_letter.get("T"), by_letter.get("F"), by_letter.get("N"), form)
