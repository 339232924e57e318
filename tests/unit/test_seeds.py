"""Results over several seeds: medians, and a better mode if the difference is significant."""

import math
import statistics
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lib.data import make_dataset, suggested
from lib.experiment import Experiment
from lib.results import ERROR, independent_samples
from lib.results.measures import CORRELATION, SIGNIFICANCE, t_test_p_value
from lib.training import with_seeds
from tests.unit.pictures import a_dataset, a_run, takeaway, with_kept


def integrated_p_value(t, df):
    """Return the probability of |t| or more, by integrating Student's density numerically."""
    x = np.linspace(0, t, 200_001)
    scale = math.gamma((df + 1) / 2) / (math.sqrt(df * math.pi) * math.gamma(df / 2))
    density = scale * (1 + x * x / df) ** (-(df + 1) / 2)
    return 1 - 2 * float(np.trapezoid(density, x))


def run_of_seeds(sequence, last):
    """Return a run whose seeds have these mean squared errors."""
    first, *others = (
        a_run(sequence=math.sqrt(one), last=math.sqrt(other))
        for one, other in zip(sequence, last, strict=True)
    )
    seeds = tuple(run.snapshot.results for run in others)
    return replace(first, snapshot=replace(first.snapshot, others=seeds))


@pytest.mark.parametrize("df", range(1, 16))
def test_the_p_value_is_the_area_under_students_density(df):
    """The p-value is right for every possible number of seeds, and for small and large t."""
    for t in (0.1, 1.0, 3.0, 12.0):
        assert t_test_p_value(t, df) == pytest.approx(integrated_p_value(t, df), abs=1e-7)


@pytest.mark.parametrize("samples", [2, 3, 8, 24, 200])
def test_equal_errors_differ_significantly_in_one_of_twenty_cases(samples):
    """With the assumed correlation, the false positive rate is the significance level."""
    one, other = np.random.default_rng(samples).normal(size=(2, 40_000, samples))
    other = CORRELATION * one + math.sqrt(1 - CORRELATION**2) * other
    first, second = (one**2).mean(axis=1), (other**2).mean(axis=1)
    assert ERROR.decided(first, second, samples).mean() == pytest.approx(SIGNIFICANCE, abs=0.005)
    assert ERROR.decided(math.nan, 1.0, samples)


def test_samples_whose_targets_share_rows_count_as_one():
    """With targets 12 rows ahead, 60 overlapping windows count as five samples."""
    for horizon, stride, expected in ((1, 1, 60), (12, 1, 5), (12, 6, 5), (2, 6, 10)):
        starts = np.arange(0, 60, stride)
        origin = SimpleNamespace(series=np.zeros(60, int), starts=starts, horizons=(horizon,))
        cut = SimpleNamespace(origin=origin, evaluated=slice(None), has_labels=False)
        assert independent_samples(cut) == expected
    assert independent_samples(a_dataset()) == math.inf


def test_samples_of_a_series_with_one_label_count_as_one():
    """A country's windows all have its continent. Other labels count by sample."""
    for timesteps in (12, 6):
        dataset = make_dataset(suggested("continents").set(T=timesteps))
        assert independent_samples(dataset) == 36
    digits = make_dataset(suggested("digits"))
    assert independent_samples(digits) == len(digits.x[digits.evaluated])


def test_the_verdict_equals_loops_over_the_seeds():
    """Better model, wins, ratio and p-value agree for 200 random pairs of results."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        count = int(rng.choice([2, 4, 8, 16]))
        first = np.exp(rng.normal(-6, 0.5, count))
        second = first * np.exp(rng.normal(rng.choice([0, 0.02, 0.3, -0.6, 9]), 0.3, count))
        ratios = [b / a for a, b in zip(first, second, strict=True)]
        logs = [math.log(ratio) for ratio in ratios]
        mean = sum(logs) / count
        spread = math.sqrt(sum((log - mean) ** 2 for log in logs) / (count - 1) / count)
        is_first = bool(sum(sorted(logs)[count // 2 - 1 : count // 2 + 1]) > 0)
        verdict = ERROR.compare(first, second)
        assert (verdict.better, verdict.agrees) == (int(not is_first), (mean > 0) is is_first)
        assert verdict.wins == sum((ratio > 1) == is_first for ratio in ratios)
        assert verdict.ratio == pytest.approx(math.exp(abs(statistics.median(logs))))
        p_value = integrated_p_value(abs(mean) / spread, count - 1)
        assert verdict.p_value == pytest.approx(p_value, abs=1e-6)
        assert verdict.is_clear == (p_value < SIGNIFICANCE and verdict.agrees and verdict.ratio > 1)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ([2.0, 2.1, 2.0, 2.1], ["Sequence mode", "4 of 4 seeds", "2.1 times smaller"]),
        ([0.9, 0.45, 0.5, 0.44], ["Last-step mode", "4 of 4 seeds", "2.1 times smaller"]),
        ([1e9, 1e9, 2e9, 1e9], ["Sequence mode", "4 of 4 seeds", "1,000,000+ times smaller"]),
        ([2.0, 0.5, 1.9, 0.6], ["Too close to tell with 4 seeds"]),
    ],
)
def test_the_takeaway_has_the_verdict(last, expected):
    """The takeaway has the better mode, its seeds, and how much smaller its median error is."""
    text = takeaway("compare", run_of_seeds([1.0] * 4, last))
    assert all(fact in text for fact in expected)


def test_one_seed_decides_nothing():
    """No mode is better with one seed, for any errors, or with equal errors."""
    text = takeaway("compare", run_of_seeds([0.01], [0.4]))
    assert all(fact in text for fact in ("One seed", "sequence mode has", "0.01 against 0.4"))
    same = np.full(4, 0.1)
    assert not ERROR.compare(same, same).is_clear
    assert ERROR.compare(np.zeros(4), np.zeros(4)).p_value == 1


def test_no_mode_is_better_if_one_seed_reverses_the_mean():
    """A difference isn't clear if the median and the mean of the log errors disagree."""
    sequence, last = [1.0] * 16, [1.01] * 9 + [0.5] * 7
    verdict = ERROR.compare(np.array(sequence), np.array(last))
    assert (verdict.better, verdict.agrees, verdict.is_clear) == (0, False, False)
    assert verdict.p_value < SIGNIFICANCE


def test_the_middle_snapshot_has_medians_over_the_seeds():
    """With one seed it is the snapshot itself. Seeds can have kept different epochs."""
    snapshot = run_of_seeds([0.1, 0.3, 0.2], [1.0, 3.0, 5.0]).snapshot
    results = snapshot.middle.results
    assert results["sequence"].final_mse == pytest.approx(0.2)
    assert results["last"].step_mse[-1] == pytest.approx(3.0)
    assert snapshot.by_seed("last") == pytest.approx([1, 3, 5])
    assert snapshot.middle.seeds == (results,)
    one = a_run(sequence=0.5).snapshot
    assert one.middle is one
    kept = [with_kept(one, sequence=epoch) for epoch in (3, 5, 4)]
    together = replace(kept[0], others=tuple(each.results for each in kept[1:]))
    finals = sorted(each.results["sequence"].final_mse for each in kept)
    assert together.middle.results["sequence"].final_mse == pytest.approx(finals[1])
    assert together.middle.results["sequence"].checked_epochs[-1] == 7


def test_four_seeds_are_the_default_for_short_trainings():
    """A training is short if it takes under ten seconds on two cores. A set number is kept."""
    small = suggested("running_mean")
    dataset = make_dataset(small)
    assert (small.seeds, with_seeds(small, dataset).seeds) == (0, 4)
    large = small.set(U=128, epochs=5000)
    assert with_seeds(large, dataset).seeds == 1
    assert with_seeds(large.set(seeds=16), dataset).seeds == 16
    assert Experiment().seeds == 1
    assert [each.seed for each in Experiment(seed=5, seeds=3).each_seed] == [5, 6, 7]
