"""Messages of Keras, TensorFlow and NumPy are understood, and what is handed out as code runs.

Each mistake is made, and what is then said is explained with its numbers.
"""

import json
import re

import pytest

from lib.shapes import diagnose_target, explain_error
from lib.shapes.doctor.loss_shapes import RULES
from tests.agreement.mistakes import FILLED_IN, MISTAKES, NEEDS
from tests.agreement.recorded import ANSWERS, ask

N, T = 8, 5
"""Samples and timesteps of the questions' x."""


def says(code):
    """What these lines raise: the message, and the whole traceback."""
    answer = ask("mistakes.raised", code)
    assert answer, code
    return answer["message"], f"{answer['above']}{answer['message']}\n"


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_keras_own_message_is_understood_and_the_code_runs(mistake):
    """The last line alone will do, and so will the whole traceback."""
    cause, fix = MISTAKES[mistake]
    for text in says(mistake):
        explanation = explain_error(text)
        assert cause in explanation.cause
        assert fix in f"{explanation.fix}\n{explanation.code}"
    for meaning in explanation.meanings:
        code = meaning.code
        for gap, filling in FILLED_IN:
            code = code.replace(gap, filling)
        for mending in code.split("# or:\n"):
            assert ask("mistakes.runs", mending, NEEDS.get(mistake, ""))


def test_what_keras_says_of_a_stack_that_it_refuses_is_known():
    """Of every stack whose answer is on file; two say nothing of what is wrong."""
    lines = (ANSWERS / "stacks.jsonl").read_text("utf-8").splitlines()
    answers = [json.loads(line).get("answer") for line in lines]
    said = {each["message"] for each in answers if isinstance(each, dict) and each.get("raised")}
    unknown = [text for text in said if explain_error(text) is None]
    assert len(said) > 300
    assert [text for text in unknown if not re.search(r"threshold\(\)|conv_transpose", text)] == []


def mended(explanation, output, y, loss="mse"):
    """What the doctor says of each way out, once its code is followed."""
    for meaning in explanation.meanings:
        for way in meaning.code.split("# or:"):
            *shapes, then = ask("mistakes.mended", way.strip(), output, y, loss)
            yield diagnose_target(*map(tuple, shapes), then).verdict


PAIRS = [
    ((T, 3), (3,)), ((T, 3), (1,)), ((T, 3), ()), ((T, 3), (T,)), ((T, 3), (2,)), ((T, 3), (T, 2)),
    ((T, 3), (6, 3)), ((T, 3), (6, 1)), ((T, 3), (3, T)), ((T, 1), (3,)), ((T, 1), (6, 3)),
    ((3,), (T, 3)), ((3,), (T, 2)), ((3,), (T, 1)), ((3,), (2,)), ((3,), ()), ((1,), (T, 3)),
    ((3,), (1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("output", "y"), PAIRS)
def test_what_mends_a_loss_ends_in_a_correct_pairing(output, y):
    """In `fit`, and by hand with a traceback; where Keras may have dropped an axis one is right.

    By hand the message alone leaves open which is y, and says what to print.
    """
    for text in says(f"fit(recurrent({output}), y=np.zeros({(N, *y)}), batch_size=6)"):
        explanation = explain_error(text)
        assert explanation.cause.startswith("The loss can't pair (")
        assert "correct" in mended(explanation, output, y)
    y_true, y_pred = f'np.zeros({(N, *y)}, "float32")', f"tf.zeros({(N, *output)})"
    message, whole = says(f"keras.losses.MeanSquaredError()({y_true}, {y_pred})")
    assert explain_error(message).cause.startswith("Most likely it is the loss that can't pair (8")
    explanation = explain_error(whole)
    assert ", y with the output" in explanation.cause
    assert "correct" in mended(explanation, output, y)


@pytest.mark.parametrize(
    ("output", "y"),
    [
        ((T, 3), (1,)), ((T, 3), ()), ((T, 3), (4,)), ((T, 3), (6,)), ((T, 3), (3,)),
        ((T, 3), (T, 3)), ((3,), (T, 3)), ((T, 3), (T, 4)),
    ],
)  # fmt: skip
def test_each_way_out_of_the_sparse_loss_error_ends_in_a_correct_pairing(output, y):
    """They are the target doctor's; each is followed by itself."""
    loss = "sparse_categorical_crossentropy"
    message, _ = says(f"fit(recurrent({output}, loss={loss!r}), y=np.zeros({(N, *y)}))")
    assert "correct" in mended(explain_error(message), output, y, loss)


@pytest.mark.parametrize("loss", [rule.name for rule in RULES.values() if not rule.checks])
def test_of_every_loss_that_broadcasts_it_is_known_whether_y_comes_first(loss):
    """In some the output does; in `fit`, by hand, and with whole numbers, which are cast.

    But where a product fails as the graph runs, TensorFlow may have swapped the two.
    """
    longer, rows = "np.ones((N, 6, 3), int)", "np.ones((N, 3), int)"
    model = f'recurrent((T, 3), loss="{loss}")'
    when_traced, _ = says(f"fit({model}, y={longer})")
    at_run_time, _ = says(f"fit({model}, y={rows}, batch_size=6)")  # and a last batch of 2
    forward, _ = says(f"{model}.evaluate(X, {rows}, batch_size=6, verbose=0)")
    _, by_hand = says(f'keras.losses.get("{loss}")({longer}, tf.ones((N, T, 3)))')
    texts = (when_traced, at_run_time, forward, by_hand)
    for text, y in zip(texts, ("(?, 6, 3)", "(6, 3)", "(6, 3)", "(8, 6, 3)"), strict=True):
        cause = explain_error(text).cause
        order = "y with the output" if f"can't pair {y} with" in cause else "the output with y"
        assert y in cause
        # `fit` stops at the product or at its gradient, whichever is first.
        product = re.search(r"node compile_loss/\w+/mul(_\d)? defined at", text)
        assert (f", {order}: " in cause) != bool(product)


def test_a_subtraction_by_hand_keeps_an_axis_of_1():
    """Which Keras's losses drop."""
    message, _ = says("tf.reduce_mean((tf.zeros((N, T)) - tf.zeros((N, T, 1))) ** 2)")
    explanation = explain_error(message)
    assert "the same but for a last axis of 1" in explanation.cause
    assert "y = y[..., None]" in explanation.code
