"""Keras code, as people have it → a stack. It is parsed, and never run, imported or evaluated.

Its statements are followed in their order (`statements.py`, `expressions.py`), calls of Keras
become layers and models (`calls.py`, `layers.py`), and this file picks the model that is meant.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Origin, Stack
from lib.shapes.stack.errors import NotTraced
from lib.shapes.stack.plain import Input, Unread
from lib.shapes.stack.read.layers import Layers, Model
from lib.shapes.stack.read.pasted import WORDS, bare, is_error, parsed, refused
from lib.shapes.stack.read.reading import ModelError, Reading
from lib.shapes.stack.read.statements import Reader, Returned
from lib.shapes.stack.read.values import Class
from lib.text import say


def read_code(text: str) -> Reading:
    """The model of a text that is Keras code.

    Of several models it is the one that is fitted, else compiled, else summarised, else the last.

    Raises:
        ModelError: for what is no Python, holds no layers of Keras, or is too much, with its line.
    """
    tree, lines = parsed(text)
    reader = Reader(lines)
    layers = reader.layers
    try:
        with suppress(Returned):  # outside of a function, where it is no Python
            reader.run(tree.body)
        if not layers.models:
            _by_defaults(reader, tree)
        usable = [one for one in layers.models if one.parts or one.call or one.outputs is not None]
        model = max(reversed(usable), key=lambda one: one.rank, default=None)
        stack = _loose(reader) if model is None else layers.stack(model)
    except RecursionError:
        raise refused("too deep") from None
    if not stack:
        raise _without_layers(reader, tree, text)
    if len(stack) > MAX_LAYERS:
        raise refused("too many layers", most=MAX_LAYERS, count=len(stack))
    if model is not None and len(usable) > 1:
        layers.note("several models", model.line, count=len(usable), line=model.line)
    for layer in stack:
        if isinstance(layer, Unread) and isinstance(layer.error, NotTraced):
            line = layer.origin.line if layer.origin else None
            layers.note("unread", line, reason=layer.error.reason)
    loss = _loss(layers, model.loss) if model else ""
    samples, *rest = (model.target.shape if model and model.target else ()) or (None, None)
    told = all(isinstance(size, int) for size in rest)
    target = (samples if isinstance(samples, int) else None, *rest) if told else None
    notes = sorted(dict.fromkeys(layers.notes), key=lambda note: note.line or 0)
    return Reading(stack, "code", tuple(notes), loss, target, text)


def _by_defaults(reader: Reader, tree: ast.Module) -> None:
    """Make the models of classes, and follow the functions that make one: nothing calls them."""
    layers = reader.layers
    for own in list(reader.names.values()):
        if isinstance(own, Class) and own.base == "Model":
            layers.origin = Origin(own.line, "", "")
            reader.instance(own, [], {})
    if layers.models:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = {*map(bare, reader.walk(node))}
            if names & {"Sequential", "Model"}:
                before = len(layers.models)
                reader.follow(reader.function(node.name, node.args, node.body), [], {})
                if len(layers.models) > before:
                    layers.note("defaults", node.lineno, name=f"“{node.name}”")


def _loose(reader: Reader) -> Stack:
    """The layers of a code that makes no model of them; () where there are none."""
    layers = reader.layers
    called = any(not isinstance(layer, Input) for layer in layers.graph.layers)
    if not called and (reader.skipped or not layers.parts):
        return ()
    layers.note("no model")
    return layers.stack(None if called else Model(1, [*layers.parts]))


def _without_layers(reader: Reader, tree: ast.Module, text: str) -> ModelError:
    """Why nothing can be read."""
    if is_error(text):
        return refused("an error")
    if reader.skipped:
        origin, why = reader.skipped
        return refused("passed by", origin.line, received=say(WORDS["unread"], why))
    if "torch" in text:
        return refused("other layers", name="PyTorch")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.bases:
            return refused("a class", node.lineno, name=node.name)
    return refused("no model")


def _loss(layers: Layers, value: Any) -> str:
    """Keras's name of what `compile` is given; empty, with a note, where it isn't known."""
    told = [getattr(one, "name", one) for one in layers.leaves(value)]
    names = {one if isinstance(one, str) else "…" for one in told}
    if value is None:
        return ""
    if len(names) != 1:
        layers.note("several losses")
        return ""
    name = names.pop()[:40]
    known = WORDS["earlier_losses"].get(name, name)
    rule = RULE_OF.get(known) or RULE_OF.get(known.lower())
    if rule is None:
        layers.note("unknown loss", name=name)
    return rule.name if rule else ""
