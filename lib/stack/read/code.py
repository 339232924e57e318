"""Keras code, as people have it → a stack. It is parsed, and never run, imported or evaluated.

Statements are followed in their order, with what can be told of each value without running it:
see `values.py` for expressions, `calls.py` for what makes layers and models, `layers.py` for how
they become a stack. A loop or function of their own is followed where all that it needs is known,
and that is said with its line, as is what can't be followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from lib.doctor.loss_shapes import RULE_OF
from lib.stack.base import MAX_LAYERS
from lib.stack.making import UNKNOWN
from lib.stack.plain import Input, Unread
from lib.stack.read.calls import Calls, Returned
from lib.stack.read.layers import Model
from lib.stack.read.pasted import is_error, parsed, refused
from lib.stack.read.reading import Reading
from lib.stack.read.values import Function, Opaque

_MOST_ROUNDS = 200
"""Of a loop that is followed."""
_MAKERS = ("Sequential", "Model")
_EARLIER_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
"""Names of Keras 2 → today's."""


def read_code(text: str) -> Reading:
    """The model of a text that is Keras code.

    Of several models it is the one that is fitted, else compiled, else summarised, else the last.

    Raises:
        ModelError: for what is no Python, holds no layers of Keras, or is too much, with its line.
    """
    tree, lines = parsed(text)
    reader = _Reader(lines)
    try:
        reader.run(tree.body)
        return reader.reading(tree, text)
    except Returned:
        return reader.reading(tree, text)
    except RecursionError:
        raise refused("too deep") from None


class _Reader(Calls):
    """What statements come to."""

    def run(self, body: list[ast.stmt]) -> None:
        """Follow some statements. Raises Returned where one of them returns."""
        for statement in body:
            self.spend()
            self.statement = statement
            self._follow(statement)

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
            case ast.For():
                self._loop(statement)
            case ast.While() | ast.AsyncFor():
                self._pass_by(statement, "loop")
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

    def _loop(self, loop: ast.For) -> None:
        """Follow each round where they are known."""
        rounds = self.value(loop.iter)
        rounds = list(rounds) if isinstance(rounds, (str, dict)) else rounds
        jumps = any(isinstance(node, (ast.Break, ast.Continue)) for node in ast.walk(loop))
        if jumps or not isinstance(rounds, (list, tuple, range)) or len(rounds) > _MOST_ROUNDS:
            self._pass_by(loop, "loop")
            return
        before = self.layers.count
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
        if self.layers.count > before:
            self.layers.note("followed", loop.lineno, count=len(rounds))

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
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                value = self.named(node.value.id)
                if isinstance(value, Opaque):
                    makes = makes or self.makes(self.attribute(value, node.attr, node))
                if isinstance(value, Model) and node.attr in ("add", "pop"):
                    models.append(value)
                if node.attr in ("append", "extend", "insert"):
                    changed.add(node.value.id)
        result: Any = UNKNOWN
        if makes or takes or models:
            result = Opaque(why, why, self.at(block), takes)
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
        notes = sorted(layers.notes, key=lambda note: note.line or 0)
        return Reading(stack, "code", tuple(notes), loss, target)

    def _by_defaults(self, tree: ast.Module) -> None:
        """Follow the functions that make a model, since nothing calls them."""
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            names = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            if names.isdisjoint(_MAKERS):
                continue
            arguments = node.args
            defaults = [self.value(one) for one in arguments.defaults]
            by_name = [self.value(one) for one in arguments.kw_defaults]
            before = len(self.layers.models)
            self.follow(Function(node, defaults, by_name), [], {}, node)
            if len(self.layers.models) > before:
                self.layers.note("defaults", node.lineno, name=node.name)

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
        names = list(dict.fromkeys(_names_of(listed)))
        if len(names) != 1:
            self.layers.note("several losses")
            return ""
        known = _EARLIER_LOSSES.get(names[0], names[0])
        rule = RULE_OF.get(known) or RULE_OF.get(known.lower())
        if rule is None:
            self.layers.note("unknown loss", name=names[0])
        return rule.name if rule else ""


def _names_of(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value[:40]
        else:
            yield (
                value.name
                if isinstance(value, Opaque)
                else getattr(getattr(value, "node", None), "name", "…")
            )
