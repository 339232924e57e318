"""Every claim of the gallery holds: of the recorded runs, and weekly of runs that are trained anew.

The numbers are found with NumPy from trained weights, from the raw targets, or by Keras.
"""

import re

import keras
import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset
from lib.recurrence import forward
from lib.results.run import Status
from lib.shapes import Damage, Leak
from lib.story import GALLERY
from lib.story.scenes import experiments_of
from lib.training.recorded import answers_of, read_recording, recorded
from tests.record import train_leak
from tests.waiting import PATIENCE

ALIKE = 0.5
"""By how much of itself an error may differ on another machine, whose rounding it goes by."""


def said(name):
    """The numbers with decimals in a card's title."""
    found = re.findall(r"\d[\d,]*\.\d+", GALLERY[name].title)
    return [float(number.replace(",", "")) for number in found]


class Found:
    """A card's run: what its models answer at the last step, by mode and seed."""

    def __init__(self, experiment, snapshot):
        self.experiment, self.snapshot = experiment, snapshot
        self.dataset = make_dataset(experiment)
        self.truth = self.dataset.y[self.dataset.evaluated].astype(np.float64)

    def errors(self, mode, scale=1.0):
        """By seed, the mean squared error at the last step, (R,)."""
        x = self.dataset.x[self.dataset.evaluated]
        models = [seed[mode].weights for seed in self.snapshot.seeds]
        answers = np.stack([forward(self.experiment, weights or (), x)[1] for weights in models])
        return ((scale * (answers - self.truth)[:, :, -1]) ** 2).mean(axis=(1, 2))

    def off(self, mode):
        """By seed, the root of that in the raw unit, (R,)."""
        scale = self.dataset.target_scale
        return np.sqrt(self.errors(mode, 1.0 if scale is None else scale))


@pytest.fixture(params=["recorded", pytest.param("trained", marks=pytest.mark.weekly)])
def find(request):
    """Finds the runs that a card is about, with all their seeds."""

    def train(experiment):
        client = request.getfixturevalue("client")
        return client.wait(client.start(experiment, make_dataset(experiment)), PATIENCE)

    run = train if request.param == "trained" else recorded
    return lambda name: [Found(each, run(each)) for each in experiments_of(GALLERY[name])]


def alike(*values, rel=ALIKE):
    """Nearly the medians of these numbers."""
    return pytest.approx([float(np.median(each)) for each in values], rel=rel)


@pytest.mark.parametrize("find", ["recorded", "trained"], indirect=True)
def test_parity_is_learned_from_twelve_hints_alone(find):
    """By every seed; one hint leads to worse than guessing the mean."""
    (run,) = find("parity")
    sequence, last = run.errors("sequence"), run.errors("last")
    assert (sequence < 0.001).all()
    assert (last > run.truth[:, -1].var()).all()
    assert said("parity") == alike(sequence, last)


def test_adding_turns_it_round(find):
    """In every seed, and not by a little."""
    (run,) = find("adding")
    sequence, last = run.errors("sequence"), run.errors("last")
    assert (last < sequence / 5).all()
    assert said("adding") == alike(last, sequence)


def test_one_guess_is_worth_two_numbers():
    """The same mean of the training targets, as the loss over all steps and at the last."""
    (experiment,) = experiments_of(GALLERY["losses"])
    dataset = make_dataset(experiment)
    y = dataset.y[: dataset.train].astype(np.float64)
    mean = dataset.naive[: dataset.train].astype(np.float64)
    assert len(np.unique(mean, axis=0)) == 1  # it looks at no sample
    assert said("losses") == pytest.approx([((y - mean) ** 2).mean(), y[:, -1].var()], rel=0.03)


def test_keras_s_answers_have_the_claims_numbers():
    """As recorded: that Keras says the same today is in test_recorded_answers."""
    same, reach = answers_of("running_mean")["modes"][-1][1], answers_of("recall_first")["reach"]
    assert said("proof") == [same["difference"]]
    (_, norms), *_ = reach
    assert said("recall") == pytest.approx([norms["sequence"][0] / norms["last"][0]], rel=0.02)


def test_a_simple_rnn_loses_the_mean_of_fifty_steps(find):
    """Every LSTM is better than each SimpleRNN, by much."""
    lstm, simple = (run.errors("last") for run in find("cells"))
    assert lstm.max() < simple.min() / 4
    assert said("cells") == alike(lstm, simple)


def test_scaled_targets_are_in_reach(find):
    """Of values from 105 to 208 each model comes within some. The loss is of the scaled ones."""
    (run,) = find("scaled")
    assert max(run.off("sequence").max(), run.off("last").max()) < 5
    assert said("scaled") == alike(run.snapshot.by_seed("sequence", "step_mse").mean(axis=1))


def test_countries_are_foretold_better_with_eleven_hints(find):
    """By each seed, in years."""
    (run,) = find("gapminder")
    sequence, last = run.off("sequence"), run.off("last")
    assert run.dataset.shape[:2] == (142, 11)
    assert (sequence < last).all()
    assert said("gapminder") == alike(sequence, last, rel=0.15)


def test_seattles_weather_is_foretold_hardly_better_than_by_a_line(find):
    """By both modes in each seed; that line is least squares on the windows of training samples."""
    (run,) = find("seattle")
    dataset = run.dataset
    windows = dataset.x.reshape(len(dataset.x), -1).astype(np.float64)
    read = np.column_stack([windows, np.ones(len(windows))])
    target, train_part = dataset.raw(dataset.y, slice(None))[:, -1, 0], slice(dataset.train)
    weights, *_ = np.linalg.lstsq(read[train_part], target[train_part], rcond=None)
    line = np.sqrt(((read @ weights - target)[dataset.evaluated] ** 2).mean())
    assert max(run.off("sequence").max(), run.off("last").max()) < line
    assert said("seattle") == alike(run.off("last"), line, rel=0.05)


def test_no_lstm_gets_below_the_floor(find):
    """Keras's layer with every gate open gives the most that it can, and has these losses."""
    (run,) = find("raw")
    x, y = run.dataset.x, run.dataset.y
    layer = keras.layers.LSTM(4, return_sequences=True)
    layer.build((None, *x.shape[1:]))
    kernel, recurrent, bias = layer.get_weights()
    layer.set_weights([kernel * 0, recurrent * 0, bias * 0 + 50])
    loss, most = keras.losses.MeanSquaredError(), layer(x)
    floor, last = float(loss(y, most)), float(loss(y[:, -1], most[:, -1]))
    assert said("raw") == pytest.approx([floor, last], rel=1e-6)
    losses = run.snapshot.by_seed("sequence", "final_loss")
    assert (losses > floor - 0.1).all()
    assert np.median(losses) == pytest.approx(floor, rel=0.01)


def test_a_silent_broadcast_learns_the_mean():
    """That it is so today is in test_target_damage; here are the numbers from its predictions."""
    damage = read_recording("flat", Damage)
    wrong, right = (damage.predictions[side] - damage.truth for side in ("wrong", "right"))
    numbers = re.findall(r"error (\S+) instead of (\S+)", GALLERY["broadcast"].title)[0]
    assert [*map(float, numbers)] == pytest.approx([(wrong**2).mean(), (right**2).mean()], rel=0.05)
    assert np.abs(damage.predictions["wrong"]).max() < 0.2


@pytest.mark.parametrize("live", [False, pytest.param(True, marks=pytest.mark.weekly)])
def test_bidirectional_reads_the_answer(live):
    """At every step but the last, where it is as wrong as an honest model."""
    leak = train_leak() if live else read_recording("leak", Leak)
    one_way, both_ways = leak.one_way, leak.both_ways
    assert (one_way > 0.9).all()
    assert both_ways[:-1].max() < 0.1
    assert both_ways[-1] > 0.9
    assert said("leak") == alike(both_ways[:-1].mean())


def test_four_units_do_not_hold_twelve_values(find):
    """No seed, in neither mode, gets far below the guess. The claim is in typical errors."""
    (run,) = find("beyond")
    guess = run.truth[:, -1].var()
    assert min(run.errors("sequence").min(), run.errors("last").min()) > 0.7 * guess
    assert said("beyond") == alike(run.off("sequence"), guess**0.5, rel=0.05)


def test_a_learning_rate_of_one_diverges(find):
    """Last-step mode's loss, at first 100,000 and then no number; in which epoch is rounding's."""
    (run,) = find("diverged")
    assert run.experiment.training.learning_rate == 1
    snapshot = run.snapshot
    assert snapshot.status is Status.DIVERGED
    assert snapshot.reason.startswith("The last-step model's loss")
    assert f"NaN or infinite in epoch {snapshot.epoch + 1}" in snapshot.reason
    losses = snapshot.results["last"].loss
    assert losses[0] == pytest.approx(126_000, rel=0.05)
    assert losses[-1] > 1e6 * losses[0]
