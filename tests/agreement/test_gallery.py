"""Every claim of the gallery holds: for the recorded runs, and weekly for newly trained runs.

The tests compute the numbers with NumPy from trained weights, from the raw targets, or with Keras.
"""

import re

import keras
import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset
from lib.recurrence import forward
from lib.results import ERROR
from lib.results.compared import corrected
from lib.results.run import Status
from lib.shapes import Damage, Leak
from lib.story import GALLERY, TALK, experiments_of
from lib.training.recorded import answers_of, read_recording, recorded
from tests.record import train_leak
from tests.waiting import PATIENCE
from tests.weekly import rest_weekly

TOLERANCE = 0.5
"""Relative tolerance of errors: another machine rounds differently."""
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


PERCENT = r"([\d.]+)%"


def claimed(name, pattern=r"\d+\.\d+(?:e-\d+)?", part="title"):
    """Return the numbers in a card's title, or another part, that match: by default decimals."""
    text = getattr(GALLERY[name], part).translate(POWERS).replace("\u202f×\u202f10", "e")
    return [float(number.replace(",", "")) for number in re.findall(pattern, text)]


def assert_ratio(name, larger, smaller):
    """Check that a card's title has the ratio of two medians, and its text both medians."""
    ratio = np.median(larger) / np.median(smaller)
    assert claimed(name, r"([\d,]+) times") == [pytest.approx(ratio, rel=TOLERANCE)]
    assert sorted(claimed(name, part="text")) == medians(smaller, larger)


class CardRun:
    """A run of a card, and the errors of its models at the last step."""

    def __init__(self, experiment, snapshot):
        self.experiment, self.snapshot = experiment, snapshot
        self.dataset = make_dataset(experiment)
        self.target = self.dataset.y[self.dataset.evaluated].astype(np.float64)

    def outputs(self, mode):
        """Return the outputs for evaluated samples by seed, (R, n, T, K), without activation."""
        x, mask = self.dataset.x, self.dataset.model_mask(self.experiment)
        x, mask = (a if a is None else a[self.dataset.evaluated] for a in (x, mask))
        models = [seed[mode].weights or () for seed in self.snapshot.seeds]
        pooling = self.experiment.model.pooling_of(mode)
        each = (forward(self.experiment, own, x, mask, pooling=pooling) for own in models)
        return np.stack([outputs for _, outputs in each])

    def errors(self, mode, scale=1.0):
        """Return the mean squared error of a mode at the last step, by seed (R,)."""
        wrong = (self.outputs(mode) - self.target)[:, :, -1]
        return ((scale * wrong) ** 2).mean(axis=(1, 2))

    def right(self, mode, step=-1):
        """Return the percentage of right labels at a step by seed, (R,); of the last real label."""
        outputs, y = self.outputs(mode)[:, :, step], self.dataset.last_y[self.dataset.evaluated]
        if step != -1:
            y = self.target[:, step]
        if y.shape[-1] == 1:  # two classes: one logit
            return 100 * ((outputs > 0) == y).mean(axis=(1, 2))
        return 100 * (outputs.argmax(axis=-1) == y.argmax(axis=-1)).mean(axis=1)

    def rmse(self, mode):
        """Return the root mean squared error at the last step in the raw unit, by seed (R,)."""
        scale = self.dataset.target_scale
        return np.sqrt(self.errors(mode, 1.0 if scale is None else scale))


@pytest.fixture(params=["recorded", pytest.param("trained", marks=pytest.mark.weekly)])
def find(request):
    """Return a function that returns a card's runs with all their seeds."""

    def train(experiment):
        client = request.getfixturevalue("client")
        return client.wait(client.start(experiment, make_dataset(experiment)), PATIENCE)

    run = train if request.param == "trained" else recorded

    def find_runs(name):
        return [CardRun(each, run(each)) for each in experiments_of(GALLERY[name]).values()]

    return find_runs


def medians(*values, rel=TOLERANCE):
    """Return the median of each array, as a list that compares equal within a tolerance."""
    return pytest.approx([float(np.median(each)) for each in values], rel=rel)


@pytest.mark.parametrize("find", rest_weekly(["recorded", "trained"]), indirect=True)
def test_parity_needs_targets_at_every_step(find):
    """Sequence mode learns parity in every seed. Last-step mode is worse than the mean."""
    (run,) = find("parity")
    sequence, last = run.errors("sequence"), run.errors("last")
    assert (sequence < 0.001).all()
    assert (last > run.target[:, -1].var()).all()
    assert_ratio("parity", last, sequence)


def test_adding_reverses_the_result(find):
    """In every seed, the error of last-step mode is less than a fifth of sequence mode's."""
    (run,) = find("adding")
    sequence, last = run.errors("sequence"), run.errors("last")
    assert (last < sequence / 5).all()
    assert_ratio("adding", sequence, last)


def test_attention_wins_recall_and_loses_adding(find):
    """Over eight seeds, with Holm's correction for three tasks, majority sign decides nothing."""
    runs = find("pooled")
    errors = [(run.errors("last"), run.errors("pooled")) for run in runs]
    found = [ERROR.compare(*each) for each in errors]
    p_values = corrected([each.p_value for each in found])
    assert [each.seeds for each in found] == [8, 8, 8]
    assert [p_value < 0.05 for p_value in p_values] == [True, True, False]
    assert [each.better for each in found[:2]] == [1, 0]
    (last, pooled), adding, majority = errors
    ratio = np.median(last) / np.median(pooled)
    assert claimed("pooled", r"([\d,]+) times") == [pytest.approx(ratio, rel=TOLERANCE)]
    assert (last > runs[0].target[:, -1].var()).all()
    assert claimed("pooled", part="text") == medians(pooled, last, *adding[::-1], *majority[::-1])


def test_one_baseline_has_two_losses():
    """The mean of the training targets has one loss over all steps, another at the last step."""
    (experiment,) = experiments_of(GALLERY["losses"]).values()
    dataset = make_dataset(experiment)
    y = dataset.y[: dataset.train].astype(np.float64)
    mean = dataset.baseline[: dataset.train].astype(np.float64)
    assert len(np.unique(mean, axis=0)) == 1  # All samples have the same baseline.
    assert claimed("losses") == pytest.approx([((y - mean) ** 2).mean(), y[:, -1].var()], rel=0.03)


def test_recorded_answers_of_keras_have_the_claimed_numbers():
    """test_recorded_answers compares the recorded answers with Keras."""
    same, reach = answers_of("running_mean")["modes"][-1][1], answers_of("recall_first")["reach"]
    assert claimed("proof") == [same["difference"]]
    (_, norms), *_ = reach
    assert claimed("recall") == pytest.approx([norms["sequence"][0] / norms["last"][0]], rel=0.02)


def test_an_lstm_keeps_the_mean_of_fifty_steps_better_than_a_simple_rnn(find):
    """The largest error of an LSTM is less than a quarter of the smallest of a SimpleRNN."""
    lstm, simple = (run.errors("last") for run in find("cells"))
    assert lstm.max() < simple.min() / 4
    assert_ratio("cells", simple, lstm)


def test_a_model_can_output_scaled_targets(find):
    """Each error is below 5, for targets of 105 to 208. The claimed loss is in scaled units."""
    (run,) = find("scaled")
    assert max(run.rmse("sequence").max(), run.rmse("last").max()) < 5
    assert claimed("scaled") == medians(run.snapshot.by_seed("sequence", "step_mse").mean(axis=1))


def test_forecasts_of_countries_are_better_with_eleven_targets(find):
    """In each seed, the error of sequence mode, in years, is smaller."""
    (run,) = find("gapminder")
    sequence, last = run.rmse("sequence"), run.rmse("last")
    assert run.dataset.shape[:2] == (142, 11)
    assert (sequence < last).all()
    assert claimed("gapminder") == medians(sequence, last, rel=0.15)


def test_both_modes_barely_beat_linear_autoregression_on_seattles_weather(find):
    """Both modes have smaller errors in each seed than a least-squares fit to training windows."""
    (run,) = find("seattle")
    dataset = run.dataset
    windows = dataset.x.reshape(len(dataset.x), -1).astype(np.float64)
    inputs = np.column_stack([windows, np.ones(len(windows))])
    target, train_part = dataset.raw(dataset.y, slice(None))[:, -1, 0], slice(dataset.train)
    weights, *_ = np.linalg.lstsq(inputs[train_part], target[train_part], rcond=None)
    baseline = np.sqrt(((inputs @ weights - target)[dataset.evaluated] ** 2).mean())
    assert max(run.rmse("sequence").max(), run.rmse("last").max()) < baseline
    assert claimed("seattle") == medians(run.rmse("last"), baseline, rel=0.05)


def test_most_digits_are_known_before_the_last_row(find):
    """Each seed has over 88% right after row 5. Last-step mode is better, but only at row 8."""
    (run,) = find("digits")
    rows, last = [run.right("sequence", row) for row in range(8)], run.right("last")
    assert rows[4].min() > 88
    assert (last > rows[7]).all()
    assert claimed("digits", PERCENT) == medians(rows[5], rel=0.03)
    early = run.right("last", 5)
    assert claimed("digits", PERCENT, "text") == medians(early, last, rows[7], rel=0.1)
    options = TALK["digits"].asks[0].options
    voted = [float(each) for option in options for each in re.findall(PERCENT, option.why)]
    assert voted == medians(*(rows[number - 1] for number in (2, 5, 6, 5, 8)), rel=0.05)
    assert np.median(rows[3]) < 90 < np.median(rows[4])


def test_tags_at_every_step_help(find):
    """In every seed, sequence mode has more right tags at the last step. Both read 240 texts."""
    (run,) = find("tags")
    sequence, last = run.right("sequence"), run.right("last")
    assert (sequence > last).all()
    assert run.dataset.train == claimed("tags", r"(\d+) texts", "text")[0]
    assert claimed("tags", PERCENT) == medians(sequence, last, rel=0.05)


def test_padding_at_the_end_without_a_mask_hides_the_sequence(find):
    """Without a mask, each seed is near the baseline. Keras's mask keeps the state."""
    runs = find("padded")
    masked, unmasked, before = (run.right("last") for run in runs)
    assert unmasked.max() < 60
    assert min(masked.min(), before.min()) > 95
    assert claimed("padded", PERCENT) == medians(unmasked, masked, rel=0.05)
    assert claimed("padded", PERCENT, "text") == medians(before, rel=0.02)
    lengths = runs[0].dataset.mask.sum(axis=1)
    assert claimed("padded", r"to (\d+) padded", "text") == [lengths.max() - lengths.min()]


def test_no_lstm_gets_below_the_lowest_loss(find):
    """The lowest loss is that of Keras's layer with every gate open: its outputs are maximal."""
    (run,) = find("raw")
    x, y = run.dataset.x, run.dataset.y
    layer = keras.layers.LSTM(4, return_sequences=True)
    layer.build((None, *x.shape[1:]))
    kernel, recurrent, bias = layer.get_weights()
    layer.set_weights([kernel * 0, recurrent * 0, bias * 0 + 50])
    loss, most = keras.losses.MeanSquaredError(), layer(x)
    floor, last = float(loss(y, most)), float(loss(y[:, -1], most[:, -1]))
    assert 26_000 < floor < last
    assert "above 26,000" in GALLERY["raw"].title
    losses = run.snapshot.by_seed("sequence", "final_loss")
    assert (losses > floor - 0.1).all()
    assert np.median(losses) == pytest.approx(floor, rel=0.01)


def test_a_silent_broadcast_learns_the_mean():
    """The recorded predictions have the claimed errors. test_target_damage trains them again."""
    damage = read_recording("flat", Damage)
    wrong, right = (damage.predictions[side] - damage.truth for side in ("wrong", "right"))
    errors = [(wrong**2).mean(), (right**2).mean()]
    numbers = claimed("broadcast", r"(?:MSE is|not) ([\de-]+)", "text")
    assert claimed("broadcast", r"([\d,]+) times") == pytest.approx(
        [errors[0] / errors[1]], rel=0.05
    )
    assert numbers == pytest.approx(errors, rel=0.05)
    assert np.abs(damage.predictions["wrong"]).max() < 0.2


@pytest.mark.parametrize("live", [False, pytest.param(True, marks=pytest.mark.weekly)])
def test_bidirectional_reads_the_target(live):
    """Bidirectional's error is small at every step except the last, whose target it can't read."""
    leak = train_leak() if live else read_recording("leak", Leak)
    one_way, both_ways = leak.one_way, leak.both_ways
    assert (one_way > 0.9).all()
    assert both_ways[:-1].max() < 0.1
    assert both_ways[-1] > 0.9
    assert claimed("leak") == medians(both_ways[:-1].mean())


def test_four_units_do_not_hold_twelve_values(find):
    """In both modes, each seed has over 70% of the baseline's error. The title has medians."""
    (run,) = find("beyond")
    baseline = run.target[:, -1].var()
    assert min(run.errors("sequence").min(), run.errors("last").min()) > 0.7 * baseline
    assert claimed("beyond") == medians(run.rmse("sequence"), baseline**0.5, rel=0.05)


def test_a_learning_rate_of_one_diverges(find):
    """The loss of last-step mode starts at 126,000, and the run ends with NaN or infinity."""
    (run,) = find("diverged")
    assert run.experiment.training.learning_rate == 1
    snapshot = run.snapshot
    assert snapshot.status is Status.DIVERGED
    assert snapshot.reason.startswith("The last-step model's loss")
    assert f"NaN or infinite in epoch {snapshot.epoch + 1}" in snapshot.reason
    losses = snapshot.results["last"].loss
    assert losses[0] == pytest.approx(126_000, rel=0.05)
    assert losses[-1] > 1e6 * losses[0]
