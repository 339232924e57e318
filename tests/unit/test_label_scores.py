"""Scores of labels, computed by hand: probabilities, cross-entropy, accuracy, intervals."""

import math

import numpy as np
import pytest

from lib import results
from lib.charts.sentences import pair_sentence
from lib.experiment import Experiment
from lib.results import ACCURACY, evaluate_outputs
from lib.results.labels import balanced_accuracy, confusion_matrix, cross_entropy, macro_f1
from tests.unit.fakes import fake_labels

SOFTMAX = Experiment().set(loss="sparse")
SIGMOID = Experiment().set(loss="binary")
UNEVEN = np.array([[90, 0, 0], [5, 5, 0], [1, 0, 0]])
"""Of 101 samples 95 are right. The recalls of the classes are 1, 1/2 and 0."""


def test_probabilities_of_outputs():
    """Softmax divides powers by their sum, also for large outputs; sigmoid has one output."""
    outputs = np.log([[1.0, 2.0, 5.0], [4.0, 4.0, 2.0]])
    expected = [[0.125, 0.25, 0.625], [0.4, 0.4, 0.2]]
    np.testing.assert_allclose(results.activated(SOFTMAX, outputs + 1000), expected)
    odds = np.array([[-800.0], [0.0], [math.log(3)], [800.0]])
    np.testing.assert_allclose(results.activated(SIGMOID, odds), [[0], [0.5], [0.75], [1]])
    np.testing.assert_array_equal(results.activated(Experiment(), odds), odds)


@pytest.mark.parametrize(("experiment", "columns"), [(SOFTMAX, 4), (SIGMOID, 1)])
def test_cross_entropy_is_the_negative_log_of_the_true_class_probability(experiment, columns):
    """The value computed from outputs equals that of their probabilities."""
    rng = np.random.default_rng(0)
    outputs = rng.normal(size=(6, 3, columns))
    numbers = rng.integers(0, max(2, columns), (6, 3))
    y = np.eye(columns)[numbers] if columns > 1 else numbers[..., None]
    p = results.activated(experiment, outputs)
    of_classes = p if columns > 1 else np.concatenate([1 - p, p], axis=-1)
    expected = -np.log(np.take_along_axis(of_classes, numbers[..., None], axis=-1)[..., 0])
    ours = cross_entropy(experiment.training.activation, outputs, y)
    np.testing.assert_allclose(ours, expected)
    np.testing.assert_allclose(results.entropy(p, y), expected, rtol=1e-6)


def test_a_certain_output_has_a_finite_cross_entropy():
    """Outputs of 200 would underflow as probabilities."""
    assert cross_entropy("sigmoid", np.array([200.0]), np.array([0.0])) == 200
    outputs, y = np.array([200.0, 0.0]), np.array([0.0, 1.0])
    assert cross_entropy("softmax", outputs, y) == 200


def test_confusion_and_scores_of_uneven_classes():
    """Accuracy hides the rare classes; balanced accuracy and F1 weigh all classes equally."""
    true = np.repeat([0, 1, 1, 2], [90, 5, 5, 1])
    predicted = np.repeat([0, 0, 1, 0], [90, 5, 5, 1])
    np.testing.assert_array_equal(confusion_matrix(np.eye(3)[true], np.eye(3)[predicted]), UNEVEN)
    assert results.accuracy(UNEVEN) == 95 / 101
    assert balanced_accuracy(UNEVEN) == pytest.approx((1 + 0.5 + 0) / 3)
    first, second = 2 * 90 / (90 + 96), 2 * 5 / (10 + 5)
    assert macro_f1(UNEVEN) == pytest.approx((first + second + 0) / 3)
    assert math.isnan(results.accuracy(np.zeros((2, 2))))


def test_the_interval_of_a_proportion_is_wilsons():
    """The measured proportion is 1.96 standard errors of each end away from this end."""
    low, high = results.proportion_interval(0.9, 50)
    for end in (low, high):
        assert abs(0.9 - end) / math.sqrt(end * (1 - end) / 50) == pytest.approx(1.95996, rel=1e-5)
    assert results.proportion_interval(1.0, 10)[1] == 1
    assert results.proportion_interval(0.4, math.inf) == pytest.approx((0.4, 0.4))
    assert all(map(math.isnan, results.proportion_interval(0.5, 0)))


def test_accuracies_by_seed_are_compared_by_a_paired_t_test():
    """The second model is better in three of four seeds, by 0.05 in the median."""
    found = results.ACCURACY.compare([0.80, 0.85, 0.90, 0.70], [0.86, 0.89, 0.89, 0.85])
    assert (found.better, found.wins, found.gain) == (1, 3, pytest.approx(0.05))
    assert found.p_value == pytest.approx(0.17044, abs=1e-5)  # from scipy.stats.ttest_rel
    same = ACCURACY.compare([0.9, 0.9], [0.9, 0.9])
    assert (same.gain, same.is_clear) == (0, False)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ([1, 1, 0.996, 0.996], "accuracy than B in 2 of 4 seeds and an equal accuracy in 2 (p ="),
        ([0.7, 0.8, 0.9, 1], "in 3 of 4 seeds and an equal accuracy in 1 (p ="),
        ([1, 1, 1, 1], "A and B have the same accuracy"),
    ],
)
def test_equal_accuracies_are_no_wins(second, expected):
    """A seed in which both accuracies are equal counts for neither model."""
    found = ACCURACY.compare([1, 1, 1, 1], second)
    assert expected in pair_sentence(found, "A", "B", ACCURACY)


def test_rounding_errors_are_no_difference():
    """Of 29 samples, the first model has one more right in a seed, and one less in the other."""
    assert np.median([18 / 29 - 17 / 29, 16 / 29 - 17 / 29]) != 0
    found = ACCURACY.compare([18 / 29, 16 / 29], [17 / 29, 17 / 29])
    assert "accuracy is the same (median" in pair_sentence(found, "A", "B", ACCURACY)
    assert ACCURACY.compare([0.3], [0.1 + 0.2]).equal == 1


@pytest.mark.parametrize("padding", ["none", "after", "before"])
@pytest.mark.parametrize("mask", ["on", "off"])
def test_only_real_steps_count_in_scores(padding, mask):
    """Padding changes the loss and accuracy `with_padding`, not those without.

    A masked loss is a mean over batches of 3, 3 and 2 samples, as Keras's `evaluate` returns it.
    """
    experiment = SOFTMAX.set(padding=padding, mask=mask, batch=3)
    dataset = fake_labels(12, 6, 2, 3, train=4, padding=padding)
    part, rng = np.arange(4, 12), np.random.default_rng(2)
    outputs = rng.normal(size=(8, 6, 3))
    errors = evaluate_outputs(experiment, dataset, outputs, part)
    right = outputs.argmax(-1) == dataset.y[part].argmax(-1)
    real = np.ones((8, 6), bool) if dataset.mask is None else dataset.mask[part]
    for mode, scores in errors.labels.items():
        assert scores.without_padding[1] == right[real].mean()
        assert scores.with_padding[1] == right.mean()
        for step in range(6):
            rows = real[:, step]
            expected = right[rows, step].mean() if rows.any() else math.nan
            assert scores.step_accuracy[step] == pytest.approx(expected, nan_ok=True)
        ends = [np.flatnonzero(row)[-1] if mode == "sequence" else 5 for row in real]
        hits = [
            outputs[n, end].argmax() == dataset.last_y[4 + n].argmax() for n, end in enumerate(ends)
        ]
        assert scores.accuracy == np.mean(hits)
    masked = mask == "on" and padding != "none"
    costs = cross_entropy("softmax", outputs, dataset.y[part])
    batches = np.split(np.arange(8), [3, 6])
    means = [costs[b][real[b] if masked else slice(None)].mean() for b in batches]
    assert errors.losses["sequence"] == pytest.approx(np.average(means, weights=[3, 3, 2]))
    scores = errors.labels["sequence"]
    expected = errors.losses["sequence"] if masked else costs[real].mean()
    assert scores.without_padding[0] == pytest.approx(expected)
    assert scores.with_padding[0] == pytest.approx(costs.mean())
