"""Calls in code that is read: of layers, inputs and models, and of what works on tensors."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack.joining import Joining
from lib.shapes.stack.making import CELLS, MAKES, UNKNOWN, Unknown, arguments_of, made, open_numbers
from lib.shapes.stack.plain import SIGNS, Unpack, WithNumber
from lib.shapes.stack.read.building import Value
from lib.shapes.stack.read.layers import Layers, Model, Part
from lib.shapes.stack.read.pasted import WORDS
from lib.shapes.stack.read.values import (
    FUNCTIONS,
    LONGEST,
    Array,
    Class,
    Name,
    array,
    function,
    listed,
    plain,
)
from lib.shapes.stack.recurrent import Cell, CellStack, Recurrent
from lib.shapes.stack.settings import ACTIVATIONS
from lib.shapes.stack.tensors import sizes

_WRAPPERS = ("Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed")
_MERGES = {name.lower(): name for name in WORDS["merges"]}
"""Functions that make a layer and call it, by name."""
MAKES_LAYERS = {*MAKES, *_MERGES, "Sequential", "Model", "Input"}
_OPERATIONS = {"ops", "backend", "nn", "math", "activations", "utils", "random", "preprocessing"}
"""Modules of Keras whose functions are no layers."""
_LIBRARIES = ("numpy", "tensorflow", "keras", "tf_keras")
_MERGES_OF: dict[type, str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
_OPERATOR_OF = {name.lower(): operator() for operator, name in _MERGES_OF.items()}
"""By name of a function of keras.ops, the operator that does the same."""
_SAME = ("cast", "convert_to_tensor", "identity")
"""Functions whose output has the shape of their input, and its numbers."""
_TENSORS = ("inputs", "sequences", "x", "query", "value", "key")
"""Arguments of a layer's call that are what it is called on, in order."""


def call(  # noqa: PLR0911  one each
    layers: Layers, callee: Any, args: list[Any], keywords: dict[str, Any], name: str
) -> Any:
    """What a call gives of something that the code doesn't define."""
    if isinstance(callee, Name):
        return _library_call(layers, callee, args, keywords)
    tensors = layers.found(args, keywords)
    if isinstance(callee, Part) and not callee.known and not tensors:
        return callee
    if not isinstance(callee, (Part, Model)):
        return layers.not_traced(name, "function", tensors) if tensors else UNKNOWN
    takes_several = isinstance(callee, Part) and callee.layer.kind == "mha"
    given = [*(args if takes_several else args[:1])]
    given += [keywords[key] for key in _TENSORS if key in keywords]
    if isinstance(callee, Model):
        return layers.call(callee, layers.tensors(given)) if layers.found(given) else UNKNOWN
    if isinstance(callee, Part) and callee.cell_class:
        return _step_of_cell(layers, callee, given[:1], keywords.get("states", args[1:2]))
    starts = isinstance(callee.layer, Recurrent)
    after = args[1] if starts and args[1:] else []
    states = layers.found(keywords.get("initial_state", after))
    if states and not starts:
        return layers.not_traced(callee.layer.keras, "states", given, states)
    if not given:
        return UNKNOWN
    return _layer_called(layers, callee, given if given[1:] else given[0], states)


def _step_of_cell(layers: Layers, part: Part, given: list[Any], states: Any) -> Any:
    """What a cell gives that is called by itself: the output, and a list of the states after it."""
    if not isinstance(part.layer, CellStack) or len(part.layer.layers()) > 1:
        return layers.not_traced(part.cell_class, "cell", given, states)
    step = Part(Cell(part.layer.cells, origin=layers.origin), cell=part)
    value = layers.call(step, layers.tensors([*given, states]))
    return value[0], [value[at] for at in range(1, len(Cell(part.layer.cells).returned()))]


def _layer_called(layers: Layers, part: Part, given: Any, states: Sequence[Value] = ()) -> Any:
    """What a layer gives that is called on a tensor, or on a list; Keras takes no number there."""
    others = [one for one in layers.leaves(given) if plain(one)]
    numbers = [one for one in others if one is not None]
    if others and not numbers and isinstance(part.layer, Joining):
        # Of Concatenate the words are Python's own, for anything that it can't go through.
        said = "'NoneType' object has no attribute 'shape'" * (part.layer.kind != "concat")
        part = layers.refused(part.layer.keras, "None among tensors", message=said)
    if numbers:
        words = {"value": f"{numbers[0]}"[:40], "type": type(numbers[0]).__name__}
        part = layers.refused(part.layer.keras, "no tensor", **words)
    value = layers.call(part, layers.tensors(given), states)
    layers.graph.lists |= {value.node} if listed(given) else set()
    return value


def _library_call(layers: Layers, called: Name, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What something of a library gives: a layer, an input, a model, an array."""
    name, (root, *modules) = called.name, called.path.split(".")[:-1] or [""]
    tensors = layers.found(args, keywords)
    of_keras = root in ("keras", "tf_keras") or (root == "tensorflow" and "keras" in modules)
    if of_keras and _OPERATIONS.isdisjoint(modules):
        if name in ("Input", "InputLayer"):
            return _input(layers, args, keywords)
        if name in ("Sequential", "Model", "Functional"):
            return _model(layers, name, args, keywords)
        if name in _MERGES and tensors:
            joined = keywords.pop("inputs", (*args, None)[0])
            part = _made(layers, _MERGES[name], args[1:], keywords)
            return _layer_called(layers, part, joined)
        if name in MAKES or ("layers" in modules and name[:1].isupper()):
            return _made(layers, name, args, keywords)
    known: Any = UNKNOWN
    if called.path == "keras.dict" and not args:
        known = keywords
    elif name in FUNCTIONS and (root in ("math", "numpy") or called.path == f"keras.{name}"):
        known = function(name, args)
    elif root in _LIBRARIES:
        known = array(name, args, keywords, root == "numpy")
    if known is UNKNOWN and tensors and root in _LIBRARIES:
        known = _operation(layers, name, args, keywords)
    if known is not UNKNOWN:
        return known
    own = root == "keras" and not modules  # no line imports it
    why = "value" if name[:1].isupper() else "function" if own else "op"
    return layers.not_traced(name, why, tensors) if tensors else Name(called.path)


def arithmetic(layers: Layers, how: ast.AST, left: Any, right: Any) -> Any:
    """Two tensors, or a tensor and a number, with a sign between them."""
    sides, sign = (left, right), WORDS["operators"].get(type(how).__name__)
    numbers = [one for one in sides if type(one) in (int, float)]
    tensors = [one for one in sides if isinstance(one, Value)]
    if sign in SIGNS and len(numbers) == len(tensors) == 1:
        layer = WithNumber(sign, float(numbers[0]), left is numbers[0], origin=layers.origin)
        return layers.put(layer, tensors)
    if len(tensors) == 2 and type(how) in _MERGES_OF:
        merge: Any = made(_MERGES_OF[type(how)])
        merge = replace(merge, origin=layers.origin, by_sign=True)
        return layers.call(Part(merge), tensors)
    return layers.not_traced("", "op", left, right)


def _operation(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What a function of a library, not a layer, gives of tensors; UNKNOWN if it isn't traced."""
    values = [*args, *(keywords[key] for key in ("x", "input", "input_tensor") if key in keywords)]
    first: Any = values[0] if values else None
    given: Any = UNKNOWN
    if name in _OPERATOR_OF and len(values) == 2:
        given = arithmetic(layers, _OPERATOR_OF[name], *values)
    elif name in ("concat", "concatenate") and isinstance(first, (list, tuple)):
        axis = keywords.get("axis", (*args[1:], -1)[0])
        joined = replace(made("Concatenate", (axis,)), origin=layers.origin)
        given = layers.call(Part(joined), layers.tensors(first))
    elif not isinstance(first, Value) or len(layers.found(args, keywords)) > 1:
        pass
    elif name in _SAME:
        given = first
    elif name in ("shape", "int_shape"):
        tensor = layers.tensor(first)
        given = sizes(tensor) if tensor else UNKNOWN
    return given


def _made(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The Part that a call makes; of a wrapper around a Sequential a Model of its layers in one."""
    layers.count_steps(100)
    origin, shape = layers.origin, _given_shape(name, keywords)
    inside = list(layers.leaves([args, keywords])) if name in _WRAPPERS else []
    inner = inside[0] if inside else None
    layers.parts = [part for part in layers.parts if part not in inside]
    if isinstance(inner, Part) and name == "Bidirectional":
        shape = shape or inner.shape
    parts = (inner.parts if isinstance(inner, Model) else None) or [None]
    if all(isinstance(one, (Part, Value)) for one in parts):
        each = [_argument(one, True) for one in parts if not isinstance(one, Value)]
        each = [replace(made(name, (one,)), origin=one.origin) for one in each]
        return Model(origin.line, [Part(one, shape=shape) for one in each])
    in_rnn = name in ("RNN", "StackedRNNCells")
    if isinstance(inner, Part) and inner.cell_class and not in_rnn:
        return layers.unread(inner.cell_class, "cell")
    lost = isinstance(inner, (Unknown, Value, Model)) or not getattr(inner, "known", True)
    if "**" in keywords or lost:
        return layers.unread(name, "arguments")
    values = [_argument(one, bool(inside)) for one in args]
    by_name = {key: _argument(one, bool(inside)) for key, one in keywords.items()}
    for argument, usual in open_numbers(name, values, by_name).items():
        if argument in by_name:
            by_name[argument] = usual
        else:
            values[arguments_of(name).index(argument)] = usual
        if isinstance(usual, int):
            layers.note("open number", origin.line, argument=argument, name=name, count=usual)
    given = keywords.get("name") if plain(keywords.get("name")) else None
    layer = replace(made(name, values, by_name), origin=origin)
    cell_class = name if name in CELLS or name == "StackedRNNCells" else ""
    cell = inner if isinstance(inner, Part) and inner.cell_class and name == "RNN" else None
    part = Part(layer, shape=shape, name=given, cell_class=cell_class, cell=cell)
    layers.parts.append(part)
    return part


def _input(layers: Layers, args: list[Any], keywords: dict[str, Any]) -> Value:
    shape, batch = _given(args, keywords, 0, "shape", "input_shape"), None
    whole = keywords.get("batch_shape", keywords.get("batch_input_shape"))
    if listed(whole) and whole:
        batch, *shape = whole
    batch = _given(args, keywords, 1, "batch_size") or batch
    return layers.input(shape, batch, layers.origin)


def _given(args: list[Any], keywords: dict[str, Any], at: int, *names: str) -> Any:
    """What is given by one of these names, or in this place; None where nothing is."""
    by_name = [keywords[name] for name in names if name in keywords]
    return [*by_name, *args[at:], None][0]


def _model(layers: Layers, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    model = Model(layers.origin.line)
    if name == "Sequential":
        parts = _given(args, keywords, 0, "layers") or []
        model.parts = list(parts) if listed(parts) else [parts]
        if len(args) > 1 and not listed(parts):
            model.parts = args
            layers.note("no list", layers.origin.line)
    else:
        outputs = _given(args, keywords, 1, "outputs", "output")
        if outputs is None:
            return layers.unread(name, "class")
        model.inputs = layers.found(_given(args, keywords, 0, "inputs", "input"))
        model.outputs = outputs if isinstance(outputs, Value) else layers.tensors(outputs)
        ends = [value.node for value in layers.tensors(outputs)]
        if model.inputs and all(layers.graph.layers[at].kind == "input" for at in ends):
            inputs = [value.node for value in model.inputs]
            if any(layers.graph.layers[at].kind != "input" for at in inputs):
                layers.note("turned round", layers.origin.line)
                model.inputs, model.outputs = layers.tensors(outputs), model.inputs
    layers.models.append(model)
    return model


def method(
    layers: Layers, model: Model, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """What is done with a model."""
    first = _given(args, keywords, 0, "x", "input_shape", "layer")
    second = _given(args, keywords, 1, "y", "loss")
    model.rank = max(model.rank, WORDS["ranks"].get(name, 0))
    if name == "add" and model.parts is not None:
        model.parts.append(first)
    elif name == "pop" and model.parts:
        model.parts.pop()
        model.built = -1  # another layer may come in its place
    elif name == "compile":
        model.loss = second
    elif name == "build" and isinstance(first, (list, tuple)):
        model.shape = first
    elif name in ("fit", "train_on_batch", "evaluate", "predict"):
        if isinstance(first, Array):
            model.shape = model.shape or (None, *first.shape[1:])
        if isinstance(second, Array) and name in ("fit", "train_on_batch"):
            model.target = second
    elif name not in WORDS["ranks"]:
        return layers.unread(layers.origin.call or name, "value")
    return UNKNOWN


def outputs(layers: Layers, value: Value, count: int = 0) -> list[Value]:
    """Each tensor of a layer that gives several, or of what is unpacked to so many names."""
    layer = layers.graph.layers[value.node]
    several = 1 if value.output is not None else len(layer.returned())
    unpacks = layer.kind == "mha" or getattr(layer, "return_state", False)
    if several == 1 and (not count or layer.kind == "unread"):
        return [value] * max(count, 1)
    if several == 1 and not unpacks:
        return [layers.put(Unpack(origin=layers.origin), [value])] * count
    return [value[at] for at in range(max(several, count))]


def attribute(layers: Layers, base: Any, name: str, text: str = "") -> Any:
    """What a value has by a name: X.shape, base.output. The code names it by the text."""
    found: Any = UNKNOWN
    match base:
        case Name(path) if len(path) + len(name) < LONGEST:
            found = Name(f"{path}.{name}")
        case Array(shape) if name == "shape":
            found = shape
        case Value() if name == "shape":
            tensor = layers.tensor(base)
            found = sizes(tensor) if tensor else UNKNOWN
        case Class(known=known):
            found = known.get(name, UNKNOWN)
        case Model(known=known) if name in known:
            found = known[name]
        case Model() if name in ("input", "inputs", "output", "outputs"):
            given = layers.ends(base)[name.startswith("output")]
            found = given[0] if isinstance(given, list) and len(given) == 1 else given
        case Model():
            found = layers.unread(text or name, "value")
        case Part(known=False):
            found = base
    return found


def _given_shape(name: str, keywords: dict[str, Any]) -> Any:
    """The shape of what comes in that a layer's arguments tell, its batch first."""
    axes = ("input_length",) if name == "Embedding" else ("input_length", "input_dim")
    shape = keywords.get("input_shape", [keywords[key] for key in axes if key in keywords])
    if "batch_input_shape" in keywords:
        return keywords["batch_input_shape"]
    shape = (shape,) if isinstance(shape, int) else shape
    return (keywords.get("batch_size"), *shape) if listed(shape) and shape else None


def _argument(value: Any, wraps: bool, depth: int = 0) -> Any:
    """What a layer's argument is, for `made`: nothing that is large; of a wrapper also layers."""
    if isinstance(value, (list, tuple)) and depth < 3 and len(value) <= 64:
        return type(value)(_argument(one, wraps, depth + 1) for one in value)
    if isinstance(value, Part) and wraps:
        return value.layer
    if isinstance(value, Name):
        return value.name if value.name in ACTIVATIONS else UNKNOWN
    known = plain(value) and not (isinstance(value, str) and len(value) > 200)
    return value if known else UNKNOWN
