"""The notes about labels on the Shapes page say what Keras does."""

import numpy as np
import pytest

from lib.shapes import LABELS
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
CODE = {note["title"]: note["code"] for note in LABELS["notes"]}


def tagger(loss=SPARSE, head=None, first=(), **options):
    """Return a model that tags every step. Training doesn't change its weights."""
    keras.utils.set_random_seed(0)
    head = head or Dense(K, activation="softmax")
    body = [keras.Input(X.shape[1:]), *first, LSTM(3, return_sequences=True)]
    model = keras.Sequential([*body, head])
    model.compile(keras.optimizers.SGD(0.0), loss, **options)
    return model


def by_hand(model, x=X, y=Y):
    """Return the losses (N, T), and whether each prediction is right."""
    p = model.predict(x, verbose=0)
    return -np.log(np.take_along_axis(p, y[..., None], -1)[..., 0]), p.argmax(-1) == y


def loss_of(model, x=X, y=Y, **weights):
    """Return the loss that one batch of training reports."""
    return float(model.train_on_batch(x, y, return_dict=True, **weights)["loss"])


def test_only_dense_lets_the_loss_find_the_logits():
    """A softmax and from_logits=True give the right loss, but TimeDistributed none."""
    with pytest.warns(UserWarning, match="received `from_logits=True`, but"):
        plain = loss_of(model := tagger(LOGITS))
    assert plain == pytest.approx(by_hand(model)[0].mean())
    timed = tagger(LOGITS, TimeDistributed(Dense(K, activation="softmax")))
    timed.set_weights(model.get_weights())
    assert loss_of(timed) == pytest.approx(float(LOGITS(Y, timed.predict(X, verbose=0))))
    assert timed.predict(X, verbose=0) == pytest.approx(model.predict(X, verbose=0))
    names = {"keras": keras, "Dense": Dense, "classes": K}
    exec(CODE["A softmax, or from_logits=True?"], names)  # noqa: S102 - The page shows this code.
    for loss, is_right in ((names["loss"], True), (SPARSE, False)):
        logits = tagger(loss, Dense(K))
        logits.set_weights(model.get_weights())
        assert (loss_of(logits) == pytest.approx(plain)) == is_right


def test_class_weights_need_one_label_per_sequence():
    """With tags, they fail or are silently wrong. A weight per label is right."""
    by_class, place = dict(enumerate(WEIGHTS)), np.append(WEIGHTS, 1.0)[Y.argmax(-1)]
    for y, loss in ((Y[..., None], SPARSE), (np.eye(K)[Y], "categorical_crossentropy")):
        with pytest.raises(TypeError, match="can be converted to Python scalars"):
            loss_of(tagger(loss), y=y, class_weight=by_class)
    losses, _ = by_hand(tagger())
    silent = loss_of(tagger(), X[:T], Y[:T], class_weight=by_class)
    assert silent == pytest.approx((losses[:T] * place[:T]).mean())
    y, head = np.float32(Y > 1), Dense(1, activation="sigmoid")
    p = (model := tagger("binary_crossentropy", head)).predict(X, verbose=0)[..., 0]
    expected = np.append(WEIGHTS, 1.0)[y.argmax(-1)] * -np.log(np.where(y, p, 1 - p)).mean(-1)
    assert loss_of(model, y=y, class_weight=by_class) == pytest.approx(expected.mean())
    names = {"model": tagger(), "x": X, "y": Y, "weights": WEIGHTS, "w": WEIGHTS[Y]}
    for title in ("Class weights for tags", "Weights for timesteps"):
        exec(CODE[title].replace("model.fit", "history = model.fit"), names)  # noqa: S102
        assert names["history"].history["loss"][0] == pytest.approx((losses * WEIGHTS[Y]).mean())
    w = np.arange(N, dtype=float)
    one_per_sequence = loss_of(tagger(), sample_weight=w[:, None])
    assert one_per_sequence == pytest.approx((losses * w[:, None]).mean())
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        loss_of(tagger(), sample_weight=w)
    silent = loss_of(tagger(), X[:T], Y[:T], sample_weight=w[:T])
    assert silent == pytest.approx((losses[:T] * w[:T]).mean())


@pytest.mark.parametrize("way", ["mask", "nothing", "weights", "ignore_class"])
def test_only_a_mask_takes_padding_out_of_loss_and_accuracy(way):
    """Weights of 0 keep padding in the count, and ignore_class in the accuracy, as wrong."""
    x, options, weights = X * REAL[..., None], {"metrics": ["accuracy"]}, {}
    y = np.where(REAL, Y, -1 if way == "ignore_class" else 0)
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    model = tagger(loss if way == "ignore_class" else SPARSE, first=[Masking()] * (way == "mask"))
    if way == "weights":
        options |= {"weighted_metrics": ["accuracy"]}
        weights = {"sample_weight": REAL.astype("float32")}
    model.compile("sgd", model.loss, **options)
    scores = model.evaluate(x, y, verbose=0, return_dict=True, **weights)
    losses, right = by_hand(model, x, np.maximum(y, 0))
    real_steps = right[REAL].mean()
    expected = {
        "mask": (losses[REAL].mean(), real_steps),
        "nothing": (losses.mean(), right.mean()),
        "weights": ((losses * REAL).mean(), right.mean()),
        "ignore_class": (losses[REAL].mean(), (right & REAL).mean()),
    }
    assert (scores["loss"], scores["accuracy"]) == pytest.approx(expected[way])
    assert scores.get("weighted_accuracy", real_steps) == pytest.approx(real_steps)


def test_labels_outside_the_classes_may_raise_no_error():
    """With XLA the loss is NaN. Other losses and to_categorical accept wrong labels."""
    with pytest.raises(Exception, match="outside the valid range"):
        loss_of(tagger(), y=Y + 9)
    assert np.isnan(loss_of(tagger(jit_compile=True), y=Y + 9))
    head = Dense(1, activation="sigmoid")
    assert np.isfinite(loss_of(tagger("binary_crossentropy", head), y=(Y > 1)[..., None] + 1))
    assert keras.utils.to_categorical([-1], K).argmax() == K - 1
    names = {"np": np, "y": Y + 9}
    exec(CODE["Labels outside 0 to K - 1"], names)  # noqa: S102 - The page shows this code.
    assert (names["y"] == Y).all()
