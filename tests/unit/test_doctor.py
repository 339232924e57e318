"""The target doctor and the error decoder, example by example.

That the verdicts are what Keras does is shown in tests/agreement/test_doctor.py.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.doctor import diagnose_target
from lib.doctor.loss_shapes import RULES
from lib.errors import FAMILIES, explain_error
from lib.errors.message import READ, ends

N, T, U = 320, 12, 16


@pytest.mark.parametrize(
    ("output", "target", "verdict", "pairs"),
    [
        ((N, T, U), (N, T, U), "correct", (32, T, U)),
        ((N, U), (N, U), "correct", (32, U)),
        ((N, T, 1), (N, T), "correct", (32, T)),
        ((N, 1), (N,), "correct", (32, 1)),
        ((N, T, U), (N, U), "error", None),
        ((N, T, 1), (N, 1), "silent", (32, T)),
        ((N, T, 1), (N,), "silent", (32, T, 32)),
        ((N, T, U), (N, 1, 1), "silent", (32, T, U)),
        ((N, T, U), (N, T, 1), "silent", (32, T, U)),
        ((N, T, U), (N, 1, U), "silent", (32, T, U)),
        ((N, 1), (N, T, 1), "silent", (32, T)),
        ((N, 1), (N, T), "silent", (32, T)),
        ((N, U), (N, 1), "silent", (32, U)),
        ((N, U), (N, T, U), "error", None),
    ],
)
def test_mean_squared_error_is_right_or_silent_or_raises(output, target, verdict, pairs):
    """And the shape of the pairs that it compares in a batch is told."""
    told = diagnose_target(output, target, "mse", 32)
    assert (told.verdict, told.broadcast_shape) == (verdict, pairs)


@pytest.mark.parametrize(
    ("samples", "batch_size", "verdict"),
    [
        (320, 32, "error"),
        (300, 12, "silent"),  # 25 batches of T
        (300, 1, "silent"),
        (301, 12, "silent"),  # the last batch has one sample, and broadcasts too
        (302, 12, "error"),  # the last batch has two
        (12, 32, "silent"),  # one batch, of all samples: N = T
        (1, 32, "silent"),
    ],
)
def test_a_batch_of_t_or_1_samples_hides_an_error(samples, batch_size, verdict):
    """Output (N, T, U) with y (N, U): every batch of an epoch is looked at, the last one too."""
    assert diagnose_target((samples, T, U), (samples, U), "mse", batch_size).verdict == verdict


def test_the_worked_examples_with_swapped_targets_raise_nothing():
    """N = T = 2: the sample axis is read as time."""
    told = diagnose_target((2, 2, 4), (2, 4), "mean_squared_error", 32)
    assert told.verdict == "silent"
    assert "y's samples meet the output's timesteps" in told.cause
    assert "Both are 2" in told.cause
    assert diagnose_target((2, 4), (2, 2, 4), "mean_squared_error", 32).verdict == "silent"


def test_a_last_batch_that_raises_is_told_apart_from_the_others():
    """Training has begun by then."""
    told = diagnose_target((302, T, U), (302, U), "mse", 12)
    assert [(batch.size, batch.verdict) for batch in told.batches] == [(12, "silent"), (2, "error")]
    assert "Batches of 12 pass without a word; the last, of 2, raises." in told.cause
    assert told.keras_says == "Incompatible shapes: [2,16] vs. [2,12,16]"


@pytest.mark.parametrize(
    ("output", "target", "words"),
    [
        ((N, T, U), (N, U), "32 samples of y meet 12 timesteps of the output"),
        ((N, T, 1), (N, 1), "drops the last axis of the output"),
        ((N, T, 1), (N, 1), "One target counts for all 12 timesteps."),
        (
            (N, T, 1),
            (N,),
            "Every output meets all 32 targets in its batch: it learns their average",
        ),
        ((N, 1), (N, T, 1), "One output is compared with 12 timesteps of y"),
        ((N, U), (N, 1), "One target counts for all 16 columns."),
        ((N, T, 1), (N, T), "Every output meets its own target."),
        ((N, T, U), (N - 1, T, U), "The output has 320 samples and y has 319"),
    ],
)
def test_the_cause_says_what_meets_what(output, target, words):
    """In numbers and by name."""
    assert words in diagnose_target(output, target, "mse", 32).cause


@pytest.mark.parametrize(
    ("output", "target", "y", "model"),
    [
        ((N, T, U), (N, U), "", "LSTM(units, return_sequences=False)"),
        ((N, T, 1), (N, 1), "", "LSTM(units, return_sequences=False)"),
        ((N, T, 1), (N,), "y = y[:, None]", "LSTM(units, return_sequences=False)"),
        ((N, T, U), (N, T, 1), "", "Dense(1)"),
        ((N, T, U), (N, T), "y = y[..., None]", "Dense(1)"),
        ((N, T, U), (N, 1), "", "LSTM(units, return_sequences=False)\nDense(1)"),
        ((N, T, U), (N, 1, U), "y = y[:, 0]", "LSTM(units, return_sequences=False)"),
        ((N, T, U), (N, U, T), "y = np.swapaxes(y, 1, 2)", ""),
        ((N, T, U), (N, 20, U), "y = y[:, -12:]", ""),
        ((N, T, U), (N, 5, U), "", "outputs = outputs[:, -5:]"),
        ((N, T, U), (N * T, U), "y = y.reshape(-1, 12, 16)", ""),
        ((N, U), (N, T, U), "", "LSTM(units, return_sequences=True)"),
        ((N, 1), (N, T, 1), "", "LSTM(units, return_sequences=True)"),
        ((N, 1), (N, T), "y = y[..., None]", "LSTM(units, return_sequences=True)"),
        ((N, U), (N, 1), "", "Dense(1)"),
        ((N, U), (N, 7), "", "Dense(7)"),
    ],
)
def test_the_likeliest_fix_is_code_for_y_or_for_the_model(output, target, y, model):
    """One line, in most cases."""
    fix, *_ = diagnose_target(output, target, "mse", 32).fixes
    assert (fix.y, fix.model) == (y, model)


def test_another_reading_of_y_is_another_fix():
    """Perhaps every step has to give the sample's answer: then y is repeated."""
    codes = [fix.y for fix in diagnose_target((N, T, U), (N, U), "mse", 32).fixes]
    assert "y = np.repeat(y[:, None], 12, axis=1)" in codes


@pytest.mark.parametrize(
    ("loss", "target", "fixed"),
    [
        ("categorical_crossentropy", (N, T), "sparse_categorical_crossentropy"),
        ("categorical_crossentropy", (N, T, 1), "sparse_categorical_crossentropy"),
        ("sparse_categorical_crossentropy", (N, T, U), "categorical_crossentropy"),
    ],
)
def test_class_numbers_and_columns_per_class_have_a_loss_each(loss, target, fixed):
    """The first fix is the other loss, the second turns y into what this one wants."""
    told = diagnose_target((N, T, U), target, loss, 32)
    assert told.verdict == "error"
    assert [fix.loss for fix in told.fixes] == [fixed, loss]
    assert fixed in told.fixes[0].model
    assert told.fixes[1].y


def test_cross_entropies_check_shapes_but_not_after_they_dropped_an_axis():
    """Output (N, T, 1) with y (N, T) becomes (N, T) twice: time is taken for the classes."""
    assert diagnose_target((N, T, U), (N, T, 1), "binary_crossentropy", 32).verdict == "error"
    assert diagnose_target((N, T, 1), (N, T), "binary_crossentropy", 32).verdict == "correct"
    told = diagnose_target((N, T, 1), (N, T), "categorical_crossentropy", 32)
    assert told.verdict == "silent"
    assert "runs along the timesteps, instead of the columns" in told.cause


@pytest.mark.parametrize(
    ("loss", "target"),
    [
        ("categorical_crossentropy", (N, 1)),
        ("categorical_focal_crossentropy", (N,)),
        ("sparse_categorical_crossentropy", (N,)),
        ("sparse_categorical_crossentropy", (N, 1)),
    ],
)
def test_one_column_is_no_distribution_over_classes(loss, target):
    """Nothing raises, and nothing is learnt; the loss for two classes is what is meant."""
    told = diagnose_target((N, 1), target, loss, 32)
    assert told.verdict == "silent"
    assert "there is one class, whose share is always 1" in told.cause
    assert told.fixes[0].loss == "binary_crossentropy"
    assert not told.fixes[0].y


def test_a_loss_over_the_whole_last_axis_needs_it_where_it_was():
    """A squeezed axis leaves cosine similarity to compare directions in time."""
    assert diagnose_target((N, T, 1), (N, T), "cosine_similarity", 32).verdict == "silent"
    assert diagnose_target((N, T, 1), (N, T, 1), "cosine_similarity", 32).verdict == "correct"


def test_a_loss_goes_by_all_the_names_that_keras_takes():
    """Its function, its class, its short forms; for cross-entropy the shapes say which."""
    for name in ("mse", "MSE", "mean_squared_error", "MeanSquaredError"):
        assert diagnose_target((N, U), (N, U), name, 32).loss == "mean_squared_error"
    assert diagnose_target((N, 1), (N, 1), "crossentropy", 32).loss == "binary_crossentropy"
    assert diagnose_target((N, 3), (N,), "ce", 32).loss == "sparse_categorical_crossentropy"
    assert diagnose_target((N, 3), (N, 3), "CE", 32).loss == "categorical_crossentropy"


def test_the_batch_may_be_open_and_the_batch_size_is_keras_default():
    """`model.output_shape` begins with None; `fit` takes 32."""
    told = diagnose_target((None, T, 1), [np.int64(N)], "mse")
    assert told.output_shape == (N, T, 1)
    assert told.broadcast_shape == (32, T, 32)


@pytest.mark.parametrize(
    ("output", "target", "loss", "batch_size", "message"),
    [
        ((N, U), (N, U), "foo", 32, "expected the name of a Keras loss .* received 'foo'"),
        ((N, U), (N, U), "ctc", 32, "received 'ctc'"),
        ((), (N, U), "mse", 32, r"expected output_shape to be \(N, …\)"),
        ((N, U), (), "mse", 32, r"expected target_shape to be \(N, …\)"),
        ((N, None, U), (N, U), "mse", 32, r"whole numbers, received \(320, None, 16\)"),
        ((N, 0), (N, U), "mse", 32, r"sizes of 1 or more, received \(320, 0\)"),
        ((N, U), (N, U), "mse", 0, "expected batch_size to be 1 or more, received 0"),
    ],
)
def test_what_is_no_shape_or_no_loss_is_refused(output, target, loss, batch_size, message):
    """Expected and received are said."""
    with pytest.raises(ValueError, match=message):
        diagnose_target(output, target, loss, batch_size)


shapes = st.lists(st.integers(1, 4), max_size=3)


@given(
    samples=st.integers(1, 9),
    output=shapes,
    target=shapes,
    loss=st.sampled_from(list(RULES)),
    batch_size=st.integers(1, 10),
)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_every_fix_ends_in_a_correct_verdict(samples, output, target, loss, batch_size):
    """Whatever the shapes; and every verdict has a cause."""
    told = diagnose_target((samples, *output), (samples, *target), loss, batch_size)
    assert told.cause.endswith(".")
    assert bool(told.keras_says) == (told.verdict == "error")
    if told.verdict == "correct":
        assert not told.fixes
    for fix in told.fixes:
        assert fix.y or fix.model
        after = diagnose_target(fix.output_shape, fix.target_shape, fix.loss, batch_size)
        assert after.verdict == "correct"


@given(output=shapes, samples=st.integers(1, 9), batch_size=st.integers(1, 10))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_y_in_the_outputs_shape_is_always_correct(output, samples, batch_size):
    """For every loss that doesn't want class numbers; but one class alone teaches nothing."""
    shape = (samples, *output)
    for rule in RULES.values():
        if not rule.labels and not (rule.classes and (shape[-1] == 1 or not output)):
            assert diagnose_target(shape, shape, rule.name, batch_size).verdict == "correct"


@pytest.mark.parametrize(
    ("message", "cause", "fix"),
    [
        ("expected ndim=3, found ndim=2", "no time axis", "return_sequences=True"),
        (
            "expected ndim=3, found ndim=4. Full shape received: (None, 8, 5, 2)",
            "(None, 8, 5, 2): one axis too many. Most likely",
            "keras.Input((5, 2))",
        ),
        ("expected min_ndim=3, found ndim=2", "no time axis", "return_sequences=True"),
        ("expected min_ndim=2, found ndim=1", "1 too few", "keras.Input((features,))"),
        (
            "too many values to unpack (expected 3)",
            "If they come from a recurrent layer",
            "*states",
        ),
        (
            "ValueError: not enough values to unpack (expected 3, got 2)",
            "3 values were to be unpacked, and 2 came",
            "return_state=True",
        ),
        (
            "TypeError: GRU.__init__() missing 1 required positional argument: 'units'",
            "GRU has to know how many units",
            "GRU(16)",
        ),
        ("logits and labels must be broadcastable", "a time axis", "return_sequences=True"),
        (
            "logits and labels must be broadcastable: logits_size=[160,4] labels_size=[32,4]",
            "the output is [160,4], y [32,4]",
            "return_sequences=False",
        ),
        (
            "logits and labels must be broadcastable: logits_size=[32,4] labels_size=[32,3]",
            "a column of y for each",
            "Dense(3)",
        ),
        ("expected ndim=2, found ndim=4", "2 too many", "keras.Input((features,))"),
        ("expected ndim=3, found ndim=5", "2 too many", "keras.Input((timesteps, features))"),
        ("name 'states' is not defined", "none were kept", "*states ="),
        ("axis -1 is out of bounds for an array with dimension 0", "several", "*states ="),
        ("Output with path `1` is not connected to `inputs`", "several", "*states ="),
        ("Shapes must be equal rank, but are 3 and 2", "several", "*states ="),
        (
            "Cannot convert '((None, 16), 1)' to a shape. Found invalid dimension '(None, 16)'",
            "several",
            "*states =",
        ),
        ("expected ndim=2, found ndim=3", "every timestep", "return_sequences=False"),
        (
            "Unrecognized keyword arguments passed to LSTM: {'batch_input_shape': (8, 5, 2)}",
            "batch_input_shape",
            "keras.Input(batch_shape=(8, 5, 2))",
        ),
        (
            "Unrecognized keyword arguments passed to LSTM: {'return_sequence': True}",
            "return_sequence",
            "Write return_sequences.",
        ),
        (
            "Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
            "Dense has no activaton.",
            "Write activation.",
        ),
        (
            "Unrecognized keyword arguments passed to Dense: {'return_sequences': True}",
            "return_sequences is an argument of LSTM, GRU and SimpleRNN, not of Dense.",
            "LSTM(units, return_sequences=…)",
        ),
        ("Unrecognized keyword arguments passed to Model", "inputs and outputs", "outputs=…"),
        ("Unrecognized keyword arguments passed to GRU: {'xyz': 1}", "no xyz", "look up its name"),
        ("the batch size must be static", "known when the model is built", "batch_shape="),
        ("Incompatible shapes: [2,3] vs. [4,3]", "A batch of 2", "len(x) // 4 * 4"),
        (
            "Detected at node gradient_tape/lstm/while/gradients/lstm/while/lstm_cell/Add_grad/"
            "BroadcastGradientArgs defined at (most recent call last):\n"
            "Incompatible shapes: [8,4] vs. [4,4]",
            "A batch of 8 met states of 4 samples. Most likely the model is stateful",
            "batch_size=4",
        ),
        (
            "Incompatible shapes: [2,12] vs. [4,12] [Op:AddV2] name:\n\nArguments received by "
            "LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n"
            "  • states=('tf.Tensor(shape=(4, 3), dtype=float32)',)",
            "2 samples and states of 4",
            "initial_state=states",
        ),
        ("Incompatible shapes: [4,3] vs. [4,5,3]", "[4,3] with [4,5,3]", "return_sequences=False"),
        ("Incompatible shapes", "has a time axis", "return_sequences=True"),
        (
            "the batch size of the input sequences must be the same as the batch size of the "
            "initial state. \n- Expected batch size: 4\n- Received batch size: 1",
            "batches of 4",
            "get_weights",
        ),
        ("object has no attribute 'reset_states'", "reset_state", "layer.reset_state()"),
        ("should be passed an input_shape with at least 3 dimensions", "time axis", "=True"),
        ("expects 1 input(s), but it received 2 input tensors", "2 tensors", "out, h = "),
        ("expects 1 input(s), but it received 5 input tensors", "5 tensors", "back_c = "),
        (
            "Expected shape (None, 5, 2), but input has incompatible shape (5, 2)",
            "one sample, (5, 2)",
            "x[None]",
        ),
        (
            "Expected shape (None, 5, 1), but input has incompatible shape (8, 5)",
            "axis of features",
            "x[..., None]",
        ),
        (
            "Expected shape (None, 5, 2), but input has incompatible shape (8, 2, 5, 1)",
            "got (8, 2, 5, 1)",
            "(N, timesteps, features)",
        ),
        (
            "Dimensions must be equal, but are 5 and 2 … MatMul",
            "2 features and the data has 5",
            "np.transpose(x, (0, 2, 1))",
        ),
        (
            "Matrix size-incompatible: In[0]: [3,5], In[1]: [2,16]",
            "2 features and the data has 5",
            "np.transpose",
        ),
        (
            "Matrix size-incompatible: In[0]: [2,4], In[1]: [3,12] [Op:MatMul] name:\n\nArguments "
            "received by LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n"
            "  • states=('tf.Tensor(shape=(2, 4), dtype=float32)',)",
            "has 3 units and starts from states of 4",
            "return_state=True",
        ),
        (
            "Matrix size-incompatible: In[0]: [2,5], In[1]: [2,12] [Op:MatMul] name:\n\nArguments "
            "received by LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 5), dtype=float32)\n"
            "  • states=('tf.Tensor(shape=(2, 3), dtype=float32)',)",
            "2 features and the data has 5",
            "np.transpose",
        ),
        (
            "Dimensions must be equal, but are 4 and 3 for '{{node compile_loss/mse/sub}} = Sub[T]"
            "(data, dense/MatMul)' with input shapes: [?,5,4], [?,5,3].",
            "different columns",
            "Dense",
        ),
        (
            "Dimensions must be equal, but are 5 and 6 for '{{node compile_loss/mse/sub}} = Sub[T]"
            "(data, x)' with input shapes: [?,5,1], [?,6,1].",
            "different timesteps",
            "same timesteps",
        ),
        (
            "Dimensions must be equal, but are 5 and 2 for '{{node compile_loss/mse/sub}} = Sub[T]"
            "(compile_loss/mse/Squeeze, lstm/strided_slice_3)'",
            "y has a time axis and one column",
            "return_sequences=True",
        ),
        (
            "Dimensions must be equal, but are 2 and 5 for '{{node compile_loss/mse/sub}} = Sub[T]"
            "(data_1, compile_loss/mse/Squeeze)' with input shapes: [?,2], [?,5].",
            "[?,5] with [?,2]. The output has a time axis and one column",
            "return_sequences=False",
        ),
        ("must be fully-defined (no `None` dimensions)", "Flatten", "keras.Input((timesteps,"),
        (
            "must be fully-defined (no `None` dimensions). Received: shape=(None, 16) for variable "
            "path='lstm/lstm_cell/kernel'",
            "number of features isn't known",
            "(None, features)",
        ),
        (
            "must be fully-defined (no `None` dimensions). Received: shape=(None, 12) for variable "
            "path='time_distributed/lstm/lstm_cell/kernel'",
            "one timestep after the other",
            "Use it alone",
        ),
        (
            "Unrecognized data type: x=[[[1.0",
            "y or sample_weight may be the list as well",
            "np.asarray(y)",
        ),
        (
            "Data cardinality is ambiguous. 'x' sizes: 8 'y' sizes: 7",
            "8 samples and y has 7",
            "Cut",
        ),
        (
            "Arguments `target` and `output` must have the same shape",
            "shape of the output",
            "sparse",
        ),
        (
            "Arguments `target` and `output` must have the same shape up until the last dimension: "
            "target.shape=(None, 4), output.shape=(None, 5, 3)",
            "y is (None, 4)",
            "y answers for the last timesteps only. Keep those of the output.",
        ),
        (
            "Exception encountered when calling GRUCell.call().\n\nDimensions must be equal, but "
            "are 5 and 3 for '{{node gru/add_1}}' …\n\nArguments received by GRUCell.call():\n"
            "  • inputs=tf.Tensor(shape=(5, 2), dtype=float32)\n"
            "  • states=('tf.Tensor(shape=(5, 3, 4), dtype=float32)',)",
            "The GRU starts from (5, 3, 4), a whole sequence",
            "return_state=True",
        ),
        (
            "Exception encountered when calling LSTM.call().\n\nlist index out of range",
            "The LSTM got fewer initial states",
            "[h, c]",
        ),
        ("IndexError: list index out of range", "If it comes from a recurrent layer", "[h, c]"),
        ("Dimensions must be equal, but are 8 and 2", "8 and 2 meet", "print"),
        ("Dimension 1 in both shapes must be equal, but are 4 and 2", "several tensors", "Unpack"),
        ("Exception encountered when calling LSTM.call().", "only where it happened", "last line"),
        ("use_cudnn=True was specified, but cuDNN is not supported", "NVIDIA", '"auto"'),
        ("Invalid dtype: object", "different lengths", "pad_sequences"),
    ],
)
def test_a_message_is_explained_with_its_own_numbers(message, cause, fix):
    """The words of Keras, whole or in part, and what is said about them."""
    told = explain_error(message)
    assert cause in told.cause
    assert fix in f"{told.fix}\n{told.code}"


@pytest.mark.parametrize("target", ["(None,)", "(None, 5, 2)", "(None, 5)", "(None, 2)"])
def test_for_an_output_of_one_column_the_sparse_loss_is_no_answer(target):
    """One column can't be the classes."""
    for output in ("(None, 5, 1)", "(None, 1)"):
        told = explain_error(
            "Arguments `target` and `output` must have the same rank (ndim). Received: "
            f"target.shape={target}, output.shape={output}"
        )
        assert "sparse" not in f"{told.fix} {told.code}"


def test_a_traceback_that_names_binary_cross_entropy_gets_no_sparse_loss():
    """It has none; the output was (N, 5, 1), or has too many columns. Without a name both count."""
    message = (
        "Arguments `target` and `output` must have the same shape. Received: "
        "target.shape=(None, 1), output.shape=(None, 5)"
    )
    told = explain_error(message)
    assert "If the loss is categorical: If the output has 5 timesteps" in told.fix
    assert "If it is binary: If the output has 5 timesteps" in told.fix
    assert "sparse" in told.code.partition("# binary:")[0]
    assert "Dense(1)" in told.code.partition("# binary:")[2]
    assert "binary:" not in explain_error(f"in categorical_crossentropy\n{message}").code
    assert "sparse" in explain_error(f"in categorical_crossentropy\n{message}").code
    assert "sparse" not in explain_error(f"in binary_crossentropy\n{message}").code


@pytest.mark.parametrize(
    "place", ["\n [[{{node compile_loss/mse/sub}}]]", " in mean_squared_error"]
)
def test_the_loss_is_blamed_without_a_doubt_only_where_the_message_names_it(place):
    """Two shapes alone may meet anywhere."""
    message = "Incompatible shapes: [4,3] vs. [4,5,3]"
    assert explain_error(message + place).cause.startswith("The loss can't pair [4,3]")
    assert explain_error(message).cause.startswith("Most likely it is the loss that can't pair")
    assert "Most likely" in explain_error("Incompatible shapes: [2,3] vs. [4,3]").cause


def test_a_message_is_found_in_a_traceback_with_colours_and_line_breaks():
    """However it was copied."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: Exception\n\n'
        "\x1b[1mInvalid input. Expected shape (None, 5, 2),\nbut input has incompatible shape "
        "(5, 2)\x1b[0m\n\nArguments received"
    )
    assert "x[None]" in explain_error(text).code


@pytest.mark.parametrize("message", ["", "hello", "expected ndim=4, found ndim=5", "KeyError: 'a'"])
def test_a_message_that_is_not_known_gets_no_answer(message):
    """Rather none than a wrong one."""
    assert explain_error(message) is None


@pytest.mark.parametrize(
    ("message", "cause", "fix"),
    [
        (
            "Error when checking input: expected lstm_1_input to have 3 dimensions, but got array "
            "with shape (32, 4)",
            "3 axes, (batch, timesteps, features), and the array has 2, (32, 4)",
            "x[..., None]",
        ),
        (
            "expected lstm_1_input to have 3 dimensions, but got array with shape (32, 4, 2, 1)",
            "the array has 4, (32, 4, 2, 1)",
            "reshape",
        ),
        (
            "Error when checking target: expected dense_1 to have 3 dimensions, but got array "
            "with shape (32, 1)",
            "y has 2, (32, 1): one answer for each sample",
            "return_sequences=False",
        ),
        (
            "Error when checking model target: expected lstm_2 to have 2 dimensions, but got array "
            "with shape (32, 5, 1)",
            "y has 3, (32, 5, 1): one for each timestep",
            "return_sequences=True",
        ),
        (
            "expected dense_3 to have shape (10,) but got array with shape (1,)",
            "10 columns and y has one",
            "sparse_categorical_crossentropy",
        ),
        (
            "expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
            "swapped",
            "np.transpose",
        ),
        (
            'Input 0 of layer "sequential" is incompatible with the layer: expected '
            "shape=(None, 5, 2), found shape=(None, 7, 3)",
            "takes (None, 5, 2) and got (None, 7, 3)",
            "keras.Input((7, 3))",
        ),
        (
            "expected shape=(None, 5, 1), found shape=(None, 5)",
            "takes (None, 5, 1) and got (None, 5): the axis of features is missing",
            "x[..., None]",
        ),
        (
            "expected shape=(None, 5, 2), found shape=(None, 2)",
            "takes (None, 5, 2), and got one sample, (None, 2), without the batch axis",
            "model.predict(x[None])",
        ),
        (
            "expected shape=(None, 5, 2), found shape=(None, 7)",
            "the number of axes differs",
            "has to become (None, 5, 2)",
        ),
        (
            "Error when checking input: expected input_1 to have 3 dimensions, but got array with "
            "shape (32, 4)",
            "the array has 2, (32, 4): the time axis or the axis of features is missing",
            "x[..., None]",
        ),
        (
            "expected input_2 to have 3 dimensions, but got array with shape (32, 4)",
            "the array has 2, (32, 4)",
            "x[..., None]",
        ),
        (
            "Error when checking target: expected my_input to have 2 dimensions, but got array "
            "with shape (32, 5, 1)",
            "y has 3, (32, 5, 1): one for each timestep",
            "return_sequences=True",
        ),
        (
            "expected lstm_input_1 to have shape (None, 12, 3) but got array with shape "
            "(320, 12, 1)",
            "takes (None, 12, 3) and got (320, 12, 1)",
            "keras.Input((12, 1))",
        ),
        (
            "Error when checking model input: expected lstm_1_input to have shape (None, 3) but "
            "got array with shape (12, 4)",
            "takes (None, 3) and got (12, 4)",
            "keras.Input((12, 4))",
        ),
        (
            "expected dense_1_input to have shape (3,) but got array with shape (4,)",
            "takes (3,) and got (4,)",
            "keras.Input((4,))",
        ),
        (
            "expected dense_1 to have shape (None, 12, 1) but got array with shape (320, 5, 1)",
            "(320, 5, 1): they have different timesteps",
            "x[:, :steps], y[:, :steps]",
        ),
        (
            "expected dense_1 to have shape (2,) but got array with shape (3,)",
            "y is (3,): they have different columns",
            "Dense(3)",
        ),
        (
            "expected dense_1 to have shape (None, 10) but got array with shape (320, 1)",
            "10 columns and y has one, (320, 1)",
            "sparse_categorical_crossentropy",
        ),
        (
            "expected dense_1 to have shape (1,) but got array with shape (3,)",
            "y is (3,): they have different columns",
            "Dense(3)",
        ),
        (
            "Error when checking target: expected lstm_1 to have shape (12, 1) but got array with "
            "shape (1,)",
            "one answer for each sample",
            "return_sequences=False",
        ),
        (
            "Input 0 is incompatible with layer lstm_2: expected ndim=3, found ndim=2",
            "'lstm_2' needs (batch, timesteps, features)",
            "return_sequences=True",
        ),
        (
            "Input 0 of layer lstm_1 is incompatible with the layer: expected ndim=3, found ndim=2."
            " Full shape received: [None, 4]",
            "'lstm_1' needs (batch, timesteps, features) and got [None, 4]",
            "return_sequences=True",
        ),
        ("If a RNN is stateful, it needs to know its batch size.", "one state", "batch_shape"),
        ("Layer dense expects 1 inputs, but it received 3 input tensors", "3 tensors", "out, h, c"),
        (
            "`logits` and `labels` must have the same shape, received ((None, 10) vs (None, 1)).",
            "(None, 10) with (None, 1)",
            "return_sequences=False)  # the output is (N, 10, 1)\nDense(1)",
        ),
        (
            "`logits` and `labels` must have the same shape, received ((None, 12, 1) vs (None, 1)"
            ").",
            "(None, 12, 1) with (None, 1)",
            "y has none: return the last step only.\nLSTM(units, return_sequences=False)",
        ),
        ("Shapes (None, 1) and (None, 10) are incompatible", "(None, 1) with (None, 10)", "sparse"),
        (
            "The last dimension of the inputs to `Dense` should be defined. Found `None`.",
            "Flatten",
            "keras.Input((timesteps",
        ),
        (
            "`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 "
            "dimensions, received: [None, 4]",
            "[None, 4]",
            "return_sequences=True",
        ),
        (
            "Shape mismatch: The shape of labels (received (320,)) should equal the shape of "
            "logits except for the last dimension (received (32, 10)).",
            "y is (320,), the output (32, 10)",
            'loss="categorical_crossentropy"',
        ),
        (
            "The shape of labels (received (32,)) should equal the shape of logits except for the "
            "last dimension (received (384, 10)).",
            "y is (32,), the output (384, 10)",
            "return_sequences=False",
        ),
        (
            "The shape of labels (received (32, 1)) should equal the shape of logits except for "
            "the last dimension (received (32, 5, 10)).",
            "y is (32, 1), the output (32, 5, 10)",
            "return_sequences=False",
        ),
        (
            "The shape of labels (received (160,)) should equal the shape of logits except for "
            "the last dimension (received (32, 10)).",
            "one class number for each answer",
            "a class per timestep return every step.\nLSTM(units, return_sequences=True)",
        ),
        ("setting an array element with a sequence.", "different lengths", "pad_sequences"),
        (
            "Received a label value of 10 which is outside the valid range of [0, 10).",
            "class number 10",
            "Dense",
        ),
    ],
)
def test_older_wordings_are_understood_too(message, cause, fix):
    """Earlier versions said it otherwise, and people still paste it."""
    told = explain_error(message)
    assert cause in told.cause
    assert fix in f"{told.fix}\n{told.code}"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "Dimensions must be equal, but are 1 and 2 " * 30_000,
        "layer '" * 150_000,
        "expected ndim=" * 70_000 + "(" * 70_000,
        "Unrecognized keyword arguments passed to LSTM: {" + "'a':" * 200_000,
        "".join(map(chr, range(32))) * 30_000,
        "expected shape=(" + "((" * 500_000,
        "Failed to convert " * 50_000,
        "logits and labels must have the same shape " * 20_000,
    ],
    ids=[
        "long",
        "repeated",
        "quotes",
        "open",
        "keywords",
        "control",
        "brackets",
        "convert",
        "logits",
    ],
)
def test_a_megabyte_of_anything_is_read_in_a_moment(text):
    """However long or odd it is, an answer or none comes back."""
    explain_error(text)


@pytest.mark.parametrize("pattern", [p for family in FAMILIES for p in family.MESSAGES.patterns])
def test_what_may_be_anything_in_a_message_has_a_bound(pattern):
    """Else its beginning, over and over, would be read to the end each time: minutes."""
    assert not re.search(r"(?:(?<!\\)\.|\[\^[^]]*\]|\\S)[*+]", pattern)


def test_of_a_very_long_text_no_more_is_kept_than_is_read():
    """And once cut it stays as it is."""
    kept = ends("a" * 500_000 + "b" * 500_000)
    assert kept == "a" * READ + "\n" + "b" * READ == ends(kept)
    assert ends("short") == "short"


def test_of_a_very_long_text_both_ends_are_read():
    """A traceback has its message last; a log, perhaps first."""
    message = "expected ndim=3, found ndim=2"
    assert explain_error(message + " x" * 500_000)
    assert explain_error("x " * 500_000 + message)
