"""Compared runs on labels: accuracies, losses that can be ranked, a sample's true class."""

from dataclasses import replace

import numpy as np

from lib.charts import compare, ranking
from lib.charts.compare import errors_figure, losses_figure, predictions_figure
from lib.results import LETTERS, Compared, Status, baseline_accuracy
from tests.unit.fakes import fake_labels
from tests.unit.label_runs import a_label_run
from tests.unit.pictures import LIGHT, the

LABELS = fake_labels(200, 4, 2, 3, train=100)
PADDED = fake_labels(40, 5, 2, 3, train=20, padding="after")
GOOD, BAD = {"last": [10, 8, 9]}, {"last": [30, 27, 30]}  # wrong samples of 100


def a_run(place=0, dataset=LABELS, changes=(), **mistakes):
    """Return a finished run with these numbers of wrong samples by mode and seed."""
    run, letter = a_label_run(dataset, **mistakes), LETTERS[place]
    snapshot = replace(run.snapshot, status=Status.FINISHED)
    experiment = run.experiment.set(**dict(changes))
    return Compared(experiment, dataset, snapshot, f"id{place}", letter, letter)


def test_the_run_with_the_higher_accuracy_is_better():
    """The details have percentages, and the difference in points."""
    runs = [a_run(0, **BAD), a_run(1, **GOOD)]
    takeaway, details = ranking.errors_words(runs)
    assert "Run B has the highest accuracy in last-step" in takeaway
    assert "run B has 91% (90% to 92%)" in details
    assert "has a higher accuracy than run A in 3 of 3 seeds" in details
    assert "is 20 points higher" in details
    unclear = ranking.errors_words([a_run(0, **GOOD), a_run(1, last=[10, 7, 9])])[0]
    assert unclear.startswith("Too close to tell with 100 independent samples")


def test_accuracy_is_drawn_in_percent_over_the_baseline():
    """On different data, each run's baseline is subtracted. Last-step mode has one mark."""
    one = a_run(0, sequence=[25], last=[50])
    figure = errors_figure([one, a_run(1, sequence=[75])], LIGHT)
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, [75] * 4)
    np.testing.assert_allclose(the(figure, "A, last-step mode").y, [50])
    baseline = 100 * baseline_accuracy(LABELS)[0]
    np.testing.assert_allclose(the(figure, "most frequent class").y, baseline)
    assert losses_figure([one], LIGHT).layout.yaxis.title.text == "validation cross-entropy"
    figure = errors_figure([one, a_run(1, PADDED, sequence=[15])], LIGHT)
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, 75 - baseline)
    assert figure.layout.yaxis.title.text.startswith("accuracy − baseline's")


def test_a_sample_shows_the_probability_of_its_true_class():
    """A padded sequence's line ends at its last real step. Two classes have a single column."""
    two = fake_labels(40, 4, 2, 2, train=20)
    for dataset, steps in ((LABELS, 4), (two, 4), (PADDED, PADDED.last_step[PADDED.shown[1]] + 1)):
        right = 1 / (1 + (len(dataset.classes) - 1) * np.exp(-4))  # of outputs 4 and 0, or 4
        runs = [a_run(0, dataset, sequence=[0], last=[20])]
        figure = predictions_figure(runs, 1, 0, LIGHT)
        np.testing.assert_allclose(the(figure, "A, sequence mode").y, [right] * steps)
        np.testing.assert_allclose(the(figure, "A, last-step mode").y, right * np.exp(-4))
        assert f"({right:.2f})" in compare.predictions_words(runs, 1, 0)[1]
