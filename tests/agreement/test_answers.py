"""The worker's answers for the Cell page equal the results of Keras and NumPy."""

from functools import partial

import keras
import numpy as np
import pytest

from lib.experiment import CELLS, Experiment
from lib.recurrence import forward, initial_model_weights, unroll, unroll_stack
from lib.recurrence.model import initial_weights
from lib.training import keras_layers
from lib.training.answers import breakings, influence, modes, reach

N, T, F, U = 3, 5, 2, 4
KERAS = {name: getattr(keras.layers, cell.keras) for name, cell in CELLS.items()}


def example(cell, layers=1, head="dense"):
    """Return an experiment, randomly changed initial weights, inputs and targets."""
    experiment = Experiment().set(cell=cell, layers=layers, head=head, U=U, seed=3)
    targets = 2 if head == "dense" else U
    rng = np.random.default_rng(1)
    weights = [
        (w + rng.normal(0, 0.2, w.shape)).astype(np.float32)
        for w in initial_model_weights(experiment, F, targets)
    ]
    x = rng.standard_normal((N, T, F)).astype(np.float32)
    return experiment, weights, x, rng.standard_normal((N, T, targets)).astype(np.float32)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_the_modes_are_one_computation(cell, layers):
    """Last steps and prefixes of the modes are equal exactly. NumPy agrees within 1e-6."""
    experiment, weights, x, _ = example(cell, layers)
    answer = modes(cell, weights[: 3 * layers], x, sample=1)
    assert answer["difference"] == 0.0
    np.testing.assert_array_equal(answer["sequence"][:, -1], answer["last"])
    np.testing.assert_array_equal(answer["prefixes"], answer["whole"])
    np.testing.assert_allclose(answer["whole"], answer["sequence"][1], rtol=0, atol=1e-6)
    trace = forward(experiment, weights, x)[0][-1]
    assert np.abs(trace.hidden - answer["sequence"]).max() < 1e-6


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_cases_that_break_the_equality_have_the_right_differences(cell, layers):
    """Cases that keep the equality have a difference of exactly 0.

    In a stack, the padding's zeros reach the bottom layer, and the mask passes through.
    """
    _, weights, x, _ = example(cell, layers, "none")
    backward = initial_weights(cell, U if layers > 1 else F, U, np.random.default_rng(5))
    answer = breakings(cell, weights, backward, x, padding=3)
    zero = {name for name, value in answer.items() if value == 0.0}
    assert zero == {"bidirectional_rule", "padded", "masked", "masked_moved", "backwards"}
    last = unroll_stack(cell, weights, x)[-1].hidden[:, -1]
    padded = np.pad(x, [(0, 0), (0, 3), (0, 0)])
    moved = unroll_stack(cell, weights, padded)[-1].hidden[:, -1] - last
    assert answer["padded_moved"] == pytest.approx(np.abs(moved).max(), abs=1e-6)
    assert answer["zeroed"] == pytest.approx(np.abs(last).max(), abs=1e-6)
    if layers == 1:  # Only the half of the backward layer differs: it is in reverse order.
        turned = unroll(cell, backward, x, go_backwards=True).hidden
        assert answer["bidirectional"] == pytest.approx(
            np.abs(turned[:, 0] - turned[:, -1]).max(), abs=1e-6
        )


def layers_in_float64(weights, cell, layers, head):
    """Return the model's layers in float64, which return their states, for finite differences."""
    built = []
    for k in range(layers):
        part = weights[3 * k : 3 * k + 3]
        layer = KERAS[cell](U, return_sequences=True, return_state=True, dtype="float64")
        layer.build((None, None, len(part[0])))
        layer.set_weights(part)
        built.append(layer)
    if head == "dense":
        dense = keras.layers.Dense(2, dtype="float64")
        dense.build((None, None, U))
        dense.set_weights(weights[3 * layers :])
        built.append(dense)
    return built


def squared_errors(y, outputs):
    """Return the mean squared errors (…) of outputs (…, K)."""
    return ((outputs - y) ** 2).mean(axis=-1)


def slopes_of(run, at, y, loss=squared_errors):
    """Return finite differences of each sample's loss by mode, shaped like `at`.

    Each number of `at` (N, …) moves a little up and down. All variants run at once, as samples.
    Sequence mode's loss is over all steps, last-step mode's loss is at the last step.
    """
    inputs = at.reshape(len(at), -1)
    nudges = np.concatenate([1e-5 * np.eye(inputs.shape[1]), -1e-5 * np.eye(inputs.shape[1])])
    moved = (inputs + nudges[:, None]).reshape(-1, *at.shape[1:])
    errors = np.asarray(loss(np.tile(y, (len(nudges), 1, 1)), run(moved)))
    slopes = {}
    for mode, losses in (("sequence", errors.mean(axis=1)), ("last", errors[:, -1])):
        up, down = losses.reshape(2, inputs.shape[1], len(at))
        slopes[mode] = ((up - down) / 2e-5).T.reshape(at.shape)
    return slopes


LOSSES = {  # in float64, since the outputs are
    "mse": squared_errors,
    "onehot": partial(keras.losses.categorical_crossentropy, from_logits=True),
    "binary": partial(keras.losses.binary_crossentropy, from_logits=True),
}


@pytest.mark.parametrize(
    ("cell", "loss"), [*((cell, "mse") for cell in CELLS), ("gru", "onehot"), ("lstm", "binary")]
)
def test_gradients_of_states_equal_finite_differences(cell, loss):
    """Gradients with respect to h_t are compared for the losses of both modes."""
    _, weights, x, y = example(cell)
    y = y if loss == "mse" else np.eye(2, dtype=np.float32)[y.argmax(axis=-1)]
    by_mode = y if loss == "mse" else np.stack([y, y])
    answer = reach(cell=cell, weights=weights, x=x, y=by_mode, loss=loss, layer=0)
    layer, dense = layers_in_float64(weights, cell, 1, "dense")
    for t in range(T):
        before, hidden, *others = (np.asarray(part) for part in layer(x[:, : t + 1]))

        def outputs_from(states):
            times = (len(states) // N, 1)
            parts = [np.tile(before[:, :-1], (*times, 1)), states[:, None]]  # noqa: B023
            if t < T - 1:  # noqa: B023  The loop calls the function before t changes.
                start = [states, *(np.tile(other, times) for other in others)]  # noqa: B023
                later = np.tile(x[:, t + 1 :], (*times, 1))  # noqa: B023
                parts.append(np.asarray(layer(later, initial_state=start)[0]))
            return np.asarray(dense(np.concatenate(parts, axis=1)))

        for mode, slopes in slopes_of(outputs_from, hidden, y, LOSSES[loss]).items():
            expected = np.linalg.norm(slopes, axis=1).mean()
            np.testing.assert_allclose(answer[mode][t], expected, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize("cell", CELLS)
def test_inputs_influence_no_earlier_output_unless_bidirectional(cell, head):
    """With Bidirectional, every input influences every output."""
    _, weights, x, _ = example(cell, 2, head)
    rng = np.random.default_rng(7)
    backward = [*initial_weights(cell, F, U, rng), *initial_weights(cell, U, U, rng)]
    one = influence(cell=cell, weights=weights, x=x[0])
    both = influence(cell=cell, weights=weights, x=x[0], backward=backward)
    above = np.triu_indices(T, 1)
    assert not one["map"][above].any()
    assert (one["map"][np.tril_indices(T)] > 0).all()
    assert (both["map"] > 0).all()
    assert one["columns"] == (2 if head == "dense" else U)


def test_influence_equals_finite_differences():
    """Each input of one sample moves up and down, in float64."""
    _, weights, x, _ = example("lstm")
    layer, dense = layers_in_float64(weights, "lstm", 1, "dense")
    slopes = np.zeros((T, 2, T, F))
    for t in range(T):
        for f in range(F):
            nudge = np.zeros((1, T, F))
            nudge[0, t, f] = 1e-5
            up, down = (np.asarray(dense(layer(x[:1] + s * nudge)[0]))[0] for s in (1, -1))
            slopes[:, :, t, f] = (up - down) / 2e-5
    expected = np.sqrt((slopes**2).sum(axis=(1, 3)))
    answer = influence(cell="lstm", weights=weights, x=x[0])["map"]
    np.testing.assert_allclose(answer, expected, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize(
    ("cell", "layers"), [("lstm", 1), pytest.param("gru", 2, marks=pytest.mark.weekly)]
)
def test_traced_answers_equal_eager_answers(cell, layers, monkeypatch):
    """Answers are equal up to rounding, and the same numbers are exactly 0."""
    _, weights, x, y = example(cell, layers)
    part = weights[:3]
    backward = initial_weights(cell, F, U, np.random.default_rng(5))
    upper = initial_weights(cell, U, U, np.random.default_rng(6))
    model = {"cell": cell, "weights": weights}
    questions = {
        "modes": lambda: modes(**model, x=x, sample=1),
        "breakings": lambda: breakings(cell, part, backward, x, padding=3),
        "reach": lambda: reach(**model, x=x, y=y, loss="huber", layer=0),
        "influence": lambda: influence(**model, x=x[0]),
        "both ways": lambda: influence(**model, x=x[0], backward=[*backward, *upper][: 3 * layers]),
    }
    answers = {}
    for kind, most in (("eager", 1_000_000), ("traced", 0)):
        monkeypatch.setattr(keras_layers, "UNTRACED_STEPS", most)
        answers[kind] = {name: question() for name, question in questions.items()}
    keras.tree.map_structure(assert_same, answers["eager"], answers["traced"])


def assert_same(eager, traced):
    """Assert that values are close, and that the same values are exactly 0."""
    np.testing.assert_allclose(traced, eager, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(traced) == 0, np.asarray(eager) == 0)
