"""Python's statements and expressions → what can be told of them without running anything.

A value is a plain one, an Array, a Name of a library, a Function of the code (`values.py`), a
Part, a Model (`parts.py`), a tensor (`building.Value`), a list of these, or UNKNOWN. A loop or
function is followed where all that it needs is known, and that is said, as is what isn't.
"""

from __future__ import annotations

import ast
from typing import Any

from lib.stack.base import Origin
from lib.stack.making import UNKNOWN
from lib.stack.plain import LastStep
from lib.stack.read import calls
from lib.stack.read.building import Value
from lib.stack.read.layers import Layers, Model, Part, unread
from lib.stack.read.pasted import WORDS
from lib.stack.read.values import (
    Array,
    Function,
    Name,
    array,
    computed,
    flat,
    is_last_step,
    listed,
    operation,
    plain,
)

_MOST_ROUNDS, _DEEPEST = 100, 12
"""Of a loop that is followed; of functions that call one another."""
_MOST_LINES, _LONGEST_LINE, _LONGEST_CALL = 12, 240, 1000
"""Of a statement that is shown in one line; and of that, and a call in it, in characters."""


class Returned(Exception):  # noqa: N818  no error
    """A function returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Reader:
    """What a code comes to, by the names that are known where it stands."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        """Of the code."""
        self.layers = Layers()
        self.statement: ast.AST = ast.Pass()
        """That is followed just now."""
        self.scopes: list[dict[str, Any]] = [{"__name__": "__main__"}]
        """The module's names, and those of the functions that are followed."""
        self.passed_by: tuple[Origin, str] | None = None
        """The first block with layers that can't be followed, and why."""

    def run(self, body: list[ast.stmt]) -> None:  # noqa: PLR0912  one for each statement
        """Follow some statements. Raises Returned where one of them returns."""
        for statement in body:
            self.layers.spend()
            self.statement = statement
            match statement:
                case ast.Expr(value):
                    self.value(value)
                case ast.Assign(targets, value):
                    given = self.value(value)
                    for target in targets:
                        self.assign(target, given)
                case ast.AnnAssign(target, _, value):
                    self.assign(target, self.value(value))
                case ast.AugAssign(target, how, right):
                    left = self.value(target)
                    self.assign(target, self._operation(how, left, self.value(right), statement))
                case ast.FunctionDef(name):
                    self.scopes[-1][name] = self.function(statement)
                case ast.ClassDef(name):
                    self.scopes[-1][name] = Name(f"class.{name}")
                case ast.Import(names):
                    for one in names:
                        root = one.name.partition(".")[0]
                        self.scopes[-1][one.asname or root] = Name(one.name if one.asname else root)
                case ast.ImportFrom(module, names):
                    for one in names:
                        self.scopes[-1][one.asname or one.name] = Name(f"{module}.{one.name}")
                case ast.If(test, then, orelse):
                    known = self._truth(test)
                    if known is None:
                        self._pass_by(statement, "branch")
                    else:
                        self.run(then if known else orelse)
                case ast.For():
                    self._loop(statement)
                case ast.While():
                    self._pass_by(statement, "loop")
                case ast.With(_, inside):
                    self.run(inside)
                case ast.Try(inside, _, orelse, last):
                    self.run([*inside, *orelse, *last])
                case ast.Return(value):
                    raise Returned(self.value(value))

    def function(self, node: ast.FunctionDef) -> Function:
        """A function, with the defaults that it has here."""
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        usual = [self.value(one) for one in node.args.defaults]
        unknown = [UNKNOWN] * (len(names) - len(usual))
        return Function(node.name, node.body, dict(zip(names, [*unknown, *usual], strict=True)))

    def follow(self, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the code gives."""
        if len(self.scopes) > _DEEPEST:
            return self.layers.beyond(function.name, "function", args)
        self.layers.spend(20)
        given = dict(zip(function.arguments, args, strict=False))
        self.scopes.append(function.arguments | given | keywords)
        statement = self.statement
        try:
            self.run(function.body)
        except Returned as returned:
            return returned.value
        finally:
            self.scopes.pop()
            self.statement = statement
        return None

    def _loop(self, loop: ast.For) -> None:
        """Follow each round where they are known."""
        before, rounds = len(self.layers.parts), self.value(loop.iter)
        jumps = any(isinstance(one, (ast.Break, ast.Continue)) for one in ast.walk(loop))
        if jumps or not listed(rounds) or len(rounds) > _MOST_ROUNDS:
            self._pass_by(loop, "loop")
            return
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
        if len(self.layers.parts) > before:
            self.layers.note("followed", loop.lineno, count=len(rounds))

    def _pass_by(self, block: ast.stmt, why: str) -> None:
        """What a block that can't be followed changes isn't known from there on."""
        values = self.values_in(block)
        names = [one for one in ast.walk(block) if isinstance(one, ast.Name)]
        changed = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        changed |= {name for name in values if f"{name}.append" in values}
        models = [one for name, one in values.items() if f"{name}.add" in values]
        given: Any = UNKNOWN
        makes = any(getattr(one, "name", "") in calls.MAKES_LAYERS for one in values.values())
        if makes or self.layers.found(values):
            part = unread(why, why, self.at(block))
            given = self.layers.beyond(why, why, values)
            self.passed_by = self.passed_by or (self.layers.origin, why)
            for model in models:
                if isinstance(model, Model) and model.parts is not None:
                    model.parts.append(part)
        self.scopes[-1].update(dict.fromkeys(changed, given))

    def at(self, node: Any) -> Origin:
        """Where an expression or a statement stands; what is made from here on is made there."""
        one, line = self.statement, node.lineno
        text = call = self.lines[line - 1]
        if node.end_lineno == line:
            call = text.encode()[node.col_offset : node.end_col_offset].decode()
        elif "body" not in node._fields:
            text = call = ast.unparse(node)
            length = getattr(one, "end_lineno", line) - getattr(one, "lineno", line)
            if length < _MOST_LINES and "body" not in one._fields:
                text = ast.unparse(one)
        text = text.strip() if len(text.strip()) <= _LONGEST_LINE else call[:_LONGEST_LINE]
        self.layers.origin = Origin(line, text, call if len(call) <= _LONGEST_CALL else "")
        return self.layers.origin

    def named(self, name: str) -> Any:
        """The value of a name. What the code doesn't define is taken for a name of Keras's."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return Name(WORDS["well_known"].get(name, f"keras.{name}"))

    def value(self, node: ast.AST | None) -> Any:  # noqa: PLR0911, PLR0912  one each
        """What an expression comes to."""
        self.layers.spend()
        match node:
            case None:
                return None
            case ast.Constant(value):
                return computed(lambda: value)
            case ast.Name(name):
                return self.named(name)
            case ast.Attribute(ast.Name(own), name) if f"{own}.{name}" in self.scopes[0]:
                return self.scopes[0][f"{own}.{name}"]
            case ast.Attribute(base, name):
                return calls.attribute(self.layers, self.value(base), name)
            case ast.Tuple(elements):
                return tuple(self._items(elements))
            case ast.List(elements):
                return self._items(elements)
            case ast.Dict(keys, values):
                pairs = [(self.value(key), value) for key, value in zip(keys, values, strict=True)]
                return {key: self.value(value) for key, value in pairs if plain(key)}
            case ast.BinOp(left, how, right) | ast.Compare(left, [how], [right]):
                return self._operation(how, self.value(left), self.value(right), node)
            case ast.UnaryOp(ast.Not(), operand):
                known = self._truth(operand)
                return UNKNOWN if known is None else not known
            case ast.UnaryOp(ast.USub(), operand):
                return self._operation(ast.Mult(), -1, self.value(operand), node)
            case ast.BoolOp(how, nodes):
                values = [self.value(one) for one in nodes]
                settled = (one for one in values if bool(one) == isinstance(how, ast.Or))
                return next(settled, values[-1]) if all(map(flat, values)) else UNKNOWN
            case ast.IfExp(test, body, orelse):
                known = self._truth(test)
                return UNKNOWN if known is None else self.value(body if known else orelse)
            case ast.Subscript(base, index):
                return self._part(self.value(base), self.value(index), node)
            case ast.Slice(lower, upper, step):
                return slice(self.value(lower), self.value(upper), self.value(step))
            case ast.ListComp(element, [one]) | ast.GeneratorExp(element, [one]):
                return self._comprehended(element, one, node)
            case ast.Starred(value):
                return self.value(value)
            case ast.Call():
                return self._called(node)
        return UNKNOWN

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        """What stands in brackets, with what is unpacked there."""
        found: list[Any] = []
        for node in nodes:
            value = self.value(node)
            found += value if isinstance(node, ast.Starred) and listed(value) else [value]
        return found

    def _truth(self, node: ast.expr) -> bool | None:
        """Whether a condition holds; None where that can't be told."""
        value = self.value(node)
        return bool(value) if flat(value) or isinstance(value, dict) else None

    def _operation(self, how: ast.AST, left: Any, right: Any, node: ast.AST) -> Any:
        """Arithmetic of plain values, arrays, and tensors; a comparison of plain values."""
        plainly = isinstance(how, ast.cmpop) or isinstance(left, (list, tuple))
        if plainly or not self.layers.found(left, right):
            return operation(how, left, right)
        self.at(node)
        return calls.merged(self.layers, how, left, right)

    def _part(self, base: Any, index: Any, node: ast.AST) -> Any:
        """What stands in brackets behind a value: SHAPE[0], one of several tensors."""
        if isinstance(base, Value):
            base = calls.outputs(self.layers, base)
            if len(base) == 1 and is_last_step(index):
                self.at(node)
                return self.layers.put(LastStep(origin=self.layers.origin), base)
            if len(base) == 1 or not isinstance(index, (int, slice)):
                self.at(node)
                return self.layers.beyond("", "op", base)
        if isinstance(base, (Name, Part)):
            return base
        held = isinstance(base, (list, tuple, str, dict, range))
        return computed(lambda: base[index]) if held else UNKNOWN

    def _comprehended(self, element: ast.expr, loop: ast.comprehension, node: ast.AST) -> Any:
        """A list whose rounds are known."""
        rounds = self.value(loop.iter)
        if not listed(rounds) or loop.ifs:
            self.at(node)
            return self.layers.beyond("list", "loop", self.values_in(node))
        found = []
        for one in rounds:
            self.assign(loop.target, one)
            found.append(self.value(element))
        return found

    def values_in(self, node: ast.AST) -> dict[str, Any]:
        """What the names in a code stand for, those with dots among them: self.model.add."""
        found: dict[str, Any] = {}
        for one in ast.walk(node):
            self.layers.spend()
            if isinstance(one, (ast.Name, ast.Attribute)):
                name = _dotted(one)
                found[name] = self.named(name)
        return found

    def assign(self, target: ast.expr, value: Any) -> None:
        """Give a value to a name, or to several."""
        self.layers.spend()
        match target:
            case ast.Name(name):
                self.scopes[-1][name] = value
            case ast.Starred(one):
                self.assign(one, value)
            case ast.Attribute():
                self.scopes[0][_dotted(target)] = value
            case ast.Tuple(targets) | ast.List(targets):
                values = self._unpacked(value, len(targets))
                if targets and isinstance(targets[-1], ast.Starred):
                    rest = len(targets) - 1
                    values[rest:] = [values[rest:]]
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
            value = self.value(keyword.value)
            if keyword.arg is None and isinstance(value, dict):
                keywords |= {f"{key}": one for key, one in value.items()}
            else:
                keywords[keyword.arg or "**"] = value
        self.at(node)
        name = getattr(func, "attr", getattr(func, "id", "…"))
        if isinstance(base, Model):
            return calls.method(self.layers, base, name, args, keywords)
        if isinstance(base, Array):
            return array(name, [base, *args], keywords, True)
        if isinstance(base, list) and name == "append":
            base += args[:1]
        of_base = isinstance(func, ast.Attribute)
        callee = calls.attribute(self.layers, base, name) if of_base else self.value(func)
        if not isinstance(callee, Function):
            return calls.call(self.layers, callee, args, keywords, name)
        if self.layers.found(args, keywords):
            self.layers.note("function", node.lineno, name=f"`{name}`")
        return self.follow(callee, args, keywords)


def _dotted(node: ast.expr) -> str:
    """A name, with what it stands behind: self.model."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
