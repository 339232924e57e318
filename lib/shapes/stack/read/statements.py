"""Python's statements, followed in their order, without running anything.

A loop or function is followed where all that it needs is known. A note says so, or why it isn't.
"""

from __future__ import annotations

import ast
from typing import Any

from lib.shapes.stack.base import Origin
from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.read import calls
from lib.shapes.stack.read.expressions import Expressions
from lib.shapes.stack.read.layers import Model
from lib.shapes.stack.read.pasted import bare, dotted
from lib.shapes.stack.read.values import CHANGES, Class, Function, Name, listed

_MOST_ROUNDS, _DEEPEST = 100, 12
"""Of a loop that is followed; of functions that call one another."""


class Returned(Exception):  # noqa: N818  no error
    """A function returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Reader(Expressions):
    """What a code comes to."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines)
        self.skipped: tuple[Origin, str] | None = None
        """The first code with layers that isn't followed, and why."""
        self._depth = 0
        """Of functions that call one another."""

    def run(self, body: list[ast.stmt]) -> None:  # noqa: PLR0912, PLR0915  one each
        """Follow some statements. Raises Returned where one of them returns."""
        for statement in body:
            self.layers.count_steps()
            self.statement = statement
            match statement:
                case ast.Expr(value) | ast.Assert(value):
                    self.value(value)
                case ast.Assign(targets, value):
                    given = self.value(value)
                    for target in targets:
                        self.assign(target, given)
                case ast.AnnAssign(target, _, value) if value:
                    self.assign(target, self.value(value))
                case ast.AugAssign(target):
                    self.assign(target, self._augmented(statement))
                case ast.FunctionDef(name, args, inside, decorators):
                    own, marks = self.function(name, args, inside), {*map(dotted, decorators)}
                    own.is_static = "staticmethod" in marks
                    self.names[name] = UNKNOWN if "property" in marks else own
                case ast.ClassDef(name):
                    self.names[name] = self._class(statement)
                case ast.Global(names) | ast.Nonlocal(names):
                    for name in names:  # its value depends on which function is called when
                        scopes = [one for one in self.names.maps if name in one]
                        (*scopes, self.names.maps[-1])[0][name] = UNKNOWN
                case ast.Import(names):
                    for one in names:
                        root = one.name.partition(".")[0]
                        path = one.name if one.asname else root
                        self.names[one.asname or root] = Name(path)
                case ast.ImportFrom(module, names):
                    for one in names:
                        self.names[one.asname or one.name] = Name(f"{module}.{one.name}")
                case ast.If(test, then, orelse):
                    known = self._truth(test)
                    if known is None:
                        self._pass_by(statement, "branch")
                    else:
                        self.run(then if known else orelse)
                case ast.For():
                    self._loop(statement)
                case ast.While() | ast.AsyncFor():
                    self._pass_by(statement, "loop")
                case ast.Match():
                    self._pass_by(statement, "branch")
                case ast.Delete(targets):
                    for target in targets:
                        held = target.value if isinstance(target, ast.Subscript) else target
                        self.assign(held, UNKNOWN)
                case ast.With(items, inside) | ast.AsyncWith(items, inside):
                    for item in items:
                        given = self.value(item.context_expr)
                        if item.optional_vars:
                            self.assign(item.optional_vars, given)
                    self.run(inside)
                case ast.Try(inside, _, orelse, last):
                    self.run([*inside, *orelse, *last])
                case ast.Return(value):
                    raise Returned(self.value(value))

    def _augmented(self, statement: ast.AugAssign) -> Any:
        """What a value is with another added; a list changes under its other names, too."""
        left, right = self.value(statement.target), self._told(statement.value)
        right = [*right] if isinstance(left, list) and listed(right) else right
        given = self._operation(statement.op, left, right, statement)
        if not isinstance(left, list):
            return given
        left[:] = given if isinstance(given, list) else [right]
        return left

    def follow(self, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the code gives."""
        if self._depth >= _DEEPEST:
            return self.layers.not_traced(function.name, "function", args)
        self.layers.count_steps(20)
        outside, statement = self.names, self.statement
        self.names = function.names.new_child(function.given(args, keywords))
        self._depth += 1
        try:
            self.run(function.body)
        except Returned as returned:
            return returned.value
        finally:
            self._depth -= 1
            self.names, self.statement = outside, statement
        return None

    def _class(self, node: ast.ClassDef) -> Class:
        """A class with its attributes and methods, whose names are known only through it."""
        outside = self.names
        self.names = outside.new_child()
        self.run(node.body)
        inside, self.names = dict(self.names.maps[0]), outside
        kinds, inherited = {*map(bare, node.bases)} & {"Model", "Layer"}, dict[str, Any]()
        for base in map(self.value, reversed(node.bases)):
            if isinstance(base, Class):
                kinds |= {base.kind} - {""}
                inherited |= base.known
        above = Class("super", node.lineno, inherited, "")
        for one in inside.values():
            if isinstance(one, Function):
                one.names = outside.new_child({"super": above})
        return Class(node.name, node.lineno, inherited | inside, max(kinds, default=""))

    def instance(self, own: Class, args: list[Any], keywords: dict[str, Any]) -> Model:
        """A model or layer of a class of the code: its `call` says which layers it has."""
        model = Model(self.layers.origin.line)

        def call(args: list[Any], keywords: dict[str, Any]) -> Any:
            untraced = self.layers.untraced
            given = self.layers.found(args[:1])
            self.layers.take_shape(model, given)
            if builds:
                shapes = [calls.attribute(self.layers, one, "shape") for one in given]
                self._call(builds.pop(), [shapes] if shapes[1:] else shapes, {}, "build")
            given = self.follow(method, [*method.instance, *args], keywords)
            if untraced == self.layers.untraced:
                self.layers.note("own class", own.line, name=f"“{own.name}”")
            return given

        model.call = call
        model.known = own.bound(model)
        method = model.known["call"]
        builds = [model.known.pop("build")] if "build" in model.known else []
        if "__init__" in own.known:
            self._call(model.known["__init__"], args, keywords, "__init__")
        if own.base == "Model":
            self.layers.models.append(model)
        return model

    def _loop(self, loop: ast.For) -> None:
        """Follow each round of a loop over known values, without break or continue."""
        parts, untraced = len(self.layers.parts), self.layers.untraced
        rounds = self.value(loop.iter)
        jumps = any(isinstance(one, (ast.Break, ast.Continue)) for one in self.walk(loop))
        if jumps or not listed(rounds) or len(rounds) > _MOST_ROUNDS:
            self._pass_by(loop, "loop")
            return
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
        self.run(loop.orelse)
        if len(self.layers.parts) > parts and untraced == self.layers.untraced:
            self.layers.note("followed", loop.lineno, count=len(rounds))

    def skip(self, code: ast.AST, why: str) -> Any:
        """Skip code that can't be followed: what it changes is unknown from there on."""
        values = self.values_in(code)
        nodes = [*self.walk(code)]
        names = {
            one for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        loops = [
            one for one in nodes if isinstance(one, ast.comprehension)
        ]  # with names of its own
        names -= {one for loop in loops for one in self.walk(loop.target)}
        changed = {one.id for one in names}
        for name, value in values.items():
            if isinstance(value, (list, dict)):
                ways = {f"{name}.{way}" for way in CHANGES[type(value)]}
                changed |= {name} if isinstance(code, ast.stmt) or ways & {*values} else set()
        models = [one for name, one in values.items() if f"{name}.add" in values]
        given: Any = UNKNOWN
        makes = any(getattr(one, "name", "") in calls.MAKES_LAYERS for one in values.values())
        if makes or self.layers.found(values):
            self.at(code)
            part = self.layers.unread(why, why)
            given = self.layers.not_traced(why, why, values)
            self.skipped = self.skipped or (self.layers.origin, why)
            for model in models:
                if isinstance(model, Model) and model.parts is not None:
                    model.parts.append(part)
        for name in changed:
            self.names[name] = given
        return given

    def _pass_by(self, block: ast.stmt, why: str) -> None:
        """Skip a block; where it may return from a function, the function ends here."""
        given = self.skip(block, why)
        may_return = any(isinstance(one, ast.Return) for one in self.walk(block))
        if self._depth and given is not UNKNOWN and may_return:
            raise Returned(given)
