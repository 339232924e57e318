"""A model's configuration → a stack: `model.to_json()`, or the config.json of a .keras file.

Of today's Keras and of Keras 2. It is read as text: nothing is imported, no weights are opened, and
a Lambda's code stays where it is. Inner models are read into the outer one.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeAlias, TypeVar

from lib.doctor.loss_shapes import RULE_OF
from lib.stack.base import MAX_LAYERS, Layer, ShapeError, Stack
from lib.stack.each_step import ConvLSTM1D, TimeDistributed, inner
from lib.stack.joining import Merge
from lib.stack.kinds import KINDS
from lib.stack.making import ALIASES, ALIASES_OF_ARGUMENTS, SIGNATURES, UNKNOWN, made
from lib.stack.plain import Embedding, Input, Unread
from lib.stack.read.building import Graph, Value, first, sample
from lib.stack.read.reading import ModelError, Note, Reading
from lib.stack.recurrent import Bidirectional, CellStack, Recurrent
from lib.stack.settings import ACTIVATIONS
from lib.toml import beside, say

_WORDS = beside(__file__)
MAX_BYTES = 5_000_000
"""Of a configuration, unpacked; one of 60 layers has about 60,000."""
_MAX_MEMBERS = 200
_MAX_CALLS = 5 * MAX_LAYERS
"""Of layers and inner models; some may lead to no output."""
_MERGES = {kind.keras for kind in KINDS.values() if issubclass(kind, Merge)}
_STARTS = (Bidirectional, CellStack, ConvLSTM1D)
"""What Keras can call on states, too, which isn't traced here."""
_KERAS = ("", "keras", "tensorflow", "tf_keras")
"""Where Keras's own layers come from; older files don't say."""
_INNER = ("layer", "backward_layer", "cell", "cells")
_PLACES = {"kwargs": 1, "value": 1, "key": 2}
"""What comes later in a call, in whatever order it is written."""
T = TypeVar("T")
Tensor: TypeAlias = tuple[str, int, int]
"""As a configuration names one: its layer, which call of it, and which of what that gives."""


def read_config(text_or_bytes: str | bytes) -> Reading:
    """The stack of a configuration, and its loss. Raises ModelError, and nothing else."""
    try:
        model = _parsed(text_or_bytes)
        reader = _Reader()
        stack = reader.stack(model)
    except RecursionError:
        _refuse("too_deep")
    return Reading(stack, "configuration", tuple(reader.notes), _loss(model))


def _refuse(what: str, **words: object) -> NoReturn:
    raise ModelError(say(_WORDS, what, **words))


def _shown(value: object) -> str:
    """A value, and not too much of it."""
    text = f"{value}"
    return text if len(text) <= 60 else f"{text[:60]}…"


def _parsed(content: str | bytes) -> dict[str, Any]:
    """The JSON object that a text or file holds."""
    found: Any = content.lstrip("\ufeff") if isinstance(content, str) else _of_file(content)
    if len(found) > MAX_BYTES:
        _refuse("too_large", most=f"{MAX_BYTES / 1e6:.0f} MB")
    try:
        found = json.loads(found, parse_constant=lambda _: None)
        if isinstance(found, str):  # `json.dump(model.to_json(), file)` writes it twice
            found = json.loads(found, parse_constant=lambda _: None)
    except UnicodeDecodeError:
        _refuse("binary")
    except ValueError as wrong:
        _refuse("no_json", why=_shown(wrong))
    if isinstance(found, dict) and "layers" in found:  # what `model.get_config()` gives
        found = {"class_name": "Model", "config": found}
    if not _is_layer(found):
        _refuse("no_model", received=_shown(found))
    return found


def _of_file(content: bytes) -> bytes:
    """The configuration in a file: itself, or that of a .keras archive."""
    if content.startswith(b"\x89HDF"):
        _refuse("hdf5")
    if not content.startswith(b"PK"):
        return content
    # Each entry of the directory begins like this: counted before any is read.
    if (count := content.count(b"PK\x01\x02")) > _MAX_MEMBERS:
        _refuse("many_members", count=f"{count:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo("config.json")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile("config.json is packed in another way than Keras does it")
            with archive.open(info) as member:  # no more of it, whatever it says of its size
                return member.read(MAX_BYTES + 1)
    except KeyError:
        _refuse("no_config")
    except Exception as wrong:  # of a broken archive zipfile raises nearly anything
        _refuse("no_archive", why=_shown(wrong))


def _of(record: object, key: str, kind: type[T]) -> T:
    """What a record has there; an empty one, where that is nothing of this kind."""
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, kind) else kind()


def _is_layer(config: Any) -> bool:
    return bool(_of(config, "class_name", str)) and isinstance(config.get("config"), (dict, list))


def _layers_of(model: object) -> list[Any]:
    """The configurations of a model's layers; old Sequentials are nothing but that list."""
    return _of(model, "config", list) or _of(_of(model, "config", dict), "layers", list)


def _name(layer: Any) -> str:
    name = _of(layer, "name", str) or _of(_of(layer, "config", dict), "name", str)
    return name or _of(layer, "class_name", str)


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors that a call, or a list of outputs, names; masks apart."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            value = {"": _of(_of(value, "config", dict), "keras_history", list)}
        names = sorted(value, key=lambda name: _PLACES.get(name, 0))
        value = [value[name] for name in names if not name.endswith("mask")]
    if not isinstance(value, list):
        return
    if [type(part) for part in value[:3]] != [str, int, int]:
        for part in value:
            yield from _tensors(part)
    elif value[0] != "_CONSTANT_VALUE":
        yield value[0], abs(value[1]), abs(value[2])
        yield from _tensors(value[3:])


def _loss(model: Mapping[str, Any]) -> str:
    """The name of the loss that it was compiled with; "" where there is none, or more than one."""
    compiled = _of(model, "compile_config", dict) or _of(model, "training_config", dict)
    found = compiled.get("loss")
    while isinstance(found, (list, dict)) and "class_name" not in found and len(found) == 1:
        found = next(iter(found.values() if isinstance(found, dict) else found))
    if isinstance(found, dict):
        found = found.get("config" if found.get("class_name") == "function" else "class_name")
    return found if isinstance(found, str) and found in RULE_OF else ""


@dataclass(slots=True)
class _Reader:
    """Reads one configuration into a graph."""

    graph: Graph = field(default_factory=Graph)
    notes: list[Note] = field(default_factory=list)
    made: dict[object, tuple[Layer, int]] = field(default_factory=dict)
    """By the identity of its configuration, a layer and the place of its first call."""
    calls: int = 0

    def stack(self, model: Mapping[str, Any]) -> Stack:
        """What leads to the model's outputs, and its inputs."""
        outputs = self._outputs(model, [])
        layers = enumerate(self.graph.layers)
        inputs = [Value(at) for at, layer in layers if isinstance(layer, Input)]
        stack = self.graph.stack([*outputs, *inputs])
        if len(stack) > MAX_LAYERS:
            _refuse("too_many", most=MAX_LAYERS)
        return stack

    def _outputs(self, model: Any, given: list[Value]) -> list[Value]:
        """Each tensor of a model that is called on these, or on inputs of its own."""
        layers = _layers_of(model)
        if not layers:
            _refuse("no_layers", name=_shown(_name(model)))
        for layer in layers:
            if not _is_layer(layer):
                _refuse("no_layer", received=_shown(layer))
            self.calls += len(_of(layer, "inbound_nodes", list)) or 1
        if self.calls > _MAX_CALLS:
            _refuse("too_many", most=MAX_LAYERS)
        config = model["config"]
        if "input_layers" in config:
            return self._of_graph(config, layers, given)
        values = given
        for place, layer in enumerate(layers):
            if not values and not _layers_of(layer):
                values = [self._input(layer, model)]
            if place > 0 or layer["class_name"] != "InputLayer":
                values = self._call(layer, values)
        return values

    def _of_graph(self, config: Any, layers: list[Any], given: list[Value]) -> list[Value]:
        inputs = [name for name, *_ in _tensors(config["input_layers"])]
        found = {(name, 0): [value] for name, value in zip(inputs, given, strict=False)}
        waiting: list[tuple[tuple[str, int], Any, list[Tensor]]] = []
        for layer in layers:
            name, nodes = _name(layer), _of(layer, "inbound_nodes", list)
            if not nodes and layer["class_name"] == "InputLayer" and (name, 0) not in found:
                found[name, 0] = [self._input(layer)]
            waiting += [((name, at), layer, [*_tensors(node)]) for at, node in enumerate(nodes)]
        while waiting:
            ready = (call for call in waiting if all(tensor[:2] in found for tensor in call[2]))
            key, layer, taken = call = next(ready, waiting[0])
            found[key] = self._call(layer, [_one(found, tensor) for tensor in taken])
            waiting.remove(call)
        outputs = [_one(found, tensor) for tensor in _tensors(config.get("output_layers"))]
        return outputs or _refuse("no_outputs")

    def _input(self, layer: Any, model: Any = None) -> Value:
        """The Input that a layer is, or which it or its model says."""
        config = _of(layer, "config", dict)
        for record, key in (
            (config, "batch_shape"),
            (config, "batch_input_shape"),
            (_of(model, "config", dict), "build_input_shape"),
            (_of(model, "build_config", dict), "input_shape"),
            (_of(layer, "build_config", dict), "input_shape"),
        ):
            if shape := _of(record, key, list):
                return self.graph.call(first(shape))
        self.notes.append(Note(_WORDS["open_input"]))
        is_embedding = layer["class_name"] == Embedding.keras
        return self.graph.call(sample((None,) if is_embedding else (None, None)))

    def _call(self, config: Any, values: list[Value]) -> list[Value]:
        """What a layer gives, called on these; all the layers of an inner model, called in turn."""
        if _layers_of(config):
            return self._outputs(config, values)
        within = _of(_of(config, "config", dict), "layer", dict)
        if config["class_name"] != TimeDistributed.keras or not _layers_of(within):
            return self._called(id(config), config, None, values)
        _, *steps = _Reader(calls=self.calls).stack(within)
        if any(step.of or step.shares is not None for step in steps):
            error = ShapeError.of("not known", name="a model of several branches")
            return self._called(id(config), config, Unread("TimeDistributed", error), values)
        for at, step in enumerate(steps):  # what a chain does at a timestep, its layers do in turn
            values = self._called((id(config), at), config, TimeDistributed(step), values)
        return values

    def _called(
        self, key: object, config: Any, layer: Layer | None, values: list[Value]
    ) -> list[Value]:
        """What a layer gives, called on these, for the first time or again; made where it isn't."""
        place = None
        if not values:
            _refuse("uncalled", layer=_shown(_name(config)))
        if key in self.made:
            layer, place = self.made[key]
        layer = layer or _layer(config, len(values))
        states: list[Value] = []
        if isinstance(layer, Recurrent):
            values, states = values[:1], values[1:]
        elif isinstance(layer, _STARTS) and len(values) > 1:
            error = ShapeError.of("states that aren't traced", count=len(values) - 1)
            layer = Unread(layer.keras, error)
        value = self.graph.call(replace(layer, shares=place), values, states)
        if place is None:
            self.made[key] = layer, value.node
            self._note(config, inner(layer))
        count = len(layer.returned())
        return [value] if count == 1 else [value[at] for at in range(count)]

    def _note(self, config: Any, layer: Layer) -> None:
        if isinstance(layer, Unread) and layer.error is not None:
            error = layer.error
            what = "unread" if error.received == layer.called else "refused"
            why = f"expected {error.expected}, received {error.received}"
            words = {"layer": _shown(_name(config)), "class": layer.called, "why": _shown(why)}
            self.notes.append(Note(say(_WORDS, what, **words)))


def _layer(config: Any, tensors: int = 1) -> Layer:
    """The layer of a configuration, by itself, with the layers inside it."""
    name, module = config["class_name"][:60], _of(config, "module", str)
    is_merge = name in _MERGES and module.startswith("keras.src.ops.") and tensors > 1
    is_own = ">" in _of(config, "registered_name", str) or module.split(".")[0] not in _KERAS
    if is_own or (".ops." in module and not is_merge):
        return Unread(name, ShapeError.of("not known", name=name))
    names = {word.removesuffix("=") for word in SIGNATURES.get(ALIASES.get(name, name), ())}
    values = {}
    for word, value in _of(config, "config", dict).items():
        key = ALIASES_OF_ARGUMENTS.get(word) or word
        if key in names:
            values[key] = _value(key, value)
    forward, backward = values.get("layer"), values.get("backward_layer")
    if isinstance(backward, Recurrent) and replace(backward, go_backwards=False) == forward:
        del values["backward_layer"]  # Keras writes it even where it is the usual one
    layer = made(name, (), values)
    if len(layer.classes()) > MAX_LAYERS:
        _refuse("too_deep")
    return layer


def _value(key: str, value: Any) -> Any:
    """What an argument of a layer is."""
    if key in _INNER and isinstance(value, list):
        return [_value(key, part) for part in value]
    if key in _INNER and _is_layer(value):
        return _layer(value)
    if "activation" in key and isinstance(value, dict):
        value = value.get("config")
    # One's own activation changes no shape; what else is no plain value can't be told.
    is_own = "activation" in key and value is not None and value not in ACTIVATIONS
    is_long = isinstance(value, (str, list)) and len(value) > 16
    return UNKNOWN if is_own or is_long or isinstance(value, dict) else value


def _one(found: Mapping[tuple[str, int], list[Value]], tensor: Tensor) -> Value:
    """A tensor that a layer gives; one that is missing where the layer gives no such."""
    if tensor[:2] not in found:
        _refuse("unconnected", missing=_shown(tensor[0]))
    values, output = found[tensor[:2]], tensor[2]
    return values[output] if output < len(values) else values[0][output]
