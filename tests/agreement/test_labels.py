"""Training on labels equals Keras's: losses, weights, masks, probabilities and accuracy.

Runs that shuffle the batches, keep the best epoch or use several seeds are in test_engine.
"""

from functools import cache

import numpy as np
import pytest

from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  It needs the environment.

from lib.data import class_numbers, make_dataset, suggested  # noqa: E402
from lib.experiment import CELLS, Experiment  # noqa: E402
from lib.recurrence import initial_model_weights, outputs_in_parts  # noqa: E402
from lib.results import activated, best_loss, evaluate_outputs, training_arrays  # noqa: E402
from lib.training import engine  # noqa: E402
from lib.training.architecture import Architecture, architecture_of  # noqa: E402
from tests.agreement.covering import covering  # noqa: E402
from tests.agreement.test_engine import assert_close  # noqa: E402
from tests.unit.fakes import fake_labels  # noqa: E402
from tests.unit.test_label_data import exact_posteriors  # noqa: E402
from tests.weekly import rest_weekly  # noqa: E402

N, T, F, UNITS, BATCH = 10, 5, 3, 4, 4
AXES = [
    [*CELLS],
    ["sparse", "onehot", "binary"],
    ["sequence", "last"],
    ["probabilities", "logits"],
    ["none", "after", "before"],
    ["on", "off"],
    ["none", "classes", "steps"],
    [1, 2],
]
NAMES = ("cell", "loss", "mode", "output", "padding", "mask", "weights", "layers")
MASKED_LAST = [  # three settings that belong together
    ("lstm", "sparse", "last", "probabilities", "after", "on", "classes", 1),
    ("gru", "binary", "last", "logits", "before", "on", "none", 2),
]
CASES = covering(MASKED_LAST, AXES)
METRICS = {
    "sparse": keras.metrics.SparseCategoricalAccuracy,
    "onehot": keras.metrics.CategoricalAccuracy,
    "binary": keras.metrics.BinaryAccuracy,
}
KERAS_LOSSES = {
    "sparse": keras.losses.SparseCategoricalCrossentropy,
    "onehot": keras.losses.CategoricalCrossentropy,
    "binary": keras.losses.BinaryCrossentropy,
}


def keras_model(experiment, targets):
    """Return a Keras model of the experiment's only mode, as a person would write it."""
    model, training = experiment.model, experiment.training
    cell, logits = getattr(keras.layers, CELLS[model.cell].keras), model.output == "logits"
    layers = [keras.Input((T, F))]
    if experiment.data.padding != "none" and model.masking == "on":
        layers.append(keras.layers.Masking())
    layers += [cell(UNITS, return_sequences=True) for _ in range(model.layers - 1)]
    layers.append(cell(UNITS, return_sequences=model.mode == "sequence"))
    activation = {"binary": "sigmoid"}.get(training.loss, "softmax")
    layers.append(keras.layers.Dense(targets, activation=None if logits else activation))
    sequential = keras.Sequential(layers)
    loss = KERAS_LOSSES[training.loss](from_logits=logits)
    # BinaryAccuracy of logits needs their threshold, 0.
    options = {"threshold": 0.0} if logits and training.loss == "binary" else {}
    metrics = [METRICS[training.loss](**options)]
    adam = keras.optimizers.Adam(training.learning_rate)
    sequential.compile(adam, loss, metrics=metrics, run_eagerly=True)
    sequential.set_weights(initial_model_weights(experiment, F, targets))
    return sequential


def keras_targets(experiment, dataset):
    """Return y as the loss takes it: integers for "sparse", else columns."""
    y, mask = dataset.y, dataset.mask
    if experiment.model.mode == "last":
        ends = [T - 1] * N if mask is None else [np.flatnonzero(row)[-1] for row in mask]
        y = y[np.arange(N), ends]
    return y.argmax(-1) if experiment.training.loss == "sparse" else y


def keras_weights(experiment, dataset):
    """Return the arguments of `fit` that weight the training loss."""
    kind, is_sequence = experiment.training.weights, experiment.model.mode == "sequence"
    if kind == "steps" and is_sequence:
        return {"sample_weight": np.tile(2 * np.arange(1, T + 1) / (T + 1), (N, 1))}
    if kind != "classes":
        return {}
    targets = keras_targets(experiment.set(loss="sparse"), dataset) if dataset.targets > 1 else None
    numbers = keras_targets(experiment, dataset)[..., 0].astype(int) if targets is None else targets
    counted = np.ones(numbers.shape, bool)
    if is_sequence and dataset.mask is not None and experiment.model.masking == "on":
        counted = dataset.mask
    values, counts = np.unique(numbers[counted], return_counts=True)
    weights = counted.sum() / (max(2, dataset.targets) * counts)
    by_class = dict(zip(values.tolist(), weights.tolist(), strict=True))
    if not is_sequence:
        return {"class_weight": by_class}
    return {"sample_weight": np.vectorize(lambda k: by_class.get(k, 1.0))(numbers)}


@cache
def program(key):
    """Return the compiled program of an architecture, which all tests share."""
    return engine.Program(key)


@pytest.mark.parametrize("case", rest_weekly(CASES, 4), ids=lambda case: "-".join(map(str, case)))
def test_training_equals_train_on_batch(case):
    """Losses before each update, and losses, accuracy and outputs afterwards, equal Keras's.

    A size bucket has more classes, units and timesteps than the models that it trains.
    """
    settings = dict(zip(NAMES, case, strict=True)) | {"U": UNITS, "batch": BATCH, "lr": 0.02}
    experiment = Experiment().set(**settings)
    mode = experiment.model.mode
    classes = 2 if experiment.training.loss == "binary" else 3
    dataset = fake_labels(N, T, F, classes, train=N, padding=experiment.data.padding)
    y, weights = keras_targets(experiment, dataset), keras_weights(experiment, dataset)
    model, expected = keras_model(experiment, dataset.targets), []
    batches = np.array([[0, 1, 2, 3], [9, 8, 7, 6], [5, 4, -1, -1]] * 2)
    for batch in batches:
        rows = batch[batch >= 0]
        of_batch = {k: w if k == "class_weight" else w[rows] for k, w in weights.items()}
        expected.append(model.train_on_batch(dataset.x[rows], y[rows], **of_batch)[0])
        model.reset_metrics()

    loss, accuracy = model.evaluate(dataset.x, y, BATCH, verbose=0)
    predicted = model.predict(dataset.x, verbose=0)
    exact = architecture_of(experiment, N, T, F, dataset.targets)
    larger = Architecture(exact.code, UNITS + 2, T + 3, F + 1, dataset.targets + 2, 16, BATCH + 2)
    for ours in (program(exact), program(larger)):
        start = initial_model_weights(experiment, F, dataset.targets)
        state = ours.load([start], exact, experiment.training)
        samples = ours.samples(training_arrays(experiment, dataset, mode))
        assert_close(ours.train(state, samples, batches[:, None])[:, 0], np.array(expected))
        trained = ours.weights(state)[0]
        mask = dataset.model_mask(experiment)
        outputs = np.concatenate([*outputs_in_parts(experiment, trained, dataset.x, mask)])
        errors = evaluate_outputs(experiment, dataset, outputs, np.arange(N))
        assert errors.losses[mode] == pytest.approx(loss, rel=1e-5)
        scores = errors.labels[mode]
        counted = scores.with_padding if mask is None else scores.without_padding
        ours_accuracy = counted[1] if mode == "sequence" else scores.accuracy
        assert ours_accuracy == pytest.approx(accuracy, rel=1e-6)
        shown = outputs if experiment.model.output == "logits" else activated(experiment, outputs)
        assert_close(shown if mode == "sequence" else shown[:, -1], predicted)


@pytest.mark.parametrize("name", ["brackets", "first_pattern"])
@pytest.mark.parametrize("padding", ["none", "after", "before"])
@pytest.mark.parametrize("mask", ["on", "off"])
@pytest.mark.parametrize("weights", ["none", "steps"])
def test_the_best_possible_loss_is_kerass_loss_of_the_true_probabilities(
    name, padding, mask, weights
):
    """Targets are the true probabilities, too: the mean over labels. Padded steps are known."""
    experiment = suggested(name).set(N=4096, T=12, padding=padding, mask=mask, weights=weights)
    dataset = make_dataset(experiment.set(noise=0.2))
    clean = class_numbers(make_dataset(experiment.set(noise=0.0)).y)
    true = 0.2 / 3 + 0.8 * np.eye(3)[clean]
    if name == "first_pattern":
        true = exact_posteriors(name, dataset, 0.2)[..., 1:]
    true[~dataset.real] = [0.0] if name == "first_pattern" else [1.0, 0.0, 0.0]
    loss = KERAS_LOSSES["binary" if name == "first_pattern" else "onehot"]()
    train = slice(dataset.train)
    predicted = keras.ops.convert_to_tensor(true[train])
    if mask == "on":
        predicted._keras_mask = keras.ops.convert_to_tensor(dataset.real[train])
    by_step = 2 * np.arange(1, 13) / 13 if weights == "steps" else np.ones(12)
    rows = np.arange(dataset.train), dataset.last_step[train]
    best, floor = best_loss(experiment, dataset)
    sequence = loss(true[train], predicted, np.tile(by_step, (dataset.train, 1)))
    assert best["sequence"] == pytest.approx(float(sequence), abs=0.02)
    assert best["last"] == pytest.approx(float(loss(true[rows], true[rows])), rel=1e-4)
    assert floor.label == "best possible"
    assert best_loss(experiment.set(weights="classes"), dataset) == ({}, None)
