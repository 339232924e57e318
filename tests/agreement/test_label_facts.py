"""What Keras does with targets that are classes, compared with formulas in float64."""

import keras
import numpy as np
import pytest
from keras import layers, losses
from tensorflow.errors import InvalidArgumentError

N, T, F, U, K = 16, 6, 2, 4, 3
MODES = pytest.mark.parametrize("every_step", [True, False], ids=["sequence", "last"])
FROM_LOGITS = losses.SparseCategoricalCrossentropy(from_logits=True)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N, T, F)).astype("float32")
Y = RANDOM.integers(0, K, (N, T))
WEIGHTS = RANDOM.uniform(0.2, 3, (N, T)).astype("float32")
HOT = np.eye(K, dtype="float32")
CLASS_WEIGHT = {0: 1.0, 1: 5.0, 2: 0.5}
BY_CLASS = np.array([1, 5, 0.5, 1, 1, 1])  # numbers that are no classes weigh 1
REAL = np.arange(T) < RANDOM.integers(1, T + 1, (N, 1))  # the other steps are padding
PADDED_X, PADDED_Y = np.where(REAL[..., None], X, 0), np.where(REAL, Y, 0)
BINARY = {"outputs": 1, "activation": "sigmoid", "loss": "binary_crossentropy"}
MOST = -np.log(1e-7)  # the largest loss of clipped probabilities


def classifier(*head, every_step=True, outputs=K, activation="softmax", scale=1, mask=0, **more):
    """Return a classifier with the same weights in each call; the head's have the size `scale`.

    Its weights never change. It runs eagerly by default, since compiling takes time.
    """
    head = head or [layers.Dense(outputs, activation)]
    recurrent = layers.LSTM(U, return_sequences=every_step)
    model = keras.Sequential([keras.Input((T, F)), *mask * [layers.Masking()], recurrent, *head])
    random, shapes = np.random.default_rng(2), [w.shape for w in model.get_weights()]
    model.set_weights([random.normal(0, scale if at > 2 else 1, s) for at, s in enumerate(shapes)])
    more = {"loss": "sparse_categorical_crossentropy", "run_eagerly": True} | more
    more |= {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}
    model.compile(keras.optimizers.SGD(0.0), **more)
    return model


def logits_of(model, x=X):
    """Return the logits of a classifier in float64. Two classes have the logits 0 and z."""
    hidden = next(layer for layer in model.layers if isinstance(layer, layers.LSTM)).output
    kernel, bias = [w.astype("float64") for w in model.get_weights()[-2:]]
    z = keras.Model(model.inputs[0], hidden)(x).numpy() @ kernel + bias
    return z if z.shape[-1] > 1 else np.concatenate([0 * z, z], axis=-1)


def scores(model, y, x=X):
    """Return the cross-entropy and whether the prediction is right, by sample and step."""
    logits = logits_of(model, x)
    score = np.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
    return np.logaddexp.reduce(logits, axis=-1) - score, logits.argmax(-1) == y


def means(model, y, x=X, weights=1.0, real=True):
    """Return the mean of the weighted loss, the accuracy and the weighted accuracy."""
    loss, right = scores(model, y, x)
    real, w = real & np.full(y.shape, True), weights * np.ones(y.shape)
    return (loss * w)[real].mean(), right[real].mean(), (right * w)[real].sum() / w[real].sum()


def fit(model, y, x=X, **options):
    """Return the loss, the accuracy and the weighted accuracy of one epoch."""
    history = model.fit(x, y, **{"batch_size": N, "shuffle": False, "verbose": 0} | options).history
    return [history[name][0] for name in ("loss", "accuracy", "weighted_accuracy")]


def assert_close(ours, *expected):
    """The first of Keras's numbers are the expected, up to rounding in float32."""
    np.testing.assert_allclose(np.ravel(ours)[: len(expected)], expected, rtol=1e-5, atol=1e-6)


@MODES
def test_keras_computes_losses_from_logits_and_clips_only_probabilities_in_arrays(every_step):
    """In arrays, p < 1e-7 counts as 1e-7, and probabilities are divided by their sum."""
    y, sparse = Y if every_step else Y[:, -1], losses.SparseCategoricalCrossentropy()
    for scale, is_clipped in [(1, False), (200, True)]:
        options = {"every_step": every_step, "scale": scale, "run_eagerly": not is_clipped}
        model, logits = classifier(**options), {"activation": None, "loss": FROM_LOGITS}
        loss, expected = scores(model, y)[0], means(model, y)
        assert (loss.max() > MOST) == is_clipped
        assert_close(fit(model, y), *expected)
        assert_close(fit(classifier(**options, **logits), y), *expected)
        assert_close(model.evaluate(X, y, verbose=0), *expected[:2])
        assert_close(sparse(y, model(X)), loss.mean())
        assert_close(sparse(y, model.predict(X, verbose=0)), np.minimum(loss, MOST).mean())
    assert_close(sparse(np.zeros(1), np.array([[0.4, 1.0, 0.6]])), np.log(5))


def test_time_distributed_softmax_hides_its_logits():
    """A hidden softmax clips its loss; with `from_logits=True` the least is log(1 + (K-1)/e)."""
    plain, inside = classifier(scale=200), layers.TimeDistributed(layers.Dense(K, "softmax"))
    loss, model = scores(plain, Y)[0], classifier(inside, scale=200)
    np.testing.assert_array_equal(model(X), plain(X))
    assert_close(fit(model, Y), np.minimum(loss, MOST).mean())
    after = [layers.TimeDistributed(layers.Dense(K)), layers.Activation("softmax")]
    assert_close(fit(classifier(*after, scale=200), Y), loss.mean())
    with pytest.warns(UserWarning, match="produced by a Softmax activation"):
        assert_close(fit(classifier(loss=FROM_LOGITS, scale=200), Y), loss.mean())
    model = classifier(inside, loss=FROM_LOGITS, scale=1e5)
    assert_close(fit(model, model(X).numpy().argmax(-1)), np.log(1 + (K - 1) / np.e))


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


@pytest.mark.parametrize(
    ("output", "loss", "metric", "good", "bad"),
    [
        ((K,), "sparse_categorical", "SparseCategorical", [(), (1,)], [(T,), (T, 1), (K,)]),
        ((T, K), "sparse_categorical", "SparseCategorical", [(T,), (T, 1)], [(), (1,), (T, K)]),
        ((K,), "categorical", "Categorical", [(K,)], [(), (1,), (T, K)]),
        ((T, K), "categorical", "Categorical", [(T, K)], [(T,), (T, 1), (K,), (1, K)]),
        ((1,), "binary", "Binary", [(), (1,)], [(T,), (T, 1), (2,)]),
        ((T, 1), "binary", "Binary", [(T,), (T, 1)], [(), (1,), (T, 2)]),
        ((T, K), "binary", "Categorical", [(T, K)], [(T,), (T, 1)]),
    ],
)
def test_cross_entropies_check_shapes(output, loss, metric, good, bad):
    """Nothing is broadcast. The shapes, not the loss, decide which metric "accuracy" is."""
    options = {"every_step": len(output) == 2, "outputs": output[-1], "activation": "sigmoid"}
    for y in good:
        model = classifier(loss=f"{loss}_crossentropy", **options)
        fit(model, np.zeros((N, *y)))
        assert type(model.metrics[1].metrics[0]).__name__ == f"{metric}Accuracy"
    for y in bad:
        with pytest.raises(ValueError, match=r"must have (the same|rank)"):
            fit(classifier(loss=f"{loss}_crossentropy", **options), np.zeros((N, *y)))


def test_labels_outside_0_to_k_raise_an_error_or_give_nan():
    """The result is NaN with `jit_compile=True`."""
    for every_step, y in [(True, Y + 1), (True, Y - 1), (False, Y[:, -1] + 1)]:
        with pytest.raises(InvalidArgumentError, match="outside the valid range of"):
            fit(classifier(every_step=every_step), y)
    assert np.isnan(fit(classifier(jit_compile=True, run_eagerly=False), Y + 1)[0])


def test_weighted_losses_divide_by_the_number_of_losses():
    """`metrics` ignore weights. `weighted_metrics` divide by the sum of the weights."""
    y, model, by_class = Y[:, -1], classifier(every_step=False), {"class_weight": CLASS_WEIGHT}
    expected = means(model, y, weights=BY_CLASS[y])
    assert_close(fit(model, y, **by_class), *expected)
    assert_close(fit(model, y[:, None], batch_size=5, **by_class), *expected)
    categorical = classifier(every_step=False, loss="categorical_crossentropy")
    assert_close(fit(categorical, HOT[y], **by_class), *expected)
    fit(model, y, validation_data=(X, y), **by_class)
    assert_close(model.history.history["val_loss"], *means(model, y)[:1])
    with pytest.raises(ValueError, match="You cannot `class_weight` and `sample_weight`"):
        fit(model, y, sample_weight=BY_CLASS[y], **by_class)
    model = classifier()
    for w in (WEIGHTS, WEIGHTS[:, :1], BY_CLASS[Y]):
        assert_close(fit(model, Y, sample_weight=w), *means(model, Y, weights=w))


def test_weights_by_sample_and_class_weights_fail_in_sequence_mode():
    """They pass if a batch has T samples: then weight n belongs to step n, not to sample n."""
    model, one_hot = classifier(), classifier(loss="categorical_crossentropy")
    for weights in ({"class_weight": CLASS_WEIGHT}, {"sample_weight": WEIGHTS[:, 0]}):
        with pytest.raises(ValueError, match="Dimensions must be equal, but are 6 and 16"):
            fit(classifier(run_eagerly=False), Y, **weights)
        with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[5"):
            fit(model, Y, batch_size=5, **weights)
    for classes, y in [(one_hot, HOT[Y]), (model, Y[..., None])]:
        with pytest.raises(TypeError, match="can be converted to Python scalars"):
            fit(classes, y, class_weight=CLASS_WEIGHT)
    loss, w = scores(model, Y[:T], X[:T])[0], WEIGHTS[:T, 0]
    assert_close(fit(model, Y[:T], X[:T], sample_weight=w), (loss * w).mean())
    w = BY_CLASS[Y[:T].argmax(1)]  # Keras takes the step of the largest class for a class.
    assert_close(fit(model, Y[:T], X[:T], class_weight=CLASS_WEIGHT), (loss * w).mean())


def test_binary_targets_in_sequence_mode_need_a_last_axis_of_1():
    """With y (N, T) the losses are (N,), so that weights and masks (N, T) fail."""
    model, y = classifier(**BINARY), np.minimum(Y, 1)
    expected = means(model, y, weights=WEIGHTS)
    assert_close(fit(model, y[..., None], sample_weight=WEIGHTS), *expected)
    loss, w = scores(model, y)[0], BY_CLASS[y.argmax(1)]
    assert_close(fit(model, y, class_weight=CLASS_WEIGHT), (loss.mean(1) * w).mean())
    for failing, weights in [(model, WEIGHTS), (classifier(mask=1, **BINARY), None)]:
        with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \[16\] vs. \[16,6\]"):
            fit(failing, y, sample_weight=weights)


def test_a_mask_counts_only_real_steps():
    """A batch divides by its real steps. Batches count by samples in the loss, not in accuracy."""
    model, two, y = classifier(mask=1), classifier(mask=1, **BINARY), np.minimum(PADDED_Y, 1)
    expected = means(model, PADDED_Y, PADDED_X, real=REAL)
    assert_close(fit(model, PADDED_Y, PADDED_X), *expected)
    inside = classifier(layers.TimeDistributed(layers.Dense(K, "softmax")), mask=1)
    assert_close(fit(inside, PADDED_Y, PADDED_X), *expected)
    assert_close(fit(two, y[..., None], PADDED_X), *means(two, y, PADDED_X, real=REAL))
    weighted = means(model, PADDED_Y, PADDED_X, WEIGHTS, REAL)
    assert_close(fit(model, PADDED_Y, PADDED_X, sample_weight=WEIGHTS), *weighted)
    loss, batches = scores(model, PADDED_Y, PADDED_X)[0], np.split(np.arange(N), [5, 10, 15])
    by_sample = sum(len(part) * loss[part][REAL[part]].mean() for part in batches) / N
    assert_close(fit(model, PADDED_Y, PADDED_X, batch_size=5), by_sample, *expected[1:])
    assert fit(model, Y, 0 * X) == [0, 0, 0]


def test_without_a_mask_padding_counts_and_weights_of_zero_give_a_smaller_loss():
    """Weights of zero divide by all steps, a mask by real steps. `metrics` count the padding."""
    model, masked = classifier(), logits_of(classifier(mask=1), PADDED_X)
    np.testing.assert_allclose(masked[REAL], logits_of(model, PADDED_X)[REAL], atol=1e-5)
    assert_close(fit(model, PADDED_Y, PADDED_X), *means(model, PADDED_Y, PADDED_X))
    zeros = fit(model, PADDED_Y, PADDED_X, sample_weight=1.0 * REAL)
    assert_close(zeros, *means(model, PADDED_Y, PADDED_X, 1.0 * REAL))
    reshaped = [layers.Dense(K, "softmax"), layers.Reshape((T, K))]
    with pytest.warns(UserWarning, match="will therefore destroy the mask"):
        _, accuracy, _ = fit(classifier(*reshaped, mask=1), PADDED_Y, PADDED_X)
    assert_close(accuracy, (masked.argmax(-1) == PADDED_Y).mean())


def test_last_step_mode_needs_a_mask_for_padding():
    """The masked output is that of the last real step. Padding before needs no mask at first."""
    last = REAL.sum(1) - 1
    before = np.stack([np.roll(x, T - 1 - t, axis=0) for x, t in zip(PADDED_X, last, strict=True)])
    real = logits_of(classifier(), PADDED_X)[np.arange(N), last]
    for x in (PADDED_X, before):
        masked = logits_of(classifier(every_step=False, mask=1), x)
        np.testing.assert_allclose(masked, real, atol=1e-5)
        assert np.abs(logits_of(classifier(every_step=False), x) - real).max() > 0.1
    untrained = layers.LSTM(U)  # has no bias yet, and its state stays zero at inputs of zero
    np.testing.assert_allclose(untrained(before), untrained(before, mask=REAL[:, ::-1]), atol=1e-6)
