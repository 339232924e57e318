"""Values in code: numbers, lists, arrays by shape, functions, layers and models."""

import ast
import math
import operator
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Signature
from typing import Any

from lib.shapes.stack.base import Layer, Origin, Ref
from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.plain import Embedding

LONGEST = 1_000  # most entries of a list, and characters of a text
_LARGEST = 10**12
OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]]
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
OPERATORS |= {ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod}
OPERATORS |= {ast.Pow: operator.pow, ast.Eq: operator.eq, ast.NotEq: operator.ne}
OPERATORS |= {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
OPERATORS |= {ast.Is: operator.is_, ast.IsNot: operator.is_not}
# Functions that don't read the entries of a list.
_LIST_FUNCTIONS = {one.__name__: one for one in (enumerate, len, list, reversed, tuple, zip)}
_NUMBER_FUNCTIONS = (abs, float, int, max, min, range, sorted, sum, math.ceil, math.floor)
FUNCTIONS = _LIST_FUNCTIONS | {one.__name__: one for one in _NUMBER_FUNCTIONS}
_METHODS = {list: ("append", "extend", "insert", "pop"), dict: ("get", "items", "keys", "values")}
# Functions of NumPy, and of `keras.random`, that take a shape.
_MAKES_ARRAY = ("zeros", "ones", "empty", "full", "random", "normal", "uniform", "randint")


@dataclass(slots=True, eq=False)
class Name(Unknown):
    """A value known only when the code runs: the path of a library object, or an expression."""

    path: str
    origin: Origin | None = None  # place of an expression in a list or call
    from_logits: Any = None  # this argument, if the value is a loss

    @property
    def name(self) -> str:
        """The last part of a path, "LSTM" of "keras.layers.LSTM", or the whole expression."""
        is_path = self.path.replace(".", "").isidentifier()
        return self.path.rpartition(".")[2] if is_path else self.path


@dataclass(slots=True, eq=False)
class Function:
    """A function that the code defines."""

    name: str
    body: list[ast.stmt]
    signature: Signature  # every parameter has a default: UNKNOWN if the code has none
    names: ChainMap[str, Any]  # the names of its scope
    instance: tuple[Any, ...] = ()  # for a method: its `self`


@dataclass(slots=True, eq=False)
class Class:
    """A class that the code defines."""

    name: str
    line: int
    attributes: dict[str, Any]
    base: str  # "Model", "Layer" or "Module" if its `call` can be followed; else ""


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An array. The sizes in its shape may be UNKNOWN. Its content is unknown, or all zeros."""

    shape: tuple[Any, ...]
    zeros: bool = False


@dataclass(slots=True, eq=False)
class LayerObject:
    """A layer that the code creates, and may call several times."""

    layer: Layer
    keywords: dict[str, Any] = field(default_factory=dict)
    known: bool = True

    @property
    def shape(self) -> Any:
        """The input shape in its arguments, batch first; None without one."""
        given = self.keywords
        if "batch_input_shape" in given:
            return given["batch_input_shape"]
        is_embedding = isinstance(self.layer, Embedding)
        names = ("input_length",) if is_embedding else ("input_length", "input_dim")
        shape = given.get("input_shape", [given[name] for name in names if name in given])
        shape = (shape,) if isinstance(shape, int) else shape
        return (given.get("batch_size"), *shape) if is_listed(shape) and shape else None


@dataclass(slots=True, eq=False)
class ModelObject:
    """A model that the code creates: the part of the graph from inputs to outputs."""

    line: int
    inputs: list[Ref] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)  # outputs by layer; the last is the model's
    # For a custom model or layer class: follows its `call` with these arguments.
    call: Callable[[list[Any], dict[str, Any]], Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    shape: Any = None  # for a custom class: the input shape from `build` or `fit`, batch first
    rank: int = 0  # the model with the highest rank is traced; 3 for a fitted model
    loss: Any = None
    target: Array | None = None
    each_step: bool = False  # whether TimeDistributed wraps the model
    name: str = ""  # its class in the code, if any


def is_plain(value: Any) -> bool:
    """Return whether a value is a number, a text or None."""
    return value is None or isinstance(value, (int, float, str))


def is_listed(value: Any) -> bool:
    """Return whether a value is a list, tuple or range of at most LONGEST entries."""
    return isinstance(value, (list, tuple, range)) and len(value) <= LONGEST


def is_flat(value: Any) -> bool:
    """Return whether a value is plain, or a list of plain values."""
    return is_plain(value) or (is_listed(value) and all(map(is_plain, value)))


def computed(function: Callable[..., Any], *args: Any) -> Any:
    """Return a function's result; UNKNOWN for an error or a large or complex result."""
    try:
        value = function(*args)
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return UNKNOWN
    if isinstance(value, (int, float)):
        return value if abs(value) <= _LARGEST else UNKNOWN
    too_long = isinstance(value, (str, list, tuple)) and len(value) > LONGEST
    return UNKNOWN if too_long or isinstance(value, complex) else value


def operation(sign: ast.AST, left: Any, right: Any) -> Any:
    """Return an operator's result for plain values, lists, or an array and a number."""
    if isinstance(sign, (ast.Is, ast.IsNot)) and right is None and not isinstance(left, Unknown):
        return (left is None) == isinstance(sign, ast.Is)
    numbers = [isinstance(one, (int, float)) for one in (left, right)]
    if isinstance(left, Array) or isinstance(right, Array):
        return (right if numbers[0] else left) if any(numbers) else UNKNOWN
    if isinstance(sign, ast.Add) and list in (type(left), type(right)):
        # An unknown value counts as one entry of the list, so it shows as a layer.
        known = (list, tuple, str, int, float)
        left, right = (one if isinstance(one, known) else [one] for one in (left, right))
    if isinstance(sign, ast.Pow):
        bounded = all(numbers) and abs(left) < 1e6 and abs(right) < 40
    elif isinstance(sign, ast.Mult) and is_listed(left):
        bounded = numbers[1] and len(left) * right <= LONGEST
    elif isinstance(sign, ast.Add) and is_listed(left):
        bounded = is_listed(right)
    elif isinstance(sign, (ast.Add, ast.cmpop)):
        bounded = is_plain(left) and is_plain(right)
    else:
        bounded = all(numbers)
    is_known = bounded and type(sign) in OPERATORS
    return computed(OPERATORS[type(sign)], left, right) if is_known else UNKNOWN


def call_function(name: str, args: Sequence[Any]) -> Any:
    """Return the result of one of FUNCTIONS, as in len(chars) or int(past / step)."""
    for one in args:
        any_entries = name in _LIST_FUNCTIONS and (is_listed(one) or isinstance(one, dict))
        if not is_flat(one) and not any_entries:
            return UNKNOWN
    value = computed(FUNCTIONS[name], *args)
    return list(value) if isinstance(value, Iterator) else value


def call_method(owner: list[Any] | dict[Any, Any], name: str, args: list[Any]) -> Any:
    """Return the result of a method of a list or dict, which may change its owner."""
    first = args[0] if args else None
    if name == "extend" and not is_listed(first):
        name = "append"  # An unknown list counts as one entry.
    is_key = isinstance(owner, list) or is_plain(first)  # Other keys may be large.
    if name not in _METHODS[type(owner)] or len(owner) > LONGEST or not is_key:
        return UNKNOWN
    value = computed(getattr(owner, name), *args)
    return list(value) if name in ("items", "keys", "values") else value


def new_array(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the array that a function creates from a shape (`zeros`) or from sizes (`rand`)."""
    shapes = [one for one in (*args, *keywords.values()) if isinstance(one, (list, tuple))]
    if name in ("rand", "randn"):
        return Array(tuple(args))
    return Array(tuple(shapes[0])) if name in _MAKES_ARRAY and len(shapes) == 1 else UNKNOWN
