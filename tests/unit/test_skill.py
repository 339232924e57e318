"""Skill: errors beside those of pandas, and answers by the rows they are about."""

import numpy as np
import pytest

from lib.data import Score
from lib.recurrence import forward, model
from lib.results import baselines
from lib.results.baselines import SkillTable, answers, by_row, evaluate, median_skill
from tests.unit import own_data


def by_hand(frame, dataset, part):
    """The rows of a part's last targets as pandas finds them: per store, by the samples' names."""
    frame = frame.sort_values(["store", "date"]).reset_index(drop=True)
    at = {(row.store, row.date): i for i, row in enumerate(frame.itertuples())}
    rows = []
    for i in range(len(dataset.x))[part]:
        store, _, rest = dataset.sample_name(i).partition(", ")
        end = rest.split(" (")[0].split(" to ")[1]
        rows.append(at[store, end] + 1)
    return frame, np.array(rows)


@pytest.mark.parametrize("part", ["judged", "test"])
def test_errors_of_a_baseline_are_those_that_pandas_finds(part):
    """Last week's value per store: MAE, RMSE, and MASE by the training rows' change in a week."""
    experiment, dataset, weights = own_data.sales(test=20)
    found = evaluate(dataset, answers(experiment, dataset, weights, part))
    of_part = dataset.judged if part == "judged" else slice(len(dataset.x) - dataset.test, None)
    frame, rows = by_hand(own_data.panel(), dataset, of_part)
    change = frame.groupby("store")["sales"].diff(7).to_numpy()
    week = next(one for one in found.guesses if one.name == "seasonal")
    assert week.label == "the same weekday last week"
    assert week.mae[0] == pytest.approx(np.abs(change[rows]).mean(), rel=1e-5)
    assert week.rmse[0] == pytest.approx(np.sqrt((change[rows] ** 2).mean()), rel=1e-5)
    # Training rows are the first days of each store, up to the last target of a training sample.
    _, known = by_hand(own_data.panel(), dataset, slice(dataset.train))
    usual = np.abs(change[(frame["date"] <= frame["date"][known].max())])
    assert week.mase[0] == pytest.approx(week.mae[0] / np.nanmean(usual), rel=1e-4)


@pytest.mark.parametrize("settings", [{"form": "change"}, {"scale": "id"}, {"horizon": 3}])
def test_errors_of_a_model_are_in_the_targets_unit(settings):
    """Its output by the scale that a sample has, on top of what changes are from."""
    experiment, dataset, weights = own_data.sales(**settings)
    found = evaluate(dataset, answers(experiment, dataset, weights))
    samples = np.arange(len(dataset.x))[dataset.judged]
    frame, rows = by_hand(own_data.panel(), dataset, dataset.judged)
    values, ahead = frame["sales"].to_numpy(), settings.get("horizon", 1)
    scale, offset = dataset.target_scale, dataset.target_offset
    if settings.get("scale"):
        scale, offset = scale[samples], offset[samples]
    for score in found.models:
        output = forward(experiment, weights[score.name], dataset.x[samples])[1][:, -1, 0]
        told = output * scale[..., 0] + offset[..., 0]
        told += values[rows - 1] if settings.get("form") else 0
        wrong = told - values[rows - 1 + ahead]
        assert score.rmse[0] == pytest.approx(np.sqrt((wrong**2).mean()), rel=1e-4)
        assert score.mae[0] == pytest.approx(np.abs(wrong).mean(), rel=1e-4)


def test_skill_is_against_the_best_baseline_of_each_target():
    """A season guesses one target best, no change the other; their own skill is 0."""
    rng = np.random.default_rng(0)
    frame = own_data.load(6)
    frame["walk"] = rng.normal(size=len(frame)).cumsum()
    table = own_data.table(frame, "hour")
    names = ("load", "walk")
    experiment, dataset, weights = own_data.cut(table, ("walk",), names, horizon=24, period=168)
    found = evaluate(dataset, answers(experiment, dataset, weights))
    best = [found.baselines(target)[0] for target in range(2)]
    assert best[0].name == "seasonal"
    assert best[1].name != "seasonal"
    for target in range(2):
        assert found.skill(best[target], target) == 0
        for score in (*found.models, *found.guesses):
            share = score.rmse[target] / best[target].rmse[target]
            assert share >= 1 or score in found.models
            assert found.skill(score, target) == pytest.approx(100 - 100 * share)


def test_too_many_samples_are_thinned_and_the_baselines_with_them(monkeypatch):
    """Every third one: models and baselines are still judged on the same samples.

    Of a season of seven days no seventh one, which would be the same weekday.
    """
    prepared = own_data.sales()
    whole = answers(*prepared)
    cost = len(whole.samples) * baselines.cost(prepared[2], 6)
    monkeypatch.setattr(baselines, "BUDGET", cost / 6.5)
    assert answers(*prepared).every == 8
    monkeypatch.setattr(baselines, "BUDGET", cost / 2.5)
    monkeypatch.setattr(model, "HELD", 1000)
    thin = answers(*prepared)
    assert thin.every == 3
    assert thin.samples.tolist() == whole.samples[::3].tolist()
    np.testing.assert_allclose(thin.last["last"], whole.last["last"][::3], rtol=1e-5)
    np.testing.assert_allclose(thin.steps, whole.steps[::3], rtol=1e-5)


def test_answers_are_gathered_by_the_row_that_they_are_about():
    """The sequence model's least and greatest over steps and samples, as a loop gathers them."""
    experiment, dataset, weights = own_data.sales(horizon=2, stride=2)
    said = answers(experiment, dataset, weights)
    found = by_row(dataset, said, 0, 1)
    told, last, truth = {}, {}, {}
    for place, sample in enumerate(said.samples):
        start = dataset.origin.starts[sample]
        if dataset.origin.series[start] != 1:
            continue
        raw = dataset.raw(said.steps[place], int(sample))[:, 0]
        for t in range(6):
            told.setdefault(start + t + 2, []).append(raw[t])
        last[start + 7] = dataset.raw(said.last["last"][place], int(sample), last=True)[0]
        truth |= dict.fromkeys([start + 7], dataset.raw(dataset.y[sample], int(sample))[-1, 0])
    assert found.rows.tolist() == sorted(told)
    assert found.most == max(map(len, told.values())) == 3
    low, high = found.steps
    np.testing.assert_allclose(low, [min(told[row]) for row in found.rows], rtol=1e-5)
    np.testing.assert_allclose(high, [max(told[row]) for row in found.rows], rtol=1e-5)
    ends = np.array([row in last for row in found.rows])
    assert np.isnan(found.last["last"][~ends]).all()
    np.testing.assert_allclose(found.last["last"][ends], [last[r] for r in found.rows[ends]], 1e-5)
    np.testing.assert_allclose(found.truth[ends], [truth[r] for r in found.rows[ends]], 1e-5)


def test_without_weights_the_baselines_stand_alone():
    """Before training."""
    experiment, dataset, _ = own_data.sales()
    found = evaluate(dataset, answers(experiment, dataset, {}))
    assert not found.models
    assert {one.name for one in found.guesses} == {"last", "seasonal", "drift", "mean", "linear"}


def test_of_several_seeds_each_figure_is_their_median():
    """Of models alone: baselines have no seeds."""

    def of(mae, rmse):
        guess = Score("mean", "the mean", np.ones(1), np.ones(1), np.ones(1))
        model = Score("last", "last-step mode", *(np.array([each]) for each in (mae, rmse, mae)))
        return SkillTable(np.arange(3), 1, (model,), (guess,), 3)

    found = median_skill([of(1, 9), of(5, 2), of(3, 4)])
    (model,) = found.models
    assert (model.mae[0], model.rmse[0], model.mase[0]) == (3, 4, 3)
    assert found.guesses[0].mae == 1
    two = median_skill([of(1, 9), of(5, 2)]).models[0]
    assert two.rmse[0] == pytest.approx(np.sqrt((9**2 + 2**2) / 2))  # of the median squared error
