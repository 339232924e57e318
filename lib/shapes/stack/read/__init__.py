"""Read a user's model into a stack, from Keras code or from a configuration.

    stack = read_model("model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])")

Nothing is run, imported or unpickled. Code that can't be read is reported with its line.

`statements.py` follows statements in order, `expressions.py` evaluates expressions, and `calls.py`
turns Keras calls into the layers and models of `builder.py`. A loop or function is followed if all
its values are known, and skipped otherwise. `torch_code.py` does the same for PyTorch.
"""

import ast
from contextlib import suppress

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Origin, Stack
from lib.shapes.stack.making import Unknown
from lib.shapes.stack.plain import Input
from lib.shapes.stack.read import pasted, torch_code
from lib.shapes.stack.read.config import read_config
from lib.shapes.stack.read.pasted import ModelError, ModelReading, bare, model_error
from lib.shapes.stack.read.statements import Interpreter, Returned
from lib.shapes.stack.read.torch_code import TorchInterpreter
from lib.shapes.stack.read.values import Array, Class, ModelObject
from lib.text import filled


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
    """Read the model in code for Keras or PyTorch.

    Of several models, read the fitted one, or else the compiled, the summarized or the last one.
    In PyTorch, read the last one that the code calls, or else the first.
    Raises ModelError for text that isn't Python, has no layers, or is too long.
    """
    tree, lines = pasted.parsed(text)
    if not torch_code.is_torch(tree):
        return _read(Interpreter(lines), tree, text)
    return torch_code.finished(_read(TorchInterpreter(lines), tree, text))


def _read(reader: Interpreter, tree: ast.Module, text: str) -> ModelReading:
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
        name = model.name or "The model"
        reader.note("several models", model.line, count=len(models), line=model.line, name=name)
    loss, from_logits = _loss(reader, model) if model else ("", None)
    notes = sorted(dict.fromkeys(reader.notes), key=lambda note: note.line or 0)
    target, y = None, model.target if model else None
    if not y and (not model or model.rank < 3):
        y = reader.names.get("y")  # no call of `fit` is read
    if isinstance(y, Array):
        samples, *rest = y.shape or (None, None)
        if all(isinstance(size, int) for size in rest):
            target = (samples if isinstance(samples, int) else None, *rest)
    return ModelReading(stack, "code", tuple(notes), loss, target, text, from_logits)


def _create_uncalled_models(reader: Interpreter, tree: ast.Module) -> None:
    """Create models of classes that code never calls, or else call functions that build models."""
    for definition in list(reader.names.values()):
        if isinstance(definition, Class) and definition.base not in ("", "Layer"):
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
