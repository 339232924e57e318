"""The right option of each question in the guide is true in Keras, with the numbers it names.

A new question needs a check in CHECKS: a function that fails if the right option is false.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lib.charts import scenes
from lib.data.datasets.registry import make_dataset, suggested
from lib.recurrence import unroll
from lib.recurrence.cells import LayerPass
from lib.results import step_shares
from lib.shapes.doctor import read_question
from lib.shapes.doctor.damage import MISTAKES
from lib.shapes.stack.code import keras_code
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import read_text
from lib.shapes.stack.tracing import trace
from lib.story import GALLERY, GUIDE, runs_of
from lib.training.recorded import recorded
from lib.ui.stage import WATCHED

N = 3


def noise(*shape):
    """Return random numbers of this shape, the same in each call."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def sizes(step):
    """Return T, F and U of a step."""
    return (int(GUIDE[step].query[key][-1]) for key in "TFU")


def layer_of(step, kind=layers.LSTM, **options):
    """Return a layer of a step's size, and inputs (N, T, F) for it."""
    timesteps, features, units = sizes(step)
    return kind(units, **options), noise(N, timesteps, features)


def with_weights_of(layer, other, x):
    """Copy the weights of a built layer to another layer, and return the other layer's outputs."""
    other(x)
    other.set_weights(layer.get_weights())
    return np.asarray(other(x))


def right_option(step, ask):
    """Return the right option of a question by its index in the step."""
    question = GUIDE[step].asks[ask]
    return question.options[question.right]


def output_is_the_state():
    """A SimpleRNN that starts from its output at step 1 repeats the outputs of later steps."""
    layer, x = layer_of("cell", layers.SimpleRNN, return_sequences=True)
    outputs = np.asarray(layer(x))
    later = np.asarray(layer(x[:, 1:], initial_state=outputs[:, 0]))
    assert np.array_equal(later, outputs[:, 1:])
    assert outputs.shape == (N, 3, 2)


def every_step_is_computed():
    """With False, the output is the last row of the output with True, and depends on every step."""
    layer, x = layer_of("switch")
    last = np.asarray(layer(x))
    outputs = with_weights_of(layer, layers.LSTM(layer.units, return_sequences=True), x)
    assert np.array_equal(last, outputs[:, -1])
    for step in range(x.shape[1] - 1):
        other = x.copy()
        other[:, step] += 1
        assert not np.allclose(layer(other), last, atol=1e-6)


def true_keeps_time():
    """The output of return_sequences=True has the shape (N, 7, 5)."""
    layer, x = layer_of("shapes", return_sequences=True)
    assert right_option("shapes", 0).text == f"(N, {', '.join(map(str, layer(x).shape[1:]))})"


def default_drops_time():
    """The default output has the shape (N, 5)."""
    layer, x = layer_of("shapes")
    assert right_option("shapes", 1).text == f"(N, {layer(x).shape[1]})"


def parameters_ignore_time():
    """The same layer, with the option's 160 parameters, also reads T = 14 steps."""
    layer, x = layer_of("shapes")
    layer(x)
    assert layer.count_params() == 160
    assert "160" in right_option("shapes", 2).why
    layer(np.concatenate([x, x], axis=1))


def trains_silently():
    """`fit` accepts y (N, 1) for the output (N, T, 1), with the loss of y repeated at each step."""
    question = read_question(GUIDE["targets"].query["check"][-1])
    (_, steps, _), y = question.output, noise(8, 1)
    model = keras.Sequential([layers.Input((steps, 2)), layers.LSTM(4, return_sequences=True)])
    model.add(layers.Dense(1))
    model.compile("sgd", "mean_squared_error")
    x = noise(8, steps, 2)
    repeated = np.mean((np.asarray(model(x)) - y[:, None]) ** 2)
    loss = model.fit(x, y, batch_size=8, verbose=0).history["loss"][0]
    assert loss == pytest.approx(repeated, rel=1e-5)
    assert question.diagnose().verdict == "silent"
    assert question.output == MISTAKES["column"].output


def tried(loss, y, *, sequences):
    """Return the loss of Keras for labels `y` and a model of 8 rows and 10 classes."""
    model = keras.Sequential([layers.Input((8, 2)), layers.LSTM(4, return_sequences=sequences)])
    model.add(layers.Dense(10, "softmax"))
    model.set_weights([noise(*weights.shape) for weights in model.get_weights()])
    model.compile("sgd", loss, run_eagerly=True)
    return model.train_on_batch(noise(N, 8, 2), y)


def class_numbers_need_the_sparse_loss():
    """One-hot labels give the same loss. The other losses raise errors for class numbers."""
    y = np.arange(N * 8).reshape(N, 8) % 10
    right = right_option("labels", 0).text
    one_hot = tried("categorical_crossentropy", np.eye(10)[y], sequences=True)
    assert tried(right, y, sequences=True) == pytest.approx(one_hot, rel=1e-5)
    for other in GUIDE["labels"].asks[0].options:
        if other.text != right:
            with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
                tried(other.text, y, sequences=True)


def one_label_per_image():
    """With False, the sparse loss takes y (N,), but neither y (N, 8) nor one-hot y."""
    y = np.arange(N)
    assert np.isfinite(tried("sparse_categorical_crossentropy", y, sequences=False))
    for other in (np.repeat(y[:, None], 8, axis=1), np.eye(10)[y]):
        with pytest.raises(ValueError, match="must have rank"):
            tried("sparse_categorical_crossentropy", other, sequences=False)
    assert right_option("labels", 1).text.startswith("(N,)")


def winner(step):
    """Return the mode whose recorded error at the last step is less than a tenth of the other's."""
    run = recorded(suggested(GUIDE[step].query["data"][-1]))
    errors = {mode: result.final_mse for mode, result in run.results.items()}
    low, high = sorted(errors.values())
    assert low < high / 10, errors
    return min(errors, key=errors.__getitem__)


def sequence_mode_wins_parity():
    """Sequence mode is better in each of four seeds, also at the epoch that the step waits for."""
    assert winner("parity") == "sequence"
    assert right_option("parity", 0).text.startswith("Sequence")
    run, epoch = recorded(suggested("parity").set(seeds=4)), WATCHED
    assert run.results["sequence"].last_step_mse[epoch] < 0.1
    assert run.results["last"].last_step_mse[epoch] > 1
    assert len(run.seeds) == 4
    assert all(seed["sequence"].final_mse < seed["last"].final_mse / 10 for seed in run.seeds)
    assert "Four recorded seeds" in right_option("parity", 0).why


def each_target_follows_from_the_previous_one():
    """The target of a step is the previous target times the coin of the step."""
    dataset = make_dataset(suggested("parity"))
    y, coins = dataset.y[:, :, 0], dataset.x[:, :, 0]
    assert np.array_equal(y[:, 1:], y[:, :-1] * coins[:, 1:])


def last_step_mode_wins_adding():
    """The error of last-step mode is less than a tenth of sequence mode's."""
    assert winner("adding") == "last"
    assert right_option("adding", 0).text == "Last-step mode"


def nothing_is_known_at_step_3():
    """In every sample, the second mark is later. Sequence mode's error is close to the best."""
    dataset = make_dataset(suggested("adding"))
    marks = dataset.x[:, :, dataset.feature_names.index("mark")]
    assert (marks[:, 3:] > 0.5).sum(axis=1).min() >= 1
    run = recorded(suggested("adding"))
    assert run.results["sequence"].step_mse[2] < 1.1 * dataset.best_mse[2]


def attention_wins_recall():
    """In each of eight seeds, attention's error is smaller, and last-step mode's is no use."""
    assert GUIDE["pooling"].setup == GALLERY["pooled"].setup
    run = runs_of(GALLERY["pooled"])["recall"]
    last, pooled = (run.snapshot.by_seed(mode) for mode in ("last", "pooled"))
    assert len(last) == 8
    assert (pooled < last).all()
    assert (last > run.dataset.baseline_mse[-1]).all()
    assert right_option("pooling", 0).text.startswith("Pooled mode")


def attention_looks_at_all_steps():
    """Keras's weights, averaged over samples: step 1's is the smallest, the last's the largest."""
    run = runs_of(GALLERY["pooled"])["recall"]
    layer, attention = layers.LSTM(16, return_sequences=True), layers.Attention()
    layer.build((None, 40, 3))
    layer.set_weights(run.snapshot.results["pooled"].weights[:3])
    outputs = layer(run.dataset.x[run.dataset.evaluated])
    _, weights = attention([outputs[:, -1:], outputs], return_attention_scores=True)
    mean = np.asarray(weights).mean(axis=(0, 1))
    assert (len(mean), mean.argmin(), mean.argmax()) == (40, 0, 39)
    assert mean.max() < 0.05
    assert np.allclose(step_shares(run, 0).mean, mean, atol=1e-6)


def last_step_mode_wins_adding_of_40_steps():
    """In each of eight seeds, its error is smaller: about a third of attention's."""
    run = runs_of(GALLERY["pooled"])["adding"]
    last, pooled = (run.snapshot.by_seed(mode) for mode in ("last", "pooled"))
    assert (last < pooled).all()
    assert 2 < np.median(pooled) / np.median(last) < 4
    assert right_option("pooling", 2).text.startswith("No")


def a_stack_without_time_raises():
    """Keras raises the option's error. The first fix of each error makes the stack work."""
    stack = read_text(GUIDE["stacking"].query["stack"][-1])[0]
    for message in ("expected ndim=3, found ndim=2", "at least 3 dimensions"):
        with pytest.raises(ValueError, match=message):
            exec(keras_code(trace(stack)), {})  # noqa: S102  The code is ours.
        stack = fixes(trace(stack))[0].stack
    exec(keras_code(trace(stack)), {})  # noqa: S102  The code is ours.
    assert not fixes(trace(stack))


def a_decoder_returns_all_steps():
    """After an LSTM with False, TimeDistributed raises an error. With True, it returns 12 steps."""
    vector = layers.RepeatVector(12)(noise(N, 8))
    with pytest.raises(ValueError, match="at least 3 dimensions"):
        layers.TimeDistributed(layers.Dense(1))(layers.LSTM(8)(vector))
    sequence = layers.LSTM(8, return_sequences=True)(vector)
    assert layers.TimeDistributed(layers.Dense(1))(sequence).shape == (N, 12, 1)


def mask_keeps_last_output():
    """With a mask, the last output is the output at the last real step. Otherwise it differs."""
    layer, x = layer_of("extras")
    mask = np.arange(x.shape[1]) < 3
    mask = np.broadcast_to(mask, x.shape[:2])
    masked = np.asarray(layer(x, mask=mask))
    assert np.array_equal(masked, np.asarray(layer(x[:, :3])))
    assert not np.allclose(masked, layer(x), atol=1e-4)
    assert np.abs(masked).min() > 0


def return_state_adds_two():
    """The layer returns the output, h and c. h equals the output."""
    layer, x = layer_of("extras", return_state=True)
    output, h, c = map(np.asarray, layer(x))
    assert output.shape == h.shape == c.shape == (N, 2)
    assert np.array_equal(output, h)
    assert not np.allclose(c, h)


def backward_half_differs():
    """With False, only the forward half is the last row of the output with True."""
    layer, x = layer_of("extras")
    last_step = layers.Bidirectional(layer)
    sequence = layers.Bidirectional(layers.LSTM(layer.units, return_sequences=True))
    output = np.asarray(last_step(x))
    row = with_weights_of(last_step, sequence, x)[:, -1]
    assert np.array_equal(output[:, :2], row[:, :2])
    assert not np.allclose(output[:, 2:], row[:, 2:], atol=1e-4)


def one_label_needs_false():
    """An LSTM with False and a Dense have the output (N, K). With True, it is (N, T, K)."""
    layer, x = layer_of("extras")
    sequence = layers.LSTM(4, return_sequences=True)
    assert layers.Dense(1)(layer(x)).shape == (N, 1)
    assert layers.Dense(1)(sequence(x)).shape == (N, x.shape[1], 1)


def label_per_step_needs_true():
    """If RepeatVector repeats the last-step output, all steps have the same prediction."""
    one_label_needs_false()
    layer, x = layer_of("extras")
    predictions = np.asarray(layers.Dense(1)(layers.RepeatVector(x.shape[1])(layer(x))))
    assert np.ptp(predictions, axis=1).max() < 1e-6


def only_top_may_be_false():
    """False in a lower layer raises an error, and True in all layers keeps the time axis."""

    def stacked(*modes):
        out = noise(N, 5, 2)
        for mode in modes:
            out = layers.LSTM(4, return_sequences=mode)(out)
        return tuple(out.shape)

    assert right_option("choose", 2).text == "True, True, False"
    assert stacked(True, True, False) == (N, 4)
    assert stacked(True, True, True) == (N, 5, 4)
    with pytest.raises(ValueError, match="expected ndim=3"):
        stacked(False, False, False)


CHECKS = {
    "cell": (output_is_the_state,),
    "switch": (every_step_is_computed,),
    "shapes": (true_keeps_time, default_drops_time, parameters_ignore_time),
    "targets": (trains_silently,),
    "labels": (class_numbers_need_the_sparse_loss, one_label_per_image),
    "parity": (sequence_mode_wins_parity, each_target_follows_from_the_previous_one),
    "adding": (last_step_mode_wins_adding, nothing_is_known_at_step_3),
    "pooling": (
        attention_wins_recall,
        attention_looks_at_all_steps,
        last_step_mode_wins_adding_of_40_steps,
    ),
    "stacking": (a_stack_without_time_raises, a_decoder_returns_all_steps),
    "extras": (mask_keeps_last_output, return_state_adds_two, backward_half_differs),
    "choose": (one_label_needs_false, label_per_step_needs_true, only_top_may_be_false),
}
"""The checks of each step, one per question."""


def test_each_question_has_its_check():
    """Each step of the guide has as many checks as questions."""
    assert {name: len(checks) for name, checks in CHECKS.items()} == {
        name: len(scene.asks) for name, scene in GUIDE.items()
    }


@pytest.mark.parametrize("check", [check for checks in CHECKS.values() for check in checks])
def test_the_right_option_is_true(check):
    """Keras or the recorded run agrees with the right option."""
    check()


def test_an_lstm_can_output_the_scaled_worked_example_but_not_the_raw_one():
    """Recorded losses are close to the lowest losses, which Keras computes from maximal states."""
    numbers = scenes.worked_numbers()
    y, bound = numbers["y"], numbers["bound"]
    best = np.broadcast_to(np.asarray(bound)[:, None], y.shape[1:])[None].repeat(2, axis=0)
    loss = keras.losses.MeanSquaredError()
    floors = {"sequence": loss(y, best), "last": loss(y[:, -1], best[:, -1])}
    for mode, floor in floors.items():
        assert numbers["floors"][mode] == pytest.approx(float(floor), rel=1e-5)
        assert numbers["floors"][mode] < numbers["losses"][mode] < 1.01 * float(floor)
        assert numbers["off"][mode] < 0.5
    assert "26,109 with True" in scenes.worked_picture()
    layer = layers.LSTM(4, return_sequences=True, kernel_initializer="ones")
    highest = np.asarray(layer(100 * numbers["x"]))  # Large inputs open all gates.
    assert np.allclose(highest, np.asarray(bound)[:, None], atol=1e-6)


def test_the_numbers_at_a_glance_equal_those_of_keras():
    """Masked outputs, final states, and both directions with equal weights agree with Keras."""
    layer, x = layer_of("extras", return_sequences=True, return_state=True)
    layer(x)
    weights = [*layer.get_weights()[:2], noise(8)]
    layer.set_weights(weights)
    layer_pass = LayerPass("lstm", weights, x[0], unroll("lstm", weights, x[:1]))
    numbers = scenes.glance_numbers(layer_pass)
    masked = layer(x[:1], mask=numbers["mask"][None])[0]
    assert np.allclose(numbers["masked"], masked[0], atol=1e-6)
    output, h, c = layer(x[:1])
    assert np.allclose(numbers["states"], [output[0, -1], h[0], c[0]], atol=1e-6)
    forward, backward = numbers["forward"], numbers["backward"]
    last_step = np.append(forward[-1], backward[0])
    for sequences, expected in ((True, np.hstack([forward, backward])), (False, last_step)):
        both = layers.Bidirectional(layers.LSTM(2, return_sequences=sequences))
        both(x[:1])
        both.set_weights([*weights, *weights])
        assert np.allclose(both(x[:1])[0], expected, atol=1e-6)
    assert not np.allclose(backward[0], backward[-1], atol=1e-4)
