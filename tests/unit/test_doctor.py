"""Worked examples for the target doctor. tests/agreement/test_doctor.py compares it with Keras."""

import numpy as np
import pytest

from lib.shapes import LABEL_NOTES, diagnose_target, head_mistake
from lib.shapes.doctor.fixes import target_fixes

N, T, U = 320, 12, 16
SPARSE, CATEGORICAL, BINARY = (
    f'model.compile("adam", loss="{loss}_crossentropy")'
    for loss in ("sparse_categorical", "categorical", "binary")
)


@pytest.mark.parametrize(
    ("output", "target", "verdict", "pairs", "words"),
    [
        ((N, T, U), (N, T, U), "correct", (32, T, U), "with its own target"),
        ((N, T, 1), (N, T), "correct", (32, T), "with its own target"),
        ((N, T, U), (N, U), "error", None, "32 samples of y with 12 timesteps"),
        ((N, T, 1), (N, 1), "silent", (32, T), "drops the last axis of the output"),
        ((N, T, 1), (N, 1), "silent", (32, T), "used for all 12 timesteps"),
        ((N, T, 1), (N,), "silent", (32, T, 32), "with all 32 targets in its batch"),
        ((N, 1), (N, T, 1), "silent", (32, T), "is compared with 12 timesteps of y"),
        ((N, U), (N, 1), "silent", (32, U), "used for all 16 columns"),
        ((N, T, U), (N - 1, T, U), "error", None, "320 samples but y has 319"),
        # The worked examples with N = T = 2.
        ((2, 2, 4), (2, 4), "silent", (2, 2, 4), "samples of y are compared with the timesteps"),
    ],
)
def test_mean_squared_error_is_correct_silent_or_an_error(output, target, verdict, pairs, words):
    """The diagnosis has the verdict, the shape of the compared pairs, and the cause."""
    diagnosis = diagnose_target(output, target, "mse", 32)
    assert (diagnosis.verdict, diagnosis.broadcast_shape) == (verdict, pairs)
    assert words in diagnosis.cause


def test_a_shorter_last_batch_may_raise_the_only_error():
    """The cause names both batch sizes, and Keras's message is the last batch's."""
    diagnosis = diagnose_target((302, T, U), (302, U), "mse", 12)
    assert (diagnosis.verdict, diagnosis.decisive.size) == ("error", 2)
    assert "Batches of 12 raise no error, but the last" in diagnosis.cause
    assert diagnosis.keras_message == "Incompatible shapes: [2,16] vs. [2,12,16]"


@pytest.mark.parametrize(
    ("output", "target", "y", "model"),
    [
        ((N, T, U), (N, U), "", "LSTM(units, return_sequences=False)"),
        ((N, T, 1), (N,), "y = y[:, None]", "LSTM(units, return_sequences=False)"),
        ((N, T, U), (N, T), "y = y[..., None]", "Dense(1)"),
        ((N, T, U), (N, 1), "", "LSTM(units, return_sequences=False)\nDense(1)"),
        ((N, T, U), (N, 1, U), "y = y[:, 0]", "LSTM(units, return_sequences=False)"),
        ((N, T, U), (N, U, T), "y = np.swapaxes(y, 1, 2)", ""),
        ((N, T, U), (N, 20, U), "y = y[:, -12:]", ""),
        ((N, T, U), (N * T, U), "y = y.reshape(-1, 12, 16)", ""),
        ((N, 1), (N, T, 1), "", "LSTM(units, return_sequences=True)"),
        ((N, 1), (N, T), "y = y[..., None]", "LSTM(units, return_sequences=True)"),
        ((N, U), (N, 7), "", "Dense(7)"),
    ],
)
def test_the_likeliest_fix_is_code_for_y_or_for_the_model(output, target, y, model):
    """The first fix has the expected code for y and for the model."""
    fix, *_ = diagnose_target(output, target, "mse", 32).fixes
    assert (fix.code, fix.model_code) == (f"{y}\n{model}".strip(), model)


def test_an_open_length_is_called_timesteps():
    """An open length differs from known lengths and equals other open lengths."""
    first, second = target_fixes((None, None, 3), (None, 3), "mse")
    assert first.code == "LSTM(units, return_sequences=False)"
    assert second.code == "y = np.repeat(y[:, None], timesteps, axis=1)"


def test_each_meaning_of_y_has_its_own_fix():
    """One fix repeats y, so that every timestep predicts its sample's target."""
    codes = [fix.code for fix in diagnose_target((N, T, U), (N, U), "mse", 32).fixes]
    assert "y = np.repeat(y[:, None], 12, axis=1)" in codes


@pytest.mark.parametrize(
    ("output", "target", "loss", "words"),
    [
        ((N, T, 5), (N,), "categorical", f"LSTM(units, return_sequences=False)\n{SPARSE}"),
        ((N, T, 5), (N, T), "binary", f'Dense(5, activation="softmax")\n{SPARSE}'),
        ((N, T, 5), (N, T, 3), "categorical", 'Dense(3, activation="softmax")'),
        ((N, 5), (N, T, 1), "sparse_categorical", "LSTM(units, return_sequences=True)"),
        ((N, 1), (N,), "sparse_categorical", f'Dense(1, activation="sigmoid")\n{BINARY}'),
        ((N, T, 1), (N, T, 5), "binary", f'Dense(5, activation="softmax")\n{CATEGORICAL}'),
        # The shapes match, but the numbers or the weights may not.
        ((N, T, 5), (N, T), "sparse_categorical", "Class numbers go from 0 to 4"),
        ((N, T, 5), (N, T, 5), "binary", "separate yes-or-no labels"),
        ((N, 5), (N, 5), "categorical", "classes, not timesteps"),
        ((N, T, 1), (N, T), "binary", "masks need a last axis of 1"),
    ],
)
def test_labels_get_the_loss_and_the_activation_that_fit(output, target, loss, words):
    """The words are the code of the likeliest fix, or a condition of a correct pairing."""
    diagnosis = diagnose_target(output, target, f"{loss}_crossentropy", 32)
    assert words in (diagnosis.fixes[0].code if diagnosis.fixes else diagnosis.cause)


@pytest.mark.parametrize(
    ("loss", "target", "fixed"),
    [
        ("categorical_crossentropy", (N, T, 1), "sparse_categorical_crossentropy"),
        ("sparse_categorical_crossentropy", (N, T, U), "categorical_crossentropy"),
    ],
)
def test_class_numbers_and_columns_per_class_need_different_losses(loss, target, fixed):
    """The first fix changes the loss, the second converts y."""
    first, second = diagnose_target((N, T, U), target, loss, 32).fixes
    assert (first.loss, second.loss) == (fixed, loss)
    assert fixed in first.code
    assert second.code.startswith("y = ")


def test_a_categorical_loss_that_dropped_an_axis_takes_timesteps_for_classes():
    """Keras drops the last axis of the output (N, T, 1), so the loss works along the timesteps."""
    diagnosis = diagnose_target((N, T, 1), (N, T), "categorical_crossentropy", 32)
    assert "along the timesteps instead of the columns" in diagnosis.cause


@pytest.mark.parametrize(("output", "y"), [((N, T, 5), (N, T, 1)), ((N, 5), (N,))])
def test_one_number_for_several_columns_may_be_a_class(output, y):
    """A loss of numbers suggests one column first, and then the sparse loss for class numbers."""
    first, *_, last = diagnose_target(output, y, "mse", 32).fixes
    assert first.code.endswith("Dense(1)")
    assert (last.condition, last.loss) == ("y holds class numbers", SPARSE.split('"')[3])


@pytest.mark.parametrize("loss", ["categorical_focal_", "sparse_categorical_"])
def test_one_column_is_no_distribution_over_classes(loss):
    """The verdict is silent, and the first fix is the loss for two classes."""
    diagnosis = diagnose_target((N, 1), (N,), f"{loss}crossentropy", 32)
    assert diagnosis.verdict == "silent"
    assert "whose probability is always 1" in diagnosis.cause
    fix = diagnosis.fixes[0]
    assert (fix.loss, fix.code) == ("binary_crossentropy", fix.model_code)


@pytest.mark.parametrize(
    ("activation", "columns", "loss", "from_logits", "mistake"),
    [
        ("softmax", 1, "binary", False, "softmax over one column"),
        ("softmax", 1, "categorical", False, ""),  # The verdict says it.
        ("softmax", 5, "sparse_categorical", True, "probabilities as logits"),
        ("tanh", 5, "sparse_categorical", False, "no softmax"),
        ("linear", 1, "binary", False, "no sigmoid"),
        ("linear", 5, "sparse_categorical", None, ""),
        ("sigmoid", 5, "sparse_categorical", False, "sigmoid for softmax"),
        ("softmax", 2, "binary", False, "softmax for sigmoid"),
        ("", 5, "categorical", False, ""),
    ],
)
def test_a_head_may_not_fit_its_loss(activation, columns, loss, from_logits, mistake):
    """Each mistake has a row that names a note. An unknown activation or argument is no mistake."""
    assert head_mistake(activation, columns, f"{loss}_crossentropy", from_logits) == mistake
    titles = [note["title"] for note in LABEL_NOTES["notes"]]
    assert not mistake or LABEL_NOTES["mistakes"][mistake]["note"] in titles


def test_the_shapes_decide_which_cross_entropy_is_meant():
    """The short name "ce" stands for one of three losses."""
    for output, target, name in (((N, 1), (N, 1), "binary"), ((N, 3), (N, 3), "categorical")):
        assert diagnose_target(output, target, "CE", 32).loss == f"{name}_crossentropy"
    assert diagnose_target((N, 3), (N,), "ce", 32).loss == "sparse_categorical_crossentropy"


def test_the_output_shape_may_start_with_none_and_the_batch_size_defaults_to_32():
    """None means as many samples as in the target, and `fit` has batches of 32 by default."""
    diagnosis = diagnose_target((None, T, 1), [np.int64(N)], "mse")
    assert diagnosis.output_shape == (N, T, 1)
    assert diagnosis.broadcast_shape == (32, T, 32)


@pytest.mark.parametrize(
    ("output", "target", "loss", "batch_size", "message"),
    [
        ((N, U), (N, U), "ctc", 32, "expected the name of a Keras loss .* received 'ctc'"),
        ((), (N, U), "mse", 32, r"expected output_shape to be \(N, …\)"),
        ((N, U), (), "mse", 32, r"expected target_shape to be \(N, …\)"),
        ((N, None, U), (N, U), "mse", 32, r"whole numbers .*, received \(320, None, 16\)"),
        ((N, 0), (N, U), "mse", 32, r"at least 1, received \(320, 0\)"),
        ((N, U), (N, U), "mse", 0, "expected batch_size to be 1 or more, received 0"),
    ],
)
def test_invalid_shapes_and_losses_are_refused(output, target, loss, batch_size, message):
    """The error names the expected and the received value."""
    with pytest.raises(ValueError, match=message):
        diagnose_target(output, target, loss, batch_size)
