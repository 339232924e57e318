"""A layer created from arguments equals Keras's layer, or raises Keras's error."""

import ast

import pytest

from lib.shapes.stack import making
from lib.shapes.stack.code import model_line
from lib.shapes.stack.making import ALIASES, SIGNATURES, create_layer
from lib.shapes.stack.plain import Input
from lib.shapes.stack.read import read_code
from lib.shapes.stack.settings import ACTIVATIONS
from lib.shapes.stack.tracing import broken_at, total, trace
from lib.text import beside
from tests.agreement.recorded import ask
from tests.agreement.test_stack import in_words

REFUSED = (
    "LSTM()", "LSTM(0)", "LSTM(2.5)", "LSTM('3')", "LSTM(4, 'tanh', 'sigmoid', True, units=3)",
    "Dropout(1, 2, 3, 4)", "LSTM(4, time_major=True)", "LSTM(4, return_sequence=True)",
    "LSTM(4, batch_input_shape=(1, 4, 3))", "LSTM(4, activation='no')",
    "GRU(4, implementation=1, foo=2)", "GRU(2.5)", "SimpleRNN(4, implementation=1)", "Dense()",
    "Dense(0)", "Dense(3, foo=1, bar='a')", "Dense(3, activation='no')", "Embedding(0, 4)",
    "Embedding(4, 0)", "RepeatVector(0)", "Reshape(3)", "Reshape((3, -2))", "Reshape((-1, -1))",
    "Permute((1, 0))", "Dropout(1.5)", "SpatialDropout1D(1.5)", "GaussianNoise(-1)",
    "Activation('no')", "ReLU(negative_slope=-1)", "LeakyReLU(-1)", "Conv1D(4)", "Conv1D(0, 3)",
    "Conv1D(4, 9)", "Conv1D(4, (3, 3))", "MaxPooling1D(2, padding='no')", "Dropout('a')",
    "Flatten(data_format='no')", "Bidirectional(LSTM(4, go_backwards=True))",
    "Conv1D(4, 3, strides=0)", "Conv1D(4, 3, strides=2, dilation_rate=2)",
    "Conv1D(4, 3, padding='no')",
    "Conv1D(4, 3, data_format='no')", "Conv2D(4, (3, 3, 3))", "Conv2D(4, (3, 0))",
    "Conv2D(4, 3, padding='causal')", "MaxPooling1D(0)", "MaxPooling1D(2, strides=0)",
    "MaxPooling2D((2, 2, 2))", "AveragePooling1D()", "UpSampling1D(0)", "ZeroPadding1D(-1)",
    "ZeroPadding1D(2.5)", "ConvLSTM1D(2, 0)", "Dot((1, 2, 3))", "MultiHeadAttention(2)",
    "MultiHeadAttention(0, 8)", "Bidirectional(GRU(2.5))", "MultiHeadAttention(2, 0)",
    "TimeDistributed(3)", "TimeDistributed(Dense(0))", "TimeDistributed(Dropout(1.5))",
    "Bidirectional(3)", "Bidirectional(LSTM(4), merge_mode='no')",
    "Bidirectional(LSTM(4), backward_layer=LSTM(4))", "Bidirectional(LSTM(4), foo=3)",
    "LSTM(output_dim=4)", "Conv1D(nb_filter=4, filter_length=2)", "SpatialDropout1D(p=0.5)",
    "GRU(4, inner_activation='tanh')", "TimeDistributed(Dense(2, bias=False))",
)  # fmt: skip
"""Layers that raise an error in Keras when they are created or built on the input (4, 3)."""
ACCEPTED = (
    "LSTM(4, dropout=1.5, recurrent_dropout=-1)",
    "Bidirectional(LSTM(4, go_backwards=True), backward_layer=LSTM(4))",
    "Conv1D(4, 2, data_format='Channels_Last')", "LSTM(4, 'relu')", "LSTM(True)", "Conv1D(2, True)",
    "LSTM(4, None)", "LSTM(4, implementation=1, input_shape=(4, 3))",
    "LSTM(units=4, return_sequences=True, unroll=True)",
    "GRU(4, reset_after=False, kernel_initializer='ones')", "Dense(3, 'softmax', False)",
    "Conv1D(4, (3,), 2, 'SAME')", "Conv1D(filters=4, kernel_size=[2], activation='relu', name='a')",
    "MaxPool1D()", "MaxPooling1D(pool_size=2, strides=None, padding='same')", "GlobalAvgPool1D()",
    "Convolution1D(4, 2)", "ZeroPadding1D(2)", "ZeroPadding1D([2, 0])", "Cropping1D(cropping=1)",
    "LeakyReLU(alpha=0.3)", "ReLU(6)", "Dropout(0)", "Reshape((6, -1))", "Permute([2, 1])",
    "Masking()", "BatchNormalization(1)", "LayerNormalization(axis=[1])",
    "TimeDistributed(layer=Dense(2))", "Bidirectional(layer=GRU(2), merge_mode=None)",
    "Bidirectional(LSTM(2), backward_layer=LSTM(2, go_backwards=True), merge_mode='sum')",
)  # fmt: skip
"""Layers that work on the input (4, 3)."""
IMPORTS = (
    "keras.layers.core import Dense", "keras.layers.recurrent import LSTM",
    "keras.layers import CuDNNLSTM", "keras.layers import TimeDistributedDense",
    "keras.layers import merge", "keras.utils import np_utils", "keras.utils import plot_model",
    "keras.preprocessing.text import Tokenizer", "keras.preprocessing import sequence",
    "keras.wrappers import SKLearnClassifier", "keras.wrappers.scikit_learn import KerasRegressor",
    "tensorflow.keras.layers import LSTM", "tensorflow.keras.layers.core import Dense",
    "tensorflow.keras.preprocessing.text import Tokenizer",
)  # fmt: skip
"""Imports, most of which Keras 3 refuses."""
OLDER = ("CuDNNGRU", "CuDNNLSTM", "InputLayer", "TimeDistributedDense")
"""Names that Keras 3 dropped, or that belong to another class."""


def value_of(node):
    """Return the value of a syntax tree, in which calls create layers."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        keywords = {f"{each.arg}": value_of(each.value) for each in node.keywords}
        return create_layer(node.func.id, [value_of(each) for each in node.args], keywords)
    if isinstance(node, ast.List):
        return [value_of(each) for each in node.elts]
    return ast.literal_eval(node)


def traced(code):
    """Return the trace of an input (4, 3) and this layer, and Keras's answer for the same code."""
    layer = value_of(ast.parse(code, mode="eval").body)
    steps = trace((Input(4, 3), layer))
    called = "(x, x)" if code.startswith("MultiHead") else "(x)"
    lines = ["x = inputs = keras.Input((4, 3))", f"x = {code}{called}"]
    return steps, ask("stacks.built", lines, model_line(steps), "", (2, 4))


@pytest.mark.parametrize("code", ACCEPTED)
def test_a_layer_has_keras_shapes_and_parameters_for_these_arguments(code):
    """Arguments may be keywords, positional, older names, or values in capitals."""
    steps, answer = traced(code)
    assert broken_at(steps) is None
    assert "raised" not in answer, answer
    assert [[*map(list, step.shapes)] for step in steps] == answer["shapes"]
    assert total(steps) == answer["parameters"]


@pytest.mark.parametrize("code", REFUSED)
def test_invalid_arguments_raise_keras_error(code):
    """The error has Keras's message and the expected value."""
    steps, answer = traced(code)
    assert broken_at(steps) == 1
    error = steps[1].error
    assert answer.get("raised") == "built", answer
    assert error.expected
    assert in_words(error.message, answer["message"])


@pytest.mark.parametrize("line", IMPORTS)
def test_an_import_has_a_note_if_keras_refuses_it(line):
    """Keras 3 removed many modules and names of earlier versions."""
    lines = ["x = inputs = keras.Input((4, 3))", f"from {line}"]
    answer = ask("stacks.built", lines, "model = keras.Model(inputs, x)", "", (2, 4))
    notes = read_code(f"from {line}\nSequential([Input((4, 3)), LSTM(2)])").notes
    assert len(notes) == ("raised" in answer)


def test_every_layer_has_keras_signature():
    """Names and order of the arguments, and which are optional, equal Keras's."""
    signatures = {}
    for name, row in SIGNATURES.items():
        words = [*row.get("required", ()), *(f"{word}=" for word in row.get("optional", ()))]
        signatures[name] = ", ".join(words if "only_these" in row else [*words, "**"])
    assert signatures == ask("stacks.signatures", sorted(SIGNATURES))


def test_each_layer_accepts_the_same_common_arguments_as_in_keras():
    """These are the arguments of `every_layer` and `further_arguments` in signatures.toml."""
    table = beside(making.__file__, "signatures")
    further = table["further_arguments"]
    words = sorted({*table["every_layer"], *(word for words in further.values() for word in words)})
    words += ["batch_input_shape", "input_spec", "time_major"]
    for name, row in SIGNATURES.items():
        accepted = ask("stacks.accepted", name, words)
        common = () if "only_these" in row else table["every_layer"]
        known = {*making.arguments_of(name), *further.get(name, ()), *common}
        assert [word for word in words if word in known] == accepted, name


def test_every_alias_is_the_same_layer_in_keras():
    """The exceptions are in `OLDER`."""
    names = {name: right for name, right in ALIASES.items() if name not in OLDER}
    assert ask("stacks.same", sorted(names.items())) == [True] * len(names)


def test_all_activations_of_keras_are_known():
    """The names of all activations equal Keras's names."""
    assert ask("stacks.activations") == sorted(ACTIVATIONS)
