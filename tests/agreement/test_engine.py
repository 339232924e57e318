"""Fused training equals Keras's `train_on_batch`: the same losses and weights, step by step.

The programs run in this process. test_client covers the worker around them.
"""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest

from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  after the environment

from lib.experiment import CELLS, HEADS, LOSSES, OPTIMIZERS, Choice, Experiment  # noqa: E402
from lib.recurrence.model import initial_model_weights, outputs_in_parts  # noqa: E402
from lib.results.baselines import ERRORS  # noqa: E402
from lib.training import engine, machine  # noqa: E402
from lib.training.architecture import (  # noqa: E402
    SIZE_BUCKETS,
    Architecture,
    Code,
    architecture_of,
)
from lib.training.checkpoint import BatchOrder  # noqa: E402
from lib.training.pair_trainer import PairTrainer  # noqa: E402
from tests.agreement.covering import covering  # noqa: E402
from tests.unit.fakes import make_dataset  # noqa: E402
from tests.weekly import first_of  # noqa: E402

EPOCHS = 4
N, T, F, K = 10, 5, 3, 2
"""Samples that are trained on, timesteps, features, targets: all different, to tell axes apart."""
CASES = [  # cell, layers, head, optimizer, loss, mode, and the batch size
    ("lstm", 1, "dense", "adam", "mse", "sequence", 4),
    ("lstm", 2, "dense", "sgd", "huber", "sequence", 1),
    ("lstm", 3, "dense", "rmsprop", "mae", "sequence", 5),
    ("gru", 1, "dense", "sgd", "mae", "sequence", 10),
    ("gru", 2, "dense", "rmsprop", "mse", "last", 4),
    ("gru", 3, "none", "adam", "huber", "sequence", 4),
    ("simple_rnn", 1, "none", "rmsprop", "huber", "last", 7),
    ("simple_rnn", 2, "none", "adam", "mae", "last", 32),
    ("simple_rnn", 3, "none", "sgd", "mse", "last", 3),
    ("simple_rnn", 1, "dense", "sgd", "mse", "sequence", 9),
    ("lstm", 1, "none", "adam", "mse", "last", 4),
]
AXES = [CELLS, [1, 2, 3], HEADS, OPTIMIZERS, LOSSES, ["sequence", "last"]]
# A new cell or loss is in further cases, until each value meets each of every other setting.
CASES += [(*case, 4) for case in covering([case[:-1] for case in CASES], AXES)[len(CASES) :]]


def make_experiment(*case, **settings):
    """Return a case's experiment with other settings."""
    names = ("cell", "layers", "head", "optimizer", "loss", "mode", "batch")
    chosen = dict(zip(names, case, strict=True))
    units = K if chosen["head"] == "none" else 4
    return Experiment().set(**chosen, U=units, epochs=EPOCHS, lr=0.02, seed=7).set(**settings)


def data(n=N):
    """Return random samples, the last three for validation."""
    return make_dataset(n=n + 3, t=T, f=F, k=K, train=n)


def keras_model(experiment, mode):
    """Return a sequential Keras model, run eagerly, since compiling takes seconds."""
    model, training = experiment.model, experiment.training
    cell = getattr(keras.layers, CELLS[model.cell].keras)
    layers = [keras.Input((T, F))]
    layers += [cell(model.units, return_sequences=True) for _ in range(model.layers - 1)]
    layers += [cell(model.units, return_sequences=mode == "sequence")]
    if model.head == "dense":
        layers += [keras.layers.Dense(K)]
    made = keras.Sequential(layers)
    optimizer = getattr(keras.optimizers, OPTIMIZERS[training.optimizer].keras)
    made.compile(optimizer(training.learning_rate), LOSSES[training.loss].keras, run_eagerly=True)
    made.set_weights(initial_model_weights(experiment, F, K))
    return made


def assert_close(ours, keras_says):
    """Assert that the largest difference is below 1e-5 of the largest value."""
    assert ours.shape == keras_says.shape
    assert np.abs(ours - keras_says).max() < 1e-5 * np.abs(keras_says).max()


def train(experiment, dataset):
    """Train to the end with compiled programs; return the trainer."""
    n, (_, t, f), k = dataset.train, dataset.shape, dataset.targets
    trainer = PairTrainer(experiment, dataset)
    trainer.evaluate()
    trainer.load(program(architecture_of(experiment, n, t, f, k)))
    goal = experiment.training.epochs * trainer.batches.steps
    while trainer.step < goal:
        trainer.advance(1.0, goal)
    trainer.evaluate()
    return trainer


@cache
def program(key):
    """Return a program, compiled once for all tests."""
    return engine.Program(key)


def test_some_cases_end_an_epoch_with_a_shorter_batch():
    """In the other cases all batches have the same size."""
    assert {N % min(case[-1], N) == 0 for case in CASES} == {True, False}


def bucket_for(own):
    """Return an architecture that is larger in every size but the number of samples."""
    targets = K + 1 if own.code.head == "dense" else own.units + 2
    batch = own.batch + 2
    return Architecture(own.code, own.units + 2, T + 3, F + 1, targets, max(8, batch), batch)


def begin(ours, experiment, mode):
    """Return an experiment's models in their exact program, or in a larger one."""
    weights, own = initial_model_weights(experiment, F, K), architecture_of(experiment, N, T, F, K)
    return ours.load([weights], own, experiment.training, mode)


@pytest.mark.parametrize("begins_in", first_of(["own", "bucket"]))
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_losses_and_weights_are_those_of_train_on_batch(case, begins_in):
    """Losses before each update and weights equal Keras's.

    Either in the exact program, or for an epoch in a size bucket with fewer samples, after which
    the exact program takes over.
    """
    experiment, dataset, mode = make_experiment(*case), data(), case[5]
    model = keras_model(experiment, mode)
    order = BatchOrder(N, experiment.training.batch_size, experiment.seed)
    batches = order.take(2 * order.steps)
    target = dataset.y if mode == "sequence" else dataset.y[:, -1]
    expected = []
    for batch in batches:
        rows = batch[batch >= 0]
        expected.append(model.train_on_batch(dataset.x[rows], target[rows]))

    own = architecture_of(experiment, N, T, F, K)
    ours, first = program(own), program(own if begins_in == "own" else bucket_for(own))
    state = begin(first, experiment, mode)
    samples = first.samples(dataset.x[:N], dataset.y[:N])
    ends = [0, *range(1, order.steps + 1, first.most_steps(own)), order.steps]
    losses = [first.train(state, samples, batches[a:b, None])[:, 0] for a, b in pairwise(ends)]

    state = ours.load(
        first.weights(state, with_optimizer=True), own, experiment.training, mode, step=state.step
    )
    samples = ours.samples(dataset.x[:N], dataset.y[:N])
    losses.append(ours.train(state, samples, batches[order.steps :, None])[:, 0])
    assert_close(np.concatenate(losses), np.array(expected))
    for weights, keras_weights in zip(ours.weights(state)[0], model.get_weights(), strict=True):
        assert_close(weights, keras_weights)
    parts = outputs_in_parts(experiment, ours.weights(state)[0], dataset.x)
    outputs = np.concatenate(list(parts))
    assert_close(
        outputs if mode == "sequence" else outputs[:, -1], model.predict(dataset.x, verbose=0)
    )


def test_a_loss_that_is_added_as_readme_says_trains(monkeypatch):
    """A new loss needs one row and the cost of one error."""
    monkeypatch.setitem(LOSSES, "log_cosh", Choice("Log-cosh", keras="log_cosh"))
    monkeypatch.setitem(ERRORS, "log_cosh", lambda wrong: np.log(np.cosh(wrong)))
    monkeypatch.setattr(engine, "_codes", {})  # traced without it
    program.cache_clear()
    experiment, dataset = make_experiment("lstm", 1, "dense", "adam", "log_cosh", "last", N), data()
    model = keras_model(experiment, "last")
    steps = [model.train_on_batch(dataset.x[:N], dataset.y[:N, -1]) for _ in range(EPOCHS)]
    result = train(experiment, dataset).results()[0]["last"]
    assert_close(result.loss, np.array(steps))
    evaluated = model.evaluate(dataset.x[N:], dataset.y[N:, -1], verbose=0)
    assert_close(result.validation_loss[-1:], np.array([evaluated]))


def keras_stops(experiment, dataset, mode):
    """Return a model after `fit` with Keras's early stopping on the same batches."""
    training, target = experiment.training, dataset.y if mode == "sequence" else dataset.y[:, -1]
    model = keras_model(experiment, mode)
    optimizer, loss = model.optimizer, LOSSES[training.loss].keras
    model.compile(optimizer, loss, jit_compile=False)  # faster than eagerly, for many epochs
    order = BatchOrder(N, training.batch_size, experiment.seed)

    def batches():
        while True:
            rows = order.take(1)[0]
            yield dataset.x[rows[rows >= 0]], target[rows[rows >= 0]]

    stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss",
        patience=training.patience if training.keep == "stop" else training.epochs,
        restore_best_weights=True,
    )
    history = model.fit(
        batches(),
        shuffle=False,
        steps_per_epoch=order.steps,
        epochs=training.epochs,
        validation_data=(dataset.x[N:], target[N:]),
        callbacks=[stopping],
        verbose=0,
    )
    return model, stopping, history


@pytest.mark.parametrize("begins_in", ["own", "bucket"])
@pytest.mark.parametrize(("keep", "modes"), [("best", "last"), ("stop", "both")])
def test_the_epoch_that_is_kept_is_that_of_early_stopping(keep, modes, begins_in):
    """The best epoch, the end and the weights equal those of `fit`.

    If a run starts in a size bucket, the exact program takes over in the third epoch.
    """
    experiment = make_experiment("gru", 1, "dense", "adam", "mse", modes, 5).set(
        keep=keep, patience=4, epochs=30, lr=0.03
    )
    dataset = data()
    trainer = PairTrainer(experiment, dataset)
    trainer.evaluate()
    own = architecture_of(experiment, N, T, F, K)
    if begins_in == "bucket":
        trainer.load(program(bucket_for(own)))
        middle = 2 * trainer.batches.steps + 1
        while trainer.step < middle:
            trainer.advance(0.05, middle)
        assert not trainer.at_epoch_end
    trainer.load(program(own))
    goal = experiment.training.epochs * trainer.batches.steps
    while trainer.step < goal and not trainer.stopped:
        trainer.advance(0.05, goal)
    trainer.evaluate()  # the last epoch, where a busy machine left no time for it
    trainer.keep_best()
    kept, lengths = set(), set()
    for mode, result in trainer.results()[0].items():
        model, stopping, history = keras_stops(experiment, dataset, mode)
        assert result.kept_epoch == stopping.best_epoch + 1
        assert len(result.loss) == len(history.history["loss"])
        assert_close(result.loss, np.array(history.history["loss"]))
        assert_close(result.validation_loss[1:], np.array(history.history["val_loss"]))
        assert result.final_validation_loss == pytest.approx(stopping.best, rel=1e-5)
        for weights, keras_weights in zip(result.weights, model.get_weights(), strict=True):
            assert_close(weights, keras_weights)
        said = model.predict(dataset.x[N:], verbose=0)
        assert_close(result.predictions if mode == "sequence" else result.predictions[:, -1], said)
        kept.add(result.kept_epoch)
        lengths.add(len(result.loss))
    assert len(kept) == len(experiment.model.modes)  # they differ: no first, and no last epoch
    assert 1 < min(kept) <= max(kept) < 30
    assert lengths == {30} if keep == "best" else max(lengths) < 30


def test_a_run_repeats_to_the_last_bit_whatever_its_slices():
    """Results depend on the experiment, not on the length of turns."""
    experiment = make_experiment("lstm", 1, "dense", "adam", "mse", "sequence", 4).set(epochs=30)
    dataset = data()
    expected = train(experiment, dataset).results()[0]["sequence"]
    trainer = PairTrainer(experiment, dataset)
    trainer.load(program(architecture_of(experiment, N, T, F, K)))
    while trainer.step < 90:
        trainer.advance(1e-9, 90)
    trainer.evaluate()
    again = trainer.results()[0]["sequence"]
    np.testing.assert_array_equal(again.loss, expected.loss)
    np.testing.assert_array_equal(again.predictions, expected.predictions)


def test_what_a_program_serves():
    """An exact program serves any settings of its size; a bucket also smaller models."""
    experiment = make_experiment("lstm", 1, "dense", "adam", "mse", "both", 4)
    own = architecture_of(experiment, N, T, F, K)
    for free in ({"mode": "last"}, {"lr": 0.5}, {"seed": 3}, {"epochs": 9}, {"optimizer": "sgd"}):
        assert architecture_of(experiment.set(**free), N, T, F, K) == own
    bucket = bucket_for(own)
    assert bucket.holds(own)
    assert bucket.holds(architecture_of(experiment.set(loss="mae", seeds=8), 5000, T, F, K))
    for other in ({"cell": "gru"}, {"layers": 2}, {"U": 7}, {"batch": 7}):
        assert not bucket.holds(architecture_of(experiment.set(**other), N, T, F, K))
    assert not bucket.holds(architecture_of(experiment, N, T + 4, F, K))


def test_the_buckets_hold_what_is_usual():
    """Buckets hold nearly all one-layer settings, and most of two and three layers."""
    for cell, layers in product(CELLS, (1, 2, 3)):
        code = Code(cell, layers, "dense")
        sizes = product(range(1, 65), (1, 8, 12, 24, 32, 48, 64), (1, 3, 4, 8), (1, 4))
        asked = [Architecture(code, *each, 512, 32) for each in sizes]
        near = [key for key in asked if any(b.holds(key) and b.is_near(key) for b in SIZE_BUCKETS)]
        assert len(near) > (0.98 if layers == 1 else 0.5) * len(asked)


@pytest.mark.parametrize(
    ("cell", "mode", "batch"),
    [("lstm", "both", 4), ("gru", "sequence", 5), ("simple_rnn", "last", 1)],
)
def test_seeds_side_by_side_are_trained_as_each_alone(cell, mode, batch):
    """Three seeds in lanes give the same results as each seed alone."""
    experiment = make_experiment(cell, 1, "dense", "adam", "mse", mode, batch).set(seeds=3)
    dataset = data()
    assert architecture_of(experiment, N, T, F, K).threads == min(2, int(machine.cores()))
    together = train(experiment, dataset).results()
    assert len(together) == 3
    for each, seed in zip(experiment.each_seed, together, strict=True):
        assert each.seeds == 1
        for of, alone in train(each, dataset).results()[0].items():
            assert_close(seed[of].loss, alone.loss)
            assert_close(seed[of].validation_loss, alone.validation_loss)
            for one, other in zip(seed[of].weights, alone.weights, strict=True):
                assert_close(one, other)
    assert np.abs(together[0][of].loss - together[1][of].loss).max() > 1e-3
