"""Python's statements, followed in their order without running anything.

A loop or function is followed where all that it needs is known, else it is skipped.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.read.builder import LayerObject, ModelObject
from lib.shapes.stack.read.expressions import Expressions
from lib.shapes.stack.read.pasted import bare
from lib.shapes.stack.read.values import Class, Function, Name, call_method, listed

_MOST_ROUNDS, _DEEPEST = 100, 12
"""Of a loop that is followed; of functions that call one another."""
_DESCRIPTORS = {"staticmethod", "classmethod", "property"}
"""Decorators of methods that aren't followed."""


class Returned(Exception):  # noqa: N818  no error
    """A function returns the value that is the argument."""


class Interpreter(Expressions):
    """Follows the statements of a code."""

    _depth = 0
    """Of functions that call one another."""

    def run(self, body: list[ast.stmt]) -> None:  # noqa: PLR0912  one each
        """Follow some statements. Raises Returned where one of them returns."""
        for statement in body:
            self.count_steps()
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
                case ast.AugAssign(target, sign, value):
                    left, right = self.value(target), self.known(value)
                    if isinstance(left, list) and isinstance(sign, ast.Add):
                        call_method(left, "extend", [right])  # it may have other names
                    else:
                        self.assign(target, self.operation(sign, left, right, statement))
                case ast.FunctionDef(name, args, inside, decorators):
                    is_plain = _DESCRIPTORS.isdisjoint(map(bare, decorators))
                    self.names[name] = self.function(name, args, inside) if is_plain else UNKNOWN
                case ast.ClassDef(name):
                    self.names[name] = self._class(statement)
                case ast.Global(names) | ast.Nonlocal(names):
                    self.forget(names)  # which function is called when isn't known
                case ast.Import(names):
                    for one in names:
                        root = one.name.partition(".")[0]
                        self.names[one.asname or root] = Name(one.name if one.asname else root)
                case ast.ImportFrom(module, names):
                    for one in names:
                        self.names[one.asname or one.name] = Name(f"{module}.{one.name}")
                case ast.If(test, then, otherwise):
                    holds = self.truth(test)
                    if holds is None:
                        self._skip_block(statement, "branch")
                    else:
                        self.run(then if holds else otherwise)
                case ast.For():
                    self._loop(statement)
                case ast.While() | ast.AsyncFor():
                    self._skip_block(statement, "loop")
                case ast.Match() | ast.Delete():
                    self._skip_block(statement, "other")
                case ast.With(items, inside):
                    for item in items:
                        given = self.value(item.context_expr)
                        if item.optional_vars:
                            self.assign(item.optional_vars, given)
                    self.run(inside)
                case ast.Try(inside, _, otherwise, last):
                    self.run([*inside, *otherwise, *last])
                case ast.Return(value):
                    raise Returned(self.value(value))

    def _loop(self, loop: ast.For) -> None:
        """Follow each round of a loop over known values, without break or continue."""
        rounds = self.value(loop.iter)
        jumps = any(isinstance(one, (ast.Break, ast.Continue)) for one in self.walk(loop))
        if jumps or not listed(rounds) or len(rounds) > _MOST_ROUNDS:
            self._skip_block(loop, "loop")
            return
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
        self.run(loop.orelse)

    def _skip_block(self, block: ast.stmt, why: str) -> None:
        """Skip a block; where it may return from a function, the function ends here."""
        given = self.skip(block, why)
        if self._depth and any(isinstance(one, ast.Return) for one in self.walk(block)):
            raise Returned(given)

    def call_value(  # noqa: PLR0911  one each
        self, callee: Any, args: list[Any], keywords: dict[str, Any], name: str
    ) -> Any:
        """What a call returns; `name` is what the code calls it by."""
        tensors = self.found(args, keywords)
        match callee:
            case Name():
                return self.call_library(callee, args, keywords)
            case Function():
                return self.follow(callee, args, keywords)
            case Class(has_call=True):
                return self.instance(callee, args, keywords)
            case Class():
                return self.unread(callee.name, "class")
            case ModelObject(call=follow_call) if follow_call and args:
                return follow_call(args, keywords)
            case ModelObject() if tensors:
                return self.call(callee, self.tensors(args[:1] or [*keywords.values()]))
            case LayerObject():
                return self.call_layer(callee, args, keywords)
        return self.not_traced(name, "function", tensors) if tensors else UNKNOWN

    def follow(self, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the code returns."""
        self.count_steps(20)
        try:
            bound = function.signature.bind_partial(*function.instance, *args, **keywords)
        except TypeError:
            bound = None
        if bound is None or self._depth >= _DEEPEST:
            return self.not_traced(function.name, "function", args)
        bound.apply_defaults()
        outside, statement = self.names, self.statement
        self.names = function.names.new_child(bound.arguments)
        self._depth += 1
        try:
            self.run(function.body)
        except Returned as returned:
            return returned.args[0]
        finally:
            self._depth -= 1
            self.names, self.statement = outside, statement
        return None

    def _class(self, node: ast.ClassDef) -> Class:
        """A class of the code; its attributes are known only through it."""
        outside, self.names = self.names, self.names.new_child()
        self.run(node.body)
        attributes, self.names = dict(self.names.maps[0]), outside
        for one in attributes.values():
            if isinstance(one, Function):
                one.names = outside
        base = max({*map(bare, node.bases)} & {"Model", "Layer"}, default="")
        return Class(node.name, node.lineno, attributes, base)

    def instance(self, own: Class, args: list[Any], keywords: dict[str, Any]) -> ModelObject:
        """A model or layer of a class of the code, which is followed where it is called."""
        model = ModelObject(self.origin.line)
        for name, one in own.attributes.items():
            is_method = isinstance(one, Function)
            model.attributes[name] = replace(one, instance=(model,)) if is_method else one

        def follow_call(args: list[Any], keywords: dict[str, Any]) -> Any:
            self.take_shape(model, self.found(args[:1]))
            return self.follow(model.attributes["call"], args, keywords)

        model.call = follow_call
        if "__init__" in own.attributes:
            self.call_value(model.attributes["__init__"], args, keywords, "__init__")
        if own.base == "Model":
            self.models.append(model)
        return model
