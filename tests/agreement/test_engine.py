"""Fused training equals Keras's `train_on_batch`: losses and weights are the same at each step.

The programs run in the process of the test. test_client covers the worker process.
"""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest

from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  It needs the environment.
import tensorflow as tf  # noqa: E402

from lib.experiment import CELLS, HEADS, LOSSES, OPTIMIZERS, Choice, Experiment, losses_for  # noqa: E402
from lib.recurrence.model import initial_model_weights, outputs_in_parts  # noqa: E402
from lib.results import training_arrays  # noqa: E402
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
from tests.unit.fakes import fake_dataset  # noqa: E402
from tests.weekly import rest_weekly  # noqa: E402

EPOCHS = 4
N, T, F, K = 10, 5, 3, 2
"""Training samples, timesteps, features and targets. All differ, so that no axes are mixed up."""
CASES = [  # cell, layers, head, optimizer, loss, mode, batch size
    ("lstm", 1, "dense", "adam", "mse", "sequence", 4),
    ("lstm", 2, "dense", "sgd", "huber", "sequence", 1),
    ("gru", 2, "dense", "rmsprop", "mse", "last", 4),
    ("simple_rnn", 2, "none", "adam", "mae", "last", 32),
    ("simple_rnn", 3, "none", "sgd", "mse", "last", 3),
    ("lstm", 3, "dense", "rmsprop", "mae", "sequence", 5),
    ("gru", 3, "none", "adam", "huber", "sequence", 4),
    ("simple_rnn", 1, "none", "rmsprop", "huber", "last", 7),
    ("gru", 1, "dense", "sgd", "mae", "sequence", 10),
    ("simple_rnn", 1, "dense", "sgd", "mse", "sequence", 9),
    ("lstm", 1, "none", "adam", "mse", "last", 4),
]
AXES = [CELLS, [1, 2, 3], HEADS, OPTIMIZERS, losses_for(0), ["sequence", "last"]]
# Add cases until each pair of values of any two settings occurs.
CASES += [(*case, 4) for case in covering([case[:-1] for case in CASES], AXES)[len(CASES) :]]


def make_experiment(*case, **settings):
    """Return the experiment of a case, with these settings changed."""
    names = ("cell", "layers", "head", "optimizer", "loss", "mode", "batch")
    of_case = dict(zip(names, case, strict=True))
    units = K if of_case["head"] == "none" else 4
    return Experiment().set(**of_case, U=units, epochs=EPOCHS, lr=0.02, seed=7).set(**settings)


def data(n=N):
    """Return a dataset of n random training samples and 3 validation samples."""
    return fake_dataset(n=n + 3, t=T, f=F, k=K, train=n)


def keras_model(experiment, mode):
    """Return a mode's Keras model. It runs eagerly, since compiling takes seconds."""
    model, training = experiment.model, experiment.training
    cell = getattr(keras.layers, CELLS[model.cell].keras)
    layers = [keras.Input((T, F))]
    layers += [cell(model.units, return_sequences=True) for _ in range(model.layers - 1)]
    layers += [cell(model.units, return_sequences=mode == "sequence")]
    if model.head == "dense":
        layers += [keras.layers.Dense(K)]
    sequential = keras.Sequential(layers)
    optimizer = getattr(keras.optimizers, OPTIMIZERS[training.optimizer].keras)
    optimizer, loss = optimizer(training.learning_rate), LOSSES[training.loss].keras
    sequential.compile(optimizer, loss, run_eagerly=True)
    sequential.set_weights(initial_model_weights(experiment, F, K))
    return sequential


def assert_close(ours, expected):
    """Assert that the largest difference is below 1e-5 of the largest expected value."""
    assert ours.shape == expected.shape
    assert np.abs(ours - expected).max() < 1e-5 * np.abs(expected).max()


def train(experiment, dataset):
    """Train to the end with compiled programs, and return the trainer."""
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
    """Return the compiled program of an architecture, which all tests share."""
    return engine.Program(key)


def test_some_cases_end_an_epoch_with_a_smaller_batch():
    """In the other cases, all batches have the same size."""
    assert {N % min(case[-1], N) == 0 for case in CASES} == {True, False}


def bucket_for(exact):
    """Return an architecture whose sizes are larger. It holds few samples."""
    targets = K + 1 if exact.code.head == "dense" else exact.units + 2
    batch = exact.batch + 2
    return Architecture(exact.code, exact.units + 2, T + 3, F + 1, targets, max(8, batch), batch)


def initial_state(in_program, experiment):
    """Return the initial state of a model in an exact or a larger program."""
    weights, key = initial_model_weights(experiment, F, K), architecture_of(experiment, N, T, F, K)
    return in_program.load([weights], key, experiment.training)


@pytest.mark.parametrize("begins_in", rest_weekly(["exact", "bucket"]))
@pytest.mark.parametrize("case", rest_weekly(CASES, 5), ids=lambda case: "-".join(map(str, case)))
def test_losses_and_weights_equal_those_of_train_on_batch(case, begins_in):
    """Losses before each update and weights after two epochs equal Keras's.

    With "exact", the exact program trains both epochs. With "bucket", a larger program
    trains the first epoch.
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

    exact = architecture_of(experiment, N, T, F, K)
    ours, first = program(exact), program(exact if begins_in == "exact" else bucket_for(exact))
    state = initial_state(first, experiment)
    arrays = training_arrays(experiment, dataset, mode)
    samples = first.samples(arrays)
    ends = [0, *range(1, order.steps + 1, first.most_steps(exact)), order.steps]
    losses = [first.train(state, samples, batches[a:b, None])[:, 0] for a, b in pairwise(ends)]

    trained = first.weights(state, with_optimizer=True)
    state = ours.load(trained, exact, experiment.training, step=state.step)
    samples = ours.samples(arrays)
    losses.append(ours.train(state, samples, batches[order.steps :, None])[:, 0])
    assert_close(np.concatenate(losses), np.array(expected))
    for weights, keras_weights in zip(ours.weights(state)[0], model.get_weights(), strict=True):
        assert_close(weights, keras_weights)
    parts = outputs_in_parts(experiment, ours.weights(state)[0], dataset.x)
    outputs = np.concatenate(list(parts))
    assert_close(
        outputs if mode == "sequence" else outputs[:, -1], model.predict(dataset.x, verbose=0)
    )


def test_a_new_loss_needs_a_row_its_errors_and_its_derivative(monkeypatch):
    """Training with a loss that was added to `LOSSES`, `ERRORS` and `_FORMULAS` equals Keras."""
    monkeypatch.setitem(LOSSES, "log_cosh", Choice("Log-cosh", keras="log_cosh"))
    monkeypatch.setitem(ERRORS, "log_cosh", lambda wrong: np.log(np.cosh(wrong)))
    formula = {"log_cosh": lambda wrong: (tf.math.log(tf.cosh(wrong)), tf.tanh(wrong))}
    monkeypatch.setattr(engine, "_FORMULAS", engine._FORMULAS | formula)
    monkeypatch.setattr(engine, "_codes", {})  # Earlier programs were traced without the loss.
    program.cache_clear()
    experiment, dataset = make_experiment("lstm", 1, "dense", "adam", "log_cosh", "last", N), data()
    model = keras_model(experiment, "last")
    steps = [model.train_on_batch(dataset.x[:N], dataset.y[:N, -1]) for _ in range(EPOCHS)]
    result = train(experiment, dataset).results()[0]["last"]
    assert_close(result.loss, np.array(steps))
    evaluated = model.evaluate(dataset.x[N:], dataset.y[N:, -1], verbose=0)
    assert_close(result.validation_loss[-1:], np.array([evaluated]))


@cache
def stopped_by_keras(experiment, mode):
    """Run `fit` with early stopping on the same batches. Return model, callback and history."""
    training, dataset = experiment.training, data()
    target = dataset.y if mode == "sequence" else dataset.y[:, -1]
    model = keras_model(experiment, mode)
    optimizer, loss = model.optimizer, LOSSES[training.loss].keras
    model.compile(optimizer, loss, jit_compile=False)  # For many epochs, this is faster than eager.
    order = BatchOrder(N, training.batch_size, experiment.seed)

    def batches():
        while True:
            rows = order.take(1)[0]
            yield dataset.x[rows[rows >= 0]], target[rows[rows >= 0]]

    patience = training.patience if training.keep == "stop" else training.epochs
    stopping = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    validation = dataset.x[N:], target[N:]
    sizes = {"steps_per_epoch": order.steps, "epochs": training.epochs}
    options = {"validation_data": validation, "callbacks": [stopping], "verbose": 0}
    history = model.fit(batches(), shuffle=False, **sizes, **options)
    return model, stopping, history


@pytest.mark.parametrize("begins_in", ["exact", "bucket"])
@pytest.mark.parametrize(("keep", "modes"), [("best", "last"), ("stop", "both")])
def test_the_kept_epoch_equals_that_of_keras_early_stopping(keep, modes, begins_in):
    """The best epoch, the last epoch and the weights equal those of `fit`.

    A run that starts in the program of a size bucket changes programs in the third epoch.
    """
    experiment = make_experiment("gru", 1, "dense", "adam", "mse", modes, 5).set(
        keep=keep, patience=4, epochs=30, lr=0.03
    )
    dataset = data()
    trainer = PairTrainer(experiment, dataset)
    trainer.evaluate()
    exact = architecture_of(experiment, N, T, F, K)
    if begins_in == "bucket":
        trainer.load(program(bucket_for(exact)))
        middle = 2 * trainer.batches.steps + 1
        while trainer.step < middle:
            trainer.advance(0.05, middle)
        assert not trainer.at_epoch_end
    trainer.load(program(exact))
    goal = experiment.training.epochs * trainer.batches.steps
    while trainer.step < goal and not trainer.stopped:
        trainer.advance(0.05, goal)
    trainer.evaluate()  # A busy machine may not have evaluated the last epoch.
    trainer.keep_best()
    kept_epochs, lengths = set(), set()
    for mode, result in trainer.results()[0].items():
        model, stopping, history = stopped_by_keras(experiment, mode)
        assert result.kept_epoch == stopping.best_epoch + 1
        assert len(result.loss) == len(history.history["loss"])
        assert_close(result.loss, np.array(history.history["loss"]))
        assert_close(result.validation_loss[1:], np.array(history.history["val_loss"]))
        assert result.final_validation_loss == pytest.approx(stopping.best, rel=1e-5)
        for weights, keras_weights in zip(result.weights, model.get_weights(), strict=True):
            assert_close(weights, keras_weights)
        expected = model.predict(dataset.x[N:], verbose=0)
        ours = result.predictions if mode == "sequence" else result.predictions[:, -1]
        assert_close(ours, expected)
        kept_epochs.add(result.kept_epoch)
        lengths.add(len(result.loss))
    assert len(kept_epochs) == len(experiment.model.modes)  # The modes keep different epochs.
    assert 1 < min(kept_epochs) <= max(kept_epochs) < 30
    assert lengths == {30} if keep == "best" else max(lengths) < 30


def test_results_do_not_depend_on_the_length_of_turns():
    """A run repeats bit for bit, however few steps the worker trains at a time."""
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


def test_a_program_trains_any_settings_of_its_size():
    """The program of a size bucket also trains smaller models."""
    experiment = make_experiment("lstm", 1, "dense", "adam", "mse", "both", 4)
    exact = architecture_of(experiment, N, T, F, K)
    for same in ({"mode": "last"}, {"lr": 0.5}, {"seed": 3}, {"epochs": 9}, {"optimizer": "sgd"}):
        assert architecture_of(experiment.set(**same), N, T, F, K) == exact
    bucket = bucket_for(exact)
    assert bucket.holds(exact)
    assert bucket.holds(architecture_of(experiment.set(loss="mae", seeds=8), 5000, T, F, K))
    for other in ({"cell": "gru"}, {"layers": 2}, {"U": 7}, {"batch": 7}):
        assert not bucket.holds(architecture_of(experiment.set(**other), N, T, F, K))
    assert not bucket.holds(architecture_of(experiment, N, T + 4, F, K))


def test_size_buckets_hold_the_usual_sizes():
    """Buckets hold over 98% of these models with one layer, and over half with 2 or 3 layers."""
    for cell, layers in product(CELLS, (1, 2, 3)):
        code = Code(cell, layers, "dense")
        sizes = product(range(1, 65), (1, 8, 12, 24, 32, 48, 64), (1, 3, 4, 8), (1, 4))
        keys = [Architecture(code, *each, 512, 32) for each in sizes]
        near = [key for key in keys if any(b.holds(key) and b.is_near(key) for b in SIZE_BUCKETS)]
        assert len(near) > (0.98 if layers == 1 else 0.5) * len(keys)


@pytest.mark.parametrize(
    ("cell", "mode", "batch"),
    [("lstm", "both", 4), ("gru", "sequence", 5), ("simple_rnn", "last", 1)],
)
def test_seeds_trained_together_equal_each_seed_alone(cell, mode, batch):
    """Three seeds in one program give the same results as each seed in its own run."""
    experiment = make_experiment(cell, 1, "dense", "adam", "mse", mode, batch).set(seeds=3)
    dataset = data()
    assert architecture_of(experiment, N, T, F, K).threads == min(2, int(machine.cores()))
    together = train(experiment, dataset).results()
    assert len(together) == 3
    for each, seed in zip(experiment.each_seed, together, strict=True):
        assert each.seeds == 1
        for name, alone in train(each, dataset).results()[0].items():
            assert_close(seed[name].loss, alone.loss)
            assert_close(seed[name].validation_loss, alone.validation_loss)
            for one, other in zip(seed[name].weights, alone.weights, strict=True):
                assert_close(one, other)
    assert np.abs(together[0][name].loss - together[1][name].loss).max() > 1e-3
