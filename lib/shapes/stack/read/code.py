"""Keras code → a stack. It is parsed, and never run, imported or evaluated.

`interpreter.py` follows its statements and `expressions.py` the expressions in them; `calls.py`
turns calls of Keras into the layers and models of `builder.py`; this module picks the model.
"""

import ast
from contextlib import suppress

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Origin, Stack
from lib.shapes.stack.errors import NotTraced
from lib.shapes.stack.plain import Input, Unread
from lib.shapes.stack.read import pasted
from lib.shapes.stack.read.builder import ModelObject
from lib.shapes.stack.read.interpreter import Interpreter, Returned
from lib.shapes.stack.read.pasted import ModelError, Reading, refused
from lib.shapes.stack.read.values import Class


def read_code(text: str) -> Reading:
    """The model of a text that is Keras code.

    Of several models it is the one that is fitted, else compiled, else summarised, else the last.

    Raises:
        ModelError: for what isn't Python, has no layers of Keras, or is too much, with its line.
    """
    tree, lines = pasted.parsed(text)
    reader = Interpreter(lines)
    try:
        with suppress(Returned):  # a return outside of a function
            reader.run(tree.body)
        if not reader.models:
            _call_what_makes_models(reader, tree)
        models = [one for one in reader.models if one.layers or one.call or one.outputs is not None]
        model = max(reversed(models), key=lambda one: one.rank, default=None)
        stack = reader.stack(model) if model else _without_model(reader)
    except RecursionError:
        raise refused("too deep") from None
    if not stack:
        raise _no_layers(reader, tree, text)
    if len(stack) > MAX_LAYERS:
        raise refused("too many layers", most=MAX_LAYERS, count=len(stack))
    if model and len(models) > 1:
        reader.note("several models", model.line, count=len(models), line=model.line)
    for layer in stack:
        if isinstance(layer, Unread) and isinstance(layer.error, NotTraced):
            line = layer.origin.line if layer.origin else None
            reader.note("unread", line, reason=layer.error.reason)
    loss = _loss(reader, model) if model else ""
    notes = sorted(dict.fromkeys(reader.notes), key=lambda note: note.line or 0)
    target = None
    if model and model.target and model.target.shape:
        samples, *rest = model.target.shape
        if all(isinstance(size, int) for size in rest):
            target = (samples if isinstance(samples, int) else None, *rest)
    return Reading(stack, "code", tuple(notes), loss, target, text)


def _call_what_makes_models(reader: Interpreter, tree: ast.Module) -> None:
    """Make the models of classes, else call the functions that make one, as nothing else does."""
    for own in list(reader.names.values()):
        if isinstance(own, Class) and own.has_call and own.base == "Model":
            reader.origin = Origin(own.line, "", "")
            reader.instance(own, [], {})
    for node in ast.walk(tree) if not reader.models else ():
        if isinstance(node, ast.FunctionDef):
            names = {*map(pasted.bare, reader.walk(node))}
            if names & {"Sequential", "Model"}:
                before = len(reader.models)
                reader.follow(reader.function(node.name, node.args, node.body), [], {})
                if len(reader.models) > before:
                    reader.note("defaults", node.lineno, name=f"“{node.name}”")


def _without_model(reader: Interpreter) -> Stack:
    """The layers of a code that makes no model of them; () where there are none."""
    called = any(not isinstance(layer, Input) for layer in reader.rows)
    if not called and (reader.skipped or not reader.layers):
        return ()
    reader.note("no model")
    return reader.stack(None if called else ModelObject(1, [*reader.layers]))


def _no_layers(reader: Interpreter, tree: ast.Module, text: str) -> ModelError:
    """Why nothing can be read."""
    if pasted.PYTHON_ERROR.search(text):
        return refused("an error")
    if reader.skipped:
        origin, why = reader.skipped
        return refused("passed by", origin.line, received=pasted.WORDS["unread"][why])
    if "torch" in text:
        return refused("other layers")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.bases:
            return refused("a class", node.lineno, name=node.name)
    return refused("no model")


def _loss(reader: Interpreter, model: ModelObject) -> str:
    """Keras's name of a model's loss; empty, with a note, where it isn't known."""
    if model.loss is None:
        return ""
    names = {getattr(one, "name", one) for one in reader.leaves(model.loss)}
    name = names.pop() if len(names) == 1 else "…"
    name = name[:40] if isinstance(name, str) else "…"
    rule = RULE_OF.get(name) or RULE_OF.get(name.lower())
    if rule is None:
        reader.note("unknown loss", name=name)
    return rule.name if rule else ""
