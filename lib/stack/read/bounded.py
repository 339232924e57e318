"""Python's own arithmetic and functions on plain values, kept from running away.

What would be large, or take long, is UNKNOWN, and so is what would raise an error.
"""

import ast
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from lib.stack.making import UNKNOWN

LONGEST = 10_000
"""Of texts and lists."""
_LARGEST = 10**12
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "bool": bool,
    "ceil": math.ceil,
    "float": float,
    "floor": math.floor,
    "int": int,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "prod": math.prod,
    "range": range,
    "reversed": lambda value: list(reversed(value)),
    "round": lambda value, digits=0: round(value, digits) if abs(digits) < 20 else UNKNOWN,
    "sorted": sorted,
    "sqrt": math.sqrt,
    "sum": sum,
    "tuple": tuple,
    "enumerate": lambda value, start=0: list(enumerate(value, start)),
    "zip": lambda *values: list(zip(*values, strict=False)),
}
"""Functions of plain values alone, by name, those of `math` and NumPy among them."""
_SHALLOW = ("len", "list", "tuple", "zip", "enumerate", "reversed", "range")
"""Those that don't ask what is in a list."""
_MATH = {"ceil", "floor", "prod", "sqrt"}


def plain(value: Any) -> bool:
    """Whether it is a number, a text, or None."""
    return value is None or isinstance(value, (int, float, str))


def bounded(value: Any) -> Any:
    """The value, or UNKNOWN where it is large."""
    if isinstance(value, (int, float, complex)) and not abs(value) <= _LARGEST:
        return UNKNOWN  # of not-a-number, too
    if isinstance(value, complex):
        return UNKNOWN
    return UNKNOWN if isinstance(value, str) and len(value) > LONGEST else value


def flat(value: Any) -> bool:
    """Whether it is a plain value, or a list of them, and not a long one."""
    if isinstance(value, (list, tuple, range)):
        return len(value) <= LONGEST and all(map(plain, value))
    return plain(value)


def size(value: Any) -> int:
    """How long a list is; 0 of what is none."""
    return len(value) if isinstance(value, (list, tuple, range)) else 0


def arithmetic(how: ast.operator, left: Any, right: Any) -> Any:
    """What an operator gives."""
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if isinstance(how, ast.Pow) and not (numbers and abs(left) < 1e6 and abs(right) < 40):
        return UNKNOWN
    if not numbers and not 0 <= _length(how, left, right) <= LONGEST:
        return UNKNOWN
    return _done(_OPERATORS.get(type(how)), left, right)


def _length(how: ast.operator, left: Any, right: Any) -> int:
    """How long a text or list gets by arithmetic; -1 where it is none."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, list, tuple)):
            if isinstance(how, ast.Mult) and isinstance(other, int):
                return len(one) * max(other, 0)
            if isinstance(how, ast.Add) and type(other) is type(one):
                return len(one) + len(other)
    return -1


def comparison(how: ast.cmpop, left: Any, right: Any) -> Any:
    """Whether it holds; UNKNOWN of lists within lists, too."""
    return _done(_OPERATORS[type(how)], left, right) if plain(left) and flat(right) else UNKNOWN


def is_function(path: str) -> bool:
    """Whether a name is that of a function on plain values, of Python's own, `math` or NumPy.

    What no line defines is taken for a name of Keras's: "keras.len".
    """
    module, _, name = path.rpartition(".")
    modules = ("math", "numpy", "keras") if name in _MATH else ("keras",)
    return name in _FUNCTIONS and module in modules


def asks_inside(name: str) -> bool:
    """Whether a function asks what is in a list, and not only how long it is."""
    return name not in _SHALLOW


def function(name: str, args: Sequence[Any]) -> Any:
    """What a function gives: len(chars), int(past / step)."""
    for one in args:
        known = flat(one)
        if not asks_inside(name):
            known = size(one) <= LONGEST and isinstance(one, (list, tuple, range, str, dict, int))
        if not known:
            return UNKNOWN
    return _done(_FUNCTIONS[name], *args)


def _done(what: Callable[..., Any] | None, *args: Any) -> Any:
    try:
        return bounded(what(*args)) if what is not None else UNKNOWN
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return UNKNOWN
