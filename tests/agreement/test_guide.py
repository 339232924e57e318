"""What the lesson claims, question by question, and with which numbers: asked of Keras.

A new question has its check in CHECKS: a function that fails where the right option isn't right.
"""

import keras
import numpy as np
import pytest
from keras import layers

from lib.data.datasets.registry import make_dataset, suggested
from lib.recurrence import unroll
from lib.recurrence.cells import LayerPass
from lib.shapes.doctor import read_question
from lib.shapes.doctor.damage import MISTAKES
from lib.shapes.stack.code import keras_code
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import read_text
from lib.shapes.stack.tracing import trace
from lib.story import GUIDE
from lib.training.recorded import recorded
from lib.ui import views
from lib.ui.stage import WATCHED

N = 3


def noise(*shape):
    """Numbers to put in, the same each time."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def sizes(step):
    """A step's T, F and U."""
    return (int(GUIDE[step].query[key][-1]) for key in "TFU")


def layer_of(step, kind=layers.LSTM, **options):
    """A layer of a step's size, and what it reads."""
    timesteps, features, units = sizes(step)
    return kind(units, **options), noise(N, timesteps, features)


def with_weights_of(layer, other, x):
    """The outputs of another layer with the weights of one that has run."""
    other(x)
    other.set_weights(layer.get_weights())
    return np.asarray(other(x))


def said(step, ask):
    """A question's right option."""
    asked = GUIDE[step].asks[ask]
    return asked.options[asked.right]


def state_is_the_output():
    """A SimpleRNN goes on from h alone: from its output its next step is the same."""
    layer, x = layer_of("cell", layers.SimpleRNN, return_sequences=True)
    every = np.asarray(layer(x))
    rest = np.asarray(layer(x[:, 1:], initial_state=every[:, 0]))
    assert np.array_equal(rest, every[:, 1:])
    assert every.shape == (N, 3, 2)


def all_are_computed():
    """False is the last row of True, and depends on every step before it."""
    layer, x = layer_of("switch")
    last = np.asarray(layer(x))
    every = with_weights_of(layer, layers.LSTM(layer.units, return_sequences=True), x)
    assert np.array_equal(last, every[:, -1])
    for step in range(x.shape[1] - 1):
        other = x.copy()
        other[:, step] += 1
        assert not np.allclose(layer(other), last, atol=1e-6)


def every_step_has_a_row():
    """(N, 7, 5)."""
    layer, x = layer_of("shapes", return_sequences=True)
    assert said("shapes", 0).text == f"(N, {', '.join(map(str, layer(x).shape[1:]))})"


def the_default_has_no_time():
    """(N, 5)."""
    layer, x = layer_of("shapes")
    assert said("shapes", 1).text == f"(N, {layer(x).shape[1]})"


def parameters_stay():
    """As many for T = 14, and the number that the option says."""
    layer, x = layer_of("shapes")
    layer(x)
    assert layer.count_params() == 160
    assert "160" in said("shapes", 2).why
    layer(np.concatenate([x, x], axis=1))


def trains_silently():
    """Keras's fit takes y (N, 1) for (N, T, 1), and its loss is that of y repeated."""
    question = read_question(GUIDE["targets"].query["check"][-1])
    (_, steps, _), y = question.output, noise(8, 1)
    model = keras.Sequential([layers.Input((steps, 2)), layers.LSTM(4, return_sequences=True)])
    model.add(layers.Dense(1))
    model.compile("sgd", "mean_squared_error")
    x = noise(8, steps, 2)
    repeated = np.mean((np.asarray(model(x)) - y[:, None]) ** 2)
    loss = model.fit(x, y, batch_size=8, verbose=0).history["loss"][0]
    assert loss == pytest.approx(repeated, rel=1e-5)
    assert question.diagnose().verdict == "silent"
    assert question.output == MISTAKES["column"].output


def winner(step):
    """Which mode's recorded run is clearly better at the last step, of a step's data."""
    run = recorded(suggested(GUIDE[step].query["data"][-1]))
    errors = {mode: result.final_mse for mode, result in run.results.items()}
    low, high = sorted(errors.values())
    assert low < high / 10, errors
    return min(errors, key=errors.__getitem__)


def hints_win():
    """By far, in each of four seeds, and already at the epoch that the step waits for."""
    assert winner("parity") == "sequence"
    assert said("parity", 0).text.startswith("Sequence")
    run, epoch = recorded(suggested("parity").set(seeds=4)), WATCHED
    assert run.results["sequence"].last_step_mse[epoch] < 0.1
    assert run.results["last"].last_step_mse[epoch] > 1
    assert len(run.seeds) == 4
    assert all(seed["sequence"].final_mse < seed["last"].final_mse / 10 for seed in run.seeds)
    assert "Four recorded seeds" in said("parity", 0).why


def the_last_answer_leads_on():
    """An answer and one more coin make the next answer; both have as many weights and inputs."""
    dataset = make_dataset(suggested("parity"))
    y, coins = dataset.y[:, :, 0], dataset.x[:, :, 0]
    assert np.array_equal(y[:, 1:], y[:, :-1] * coins[:, 1:])


def the_last_step_wins():
    """By far; both learn it."""
    assert winner("adding") == "last"
    assert said("adding", 0).text == "Last-step mode"


def nothing_is_known_at_step_3():
    """The second mark comes later in every sample, and sequence mode is close to the best."""
    dataset = make_dataset(suggested("adding"))
    marks = dataset.x[:, :, dataset.feature_names.index("mark")]
    assert (marks[:, 3:] > 0.5).sum(axis=1).min() >= 1
    run = recorded(suggested("adding"))
    assert run.results["sequence"].step_mse[2] < 1.1 * dataset.best_mse[2]


def a_stack_without_time_raises():
    """Keras says what the option says; the first two mends that are offered make it work."""
    stack = read_text(GUIDE["stacking"].query["stack"][-1])[0]
    for message in ("expected ndim=3, found ndim=2", "at least 3 dimensions"):
        with pytest.raises(ValueError, match=message):
            exec(keras_code(trace(stack)), {})  # noqa: S102  our own code
        stack = fixes(trace(stack))[0].stack
    exec(keras_code(trace(stack)), {})  # noqa: S102  our own code
    assert not fixes(trace(stack))


def a_decoder_returns_all_steps():
    """With False TimeDistributed raises, with True there is an answer at each of 12 steps."""
    vector = layers.RepeatVector(12)(noise(N, 8))
    with pytest.raises(ValueError, match="at least 3 dimensions"):
        layers.TimeDistributed(layers.Dense(1))(layers.LSTM(8)(vector))
    every = layers.LSTM(8, return_sequences=True)(vector)
    assert layers.TimeDistributed(layers.Dense(1))(every).shape == (N, 12, 1)


def a_mask_holds():
    """The last output is that of the last real step, and another one without a mask."""
    layer, x = layer_of("extras")
    mask = np.arange(x.shape[1]) < 3
    mask = np.broadcast_to(mask, x.shape[:2])
    held = np.asarray(layer(x, mask=mask))
    assert np.array_equal(held, np.asarray(layer(x[:, :3])))
    assert not np.allclose(held, layer(x), atol=1e-4)
    assert np.abs(held).min() > 0


def three_come_out():
    """The output, h, which is the same, and c."""
    layer, x = layer_of("extras", return_state=True)
    output, h, c = map(np.asarray, layer(x))
    assert output.shape == h.shape == c.shape == (N, 2)
    assert np.array_equal(output, h)
    assert not np.allclose(c, h)


def backward_differs():
    """In the backward half alone."""
    layer, x = layer_of("extras")
    both = layers.Bidirectional(layer)
    every = layers.Bidirectional(layers.LSTM(layer.units, return_sequences=True))
    end = np.asarray(both(x))
    row = with_weights_of(both, every, x)[:, -1]
    assert np.array_equal(end[:, :2], row[:, :2])
    assert not np.allclose(end[:, 2:], row[:, 2:], atol=1e-4)


def one_label():
    """False gives (N, K); True, and then Dense, (N, T, K)."""
    layer, x = layer_of("extras")
    every = layers.LSTM(4, return_sequences=True)
    assert layers.Dense(1)(layer(x)).shape == (N, 1)
    assert layers.Dense(1)(every(x)).shape == (N, x.shape[1], 1)


def a_label_for_each():
    """True; a vector that is repeated gets the same answer everywhere."""
    one_label()
    layer, x = layer_of("extras")
    answers = np.asarray(layers.Dense(1)(layers.RepeatVector(x.shape[1])(layer(x))))
    assert np.ptp(answers, axis=1).max() < 1e-6


def three_stacked():
    """Only the top one may be False: that raises elsewhere, and True everywhere keeps time."""

    def stacked(*modes):
        out = noise(N, 5, 2)
        for mode in modes:
            out = layers.LSTM(4, return_sequences=mode)(out)
        return tuple(out.shape)

    assert said("choose", 2).text == "True, True, False"
    assert stacked(True, True, False) == (N, 4)
    assert stacked(True, True, True) == (N, 5, 4)
    with pytest.raises(ValueError, match="expected ndim=3"):
        stacked(False, False, False)


CHECKS = {
    "cell": (state_is_the_output,),
    "switch": (all_are_computed,),
    "shapes": (every_step_has_a_row, the_default_has_no_time, parameters_stay),
    "targets": (trains_silently,),
    "parity": (hints_win, the_last_answer_leads_on),
    "adding": (the_last_step_wins, nothing_is_known_at_step_3),
    "stacking": (a_stack_without_time_raises, a_decoder_returns_all_steps),
    "extras": (a_mask_holds, three_come_out, backward_differs),
    "choose": (one_label, a_label_for_each, three_stacked),
}


def test_each_question_has_its_check():
    """Of all steps, no more and no less."""
    assert {name: len(checks) for name, checks in CHECKS.items()} == {
        name: len(scene.asks) for name, scene in GUIDE.items()
    }


@pytest.mark.parametrize("check", [check for checks in CHECKS.values() for check in checks])
def test_the_right_answer_is_right(check):
    """As Keras, or today's recording, says."""
    check()


def test_the_worked_examples_are_out_of_reach_and_scaled_in_reach():
    """The floors are Keras's losses of the best that a state can be, and the recordings near."""
    numbers = views.worked_numbers()
    y, bound = numbers["y"], numbers["bound"]
    best = np.broadcast_to(np.asarray(bound)[:, None], y.shape[1:])[None].repeat(2, axis=0)
    loss = keras.losses.MeanSquaredError()
    floors = {"sequence": loss(y, best), "last": loss(y[:, -1], best[:, -1])}
    for mode, floor in floors.items():
        assert numbers["floors"][mode] == pytest.approx(float(floor), rel=1e-5)
        assert numbers["floors"][mode] < numbers["losses"][mode] < 1.01 * float(floor)
        assert numbers["off"][mode] < 0.5
    layer = layers.LSTM(4, return_sequences=True, kernel_initializer="ones")
    highest = np.asarray(layer(100 * numbers["x"]))
    assert np.allclose(highest, np.asarray(bound)[:, None], atol=1e-6)  # all gates are open


def test_the_numbers_at_a_glance_are_those_of_keras():
    """Masked outputs, final states, and both directions with equal weights agree with Keras."""
    layer, x = layer_of("extras", return_sequences=True, return_state=True)
    layer(x)
    weights = [*layer.get_weights()[:2], noise(8)]
    layer.set_weights(weights)
    of = LayerPass("lstm", weights, x[0], unroll("lstm", weights, x[:1]))
    numbers = views.glance_numbers(of)
    masked = layer(x[:1], mask=numbers["mask"][None])[0]
    assert np.allclose(numbers["masked"], masked[0], atol=1e-6)
    output, h, c = layer(x[:1])
    assert np.allclose(numbers["states"], [output[0, -1], h[0], c[0]], atol=1e-6)
    forward, backward = numbers["forward"], numbers["backward"]
    ends = np.append(forward[-1], backward[0])  # what False returns
    for sequences, expected in ((True, np.hstack([forward, backward])), (False, ends)):
        both = layers.Bidirectional(layers.LSTM(2, return_sequences=sequences))
        both(x[:1])
        both.set_weights([*weights, *weights])
        assert np.allclose(both(x[:1])[0], expected, atol=1e-6)
    assert not np.allclose(backward[0], backward[-1], atol=1e-4)  # even with equal weights
