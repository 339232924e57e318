"""A model's configuration → a stack: `model.to_json()`, or the config.json of a .keras file.

Of today's Keras and of Keras 2. It is read as text: nothing is imported, no weights are opened, and
a Lambda's code stays where it is. Inner models are read into the outer one.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NoReturn

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, Layer
from lib.shapes.stack.each_step import TimeDistributed
from lib.shapes.stack.errors import NotTraced
from lib.shapes.stack.joining import Merge
from lib.shapes.stack.making import ALIASES_OF_ARGUMENTS, UNKNOWN, arguments_of, made
from lib.shapes.stack.plain import Embedding, Unread
from lib.shapes.stack.read.building import Graph, Value, first
from lib.shapes.stack.read.reading import ModelError, Note, Reading
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.settings import ACTIVATIONS
from lib.text import beside, say

_WORDS = beside(__file__)
MAX_BYTES = 1_000_000
"""Of a configuration, unpacked; one of 200 layers has about 200,000, or 830,000 with spaces."""
Record = dict[str, Any]
"""What a configuration says of a model, or of a layer."""


def read_config(text_or_bytes: str | bytes) -> Reading:
    """The stack of a configuration, and its loss. Raises ModelError, and nothing else."""
    try:
        model = _parsed(text_or_bytes)
        reader = _Reader()
        reader.outputs(model, [])
        if len(reader.graph.layers) > MAX_LAYERS:
            _refuse("too_many", most=MAX_LAYERS)
        loss = (model.get("compile_config") or {}).get("loss")
        loss = loss["class_name"] if isinstance(loss, dict) and "class_name" in loss else loss
        known = loss if isinstance(loss, str) and loss in RULE_OF else ""
        return Reading(reader.graph.stack(), "configuration", tuple(reader.notes), known)
    except ModelError:
        raise
    except (RecursionError, StopIteration):
        _refuse("too_many", most=MAX_LAYERS)
    except (AttributeError, LookupError, TypeError, ValueError):
        _refuse("strange")  # what Keras didn't write lacks a key, or has something else there


def _refuse(what: str, **words: object) -> NoReturn:
    shown = {name: f"{word}"[:80] for name, word in words.items()}
    raise ModelError(say(_WORDS, what, **shown))


def _parsed(content: str | bytes) -> Record:
    """The JSON object that a text or file holds."""
    try:
        text = content if isinstance(content, str) else _of_file(content)
        if len(text) > MAX_BYTES:
            _refuse("too_large", most=f"{MAX_BYTES / 1e6:.0f} MB")
        text = text.strip().strip('"')
        if text.startswith('{\\"'):  # as `json.dump(model.to_json(), file)` writes it
            text = json.loads(f'"{text}"')
        found = json.loads(text, object_hook=_plain)
    except json.JSONDecodeError as wrong:
        _refuse("no_json", why=wrong)
    is_model = isinstance(found, dict) and "class_name" in found
    return found if is_model else _refuse("no_model", received=found)


def _plain(record: Record) -> Any:
    """A record, as other Keras write the same: a tensor as a list, a function as its name."""
    if record.get("class_name") == "__keras_tensor__":
        return record["config"]["keras_history"]
    if record.get("class_name") == "function":
        return record["config"]
    if isinstance(record.get("config"), list):  # an old Sequential
        return {**record, "config": {"layers": record["config"]}}
    return record


def _of_file(content: bytes) -> str:
    """The configuration in a file: itself, or that of a .keras archive."""
    if content.startswith(b"\x89HDF"):
        _refuse("hdf5")
    text = _of_archive(content) if content.startswith(b"PK") else content
    return text.decode("utf-8-sig", "replace")


def _of_archive(content: bytes) -> bytes:
    try:
        # Each entry of the directory begins like this: counted before any is read.
        if content.count(b"PK\x01\x02") > 200:
            raise zipfile.BadZipFile("it has more files in it than Keras writes")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo("config.json")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile("config.json is packed in another way than Keras does it")
            with archive.open(info) as member:  # no more of it, whatever it says of its size
                return member.read(MAX_BYTES + 1)
    except Exception as wrong:  # of a broken archive zipfile raises nearly anything
        _refuse("no_archive", why=wrong)


def _tensors(value: Any) -> Iterator[tuple[str, int, int]]:
    """What a call takes, masks apart: each by its layer, which call of it, and which output."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if not name.endswith("mask")]
    if [type(part) for part in value[:3]] == [str, int, int] and value[0] != "_CONSTANT_VALUE":
        yield tuple(value[:3])
    for part in value[:MAX_LAYERS]:
        if isinstance(part, (dict, list)):
            yield from _tensors(part)


@dataclass(slots=True)
class _Reader:
    """Reads one configuration into a graph."""

    graph: Graph = field(default_factory=Graph)
    notes: list[Note] = field(default_factory=list)
    made: dict[int, int] = field(default_factory=dict)
    """By the identity of its configuration, the place of a layer's first call."""
    left: Iterator[int] = field(default_factory=lambda: iter(range(3 * MAX_LAYERS)))
    """One for each call; models within models may have very many."""

    def outputs(self, model: Record, given: list[Value], each_step: bool = False) -> list[Value]:
        """Each tensor of a model that is called on these, or on inputs of its own."""
        config, values = model["config"], given
        if "output_layers" in config:
            return self._of_graph(config, given, each_step)
        for layer in config.get("layers") or _refuse("no_layers", name=model["class_name"]):
            if not values and "layers" not in layer["config"]:
                values = [self._input(layer, config.get("build_input_shape"))]
            if layer["class_name"] != "InputLayer":
                values = self._call(layer, values, each_step)
        return values

    def _of_graph(self, config: Record, given: list[Value], each_step: bool) -> list[Value]:
        layers = {layer["name"]: layer for layer in config["layers"]}
        inputs = zip(_tensors(config["input_layers"]), given, strict=False)
        found = {tensor[:2]: [value] for tensor, value in inputs}

        def values(named: Any) -> list[Value]:
            """The tensors that are named there; what gives them is called first."""
            taken = []
            for name, call, output in islice(_tensors(named), MAX_LAYERS):
                layer, known = layers[name], (name, call) in found
                if not known and layer["class_name"] == "InputLayer":
                    found[name, call] = [self._input(layer)]
                elif not known:
                    before = values(layer["inbound_nodes"][call])
                    found[name, call] = self._call(layer, before, each_step)
                several = found[name, call]
                taken.append(several[output] if output < len(several) else several[0][output])
            return taken

        values(config["input_layers"])
        return values(config["output_layers"]) or _refuse("strange")

    def _input(self, layer: Record, built: Any = None) -> Value:
        """The Input that a layer is, or which it says, or for which its model was built."""
        next(self.left)
        config = layer["config"]
        shape = config.get("batch_shape") or config.get("batch_input_shape") or built
        if not shape:
            self.notes.append(Note(_WORDS["open_input"]))
            shape = [None] * (2 if layer["class_name"] == Embedding.keras else 3)
        return self.graph.call(first(shape))

    def _call(self, config: Record, values: list[Value], each_step: bool) -> list[Value]:
        """What a layer gives, called on these; of an inner model, what its layers give in turn."""
        next(self.left)
        if "layers" in config["config"]:
            return self.outputs(config, values, each_step)
        within = config["config"].get("layer")
        if config["class_name"] == TimeDistributed.keras and "layers" in within["config"]:
            return self.outputs(within, values, each_step=True)
        _, *states = values
        layer, place = _layer(config, len(values)), self.made.get(id(config))
        if states and isinstance(layer, Recurrent):
            values = values[:1]
        elif states and hasattr(layer, "return_sequences"):
            error = NotTraced.of("states that aren't traced", count=len(states))
            layer = Unread(called=layer.keras, error=error)
        why = getattr(layer.inside, "error", None) if place is None else None
        if isinstance(why, NotTraced):
            name = f"{config['config'].get('name') or config['class_name']}"[:60]
            self.notes.append(Note(say(_WORDS, "untraced", layer=name, reason=why.reason)))
        layer = TimeDistributed(layer) if each_step else layer
        value = self.graph.call(replace(layer, shares=place), values, states)
        self.graph.lists.add(value.node)
        self.made.setdefault(id(config), value.node)
        count = len(layer.returned())
        return [value] if count == 1 else [value[at] for at in range(count)]


def _layer(config: Record, tensors: int = 1) -> Layer:
    """The layer of a configuration, by itself, with the layers inside it."""
    name, module = config["class_name"][:60], config.get("module") or ""
    is_keras = module.split(".")[0] in ("", "keras", "tensorflow", "tf_keras")
    is_own = ">" in (config.get("registered_name") or "") or not is_keras
    # x + y, x - y and x * y are operations with the names of layers.
    is_sign = name in ("Add", "Subtract", "Multiply") and tensors > 1
    if is_own or (".ops." in module and not is_sign):
        return Unread(called=name, error=NotTraced.of("not known", name=name))
    names = arguments_of(name)
    values = {
        word: _value(word, value)
        for word, value in config["config"].items()
        if ALIASES_OF_ARGUMENTS.get(word, word) in names
    }
    forward, backward = values.get("layer"), values.get("backward_layer")
    if isinstance(backward, Recurrent) and replace(backward, go_backwards=False) == forward:
        del values["backward_layer"]  # Keras writes it even where it is the usual one
    layer = made(name, (), values)
    if isinstance(layer, Merge):
        layer = replace(layer, by_sign=".ops." in module)
    return layer if len(layer.classes()) <= MAX_LAYERS else _refuse("too_many", most=MAX_LAYERS)


def _value(word: str, value: Any) -> Any:
    """What an argument of a layer is."""
    if word == "cells":
        return [_layer(cell) for cell in value[: MAX_LAYERS + 1]]
    if isinstance(value, dict):
        return _layer(value) if word in ("layer", "backward_layer", "cell") else UNKNOWN
    if "activation" in word:  # one's own changes no shape
        return value if value is None or value in ACTIVATIONS else UNKNOWN
    return UNKNOWN if isinstance(value, (str, list)) and len(value) > 16 else value
