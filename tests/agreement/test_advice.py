"""What is advised is what Keras does, with the value that it names and with the other."""

import ast
import re

import keras
import numpy as np
import pytest

from lib.ui.frame import ADVICE

SIZES = {"T": 7, "F": 3, "U": 5, "K": 2}
"""Of one sample; N stays open, as Keras has it."""
RAISES, MIXES = "an error", "no error, but it mixes samples"
"""What it says where the other value doesn't just give another shape."""


def result(code):
    """The model from `x` or `z` to what the last expression of the code is."""
    x = keras.Input((SIZES["T"], SIZES["F"]))
    names = {**vars(keras.layers), **SIZES, "x": x, "z": keras.Input((SIZES["U"],))}
    first, last = code.split("; ")
    exec(first, names)  # noqa: S102 - the code that is shown
    return keras.Model(names["x" if "(x)" in first else "z"], eval(last, names))  # noqa: S307


def shape(letters):
    """(None, 7, 5) of "(N, T, U)"."""
    return ast.literal_eval(re.sub("[A-Z]", lambda letter: f"{SIZES.get(letter[0])}", letters))


def other(code):
    """The code with the other value."""
    if "return_sequences=True" in code:
        return code.replace(", return_sequences=True", "")
    return code.replace("LSTM(U)", "LSTM(U, return_sequences=True)")


@pytest.mark.parametrize("advice", ADVICE["advice"], ids=lambda advice: advice["case"])
def test_advice_is_right_and_the_other_value_does_what_is_said(advice):
    """Another shape, an error, or worst of all: what a sample gets depends on its batch."""
    assert result(advice["code"]).output_shape == shape(advice["gives"])
    if advice["otherwise"] == RAISES:
        with pytest.raises(ValueError, match="ndim"):
            result(other(advice["code"]))
        return
    wrong = result(other(advice["code"]))
    if advice["otherwise"] != MIXES:
        assert wrong.output_shape == shape(advice["otherwise"])
        return
    x = np.random.default_rng(0).normal(size=(4, SIZES["T"], SIZES["F"])).astype("float32")
    for model, mixes in ((result(advice["code"]), False), (wrong, True)):
        change = np.abs(model(x)[:2] - model(x[:2])).max()
        assert (change > 1e-3) == mixes


def test_parameters_depend_on_neither_samples_nor_timesteps():
    """As is said of N and T."""
    counts = set()
    for axes in ((None, 7, 3), (4, 7, 3), (None, 20, 3)):
        inputs = keras.Input(batch_shape=axes)
        hidden = keras.layers.LSTM(5, return_sequences=True)(inputs)
        counts.add(keras.Model(inputs, keras.layers.Dense(2)(hidden)).count_params())
    assert len(counts) == 1
