"""What is said of a model's worth: only what the numbers bear, and in few words."""

import math
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from lib.charts.worth import _with_band, dates_told, forecast_told, worth_sentence, worth_takeaway
from lib.data.tables.baselines import BASELINES
from lib.data.tables.seasons import _SEASONS
from lib.results.forecast import forecast
from lib.results.skill import Score, Worth, answers, by_row, judge
from tests.unit import own_data


def a_score(name, label, *rmse):
    """A model or a baseline with these errors by target column."""
    errors = np.array(rmse, float)
    return Score(name, label, 0.8 * errors, errors, errors)


def a_worth(*models, guesses=None):
    """Two targets: the season guesses the first better, no change the second."""
    guesses = guesses or (
        a_score("last", "guessing no change", 3.0, 1.0),
        a_score("seasonal", "the same hour last week", 2.0, 4.0),
    )
    return Worth(np.arange(50), 1, models, guesses, math.inf)


SEQUENCE = ("sequence", "sequence mode")
LAST = ("last", "last-step mode")


@pytest.mark.parametrize(
    ("models", "target", "words"),
    [
        ([(SEQUENCE, 1, 1), (LAST, 1, 1)], 0, "In this run both modes beat the same hour last"),
        ([(SEQUENCE, 2.5, 0), (LAST, 2.2, 0)], 0, "In this run neither mode beats the same hour"),
        (
            [(SEQUENCE, 1, 9), (LAST, 2.5, 9)],
            0,
            "sequence mode beats the same hour last week; l",
        ),
        (
            [(SEQUENCE, 2.5, 9), (LAST, 1, 9)],
            0,
            "last-step mode beats the same hour last week; s",
        ),
        ([(SEQUENCE, 1.99, 9)], 0, "In this run sequence mode doesn't clearly beat the same hour"),
        ([(LAST, 1, 1.5)], 1, "In this run last-step mode doesn't beat guessing no change"),
        ([(LAST, 9, 0.5)], 1, "In this run last-step mode beats guessing no change, the best"),
        ([], 0, "To be beaten: the same hour last week, the best baseline."),
    ],
)
def test_better_is_said_of_the_best_baseline_of_the_target(models, target, words):
    """An error that is hardly smaller beats nothing."""
    scores = [a_score(*mode, *rmse) for mode, *rmse in models]
    assert words in worth_takeaway(a_worth(*scores), target)


def test_few_samples_tell_errors_that_are_far_apart_alone():
    """Of either part: 24 don't tell 1.8 from 2, and tell 0.4 and 9; 5,000 do."""
    worth = a_worth(a_score(*SEQUENCE, 1.8, 1), a_score(*LAST, 1.9, 9))
    for part in ("judged", "test"):
        few = replace(worth, independent=24)
        assert "24 independent samples need" in worth_takeaway(few, 0, part)
        worse = replace(few, models=(a_score(*SEQUENCE, 9, 1), a_score(*LAST, 2.1, 9)))
        assert "24 independent samples need" in worth_takeaway(worse, 0, part)  # the better one
        clear = replace(few, models=(a_score(*SEQUENCE, 0.4, 1), a_score(*LAST, 9, 9)))
        assert worth_takeaway(clear, 0, part).endswith("last week; last-step mode doesn't.")
        one = replace(few, models=(a_score(*SEQUENCE, 0.4, 1), a_score(*LAST, 2.1, 9)))
        assert "sequence mode beats the same hour last week, the best" in worth_takeaway(
            one, 0, part
        )
        where = "In the test" if part == "test" else "In this run"
        told = worth_takeaway(replace(worth, independent=5000), 0, part)
        assert told.startswith(f"{where} both modes beat")


def test_a_constant_target_is_no_contest():
    """Where every baseline is exact, nothing is called better."""
    exact = (a_score("last", "guessing no change", 0.0), a_score("mean", "guessing the mean", 0.0))
    assert "constant" in worth_takeaway(a_worth(a_score(*LAST, 0.0), guesses=exact), 0)


def labels():
    """All that baselines can be called."""
    seasons = [(step, season) for step, some in _SEASONS.items() for season in some.values()]
    found = {f"the same {step} last {season}" for step, season in seasons if season}
    found |= {"the same weekday last week", "the same minute yesterday", "the same hour yesterday"}
    found |= {f"repeating the last known {season}" for _, season in seasons if season}
    found |= {"the value 1,440 rows before", "repeating the last 1,440 minutes"}
    found |= {"guessing tomorrow as today", "guessing no change"}
    origins = [SimpleNamespace(names=names) for names in (("",), ("a", "b"))]
    kinds = [BASELINES[name] for name in ("drift", "mean", "linear")]
    return found | {kind.label(origin) for kind in kinds for origin in origins}


def test_takeaways_take_fifteen_words_at_most():
    """Whatever the baselines are called, and however the models do."""
    for label, first, last in product(labels(), (None, 0.5, 2), (None, 0.5, 2)):
        models = [
            a_score(*mode, rmse)
            for mode, rmse in ((SEQUENCE, first), (LAST, last))
            if rmse is not None
        ]
        for part in ("judged", "test"):
            worth = a_worth(*models, guesses=(a_score("x", label, 1.0),))
            said = worth_takeaway(worth, 0, part)
            assert len(said.split()) <= 15, said


def prepared(**settings):
    """Three stores, with both modes' weights, and what they say of the validation part."""
    experiment, dataset, weights = own_data.sales(**settings)
    return experiment, dataset, weights, answers(experiment, dataset, weights)


def test_the_sentence_says_the_numbers_of_the_table():
    """On how many samples, by how much, and what MASE divides by."""
    _, dataset, _, said = prepared()
    worth = judge(dataset, said)
    words = worth_sentence(dataset, dataset.origin, worth, 0)
    best = worth.baselines(0)[0]
    assert f"at the last step of {len(said.samples)} validation samples {best.label}" in words
    assert f"{best.rmse[0]:.1f}" in words
    assert f"Sequence mode's is {worth.models[0].rmse[0]:.0f}, " in words
    assert "% more; it is off by" in words  # untrained
    assert "the value one season before (7 days) in the training part" in words


def test_a_band_is_said_by_its_mean_height():
    """And the answers by how far off they are on average."""
    _, dataset, _, said = prepared()
    rows = by_row(dataset, said, 0, 2)
    words = dates_told(dataset, dataset.origin, rows, 0)[1]
    assert "Sales of west, 2024-05-28 to 2024-07-18." in words
    low, high = rows.steps
    assert f"it is {(high - low).mean():.3g} on average" in words
    off = np.nanmean(np.abs(rows.last["last"] - rows.truth))
    assert f"last-step mode by {off:,.0f}" in words or f"last-step mode by {off:.3g}" in words
    assert (
        dates_told(dataset, dataset.origin, rows, 0)[0]
        == "Sequence mode answers a date up to 6 times: that is the band."
    )


@pytest.mark.parametrize(
    ("value", "width", "words"),
    [
        (356.944, 0.656, "356.94 ± 0.66"),
        (448.2, 57.1, "448 ± 57"),
        (-1234.5, 9.83, "-1,234.5 ± 9.8"),
        (12.34, math.nan, "12.3"),
        (12.34, 0.0, "12.3"),
    ],
)
def test_a_value_has_the_digits_that_its_band_has(value, width, words):
    """Else half a unit could be nothing beside it."""
    assert _with_band(value, width) == words


def test_a_forecast_is_said_with_its_band_and_how_often_that_held():
    """Of the test part only where somebody has looked."""
    experiment, dataset, weights, said = prepared(test=20)
    tested = answers(experiment, dataset, weights, "test")
    about = {"series": 0, "column": 0, "judged": said}
    found = forecast(experiment, dataset, weights, **about, tested=tested)
    takeaway = forecast_told(dataset, dataset.origin, found, fed_back=False)[0]
    assert takeaway.startswith("2024-07-19: sequence mode ")
    assert takeaway.count(" ± ") == 2
    assert len(takeaway.split()) <= 15
    words = forecast_told(dataset, dataset.origin, found, fed_back=False)[1]
    inside, of = found.covered["last"]
    assert f"{100 * inside / of:.0f}% of {of} with last-step mode" in words
    unseen = forecast(experiment, dataset, weights, **about)
    assert (
        "once it is looked at" in forecast_told(dataset, dataset.origin, unseen, fed_back=False)[1]
    )
    _, without, _, _ = prepared()
    assert (
        "There is no test part" in forecast_told(without, without.origin, unseen, fed_back=False)[1]
    )
    back = forecast(experiment, dataset, weights, **about, feed=100)
    words = forecast_told(dataset, dataset.origin, back, fed_back=True)[1]
    assert "the next row's value, 100 times" in words
    assert "too few errors to tell" in words
