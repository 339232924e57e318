"""Training pooled models equals Keras's: losses, weights, evaluation and predictions."""

import numpy as np
import pytest

from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  It needs the environment.
from keras import layers  # noqa: E402

from lib.experiment import CELLS, POOLINGS, Experiment  # noqa: E402
from lib.recurrence import initial_model_weights, outputs_in_parts, pooled  # noqa: E402
from lib.results import activated, evaluate_outputs, training_arrays  # noqa: E402
from lib.training.architecture import Architecture, architecture_of  # noqa: E402
from tests.agreement.covering import covering  # noqa: E402
from tests.agreement.test_engine import assert_close, program  # noqa: E402
from tests.agreement.test_labels import KERAS_LOSSES  # noqa: E402
from tests.unit.fakes import fake_dataset, fake_labels  # noqa: E402
from tests.weekly import rest_weekly  # noqa: E402

N, T, F, K, UNITS, BATCH, EARLIER = 10, 5, 3, 4, 4, 4, 3
TARGETS = {  # loss, head, padding, masking
    "numbers": ("mse", "dense", "none", "on"),
    "no head": ("mse", "none", "none", "on"),
    "labels": ("sparse", "dense", "none", "on"),
    "padded after": ("sparse", "dense", "after", "on"),
    "padded before": ("binary", "dense", "before", "on"),
    "unmasked after": ("binary", "dense", "after", "off"),
    "unmasked before": ("sparse", "dense", "before", "off"),
}
AXES = [[*CELLS], ["mean", "max", "attention"], [*TARGETS], [1, 2]]
FIRST = [("lstm", "attention", "padded before", 1), ("gru", "max", "padded before", 2)]
CASES = covering(FIRST, AXES)


def keras_model(experiment, dataset, steps, *, masks):
    """Return the pooled model as a person would write it in Keras's functional API."""
    model, targets = experiment.model, dataset.targets
    x = inputs = keras.Input((steps, F))
    x = layers.Masking()(x) if masks else x
    for _ in range(model.layers):
        x = getattr(layers, CELLS[model.cell].keras)(UNITS, return_sequences=True)(x)
    if model.pooling == "attention":
        x = layers.Flatten()(layers.Attention()([x[:, -1:], x]))
    else:
        pools = {"mean": layers.GlobalAveragePooling1D, "max": layers.GlobalMaxPooling1D}
        x = pools[model.pooling]()(x)
    activation = {"sparse": "softmax", "binary": "sigmoid"}.get(experiment.training.loss)
    x = layers.Dense(targets, activation)(x) if model.head == "dense" else x
    pooled = keras.Model(inputs, x)
    loss = KERAS_LOSSES.get(experiment.training.loss, keras.losses.MeanSquaredError)()
    pooled.compile(keras.optimizers.Adam(0.02), loss, run_eagerly=True)
    pooled.set_weights(initial_model_weights(experiment, F, targets))
    return pooled


@pytest.mark.filterwarnings("ignore:.*(mask|supports_masking)")  # GlobalMaxPooling1D ignores it
@pytest.mark.parametrize("case", rest_weekly(CASES), ids=lambda case: "-".join(map(str, case)))
def test_training_equals_train_on_batch(case):
    """Losses, weights, evaluation and predictions equal Keras's, also in a larger size bucket.

    The output at an earlier step is Keras's for a sequence that ends there.
    """
    cell, pooling, of_targets, count = case
    loss, head, padding, mask = TARGETS[of_targets]
    settings = {"cell": cell, "layers": count, "head": head, "mode": "last", "pool": pooling}
    settings |= {"loss": loss, "padding": padding, "mask": mask, "U": UNITS, "batch": BATCH}
    experiment = Experiment().set(**settings, lr=0.02)
    dataset = fake_dataset(n=N, t=T, f=F, k=K, train=N)
    if experiment.has_labels:
        dataset = fake_labels(N, T, F, 2 if loss == "binary" else 3, train=N, padding=padding)
    y = dataset.last_y.argmax(-1) if loss == "sparse" else dataset.last_y
    known = dataset.model_mask(experiment)
    masks = known is not None
    model = keras_model(experiment, dataset, T, masks=masks)
    batches = np.array([[0, 1, 2, 3], [9, 8, 7, 6], [5, 4, -1, -1]] * 2)
    rows = [batch[batch >= 0] for batch in batches]
    expected = np.array([model.train_on_batch(dataset.x[each], y[each]) for each in rows])

    exact = architecture_of(experiment, N, T, F, dataset.targets)
    width = 0 if head == "none" else 2  # without a head, there are as many units as targets
    larger = UNITS + 2, T + 3, F + 1, dataset.targets + (width or 2)
    for ours in (program(exact), program(Architecture(exact.code, *larger, 16, BATCH + 2))):
        start = initial_model_weights(experiment, F, dataset.targets)
        state = ours.load([start], exact, experiment.training, pooling=pooling)
        samples = ours.samples(training_arrays(experiment, dataset, "pooled"))
        assert_close(ours.train(state, samples, batches[:, None])[:, 0], expected)
        trained = ours.weights(state)[0]
        for weights, of_keras in zip(trained, model.get_weights(), strict=True):
            assert_close(weights, of_keras)
    outputs = np.concatenate(
        [*outputs_in_parts(experiment, trained, dataset.x, known, pooling=pooling)]
    )
    errors = evaluate_outputs(experiment, dataset, outputs, np.arange(N))
    assert errors.losses["pooled"] == pytest.approx(model.evaluate(dataset.x, y, verbose=0), 1e-5)
    predicted = activated(experiment, outputs)
    assert_close(predicted[:, -1], model.predict(dataset.x, verbose=0))
    shorter = keras_model(experiment, dataset, EARLIER, masks=masks)
    shorter.set_weights(model.get_weights())
    begun = dataset.real[:, :EARLIER].any(axis=1) | (not masks)
    early = shorter.predict(dataset.x[begun, :EARLIER], verbose=0)
    assert_close(predicted[begun, EARLIER - 1], early)


@pytest.mark.parametrize("kind", ["mean", "max", "attention"])
def test_pytorchs_code_gives_the_same_pool(kind):
    """The strip's line, run in PyTorch on all outputs (N, T, U), returns the last pool (N, U)."""
    torch = pytest.importorskip("torch")
    hidden = np.random.default_rng(0).standard_normal((N, T, UNITS)).astype(np.float32)
    out = torch.from_numpy(hidden)
    names, (*before, code) = {"out": out, "h_n": out[None, :, -1]}, POOLINGS[kind].torch.split("; ")
    exec("\n".join(before), names)  # noqa: S102  The code is ours.
    ours = eval(code, names)  # noqa: S307
    assert_close(ours.numpy(), pooled(kind, hidden)[:, -1])
