"""Evaluate the calls in code: of layers, inputs, models, and functions on tensors."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Ref
from lib.shapes.stack.making import LAYER_NAMES, UNKNOWN, Unknown, create_layer
from lib.shapes.stack.plain import SIGNS, NumberOperation, Unpack
from lib.shapes.stack.read import values
from lib.shapes.stack.read.builder import Builder
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, Name, is_listed, is_plain
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.settings import ACTIVATIONS

Args = list[Any]
Keywords = dict[str, Any]
_WRAPPERS = ("Bidirectional", "TimeDistributed")
_MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
_MERGE_FUNCTIONS = {name.lower(): name for name in _MERGES}  # each creates a layer and calls it
MAKES_LAYERS = {*LAYER_NAMES, *_MERGE_FUNCTIONS, "Sequential", "Model", "Input"}
# Modules of Keras whose functions create no layers.
_NO_LAYERS = {"ops", "backend", "nn", "math", "activations", "utils", "random", "preprocessing"}
_MERGE_OF: dict[type[ast.AST], str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_SIGN_OF = {name.lower(): sign() for sign, name in _MERGE_OF.items()}
_TENSORS = ("inputs", "sequences", "x", "query", "value", "key")
# The rank that a method call gives a model. The model with the highest rank is traced.
_RANKS = dict.fromkeys(("fit", "fit_generator", "train_on_batch"), 3) | {"compile": 2}
_RANKS |= dict.fromkeys(("build", "summary", "evaluate", "predict"), 1)


class Calls(Builder):
    """Evaluates calls of Keras, and of a few functions of NumPy."""

    def call_layer(self, layer: LayerObject, args: Args, keywords: Keywords) -> Any:
        """Return a layer's output, or the layer itself if it is unreadable and gets no tensor."""
        if not layer.known and not self.found(args, keywords):
            return layer
        tensors = args if layer.layer.kind == "mha" else args[:1]
        given = [*tensors, *_named(keywords, *_TENSORS)]
        is_recurrent = isinstance(layer.layer, Recurrent)
        states = self.found(keywords.get("initial_state", args[1:2] if is_recurrent else []))
        if states and not is_recurrent:
            return self.not_traced(layer.layer.keras, "states", given, states)
        if not given:
            return UNKNOWN
        return self._call_on(layer, given if given[1:] else given[0], states)

    def _call_on(self, layer: LayerObject, given: Any, states: Sequence[Ref] = ()) -> Ref:
        if any(map(is_plain, self.leaves(given))):
            layer = self.unread(layer.layer.keras, "no tensor")
        called: Ref = self.call(layer, self.tensors(given), states)
        if is_listed(given):
            self.on_lists.add(called.place)
        return called

    def call_library(  # noqa: PLR0911, PLR0912  one case each
        self, what: Name, args: Args, keywords: Keywords
    ) -> Any:
        """Return the result of a library call: a layer, an input, a model or an array."""
        name = what.name
        root, *modules = what.path.split(".")[:-1] or [""]
        tensors = self.found(args, keywords)
        if {"keras", "tf_keras"} & {root, *modules} and _NO_LAYERS.isdisjoint(modules):
            if name in ("Input", "InputLayer"):
                return self._input(args, keywords)
            if name in ("Sequential", "Model", "Functional"):
                return self._model(name, args, keywords)
            if name in _MERGE_FUNCTIONS and tensors:
                joined = keywords.pop("inputs", args[0] if args else None)
                merge = self.make_layer(_MERGE_FUNCTIONS[name], args[1:], keywords)
                return self._call_on(merge, joined)
            if name in LAYER_NAMES or ("layers" in modules and name[:1].isupper()):
                return self.make_layer(name, args, keywords)
        # A name without an import, such as `len`, is read as a name of keras.
        not_imported = root == "keras" and not modules
        if what.path == "keras.dict" and not args:
            return keywords
        value: Any = UNKNOWN
        if name in values.FUNCTIONS and (not_imported or root in ("math", "numpy")):
            value = values.call_function(name, args)
        elif name in ("concat", "concatenate") and args and tensors:
            joined = replace(create_layer("Concatenate", args[1:], keywords), origin=self.origin)
            value = self.call(LayerObject(joined), self.tensors(args[:1]))
        elif name in _SIGN_OF and tensors and len(args) == 2:
            value = self.arithmetic(_SIGN_OF[name], *args)
        elif name in ("cast", "convert_to_tensor", "identity") and len(tensors) == 1:
            value = tensors[0]
        elif name == "shape" and tensors:
            value = self.shape(tensors[0])
        elif root in ("numpy", "tensorflow", "keras"):
            value = values.new_array(name, args, keywords)
        unread = [one for one in args if isinstance(one, LayerObject) and not one.known]
        if value is not UNKNOWN or unread:
            return unread[-1] if unread else value
        if not tensors:
            return Name(what.path, from_logits=_given(args, keywords, 0, "from_logits"))
        why = "function" if not_imported else "op"
        return self.not_traced(name, "value" if name[:1].isupper() else why, tensors)

    def arithmetic(self, sign: ast.AST, left: Any, right: Any) -> Any:
        """Return the result of an operator on two tensors, or on a tensor and a number."""
        name = getattr(values.OPERATORS.get(type(sign)), "__name__", "")
        numbers = [one for one in (left, right) if type(one) in (int, float)]
        tensors = [one for one in (left, right) if isinstance(one, Ref)]
        if name in SIGNS and len(numbers) == len(tensors) == 1:
            layer = NumberOperation(name, float(numbers[0]), left is numbers[0], origin=self.origin)
            return self.add_call(layer, tensors)
        if len(tensors) == 2 and type(sign) in _MERGE_OF:
            merge: Any = create_layer(_MERGE_OF[type(sign)])
            return self.call(LayerObject(replace(merge, origin=self.origin, by_sign=True)), tensors)
        return self.not_traced("", "op", left, right)

    def make_layer(self, name: str, args: Args, keywords: Keywords) -> Any:
        """Return the layer that a call creates, or a model for a wrapper around a model."""
        self.count_steps(100)
        inside = [*self.leaves([args, keywords])] if name in _WRAPPERS else []
        self.layers = [layer for layer in self.layers if layer not in inside]
        match inside[:1]:
            case [ModelObject(call=None) as model] if name == "TimeDistributed":
                return replace(model, each_step=True)
            case [LayerObject(known=False) | Unknown() | Ref() | ModelObject()]:
                return self.unread(name, "arguments")
        if "**" in keywords:
            return self.unread(name, "arguments")
        args = [_argument(one, bool(inside)) for one in args]
        named = {key: _argument(one, bool(inside)) for key, one in keywords.items()}
        if name == "Bidirectional" and inside and isinstance(inside[0], LayerObject):
            keywords = inside[0].keywords | {"name": None} | keywords
        if name == "Convolution2D" and len(args) > 2:
            self.note("kernel of Keras 1", self.origin.line, height=args[1], width=args[2])
        stand_ins: dict[str, Any] = {}
        layer = replace(create_layer(name, args, named, stand_ins), origin=self.origin)
        self.has_open_activation |= "activation" in stand_ins
        for argument, count in stand_ins.items():
            if isinstance(count, int):
                line = self.origin.line
                self.note("open number", line, argument=argument, name=name, count=count)
        self.layers.append(LayerObject(layer, keywords))
        return self.layers[-1]

    def _input(self, args: Args, keywords: Keywords) -> Ref:
        shape = _given(args, keywords, 0, "shape", "input_shape")
        batch = _given(args, keywords, 1, "batch_size")
        if isinstance(shape, int):
            self.note("a number as shape", self.origin.line, size=shape)
            shape = (shape,)
        batch_shape = (batch, *shape) if is_listed(shape) else None
        whole = keywords.get("batch_shape") or keywords.get("batch_input_shape")
        return self.input(whole or batch_shape, self.origin)

    def _model(self, name: str, args: Args, keywords: Keywords) -> Any:
        self.note_removed(keywords)
        model = ModelObject(self.origin.line)
        if name == "Sequential":
            layers = _given(args, keywords, 0, "layers") or []
            if len(args) > 1 and not is_listed(layers):
                layers = args
                self.note("no list", self.origin.line)
            model = self.sequential(layers if is_listed(layers) else [layers])
        else:
            outputs = _given(args, keywords, 1, "outputs", "output")
            if outputs is None:
                return self.unread(name, "class")
            model.inputs = self.found(_given(args, keywords, 0, "inputs", "input"))
            model.outputs = [outputs if isinstance(outputs, Ref) else self.tensors(outputs)]
        self.models.append(model)
        return model

    def call_method(self, model: ModelObject, name: str, args: Args, keywords: Keywords) -> Any:
        """Evaluate a method call of a model, such as `add`, `compile`, `build` or `fit`."""
        self.note_removed([name, *keywords])
        first = _given(args, keywords, 0, "x", "input_shape", "layer")
        second = _given(args, keywords, 1, "y", "loss")
        model.rank = max(model.rank, _RANKS.get(name, 0))
        if name == "add" and not model.call:
            self.add(model, first)
        elif name == "pop" and model.outputs:
            model.outputs.pop()
        elif name == "compile":
            model.loss = second
        elif name == "build" and isinstance(first, (list, tuple)):
            self.take_shape(model, first)
        elif name in ("fit", "train_on_batch", "evaluate", "predict"):
            if isinstance(first, Array):
                self.take_shape(model, (None, *first.shape[1:]))
            if name in ("fit", "train_on_batch") and isinstance(second, Array):
                model.target = second
        elif name not in _RANKS:
            return self.unread(self.origin.call or name, "value")
        return UNKNOWN

    def tensor_method(self, owner: Any, name: str, args: Args, keywords: Keywords) -> Any:  # noqa: ARG002
        """Return the result of a tensor's method. Tensors of Keras have none."""
        return NotImplemented

    def outputs(self, tensor: Ref, count: int = 0) -> list[Ref]:
        """Return a layer's output tensors, at least `count` of them if code unpacks them."""
        layer = self.rows[tensor.place]
        returned = 1 if tensor.output is not None else len(layer.returned())
        unpacks = layer.kind == "mha" or getattr(layer, "return_state", False)
        if returned == 1 and (not count or layer.kind == "unread"):
            return [tensor] * max(count, 1)
        if returned == 1 and not unpacks:
            return [self.add_call(Unpack(origin=self.origin), [tensor])] * count
        return [Ref(tensor.place, at) for at in range(max(returned, count))]

    def attribute(self, owner: Any, name: str, text: str = "") -> Any:  # noqa: PLR0911  one case each
        """Return an attribute such as X.shape or model.output. `text` is the expression."""
        match owner:
            case Name(path) if len(path) + len(name) < values.LONGEST:
                return Name(f"{path}.{name}")
            case Array(shape) if name == "shape":
                return shape
            case Ref() if name == "shape":
                return self.shape(owner)
            case values.Class() | ModelObject() if name in owner.attributes:
                return owner.attributes[name]
            case ModelObject() if name in ("input", "inputs", "output", "outputs"):
                inputs, outputs = self.inputs_and_outputs(owner)
                ends = outputs if name.startswith("output") else inputs
                return ends[0] if isinstance(ends, list) and len(ends) == 1 else ends
            case ModelObject():
                return self.unread(text or name, "value")
            case LayerObject(known=False):
                return owner
        return UNKNOWN


def _named(keywords: Keywords, *names: str) -> Args:
    return [keywords[name] for name in names if name in keywords]


def _given(args: Args, keywords: Keywords, at: int, *names: str) -> Any:
    """Return the argument with one of these names, else the one at this place, else None."""
    return [*_named(keywords, *names), *args[at:], None][0]


def _argument(value: Any, in_wrapper: bool, depth: int = 0) -> Any:
    """Return an argument for `create_layer`; UNKNOWN for a large value or an unwrapped layer."""
    if isinstance(value, (list, tuple)) and depth < 3 and len(value) <= 64:
        return type(value)(_argument(one, in_wrapper, depth + 1) for one in value)
    if isinstance(value, LayerObject) and in_wrapper:
        return value.layer
    if isinstance(value, Name):
        return value.name if value.name in ACTIVATIONS else UNKNOWN
    is_short = is_plain(value) and not (isinstance(value, str) and len(value) > 200)
    return value if is_short else UNKNOWN
