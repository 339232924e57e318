"""The verdicts of the target doctor agree with Keras.

For random shapes, Keras repeats the steps of `fit`: it calls `compute_loss` for each batch, in a
graph whose batch size is known only if it divides the samples, and averages over samples. For
common mistakes, Keras runs `fit` with an LSTM. A single class has its own test: its loss equals
the intended loss, 0, but the verdict is "silent".
"""

import math
from functools import cache

import numpy as np
import pytest

from lib.shapes import diagnose_target
from lib.shapes.doctor.loss_shapes import RULES, loss_rule
from tests.agreement.recorded import ask


def question(output, target, loss, batch_size):
    """Return the arguments of a question to Keras. The last two describe the loss's rule."""
    rule = loss_rule(loss, output, target)
    return output, target, loss, batch_size, rule.labels, rule.name


def verdict_of(answer):
    """Return the verdict that an answer of Keras proves."""
    if "error" in answer:
        return "error"
    intended = answer["intended"]
    is_equal = intended is not None and math.isclose(answer["loss"], intended, rel_tol=2e-5)
    return "correct" if is_equal else "silent"


def random_case(rng):
    """Return two shapes, a loss and a batch size. Sizes often coincide, for example N = T."""
    n, t, k = int(rng.integers(1, 7)), int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 3]))
    pool = [1, n, t, k, int(rng.integers(1, 5))]
    ranks = rng.choice([1, 2, 2, 3, 3, 3, 4], 2)
    output, target = ((n, *map(int, rng.choice(pool, rank - 1))) for rank in ranks)
    if len(output) == 3:
        output = (n, t, k)
    if rng.random() < 0.3:
        target = output[: len(target)] + target[len(output) :]
    loss = str(rng.choice([*RULES, *["mean_squared_error"] * 8, "crossentropy"]))
    return output, target, loss, int(rng.choice([1, 2, 3, 4, n, t, 32]))


@cache
def random_cases(count):
    """Return distinct random cases, the same on each call."""
    rng, cases = np.random.default_rng(0), {}
    while len(cases) < count:
        output, target, loss, batch_size = random_case(rng)
        # Skip a single class: its loss is 0 for any pairing, so that no number proves the verdict
        # (a test below covers it). Skip "crossentropy" if samples are the only axis: it may raise a
        # TypeError while it chooses a loss.
        samples_only = len(output) == 1
        is_categorical = "categorical_" in loss_rule(loss, output, target).name
        one_class = is_categorical and (samples_only or output[-1] == 1)
        if not one_class and not (samples_only and loss == "crossentropy"):
            cases[output, target, loss, batch_size] = None
    return list(cases)


def test_verdicts_on_random_shapes_agree_with_keras():
    """Keras raises an error, or computes the intended loss, or computes another loss."""
    verdicts = set()
    for case in random_cases(1600):
        diagnosis = diagnose_target(*case)
        answer = ask("losses.evaluated", question(*case), 0)
        if verdict_of(answer) == "correct" and diagnosis.verdict != "correct":
            # Two different losses may have equal values for one seed, but not for two seeds.
            answer = ask("losses.evaluated", question(*case), 1)
        assert diagnosis.verdict == verdict_of(answer), (case, answer, diagnosis)
        if diagnosis.verdict == "error" and diagnosis.loss == "mean_squared_error":
            assert diagnosis.keras_message in answer["error"], case
        verdicts.add(diagnosis.verdict)
    assert verdicts == {"correct", "silent", "error"}


@pytest.mark.parametrize(
    ("output", "target", "loss"),
    [
        ((6, 1), (6,), "categorical_crossentropy"),
        ((6, 1), (6, 1), "categorical_focal_crossentropy"),
        ((6, 1), (6,), "sparse_categorical_crossentropy"),
    ],
)
def test_with_one_class_the_loss_is_0_for_any_output(output, target, loss):
    """The intended loss is 0, too, so only the verdict "silent" reveals the mistake."""
    case = output, target, loss, 4
    losses = [ask("losses.evaluated", question(*case), seed)["loss"] for seed in range(3)]
    assert losses == pytest.approx([0, 0, 0], abs=1e-6)
    assert diagnose_target(*case).verdict == "silent"


@pytest.mark.parametrize(
    ("output", "target", "loss", "batch_size"),
    [
        ((9, 5, 3), (9, 5, 3), "mse", 4),
        ((10, 5, 3), (10, 3), "mse", 5),  # The batch size is T.
        ((12, 5, 3), (12, 3), "huber", 5),  # The batch size is T. The last batch has 2 samples.
        ((9, 5, 3), (9, 4, 3), "msle", 4),  # The message names the output first.
        ((9, 5, 1), (9,), "mse", 4),
        ((9, 5, 3), (8, 5, 3), "mse", 4),
        ((9, 5, 1), (9, 1), "sparse_categorical_crossentropy", 4),  # Timesteps become classes.
        ((9, 5, 3), (9, 3), "binary_crossentropy", 4),
    ],
)
def test_verdicts_agree_with_the_fit_of_an_lstm(output, target, loss, batch_size):
    """`fit` raises an error, or reports the loss that the verdict predicts."""
    case = output, target, loss, batch_size
    answer, diagnosis = ask("losses.fitted_lstm", question(*case)), diagnose_target(*case)
    assert diagnosis.verdict == verdict_of(answer)
    if diagnosis.verdict == "error":
        assert diagnosis.keras_message in answer["error"]


def run_fixes(case):
    """Run the code of a diagnosis's fixes in Keras, and return their number."""
    fixes = diagnose_target(*case).fixes[:3]
    for fix in fixes:
        lines = fix.model_code.splitlines()
        layers = "\n".join(line for line in lines if not line.startswith("model.compile"))
        after = question(fix.output_shape, fix.target_shape, fix.loss, case[-1])
        line = fix.code.removesuffix(fix.model_code).strip()
        answer = ask("losses.after_fix", question(*case), after, line, layers)
        assert tuple(answer["target"]) == fix.target_shape
        if layers:
            assert tuple(answer["output"]) == fix.output_shape[1:]
        assert verdict_of(answer) == "correct", (case, fix)
    return len(fixes)


def test_the_code_of_a_fix_gives_the_promised_shapes_and_the_intended_loss():
    """Keras runs the code of each fix."""
    assert sum(run_fixes(case) for case in random_cases(120)) > 40


@pytest.mark.parametrize("loss", ["sparse_categorical", "categorical", "binary"])
@pytest.mark.parametrize("output", [(6, 4, 3), (6, 3), (6, 4, 1), (6, 1)])
def test_every_target_of_labels_has_its_verdict_and_working_fixes(output, loss):
    """Class numbers and one-hot targets, per timestep and per sample. Each mistake has a fix."""
    for target in ((6, 4), (6, 4, 1), (6,), (6, 1), (6, 4, 3), (6, 3)):
        case = output, target, f"{loss}_crossentropy", 4
        verdict, fixed = diagnose_target(*case).verdict, run_fixes(case)
        assert (verdict == "correct") == (fixed == 0), case
        if output[-1] > 1 or loss == "binary":  # The loss of a single class proves nothing.
            assert verdict == verdict_of(ask("losses.evaluated", question(*case), 0)), case


def test_every_name_of_a_loss_is_the_same_loss_in_keras():
    """`RULES` has Keras's names, except the base class and losses that don't pair y and output."""
    short = ["bce", "kld", "logcosh", "mae", "mape", "mse", "msle", "xyz"]
    ours = {name: rule.name for rule in RULES.values() for name in rule.names}
    assert ours == ask("losses.names_of_losses", short)
