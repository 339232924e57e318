"""Operations on tensors outside of layers, in code that is read: x + y, x * 2, tf.concat(xs)."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from lib.stack.making import UNKNOWN, made
from lib.stack.operations import NODES, WithNumber
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
        if len(set(map(len, known))) < 2:
            merge = replace(made(_MERGES_OF[type(how)]), origin=layers.origin)
            return layers.call(Part(merge), tensors)
    return layers.beyond("", "op", left, right)


def function(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What a function of a library gives of tensors; UNKNOWN for one that isn't traced."""
    values = [*args, *(keywords[key] for key in ("x", "input", "input_tensor") if key in keywords)]
    first: Any = values[0] if values else None
    given: Any = UNKNOWN
    if name in _OPERATOR_OF and len(values) == 2:
        given = arithmetic(layers, _OPERATOR_OF[name], *values)
    elif name in ("concat", "concatenate") and isinstance(first, (list, tuple)):
        axis = keywords.get("axis", (*args[1:], -1)[0])
        joined = replace(made("Concatenate", (axis,)), origin=layers.origin)
        given = layers.call(Part(joined), layers.tensors(first))
    elif not isinstance(first, Value) or len(layers.found(args, keywords)) > 1:
        pass
    elif name in _SAME:
        given = first
    elif name in ("shape", "int_shape"):
        tensor = layers.tensor(first)
        given = sizes(tensor) if tensor else UNKNOWN
    return given
