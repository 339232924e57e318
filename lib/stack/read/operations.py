"""Operations on tensors outside of layers, in code that is read: x + y, tf.nn.relu(x)."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from lib.stack.making import UNKNOWN, made
from lib.stack.operations import FUNCTIONS, NODES, Function, Stacked, Transpose, WithNumber
from lib.stack.read.building import Value
from lib.stack.read.layers import Layers, Part
from lib.stack.read.values import Array, listed
from lib.stack.tensors import sizes

_MERGES_OF: dict[type, str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_SIGN_OF: dict[type, str] = {getattr(ast, name): sign for sign, name in NODES.items()}
_OPERATOR_OF = {"add": ast.Add(), "subtract": ast.Sub(), "multiply": ast.Mult()}
_SAME = ("cast", "convert_to_tensor", "identity")
"""Functions whose output has the shape of their input, and its numbers."""
_BOUNDS = {"start": "start", "stop": "stop", "limit": "stop", "step": "step", "delta": "step"}
"""Arguments of `arange`, and of TensorFlow's `range`."""


def arithmetic(layers: Layers, how: ast.AST, left: Any, right: Any) -> Any:
    """Two tensors, or a tensor and a number, with a sign between them."""
    sides, sign = (left, right), _SIGN_OF.get(type(how))
    numbers = [one for one in sides if type(one) in (int, float)]
    tensors = [one for one in sides if isinstance(one, Value)]
    if sign and len(numbers) == len(tensors) == 1:
        layer = WithNumber(sign, float(numbers[0]), left is numbers[0], origin=layers.origin)
        return layers.put(layer, tensors)
    if len(tensors) == 2 and type(how) in _MERGES_OF:
        known = [tensor for one in tensors if (tensor := layers.tensor(one))]
        if len({len(tensor) + (tensor[0].role != "batch") for tensor in known}) < 2:
            merge = replace(made(_MERGES_OF[type(how)]), origin=layers.origin)
            return layers.call(Part(merge), tensors)
    return layers.beyond("", "op", left, right)


def function(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What a function of a library gives of tensors; UNKNOWN for one that isn't traced."""
    name = name.removeprefix("reduce_")
    values = [*args, *(keywords[key] for key in ("x", "input", "input_tensor") if key in keywords)]
    first: Any = values[0] if values else None
    given: Any = UNKNOWN
    if name in _OPERATOR_OF and len(values) == 2:
        given = arithmetic(layers, _OPERATOR_OF[name], *values)
    elif name in ("concat", "concatenate") and isinstance(first, (list, tuple)):
        axis = keywords.get("axis", (*args[1:], -1)[0])
        joined = replace(made("Concatenate", (axis,)), origin=layers.origin)
        given = layers.call(Part(joined), layers.tensors(first))
    elif name == "stack" and listed(first):
        axis = keywords.get("axis", (*args[1:], 0)[0])
        given = layers.call(Part(Stacked(axis, origin=layers.origin)), layers.tensors(first))
    elif not isinstance(first, Value) or len(layers.found(args, keywords)) > 1:
        pass
    elif name in _SAME:
        given = first
    elif name in ("shape", "int_shape"):
        tensor = layers.tensor(first)
        given = sizes(tensor) if tensor else UNKNOWN
    elif name in ("transpose", "permute_dimensions"):
        named = [keywords[key] for key in ("axes", "perm", "pattern") if key in keywords]
        order = (*named, *values[1:], None)[0]
        if listed(order) and all(type(one) is int for one in order):
            given = layers.put(Transpose(tuple(order), origin=layers.origin), [first])
    elif name in FUNCTIONS:
        given = _of_one(layers, name, first, values[1:], keywords)
    return given


def _of_one(
    layers: Layers, name: str, tensor: Value, rest: list[Any], keywords: dict[str, Any]
) -> Any:
    """A function of keras.ops of one tensor; UNKNOWN where its axis isn't one number."""
    layer = Function(name, keepdims=keywords.get("keepdims") is True, origin=layers.origin)
    if layer.is_along():
        usual = -1 if name == "softmax" else None
        axis = next((keywords[key] for key in ("axis", "dim") if key in keywords), None)
        axis = (*rest, usual)[0] if axis is None else axis
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        if type(axis) is not int:
            return UNKNOWN
        layer = replace(layer, axis=axis)
    return layers.put(layer, [tensor])


def numbers(name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The shape of what `arange` gives; UNKNOWN of other functions, and where it isn't told."""
    bounds: dict[str, Any] = {"start": 0, "stop": None, "step": 1}
    places = ["start", "stop", "step"] if args[1:] or "start" in keywords else ["stop"]
    bounds |= dict(zip(places, args, strict=False))
    bounds |= {_BOUNDS[key]: one for key, one in keywords.items() if key in _BOUNDS}
    told = name in ("arange", "range") and all(type(one) is int for one in bounds.values())
    return Array((len(range(*bounds.values())),)) if told and bounds["step"] else UNKNOWN
