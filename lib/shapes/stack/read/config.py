"""Read a stack from `model.to_json()` or the config.json of a .keras file, of Keras 2 or 3."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NoReturn

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.stack.base import MAX_LAYERS, NotTraced, Ref
from lib.shapes.stack.joining import Merge
from lib.shapes.stack.making import ALIASES_OF_ARGUMENTS, UNKNOWN, arguments_of
from lib.shapes.stack.plain import Unread
from lib.shapes.stack.read.calls import Calls
from lib.shapes.stack.read.pasted import ModelError, ModelReading, model_error
from lib.shapes.stack.read.values import LayerObject, ModelObject
from lib.shapes.stack.settings import ACTIVATIONS

MAX_BYTES = 1_000_000  # most bytes of an unpacked configuration; 200 layers take up to 830,000
Record = dict[str, Any]


def read_config(content: str | bytes) -> ModelReading:
    """Return the stack of a configuration and its loss. Raises only ModelError."""
    try:
        record = _parsed(content)
        reader = _Reader()
        stack = tuple(replace(one, origin=None) for one in reader.stack(reader.model(record)))
        if len(stack) > MAX_LAYERS:
            _refuse("too many", most=MAX_LAYERS)
        loss = (record.get("compile_config") or {}).get("loss")
        from_logits = False
        if isinstance(loss, dict) and "class_name" in loss:
            from_logits, loss = bool(loss.get("config", {}).get("from_logits")), loss["class_name"]
        known = RULE_OF[loss].name if isinstance(loss, str) and loss in RULE_OF else ""
        notes, logits = tuple(reader.notes), None if reader.has_open_activation else from_logits
        return ModelReading(stack, "configuration", notes, known, from_logits=logits)
    except ModelError:
        raise
    except RecursionError:
        _refuse("too many", most=MAX_LAYERS)
    except (AttributeError, LookupError, TypeError, ValueError):
        _refuse("strange")  # A configuration that Keras didn't write may lack keys.


def _refuse(what: str, **words: object) -> NoReturn:
    raise model_error(what, None, **{name: f"{word}"[:80] for name, word in words.items()})


def _parsed(content: str | bytes) -> Record:
    text = content if isinstance(content, str) else _text_of(content)
    if len(text) > MAX_BYTES:
        _refuse("too large", most=f"{MAX_BYTES / 1e6:.0f} MB")
    text = text.strip().strip('"')
    try:
        if text.startswith('{\\"'):  # written by `json.dump(model.to_json(), file)`
            text = json.loads(f'"{text}"')
        record = json.loads(text, object_hook=_normalized)
    except json.JSONDecodeError as error:
        _refuse("no json", why=error)
    is_model = isinstance(record, dict) and "class_name" in record
    return record if is_model else _refuse("no record", received=record)


def _normalized(record: Record) -> Any:
    """Return a record in the same form for all Keras versions: tensors as lists, for example."""
    if record.get("class_name") == "__keras_tensor__":
        return record["config"]["keras_history"]
    if record.get("class_name") == "function":
        return record["config"]
    if isinstance(record.get("config"), list):  # a Sequential of an old version
        return {**record, "config": {"layers": record["config"]}}
    return record


def _text_of(content: bytes) -> str:
    if content.startswith(b"\x89HDF"):
        _refuse("hdf5")
    if not content.startswith(b"PK"):
        return content.decode("utf-8-sig", "replace")
    try:
        # Count the directory entries by their signature before reading any.
        if content.count(b"PK\x01\x02") > 200:
            raise zipfile.BadZipFile("it contains more files than Keras writes")
        with zipfile.ZipFile(io.BytesIO(content)).open("config.json") as member:
            return member.read(MAX_BYTES + 1).decode("utf-8-sig", "replace")
    except Exception as error:  # zipfile raises many kinds of errors for a broken archive
        _refuse("no archive", why=error)


def _tensors(value: Any) -> Iterator[tuple[str, int, int]]:
    """Yield the tensors of a call except masks, each as (layer, number of its call, output)."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if not name.endswith("mask")]
    if [type(part) for part in value[:3]] == [str, int, int] and value[0] != "_CONSTANT_VALUE":
        yield tuple(value[:3])
    for part in value[:MAX_LAYERS]:
        if isinstance(part, (dict, list)):
            yield from _tensors(part)


class _Reader(Calls):
    def model(self, record: Record) -> ModelObject:
        """Return the model of a configuration, with its layers. Call a functional model."""
        config = record["config"]
        if "output_layers" in config:
            return self._functional(config)
        layers = config.get("layers") or _refuse("no layers", name=record["class_name"])
        rest = [layer for layer in layers if layer["class_name"] != "InputLayer"]
        objects: list[Any] = [*map(self._object, rest)]
        if "layers" not in layers[0]["config"]:
            shape = _input_shape(layers[0]) or config.get("build_input_shape")
            objects = [self.input(shape), *objects]
        return self.sequential(objects)

    def _functional(self, config: Record) -> ModelObject:
        records = {layer["name"]: layer for layer in config["layers"]}
        objects: dict[str, LayerObject | ModelObject] = {}
        outputs_of: dict[tuple[str, int], list[Ref]] = {}

        def tensors(named: Any) -> list[Ref]:
            taken = []
            for name, call, output in islice(_tensors(named), MAX_LAYERS):
                record = records[name]
                if (name, call) not in outputs_of and record["class_name"] == "InputLayer":
                    outputs_of[name, call] = [self.input(_input_shape(record))]
                elif (name, call) not in outputs_of:
                    inputs = tensors(record["inbound_nodes"][call])
                    if name not in objects:
                        objects[name] = self._object(record, len(inputs))
                    outputs_of[name, call] = self._called(objects[name], inputs)
                outputs = outputs_of[name, call]
                is_missing = output >= len(outputs)
                taken.append(Ref(outputs[0].place, output) if is_missing else outputs[output])
            return taken

        inputs = tensors(config["input_layers"])
        return ModelObject(1, inputs, [tensors(config["output_layers"]) or _refuse("strange")])

    def _called(self, what: LayerObject | ModelObject, tensors: list[Ref]) -> list[Ref]:
        if isinstance(what, ModelObject):
            return self.tensors(self.call(what, tensors))
        first, *rest = tensors
        if hasattr(what.layer, "return_sequences"):  # The rest are initial states.
            return self.outputs(self.call_layer(what, [[first]], {"initial_state": rest}))
        args: list[Any] = tensors if what.layer.kind == "mha" else [tensors]
        return self.outputs(self.call_layer(what, args, {}))

    def _object(self, record: Record, tensors: int = 1) -> LayerObject | ModelObject:
        """Return the layer of a record, called on this number of tensors, or the inner model."""
        if "layers" in record["config"]:
            return self.model(record)
        name, module = f"{record['class_name']}"[:60], record.get("module") or ""
        is_keras = module.split(".")[0] in ("", "keras", "tensorflow", "tf_keras")
        is_own = ">" in (record.get("registered_name") or "") or not is_keras
        by_sign = ".ops." in module  # x + y, x - y and x * y are recorded under layer names
        is_merge = name in ("Add", "Subtract", "Multiply") and tensors > 1
        if is_own or (by_sign and not is_merge):
            return LayerObject(Unread(called=name, error=NotTraced.of("not known", name=name)))
        keywords = {
            word: self._value(word, value)
            for word, value in record["config"].items()
            if ALIASES_OF_ARGUMENTS.get(word, word) in arguments_of(name)
        }
        made: LayerObject | ModelObject = self.make_layer(name, [], keywords)
        if isinstance(made, LayerObject) and isinstance(made.layer, Merge):
            made.layer = replace(made.layer, by_sign=by_sign)
        return made

    def _value(self, word: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(value) if word in ("layer", "backward_layer") else UNKNOWN
        is_own = "activation" in word and value is not None and value not in ACTIVATIONS
        return UNKNOWN if is_own else value  # A custom activation doesn't change the shape.


def _input_shape(layer: Record) -> Any:
    """Return the input shape in a layer's record, batch first; None if missing."""
    return layer["config"].get("batch_shape") or layer["config"].get("batch_input_shape")
