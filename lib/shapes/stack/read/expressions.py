"""Python's expressions → what can be told of them without running anything.

A value is a plain one, an Array, a Name of a library, a Function or a Class of the code
(`values.py`), a Part, a Model (`layers.py`), a tensor (`building.Value`), a list of these,
UNKNOWN, or, as an argument or in a list, Untold.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from lib.shapes.stack.base import Origin
from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.plain import LastStep
from lib.shapes.stack.read import calls
from lib.shapes.stack.read.building import Value
from lib.shapes.stack.read.layers import Layers, Model, Part
from lib.shapes.stack.read.pasted import WORDS, bare, dotted
from lib.shapes.stack.read.values import (
    Array,
    Class,
    Function,
    Name,
    Untold,
    array,
    change,
    computed,
    flat,
    is_last_step,
    listed,
    operation,
    plain,
)

_MOST_LINES, _LONGEST_LINE, _LONGEST_CALL = 12, 240, 1000
"""Of a statement that is shown in one line; and of that, and a call in it, in characters."""


class Expressions:
    """What the expressions of a code come to, by the names that are known where they stand."""

    def __init__(self, lines: list[str]) -> None:
        self.rows = [line.encode() for line in lines]
        """Of the code: Python counts its columns in bytes."""
        self._origins: dict[tuple[ast.AST, ast.AST], Origin] = {}
        self.layers = Layers()
        self.statement: ast.AST = ast.Pass()
        """That is followed just now."""
        self.names: ChainMap[str, Any] = ChainMap({"__name__": "__main__"})
        """Of the innermost function or comprehension first, of the module last."""

    def follow(self, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the code gives."""
        raise NotImplementedError

    def instance(self, own: Class, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a class of the code makes."""
        raise NotImplementedError

    def skip(self, code: ast.AST, why: str) -> Any:
        """Skip code that can't be followed: what it changes is unknown from there on."""
        raise NotImplementedError

    def at(self, node: Any) -> Origin:
        """Where an expression or a statement stands; what is made from here on is made there."""
        key = self.statement, node
        if key not in self._origins:
            self._origins[key] = self._origin(*key)
        self.layers.origin = self._origins[key]
        return self.layers.origin

    def _origin(self, one: Any, node: Any) -> Origin:
        line = node.lineno
        row = self.rows[line - 1]
        text = call = row[: 4 * _LONGEST_LINE].decode(errors="ignore")
        if node.end_lineno == line:
            call = row[node.col_offset : node.end_col_offset].decode()
        elif "body" not in node._fields:
            text = call = ast.unparse(node)
            length = getattr(one, "end_lineno", line) - getattr(one, "lineno", line)
            if length < _MOST_LINES and "body" not in one._fields:
                text = ast.unparse(one)
        text = text.strip() if len(text.strip()) <= _LONGEST_LINE else call[:_LONGEST_LINE]
        return Origin(line, text, call if len(call) <= _LONGEST_CALL else "")

    def named(self, name: str) -> Any:
        """The value of a name. What the code doesn't define is taken for a name of Keras's."""
        if name in self.names:
            return self.names[name]
        return Name(WORDS["well_known"].get(name, f"keras.{name}"))

    def value(self, node: ast.AST | None) -> Any:  # noqa: PLR0911, PLR0912  one each
        """What an expression comes to."""
        self.layers.count_steps()
        match node:
            case None:
                return None
            case ast.Constant(value):
                return computed(lambda: value)
            case ast.Name(name):
                return self.named(name)
            case ast.Attribute(ast.Name(own), name) if f"{own}.{name}" in self.names.maps[-1]:
                return self.names.maps[-1][f"{own}.{name}"]
            case ast.Attribute(base, name):
                return calls.attribute(self.layers, self.value(base), name, dotted(node))
            case ast.Tuple(elements):
                return tuple(self._items(elements))
            case ast.List(elements):
                return self._items(elements)
            case ast.Dict(keys, values) if None not in keys:
                pairs = zip(map(self.value, keys), map(self.value, values), strict=True)
                return {key: one for key, one in pairs if plain(key)}
            case ast.BinOp(left, how, right):
                return self._operation(how, self._told(left), self._told(right), node)
            case ast.Compare(left, hows, rights):
                sides = pairwise([self.value(one) for one in (left, *rights)])
                holds = [operation(how, *pair) for how, pair in zip(hows, sides, strict=True)]
                return all(holds) if all(type(one) is bool for one in holds) else UNKNOWN
            case ast.UnaryOp(ast.Not(), operand):
                known = self._truth(operand)
                return UNKNOWN if known is None else not known
            case ast.UnaryOp(ast.USub(), operand):
                return self._operation(ast.Mult(), -1, self.value(operand), node)
            case ast.BoolOp(how, nodes):
                for one in nodes:
                    given = self.value(one)
                    if not flat(given):
                        return self.skip(node, "branch")
                    if bool(given) == isinstance(how, ast.Or):
                        break
                return given
            case ast.IfExp(test, body, orelse):
                known = self._truth(test)
                if known is None:
                    return self.skip(node, "branch")
                return self.value(body if known else orelse)
            case ast.Subscript(base, index):
                return self._part(self.value(base), self.value(index), node)
            case ast.Slice(lower, upper, step):
                return slice(self.value(lower), self.value(upper), self.value(step))
            case ast.ListComp(element, loops) | ast.GeneratorExp(element, loops):
                outside, self.names = self.names, self.names.new_child()
                found = self._comprehended(element, loops)
                bound = {one.target.id for one in self.walk(node) if isinstance(one, ast.NamedExpr)}
                outside.update({one: self.names[one] for one in bound & {*self.names.maps[0]}})
                self.names = outside
                return self.skip(node, "loop") if found is None else found
            case ast.SetComp() | ast.DictComp():
                return self.skip(node, "loop")
            case ast.NamedExpr(target, value):
                given = self.value(value)
                self.assign(target, given)
                return given
            case ast.Starred(value):
                return self.value(value)
            case ast.Lambda(args, body):
                return self.function("lambda", args, [ast.Return(body)])
            case ast.Call():
                return self._called(node)
        for child in ast.iter_child_nodes(node):  # it may bind names, or change a model
            if isinstance(child, ast.expr):
                self.value(child)
        return UNKNOWN

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        """What stands in brackets, with what is unpacked there."""
        found: list[Any] = []
        for node in nodes:
            value = self._told(node)
            self.layers.count_steps(len(value) / 20 if listed(value) else 0)
            found += value if isinstance(node, ast.Starred) and listed(value) else [value]
        return found

    def _told(self, node: ast.expr) -> Any:
        """What an expression comes to; where that can't be told, messages name it by its text."""
        value = self.value(node)
        if value is UNKNOWN:
            origin = self.at(node)
            return Untold(origin.call or origin.text)
        return value

    def _truth(self, node: ast.expr) -> bool | None:
        """Whether a condition holds; None where that can't be told."""
        value = self.value(node)
        return bool(value) if flat(value) or isinstance(value, dict) else None

    def _operation(self, how: ast.AST, left: Any, right: Any, node: ast.AST) -> Any:
        """Arithmetic of plain values, lists, arrays and tensors."""
        if {list, tuple} & {type(left), type(right)} or not self.layers.found(left, right):
            return operation(how, left, right)
        self.at(node)
        return calls.arithmetic(self.layers, how, left, right)

    def _part(self, base: Any, index: Any, node: ast.AST) -> Any:
        """What stands in brackets behind a value: SHAPE[0], one of several tensors."""
        if isinstance(base, Value):
            base = calls.outputs(self.layers, base)
            if len(base) == 1 and is_last_step(index):
                self.at(node)
                return self.layers.put(LastStep(origin=self.layers.origin), base)
            if len(base) == 1 or not isinstance(index, (int, slice)):
                self.at(node)
                return self.layers.not_traced("", "op", base)
        if isinstance(base, (Name, Part)):
            return base
        held = isinstance(base, (list, tuple, str, dict, range))
        return computed(lambda: base[index]) if held and _small(index) else UNKNOWN

    def _comprehended(self, element: ast.expr, loops: list[ast.comprehension]) -> list[Any] | None:
        """What each round of these loops gives; None where the rounds aren't known."""
        if not loops:
            return [self._told(element)]
        rounds, found = self.value(loops[0].iter), list[Any]()
        if not listed(rounds):
            return None
        for one in rounds:
            self.assign(loops[0].target, one)
            holds = [self._truth(each) for each in loops[0].ifs]
            inside = self._comprehended(element, loops[1:]) if all(holds) else []
            if None in holds or inside is None:
                return None
            found += inside
        return found

    def function(self, name: str, args: ast.arguments, body: list[ast.stmt]) -> Function:
        """A function, with the defaults that it has here."""
        places = [one.arg for one in (*args.posonlyargs, *args.args)]
        by_name = [one.arg for one in args.kwonlyargs]
        usual: dict[str, Any] = dict.fromkeys([*places, *by_name], UNKNOWN)
        last = places[len(places) - len(args.defaults) :]
        defaults = zip([*last, *by_name], [*args.defaults, *args.kw_defaults], strict=True)
        usual |= {name: self.value(one) for name, one in defaults if one}
        return Function(name, body, args, usual, self.names)

    def walk(self, node: ast.AST) -> Iterator[ast.AST]:
        """A node and all that is in it: each is a step."""
        for one in ast.walk(node):
            self.layers.count_steps(0.5)
            yield one

    def values_in(self, node: ast.AST) -> dict[str, Any]:
        """What the names in a code stand for, those with dots among them: self.model.add."""
        found: dict[str, Any] = {}
        for one in self.walk(node):
            if isinstance(one, (ast.Name, ast.Attribute)):
                name = dotted(one)
                found[name] = self.named(name)
        return found

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a value to a name, or to several."""
        self.layers.count_steps()
        match target:
            case ast.Name(name):
                self.names[name] = value
            case ast.Starred(one):
                self.assign(one, value)
            case ast.Attribute(base, name):
                owner = self.value(base)
                if isinstance(owner, Model) and owner.call:
                    owner.known[name] = value
                else:
                    self.names.maps[-1][dotted(target)] = value
            case ast.Subscript(base, index):
                held, place = self.value(base), self.value(index)
                known = listed(value) if isinstance(place, slice) else True
                if isinstance(held, (list, dict)) and _small(place) and known:
                    computed(held.__setitem__, place, value)
            case ast.Tuple(targets) | ast.List(targets):
                values = self._unpacked(value, len(targets))
                starred = [at for at, one in enumerate(targets) if isinstance(one, ast.Starred)]
                for at in starred:  # one at most
                    end = max(at, len(values) - (len(targets) - 1 - at))
                    values[at:end] = [values[at:end]]
                for one, given in zip(targets, values, strict=False):
                    self.assign(one, given)

    def _unpacked(self, value: Any, count: int) -> list[Any]:
        """The values in one that is unpacked to so many names."""
        if isinstance(value, Value):
            self.at(self.statement)
            return calls.outputs(self.layers, value, count)
        if isinstance(value, Name):
            return [Name(f"{value.path}.{at}") for at in range(count)]
        if listed(value):
            return list(value)
        return [value if isinstance(value, Part) else UNKNOWN] * count

    def _called(self, node: ast.Call) -> Any:
        """What a call gives."""
        func = node.func
        base = self.value(func.value) if isinstance(func, ast.Attribute) else None
        args = self._items(node.args)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self._told(keyword.value)
            if keyword.arg is None and isinstance(value, dict):
                keywords |= {f"{key}": one for key, one in value.items()}
            else:
                keywords[keyword.arg or "**"] = value
        name = bare(func) or self.at(func).call
        self.at(node)
        if isinstance(base, Model) and name not in base.known:
            return calls.method(self.layers, base, name, args, keywords)
        if isinstance(base, Array):
            return array(name, [base, *args], keywords, True)
        if isinstance(base, Part) and name == "get_initial_state":
            return None  # zeros, as where none are given
        if isinstance(base, (list, dict)):
            return change(base, name, args, keywords)
        of_base = isinstance(func, ast.Attribute)
        callee = calls.attribute(self.layers, base, name) if of_base else self.value(func)
        return self._call(callee, args, keywords, name)

    def _call(self, callee: Any, args: list[Any], keywords: dict[str, Any], name: str) -> Any:
        """What a call gives, whatever is called."""
        given: Any
        match callee:
            case Model(call=own) if own and args:
                given = own(args, keywords)
            case Class(name="super"):
                # super(Own, self), or super(), which takes the method's first argument.
                owner, *_ = [*args[1:2], *self.names.maps[0].values(), None]
                given = replace(callee, known=callee.bound(owner))
            case Class(base="Model" | "Layer"):
                given = self.instance(callee, args, keywords)
            case Class():
                given = self.layers.unread(callee.name, "class")
            case Function():
                line, untraced = self.layers.origin.line, self.layers.untraced
                given = self.follow(callee, [*callee.instance, *args], keywords)
                if self.layers.found(args, keywords) and untraced == self.layers.untraced:
                    self.layers.note("function", line, name=f"“{callee.name}”")
            case _:
                given = calls.call(self.layers, callee, args, keywords, name)
        return given


def _small(index: Any) -> bool:
    """Whether it is no index that is large, as one of lists within lists is."""
    return plain(index) or isinstance(index, slice)
