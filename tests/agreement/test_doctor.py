"""The doctor's verdicts are what Keras does, and its explanations fit Keras's own messages.

CASES go through what `fit` does with a loss: `compute_loss` in a graph whose batch size is known
only if it divides the samples, batch by batch, and the mean over samples. Some of them go through
`fit` itself as well, and so do the usual mistakes with a real LSTM. One class alone is an
exception with a test of its own: the loss is the intended one there, 0, and the verdict "silent".
"""

import math
import warnings
from collections import Counter
from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lib.doctor import diagnose_target
from lib.doctor.loss_shapes import RULES, loss_rule
from lib.errors import explain_error


def values(shape, loss, rng, classes=None):
    """Random numbers that a loss can use: chances, directions with a sign, or class numbers."""
    if classes is not None:
        return rng.integers(0, classes, shape)
    numbers = rng.uniform(0.1, 0.9, shape).astype("float32")
    return numbers * rng.choice([-1, 1], shape).astype("float32") if "cosine" in loss else numbers


def data(output, target, loss, seed=0):
    """An output and a target of these shapes."""
    rng = np.random.default_rng(seed)
    labels = loss_rule(loss, output, target).labels
    classes = output[-1] if len(output) > 1 else 1
    return values(output, loss, rng), values(target, loss, rng, classes if labels else None)


def loss_in_graph(y_pred, y, loss, batch_size):
    """The loss that an epoch of `fit` reports, or the exception that it raises."""
    model = keras.Sequential([keras.Input((1,))])
    model.compile(loss=loss)
    known = batch_size if len(y) % batch_size == 0 else None
    specs = [tf.TensorSpec((known, *a.shape[1:]), a.dtype) for a in (y, y_pred)]

    @tf.function(input_signature=specs, autograph=False)
    def step(y, y_pred):
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = model.compute_loss(y=y, y_pred=y_pred)
        return value, tape.gradient(value, y_pred)

    total = 0.0
    try:
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            total += float(step(y[part], y_pred[part])[0]) * len(y[part])
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        return error
    return total / len(y)


def intended_loss(y_pred, y, loss, batch_size):
    """The loss for y in the output's own shape; None where it can't take that shape."""
    rule = loss_rule(loss, y_pred.shape, y.shape)
    if rule.labels and y_pred.ndim == 1:
        return None
    meant = (*y_pred.shape[:-1], 1) if rule.labels else y_pred.shape
    if [len(y), *(n for n in y.shape[1:] if n > 1)] != [meant[0], *(n for n in meant[1:] if n > 1)]:
        return None
    function, y, total = keras.losses.get(rule.name), y.reshape(meant), 0.0
    for start in range(0, len(y), batch_size):
        part = slice(start, start + batch_size)
        total += float(np.mean(function(y[part], y_pred[part]))) * len(y[part])
    return total / len(y)


def verdict_of(happened, meant):
    """What the doctor should have said."""
    if isinstance(happened, Exception):
        return "error"
    return (
        "correct" if meant is not None and math.isclose(happened, meant, rel_tol=2e-5) else "silent"
    )


def random_case(rng):
    """Shapes full of coincidences (N = T, batch = T, axes of 1), a loss, and a batch size."""
    n, t, k = int(rng.integers(1, 7)), int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 3]))
    pool = [1, n, t, k, int(rng.integers(1, 5))]
    ranks = rng.choice([1, 2, 2, 3, 3, 3, 4], 2)
    output, target = ((n, *map(int, rng.choice(pool, rank - 1))) for rank in ranks)
    if len(output) == 3:
        output = (n, t, k)
    if rng.random() < 0.3:
        target = output[: len(target)] + target[len(output) :]
    loss = str(rng.choice([*RULES, *["mean_squared_error"] * 8, "crossentropy"]))
    return output, target, loss, int(rng.choice([1, 2, 3, 4, n, t, 32]))


CASES, SHARE, FITTED = 1600, 8, 64
"""How many cases there are, in how many parts, and how many of them go through `fit` as well."""


@cache
def random_cases(count):
    """Distinct ones, always the same."""
    rng, cases = np.random.default_rng(0), {}
    while len(cases) < count:
        output, target, loss, batch_size = random_case(rng)
        # Left out: the share of one class is always 1 and costs nothing, however it is paired, so
        # that the verdict can't be seen in a number (a test below has such cases). And with no axis
        # but the samples "crossentropy" may trip over its own choice of a loss, with a TypeError.
        samples_only = len(output) == 1
        categorical = "categorical_" in loss_rule(loss, output, target).name
        unseen = categorical and (samples_only or output[-1] == 1)
        if not unseen and not (samples_only and loss == "crossentropy"):
            cases[output, target, loss, batch_size] = None
    return list(cases)


def test_the_cases_have_all_that_shapes_can_have():
    """Ranks 1 to 4, N = T, axes of 1, every loss, batches with and without a remainder."""
    cases = random_cases(CASES)
    assert len(cases) == CASES >= 1500
    assert {len(output) for output, *_ in cases} == {len(target) for _, target, *_ in cases}
    assert {len(output) for output, *_ in cases} == {1, 2, 3, 4}
    assert sum(len(output) == 3 and output[0] == output[1] > 1 for output, *_ in cases) > 50
    assert sum(1 in target[1:] for _, target, *_ in cases) > 200
    remainders = Counter(output[0] % size > 0 for output, _, _, size in cases)
    assert min(remainders[True], remainders[False]) > 200
    losses = Counter(loss_rule(loss, output, target).name for output, target, loss, _ in cases)
    assert set(losses) == set(RULES)
    assert min(losses.values()) > 10


def seen_in_keras(output, target, loss, batch_size, seed=0):
    """The verdict that Keras's loss, or its exception, amounts to; and which of them it was."""
    y_pred, y = data(output, target, loss, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Keras's, about a single class
        happened = loss_in_graph(y_pred, y, loss, batch_size)
        meant = intended_loss(y_pred, y, loss, batch_size)
    return verdict_of(happened, meant), happened


@pytest.mark.parametrize("part", range(SHARE))
def test_verdicts_on_random_shapes_are_what_keras_does(part):
    """Raises, or gives the intended loss, or another one."""
    verdicts = set()
    for case in random_cases(CASES)[part::SHARE]:
        told = diagnose_target(*case)
        verdict, happened = seen_in_keras(*case)
        if verdict == "correct" != told.verdict:  # two losses may be equal by chance, but not twice
            verdict, happened = seen_in_keras(*case, seed=1)
        assert told.verdict == verdict, (case, happened, told)
        if told.verdict == "error" and told.loss == "mean_squared_error":
            assert told.keras_says in str(happened), case
        verdicts.add(told.verdict)
    assert verdicts == {"correct", "silent", "error"}


def test_verdicts_on_random_shapes_are_what_fit_does():
    """Some of the same cases, the whole way: a model that gives back what it gets."""
    verdicts = Counter()
    for case in random_cases(CASES)[:: CASES // FITTED]:
        output, target, loss, batch_size = case
        y_pred, y = data(output, target, loss)
        model = keras.Sequential([keras.Input(output[1:]), layers.Activation("linear")])
        model.compile("sgd", loss)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's, about a single class and no weights to train
            happened = fitted(model, y_pred, y, batch_size)
            meant = intended_loss(y_pred, y, loss, batch_size)
        told = diagnose_target(*case)
        assert told.verdict == verdict_of(happened, meant), (case, happened, meant, told)
        verdicts[told.verdict] += 1
    assert min(verdicts[name] for name in ("correct", "silent", "error")) > 5


@pytest.mark.parametrize(
    ("output", "target", "loss"),
    [
        ((6, 1), (6, 1), "categorical_crossentropy"),
        ((6, 1), (6,), "categorical_crossentropy"),
        ((6, 4, 1), (6, 4, 1), "categorical_crossentropy"),
        ((6, 1), (6, 1), "categorical_focal_crossentropy"),
        ((6, 1), (6,), "categorical_focal_crossentropy"),
        ((6, 1), (6, 1), "sparse_categorical_crossentropy"),
        ((6, 1), (6,), "sparse_categorical_crossentropy"),
        ((6, 4, 1), (6, 4, 1), "sparse_categorical_crossentropy"),
    ],
)
def test_over_one_class_the_loss_is_nothing_for_any_output_and_the_doctor_says_so(
    output, target, loss
):
    """Which no comparison with the loss that was meant would show: that one is nothing too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Keras's, about a single class
        losses = [loss_in_graph(*data(output, target, loss, seed), loss, 4) for seed in range(3)]
    assert losses == pytest.approx([0, 0, 0], abs=1e-6)
    assert diagnose_target(output, target, loss, 4).verdict == "silent"


def recurrent_model(output):
    """An LSTM model with that output, without the samples, on 12 steps or as many as it has."""
    sequences = len(output) == 3
    steps = output[1] if sequences else 12
    return keras.Sequential(
        [keras.Input((steps, 2)), layers.LSTM(output[-1], return_sequences=sequences)]
    )


@pytest.mark.parametrize(
    ("output", "target", "loss", "batch_size"),
    [
        ((9, 5, 3), (9, 5, 3), "mse", 4),
        ((9, 5, 1), (9, 5), "mse", 4),
        ((9, 1), (9,), "mae", 4),
        ((9, 5, 3), (9, 3), "mse", 4),
        ((10, 5, 3), (10, 3), "mse", 5),  # batches of T
        ((11, 5, 3), (11, 3), "mse", 5),  # batches of T, and a last one of 1
        ((12, 5, 3), (12, 3), "huber", 5),  # batches of T, and a last one of 2
        ((12, 5, 3), (12, 3), "msle", 5),
        ((9, 5, 3), (9, 4, 3), "msle", 4),  # where the message names the output first
        ((9, 5, 3), (9, 4, 3), "huber", 4),
        ((9, 5, 3), (9, 4, 3), "log_cosh", 4),
        ((9, 5, 3), (9, 4, 3), "mse", 4),
        ((3, 5, 3), (3, 3), "mse", 1),
        ((9, 5, 1), (9, 1), "mse", 4),
        ((9, 5, 1), (9,), "mse", 4),
        ((9, 5, 3), (9, 1, 3), "mse", 4),
        ((9, 1), (9, 12, 1), "mse", 4),
        ((9, 3), (9, 1), "log_cosh", 4),
        ((9, 3), (9, 12, 3), "mse", 4),
        ((2, 2, 4), (2, 4), "mean_squared_error", 32),  # the worked example, swapped
        ((9, 5, 3), (8, 5, 3), "mse", 4),
        ((9, 5, 1), (9, 1), "sparse_categorical_crossentropy", 4),  # time taken for the classes
        ((9, 5, 3), (9, 3), "binary_crossentropy", 4),
    ],
)
def test_verdicts_are_what_fit_does_with_an_lstm(output, target, loss, batch_size):
    """The whole way: data adapter, batches, forward pass, loss, gradient, report."""
    rng = np.random.default_rng(0)
    model = recurrent_model(output)
    x = rng.normal(0, 1, (output[0], *model.input_shape[1:])).astype("float32")
    y = values(target, loss, rng, 1 if "sparse" in loss else None)
    model.compile(keras.optimizers.SGD(0.0), loss)  # it learns nothing, so the loss can be checked
    y_pred = model.predict(x, verbose=0)
    told = diagnose_target(output, target, loss, batch_size)
    happened = fitted(model, x, y, batch_size)
    assert told.verdict == verdict_of(happened, intended_loss(y_pred, y, loss, batch_size))
    if told.verdict == "error":
        assert told.keras_says in str(happened)


def fitted(model, x, y, batch_size):
    """The loss of an epoch of `fit`, or the exception that it raises."""
    try:
        return model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0).history["loss"][0]
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        return error


@pytest.mark.parametrize("part", range(2))
def test_a_fix_run_as_code_gives_the_shapes_it_promises_and_the_intended_loss(part):
    """The line for y is executed, the lines for the model build one, and Keras judges the two."""
    fixed = 0
    for output, target, loss, batch_size in random_cases(120)[part::2]:
        _, y = data(output, target, loss)
        for fix in diagnose_target(output, target, loss, batch_size).fixes[:2]:
            names = {"np": np, "keras": keras, "y": y}
            exec(fix.y, names)  # noqa: S102 - the code that the doctor hands out
            assert names["y"].shape == fix.target_shape
            if fix.model and "compile" not in fix.model:
                assert built_from(fix, output) == fix.output_shape[1:]
            y_pred, _ = data(fix.output_shape, fix.target_shape, fix.loss)
            happened = loss_in_graph(y_pred, names["y"], fix.loss, batch_size)
            meant = intended_loss(y_pred, names["y"], fix.loss, batch_size)
            assert verdict_of(happened, meant) == "correct", (output, target, loss, fix)
            fixed += 1
    assert fixed > 20


def built_from(fix, output):
    """The output shape, without samples, of a model with the fix's lines in it."""
    steps = next((s[1] for s in (output, fix.output_shape) if len(s) == 3), 12)
    lines = fix.model.splitlines()
    if not lines[0].startswith("LSTM"):
        lines.insert(0, f"LSTM(units, return_sequences={len(output) == 3})")
    names = {"LSTM": layers.LSTM, "Dense": layers.Dense, "units": output[-1]}
    names["outputs"] = keras.Input((steps, 2))
    for line in lines:
        code = line if line.startswith("outputs") else f"outputs = {line}(outputs)"
        exec(code, names)  # noqa: S102 - the code that the doctor hands out
    return names["outputs"].shape[1:]


def test_every_name_that_keras_takes_for_a_loss_means_the_same_here():
    """All that `keras.losses.get` takes, but for the base class and losses that pair nothing."""
    short = {"mse", "mae", "mape", "msle", "bce", "kld", "logcosh", "xyz"}
    names = short | {name.upper() for name in short} | set(dir(keras.losses))
    theirs = {}
    for name in names - {"Loss", "CTC", "ctc", "Circle", "circle", "get", "serialize"}:
        try:
            found = keras.losses.get(name)
        except ValueError:
            continue
        name_there = getattr(found, "name", None) or found.__name__
        theirs[name] = name_there.removesuffix("_loss")  # the class Huber calls itself huber_loss
    ours = {name: rule.name for rule in RULES.values() for name in (rule.name, *rule.aliases)}
    assert ours == theirs


X, Y = np.zeros((8, 5, 2), "float32"), np.zeros((8, 5, 1), "float32")


def compiled(*parts, loss="mse"):
    """A Sequential model that is ready for `fit`."""
    model = keras.Sequential(parts)
    model.compile("sgd", loss)
    return model


def sequences(loss="mse"):
    """Five steps of two features in, five steps of one column out."""
    return compiled(
        keras.Input((5, 2)), layers.LSTM(4, return_sequences=True), layers.Dense(1), loss=loss
    )


def recurrent(output, loss):
    """Five steps of two features in, an LSTM's output of that shape out."""
    lstm = layers.LSTM(output[-1], return_sequences=len(output) == 2)
    return compiled(keras.Input((5, 2)), lstm, loss=loss)


def stateful(kind=layers.LSTM):
    """For batches of 4."""
    return compiled(keras.Input(batch_shape=(4, 5, 2)), kind(3, stateful=True), layers.Dense(1))


def states():
    """The output of an LSTM with its states."""
    return layers.LSTM(4, return_state=True)(keras.Input((5, 2)))


def decoder(units):
    """A decoder that starts from the states of an encoder with 4 units."""
    x = inputs = keras.Input((5, 2))
    x, *states = layers.LSTM(4, return_state=True)(x)
    x = layers.LSTM(units)(layers.RepeatVector(3)(x), initial_state=states)
    return keras.Model(inputs, x)


def starting(below, kind=layers.LSTM):
    """A layer that starts from what the layer `below` gives besides its first output."""
    inputs = keras.Input((5, 2))
    _, *states = below(inputs)
    if kind is not layers.LSTM:
        states = states[0]
    return keras.Model(inputs, kind(4)(inputs, initial_state=states))


def started(kind, shape):
    """What a layer of 3 units makes of two samples, from states of that shape."""
    states = [np.zeros(shape, "float32")] * (2 if kind is layers.LSTM else 1)
    return kind(3)(X[:2], initial_state=[keras.ops.convert_to_tensor(state) for state in states])


def unpacked(count, layer):
    """What a layer returns, which has to be that many tensors."""
    names = {"returned": layer(keras.Input((5, 2)))}
    exec(f"{'_, ' * count} = returned", names)  # noqa: S102 - the mistake, in Python's own words


class Sequences(layers.Layer):
    """An output, and twice the sequence where the states should be."""

    def __init__(self, units):
        super().__init__()
        self.layer = layers.LSTM(units, return_sequences=True)

    def call(self, x):
        """(N, T, F) → three times (N, T, U)."""
        return [self.layer(x)] * 3


MISTAKES = {
    "flat data": (lambda: layers.LSTM(4)(keras.Input((5,))), "(None, 5)", "=True"),
    "stacked without sequences": (
        lambda: keras.Sequential([keras.Input((5, 2)), layers.LSTM(4), layers.LSTM(4)]),
        "(None, 4): there is no time axis",
        "LSTM(units, return_sequences=True)",
    ),
    "batch in the Input": (
        lambda: layers.LSTM(4)(keras.Input((8, 5, 2))),
        "(None, 8, 5, 2)",
        "keras.Input((5, 2))",
    ),
    "Embedding of features": (
        lambda: keras.Sequential([keras.Input((5, 3)), layers.Embedding(9, 4), layers.LSTM(3)]),
        "or a layer below adds an axis, as an Embedding does",
        "keras.Input((timesteps,))",
    ),
    "TimeDistributed around a recurrent layer": (
        lambda: layers.TimeDistributed(layers.LSTM(3))(keras.Input((5, 2))),
        "TimeDistributed hands the recurrent layer one timestep after the other",
        "LSTM(units, return_sequences=True)  # without",
    ),
    "batch_input_shape": (
        lambda: layers.LSTM(4, batch_input_shape=(8, 5, 2)),
        "LSTM has no batch_input_shape",
        "keras.Input(batch_shape=(8, 5, 2))",
    ),
    "time_major": (lambda: layers.GRU(4, time_major=True), "GRU has no time_major", "swapaxes"),
    "input_length": (lambda: layers.LSTM(4, input_length=5), "no input_length", "keras.Input("),
    "misspelt": (
        lambda: layers.LSTM(4, return_sequence=True),
        "LSTM has no return_sequence.",
        "Write return_sequences.",
    ),
    "Bidirectional without a recurrent layer": (
        lambda: layers.Bidirectional(layers.Dense(2)),
        "go_backwards is an argument of LSTM, GRU and SimpleRNN, not of Dense",
        "Bidirectional(LSTM(units))",
    ),
    "return_sequences beside the layer inside": (
        lambda: layers.Bidirectional(layers.LSTM(2), return_sequences=True),
        "return_sequences is an argument of LSTM, GRU and SimpleRNN, not of Bidirectional",
        "Bidirectional(LSTM(units, return_sequences=…))",
    ),
    **{
        f"{name} of {kind.__name__}": (
            lambda kind=kind, given=given, name=name, value=value: kind(given, **{name: value}),
            f"{name} is an argument of {takers}, not of {kind.__name__}",
            code,
        )
        for kind, given, name, value, takers, code in (
            (layers.Dense, 3, "return_sequences", True, "LSTM, GRU and SimpleRNN", "LSTM(units, r"),
            (
                layers.TimeDistributed,
                layers.Dense(3),
                "return_sequences",
                True,
                "LSTM, GRU and SimpleRNN",
                "LSTM(units, return_sequences=…)",
            ),
            (layers.RepeatVector, 3, "units", 2, "LSTM, GRU, SimpleRNN and Dense", "LSTM(units=…)"),
            (layers.Flatten, None, "stateful", True, "LSTM, GRU and SimpleRNN", "stateful=…"),
            (layers.LSTM, 3, "merge_mode", "sum", "Bidirectional", "(LSTM(units), merge_mode=…)"),
            (layers.GRU, 3, "unit_forget_bias", True, "LSTM", "LSTM(units, unit_forget_bias=…)"),
        )
    },
    "misspelt where nothing like it is taken": (
        lambda: layers.Dense(4, return_sequence=True),
        "Dense has no return_sequence in Keras 3.",
        "help(Dense)",
    ),
    "stateful without a batch size": (
        lambda: keras.Sequential([keras.Input((5, 2)), layers.LSTM(4, stateful=True)]),
        "one state per sample",
        "batch_shape=",
    ),
    "stateful with a remainder": (
        lambda: stateful().fit(X[:6], Y[:6, 0], batch_size=4, verbose=0),
        "A batch of 2 met something that was made for 4",
        "len(x) // 4 * 4",
    ),
    "stateful GRU with a remainder": (
        lambda: stateful(layers.GRU).fit(X[:6], Y[:6, 0], batch_size=4, verbose=0),
        "A batch of 2 met something that was made for 4",
        "shuffle=False",
    ),
    "stateful with another batch size": (
        lambda: stateful().predict(X[:1], verbose=0),
        "batches of 4; it got one of 1",
        "set_weights",
    ),
    "reset_states": (
        lambda: stateful().reset_states(),
        "Sequential has no reset_states",
        "layer.reset_state()",
    ),
    "TimeDistributed after the last step": (
        lambda: layers.TimeDistributed(layers.Dense(1))(layers.LSTM(4)(keras.Input((5, 2)))),
        "(None, 4) has none",
        "return_sequences=True",
    ),
    "RepeatVector after sequences": (
        lambda: layers.RepeatVector(3)(keras.Input((5, 4))),
        "(None, 5, 4)",
        "return_sequences=False",
    ),
    "states into Dense": (lambda: layers.Dense(1)(states()), "3 tensors", "out, h, c ="),
    "one sample": (lambda: sequences().predict(X[0], verbose=0), "(5, 2)", "predict(x[None])"),
    "time and features swapped": (
        lambda: sequences().predict(np.swapaxes(X, 1, 2), verbose=0),
        "made for 2 features and the data has 5",
        "np.transpose(x, (0, 2, 1))",
    ),
    "swapped in a layer": (
        lambda: [layer(data) for layer in [layers.LSTM(4)] for data in (X, np.swapaxes(X, 1, 2))],
        "made for 2 features and the data has 5",
        "np.transpose(x, (0, 2, 1))",
    ),
    "Flatten of open time": (
        lambda: layers.Dense(1)(layers.Flatten()(keras.Input((None, 2)))),
        "the number of timesteps, and that is None",
        "keras.Input((timesteps",
    ),
    "open features": (
        lambda: layers.LSTM(4)(keras.Input((5, None))),
        "number of features isn't known",
        "keras.Input((None, features))",
    ),
    "Model(input=, output=)": (
        lambda: keras.Model(input=keras.Input((5, 2)), output=keras.Input((5, 2))),
        "inputs and outputs",
        "keras.Model(inputs=…, outputs=…)",
    ),
    "nested lists": (
        lambda: sequences().fit(X.tolist(), Y.tolist(), verbose=0),
        "list",
        "np.asarray",
    ),
    "ragged": (
        lambda: sequences().fit(np.array([[1], [1, 2]], dtype=object), Y[:2], verbose=0),
        "different lengths",
        "pad_sequences",
    ),
    "other numbers of samples": (
        lambda: sequences().fit(X, Y[:7], verbose=0),
        "x has 8 samples and y has 7",
        "same windows",
    ),
    "no time axis in y": (
        lambda: compiled(keras.Input((5, 2)), layers.LSTM(3, return_sequences=True)).fit(
            X, np.zeros((8, 3)), batch_size=6, verbose=0
        ),
        "the output has a time axis and y has none",
        "Return the last step only. Else give y an answer for each timestep.\nLSTM(units, ret",
    ),
    "no time axis in the output, one column in y": (
        lambda: compiled(keras.Input((5, 2)), layers.LSTM(2)).fit(X, Y, verbose=0),
        "Keras dropped y's last axis, of 1, and 5 timesteps met 2 columns of the output",
        "return_sequences=True)\nDense(1)",
    ),
    "no time axis in y, one column in the output": (
        lambda: sequences().fit(X, np.zeros((8, 2)), verbose=0),
        "Keras dropped the output's last axis, of 1, and 5 timesteps met 2 columns of y",
        "return_sequences=False)\nDense(2)",
    ),
    "the same of whole numbers, and a loss that names the output first": (
        lambda: sequences("huber").fit(X, np.zeros((8, 2), int), verbose=0),
        "Keras dropped the output's last axis, of 1, and 5 timesteps met 2 columns of y",
        "return_sequences=False)\nDense(2)",
    ),
    "other columns": (
        lambda: compiled(keras.Input((5, 2)), layers.LSTM(3)).fit(X, np.zeros((8, 4)), verbose=0),
        "different columns",
        "Dense(4)",
    ),
    "other timesteps": (
        lambda: sequences().fit(X, np.zeros((8, 6, 1)), verbose=0),
        "different timesteps",
        "same timesteps",
    ),
    **{
        f"{loss} cross-entropy of {output} and {target}": (
            lambda loss=loss, output=output, target=target: recurrent(
                output, f"{loss}_crossentropy"
            ).fit(X, np.zeros((8, *target)), verbose=0),
            "Cross-entropy wants y in the shape of the output",
            fix,
        )
        for loss, output, target, fix in (
            ("binary", (5, 1), (), "return_sequences=False)\ny = y[:, None]"),
            ("binary", (5, 1), (1,), "return_sequences=False)  # the output is (N, 5, 1)"),
            ("binary", (5, 1), (5, 2), "y has.\nDense(2)"),
            ("binary", (1,), (5, 1), "return_sequences=True)  # y is (N, 5) or (N, 5, 1)"),
            ("categorical", (5, 4), (4,), "step only.\nLSTM(units, return_sequences=False)"),
            ("categorical", (4,), (5, 4), "return every step.\nLSTM(units, return_sequences=True"),
            ("categorical", (4,), (5, 1), "return_sequences=True)  # y is (N, 5, 1)"),
            ("categorical", (5, 4), (5,), "take the sparse loss. If it is binary"),
            ("categorical", (5, 4), (5, 1), "take the sparse loss. If it is binary"),
            ("categorical", (4,), (), "take the sparse loss. If it is binary"),
            ("categorical", (4,), (1,), "sparse_categorical"),
            ("categorical", (5, 4), (6, 4), "y[:, :steps]"),
            ("categorical", (5, 4), (), 'False)\nmodel.compile(optimizer, loss="sparse'),
            ("categorical", (5, 4), (3,), "return_sequences=False)\nDense(3)"),
            ("categorical", (4,), (1, 4), "take it out.\ny = y[:, 0]"),
            ("categorical", (4,), (1, 3), "y = y[:, 0]\nDense(3)"),
            ("binary", (4,), (1, 4), "take it out.\ny = y[:, 0]"),
        )
    },
    "sparse labels per sample": (
        lambda: sequences("sparse_categorical_crossentropy").fit(X, np.zeros((8, 4)), verbose=0),
        "y is (None, 4)",
        "return_sequences=False",
    ),
    "states of another size": (
        lambda: decoder(8).predict(X, verbose=0),
        "has 8 units and starts from states of 4",
        "return_state=True",
    ),
    **{
        f"states of another size, at once, of {kind.__name__}": (
            lambda kind=kind: started(kind, (2, 4)),
            "has 3 units and starts from states of 4",
            "return_state=True",
        )
        for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN)
    },
    **{
        f"states of other samples, of {kind.__name__}": (
            lambda kind=kind: started(kind, (4, 3)),
            "The layer got 2 samples and states of 4",
            "the same samples",
        )
        for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN)
    },
    "the state of another kind": (
        lambda: starting(layers.GRU(4, return_state=True)).predict(X, verbose=0),
        "The LSTM got fewer initial states",
        "out, h, c =",
    ),
    **{
        f"a sequence as the state of {kind.__name__}": (
            lambda kind=kind: starting(Sequences(4), kind).predict(X, verbose=0),
            f"The {kind.__name__} starts from (8, 5, 4), a whole sequence",
            "return_state=True",
        )
        for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN)
    },
    "unpacked one tensor": (
        lambda: list(layers.LSTM(4)(keras.Input((5, 2)))),
        "One tensor was unpacked",
        "out, h, c =",
    ),
    **{
        f"{kind.__name__} without units": (
            kind,
            f"{kind.__name__} has to know how many units",
            f"{kind.__name__}(16)",
        )
        for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN)
    },
    "two names for an LSTM's three": (
        lambda: unpacked(2, layers.LSTM(4, return_state=True)),
        "2 values were to be unpacked",
        "*states",
    ),
    "three names for a GRU's two": (
        lambda: unpacked(3, layers.GRU(4, return_state=True)),
        "3 values were to be unpacked, and 2 came",
        "*states",
    ),
    "three names for Bidirectional's five": (
        lambda: unpacked(3, layers.Bidirectional(layers.LSTM(4, return_state=True))),
        "in Bidirectional they are 5 and 3",
        "*states",
    ),
    "flat data into a convolution": (
        lambda: layers.Conv1D(3, 2)(keras.Input((5,))),
        "(None, 5): there is no time axis",
        "x[..., None]",
    ),
    "logits of other columns": (
        lambda: tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 3)), np.zeros((8, 4))),
        "the output is [8,4], y [8,3]",
        "Dense(3)",
    ),
    "logits of every step": (
        lambda: tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 4)), np.zeros((8, 5, 4))),
        "the output is [40,4], y [8,4]",
        "return_sequences=False)  # y is (N, K)",
    ),
    "binary cross-entropy of every step": (  # in which the output comes first
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(np.zeros((8, 1)), np.zeros((8, 5, 1))),
        "(8, 5, 1) with (8, 1)",
        "y has none: return the last step only.\nLSTM(units, return_sequences=False)",
    ),
    "cuDNN": (lambda: layers.LSTM(4, use_cudnn=True)(X), "use_cudnn=True", '"auto"'),
}
"""A mistake, and parts of the cause and of the fix that are told for it."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_keras_own_message_is_understood(mistake):
    """The mistake is made, and what Keras then says is explained with its numbers."""
    make, cause, fix = MISTAKES[mistake]
    errors = (
        ValueError,
        AttributeError,
        IndexError,
        NotImplementedError,
        TypeError,
        tf.errors.InvalidArgumentError,
    )
    with pytest.raises(errors) as caught:
        make()
    told = explain_error(str(caught.value))
    assert cause in told.cause
    assert fix in f"{told.fix}\n{told.code}"
