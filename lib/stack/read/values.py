"""Expressions of Python → what can be told of them without running anything.

That is plain values (numbers, texts, lists), shapes of arrays, and what `code.py` knows besides:
layers, tensors, models. All else is UNKNOWN, or an `Opaque` that says what it comes from.
Arithmetic is bounded: what would be large is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lib.stack.base import Origin
from lib.stack.making import UNKNOWN, Unknown
from lib.stack.read.arrays import Array, combined
from lib.stack.read.bounded import LONGEST, arithmetic, bounded, comparison, flat, plain, size
from lib.stack.read.pasted import refused

_MOST_STEPS = 40_000
"""Statements and expressions that are followed, each time that they are."""
_MOST_LINES, _LONGEST_LINE, _LONGEST_CALL = 12, 240, 1000
"""Of a statement that is shown in one line; and of that, and a call in it, in characters."""
_WELL_KNOWN = {"np": "numpy", "tf": "tensorflow", "pd": "pandas", "K": "keras.backend"}
"""Names that people use without the line that imports them."""


@dataclass(slots=True, eq=False)
class Opaque(Unknown):
    """What isn't known, and what it comes from: a name of a library, or what can't be read."""

    path: str
    """With its modules: "numpy.load", "keras.layers.LSTM"."""
    why: str = ""
    """The row of `unread` in code.toml; empty for a mere name."""
    origin: Origin | None = None
    """Where it stands, if it can't be read."""
    takes: tuple[Any, ...] = ()
    """The tensors that it comes from."""

    @property
    def name(self) -> str:
        """Without its modules."""
        return self.path.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Function:
    """A function that the code defines."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    defaults: list[Any]
    keyword_defaults: list[Any]


class Evaluator:
    """What expressions come to, by the names that are known where they stand."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        """Of the code."""
        self.statement: ast.AST = ast.Pass()
        """That is followed just now."""
        self.scopes: list[dict[str, Any]] = [{"__name__": "__main__"}]
        """The module's names, and those of the functions that are followed."""
        self.steps = 0.0

    def spend(self, steps: float = 1) -> None:
        """Count what is followed. Raises ModelError where it is too much."""
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise refused("too much")

    def counted(self, value: Any) -> Any:
        """The value; of a list that is looked through, its length counts."""
        self.spend(size(value) / 50)
        return value

    def at(self, node: Any) -> Origin:
        """Where an expression or a statement stands."""
        one, line = self.statement, node.lineno
        if node.end_lineno == line:
            text = self.lines[line - 1]
            call = text.encode()[node.col_offset : node.end_col_offset].decode()
        elif "body" in node._fields:
            text = call = self.lines[line - 1]
        else:
            text = call = ast.unparse(node)
            length = getattr(one, "end_lineno", line) - getattr(one, "lineno", line)
            if length < _MOST_LINES and "body" not in one._fields:
                text = ast.unparse(one)
        text = text.strip() if len(text.strip()) <= _LONGEST_LINE else call[:_LONGEST_LINE]
        return Origin(line, text, call if len(call) <= _LONGEST_CALL else "")

    def named(self, name: str) -> Any:
        """The value of a name. What the code doesn't define is taken for a name of Keras's."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return Opaque(_WELL_KNOWN.get(name, f"keras.{name}"))

    def value(self, node: ast.AST | None) -> Any:  # noqa: PLR0911, PLR0912  one each
        """What an expression comes to."""
        self.spend()
        match node:
            case None:
                return None
            case ast.Constant(value):
                return bounded(value) if plain(value) or value is ... else UNKNOWN
            case ast.Name(name):
                return self.named(name)
            case ast.Attribute(ast.Name(own), name) if f"{own}.{name}" in self.scopes[0]:
                return self.scopes[0][f"{own}.{name}"]
            case ast.Attribute(base, name):
                return self.attribute(self.value(base), name, node)
            case ast.Tuple(elements):
                return tuple(self.items(elements))
            case ast.List(elements):
                return list(self.items(elements))
            case ast.Dict(keys, values):
                pairs = [(self.value(key), value) for key, value in zip(keys, values, strict=True)]
                return {key: self.value(value) for key, value in pairs if plain(key)}
            case ast.BinOp(left, how, right):
                return self.operation(how, self.value(left), self.value(right), node)
            case ast.Compare(left, [how], [right]):
                return comparison(how, self.value(left), self.counted(self.value(right)))
            case ast.UnaryOp(how, operand):
                return self._unary(how, self.value(operand))
            case ast.BoolOp(how, values):
                return self._either(values, isinstance(how, ast.Or))
            case ast.IfExp(test, body, orelse):
                known = self.truth(test)
                return UNKNOWN if known is None else self.value(body if known else orelse)
            case ast.NamedExpr(ast.Name(name), right):
                self.scopes[-1][name] = self.value(right)
                return self.scopes[-1][name]
            case ast.Subscript(base, index):
                return self.part(self.value(base), self.value(index), node)
            case ast.Slice(lower, upper, step):
                return slice(self.value(lower), self.value(upper), self.value(step))
            case ast.ListComp(element, [one]) | ast.GeneratorExp(element, [one]):
                return self._comprehended(element, one, node)
            case ast.Lambda():
                return Opaque("lambda", "function", self.at(node))
            case ast.Await(value):
                return self.value(value)
            case ast.Call():
                return self.called(node)
        return UNKNOWN

    def items(self, nodes: list[ast.expr]) -> Iterator[Any]:
        """What stands in brackets, with what is unpacked there."""
        for node in nodes:
            if not isinstance(node, ast.Starred):
                yield self.value(node)
                continue
            value = self.value(node.value)
            if isinstance(value, (list, tuple, range)) and len(value) <= LONGEST:
                self.spend(len(value))
                yield from value
            else:
                yield UNKNOWN

    def truth(self, node: ast.expr) -> bool | None:
        """Whether a condition holds; None where that can't be told."""
        value = self.counted(self.value(node))
        return bool(value) if flat(value) or isinstance(value, dict) else None

    def operation(self, how: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:  # noqa: ARG002
        """Arithmetic, on plain values and arrays."""
        if isinstance(left, Array) or isinstance(right, Array):
            return combined(left, right)
        self.spend((size(left) + size(right)) / 50)
        return arithmetic(how, left, right)

    def _unary(self, how: ast.unaryop, value: Any) -> Any:
        if isinstance(value, Array):
            return value
        if isinstance(how, ast.Not):
            return not value if flat(self.counted(value)) else UNKNOWN
        if not isinstance(value, (int, float)):
            return value if isinstance(value, Opaque) and value.why else UNKNOWN
        return -value if isinstance(how, ast.USub) else value

    def _either(self, nodes: list[ast.expr], ends: bool) -> Any:
        """`or` where `ends`, else `and`: the first that settles it."""
        value: Any = None
        for node in nodes:
            value = self.counted(self.value(node))
            if not flat(value):
                return UNKNOWN
            if bool(value) == ends:
                break
        return value

    def _comprehended(self, element: ast.expr, loop: ast.comprehension, node: ast.AST) -> Any:
        """A list whose rounds are known."""
        rounds = self.value(loop.iter)
        if not isinstance(rounds, (list, tuple, range)) or loop.ifs or len(rounds) > LONGEST:
            return Opaque("list", "loop", self.at(node), self.tensors_in(node))
        found = []
        for one in rounds:
            self.assign(loop.target, one)
            found.append(self.value(element))
        return found

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a value to a name, or to several."""
        self.spend()
        if isinstance(target, ast.Name):
            self.scopes[-1][target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            self.scopes[0][f"{target.value.id}.{target.attr}"] = value
        elif isinstance(target, ast.Subscript):
            held, index = self.value(target.value), self.value(target.slice)
            if isinstance(held, dict) and plain(index):
                held[index] = value

    def _unpack(self, targets: list[ast.expr], value: Any) -> None:
        star = next((at for at, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        values = self.unpacked(value, len(targets), star is not None)
        if star is not None:
            after = len(targets) - star - 1
            end = len(values) - after
            values = [*values[:star], values[star:end], *values[end:]]
        for target, one in zip(targets, values, strict=False):
            self.assign(target.value if isinstance(target, ast.Starred) else target, one)

    def unpacked(self, value: Any, count: int, starred: bool) -> list[Any]:  # noqa: ARG002
        """The values in one that is unpacked to so many names, one of them for the rest."""
        if isinstance(value, (list, tuple, range)) and len(value) <= LONGEST:
            return list(value)
        if isinstance(value, Opaque) and not value.why:
            return [Opaque(f"{value.path}.{at}") for at in range(count)]
        return [value if isinstance(value, Opaque) else UNKNOWN] * count

    def part(self, base: Any, index: Any, node: ast.AST) -> Any:  # noqa: ARG002
        """What stands in brackets behind a value: SHAPE[0], X[:100]."""
        if isinstance(base, Array):
            return base.at(index)
        if isinstance(base, Opaque):
            return base
        if isinstance(base, dict) and not plain(index):
            return UNKNOWN
        try:
            return base[index] if isinstance(base, (list, tuple, str, dict, range)) else UNKNOWN
        except (TypeError, ValueError, LookupError):
            return UNKNOWN

    def attribute(self, base: Any, name: str, node: ast.AST) -> Any:  # noqa: ARG002
        """What a value has by a name: X.shape."""
        if isinstance(base, Opaque):
            return base if base.why else Opaque(f"{base.path}.{name}")
        if isinstance(base, Array):
            known = {"shape": base.shape, "ndim": len(base.shape), "size": UNKNOWN}
            return Array(base.shape[::-1]) if name == "T" else known.get(name, UNKNOWN)
        return UNKNOWN

    def tensors_in(self, node: ast.AST) -> tuple[Any, ...]:  # noqa: ARG002
        """Those that something works with, whatever it does."""
        return ()

    def called(self, node: ast.Call) -> Any:
        """What a call gives."""
        raise NotImplementedError
