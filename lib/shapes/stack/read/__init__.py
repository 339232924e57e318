"""Read a user's model into a stack, from Keras code or from a configuration.

    stack = read_model("model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])")

Nothing is run, imported or unpickled. Code that can't be read is reported with its line.

This module follows statements in order, `expressions.py` evaluates expressions, and `calls.py`
turns Keras calls into the layers and models of `builder.py`. A loop or function is followed if all
its values are known, and skipped otherwise.
"""

import ast
from contextlib import suppress
from dataclasses import replace
from typing import Any

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Origin, Stack
from lib.shapes.stack.making import UNKNOWN, Unknown
from lib.shapes.stack.plain import Input
from lib.shapes.stack.read import pasted, values
from lib.shapes.stack.read.config import read_config
from lib.shapes.stack.read.expressions import Expressions
from lib.shapes.stack.read.pasted import ModelError, ModelReading, bare, model_error
from lib.shapes.stack.read.values import Array, Class, Function, LayerObject, ModelObject, Name
from lib.text import filled

_DEEPEST = 12  # depth of nested function calls that are followed


def read_source(source: str | bytes, name: str = "") -> ModelReading:
    """Read the model in code, a notebook, a configuration or a file. Raises ModelError."""
    is_archive = isinstance(source, bytes) and source[:2] == b"PK"
    if is_archive or name.lower().endswith((".keras", ".h5", ".hdf5")):
        return read_config(source)
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise model_error("encoding") from None
    shown = source.strip("\ufeff \t\r\n'\"")  # A printed string has quotes.
    if not shown.startswith("{"):
        return read_code(source)
    code = pasted.notebook_code(source) if '"cells"' in source else ""
    return read_code(code) if code else read_config(shown)


def read_model(source: str | bytes, name: str = "") -> Stack:
    """Return the stack of a text or file, as `read_source` does. Raises ModelError."""
    return read_source(source, name).stack


def read_code(text: str) -> ModelReading:
    """Read the model in Keras code.

    Of several models, read the fitted one, or else the compiled, the summarized or the last one.
    Raises ModelError for text that isn't Python, has no Keras layers, or is too long.
    """
    tree, lines = pasted.parsed(text)
    reader = Interpreter(lines)
    try:
        with suppress(Returned):  # The code may have a return outside of a function.
            reader.run(tree.body)
        if not reader.models:
            _create_uncalled_models(reader, tree)
        models = [one for one in reader.models if one.outputs or one.call]
        model = max(reversed(models), key=lambda one: one.rank, default=None)
        if model or any(not isinstance(layer, Input) for layer in reader.rows):
            stack = reader.stack(model)
        else:
            has_layers = reader.layers and not reader.skipped
            stack = reader.stack(reader.sequential(reader.layers)) if has_layers else ()
    except RecursionError:
        raise model_error("too deep") from None
    if not stack:
        raise _no_layers(reader, tree, text)
    if len(stack) > MAX_LAYERS:
        raise model_error("too many layers", most=MAX_LAYERS, count=len(stack))
    if not model:
        reader.note("no model")
    elif len(models) > 1:
        reader.note("several models", model.line, count=len(models), line=model.line)
    loss, from_logits = _loss(reader, model) if model else ("", None)
    notes = sorted(dict.fromkeys(reader.notes), key=lambda note: note.line or 0)
    target, y = None, model.target if model else None
    if not y and (not model or model.rank < 3):
        y = reader.names.get("y")  # no call of `fit` is read
    if isinstance(y, Array):
        samples, *rest = y.shape or (None, None)
        if all(isinstance(size, int) for size in rest):
            target = (samples if isinstance(samples, int) else None, *rest)
    weighted = model is not None and model.class_weight is not None
    return ModelReading(stack, "code", tuple(notes), loss, target, text, from_logits, weighted)


class Returned(Exception):  # noqa: N818  no error
    """Raised by a `return` statement, with the returned value as its argument."""


class Interpreter(Expressions):
    """Follows the statements of the code in order."""

    _depth = 0

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
        if self._depth and any(isinstance(one, ast.Return) for one in self.walk(block)):
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
        outside, self.names = self.names, self.names.new_child()
        self.run(node.body)
        attributes, self.names = dict(self.names.maps[0]), outside
        for one in attributes.values():
            if isinstance(one, Function):
                one.names = outside
        bases = {*map(bare, node.bases)} & {"Model", "Layer"}
        base = max(bases, default="") if isinstance(attributes.get("call"), Function) else ""
        return Class(node.name, node.lineno, attributes, base)

    def instance(self, definition: Class, args: list[Any], keywords: dict[str, Any]) -> ModelObject:
        """Return a model or layer of a class in the code. Its `call` method is followed later."""
        model = ModelObject(self.origin.line)
        for name, one in definition.attributes.items():
            is_method = isinstance(one, Function)
            model.attributes[name] = replace(one, instance=(model,)) if is_method else one
        build = model.attributes.pop("build", None)  # Keras calls `build` before the first call

        def follow_call(args: list[Any], keywords: dict[str, Any]) -> Any:
            nonlocal build
            if build:
                shapes = [*map(self.shape, self.found(args[:1]))]
                method, build = build, None
                self.call_value(method, [shapes] if shapes[1:] else shapes, {}, "build")
            given = self.follow(model.attributes["call"], args, keywords)
            model.inputs, model.outputs = model.inputs or self.found(args[:1]), [given]
            self.note("own class", definition.line, name=f"“{definition.name}”")
            return given

        model.call = follow_call
        if "__init__" in definition.attributes:
            self.call_value(model.attributes["__init__"], args, keywords, "__init__")
        if definition.base == "Model":
            self.models.append(model)
        return model


def _create_uncalled_models(reader: Interpreter, tree: ast.Module) -> None:
    """Create models of classes that code never calls, or else call functions that build models."""
    for definition in list(reader.names.values()):
        if isinstance(definition, Class) and definition.base == "Model":
            reader.origin = Origin(definition.line, "", "")
            reader.instance(definition, [], {})
    for node in ast.walk(tree) if not reader.models else ():
        if isinstance(node, ast.FunctionDef):
            names = {*map(bare, reader.walk(node))}
            if names & {"Sequential", "Model"}:
                before = len(reader.models)
                reader.follow(reader.function(node.name, node.args, node.body), [], {})
                if len(reader.models) > before:
                    reader.note("defaults", node.lineno, name=f"“{node.name}”")


def _no_layers(reader: Interpreter, tree: ast.Module, text: str) -> ModelError:
    if pasted.PYTHON_ERROR.search(text):
        return model_error("an error")
    if reader.skipped:
        origin, why = reader.skipped
        received = filled(pasted.TEXTS["unread"], why, name=f"“{origin.text[:60]}”")
        return model_error("passed by", origin.line, received=received)
    if "torch" in text:
        return model_error("other layers")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.bases:
            return model_error("a class", node.lineno, name=node.name)
    return model_error("no model")


def _loss(reader: Interpreter, model: ModelObject) -> tuple[str, bool | None]:
    """Return the loss's name, "" if unknown, and its `from_logits`."""
    if model.loss is None:
        return "", None
    losses = [*reader.leaves(model.loss)]
    names = {getattr(one, "name", one) for one in losses}
    name = names.pop() if len(names) == 1 else "…"
    name = name[:40] if isinstance(name, str) else "…"
    rule = RULE_OF.get(name) or RULE_OF.get(name.lower())
    if rule is None:
        reader.note("unknown loss", name=name)
    flags = [getattr(one, "from_logits", None) for one in losses]
    is_open = reader.has_open_activation or any(isinstance(one, Unknown) for one in flags)
    return rule.name if rule else "", None if is_open else True in flags
