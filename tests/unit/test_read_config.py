"""Configurations are read into stacks. test_documented_models.py compares stacks with Keras."""

import io
import json
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from lib.shapes import (
    MAX_LAYERS,
    Bidirectional,
    Input,
    ModelError,
    Ref,
    broken_at,
    code_lines,
    read_source,
    stopped_at,
    total,
    trace,
)
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.read.config import MAX_BYTES, read_config
from lib.shapes.stack.recurrent import GRU, LSTM


def saved(class_name, nodes=None, **config):
    """Return a layer's record as Keras 3 saves it, with entries that no stack needs."""
    about = {"dtype": {"class_name": "DTypePolicy", "config": {"name": "float32"}}, **config}
    layer = {"module": "keras.layers", "class_name": class_name, "config": about}
    name = config.get("name", class_name.lower())
    calls = [{"args": node, "kwargs": {"mask": None}} for node in nodes or []]
    return {**layer, "registered_name": None, "name": name, "inbound_nodes": calls}


def tensor(layer, call=0, output=0):
    """Return a tensor's record as Keras 3 saves it."""
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [layer, call, output]}}


def sequential(*layers, **about):
    """Return the record of a Sequential model."""
    return {"class_name": "Sequential", "config": {"name": "s", "layers": [*layers]}, **about}


def functional(layers, inputs, outputs, **about):
    """Return the record of a functional model."""
    config = {"name": "f", "layers": layers, "input_layers": inputs, "output_layers": outputs}
    return {"class_name": "Functional", "config": config, "name": "f", **about}


INPUT = saved("InputLayer", name="x", batch_shape=[None, 12, 3])
CHAIN = sequential(INPUT, saved("LSTM", units=16), saved("Dense", units=1, activation="linear"))
CHAIN_TEXT = json.dumps(CHAIN)


def archive(name="config.json", text=CHAIN_TEXT, **packed):
    """Return a ZIP file with one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **packed) as file:
        file.writestr(name, text)
    return buffer.getvalue()


def stack_of(model):
    """Return the stack that is read from a model's record."""
    return read_config(json.dumps(model)).stack


def test_a_chain_of_layers_is_read_with_its_settings():
    """Text, a .keras file, JSON inside JSON and bytes give the same stack."""
    expected = (Input(timesteps=12, features=3), LSTM(16), Dense(1))
    assert stack_of(CHAIN) == expected
    assert read_config(archive()).stack == expected
    assert read_source(json.dumps(json.dumps(CHAIN))).stack == expected
    assert read_config(json.dumps(CHAIN).encode("utf-8-sig")).stack == expected
    assert read_config(json.dumps(CHAIN)).source == "configuration"


FORWARD = saved("LSTM", units=4, go_backwards=False)
OLD = {"units": 8, "batch_input_shape": [4, None, 3], "stateful": True, "time_major": False}
FUNCTION = {"module": "builtins", "class_name": "function", "config": "relu"}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        # The first layer of an older Sequential has the shape. `time_major` is dropped.
        ({"class_name": "Sequential", "config": [{"class_name": "LSTM", "config": OLD}]},
         (Input(timesteps=None, features=3, batch=4), LSTM(8, stateful=True))),
        # A Sequential of Keras 2 that was built on data has the shape itself.
        ({"class_name": "Sequential",
          "config": {"layers": [saved("GRU", units=4)], "build_input_shape": [None, 7, 2]}},
         (Input(timesteps=7, features=2), GRU(4))),
        # Keras 3 always writes a backward layer.
        (sequential(INPUT, saved("Bidirectional", layer=FORWARD, merge_mode="sum",
                                 backward_layer=saved("LSTM", units=4, go_backwards=True))),
         (Input(12, 3), Bidirectional(units=4, merge_mode="sum"))),
        # An activation may be saved as a function.
        (sequential(INPUT, saved("Dense", units=2, activation=FUNCTION)),
         (Input(12, 3), Dense(2, "relu"))),
    ],
)  # fmt: skip
def test_layers_of_a_configuration_are_read(model, expected):
    """Configurations of Keras 3 and of Keras 2 give the layers that were saved."""
    assert stack_of(model) == expected


def test_a_model_without_a_shape_gets_an_input_and_a_note():
    """The assumed Input fits the first layer, and a note names its shape."""
    reading = read_config(json.dumps(sequential(saved("Embedding", input_dim=9, output_dim=4))))
    assert "(12,) is used instead" in reading.notes[0].sentence


ENCODER = saved("LSTM", [[tensor("x")]], name="encoder", units=4, return_state=True)
SECOND = saved("InputLayer", name="y", batch_shape=[None, 5, 2])


def test_an_encoder_stays_if_the_layer_that_takes_its_states_is_not_traced():
    """Without the encoder, the parameter count would be wrong."""
    calls = [tensor("y"), *(tensor("encoder", 0, output) for output in (1, 2, 1, 2))]
    both = saved("Bidirectional", [calls], name="both", layer=saved("LSTM", units=4))
    layers = [INPUT, SECOND, ENCODER, both]
    stack = stack_of(functional(layers, [["x", 0, 0], ["y", 0, 0]], ["both", 0, 0]))
    assert [layer.keras for layer in stack] == ["Input", "Input", "LSTM", "Bidirectional"]
    assert stopped_at(trace(stack)) == 3


def test_the_stack_has_only_layers_that_lead_to_the_outputs():
    """Each input of the model stays, even one that is only a mask."""
    layers = [saved("InputLayer", name=name, batch_shape=[None, 12]) for name in ("mask", "more")]
    lstm = saved("LSTM", name="lstm", units=4)
    lstm["inbound_nodes"] = [{"args": [tensor("x")], "kwargs": {"mask": tensor("mask")}}]
    inputs = [["x", 0, 0], ["mask", 0, 0]]
    stack = stack_of(functional([INPUT, *layers, lstm], inputs, {"one": ["lstm", 0, 0]}))
    assert [layer.keras for layer in stack] == ["Input", "Input", "LSTM"]
    assert stack[2].of == (Ref(0),)


def test_layers_of_inner_models_become_layers_of_the_outer_model():
    """An inner model that is called twice shares its layers."""
    tower = functional([INPUT, ENCODER], [["x", 0, 0]], [["encoder", 0, 0]])
    tower |= {"inbound_nodes": [[["y", 0, 0, {}]], [["z", 0, 0, {}]]]}
    inputs = [saved("InputLayer", name=name, batch_shape=[None, 12, 3]) for name in "yz"]
    joined = saved("Subtract", [[[tensor("f"), tensor("f", 1)]]])
    stack = stack_of(
        functional([*inputs, tower, joined], [["y", 0, 0], ["z", 0, 0]], ["subtract", 0, 0])
    )
    assert [layer.keras for layer in stack] == ["Input", "Input", "LSTM", "LSTM", "Subtract"]
    assert trace(stack)[-1].shapes == ((None, 4),)
    assert total(trace(stack)) == 128
    assert stack_of(sequential(CHAIN))[:3] == stack_of(CHAIN)


def test_a_time_distributed_model_has_time_distributed_layers():
    """TimeDistributed around a model applies each of its layers at every timestep."""
    pictures = saved("InputLayer", name="x", batch_shape=[None, 5, 8, 8, 1])
    one = saved("InputLayer", name="one", batch_shape=[None, 8, 8, 1])
    conv = saved("Conv2D", filters=2, kernel_size=[3, 3], strides=[1, 1], dilation_rate=[1, 1])
    each = saved("TimeDistributed", layer=sequential(one, conv, saved("Flatten")))
    _, *steps = trace(stack_of(sequential(pictures, each, saved("LSTM", units=3))))
    assert [step.shapes[0] for step in steps] == [(None, 5, 6, 6, 2), (None, 5, 72), (None, 3)]


def test_a_layer_with_custom_code_ends_the_trace_with_a_note():
    """The custom code isn't run, and the layers before it are traced."""
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAA"}}
    layers = [saved("LSTM", units=4), saved("Lambda", function=code)]
    reading = read_config(json.dumps(sequential(INPUT, *layers)))
    steps = trace(reading.stack)
    assert (broken_at(steps), stopped_at(steps)) == (None, 2)
    assert "Lambda" in reading.notes[0].sentence


def test_tensors_added_by_an_operator_are_an_add():
    """Keras 3 saves `x + y` under the name Add. The code of the stack keeps the operator."""
    add = {**saved("Add", [[tensor("x"), tensor("x")]]), "module": "keras.src.ops.numpy"}
    stack = stack_of(functional([INPUT, add], [], ["add", 0, 0]))
    assert trace(stack)[1].shapes == ((None, 12, 3),)
    assert code_lines(trace(stack))[1] == "x = inputs + inputs"


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("mse", "mean_squared_error", False),
        ({"class_name": "Huber"}, "huber", False),
        ({"one": "mse"}, "", False),
        ({"class_name": "Poisson", "config": {"from_logits": True}}, "poisson", True),
    ],
)
def test_the_loss_is_read(loss, name, from_logits):
    """The loss has its function's name. A model with several losses gets no loss."""
    reading = read_config(json.dumps({**CHAIN, "compile_config": {"loss": loss}}))
    assert (reading.loss, reading.from_logits) == (name, from_logits)


NESTED = '{"class_name":"Sequential","config":{"layers":['
WRAPPED = '{"class_name":"TimeDistributed","config":{"layer":'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, "model.to_json()"),
        (archive("model.json"), "no item named 'config.json'"),
        (archive(text=" " * 50_000_000, compression=zipfile.ZIP_DEFLATED), "larger"),
        (archive().replace(b"PK\x01\x02", b"PK\x01\x02" * 300), "more files than"),
        ("[0," * (MAX_BYTES // 3 - 1) + "0", "little nesting"),
        ('{"class_name": "Dense", "config": {"units": 1}}', "without layers"),
        (NESTED * 400 + "]}}" * 400, "little nesting"),
        (NESTED + WRAPPED * 400 + "0" + "}}" * 400 + "]}}", "little nesting"),
        (json.dumps(sequential(INPUT, *[saved("Flatten")] * MAX_LAYERS)), "at most 200 layers"),
        (json.dumps(functional([INPUT, saved("Add", [[]])], [], ["add", 0, 0])), "other content"),
    ],
)
def test_other_files_are_refused_with_a_sentence(content, words):
    """Other content raises a ModelError before it is opened, unpacked or run."""
    with pytest.raises(ModelError, match=words) as raised:
        read_config(content)
    assert len(raised.value.sentence) < 600


def test_models_that_call_each_other_many_times_are_refused():
    """Thirty levels of two calls each would be a billion layers, so they raise a ModelError."""
    model = functional([INPUT, ENCODER], ["x", 0, 0], ["encoder", 0, 0])
    for level in range(30):
        inner = {**model, "name": f"m{level}", "inbound_nodes": [[["x", 0, 0]], [["x", 0, 0]]]}
        joined = saved("Add", [[tensor(f"m{level}"), tensor(f"m{level}", 1)]])
        model = functional([INPUT, inner, joined], ["x", 0, 0], ["add", 0, 0])
    with pytest.raises(ModelError, match="more code than can be read"):
        stack_of(model)


def places(value, path=()):
    """Return the path of every entry of a configuration."""
    items = ()
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    inside = [place for key, part in items for place in places(part, (*path, key))]
    return [path, *inside] if path else inside


OTHERS = [None, True, -1, 2.5, 10**9, "x", "LSTM", "Sequential", [], {}, [[1, "x"]], {"units": []}]
WRITTEN = sorted((Path(__file__).parents[1] / "agreement" / "documented").glob("*.json"))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_configuration_with_a_changed_entry_gives_a_stack_or_an_error(path):
    """A change of any entry gives a stack or a ModelError."""
    draw = random.Random(path.name)  # noqa: S311
    text = path.read_text(encoding="utf-8")
    for _ in range(60):
        changed = json.loads(text)
        *keys, last = draw.choice(places(changed))
        record = changed
        for key in keys:
            record = record[key]
        record[last] = draw.choice(OTHERS)
        with suppress(ModelError):
            trace(read_config(json.dumps(changed)).stack)
