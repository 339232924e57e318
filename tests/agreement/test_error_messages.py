"""Messages of Keras, TensorFlow and NumPy get an explanation, and the code of each fix runs.

The messages come from mistakes in Keras code. Each explanation has the numbers of its message.
"""

import json
import re

import pytest

from lib.shapes import diagnose_target, explain_error
from lib.shapes.doctor.loss_shapes import RULES
from lib.shapes.errors.pasted import pasted_sizes
from tests.agreement.mistakes import MISTAKES, NEEDS, OF_ANOTHER_PACKAGE
from tests.agreement.recorded import ANSWERS, ask
from tests.unit.known_messages import fixes_for_keras

N, T = 8, 5
"""Samples and timesteps of x in the code of the mistakes."""


def raised(code):
    """Run code that raises an error. Return its message, and its traceback with the message."""
    answer = ask("mistakes.raised", code)
    assert answer, code
    return answer["message"], f"{answer['traceback']}{answer['message']}\n"


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_keras_is_explained(mistake):
    """The message alone and the whole traceback get the explanation."""
    cause, fix = MISTAKES[mistake]
    for text in raised(mistake):
        explanation = explain_error(text)
        assert cause in explanation.cause
        assert fix in f"{explanation.fix}\n{explanation.code}"


RECEIVED = r"(?:received:?|found shape=|array with shape) ([(\[][\dNone, ?L]+[)\]])"
OWN = r'{"(\w+)": \1', r"serializable\(\)\((\w+)"
RESHAPED = r"cannot reshape array of size (\d{1,8})\b"


def names_before(text, explanation, code):
    """Return code that defines x or y with the message's shape, and other names that a fix uses.

    x and y have 96 samples, so that each fix finds enough of them. Unknown sizes are 7.
    """
    name, shape = "y", explanation.target.target if explanation.target else ()
    if (received := re.findall(RECEIVED, text)) and not shape and "to have shape" not in text:
        name, shape = "x", pasted_sizes(received[-1])
    sizes = (96, *(size or 7 for size in shape[1:]))
    lines = [f"{name} = np.broadcast_to(0.0, {sizes})"] if shape else []  # needs no memory
    lines += [f"x = np.zeros({size})" for size in re.findall(RESHAPED, text)]
    lines += [f"{name} = keras.losses.get('mse')" for own in OWN for name in re.findall(own, code)]
    return "\n".join(lines + [line for part, line in NEEDS.items() if part in code])


def test_the_code_of_every_fix_runs_in_keras():
    """Of codes that differ only in their numbers, the code with the smallest numbers runs."""
    codes = {}
    for text, explanation, code in fixes_for_keras():
        if not any(part in code for part in OF_ANOTHER_PACKAGE):
            size = max(map(int, re.findall(r"\d+", code)), default=0)
            case = size, code, names_before(text, explanation, code)
            codes.setdefault(re.sub(r"\d+", "0", code), []).append(case)
    ran = {case[1]: ask("mistakes.fails", *case[1:]) for case in map(min, codes.values())}
    assert len(ran) > 200
    assert not any(ran.values()), "\n\n".join(f"{code}\n{ran[code]}" for code in ran if ran[code])


def test_every_recorded_message_about_a_stack_is_explained():
    """Three messages, which name no cause, are exceptions."""
    lines = (ANSWERS / "stacks.jsonl").read_text("utf-8").splitlines()
    answers = [json.loads(line).get("answer") for line in lines]
    messages = {
        each["message"] for each in answers if isinstance(each, dict) and each.get("raised")
    }
    unknown = [text for text in messages if explain_error(text) is None]
    assert len(messages) > 250
    assert [
        text
        for text in unknown
        if not re.search(r"threshold\(\)|conv_transpose|evenly divis", text)
    ] == []


def verdicts_of_fixes(explanation, output, y, loss="mse"):
    """Yield the doctor's verdict for each fix, after its code has run."""
    for meaning in explanation.meanings:
        for fix_code in meaning.code.split("# or:"):
            *shapes, new_loss = ask("mistakes.after_fix", fix_code.strip(), output, y, loss)
            yield diagnose_target(*map(tuple, shapes), new_loss).verdict


PAIRS = [
    ((T, 3), (3,)), ((T, 3), (1,)), ((T, 3), ()), ((T, 3), (T,)), ((T, 3), (2,)), ((T, 3), (T, 2)),
    ((T, 3), (6, 3)), ((T, 3), (6, 1)), ((T, 3), (3, T)), ((T, 1), (3,)), ((T, 1), (6, 3)),
    ((3,), (T, 3)), ((3,), (T, 2)), ((3,), (T, 1)), ((3,), (2,)), ((3,), ()), ((1,), (T, 3)),
    ((3,), (1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("output", "y"), PAIRS)
def test_a_fix_for_a_loss_gives_y_the_right_shape(output, y):
    """At least one fix is right, for errors in `fit` and for errors in direct calls of the loss.

    The message of a direct call has two shapes, but doesn't state which one is y.
    """
    for text in raised(f"fit(recurrent({output}), y=np.zeros({(N, *y)}), batch_size=6)"):
        explanation = explain_error(text)
        assert explanation.cause.startswith("The loss can't pair y (")
        assert "correct" in verdicts_of_fixes(explanation, output, y)
    y_true, y_pred = f'np.zeros({(N, *y)}, "float32")', f"tf.zeros({(N, *output)})"
    message, whole = raised(f"keras.losses.MeanSquaredError()({y_true}, {y_pred})")
    assert explain_error(message).cause.startswith("Most likely the loss can't pair (8")
    explanation = explain_error(whole)
    assert "can't pair y (8" in explanation.cause
    assert "correct" in verdicts_of_fixes(explanation, output, y)


@pytest.mark.parametrize(
    ("output", "y"),
    [
        ((T, 3), (1,)), ((T, 3), ()), ((T, 3), (4,)), ((T, 3), (6,)), ((T, 3), (3,)),
        ((T, 3), (T, 3)), ((3,), (T, 3)), ((T, 3), (T, 4)),
    ],
)  # fmt: skip
def test_a_fix_for_the_sparse_loss_gives_y_the_right_shape(output, y):
    """The target doctor suggests the fixes, and at least one is right."""
    loss = "sparse_categorical_crossentropy"
    message, _ = raised(f"fit(recurrent({output}, loss={loss!r}), y=np.zeros({(N, *y)}))")
    assert "correct" in verdicts_of_fixes(explain_error(message), output, y, loss)


@pytest.mark.parametrize("loss", [rule.name for rule in RULES.values() if not rule.checks])
def test_the_explanation_has_y_and_output_in_the_right_order(loss):
    """Messages in `fit`, `evaluate` and direct calls name y first or the output first.

    If a product fails while the graph runs, TensorFlow may have swapped y and the output.
    """
    longer, rows = "np.ones((N, 6, 3), int)", "np.ones((N, 3), int)"
    model = f'recurrent((T, 3), loss="{loss}")'
    when_traced, _ = raised(f"fit({model}, y={longer})")
    at_run_time, _ = raised(f"fit({model}, y={rows}, batch_size=6)")  # The last batch has 2.
    evaluated, _ = raised(f"{model}.evaluate(X, {rows}, batch_size=6, verbose=0)")
    _, called = raised(f'keras.losses.get("{loss}")({longer}, tf.ones((N, T, 3)))')
    texts = (when_traced, at_run_time, evaluated, called)
    for text, y in zip(texts, ("(?, 6, 3)", "(6, 3)", "(6, 3)", "(8, 6, 3)"), strict=True):
        cause = explain_error(text).cause
        assert y in cause
        # `fit` fails at the product or at its gradient, in any order.
        product = re.search(r"node compile_loss/\w+/mul(_\d)? defined at", text)
        assert (f" y {y}" in cause) != bool(product)


def test_a_subtraction_that_keeps_an_axis_of_1_is_explained():
    """Keras's losses would drop this last axis. The explanation names it."""
    message, _ = raised("tf.reduce_mean((tf.zeros((N, T)) - tf.zeros((N, T, 1))) ** 2)")
    explanation = explain_error(message)
    assert "only a last axis of 1 differs" in explanation.cause
    assert "y = y[..., None]" in explanation.code
