"""What values in code come to without running it: plain ones, names, and shapes of arrays.

Arithmetic is bounded: what would be large, take long, or raise an error is UNKNOWN.
"""

from __future__ import annotations

import ast
import math
import operator
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.read.pasted import WORDS

LONGEST = 1_000
"""Of texts and lists."""
_LARGEST = 10**12
_OPERATORS = {
    getattr(ast, name): getattr(operator, own) for name, own in WORDS["operators"].items()
}
_OF_LISTS = {one.__name__: one for one in (enumerate, len, list, reversed, tuple, zip)}
"""Functions that don't ask what is in a list."""
_OF_PLAIN = (abs, float, int, max, min, range, sorted, sum, math.ceil, math.floor)


FUNCTIONS = _OF_LISTS | {one.__name__: one for one in _OF_PLAIN}
"""Functions of plain values, by name, those of `math` and NumPy among them."""
CHANGES = {
    list: ("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    dict: ("clear", "pop", "popitem", "setdefault", "update"),
}
"""Methods that change what they are of."""
_ASKS = {list: ("copy",), dict: ("copy", "get", "items", "keys", "values")}


@dataclass(slots=True, eq=False)
class Name(Unknown):
    """Something of a library, by its name with its modules: "numpy.load", "keras.layers.LSTM"."""

    path: str

    @property
    def name(self) -> str:
        """Without its modules."""
        return self.path.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Untold(Unknown):
    """What can't be told without running the code, by the text of its expression."""

    name: str


@dataclass(slots=True, eq=False)
class Function:
    """A function that the code defines."""

    name: str
    body: list[ast.stmt]
    signature: ast.arguments
    usual: dict[str, Any]
    """What its arguments are where none is given."""
    names: ChainMap[str, Any]
    """That it sees."""
    is_static: bool = False
    instance: tuple[Any, ...] = ()
    """Of a method, the object that it is called on, before all other arguments."""

    def given(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
        """What its arguments are in a call."""
        own = self.signature
        places = [one.arg for one in (*own.posonlyargs, *own.args)]
        known = {one: keywords[one] for one in self.usual if one in keywords}
        found = self.usual | dict(zip(places, args, strict=False)) | known
        if own.vararg:
            found[own.vararg.arg] = tuple(args[len(places) :])
        if own.kwarg:
            found[own.kwarg.arg] = {key: one for key, one in keywords.items() if key not in known}
        return found


@dataclass(slots=True, eq=False)
class Class:
    """A class that the code defines, with what stands in it."""

    name: str
    line: int
    known: dict[str, Any]
    kind: str
    """"Model" or "Layer", by the classes that it inherits from; else empty."""

    @property
    def base(self) -> str:
        """Its kind, if it can be followed, since its `call` stands there; else empty."""
        return self.kind if isinstance(self.known.get("call"), Function) else ""

    def bound(self, instance: Any) -> dict[str, Any]:
        """What stands in it, its methods with the object that they are called on."""
        return {
            name: replace(one, instance=(instance,))
            if isinstance(one, Function) and not one.is_static
            else one
            for name, one in self.known.items()
        }


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An array, of which only the shape is known: whole numbers, and UNKNOWN."""

    shape: tuple[Any, ...]

    def reshaped(self, shape: Any) -> Array:
        """The same numbers in another shape, where -1 is what is left."""
        sizes = shape if isinstance(shape, (list, tuple)) else (shape,)
        sizes = tuple(size if isinstance(size, int) else UNKNOWN for size in sizes)
        left = computed(lambda: math.prod(self.shape) // -math.prod(sizes))
        return Array(tuple(left if size == -1 else size for size in sizes))


def plain(value: Any) -> bool:
    """Whether it is a number, a text, or None."""
    return value is None or isinstance(value, (int, float, str))


def listed(value: Any) -> bool:
    """Whether it is a list, and not a long one."""
    return isinstance(value, (list, tuple, range)) and len(value) <= LONGEST


def flat(value: Any) -> bool:
    """Whether it is a plain value, or a list of them."""
    return plain(value) or (listed(value) and all(map(plain, value)))


def computed(what: Callable[..., Any], *args: Any) -> Any:
    """What a function gives; UNKNOWN where it is large, not a number, a complex one, or none."""
    try:
        value = what(*args)
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return UNKNOWN
    if isinstance(value, (int, float)):
        return value if abs(value) <= _LARGEST else UNKNOWN
    long = isinstance(value, (str, list, tuple)) and len(value) > LONGEST
    return UNKNOWN if long or isinstance(value, complex) else value


def operation(how: ast.AST, left: Any, right: Any) -> Any:
    """What an operator gives of plain values, of lists, or of an array and a number."""
    if isinstance(how, ast.Add) and list in (type(left), type(right)):
        # What can't be told is an entry of the list: a message names it there.
        told = (list, tuple, Array, int, float, str)
        left, right = (one if isinstance(one, told) else [one] for one in (left, right))
    numbers = [isinstance(one, (int, float)) for one in (left, right)]
    if isinstance(left, Array) or isinstance(right, Array):
        return (right if numbers[0] else left) if any(numbers) else UNKNOWN
    if isinstance(how, ast.cmpop):
        small = plain(left) and plain(right)
    elif isinstance(how, ast.Pow):
        small = all(numbers) and abs(left) < 1e6 and abs(right) < 40
    elif isinstance(how, ast.Mult) and listed(left):
        small = numbers[1] and len(left) * right <= LONGEST
    elif isinstance(how, ast.Add) and listed(left):
        small = listed(right)
    else:
        small = all(numbers) or (isinstance(how, ast.Add) and plain(left) and plain(right))
    known = small and type(how) in _OPERATORS
    return computed(_OPERATORS[type(how)], left, right) if known else UNKNOWN


def function(name: str, args: Sequence[Any]) -> Any:
    """What one of FUNCTIONS gives: len(chars), int(past / step)."""
    for one in args:
        if not flat(one) and not (name in _OF_LISTS and (listed(one) or isinstance(one, dict))):
            return UNKNOWN
    given = computed(FUNCTIONS[name], *args)
    return list(given) if isinstance(given, Iterator) else given


def change(base: list[Any] | dict[Any, Any], name: str, args: Any, keywords: Any) -> Any:
    """What a method of a list or dict gives; it may change it. UNKNOWN of any other."""
    kind = list if isinstance(base, list) else dict
    first = args[0] if args else None
    takes = isinstance(first, dict) or plain(first)  # other keys can be large
    if kind is list and name != "remove":
        if name == "extend" and not listed(first):
            name = "append"
        takes = listed(first) if name == "extend" else name != "sort" or flat(base)
    if name not in CHANGES[kind] + _ASKS[kind] or not takes:
        return UNKNOWN
    given = computed(lambda: getattr(base, name)(*args, **keywords))
    if len(base) > LONGEST:
        base.clear()
    return list(given) if name in ("items", "keys", "values") else given


def array(name: str, args: Sequence[Any], keywords: Mapping[str, Any], of_numpy: bool) -> Any:
    """What a function of a library gives; UNKNOWN where it is no array of a told shape.

    NumPy's functions have the shape where code.toml says, those of other libraries first.
    """
    first, second, *_ = [*args, UNKNOWN, UNKNOWN]
    shape: Any = UNKNOWN
    if name in ("rand", "randn"):
        shape = tuple(args)
    elif name in WORDS["shape_at"]:
        at = WORDS["shape_at"][name] if of_numpy else 0
        shape = keywords.get("size", keywords.get("shape", args[at] if len(args) > at else UNKNOWN))
    elif name == "to_categorical" and isinstance(first, Array):
        kept = first.shape[:-1] if first.shape[-1:] == (1,) else first.shape
        shape = (*kept, keywords.get("num_classes", second))
    elif name == "reshape" and isinstance(first, Array) and args[1:]:
        return first.reshaped(second if len(args) == 2 else args[1:])
    elif name in ("array", "asarray", "astype") and isinstance(first, Array):
        return first
    shape = (shape,) if isinstance(shape, int) else shape
    known = isinstance(shape, (list, tuple)) and shape
    return Array(()).reshaped(shape) if known else UNKNOWN


def is_last_step(index: Any) -> bool:
    """Whether brackets hold [:, -1], or [:, -1, :]."""
    whole = slice(None)
    is_last = isinstance(index, tuple) and index[:2] == (whole, -1)
    return is_last and all(one == whole or one is ... for one in index[2:])
