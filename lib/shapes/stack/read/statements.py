"""Follow the statements of code in order, without running any."""

import ast
from dataclasses import replace
from typing import Any

from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.read import values
from lib.shapes.stack.read.expressions import Expressions
from lib.shapes.stack.read.pasted import bare
from lib.shapes.stack.read.values import Class, Function, LayerObject, ModelObject, Name
from lib.shapes.stack.settings import KERAS2

_DEEPEST = 12  # depth of nested function calls that are followed


class Returned(Exception):  # noqa: N818  no error
    """Raised by a `return` statement, with the returned value as its argument."""


class Interpreter(Expressions):
    """Follows the statements of the code in order."""

    bases = frozenset({"Model", "Layer"})  # classes whose method `call` is followed
    call_name = "call"
    depth = 0  # of nested function calls

    def run(self, body: list[ast.stmt]) -> None:  # noqa: PLR0912  one case each
        """Follow these statements. Raises Returned at a return statement."""
        for statement in body:
            self.count_steps()
            self.statement = statement
            match statement:
                case ast.Expr(ast.Yield() | ast.YieldFrom() as value):
                    raise Returned(self.skip(value, "generator"))
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
                    self.assign(target, self.operation(sign, left, right, statement))
                case ast.FunctionDef(name, args, inside):
                    self.names[name] = self.function(name, args, inside)
                case ast.ClassDef(name):
                    self.names[name] = self._class(statement)
                case ast.Global(names) | ast.Nonlocal(names):
                    self.forget(names)  # The order of function calls is unknown.
                case ast.Import(names):
                    for one in names:
                        root = one.name.partition(".")[0]
                        self.names[one.asname or root] = Name(one.name if one.asname else root)
                case ast.ImportFrom(module, names):
                    self.go_to(statement)
                    self._note_import(f"{module}", names)
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

    def _note_import(self, module: str, names: list[ast.alias]) -> None:
        """Note an import of a module or a name that Keras 3 removed."""
        package, _, part = module.removeprefix("tensorflow.").partition(".")
        if package == "keras":
            still = KERAS2["still_in_tensorflow"] if module.startswith("tensorflow") else ()
            imported = [*(one.name for one in names), *part.split("."), part]
            self.note_removed(one for one in imported if one not in still)

    def _loop(self, loop: ast.For) -> None:
        layers_before = len(self.layers) + len(self.rows)
        rounds = self.value(loop.iter)
        jumps = any(isinstance(one, (ast.Break, ast.Continue)) for one in self.walk(loop))
        if jumps or not values.is_listed(rounds):
            self._skip_block(loop, "loop")
            return
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
        self.run(loop.orelse)
        if len(self.layers) + len(self.rows) > layers_before:
            self.note("followed", loop.lineno, count=len(rounds))

    def _skip_block(self, block: ast.stmt, why: str) -> None:
        """Skip a block. If it may return from a function, end the function here."""
        given = self.skip(block, why)
        if self.depth and any(isinstance(one, ast.Return) for one in self.walk(block)):
            raise Returned(given)

    def call_value(  # noqa: PLR0911  one case each
        self, callee: Any, args: list[Any], keywords: dict[str, Any], name: str
    ) -> Any:
        """Return the value of a call; `name` is the name in the code."""
        tensors = self.found(args, keywords)
        match callee:
            case Name():
                return self.call_library(callee, args, keywords)
            case Function():
                return self.follow(callee, args, keywords)
            case Class(base=""):
                return self.unread(callee.name, "class")
            case Class():
                return self.instance(callee, args, keywords)
            case ModelObject(call=follow_call) if follow_call and args:
                return follow_call(args, keywords)
            case ModelObject() if tensors:
                return self.call(callee, self.tensors(args[:1] or [*keywords.values()]))
            case LayerObject():
                return self.call_layer(callee, args, keywords)
        return self.not_traced(name, "function", tensors) if tensors else UNKNOWN

    def follow(self, function: Function, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Follow a function of the code, and return its value."""
        self.count_steps(20)
        try:
            bound = function.signature.bind_partial(*function.instance, *args, **keywords)
        except TypeError:
            bound = None
        if bound is None or self.depth >= _DEEPEST:
            return self.not_traced(function.name, "function", args)
        bound.apply_defaults()
        outside, statement = self.names, self.statement
        self.names = function.names.new_child(bound.arguments)
        self.depth += 1
        try:
            self.run(function.body)
        except Returned as returned:
            return returned.args[0]
        finally:
            self.depth -= 1
            self.names, self.statement = outside, statement
        return None

    def _class(self, node: ast.ClassDef) -> Class:
        outside, self.names = self.names, self.names.new_child()
        self.run(node.body)
        attributes, self.names = dict(self.names.maps[0]), outside
        for one in attributes.values():
            if isinstance(one, Function):
                one.names = outside
        bases = {*map(bare, node.bases)} & self.bases
        is_read = isinstance(attributes.get(self.call_name), Function)
        base = max(bases, default="") if is_read else ""
        return Class(node.name, node.lineno, attributes, base)

    def instance(self, definition: Class, args: list[Any], keywords: dict[str, Any]) -> ModelObject:
        """Return a model or layer of a class in the code. Its `call` method is followed later."""
        model = ModelObject(self.origin.line, name=definition.name)
        for name, one in definition.attributes.items():
            is_method = isinstance(one, Function)
            model.attributes[name] = replace(one, instance=(model,)) if is_method else one

        def follow_call(args: list[Any], keywords: dict[str, Any]) -> Any:
            method = model.attributes[self.call_name]
            given = self.call_value(method, args, keywords, self.call_name)
            model.inputs, model.outputs = model.inputs or self.found(args[:1]), [given]
            if self.call_name == "call":  # PyTorch's models are always classes.
                self.note("own class", definition.line, name=f"“{definition.name}”")
            return given

        model.call = follow_call
        if "__init__" in definition.attributes:
            self.call_value(model.attributes["__init__"], args, keywords, "__init__")
        if definition.base != "Layer":
            self.models.append(model)
        return model
