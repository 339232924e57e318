"""Messages of Keras, TensorFlow and NumPy are explained, and the code of each fix runs.

Each mistake is made in Keras, and its message must get an explanation with its numbers.
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


def raised(code):
    """Return the message that the code raises, and the whole traceback."""
    answer = ask("mistakes.raised", code)
    assert answer, code
    return answer["message"], f"{answer['above']}{answer['message']}\n"


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_keras_own_message_is_understood_and_the_code_runs(mistake):
    """The last line alone and the whole traceback get the explanation."""
    cause, fix = MISTAKES[mistake]
    for text in raised(mistake):
        explanation = explain_error(text)
        assert cause in explanation.cause
        assert fix in f"{explanation.fix}\n{explanation.code}"
    for meaning in explanation.meanings:
        code = meaning.code
        for gap, filling in FILLED_IN:
            code = code.replace(gap, filling)
        for fix_code in code.split("# or:\n"):
            assert ask("mistakes.runs", fix_code, NEEDS.get(mistake, ""))


def test_every_message_about_a_refused_stack_is_known():
    """All recorded messages but two, which name no cause, get an explanation."""
    lines = (ANSWERS / "stacks.jsonl").read_text("utf-8").splitlines()
    answers = [json.loads(line).get("answer") for line in lines]
    messages = {
        each["message"] for each in answers if isinstance(each, dict) and each.get("raised")
    }
    unknown = [text for text in messages if explain_error(text) is None]
    assert len(messages) > 300
    assert [text for text in unknown if not re.search(r"threshold\(\)|conv_transpose", text)] == []


def verdicts_of_fixes(explanation, output, y, loss="mse"):
    """Yield the doctor's verdict for each fix, after its code has run."""
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
def test_a_fix_for_a_loss_ends_in_a_correct_pairing(output, y):
    """At least one fix is right, in `fit` and for a loss that is called directly.

    The message of a direct call alone doesn't tell which shape is y's.
    """
    for text in raised(f"fit(recurrent({output}), y=np.zeros({(N, *y)}), batch_size=6)"):
        explanation = explain_error(text)
        assert explanation.cause.startswith("The loss can't pair (")
        assert "correct" in verdicts_of_fixes(explanation, output, y)
    y_true, y_pred = f'np.zeros({(N, *y)}, "float32")', f"tf.zeros({(N, *output)})"
    message, whole = raised(f"keras.losses.MeanSquaredError()({y_true}, {y_pred})")
    assert explain_error(message).cause.startswith("Most likely the loss can't pair (8")
    explanation = explain_error(whole)
    assert ", y with the output" in explanation.cause
    assert "correct" in verdicts_of_fixes(explanation, output, y)


@pytest.mark.parametrize(
    ("output", "y"),
    [
        ((T, 3), (1,)), ((T, 3), ()), ((T, 3), (4,)), ((T, 3), (6,)), ((T, 3), (3,)),
        ((T, 3), (T, 3)), ((3,), (T, 3)), ((T, 3), (T, 4)),
    ],
)  # fmt: skip
def test_a_fix_for_the_sparse_loss_ends_in_a_correct_pairing(output, y):
    """The fixes come from the target doctor, and at least one is right."""
    loss = "sparse_categorical_crossentropy"
    message, _ = raised(f"fit(recurrent({output}, loss={loss!r}), y=np.zeros({(N, *y)}))")
    assert "correct" in verdicts_of_fixes(explain_error(message), output, y, loss)


@pytest.mark.parametrize("loss", [rule.name for rule in RULES.values() if not rule.checks])
def test_the_explanation_knows_the_order_of_y_and_output(loss):
    """Some losses name y first, others the output; in `fit`, `evaluate` and direct calls.

    Where a product fails while the graph runs, TensorFlow may have swapped the two.
    """
    longer, rows = "np.ones((N, 6, 3), int)", "np.ones((N, 3), int)"
    model = f'recurrent((T, 3), loss="{loss}")'
    when_traced, _ = raised(f"fit({model}, y={longer})")
    at_run_time, _ = raised(f"fit({model}, y={rows}, batch_size=6)")  # and a last batch of 2
    forward, _ = raised(f"{model}.evaluate(X, {rows}, batch_size=6, verbose=0)")
    _, by_hand = raised(f'keras.losses.get("{loss}")({longer}, tf.ones((N, T, 3)))')
    texts = (when_traced, at_run_time, forward, by_hand)
    for text, y in zip(texts, ("(?, 6, 3)", "(6, 3)", "(6, 3)", "(8, 6, 3)"), strict=True):
        cause = explain_error(text).cause
        order = "y with the output" if f"can't pair {y} with" in cause else "the output with y"
        assert y in cause
        # `fit` stops at the product or at its gradient, whichever is first.
        product = re.search(r"node compile_loss/\w+/mul(_\d)? defined at", text)
        assert (f", {order}: " in cause) != bool(product)


def test_a_subtraction_keeps_an_axis_of_1():
    """Keras's losses drop that axis, and the explanation names it."""
    message, _ = raised("tf.reduce_mean((tf.zeros((N, T)) - tf.zeros((N, T, 1))) ** 2)")
    explanation = explain_error(message)
    assert "only a last axis of 1 differs" in explanation.cause
    assert "y = y[..., None]" in explanation.code
