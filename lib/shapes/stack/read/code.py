"""Keras code → a stack. It is parsed, and never run, imported or evaluated.

`interpreter.py` follows its statements and `expressions.py` the expressions in them; `calls.py`
turns calls of Keras into the layers and models of `builder.py`; this module picks the model.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Origin, Stack
from lib.shapes.stack.errors import NotTraced
from lib.shapes.stack.plain import Input, Unread
from lib.shapes.stack.read.builder import Builder, ModelObject
from lib.shapes.stack.read.interpreter import Interpreter, Returned
from lib.shapes.stack.read.pasted import PYTHON_ERROR, WORDS, bare, parsed, refused
from lib.shapes.stack.read.reading import ModelError, Reading
from lib.shapes.stack.read.values import Class
from lib.text import say

_KERAS_2_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}


def read_code(text: str) -> Reading:
    """The model of a text that is Keras code.

    Of several models it is the one that is fitted, else compiled, else summarised, else the last.

    Raises:
        ModelError: for what isn't Python, has no layers of Keras, or is too much, with its line.
    """
    tree, lines = parsed(text)
    interpreter = Interpreter(lines)
    builder = interpreter.builder
    try:
        with suppress(Returned):  # a return outside of a function
            interpreter.run(tree.body)
        if not builder.models:
            _call_what_makes_models(interpreter, tree)
        models = [
            one for one in builder.models if one.layers or one.call or one.outputs is not None
        ]
        model = max(reversed(models), key=lambda one: one.rank, default=None)
        stack = _without_model(interpreter) if model is None else builder.stack(model)
    except RecursionError:
        raise refused("too deep") from None
    if not stack:
        raise _no_layers(interpreter, tree, text)
    if len(stack) > MAX_LAYERS:
        raise refused("too many layers", most=MAX_LAYERS, count=len(stack))
    if model is not None and len(models) > 1:
        builder.note("several models", model.line, count=len(models), line=model.line)
    for layer in stack:
        if isinstance(layer, Unread) and isinstance(layer.error, NotTraced):
            line = layer.origin.line if layer.origin else None
            builder.note("unread", line, reason=layer.error.reason)
    loss = _loss(builder, model.loss) if model else ""
    samples, *rest = (model.target.shape if model and model.target else ()) or (None, None)
    target = (samples if isinstance(samples, int) else None, *rest)
    has_target = all(isinstance(size, int) for size in rest)
    notes = sorted(dict.fromkeys(builder.notes), key=lambda note: note.line or 0)
    return Reading(stack, "code", tuple(notes), loss, target if has_target else None, text)


def _call_what_makes_models(interpreter: Interpreter, tree: ast.Module) -> None:
    """Make the models of classes, else call the functions that make one, as nothing else does."""
    builder = interpreter.builder
    for own in list(interpreter.names.values()):
        if isinstance(own, Class) and own.has_call and own.base == "Model":
            builder.origin = Origin(own.line, "", "")
            interpreter.instance(own, [], {})
    for node in ast.walk(tree) if not builder.models else ():
        if isinstance(node, ast.FunctionDef):
            names = {*map(bare, interpreter.walk(node))}
            if names & {"Sequential", "Model"}:
                before = len(builder.models)
                function = interpreter.function(node.name, node.args, node.body)
                interpreter.follow(function, [], {})
                if len(builder.models) > before:
                    builder.note("defaults", node.lineno, name=f"“{node.name}”")


def _without_model(interpreter: Interpreter) -> Stack:
    """The layers of a code that makes no model of them; () where there are none."""
    builder = interpreter.builder
    called = any(not isinstance(layer, Input) for layer in builder.graph.layers)
    if not called and (interpreter.skipped or not builder.layers):
        return ()
    builder.note("no model")
    return builder.stack(None if called else ModelObject(1, [*builder.layers]))


def _no_layers(interpreter: Interpreter, tree: ast.Module, text: str) -> ModelError:
    """Why nothing can be read."""
    if PYTHON_ERROR.search(text):
        return refused("an error")
    if interpreter.skipped:
        origin, why = interpreter.skipped
        return refused("passed by", origin.line, received=say(WORDS["unread"], why))
    if "torch" in text:
        return refused("other layers")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.bases:
            return refused("a class", node.lineno, name=node.name)
    return refused("no model")


def _loss(builder: Builder, value: Any) -> str:
    """Keras's name of the loss that `compile` gets; empty, with a note, where it isn't known."""
    if value is None:
        return ""
    losses = [getattr(one, "name", one) for one in builder.leaves(value)]
    names = {one if isinstance(one, str) else "…" for one in losses}
    if len(names) != 1:
        builder.note("several losses")
        return ""
    name = names.pop()[:40]
    today = _KERAS_2_LOSSES.get(name, name)
    rule = RULE_OF.get(today) or RULE_OF.get(today.lower())
    if rule is None:
        builder.note("unknown loss", name=name)
    return rule.name if rule else ""
