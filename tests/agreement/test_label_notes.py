"""The notes about labels on the Shapes page say what Keras does."""

import numpy as np
import pytest

from lib.shapes import LABEL_NOTES, explain_error
from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  It needs the environment.
from keras.layers import LSTM, Dense, Masking, TimeDistributed  # noqa: E402

N, T, K = 8, 5, 4
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(N, T, 2)).astype("float32"), RNG.integers(0, K, (N, T))
REAL = np.arange(T) < np.arange(N)[:, None] % T + 1  # False at padding
WEIGHTS, SPARSE = np.array([1.0, 2.0, 4.0, 8.0]), "sparse_categorical_crossentropy"
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
CODE = {note["title"]: note["code"] for note in LABEL_NOTES["notes"]}


def tagger(loss=SPARSE, head=None, first=(), **options):
    """Return a model that tags every step, always with the same weights; by default it is eager."""
    head = head or Dense(K, activation="softmax")
    body = [keras.Input(X.shape[1:]), *first, LSTM(3, return_sequences=True)]
    model = keras.Sequential([*body, head])
    model.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.0), loss, **{"run_eagerly": True} | options)
    return model


def by_hand(model, x=X, y=Y):
    """Return the losses (N, T), and whether each prediction is right."""
    p = model.predict(x, verbose=0)
    return -np.log(np.take_along_axis(p, y[..., None], -1)[..., 0]), p.argmax(-1) == y


def loss_of(model, x=X, y=Y, **weights):
    """Return the loss that one batch of training reports."""
    return float(model.train_on_batch(x, y, return_dict=True, **weights)["loss"])


def test_only_dense_lets_the_loss_find_the_logits():
    """With from_logits=True, a softmax is harmless in Dense, but not in TimeDistributed."""
    right = by_hand(model := tagger())[0].mean()
    with pytest.warns(UserWarning, match="received `from_logits=True`, but"):
        assert loss_of(tagger(LOGITS)) == pytest.approx(right)
    timed = tagger(LOGITS, TimeDistributed(Dense(K, activation="softmax")))
    probabilities = timed.predict(X, verbose=0)
    assert probabilities == pytest.approx(model.predict(X, verbose=0))
    assert loss_of(timed) == pytest.approx(float(LOGITS(Y, probabilities)))
    names = {"keras": keras, "Dense": Dense, "classes": K}
    exec(CODE["A softmax, or from_logits=True?"], names)  # noqa: S102 - The page shows this code.
    assert loss_of(tagger(names["loss"], Dense(K))) == pytest.approx(right)
    assert loss_of(tagger(head=Dense(K))) != pytest.approx(right)
    two, logits = np.float32(Y > 1)[..., None], keras.losses.BinaryCrossentropy(from_logits=True)
    right = loss_of(tagger("binary_crossentropy", Dense(1, "sigmoid")), y=two)
    assert loss_of(tagger(logits, Dense(1)), y=two) == pytest.approx(right)
    assert loss_of(tagger("binary_crossentropy", Dense(1)), y=two) != pytest.approx(right)


def test_class_weights_need_one_label_per_sequence():
    """With tags, they fail or are silently wrong. A weight per label is right."""
    by_class, place = dict(enumerate(WEIGHTS)), np.append(WEIGHTS, 1.0)[Y.argmax(-1)]
    for y, loss in ((Y[..., None], SPARSE), (np.eye(K)[Y], "categorical_crossentropy")):
        with pytest.raises(TypeError, match="can be converted to Python scalars"):
            loss_of(tagger(loss), y=y, class_weight=by_class)
    losses, _ = by_hand(tagger())
    silent = loss_of(tagger(), X[:T], Y[:T], class_weight=by_class)
    assert silent == pytest.approx((losses[:T] * place[:T]).mean())
    two, head = np.float32(Y > 1), Dense(1, activation="sigmoid")
    p = (model := tagger("binary_crossentropy", head)).predict(X, verbose=0)[..., 0]
    silent = np.append(WEIGHTS, 1.0)[two.argmax(-1)] * -np.log(np.where(two, p, 1 - p)).mean(-1)
    assert loss_of(model, y=two, class_weight=by_class) == pytest.approx(silent.mean())
    for note, w in (("Class weights for tags", WEIGHTS[Y]), ("Weights for timesteps", REAL + 1.0)):
        code, names = CODE[note], {"model": tagger(), "x": X, "y": Y, "weights": WEIGHTS, "w": w}
        exec(code.replace("model.fit", "run = model.fit"), names)  # noqa: S102
        assert names["run"].history["loss"][0] == pytest.approx((losses * w).mean())


@pytest.mark.parametrize("way", ["mask", "nothing", "weights", "ignore_class"])
def test_only_a_mask_takes_padding_out_of_loss_and_accuracy(way):
    """Weights of 0 keep padding in the count, and ignore_class in the accuracy, as wrong."""
    ignoring = way == "ignore_class"
    y = np.where(REAL, Y, -1 if ignoring else 0)
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1) if ignoring else SPARSE
    weights = REAL.astype("float32") if way == "weights" else None
    counted = ["accuracy"] if way == "weights" else None
    masking = [Masking()] if way == "mask" else []
    model = tagger(loss, first=masking, metrics=["accuracy"], weighted_metrics=counted)
    x = X * REAL[..., None]
    scores = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    losses, right = by_hand(model, x, np.maximum(y, 0))
    expected = {
        "mask": (losses[REAL].mean(), right[REAL].mean()),
        "nothing": (losses.mean(), right.mean()),
        "weights": ((losses * REAL).mean(), right.mean()),
        "ignore_class": (losses[REAL].mean(), (right & REAL).mean()),
    }
    assert (scores["loss"], scores["accuracy"]) == pytest.approx(expected[way])
    if way == "weights":
        assert scores["weighted_accuracy"] == pytest.approx(right[REAL].mean())


def test_labels_outside_the_classes_may_raise_no_error():
    """With XLA the loss is NaN. Other losses and to_categorical accept wrong labels."""
    assert np.isnan(loss_of(tagger(jit_compile=True, run_eagerly=False), y=Y + 9))
    head = Dense(1, activation="sigmoid")
    assert np.isfinite(loss_of(tagger("binary_crossentropy", head), y=(Y > 1)[..., None] + 1))
    assert keras.utils.to_categorical([-1], K).argmax() == K - 1
    exec(CODE["Labels outside 0 to K - 1"], names := {"np": np, "y": Y + 9})  # noqa: S102
    assert (names["y"] == Y).all()


def test_the_fixes_for_missing_labels_leave_them_out_of_the_loss():
    """Samples without a label are dropped. Timesteps without a label have the weight 0."""
    message = "label value of -1 which is outside the valid range"
    _, of_samples, of_steps = (meaning.code for meaning in explain_error(message).meanings)
    exec(of_samples, names := {"x": X, "y": np.append(-1, Y[1:, -1])})  # noqa: S102
    assert np.array_equal(names["x"], X[1:])
    assert np.array_equal(names["y"], Y[1:, -1])
    names = {"np": np, "model": tagger(), "x": X, "y": np.where(REAL, Y, -1)}
    exec(of_steps.replace("model.fit", "run = model.fit"), names)  # noqa: S102
    losses, _ = by_hand(tagger())
    assert names["run"].history["loss"][0] == pytest.approx((losses * REAL).mean())
