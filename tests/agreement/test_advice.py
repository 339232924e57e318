"""The advice below the menu is true in Keras, for the advised value and for the other value."""

import ast
import re

import keras
import numpy as np
import pytest

from lib.charts.scenes import ADVICE

SIZES = {"T": 7, "F": 3, "U": 5, "K": 2}
"""The sizes of one sample. N is open, None in Keras."""
RAISES, MIXES = "an error", "no error, but attention mixes samples"
"""Texts of the advice if the result of the other value isn't a shape."""


def model_of(code):
    """Return the model from the input `x` or `z` to the last expression of the code."""
    x = keras.Input((SIZES["T"], SIZES["F"]))
    names = {**vars(keras.layers), **SIZES, "x": x, "z": keras.Input((SIZES["U"],))}
    first, last = code.split("; ")
    exec(first, names)  # noqa: S102 - the page shows this code
    return keras.Model(names["x" if "(x)" in first else "z"], eval(last, names))  # noqa: S307


def shape(letters):
    """Return the shape of letters, such as (None, 7, 5) for "(N, T, U)"."""
    return ast.literal_eval(re.sub("[A-Z]", lambda letter: f"{SIZES.get(letter[0])}", letters))


def with_other_value(code):
    """Return the code with the other value of return_sequences."""
    if "return_sequences=True" in code:
        return code.replace(", return_sequences=True", "")
    return code.replace("LSTM(U)", "LSTM(U, return_sequences=True)")


@pytest.mark.parametrize("advice", ADVICE["advice"], ids=lambda advice: advice["case"])
def test_advice_is_true_for_both_values(advice):
    """The other value gives another shape, an error, or an output that depends on the batch."""
    assert model_of(advice["code"]).output_shape == shape(advice["gives"])
    if advice["otherwise"] == RAISES:
        with pytest.raises(ValueError, match="ndim"):
            model_of(with_other_value(advice["code"]))
        return
    wrong = model_of(with_other_value(advice["code"]))
    if advice["otherwise"] != MIXES:
        assert wrong.output_shape == shape(advice["otherwise"])
        return
    x = np.random.default_rng(0).normal(size=(4, SIZES["T"], SIZES["F"])).astype("float32")
    for model, mixes in ((model_of(advice["code"]), False), (wrong, True)):
        change = np.abs(model(x)[:2] - model(x[:2])).max()
        assert (change > 1e-3) == mixes


@pytest.mark.parametrize("advice", [a for a in ADVICE["advice"] if "softmax" in a["code"]])
def test_integer_targets_of_the_advice_train_and_others_raise_an_error(advice):
    """Keras refuses the integers of the other row."""
    model = model_of(advice["code"])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, per_step = np.zeros((4, SIZES["T"], SIZES["F"])), "(N, T)" in advice["case"]
    integers = {True: np.zeros((4, SIZES["T"])), False: np.zeros(4)}
    assert model.train_on_batch(x, integers[per_step]) > 0
    with pytest.raises(ValueError, match="shape"):
        model.train_on_batch(x, integers[not per_step])


@pytest.mark.parametrize("advice", ADVICE["advice"], ids=lambda advice: advice["case"])
def test_pytorchs_code_of_the_advice_has_the_same_shape(advice):
    """It begins with the outputs and the last states of an LSTM."""
    torch = pytest.importorskip("torch")
    names = {**SIZES, "nn": torch.nn, "z": torch.zeros(4, SIZES["U"])}
    layer = torch.nn.LSTM(SIZES["F"], SIZES["U"], batch_first=True)
    names["out"], (names["h_n"], _) = layer(torch.zeros(4, SIZES["T"], SIZES["F"]))
    *first, last = advice["torch"].split("; ")
    exec("".join(first), names)  # noqa: S102 - the page shows this code
    assert eval(last, names).shape == (4, *shape(advice["gives"])[1:])  # noqa: S307


def test_parameters_depend_on_neither_samples_nor_timesteps():
    """N, T and an open N give the same number of parameters."""
    counts = set()
    for axes in ((None, 7, 3), (4, 7, 3), (None, 20, 3)):
        inputs = keras.Input(batch_shape=axes)
        hidden = keras.layers.LSTM(5, return_sequences=True)(inputs)
        counts.add(keras.Model(inputs, keras.layers.Dense(2)(hidden)).count_params())
    assert len(counts) == 1
