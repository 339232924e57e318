"""Operations on tensors outside of layers, in code that is read: x + y, tf.nn.relu(x)."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from lib.stack.making import UNKNOWN, made
from lib.stack.operations import FUNCTIONS, KEEPS, NODES, REDUCES, Function, WithNumber
from lib.stack.read.building import Value
from lib.stack.read.layers import Layers, Part
from lib.stack.tensors import sizes

_MERGES_OF: dict[type, str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_SIGN_OF: dict[type, str] = {getattr(ast, name): sign for sign, name in NODES.items()}
_OPERATOR_OF = {"add": ast.Add(), "subtract": ast.Sub(), "multiply": ast.Mult()}
_SAME = ("cast", "convert_to_tensor", "identity")
"""Functions whose output has the shape of their input, and its numbers."""


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
        if len({*map(len, known)}) < 2:
            merge = replace(made(_MERGES_OF[type(how)]), origin=layers.origin)
            return layers.call(Part(merge), tensors)
    return layers.beyond("", "op", left, right)


def function(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What a function of a library gives of tensors; UNKNOWN for one that isn't traced."""
    name = name.removeprefix("reduce_")
    values = [*args, *(keywords[key] for key in ("x", "input", "input_tensor") if key in keywords)]
    first: Any = values[0] if values else None
    axis: Any
    if name in _OPERATOR_OF and len(values) == 2:
        return arithmetic(layers, _OPERATOR_OF[name], *values)
    if name in ("concat", "concatenate") and isinstance(first, (list, tuple)):
        axis = keywords.get("axis", (*args[1:], -1)[0])
        joined = replace(made("Concatenate", (axis,)), origin=layers.origin)
        return layers.call(Part(joined), layers.tensors(first))
    if not isinstance(first, Value) or len(layers.found(args, keywords)) > 1:
        return UNKNOWN
    if name in _SAME:
        return first
    if name in ("shape", "int_shape"):
        tensor = layers.tensor(first)
        return sizes(tensor) if tensor else UNKNOWN
    axis = next((keywords[key] for key in ("axis", "dim") if key in keywords), None)
    if axis is None and name not in KEEPS:
        axis = args[1] if args[1:] else None
    axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    if name == "softmax" and axis is None:
        axis = -1
    along = name in ("softmax", "expand_dims", "squeeze", *REDUCES)
    if name not in FUNCTIONS or (along and type(axis) is not int):
        return UNKNOWN
    keeps = keywords.get("keepdims") is True
    layer = Function(name, axis if along else -1, keeps, origin=layers.origin)
    return layers.put(layer, [first])
