"""Keras code → a stack, by worked examples. Agreement with Keras: test_documented_models.py."""

import random
from pathlib import Path
from textwrap import dedent

import pytest

from lib.shapes import ModelError, read_model, total, trace
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.read import read
from lib.shapes.stack.read.code import read_code
from lib.shapes.stack.tracing import broken

CHAIN = [(None, 12, 3), (None, 16), (None, 1)]
"""The shapes of Input((12, 3)), LSTM(16), Dense(1)."""


def reading(code):
    """What is read of a code that is indented as the test is."""
    return read_code(dedent(code))


def shapes(code):
    """The first output shape of each layer; () where one breaks, or isn't reached."""
    return [(*step.shapes, ())[0] for step in trace(reading(code).stack)]


def widths(code):
    """The last axis of what each layer returns; 0 where one breaks, or isn't reached."""
    return [shape[-1] if shape else 0 for shape in shapes(code)]


def notes(code):
    """What is said of a code, by line."""
    return {note.line: note.sentence for note in reading(code).notes}


@pytest.mark.parametrize(
    "code",
    [
        "model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])",
        "model = keras.Sequential(layers=[layers.Input(shape=(12, 3)), L.LSTM(16), L.Dense(1)])",
        "tf.keras.models.Sequential([tf.keras.layers.InputLayer(input_shape=(12, 3)),"
        " tf.keras.layers.LSTM(units=16), tf.keras.layers.Dense(units=1, name='out')])",
        "from keras.layers import LSTM as L1, Dense\nimport keras\nmodel = keras.Sequential()\n"
        "model.add(L1(16, input_shape=[12, 3]))\nmodel.add(Dense(1))",
        "from tensorflow.keras.layers import *\nfrom tensorflow.keras.models import Model\n"
        "inputs = Input(shape=(12, 3))\nmodel = Model(inputs, Dense(1)(LSTM(16)(inputs)))",
        "import tensorflow.keras.layers as kl\nLSTM = kl.LSTM\nx = inputs = kl.Input((12, 3))\n"
        "x = LSTM(16)(x)\nx = kl.Dense(1)(x)\nmodel = tf.keras.Model(inputs=[inputs], outputs=[x])",
        "model = Sequential([LSTM(16), Dense(1)])",
        "x = LSTM(16)(x)\nx = Dense(1)(x)",
    ],
)
def test_code_is_read_as_people_have_it(code):
    """Whatever the prefix, the alias, or the way to put a model together."""
    assert shapes(code) == CHAIN
    assert total(trace(reading(code).stack)) == 4 * 16 * (3 + 16 + 1) + 17


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("m = Sequential([Input((9, 3)), LSTM(4), Dense(1)])\nm.pop()\nm.add(Dense(7))", [3, 4, 7]),
        ("a = [LSTM(4)]\na.extend([Dense(1)])\na.insert(0, Input((9, 3)))\na[2] = Dense(5)\n"
         "m = Sequential(a)", [3, 4, 5]),
        ("u = 4\ndef f():\n  return LSTM(u)\ndef g():\n  u = 9\n  return f()\n"
         "m = Sequential([Input((9, 3)), g()])", [3, 4]),
        ("def f(*units, last=2, **more):\n  return [LSTM(units[1], **more), Dense(last)]\n"
         "m = Sequential([Input((9, 3)), *f(3, 4, go_backwards=True)])", [3, 4, 2]),
        ("m = Sequential([Input((9, 3))])\nfor u in reversed([5, 4]): m.add(Dense(u))", [3, 4, 5]),
        ("b = Sequential([Input((9, 3)), LSTM(4)])\nm = Model(b.input, Dense(2)(b.output))",
         [3, 4, 2]),
        ("a = [64, 8, 32]\na += [5]\na[1:] = [6, 7]\n"
         "m = Sequential([Input((9, 3)), *[Dense(u) for u in a]])", [3, 64, 6, 7]),
        ("class Config:\n  units: int = 4\nm = Sequential([Input((9, 3)), LSTM(Config.units)])",
         [3, 4]),
        ("class Own(layers.Layer):\n  def __init__(self, rate=2):\n    super().__init__()\n"
         "    self.dense = Dense(3 * rate)\n  def call(self, x, training=False):\n"
         "    return self.dense(x) * 0.5\n"
         "m = Sequential([Input((9, 3)), Own(), Own(rate=3), LSTM(4)])", [3, 6, 6, 9, 9, 4]),
        ("units, SHAPE = 2 ** 4, (12, 3)\nchars = 'abc' + 'de'\nc = {'head': [7, 9], 'past': 720}\n"
         "X = np.zeros((64, 24, 3))\n"
         "m = Sequential([Input((X.shape[1], *SHAPE[1:])), LSTM(units, return_sequences=True)])\n"
         "m.add(LSTM(int(c['past'] / 6) if len(chars) > 4 else 1))\n"
         "m.add(Dense(max(c['head']) - 1 * len(chars)))", [3, 16, 120, 4]),
    ],
)  # fmt: skip
def test_names_lists_functions_and_classes_are_followed_as_python_has_them(code, expected):
    """Scopes, arithmetic, what changes lists and dicts, what a model and a class have by name."""
    assert widths(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "n = 4\ndef f():\n  global n\n  n = 8\nf()\nm = Sequential([Input((9, 3)), LSTM(n)])",
        "a = [2, 3]\na.reverse()\nm = Sequential([Input((9, 3)), Dense(a[0])])",
        "m = Sequential([Input((9, 3)), *[Dense(a * b) for a in (2, 3) for b in (1, 2)]])",
        "a = [Input((9, 3))]\na.extend(more())\nm = Sequential(a)",
        "m = Sequential([Input((9, 3))])\nm.add(LSTM(4)) if flag else None\nm.add(Dense(2))",
        "n, i = 7, Input((9, 3))\nwith open(here) as n: pass\nm = Model(i, Dense(n)(i))",
        "class Own(Layer):\n  @staticmethod\n  def call(x): return Dense(2)(x)\n"
        "m = Sequential([Input((9, 3)), Own()])",
        "class Base(Layer):\n  def call(self, x): return Dense(3)(x)\nclass Own(Base):\n"
        "  def call(self, x): return super().call(x)\nm = Sequential([Input((9, 3)), Own()])",
        "def layers_of():\n  yield Dense(2)\nm = Sequential([Input((9, 3)), *layers_of()])",
    ],
)
def test_what_is_not_followed_is_said_and_never_guessed(code):
    """The layers before are traced; nothing breaks, and one note has the line."""
    assert shapes(code)[0] == (None, 9, 3)
    assert broken(trace(reading(code).stack)) is None
    assert len(notes(code)) == 1


@pytest.mark.parametrize(
    ("code", "expected", "said"),
    [
        ("X = load()\nm = Sequential([Input((X.shape[1], 3)), LSTM(16)])",
         [(None, None, 3), (None, 16)], {2: "(None, 3) stands in"}),
        ("m = Sequential([Input((X.shape[1],)), Embedding(100, 8)])",
         [(None, None), (None, None, 8)], {1: "(None,) stands in"}),
        ("m = Sequential([Embedding(len(words) + 1, 8, input_length=5)])",
         [(None, 5), (None, 5, 8)], {1: "input_dim of Embedding can’t be told"}),
        ("m = Sequential([LSTM(2)])\nm.build((None, 7, 4))", [(None, 7, 4), (None, 2)], {}),
        ("m = Sequential([Input((9, 3)), LSTM(UNITS)])", [(None, 9, 3), (None, 16)],
         {1: "units of LSTM can’t be told from this code: 16 stands in for it."}),
        ("i = Input((12, 5))\na = LSTM(2)(i)\nm = Model(i, a)\nm.fit(x, y)\ne = Model(i, i)\n"
         "e.summary()", [(None, 12, 5), (None, 2)], {3: "2 models"}),
        ("def build(u, head=None):\n  m = Sequential([Input((12, 3)), LSTM(u)])\n"
         "  if head is not None: m.add(Dense(head))\n  return m\n"
         "if __name__ == '__main__':\n  m = build(u=16, head=1)", CHAIN, {}),
        ("class Net:\n  def build(self, u=16):\n    self.steps = 12\n"
         "    self.model = Sequential([Input((self.steps, 3))])\n    self.model.add(LSTM(u))\n"
         "    for size in self.sizes: self.model.add(Dense(size))",
         [*CHAIN[:2], ()], {2: "defaults", 6: "a loop"}),
        ("def block(x, units):\n  return Dropout(0.5)(LSTM(units, return_sequences=True)(x))\n"
         "for i in range(len(rows)): texts.add(rows[i])\nx = i = Input((12, 3))\n"
         "for units in (8, 4):\n  x = block(x, units)\nm = Model(i, [Dense(u)(x) for u in (5, 6)])",
         [(None, 12, 3), *[(None, 12, 8)] * 2, *[(None, 12, 4)] * 2, (None, 12, 5), (None, 12, 6)],
         {}),
        ("Sequential([Input((7, 5)), Lstm(4)])", [(None, 7, 5), ()], {1: "LSTM is"}),
        ("Sequential(Input((7, 5)), LSTM(4))", [(None, 7, 5), (None, 4)], {1: "takes a list"}),
        ("m = Sequential([Input((9, 4)), LSTM(2, name='a'), Dense(2, name='a')])",
         [(None, 9, 4), (None, 2), (None, 2)], {None: "Two layers are named “a”"}),
        ("def f(x):\n  if flag: return LSTM(3)(x)\n  return GRU(4)(x)\ni = Input((9, 3))\n"
         "m = Model(i, f(i))", [(None, 9, 3), ()], {2: "an if, whose condition"}),
        ("i = Input((9, 3))\no, *s = Bidirectional(LSTM(5, return_state=True))(i)\n"
         "m = Model(i, Bidirectional(LSTM(5))(i, initial_state=s))",
         [(None, 9, 3), (None, 10), ()], {3: "starts from states"}),
    ],
)  # fmt: skip
def test_what_is_worth_knowing_is_said_with_its_line(code, expected, said):
    """What stands in for what the code doesn't tell, what was followed, and what wasn't read."""
    assert shapes(code) == expected
    found = notes(code)
    assert list(found) == list(said)
    assert all(words in found[line] for line, words in said.items())


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("x = tf.einsum('ntf,nsf->nts', x, x)", "“einsum” works on tensors"),
        ("x = x[:, 0]", "“x[:, 0]” works on tensors"),
        ("x = Lambda(lambda t: t + 1)(x)", "“Lambda” isn’t known here"),
        ("x = attention_block(x)", "“attention_block” is a function"),
        ("x = Own(3)(x)", "“Own” is a class"),
        ("for name in names: x = Dense(2)(x)", "a loop, whose rounds"),
        ("match flag:\n            case 1: x = Dense(2)(x)", "code that isn’t read here"),
        ("if flag: x = Dense(2)(x)", "an if, whose condition"),
        ("x = Concatenate()([Dense(n)(x) for n in sizes])", "a loop, whose rounds"),
        ("x = LSTM(2, return_sequences=flag)(x)", "only running the code tells return_sequences"),
        ("x = Dense(**settings)(x)", "“Dense” has arguments"),
        ("x = TimeDistributed(LSTMCell(4))(x)", "“LSTMCell” is called outside of an RNN"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(lines, words):
    """What comes before it is traced, and what comes after it is there, and isn't reached."""
    code = f"""
        class Own(Base):
            def call(self, x):
                return x
        inputs = Input((12, 3))
        x = Dropout(0.1)(inputs)
        {lines}
        x = Dense(1)(x)
        model = Model(inputs, x)
    """
    assert words in notes(code)[7]
    found = shapes(code)
    assert found[:2] == [(None, 12, 3)] * 2
    assert found[-1] == ()
    assert broken(trace(reading(code).stack)) is None


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ('"mse"', "mean_squared_error"),
        ("keras.losses.BinaryCrossentropy(from_logits=True)", "binary_crossentropy"),
        ("{'a': 'mae'}", "mean_absolute_error"),
        ("own", ""),
    ],
)
def test_the_loss_and_the_target_are_taken_along(loss, name):
    """By Keras's name; that of their own isn't known, and is said."""
    code = f"""
        X, y = np.random.rand(64, 12, 3), np.zeros((64, 5))
        model = Sequential([LSTM(16), Dense(5)])
        model.compile(optimizer="adam", loss={loss})
        model.fit(X, y, epochs=3)
    """
    found = reading(code)
    assert (found.loss, found.target) == (name, (64, 5))
    assert shapes(code)[0] == (None, 12, 3)
    assert [("own" in note.sentence) for note in found.notes] == [True] * (name == "")


def test_a_layer_has_its_line_and_its_call():
    """Of several lines in one; of an input that a layer implies none."""
    code = """
        model = Sequential()
        model.add(LSTM(16, input_shape=(12, 3)))  # reads
        model.add(
            Dense(
                1
            )
        )
    """
    implied, lstm, dense = reading(code).stack
    call = "LSTM(16, input_shape=(12, 3))"
    assert implied.origin is None
    assert lstm.origin == (3, f"model.add({call})  # reads", call)
    assert dense.origin == (5, "Dense(1)", "Dense(1)")


def test_a_layer_that_is_not_called_breaks_where_a_tensor_is_wanted():
    """As in Keras."""
    steps = trace(reading("x = i = Input((9, 3))\nx = LSTM(8)\nm = Model(i, Dense(1)(x))").stack)
    assert any("Only input tensors" in f"{step.error}" for step in steps)


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("y + s", (None, 12, 3)),
        ("y - 2 * s ** 2", (None, 12, 3)),
        ("tf.concat([y, s], axis=-1)", (None, 12, 6)),
        ("Dense(ops.shape(y)[-1] + 1)(y)", (None, 12, 4)),
        ("y[:, -1]", (None, 3)),
    ],
)
def test_operations_on_tensors_are_traced(line, shape):
    """Also of one tensor of several that a layer returns."""
    code = f"""
        i = Input((12, 3))
        y, h, c = LSTM(3, return_sequences=True, return_state=True)(i)
        s = Activation("tanh")(y)
        model = Model(i, {line})
    """
    assert shapes(code)[-1] == shape


@pytest.mark.parametrize(
    ("other", "when", "says"),
    [
        ("(12, 16)", "run", "Incompatible shapes"),
        ("(None, 16)", "run", "Incompatible shapes"),
        ("(1, 16)", "run", "without an error"),
        ("(12, 8)", "built", "value 16, which cannot be broadcasted to 8"),
    ],
)
def test_a_sign_pairs_samples_with_timesteps(other, when, says):
    """Keras builds a sum of (N, 16) and (N, 12, 16), which fails unless N is 12; Add() is right."""
    code = f"y, a = Input((16,)), Input({other})\nm = Model([y, a], {{}})"
    steps = trace(reading(code.format("y - a")).stack)
    error = steps[2].error
    assert error
    assert error.when == when
    assert says in error.message + error.received
    assert any("Reshape((1, 16))" in fix.words for fix in fixes(steps)) == (when == "run")
    for right in ("Add()([y, a])", "Reshape((1, 16))(y) - a"):
        assert (broken(trace(reading(code.format(right)).stack)) is None) == (when == "run")


@pytest.mark.parametrize(
    "paste",
    [
        "    model = Sequential()\n    model.add(Input((12, 3)))\n    model.add(LSTM(16))",
        "model = Sequential()\n    model.add(Input((12, 3)))\n    model.add(LSTM(16))",
        "!pip install keras\n%time\nprint 'old'\nSequential([Input((12, 3)), LSTM(16)])",
        "Hello, my model:\n```python\nSequential([Input((12, 3)), LSTM(16)])\n```\nWhat is wrong?",
        "```\nSequential([Input((12, 3)), LSTM(16)])",
        ">>> m = Sequential([Input((12, 3)),\n...     LSTM(16)])\n>>> m.count_params()\n1280",
        "In [3]: m = Sequential([Input((12, 3)), LSTM(16)])",
        "m = Sequential([Input((12, 3)), LSTM(16)])\r\n\r\n",
        "Input((12, 3))\nLSTM(16)",
    ],
)
def test_what_is_pasted_along_is_tolerated(paste):
    """Indentation, a notebook's commands, prompts, fences, prints of Python 2, layers alone."""
    assert shapes(paste)[-1] == (None, 16)


def test_a_notebook_and_a_file_are_told_apart_by_what_is_in_them():
    """The code of a notebook's cells; bytes of a script."""
    cell = '{"cell_type": "code", "source": ["m = Sequential()\\n", "m.add(Input((12, 3)))"]}'
    other = '{"cell_type": "code", "source": "!ls\\nm.add(LSTM(16))"}'
    text = '{"nbformat": 4, "cells": [%s, {"cell_type": "markdown", "source": "x"}, %s]}'
    assert len(read_model(text % (cell, other), "model.ipynb")) == 2
    assert len(read_model(b"m = Sequential([Input((12, 3)), LSTM(16)])", "model.py")) == 2
    with pytest.raises(ModelError, match="UTF-8"):
        read(b"\xff\xfe\xfa")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "without any"),
        ("x = 1", None, "without any"),
        ("model = Sequential([LSTM(16)\nx = 1", 1, "never closed"),
        ("ValueError: Input 0 of layer is incompatible: found ndim=2", None, "Read an error"),
        ('Model: "m"\n┏━━┓\n┃ Layer (type) ┃', None, "a summary of one: paste its code"),
        ("import torch.nn as nn\nm = nn.LSTM(3, 4)", None, "PyTorch"),
        ("if flag:\n    m = Sequential([LSTM(2)])\nm.add(Dense(1))", 1, "made in an if"),
        ("class M(keras.Model):\n    pass\nM().compile()", 1, "a class, M"),
        ("Sequential([Input((3,))] + [Dense(3) for _ in range(200)])", None, "received 201"),
    ],
)
def test_a_text_without_a_model_is_refused_in_a_sentence(text, line, words):
    """With its line, where there is one, and what was expected."""
    with pytest.raises(ModelError, match=words) as raised:
        reading(text)
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("shape", "error", "not_traced"),
    [
        ("(12, -3)", "Negative dimensions are not allowed.", ""),
        ("(0, 3)", "", "from 1 to 1,000,000"),
    ],
)
def test_an_input_that_cannot_be_ends_the_trace(shape, error, not_traced):
    """What Keras refuses, in its words; the layers after it are there, and not reached."""
    steps = trace(reading(f"Sequential([Input({shape}), Dense(2)])").stack)
    assert [step.layer.keras for step in steps] == ["Input", "Dense"]
    assert (bool(steps[0].error), bool(steps[0].not_traced)) == (bool(error), bool(not_traced))
    assert error in f"{steps[0].error}"
    assert not_traced in f"{steps[0].not_traced}"
    assert not steps[1].tensors


def test_a_class_of_ones_own_is_followed_through_its_call():
    """Each instance has its own layers, those of a class within a class too."""
    classes = """
        class Half(Model):
            def __init__(self, layer):
                super().__init__()
                self.layer = layer
            def call(self, x, training=False):
                return self.layer(x)
        class Whole(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.encoder, self.decoder = Half(LSTM(units)), Half(Dense(2))
            def scale(self, x, rate):
                return Dropout(rate)(x)
            def call(self, inputs, state=None, project=True):
                x = self.scale(self.encoder(inputs), 0.1)
                return self.decoder(x) if project else x
    """
    for made in ("m.build((None, 9, 3))", "m(Input((9, 3)))"):
        found = shapes(f"{classes}\n        m = Whole(5)\n        {made}")
        assert found == [(None, 9, 3), (None, 5), (None, 5), (None, 2)]
    inner = "a = Input((9, 3))\n        m = Model(a, Whole(5)(a, project=False))"
    assert shapes(f"{classes}\n        {inner}") == [(None, 9, 3), (None, 5), (None, 5)]


HOSTILE = {
    "5 MB": "x = 1\n" * 900_000,
    "brackets": "(" * 190_000,
    "attributes": "a" + ".a" * 19_000,
    "f-string": "f'" + "{a}" * 60_000 + "'",
    "null": "a\0b",
    "power": "u = 9**9**9\nv = 2**10**6\nm = Sequential([Input((3, 2)), LSTM(u)])",
    "range": "a = list(range(10**9)) + [*range(10**11)]\nLSTM(sum(range(10**12)))",
    "laughs": "a = [1]\n" + "a = [a] * 10\n" * 30 + "m = Sequential([LSTM(a), Dense(max(a))])",
    "keys": "a = (1,)\n" + "a = (a, a)\n" * 60 + "d = {}\nd.update([(a, 1)])\nd.get(a)\nd[a] = 1",
    "index": "d = {}\na = (1,)\n" + "a = (a, a)\n" * 60 + "b = d[a]\nx = LSTM(2)(y)[:, -1, a]",
    "long names": "x = Input((12, 3))\nfor i in range(99):\n  x = " + "ab" * 90_000 + "(x)",
    "inner loops": "for i in range(99):\n for j in range(90):\n  for k in []: " + "a=b-c;" * 19_000,
    "functions": "".join(" " * n + f"def f{n}():\n" for n in range(90))
    + " " * 90
    + "a=b-c;" * 9_000,
    "one line": "a = '" + "é" * 90_000 + "';" + "f();" * 13_000,
    "lists": "a = [1] * 900\n" + "a.extend(a)\n" * 60 + "b = [a]\nb.extend(9**9)",
    "calls": "def f(x):\n  f(x);f(x);f(x)\n  return f(x)\nm = Sequential([Input((3, 4)), f(3)])",
    "itself": "a = []\na.append(a)\nm = Sequential(a)\nx = Concatenate()(a)",
    "sums": "x = Input((3, 2))\n" + "x = x + x\n" * 3000,
    "recursion": "def f(x):\n  return f(f(x))\nm = Model(Input((3,)), f(Input((3,))))",
    "layers": "m = Sequential([" + ", ".join(f"LSTM({n})" for n in range(1, 5000)) + "])",
}


def came_of(text):
    """What a text is answered with: its layers, or a sentence."""
    try:
        stack = read(text).stack
    except ModelError as error:
        return str(error)
    assert trace(stack)
    return f"{len(stack)} layers"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_in_a_sentence(name):
    """A stack or a ModelError, whose sentence isn't long; `tests.bench.paste` says how soon."""
    assert len(came_of(HOSTILE[name])) < 400


def test_nothing_is_run(tmp_path, monkeypatch):
    """Code that would make a file in every way that it knows makes none; its layers are read."""
    monkeypatch.chdir(tmp_path)
    code = """
        import os, subprocess
        from pathlib import Path
        __import__("os").system("touch here")
        os.system("touch here")
        exec("open('here', 'w')")
        eval("open('here', 'w')")
        open("here", "w").write("x")
        Path("here").touch()
        subprocess.run(["touch", "here"])
        units = [open("here", "w") for _ in range(3)]
        class Evil:
            open("here", "w")
        def evil(x=open("here", "w")):
            os.system("touch here")
            return 16
        @evil
        def other():
            pass
        name = f"{open('here', 'w')}"
        assert open("here", "w")
        model = Sequential([Input((12, 3)), LSTM(evil()), Dense(eval("1"))])
    """
    assert shapes(code)[:2] == CHAIN[:2]
    assert list(tmp_path.iterdir()) == []


DOCUMENTED = sorted((Path(__file__).parents[1] / "agreement" / "documented").glob("*.txt"))


@pytest.mark.parametrize("seed", range(4))
def test_code_with_lines_lost_and_words_changed_is_read_or_refused(seed):
    """Documented models, of which pieces are missing, doubled, or of another kind."""
    draw = random.Random(seed)  # noqa: S311
    names = ["X", "states", "[]", "{}", "None", "-1", "'s'", "model", "LSTM", "Dense(2)", "..."]
    for path in DOCUMENTED:
        lines = path.read_text(encoding="utf-8").split("\n")
        kept = "\n".join(line for line in lines if draw.random() > 0.05)
        pieces = kept.replace(",", " ,").split(" ")
        for _ in range(draw.randrange(4)):
            pieces[draw.randrange(len(pieces))] = draw.choice(names)
        assert came_of(" ".join(pieces))
