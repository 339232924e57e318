"""The decoder knows all with which a traced layer refuses, in the words that the tracer quotes.

Those that Keras itself raised for refused stacks, in whole, are tests/agreement's.
"""

from __future__ import annotations

import re

import pytest

from lib.shapes import explain_error, read_model, trace
from lib.shapes.stack import errors
from lib.text import beside
from tests.agreement.argument_cases import REFUSED

REFUSALS = beside(errors.__file__, "refusals")
WORDS = {
    "name": "LSTM",
    "value": "-1",
    "type": "int",
    "axes": "2",
    "kernel": "(3, 3, 8, 16)",
    "sizes": "(None, 12, 8)",
    "one": "(12, 8)",
    "other": "(12, 4)",
}
"""What stands for the {names} in a message; of all others, a number."""
WHOLE = {
    "several": 'Layer "dense" expects 1 input(s), but it received 3 input tensors.',
    "axes to multiply": "Incompatible input shapes: axis values 12 (at axis 1) != 8 (at axis 2). "
    "Full input shapes: (None, 12, 8), (None, 8, 4)",
    "not there yet": "name 'x3' is not defined",
    "not called": "Only input tensors may be passed as positional arguments. The following "
    "argument value should be passed as a keyword argument: <LSTM name=lstm, built=False> (of type "
    "<class 'keras.src.layers.rnn.lstm.LSTM'>)",
}
"""Keras's or Python's words in whole, where the tracer quotes a part that says too little."""


def quoted() -> dict[str, str]:
    """By name or code, each message that the tracer has words for."""
    told = {}
    for key, row in REFUSALS.items():
        message = row.get("message", "") if isinstance(row, dict) else ""
        filled = re.sub(r"\{(\w+)\}", lambda at: WORDS.get(at[1], "3"), message)
        told[key] = WHOLE.get(key, filled)
    for code in REFUSED:
        error = trace(read_model(f"Sequential([Input((4, 3)), {code}])"))[1].error
        told[code] = error.message.replace("takes …", "takes 2 arguments") if error else ""
    # What begins with words that are left out says too little by itself.
    return {key: text for key, text in told.items() if re.search("^[^…]*[a-z]", text)}


def test_the_tracer_has_words_for_most_that_a_layer_refuses():
    """Else the test below would be of nothing: where Keras says none, and where others are put."""
    assert len(quoted()) > 90


@pytest.mark.parametrize("message", quoted().values(), ids=quoted())
def test_what_a_traced_layer_refuses_is_explained(message):
    """Each can be pasted into the decoder, and gets a cause, what mends it, and code."""
    explanation = explain_error(message)
    assert explanation is not None
    assert all((explanation.cause, explanation.fix, explanation.code))


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Argument `n` should be a positive integer. Received: n=0",
         "Keras takes a positive integer. It got n=0."),
        ("Argument `padding` must be either 'valid' or 'same'. Received: no",
         'Keras takes either "valid" or "same".'),
        ("The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
         "Received: first", 'Keras takes one of "channels_first", "channels_last".'),
        ("There must be at most one unknown dimension (-1) in `target_shape`. Received: "
         "target_shape=(-1, -1).", "at most one unknown dimension. It got target_shape=(-1, -1)."),
        ("max_value of a ReLU layer cannot be a negative value. Received: max_value=-1",
         "Another value is wanted here. It got max_value=-1."),
    ],
)  # fmt: skip
def test_a_value_that_a_layer_refuses_is_said_beside_what_it_takes(message, cause):
    """In Keras's words for it, from the message."""
    assert cause in explain_error(message).cause


@pytest.mark.parametrize(
    "message",
    ["IndexError: list index out of range", "TypeError: 'int' object is not iterable"],
)
def test_what_python_says_of_anything_is_a_possibility_alone(message):
    """A layer may be meant, or any line of a person's own."""
    assert explain_error(message).confidence == "possible"


@pytest.mark.parametrize(
    "message",
    [
        "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "TypeError: '<' not supported between instances of 'str' and 'int'",
        "TypeError: Person.__init__() missing 1 required positional argument: 'age'",
        "AttributeError: 'Person' object has no attribute 'shape'",
    ],
)
def test_what_looks_like_a_refusal_and_is_anybodys_code_gets_no_answer(message):
    """Rather none than a wrong one."""
    assert explain_error(message) is None
