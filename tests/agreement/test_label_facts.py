"""What Keras does with targets that are classes, compared with formulas in float64.

test_label_notes checks the notes of the Shapes page, and test_labels the training.
"""

import keras
import numpy as np
import pytest
from keras import layers, losses
from tensorflow.errors import InvalidArgumentError

N, T, F, U, K = 16, 6, 2, 4, 3
MODES = pytest.mark.parametrize("every_step", [True, False], ids=["sequence", "last"])
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N, T, F)).astype("float32")
Y = RANDOM.integers(0, K, (N, T))
WEIGHTS = RANDOM.uniform(0.2, 3, (N, T)).astype("float32")
HOT = np.eye(K, dtype="float32")
CLASS_WEIGHT = {0: 1.0, 1: 5.0, 2: 0.5}
BINARY = {"outputs": 1, "activation": "sigmoid", "loss": "binary_crossentropy"}


def classifier(*, every_step=True, outputs=K, activation="softmax", mask=0, **more):
    """Return a classifier with the same weights in each call, which never change.

    It runs eagerly by default, since compiling takes time.
    """
    recurrent = layers.LSTM(U, return_sequences=every_step)
    body = [keras.Input((T, F)), *mask * [layers.Masking()], recurrent]
    model = keras.Sequential([*body, layers.Dense(outputs, activation)])
    random = np.random.default_rng(2)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    more = {"loss": "sparse_categorical_crossentropy", "run_eagerly": True} | more
    model.compile(keras.optimizers.SGD(0.0), metrics=["accuracy"], **more)
    return model


def logits_of(model, x=X):
    """Return the logits of a classifier in float64. Two classes have the logits 0 and z."""
    kernel, bias = [w.astype("float64") for w in model.get_weights()[-2:]]
    z = keras.Model(model.inputs[0], model.layers[-2].output)(x).numpy() @ kernel + bias
    return z if z.shape[-1] > 1 else np.concatenate([0 * z, z], axis=-1)


def losses_of(model, y, x=X):
    """Return the cross-entropy by sample and step."""
    logits = logits_of(model, x)
    score = np.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
    return np.logaddexp.reduce(logits, axis=-1) - score


def means(model, y):
    """Return the mean loss and the accuracy."""
    return losses_of(model, y).mean(), (logits_of(model).argmax(-1) == y).mean()


def fit(model, y, x=X, **options):
    """Return the loss and the accuracy of one epoch."""
    history = model.fit(x, y, **{"batch_size": N, "shuffle": False, "verbose": 0} | options).history
    return history["loss"][0], history["accuracy"][0]


def assert_close(ours, *expected):
    """The first of Keras's numbers are the expected, up to rounding in float32."""
    np.testing.assert_allclose(np.ravel(ours)[: len(expected)], expected, rtol=1e-5, atol=1e-6)


@MODES
def test_a_loss_of_another_activation_uses_the_logits(every_step):
    """Sigmoids train as a softmax with sparse cross-entropy, and a softmax as K sigmoids."""
    y = Y if every_step else Y[:, -1]
    sigmoids = classifier(every_step=every_step, activation="sigmoid")
    assert_close(fit(sigmoids, y), *means(sigmoids, y))
    assert np.ptp(sigmoids(X).numpy().sum(-1)) > 0.1
    softmax, z = classifier(every_step=every_step, loss="binary_crossentropy"), logits_of(sigmoids)
    assert_close(fit(softmax, HOT[y]), (np.logaddexp(0, z) - HOT[y] * z).mean())


@MODES
def test_one_output_needs_a_sigmoid_and_binary_cross_entropy(every_step):
    """A softmax predicts 1. A categorical loss is 0. "accuracy" compares logits with 0.5, not 0."""
    y, options = np.minimum(Y if every_step else Y[:, -1], 1), BINARY | {"every_step": every_step}
    model = classifier(**options)
    loss, z = means(model, y)[0], logits_of(model)[..., 1]
    assert_close(fit(model, y[..., None]), *means(model, y))
    assert_close(fit(model, y[..., None] + 1), (np.logaddexp(0, z) - (y + 1) * z).mean())
    logits = options | {"activation": None, "loss": losses.BinaryCrossentropy(from_logits=True)}
    assert_close(fit(classifier(**logits), y[..., None]), loss, ((z > 0.5) == y).mean())
    with pytest.warns(SyntaxWarning, match="num_classes > 1"):
        zero = fit(classifier(**options | {"loss": "categorical_crossentropy"}), y[..., None])
    assert zero[0] == 0
    with pytest.warns(UserWarning, match="softmax operation will always return the value 1"):
        ones = fit(classifier(**options | {"activation": "softmax"}), y[..., None])
    assert_close(ones, loss, y.mean())


def test_weights_by_sample_and_class_weights_fail_in_sequence_mode():
    """They pass if a batch has T samples: then weight n belongs to step n, not to sample n."""
    model = classifier()
    for weights in ({"class_weight": CLASS_WEIGHT}, {"sample_weight": WEIGHTS[:, 0]}):
        with pytest.raises(ValueError, match="Dimensions must be equal, but are 6 and 16"):
            fit(classifier(run_eagerly=False), Y, **weights)
        with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[5"):
            fit(model, Y, batch_size=5, **weights)
    by_sample = WEIGHTS[:, :1]  # a last axis of 1 makes them weights by sample
    assert_close(fit(model, Y, sample_weight=by_sample), (losses_of(model, Y) * by_sample).mean())
    loss, w = losses_of(model, Y[:T], X[:T]), WEIGHTS[:T, 0]
    assert_close(fit(model, Y[:T], X[:T], sample_weight=w), (loss * w).mean())


def test_binary_targets_in_sequence_mode_need_a_last_axis_of_1():
    """With y (N, T) the losses are (N,), so that weights and masks (N, T) fail."""
    model, y = classifier(**BINARY), np.minimum(Y, 1)
    expected = (losses_of(model, y) * WEIGHTS).mean()
    assert_close(fit(model, y[..., None], sample_weight=WEIGHTS), expected)
    for failing, weights in [(model, WEIGHTS), (classifier(mask=1, **BINARY), None)]:
        with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[16\] vs. \[16,6\]"):
            fit(failing, y, sample_weight=weights)
