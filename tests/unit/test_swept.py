"""A sweep's texts agree with its numbers; test_seeds checks the t-test itself."""

import re

import numpy as np
import pytest

from lib.charts.sweep import found_details, found_takeaway, sweep_title
from lib.results import ACCURACY, ERROR
from lib.results.compared import BOTH_MODES, axes_of, clear_mode, corrected, findings, point_words
from lib.results.run import Status
from tests.unit.swept import a_label_point, a_point


def test_the_takeaway_counts_the_points_at_which_a_mode_is_better():
    """The test draws 200 random sweeps of 1 to 12 points and 2 to 16 seeds."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        seeds, count = int(rng.choice([2, 4, 8, 16])), int(rng.integers(1, 13))
        shifts = rng.normal(0, rng.choice([0.0, 0.5, 2.0]), count)
        errors = np.exp(rng.normal(0, 0.4, (count, 2, seeds)) + [[[0], [s]] for s in shifts])
        points = [a_point(*both.tolist(), T=k + 2) for k, both in enumerate(errors)]
        sentence = found_takeaway(points)
        clear = [clear_mode(each) for each in findings(points).values()]
        better = [mode for mode in BOTH_MODES if mode in clear]
        counts = {count, *(clear.count(mode) for mode in better)}
        assert counts <= {*map(int, re.findall(r"\d+", sentence))}
        assert ("clearly better at any" in sentence) is (not better)
        assert sentence.endswith("at none.") is (len(better) == 1)
        assert len(sentence.split()) <= 15


def test_false_findings_are_rare_if_no_mode_is_better():
    """At most 7% of 200 sweeps have a false finding; without Holm's correction, over 30% would."""
    rng = np.random.default_rng(0)
    wrong = uncorrected = 0
    for _ in range(200):
        points = [a_point(*np.exp(rng.normal(0, 1, (2, 4))).tolist(), T=k + 2) for k in range(12)]
        wrong += any(map(clear_mode, findings(points).values()))
        uncorrected += any(ERROR.compare(*map(p.scores, BOTH_MODES)).p_value < 0.05 for p in points)
    assert wrong <= 0.07 * 200
    assert uncorrected > 0.3 * 200


def test_holms_correction_on_an_example_by_hand():
    """Of three p-values, the smallest is multiplied by 3 and the next by 2; none exceeds 1."""
    assert corrected([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert corrected([0.6, 0.7]) == [1.0, 1.0]
    assert corrected([]) == []


def test_takeaways_for_one_seed_for_diverged_points_and_for_no_points():
    """With one seed no mode is clearly better; a diverged point counts for no mode."""
    single = [a_point([1e-9], [1.0], T=4), a_point([1.0], [0.5], T=8)]
    diverged = a_point([1, 1], [1, 1], Status.DIVERGED, T=4)
    some = [diverged, a_point([1.0, 1.01, 1.02], [2.0, 2.01, 2.03], T=8)]
    assert not any(map(clear_mode, findings(single).values()))
    for points, text in (
        (single, "One seed decides nothing"),
        (some, "Sequence mode is clearly better at 1 of 1 point, "),
        ([diverged], "No point has a result"),
        ([], "No point is trained yet"),
    ):
        assert text in found_takeaway(points)
    assert "1 point without a result" in found_details(some)[-1]
    assert found_details([]) == []


def test_the_details_name_the_smallest_error_and_the_test():
    """They also contain the number of points for which the test is corrected."""
    gru = a_point([1, 1], [2, 2], T=4, cell="gru")
    lstm = a_point([3, 3], [0.5, 0.5], T=8, cell="lstm")
    least, test, factor = found_details([gru, lstm])
    assert "0.5, last-step mode at T = 8" in least
    assert "corrected for 2 points by Holm's method" in test
    assert "p < 0.05" in test
    assert "within a seed" in factor
    assert "on the map" not in " ".join(found_details([a_point([1, 1], [2, 2], T=4)]))


def test_numbers_on_an_axis_increase_and_names_keep_their_order():
    """The chart's title has the settings that vary."""
    points = [a_point([1], [1], T=t, cell=c) for t in (16, 4) for c in ("simple_rnn", "gru")]
    assert axes_of(points) == {"T": [4, 16], "cell": ["simple_rnn", "gru"]}
    assert axes_of([]) == {}
    assert point_words(points[0].values) == "T = 16, cell = SimpleRNN"
    title = "Echo: error by timesteps T and cell, 1 seed"
    assert sweep_title("Echo", ["T", "cell"], 1) == title


@pytest.mark.parametrize(("samples", "is_clear"), [(6, False), (1e6, True)])
def test_with_too_few_independent_samples_no_mode_is_better(samples, is_clear):
    """This holds even if all seeds agree."""
    point = a_point([0.5, 0.51, 0.49, 0.5], [0.7, 0.71, 0.7, 0.69], samples=samples, T=8)
    [finding] = findings([point]).values()
    assert clear_mode(finding) == ("sequence" if is_clear else "")
    assert ("too few" in " ".join(found_details([point]))) is not is_clear


def test_labels_are_compared_by_their_accuracies():
    """The mode with the higher accuracy is better, if samples and seeds are enough."""
    high, low = [0.90, 0.91, 0.92, 0.91], [0.80, 0.82, 0.81, 0.81]
    point, other = a_label_point(high, low, T=4), a_label_point([0.5] * 4, [0.5] * 4, T=8)
    assert [clear_mode(found) for found in findings([point, other]).values()] == ["sequence", ""]
    assert findings([point])[point].gain == pytest.approx(0.1)
    assert "Sequence mode is clearly better at 1 of 2" in found_takeaway([point, other])
    best, test = found_details([point, other])
    assert "Highest median accuracy: 91%, sequence mode at T = 4" in best
    assert "t-test on accuracies, corrected for 2 points" in test
    few = a_label_point(high, low, samples=40, T=4)
    assert [clear_mode(found) for found in findings([few]).values()] == [""]
    assert sweep_title("Digits", ["U"], 2, ACCURACY) == "Digits: accuracy by units U, 2 seeds"
