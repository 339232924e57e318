"""Keras code, as people have it → a stack. It is parsed, and never run, imported or evaluated.

Statements are followed in their order, with what can be told of each value without running it:
see `values.py` for expressions, `calls.py` for what makes layers and models, `layers.py` for how
they become a stack. A loop or function of their own is followed where all that it needs is known,
and that is said with its line, as is what can't be followed.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from lib.doctor.loss_shapes import RULE_OF
from lib.stack.base import MAX_LAYERS
from lib.stack.making import UNKNOWN
from lib.stack.plain import Input, Unread
from lib.stack.read.calls import Calls
from lib.stack.read.layers import Model
from lib.stack.read.pasted import WORDS, is_error, parsed, refused
from lib.stack.read.reading import ModelError, Reading
from lib.stack.read.values import MOST_STEPS, Function, Opaque
from lib.toml import say

_MOST_ROUNDS = 100
"""Of a loop that is followed."""
_DEEPEST = 12
"""Of functions that call one another."""
_MAKERS = ("Sequential", "Model")
_EARLIER_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
"""Names of Keras 2 → today's."""


class Returned(Exception):  # noqa: N818  no error
    """A function returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def read_code(text: str) -> Reading:
    """The model of a text that is Keras code.

    Of several models it is the one that is fitted, else compiled, else summarised, else the last.

    Raises:
        ModelError: for what is no Python, holds no layers of Keras, or is too much, with its line.
    """
    tree, lines = parsed(text)
    reader = _Reader(lines)
    try:
        with suppress(Returned):  # outside of a function, where it is no Python
            reader.run_all(tree.body)
        return reader.reading(tree, text)
    except RecursionError:
        raise refused("too deep") from None


class _Reader(Calls):
    """What statements come to."""

    passed_by: Opaque | None = None
    """The first block with layers that can't be followed."""

    def run(self, body: list[ast.stmt]) -> None:
        """Follow some statements. Raises Returned where one of them returns."""
        for statement in body:
            self.spend()
            self.statement = statement
            self._follow(statement)

    def run_all(self, body: list[ast.stmt]) -> None:
        """Follow a code as far as it isn't too much, if there is a model by then."""
        try:
            self.run(body)
        except ModelError:
            if self.steps <= MOST_STEPS or not self.layers.models:
                raise
            self.layers.note("too much", getattr(self.statement, "lineno", None))
            self.steps, self.scopes = 0.0, self.scopes[:1]

    def _follow(self, statement: ast.stmt) -> None:  # noqa: PLR0912  one for each statement
        scope = self.scopes[-1]
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
                self.assign(target, self.operation(how, left, self.value(right), statement))
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                arguments = statement.args
                defaults = [self.value(one) for one in arguments.defaults]
                by_name = [self.value(one) for one in arguments.kw_defaults]
                scope[name] = Function(statement, defaults, by_name)
            case ast.ClassDef(name):
                scope[name] = Opaque(name, "class", self.at(statement))
                for line in statement.body:
                    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                        self.scopes[0][f"self.{line.targets[0].id}"] = self.value(line.value)
            case ast.Import(names):
                for alias in names:
                    root = alias.name.partition(".")[0]
                    scope[alias.asname or root] = Opaque(alias.name if alias.asname else root)
            case ast.ImportFrom(module, names):
                for alias in names:
                    scope[alias.asname or alias.name] = Opaque(f"{module}.{alias.name}")
            case ast.If(test, body, orelse):
                known = self.truth(test)
                if known is None:
                    self._pass_by(statement, "branch")
                else:
                    self.run(body if known else orelse)
            case ast.For() | ast.While() | ast.AsyncFor():
                self._loop(statement)
            case ast.Match():
                self._pass_by(statement, "branch")
            case ast.With(items, body) | ast.AsyncWith(items, body):
                for item in items:
                    value = self.value(item.context_expr)
                    if item.optional_vars is not None:
                        self.assign(item.optional_vars, value)
                self.run(body)
            case ast.Try(body, _, orelse, last):
                self.run([*body, *orelse, *last])
            case ast.Return(value):
                raise Returned(self.value(value))

    def follow(
        self, function: Function, args: list[Any], keywords: dict[str, Any], node: ast.AST
    ) -> Any:
        """What a function of the code gives."""
        if len(self.scopes) > _DEEPEST:
            return Opaque(function.node.name, "function", self.at(node), self.layers.found(args))
        self.spend(20)
        about = function.node.args
        names = [one.arg for one in (*about.posonlyargs, *about.args)]
        bound: dict[str, Any] = dict.fromkeys(names, UNKNOWN)
        bound |= dict(zip(reversed(names), reversed(function.defaults), strict=False))
        for one, default in zip(about.kwonlyargs, function.keyword_defaults, strict=True):
            bound[one.arg] = default
        if about.vararg:
            bound[about.vararg.arg] = tuple(args[len(names) :])
        bound |= dict(zip(names, args, strict=False))
        bound |= {key: value for key, value in keywords.items() if key in bound}
        if about.kwarg:
            bound[about.kwarg.arg] = {key: one for key, one in keywords.items() if key not in bound}
        self.scopes.append(bound)
        statement = self.statement
        try:
            self.run(function.node.body)
        except Returned as returned:
            return returned.value
        finally:
            self.scopes.pop()
            self.statement = statement
        return None

    def _loop(self, loop: ast.For | ast.While | ast.AsyncFor) -> None:
        """Follow each round where they are known."""
        before, count = len(self.layers.parts), 0
        known: bool | None = True
        jumps = any(isinstance(node, (ast.Break, ast.Continue)) for node in ast.walk(loop))
        jumps = jumps or (isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant))
        if isinstance(loop, ast.While):
            while not jumps and count < _MOST_ROUNDS and (known := self.truth(loop.test)):
                self.run(loop.body)
                count += 1
            known = known is False
        else:
            rounds = self.value(loop.iter)
            rounds = list(rounds) if isinstance(rounds, (str, dict)) else rounds
            known = isinstance(rounds, (list, tuple, range)) and len(rounds) <= _MOST_ROUNDS
            for one in rounds if known and not jumps else ():
                self.assign(loop.target, one)
                self.run(loop.body)
                count += 1
        if jumps or not known:
            self._pass_by(loop, "loop")
        else:
            self.layers.note_of_parts(before, "followed", loop.lineno, count=count)

    def _pass_by(self, block: ast.stmt, why: str) -> None:
        """What a block that can't be followed changes isn't known from there on."""
        changed, models, makes = set[str](), [], False
        takes = self.tensors_in(block)
        for node in ast.walk(block):
            self.spend()
            if isinstance(node, ast.Name):
                value = self.named(node.id)
                makes = makes or self.makes(value)
                if isinstance(node.ctx, ast.Store):
                    changed.add(node.id)
            elif isinstance(node, ast.Attribute) and _is_name(node.value):
                value = self.value(node.value)
                if isinstance(value, Opaque):
                    makes = makes or self.makes(self.attribute(value, node.attr, node))
                if isinstance(value, Model) and node.attr in ("add", "pop"):
                    models.append(value)
                if node.attr in ("append", "extend", "insert") and isinstance(node.value, ast.Name):
                    changed.add(node.value.id)
        result: Any = UNKNOWN
        if makes or takes or models:
            result = Opaque(why, why, self.at(block), takes)
            self.passed_by = self.passed_by or result
        elif isinstance(block, (ast.For, ast.While)):
            self.scopes[-1].update(dict.fromkeys(changed, UNKNOWN))
            with suppress(Returned):  # what it returns, and in which round, isn't known
                self.run(block.body)
        self.scopes[-1].update(dict.fromkeys(changed, result))
        for model in {id(model): model for model in models}.values():
            if model.parts is not None:
                model.parts.append(result)

    def reading(self, tree: ast.Module, text: str) -> Reading:
        """What was read, all in all."""
        layers = self.layers
        if not layers.models:
            self._by_defaults(tree)
        usable = [model for model in layers.models if model.parts or model.outputs is not None]
        model = max(reversed(usable), key=lambda one: (one.rank, not one.taken), default=None)
        if model is None:
            stack = self._without_model(tree, text)
        else:
            inputs, outputs = layers.ends(model)
            stack = layers.stack(inputs, layers.tensors(outputs))
            if model.by_defaults is not None:
                name = model.by_defaults.name
                layers.note("defaults", model.by_defaults.lineno, name=f"`{name}`")
            if len(usable) > 1:
                layers.note("several models", model.line, count=len(usable), line=model.line)
        if len(stack) > MAX_LAYERS:
            raise refused("too many layers", most=MAX_LAYERS, count=len(stack))
        for layer in stack:
            if isinstance(layer, Unread) and layer.error and layer.error.when == "read":
                words = {"expected": layer.error.expected, "received": layer.error.received}
                layers.note("unread", layer.origin.line if layer.origin else None, **words)
        target = model.target.shape if model and model.target else None
        if target is not None:
            target = tuple(size if isinstance(size, int) else None for size in target)
            target = None if None in target[1:] else target
        loss = self._loss(model.loss) if model else ""
        notes = sorted(dict.fromkeys(layers.notes), key=lambda note: note.line or 0)
        return Reading(stack, "code", tuple(notes), loss, target)

    def _by_defaults(self, tree: ast.Module) -> None:
        """Follow the functions that make a model, since nothing calls them."""
        derived = {
            id(line)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.bases
            for line in node.body
        }
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            names = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            sets_up = node.name == "__init__" and id(node) not in derived
            if names.isdisjoint(_MAKERS) and not sets_up:
                continue
            arguments = node.args
            defaults = [self.value(one) for one in arguments.defaults]
            by_name = [self.value(one) for one in arguments.kw_defaults]
            before = len(self.layers.models)
            self.follow(Function(node, defaults, by_name), [], {}, node)
            for model in self.layers.models[before:]:
                model.by_defaults = node

    def _without_model(self, tree: ast.Module, text: str) -> Any:
        """The layers of a code that makes no model of them."""
        layers = self.layers
        stack: Any = ()
        if any(not isinstance(layer, Input) for layer in layers.graph.layers):
            stack = layers.stack([], [])
        elif loose := [part for part in layers.parts if not part.taken]:
            inputs, outputs = layers.ends(Model(1, list(loose)))
            stack = layers.stack(inputs, layers.tensors(outputs))
        if stack:
            layers.note("no model")
            return stack
        if is_error(text):
            raise refused("an error")
        if self.passed_by is not None and self.passed_by.origin is not None:
            received = say(WORDS["unread"], self.passed_by.why)
            raise refused("passed by", self.passed_by.origin.line, received=received)
        imported = {
            value.path.partition(".")[0]
            for value in self.scopes[0].values()
            if isinstance(value, Opaque)
        }
        if "torch" in imported:
            raise refused("other layers", name="PyTorch")
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.bases:
                raise refused("a class", node.lineno, name=node.name)
        raise refused("no model")

    def _loss(self, value: Any) -> str:
        """Keras's name of what `compile` is given; empty, with a note, where it isn't known."""
        if value is None:
            return ""
        listed = list(value.values()) if isinstance(value, dict) else value
        listed = listed if isinstance(listed, (list, tuple)) else [listed]
        names = list(dict.fromkeys(map(_called, listed)))
        if len(names) != 1:
            self.layers.note("several losses")
            return ""
        known = _EARLIER_LOSSES.get(names[0], names[0])
        rule = RULE_OF.get(known) or RULE_OF.get(known.lower())
        if rule is None:
            self.layers.note("unknown loss", name=names[0])
        return rule.name if rule else ""


def _is_name(node: ast.expr) -> bool:
    """Whether it is a name, or one with dots: self.model."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _called(loss: Any) -> str:
    """What a loss is called."""
    if isinstance(loss, Function):
        return loss.node.name
    if isinstance(loss, Opaque):
        return loss.name
    return loss[:40] if isinstance(loss, str) else "…"
