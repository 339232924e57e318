"""Calls in code that is read: of layers, inputs and models, and of what works on tensors."""

from __future__ import annotations

import ast
from textwrap import shorten
from typing import Any

from lib.stack.base import Origin
from lib.stack.making import MAKES, UNKNOWN
from lib.stack.plain import Unpack
from lib.stack.read.arrays import Array, created
from lib.stack.read.bounded import asks_inside, function, is_function, size
from lib.stack.read.building import Value
from lib.stack.read.layers import Layers
from lib.stack.read.parts import Model, Part, make, take
from lib.stack.read.values import Evaluator, Function, Opaque
from lib.stack.recurrent import Recurrent

_MERGES_OF = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_MERGES = {
    name.lower(): name
    for name in (*_MERGES_OF.values(), "Average", "Maximum", "Minimum", "Concatenate", "Dot")
}
"""Functions that make a layer and call it, by name."""
_OPERATIONS = {"ops", "backend", "nn", "math", "activations", "utils", "random", "preprocessing"}
"""Modules of Keras whose functions are no layers."""
_LIBRARIES = ("numpy", "tensorflow", "keras", "sklearn", "tf_keras")
_TENSORS = ("inputs", "sequences", "x", "query", "value", "key")
"""Arguments of a layer's call that are what it is called on, in order."""
_RANKS = {"fit": 3, "fit_generator": 3, "train_on_batch": 3, "compile": 2}
_RANK_OF_OTHERS = {"build": 1, "summary": 1, "evaluate": 1, "predict": 1}
_DEEPEST = 12
"""Of functions that call one another."""


class Returned(Exception):  # noqa: N818  no error
    """A function returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Calls(Evaluator):
    """What calls come to, those of layers and models among them."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines)
        self.layers = Layers(self.spend)

    def run(self, body: list[ast.stmt]) -> None:
        """Follow some statements."""
        raise NotImplementedError

    def at(self, node: Any) -> Origin:
        """The same, and what is made from here on is made there."""
        self.layers.origin = super().at(node)
        return self.layers.origin

    def makes(self, value: Any) -> bool:
        """Whether a value is a layer, or a name of Keras's that makes one."""
        if not isinstance(value, Opaque) or value.why:
            return isinstance(value, Part)
        known = value.name in MAKES or value.name in (*_MERGES, "Sequential", "Model", "Input")
        return known and value.path.startswith(("keras", "tensorflow", "tf_keras"))

    def tensors_in(self, node: ast.AST) -> tuple[Any, ...]:
        """Those that it names."""
        names = dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
        return self.layers.found([self.named(name) for name in names])

    def called(self, node: ast.Call) -> Any:
        """What a call gives."""
        function = node.func
        base = self.value(function.value) if isinstance(function, ast.Attribute) else None
        args = list(self.items(node.args))
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):
                keywords |= {f"{key}": one for key, one in value.items()}
            else:
                args.append(Opaque("**", "arguments", self.at(node)))
        self.at(node)
        if isinstance(function, ast.Attribute):
            name = function.attr
            if isinstance(base, Model):
                return self._method(base, name, args, keywords)
            if isinstance(base, Array):
                return base.method(name, args)
            if isinstance(base, (list, dict)):
                return _changed(base, name, args)
            if isinstance(base, Value) and name == "get_shape":
                return self.attribute(base, "shape", node)
            callee = self.attribute(base, name, function)
        else:
            callee = self.value(function)
        return self._call(callee, args, keywords, node)

    def _call(self, callee: Any, args: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        layers = self.layers
        if isinstance(callee, Part):
            return self._call_part(callee, args, keywords)
        if isinstance(callee, Model):
            given = args[:1] or [keywords[key] for key in _TENSORS if key in keywords]
            if given and isinstance(given[0], Array) and callee.shape is None:
                callee.shape = (None, *given[0].shape[1:])
            take(callee)
            return layers.call(callee, layers.tensors(given))
        if isinstance(callee, Function):
            if layers.found(args, keywords):
                layers.note("function", node.lineno, name=f"`{callee.node.name}`")
            return self.follow(callee, args, keywords, node)
        tensors = layers.found(args, keywords)
        if not isinstance(callee, Opaque):
            name = getattr(node.func, "attr", getattr(node.func, "id", "…"))
            return Opaque(name, "function", layers.origin, tensors) if tensors else UNKNOWN
        if callee.why:
            return Opaque(callee.path, callee.why, layers.origin, (*callee.takes, *tensors))
        return self._named(callee, args, keywords, node)

    def _named(  # noqa: PLR0911  a line for each thing that a name may make
        self, callee: Opaque, args: list[Any], keywords: dict[str, Any], node: ast.Call
    ) -> Any:
        """What something of a library gives: a layer, an input, a model, an array."""
        name, (root, *modules) = callee.name, callee.path.split(".")[:-1] or [""]
        tensors = self.layers.found(args, keywords)
        of_keras = root in ("keras", "tf_keras") or (root == "tensorflow" and "keras" in modules)
        if of_keras and _OPERATIONS.isdisjoint(modules):
            if name in ("Input", "InputLayer"):
                return self._input(args, keywords)
            if name in ("Sequential", "Model", "Functional"):
                return self._model(name, args, keywords, node)
            if name in _MERGES and tensors:
                merge = {key: value for key, value in keywords.items() if key != "inputs"}
                part = self._made(_MERGES[name], args[1:], merge)
                return self.layers.call(part, self.layers.tensors(keywords.get("inputs", args[:1])))
            if name in MAKES or ("layers" in modules and name[:1].isupper()):
                return self._made(name, args, keywords)
        if callee.path == "keras.dict" and not args:
            return keywords
        if is_function(callee.path) and not (tensors and asks_inside(name)):
            return self._computed(name, args)
        if name in ("int_shape", "shape") and args and isinstance(args[0], Value):
            return self.attribute(args[0], "shape", node)
        if root in _LIBRARIES:
            array = created(name, args, keywords, root)
            if array is not UNKNOWN:
                return array
        if tensors:
            own = root == "keras" and not modules  # no line imports it
            why = "value" if name[:1].isupper() else "function" if own else "op"
            return Opaque(name if own else callee.path, why, self.layers.origin, tensors)
        return Opaque(callee.path)

    def _made(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A layer."""
        self.spend(100)
        part = make(name, args, keywords, self.layers.origin)
        if isinstance(part, Part):
            self.layers.parts.append(part)
        return part

    def _computed(self, name: str, args: list[Any]) -> Any:
        """What a function of plain values gives, or the length of an array."""
        if name == "len" and args and isinstance(args[0], Array):
            return args[0].shape[0] if args[0].shape else UNKNOWN
        self.spend(sum(map(size, args)) / 50)
        return function(name, args)

    def _input(self, args: list[Any], keywords: dict[str, Any]) -> Value:
        batch = keywords.get("batch_size", args[1] if len(args) > 1 else None)
        shape = keywords.get("shape", keywords.get("input_shape", args[0] if args else UNKNOWN))
        batch_shape = keywords.get("batch_shape", keywords.get("batch_input_shape"))
        if isinstance(batch_shape, (list, tuple)) and batch_shape:
            batch, shape = batch_shape[0], batch_shape[1:]
        return self.layers.input(shape, batch, self.layers.origin)

    def _model(self, name: str, args: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        model = Model(node.lineno)
        if name == "Sequential":
            parts = keywords.get("layers", args[0] if args else [])
            model.parts = list(parts) if isinstance(parts, (list, tuple)) else [parts]
            for part in model.parts:
                take(part)
        else:
            inputs = keywords.get("inputs", keywords.get("input", args[0] if args else None))
            outputs = keywords.get(
                "outputs", keywords.get("output", args[1] if len(args) > 1 else None)
            )
            if outputs is None:
                return Opaque(name, "class", self.layers.origin)
            model.inputs = [one for one in self.layers.found(inputs) if isinstance(one, Value)]
            model.outputs = outputs if isinstance(outputs, Value) else self.layers.tensors(outputs)
        self.layers.models.append(model)
        return model

    def _call_part(self, part: Part, args: list[Any], keywords: dict[str, Any]) -> Any:
        several = part.layer.kind == "mha"
        given = args if several else args[:1]
        given = [*given, *(keywords[key] for key in _TENSORS if key in keywords)]
        if not given:
            return UNKNOWN
        after = args[1:2] if isinstance(part.layer, Recurrent) else []
        states = self.layers.found(keywords.get("initial_state", after))
        return self.layers.call(part, self.layers.tensors(given), self.layers.tensors(states))

    def _method(self, model: Model, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What is done with a model."""
        first = args[0] if args else keywords.get("x", keywords.get("input_shape"))
        if name == "add" and model.parts is not None:
            part = args[0] if args else keywords.get("layer")
            take(part)
            model.parts.append(part)
        elif name == "pop" and model.parts:
            model.parts.pop()
        elif name == "compile":
            model.loss = keywords.get("loss", args[1] if len(args) > 1 else None)
        elif name == "build" and isinstance(first, (list, tuple)):
            model.shape = first
        elif name in ("fit", "train_on_batch", "evaluate", "predict"):
            target = keywords.get("y", args[1] if len(args) > 1 else None)
            if isinstance(first, Array):
                model.shape = model.shape or (None, *first.shape[1:])
            if isinstance(target, Array) and name in _RANKS:
                model.target = target
        elif name in ("get_layer", "call"):
            return Opaque(f"model.{name}", "op", self.layers.origin, self.layers.found(args))
        model.rank = max(model.rank, _RANKS.get(name, _RANK_OF_OTHERS.get(name, 0)))
        return UNKNOWN

    def follow(
        self, function: Function, args: list[Any], keywords: dict[str, Any], node: ast.AST
    ) -> Any:
        """What a function of the code gives."""
        if len(self.scopes) > _DEEPEST:
            return Opaque(function.node.name, "function", self.at(node), self.layers.found(args))
        self.spend(20)
        about = function.node.args
        names = [one.arg for one in (*about.posonlyargs, *about.args)]
        bound: dict[str, Any] = dict.fromkeys(names, UNKNOWN)
        bound |= dict(zip(reversed(names), reversed(function.defaults), strict=False))
        for one, default in zip(about.kwonlyargs, function.keyword_defaults, strict=True):
            bound[one.arg] = default
        if about.vararg:
            bound[about.vararg.arg] = tuple(args[len(names) :])
        bound |= dict(zip(names, args, strict=False))
        bound |= {key: value for key, value in keywords.items() if key in bound}
        if about.kwarg:
            bound[about.kwarg.arg] = {key: one for key, one in keywords.items() if key not in bound}
        self.scopes.append(bound)
        statement = self.statement
        try:
            self.run(function.node.body)
        except Returned as returned:
            return returned.value
        finally:
            self.scopes.pop()
            self.statement = statement
        return None

    def operation(self, how: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        """Arithmetic; of two tensors it is a layer."""
        tensors = self.layers.found(left, right) if not isinstance(left, (list, tuple)) else ()
        if not tensors:
            return super().operation(how, left, right, node)
        origin = self.at(node)
        if isinstance(left, Value) and isinstance(right, Value) and type(how) in _MERGES_OF:
            axes = [
                [len(one) for one in self.layers.traced(each).tensors] for each in (left, right)
            ]
            if axes[0] == axes[1]:
                return self.layers.call(self._made(_MERGES_OF[type(how)], [], {}), [left, right])
        return Opaque(_short(origin), "op", origin, tensors)

    def part(self, base: Any, index: Any, node: ast.AST) -> Any:
        """One of several tensors; a part of one is no layer's work."""
        if not isinstance(base, Value):
            return super().part(base, index, node)
        several = self._outputs(base)
        if len(several) > 1 and isinstance(index, (int, slice)):
            return super().part(several, index, node)
        origin = self.at(node)
        return Opaque(_short(origin), "op", origin, (base,))

    def unpacked(self, value: Any, count: int, starred: bool) -> list[Any]:
        """Each tensor of a layer that gives several."""
        if not isinstance(value, Value):
            return super().unpacked(value, count, starred)
        several = self._outputs(value)
        layer = self.layers.graph.layers[value.node]
        if len(several) == 1 and layer.kind != "mha" and not getattr(layer, "return_state", False):
            return [self.layers.put(Unpack(origin=self.at(self.statement)), [value])] * count
        return several if starred else [value[at] for at in range(count)]

    def _outputs(self, value: Value) -> list[Value]:
        if value.output is not None:
            return [value]
        names = self.layers.graph.layers[value.node].returned()
        return [value[at] for at in range(len(names))]

    def attribute(self, base: Any, name: str, node: ast.AST) -> Any:
        """What a tensor, a layer or a model has by a name: x.shape, model.output."""
        if isinstance(base, Value):
            shapes = self.layers.traced(base).shapes
            shape = shapes[(base.output or 0)] if len(shapes) > (base.output or 0) else UNKNOWN
            return shape if name == "shape" else UNKNOWN
        if isinstance(base, Model) and name in ("input", "inputs", "output", "outputs"):
            inputs, outputs = self.layers.ends(base)
            if name.startswith("input"):
                return inputs[0] if name == "input" and len(inputs) == 1 else inputs
            return [outputs] if name == "outputs" and isinstance(outputs, Value) else outputs
        if isinstance(base, Model) and name == "layers":
            return base.parts if base.parts is not None else UNKNOWN
        if isinstance(base, Part) and name == "output" and base.output is not None:
            return base.output
        return super().attribute(base, name, node)


def _changed(held: list[Any] | dict[Any, Any], method: str, args: list[Any]) -> Any:
    """What a method of a list or a dict gives, or does to it."""
    if isinstance(held, dict):
        return list(getattr(held, method)()) if method in ("keys", "values", "items") else UNKNOWN
    if method == "append":
        held += args[:1]
    elif method == "extend":
        given = args[0] if args else ()
        held += given if isinstance(given, (list, tuple)) else [UNKNOWN]
    return UNKNOWN


def _short(origin: Origin) -> str:
    return shorten(origin.call, 40, placeholder="…")
