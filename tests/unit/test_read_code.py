"""Keras code is read into a stack. test_documented_models.py compares stacks with Keras."""

import json
import random
from pathlib import Path
from textwrap import dedent

import pytest

from lib.shapes import ModelError, read_model, total, trace
from lib.shapes.stack.read import read_code, read_source
from lib.shapes.stack.tracing import broken_at

CHAIN = [(None, 12, 3), (None, 16), (None, 1)]


def reading(code):
    """Return the reading of code, which may be indented."""
    return read_code(dedent(code))


def shapes(code):
    """Return the first output shape of each layer, () for a layer without an output."""
    return [(*step.shapes, ())[0] for step in trace(reading(code).stack)]


def notes(code):
    """Return the notes on code, by line."""
    return {note.line: note.sentence for note in reading(code).notes}


@pytest.mark.parametrize(
    "code",
    [
        "model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])",
        "model = keras.Sequential(layers=[layers.Input(shape=(12, 3)), L.LSTM(16), L.Dense(1)])",
        "from keras.layers import LSTM as L1, Dense\nimport keras\nmodel = keras.Sequential()\n"
        "model.add(L1(16, input_shape=[12, 3]))\nmodel.add(Dense(1))",
        "from tensorflow.keras.layers import *\nfrom tensorflow.keras.models import Model\n"
        "inputs = Input(shape=(12, 3))\nmodel = Model(inputs, Dense(1)(LSTM(16)(inputs)))",
        "import tensorflow.keras.layers as kl\nLSTM = kl.LSTM\nx = inputs = kl.Input((12, 3))\n"
        "x = kl.Dense(1)(LSTM(16)(x))\nmodel = tf.keras.Model(inputs=[inputs], outputs=[x])",
        "model = Sequential([LSTM(16), Dense(1)])",
        "x = LSTM(16)(x)\nx = Dense(1)(x)",
    ],
)
def test_code_is_read_in_every_common_form(code):
    """All prefixes, aliases and ways to build a model give the same stack."""
    assert shapes(code) == CHAIN
    assert total(trace(reading(code).stack)) == 4 * 16 * (3 + 16 + 1) + 17


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("m = Sequential([Input((9, 3)), LSTM(4), Dense(1)])\nm.pop()\nm.add(Dense(7))", [3, 4, 7]),
        ("u = 4\ndef f():\n  return LSTM(u)\ndef g():\n  u = 9\n  return f()\n"
         "m = Sequential([Input((9, 3)), g()])", [3, 4]),
        ("def f(*units, last=2, **more):\n  return [LSTM(units[1], **more), Dense(last)]\n"
         "m = Sequential([Input((9, 3)), *f(3, 4, go_backwards=True)])", [3, 4, 2]),
        ("m = Sequential([Input((9, 3))])\nfor u in reversed([5, 4]): m.add(Dense(u))", [3, 4, 5]),
        ("m = Sequential([Input((9, 3))] + [Dense(u) for u in (8, 3, 5) if u > 4] + [Dense(1)])",
         [3, 8, 5, 1]),
        ("m = Sequential([Input((9, 3)), *(Dense(a + b) for a in (1, 2) for b in (3, 4))])",
         [3, 4, 5, 5, 6]),
        ("m = Sequential([Input((9, 3))])\nu = None or 4\nfor i in range(-1, 5):\n"
         "  if 0 <= i < 3 and not (i == 1 or u > 9): m.add(Dense(u + i))", [3, 4, 6]),
        ("units, SHAPE = 2 ** 4, (12, 3)\nchars = 'abc' + 'de'\nc = {'head': [7, 9], 'past': 720}\n"
         "X = np.zeros((64, 24, 3))\n"
         "m = Sequential([Input((X.shape[1], *SHAPE[1:])), LSTM(units, return_sequences=True)])\n"
         "m.add(LSTM(int(c['past'] / 6) if len(chars) > 4 else 1))\n"
         "m.add(Dense(max(c['head']) - 1 * len(chars)))", [3, 16, 120, 4]),
    ],
)  # fmt: skip
def test_names_lists_functions_and_classes_follow_the_rules_of_python(code, expected):
    """Scopes, arithmetic, changes of lists and dicts, and attributes work as in Python."""
    assert [shape[-1] for shape in shapes(code)] == expected


@pytest.mark.parametrize(
    "code",
    [
        "n = 4\ndef f():\n  global n\n  n = 8\nf()\nm = Sequential([Input((9, 3)), LSTM(n)])",
        "a = [Input((9, 3))]\na.extend(more())\nm = Sequential(a)",
        "m = Sequential([Input((9, 3))])\nm.add(LSTM(4)) if flag else None\nm.add(Dense(2))",
        "a = [Input((9, 3))]\nb = [Dense(2)] if flag or 0 else []\nm = Sequential(a + b)",
    ],
)
def test_skipped_code_has_a_note_and_is_never_guessed(code):
    """Layers before the skipped code are traced without an error, and one note has the line."""
    assert shapes(code)[0] == (None, 9, 3)
    assert broken_at(trace(reading(code).stack)) is None
    assert len(notes(code)) == 1


@pytest.mark.parametrize(
    ("code", "expected", "noted"),
    [
        ("X = load()\nm = Sequential([Input((X.shape[1], 3)), LSTM(16)])",
         [(None, None, 3), (None, 16)], {2: "(None, 3) is used instead"}),
        ("m = Sequential([Embedding(len(words) + 1, 8, input_length=5)])",
         [(None, 5), (None, 5, 8)], {1: "input_dim of Embedding is known only"}),
        ("m = Sequential([Input((9, 3)), LSTM(UNITS)])", [(None, 9, 3), (None, 16)],
         {1: "16 is used instead"}),
        ("i = Input((12, 5))\na = LSTM(2)(i)\nm = Model(i, a)\nm.fit(x, y)\ne = Model(i, i)\n"
         "e.summary()", [(None, 12, 5), (None, 2)], {3: "2 models"}),
        ("class Net:\n  def build(self, u=16):\n    self.steps = 12\n"
         "    self.model = Sequential([Input((self.steps, 3))])\n    self.model.add(LSTM(u))\n"
         "    for size in self.sizes: self.model.add(Dense(size))",
         [*CHAIN[:2], ()], {2: "default", 6: "a loop"}),
        ("m = Sequential([\n  Input((9, 3)),\n  *(Dense(u) for u in sizes),\n  own(\n    2)])",
         [(None, 9, 3), (), ()], {3: "(Dense(u) for u in sizes)” is a loop", 4: "“own” isn't"}),
        ("def layers_of():\n  yield Dense(2)\nm = Sequential([Input((9, 3)), *layers_of()])",
         [(None, 9, 3), ()], {2: "“(yield Dense(2))” is in a generator"}),
        ("m = Sequential([Input((9, 3))])\nfor u in (4, 2): m.add(Dense(u))",
         [(None, 9, 3), (None, 9, 4), (None, 9, 2)], {2: "every round (2)"}),
        ("class Net(Model):\n  def call(self, x):\n    return LSTM(4)(x)\n"
         "m = Net()\nm.build((None, 9, 3))", [(None, 9, 3), (None, 4)],
         {1: "“Net”, a class in this code"}),
        ("from keras.layers.core import Dense\nfrom keras.layers import CuDNNLSTM, Merge\n"
         "m = Sequential([Input((9, 3)), CuDNNLSTM(4)])\nm.fit(x, y, nb_epoch=2)\n"
         "m.fit_generator(g)", [(None, 9, 3), (None, 4)],
         {1: "Import layers from keras.layers", 2: "no Merge", 4: "to epochs", 5: "Use fit"}),
        ("from keras.utils import np_utils\nfrom tensorflow.keras.layers.recurrent import GRU\n"
         "i = Input((9, 3))\nm = Model(input=i, output=GRU(4)(i))", [(None, 9, 3), (None, 4)],
         {1: "no np_utils, so this line fails", 2: "no layers.recurrent", 4: "plural names"}),
        ("Sequential([Input((8, 9, 3)), Convolution2D(4, 3, 3)])",
         [(None, 8, 9, 3), (None, 2, 3, 4)], {1: "Keras 3 reads 3 as strides"}),
        ("Sequential([Input((7, 5)), Lstm(4)])", [(None, 7, 5), ()], {1: "did you mean LSTM?"}),
        ("Sequential(Input((7, 5)), LSTM(4))", [(None, 7, 5), (None, 4)], {1: "takes a list"}),
        ("i = Input((9, 3))\no, *s = Bidirectional(LSTM(5, return_state=True))(i)\n"
         "m = Model(i, Bidirectional(LSTM(5))(i, initial_state=s))",
         [(None, 9, 3), (None, 10), ()], {3: "starts from states"}),
    ],
)  # fmt: skip
def test_notes_name_assumptions_and_skipped_code_by_line(code, expected, noted):
    """Each assumed value, and each part of the code that is followed or skipped, has a note."""
    assert shapes(code) == expected
    actual = notes(code)
    assert list(actual) == list(noted)
    assert all(words in actual[line] for line, words in noted.items())


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("x = tf.einsum('ntf,nsf->nts', x, x)", "“einsum” computes with tensors"),
        ("x = x[:, 0]", "“x[:, 0]” computes with tensors"),
        ("x = attention_block(x)", "“attention_block” is a function"),
        ("x = Own(3)(x)", "“Own” is a class"),
        ("for name in names: x = Dense(2)(x)", "a loop whose rounds"),
        ("if flag: x = Dense(2)(x)", "an if statement whose"),
        ("x = LSTM(2, return_sequences=flag)(x)", "return_sequences of LSTM is known only"),
        ("x = Dense(**settings)(x)", "“Dense” has arguments"),
    ],
)
def test_unreadable_code_is_noted_with_its_line(lines, words):
    """Layers before the code are traced. Later layers stay in the stack without an output."""
    code = f"""
        class Own(Base): pass
        inputs = Input((12, 3))
        x = Dropout(0.1)(inputs)
        {lines}
        model = Model(inputs, Dense(1)(x))
    """
    assert words in notes(code)[5]
    assert shapes(code)[:2] == [(None, 12, 3)] * 2
    assert shapes(code)[-1] == ()
    assert broken_at(trace(reading(code).stack)) is None


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("keras.losses.BinaryCrossentropy(True)", "binary_crossentropy", True),
        ("losses.BinaryCrossentropy(from_logits=t)", "binary_crossentropy", None),
        ("own", "", False),
    ],
)
def test_the_loss_its_logits_and_the_shape_of_y_are_read(loss, name, from_logits):
    """The loss has Keras's name. A custom loss is unknown and gets a note. `fit` may be missing."""
    code = f"""
        X, y = np.random.rand(64, 12, 3), np.zeros((64, 5))
        m = Sequential([LSTM(16), Dense(5)])
        m.compile(optimizer="adam", loss={loss})
    """
    result = reading(code + "    m.fit(X, y)")
    assert (result.loss, result.target, result.from_logits) == (name, (64, 5), from_logits)
    assert reading(code).target == (64, 5)
    for head in ("Dense(5, own)", "Activation(own)"):
        assert reading(code.replace("Dense(5)", head)).from_logits is None
    assert shapes(code)[0] == (None, 12, 3)
    assert ["own" in note.sentence for note in result.notes] == [True] * (name == "")


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("y - 2 * s ** 2", (None, 12, 3)),
        ("tf.concat([y, s], axis=-1)", (None, 12, 6)),
        ("Dense(ops.shape(y)[-1] + 1)(y)", (None, 12, 4)),
        ("y[:, -1]", (None, 3)),
        ("tf.cast(y, tf.float16)", (None, 12, 3)),
        ("ops.add(y, Dense(3)(s))", (None, 12, 3)),
        ("keras.ops.multiply(y, 2)", (None, 12, 3)),
    ],
)
def test_operations_on_tensors_are_traced(line, shape):
    """An operator, a slice or a function of keras.ops on tensors gives the right shape."""
    lstm = "y, h, c = LSTM(3, return_sequences=True, return_state=True)(i)"
    code = f"i = Input((12, 3))\n{lstm}\ns = Activation('tanh')(y)\nm = Model(i, {line})"
    assert shapes(code)[-1] == shape


def test_an_operator_on_different_numbers_of_axes_is_not_traced():
    """The samples of (N, 16) would meet the timesteps of (N, 12, 16). Add() pairs samples."""
    code = "y, a = Input((16,)), Input((12, 16))\nm = Model([y, a], {})"
    assert "from the right" in f"{trace(reading(code.format('y - a')).stack)[2].not_traced}"
    assert shapes(code.format("Add()([y, a])"))[-1] == (None, 12, 16)


@pytest.mark.parametrize(
    "paste",
    [
        "!pip install keras\n%time\nprint 'old'\nSequential([Input((12, 3)), LSTM(16)])",
        "Hello, my model:\n```python\nSequential([Input((12, 3)), LSTM(16)])\n```\nWhat is wrong?",
        ">>> m = Sequential([Input((12, 3)),\n...     LSTM(16)])\n>>> m.count_params()\n1280",
        "Input((12, 3))\nLSTM(16)",
    ],
)
def test_text_around_the_code_is_ignored(paste):
    """Notebook commands, prompts, fences, Python 2 prints and bare layers are accepted."""
    assert shapes(paste)[-1] == (None, 16)


def test_a_notebook_and_a_script_are_recognized_by_their_content():
    """The code cells of a notebook are read, and a script may be bytes."""
    cells = [{"cell_type": "code", "source": ["m = Sequential()\n", "m.add(Input((12, 3)))"]}]
    cells += [{"cell_type": "markdown", "source": "x"}]
    cells += [{"cell_type": "code", "source": "!ls\nm.add(LSTM(16))"}]
    assert len(read_model(json.dumps({"cells": cells}), "model.ipynb")) == 2
    assert len(read_model(b"m = Sequential([Input((12, 3)), LSTM(16)])", "model.py")) == 2
    with pytest.raises(ModelError, match="UTF-8"):
        read_source(b"\xff\xfe\xfa")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x = 1", None, "without any"),
        ("model = Sequential([LSTM(16)\nx = 1", 1, "never closed"),
        ("ValueError: Input 0 of layer is incompatible: found ndim=2", None, "Read an error"),
        ('Model: "m"\n┏━━┓\n┃ Layer (type) ┃', None, "received its summary"),
        ("class M(keras.Model):\n    pass\nM().compile()", 1, "the class M"),
        ("Sequential([Input((3,))] + [Dense(3) for _ in range(200)])", None, "received 201"),
    ],
)
def test_a_text_without_a_model_is_refused_in_a_sentence(text, line, words):
    """The error says what text was expected, and has the line if one line is at fault."""
    with pytest.raises(ModelError, match=words) as raised:
        reading(text)
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Sequential([Input((12, -3)), Dense(2)])", "Cannot convert '(12, -3)' to a shape"),
        ("Sequential([Input((0, 3)), Dense(2)])", "from 1 to 1,000,000"),
        ("i = Input((9, 3))\nx = LSTM(8)\nm = Model(i, Dense(1)(x))", "Only input tensors"),
    ],
)
def test_an_impossible_layer_ends_the_trace(code, words):
    """Layers after the impossible layer stay in the stack without an output."""
    steps = trace(reading(code).stack)
    assert any(words in f"{step.error} {step.not_traced}" for step in steps)
    assert not steps[-1].tensors


def test_the_call_method_of_a_custom_class_is_followed():
    """Each instance has its own layers, also inside another custom class."""
    classes = """
        class Half(Model):
            def __init__(self, layer):
                self.layer = layer
            def call(self, x, training=False):
                return self.layer(x)
        class Whole(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.encoder, self.decoder = Half(LSTM(units)), Half(Dense(2))
            def call(self, inputs, state=None, project=True):
                x = self.encoder(inputs)
                return self.decoder(x) if project else x
    """
    for made in ("m.build((None, 9, 3))", "m(Input((9, 3)))"):
        traced = shapes(f"{classes}\n        m = Whole(5)\n        {made}")
        assert traced == [(None, 9, 3), (None, 5), (None, 2)]
    inner = "a = Input((9, 3))\n        m = Model(a, Whole(5)(a, project=False))"
    assert shapes(f"{classes}\n        {inner}") == [(None, 9, 3), (None, 5)]


HOSTILE = {
    "5 MB": "x = 1\n" * 900_000,
    "brackets": "(" * 190_000,
    "f-string": "f'" + "{a}" * 60_000 + "'",
    "power": "u = 9**9**9\nv = 2**10**6\nm = Sequential([Input((3, 2)), LSTM(u)])",
    "laughs": "a = [1]\n" + "a = [a] * 10\n" * 30 + "m = Sequential([LSTM(a), Dense(max(a))])",
    "inner loops": "for i in range(99):\n for j in range(90):\n  for k in []: " + "a=b-c;" * 19_000,
    "calls": "def f(x):\n  f(x);f(x);f(x)\n  return f(x)\nm = Sequential([Input((3, 4)), f(3)])",
    "itself": "a = []\na.append(a)\nm = Sequential(a)\nx = Concatenate()(a)",
    "layers": "m = Sequential([" + ", ".join(f"LSTM({n})" for n in range(1, 5000)) + "])",
}


def outcome(text):
    """Return the number of layers of a text, or the error message."""
    try:
        stack = read_source(text).stack
    except ModelError as error:
        return str(error)
    assert trace(stack)
    return f"{len(stack)} layers"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gives_a_stack_or_a_short_error(name):
    """A hostile text gives a stack, or a ModelError with a short sentence."""
    assert len(outcome(HOSTILE[name])) < 400


def test_nothing_is_run(tmp_path, monkeypatch):
    """Code that would create a file creates none, and its layers are read."""
    monkeypatch.chdir(tmp_path)
    code = """
        import os, subprocess
        __import__("os").system("touch here")
        exec("open('here', 'w')")
        subprocess.run(["touch", "here"])
        units = [open("here", "w") for _ in range(3)]
        class Evil:
            open("here", "w")
        def evil(x=open("here", "w")):
            os.system("touch here")
            return 16
        name = f"{open('here', 'w')}"
        model = Sequential([Input((12, 3)), LSTM(evil()), Dense(eval("1"))])
    """
    assert shapes(code)[:2] == CHAIN[:2]
    assert list(tmp_path.iterdir()) == []


DOCUMENTED = sorted((Path(__file__).parents[1] / "agreement" / "documented").glob("*.txt"))


@pytest.mark.parametrize("path", DOCUMENTED, ids=lambda path: path.name)
def test_code_with_lines_lost_and_words_changed_is_read_or_refused(path):
    """Documented models with missing or changed pieces never raise another error."""
    draw = random.Random(path.name)  # noqa: S311
    names = ["X", "states", "[]", "{}", "None", "-1", "'s'", "model", "LSTM", "Dense(2)", "..."]
    for _ in range(3):
        lines = path.read_text(encoding="utf-8").split("\n")
        remaining = "\n".join(line for line in lines if draw.random() > 0.05)
        pieces = remaining.replace(",", " ,").split(" ")
        pieces[draw.randrange(len(pieces))] = draw.choice(names)
        assert outcome(" ".join(pieces))
