"""Skill: errors compared with pandas, and predictions by target row."""

import numpy as np
import pytest

from lib.data.datasets.registry import DATASETS, make_dataset, settle, suggested
from lib.experiment import Experiment
from lib.recurrence import forward, model
from lib.recurrence.cells import unroll
from lib.results import baselines
from lib.results.baselines import (
    best_possible,
    by_row,
    predict,
    skill_of_seeds,
)
from lib.shapes.output import BLOCKS, bias_shapes
from tests.unit import own_data
from tests.unit.pictures import EXPERIMENT, a_dataset


def by_hand(frame, dataset, part):
    """Return the sorted frame, and each sample's row of the last target, from the sample's name."""
    frame = frame.sort_values(["store", "date"]).reset_index(drop=True)
    row_of = {(row.store, row.date): i for i, row in enumerate(frame.itertuples())}
    rows = []
    for i in range(len(dataset.x))[part]:
        store, _, dates = dataset.sample_name(i).partition(", ")
        end = dates.split(" (")[0].split(" to ")[1]
        rows.append(row_of[store, end] + 1)
    return frame, np.array(rows)


@pytest.mark.parametrize("part", ["evaluated", "test"])
def test_errors_of_a_baseline_equal_those_computed_by_pandas(part):
    """This compares the MAE, RMSE and MASE of last week's value per store."""
    experiment, dataset, weights = own_data.sales(test=20)
    result = skill_of_seeds(experiment, dataset, (weights,), part)
    of_part = (
        dataset.evaluated if part == "evaluated" else slice(len(dataset.x) - dataset.test, None)
    )
    frame, rows = by_hand(own_data.panel(), dataset, of_part)
    change = frame.groupby("store")["sales"].diff(7).to_numpy()
    week = next(score for score in result.baseline_scores if score.name == "seasonal")
    assert week.label == "value 7 days before"
    assert week.mae[0] == pytest.approx(np.abs(change[rows]).mean(), rel=1e-5)
    assert week.rmse[0] == pytest.approx(np.sqrt((change[rows] ** 2).mean()), rel=1e-5)
    # Training rows are the first days of each store, up to the last target of a training sample.
    _, known = by_hand(own_data.panel(), dataset, slice(dataset.train))
    changes = np.abs(change[(frame["date"] <= frame["date"][known].max())])
    assert week.mase[0] == pytest.approx(week.mae[0] / np.nanmean(changes), rel=1e-4)


@pytest.mark.parametrize("settings", [{"form": "change"}, {"horizon": 3}])
def test_errors_of_a_model_are_in_the_targets_unit(settings):
    """A raw prediction is the output in the targets' scale, plus the base of a change."""
    experiment, dataset, weights = own_data.sales(**settings)
    result = skill_of_seeds(experiment, dataset, (weights,))
    samples = np.arange(len(dataset.x))[dataset.evaluated]
    frame, rows = by_hand(own_data.panel(), dataset, dataset.evaluated)
    values, ahead = frame["sales"].to_numpy(), settings.get("horizon", 1)
    scale, offset = dataset.target_scale, dataset.target_offset
    for score in result.models:
        output = forward(experiment, weights[score.name], dataset.x[samples])[1][:, -1, 0]
        predicted = output * scale[0] + offset[0]
        predicted += values[rows - 1] if settings.get("form") else 0
        errors = predicted - values[rows - 1 + ahead]
        assert score.rmse[0] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-4)
        assert score.mae[0] == pytest.approx(np.abs(errors).mean(), rel=1e-4)


def test_skill_is_relative_to_the_best_baseline_of_each_target():
    """Each target has its own best baseline, whose skill is 0."""
    rng = np.random.default_rng(0)
    frame = own_data.load(6)
    frame["walk"] = rng.normal(size=len(frame)).cumsum()
    table = own_data.table(frame, "hour")
    names = ("load", "walk")
    experiment, dataset, weights = own_data.cut(table, ("walk",), names, horizon=24)
    result = skill_of_seeds(experiment, dataset, (weights,))
    best = [result.baselines(target)[0] for target in range(2)]
    assert best[0].name == "seasonal"
    assert best[1].name != "seasonal"
    for target in range(2):
        assert result.skill(best[target], target) == 0
        for score in (*result.models, *result.baseline_scores):
            share = score.rmse[target] / best[target].rmse[target]
            assert share >= 1 or score in result.models
            assert result.skill(score, target) == pytest.approx(100 - 100 * share)


def test_only_every_kth_of_too_many_samples_is_evaluated(monkeypatch):
    """Models and baselines are evaluated on the same samples, for example every third.

    k is 8 instead of 7 if the season is seven days, because every seventh day is the same weekday.
    """
    prepared = own_data.sales()
    whole = predict(*prepared)
    cost = len(whole.samples) * baselines.cost(prepared[2], 6)
    monkeypatch.setattr(baselines, "BUDGET", cost / 6.5)
    assert predict(*prepared).every == 8
    monkeypatch.setattr(baselines, "BUDGET", cost / 2.5)
    monkeypatch.setattr(model, "MAX_NUMBERS", 1000)
    thin = predict(*prepared)
    assert thin.every == 3
    assert thin.samples.tolist() == whole.samples[::3].tolist()
    np.testing.assert_allclose(thin.last["last"], whole.last["last"][::3], rtol=1e-5)
    np.testing.assert_allclose(thin.steps, whole.steps[::3], rtol=1e-5)


def test_predictions_are_collected_by_target_row():
    """The smallest and largest predictions of sequence mode for a row equal those of a loop."""
    experiment, dataset, weights = own_data.sales(horizon=2, stride=2)
    outputs = predict(experiment, dataset, weights)
    result = by_row(dataset, outputs, 0, 1)
    steps, last, targets = {}, {}, {}  # by target row
    for place, sample in enumerate(outputs.samples):
        start = dataset.origin.starts[sample]
        if dataset.origin.series[start] != 1:
            continue
        raw = dataset.raw(outputs.steps[place], int(sample))[:, 0]
        for t in range(6):
            steps.setdefault(start + t + 2, []).append(raw[t])
        last[start + 7] = dataset.raw(outputs.last["last"][place], int(sample), last=True)[0]
        targets[start + 7] = dataset.raw(dataset.y[sample], int(sample))[-1, 0]
    assert result.rows.tolist() == sorted(steps)
    assert result.most == max(map(len, steps.values())) == 3
    low, high = result.steps
    np.testing.assert_allclose(low, [min(steps[row]) for row in result.rows], rtol=1e-5)
    np.testing.assert_allclose(high, [max(steps[row]) for row in result.rows], rtol=1e-5)
    ends = np.array([row in last for row in result.rows])
    assert np.isnan(result.last["last"][~ends]).all()
    rows = result.rows[ends]
    np.testing.assert_allclose(result.last["last"][ends], [last[r] for r in rows], 1e-5)
    np.testing.assert_allclose(result.targets[ends], [targets[r] for r in rows], 1e-5)


def test_without_weights_only_baselines_are_evaluated():
    """Baselines need no training of a model."""
    experiment, dataset, _ = own_data.sales()
    result = skill_of_seeds(experiment, dataset, ({},))
    assert not result.models
    assert {one.name for one in result.baseline_scores} == {
        "last",
        "seasonal",
        "drift",
        "mean",
        "linear",
    }


def test_the_errors_of_several_seeds_are_medians():
    """An RMSE is the root of the median MSE. Baselines have no seeds."""
    experiment, dataset, weights = own_data.sales()
    seeds = tuple(
        {mode: tuple(array * factor for array in arrays) for mode, arrays in weights.items()}
        for factor in (1, 3, 2, 0)
    )
    tables = [skill_of_seeds(experiment, dataset, (each,)) for each in seeds]
    table = skill_of_seeds(experiment, dataset, seeds)
    for k, median in enumerate(table.models):
        models = [each.models[k] for each in tables]
        assert median.mae == pytest.approx(np.median([each.mae for each in models], axis=0))
        assert median.mase == pytest.approx(np.median([each.mase for each in models], axis=0))
        errors = np.median([each.rmse**2 for each in models], axis=0)
        assert median.rmse == pytest.approx(np.sqrt(errors))
    assert table.baseline_scores[0].mae == tables[0].baseline_scores[0].mae


HEADLESS = EXPERIMENT.set(head="none", U=1)
FLOOR = "this layer's floor"


@pytest.mark.parametrize(
    ("cell", "sequence", "last"),
    [("lstm", 26109.24, 26692.69), ("gru", 26067.50, 26681.50), ("simple_rnn", 26067.50, 26681.50)],
)
def test_the_raw_worked_example_has_a_smallest_possible_loss(cell, sequence, last):
    """An LSTM's outputs stay below tanh(1) and tanh(2), other cells' outputs below 1."""
    experiment = settle(Experiment().set(data="worked_raw", cell=cell))
    best = best_possible(experiment, make_dataset(experiment))
    assert best.mse.mean() == pytest.approx(sequence, abs=0.005)
    assert best.mse[-1] == pytest.approx(last, abs=0.005)
    assert best.label == FLOOR
    assert "outputs stay within ±" in best.why
    assert "so a target of 208 is out of reach." in best.why


@pytest.mark.parametrize(
    ("cell", "block"), [("lstm", (50, 50, 50, 50)), ("gru", (-50, 0, 50)), ("simple_rnn", (50,))]
)
def test_a_layer_with_open_gates_reaches_the_floor(cell, block):
    """For targets of 5, the floor is the error of the layer's largest possible outputs."""
    dataset = a_dataset(t=6, y=np.full((8, 6, 1), 5, np.float32))
    weights = [np.zeros((3, BLOCKS[cell])), np.zeros((1, BLOCKS[cell])), np.zeros(0)]
    weights[2] = np.resize(np.array([*block, *[0] * len(block)]), bias_shapes(cell, 1)[0])
    hidden = unroll(cell, weights, dataset.x).hidden
    wrong = ((hidden - dataset.y)[dataset.evaluated] ** 2).mean(axis=(0, 2))
    best = best_possible(HEADLESS.set(cell=cell), dataset)
    np.testing.assert_allclose(best.mse, wrong, rtol=1e-6)


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"upload", "worked_raw"}))
def test_with_a_dense_head_the_best_possible_error_depends_only_on_the_data(name):
    """A Dense layer can scale the outputs to any size, so the layer adds no floor."""
    experiment = suggested(name).set(cell="gru")
    dataset = make_dataset(experiment)
    best = best_possible(experiment, dataset)
    assert (best is None) == (dataset.best_mse is None)
    if best:
        assert best.mse is dataset.best_mse
        assert (best.label, best.why) == ("best possible", dataset.best_why)


@pytest.mark.parametrize(("known", "label"), [(0.5, FLOOR), (4.0, "best possible")])
def test_the_larger_of_noise_and_floor_counts_at_each_step(known, label):
    """If the layer's floor is above the data's known error, the reason is the floor's."""
    more = {"best_mse": np.array([4, 4, 4, known]), "best_why": "Noise."}
    dataset = a_dataset(y=np.full((8, 4, 1), 2, np.float32), **more)
    best = best_possible(HEADLESS.set(cell="gru"), dataset)
    assert best.mse.tolist() == [4, 4, 4, max(known, 1)]
    assert best.label == label
    assert ("±1 at step 1 and ±1 at step" in best.why) == (label == FLOOR)


def test_a_floor_below_rounding_errors_is_0():
    """An LSTM's bound is 1 - 1e-10 at step 12, so targets of 1 are in reach."""
    experiment = settle(Experiment().set(data="parity", head="none", U=1, T=12))
    best = best_possible(experiment, make_dataset(experiment))
    assert best.mse[0] > 0.05
    assert best.mse[-1] == 0
    assert best_possible(HEADLESS, a_dataset(y=np.full((8, 4, 1), 0.5, np.float32))) is None
