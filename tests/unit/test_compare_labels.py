"""Compared runs on labels: accuracies, losses that can be ranked, a sample's true class."""

from dataclasses import replace

import numpy as np
import pytest

from lib.charts import compare, ranking
from lib.charts.compare import errors_figure, losses_figure, predictions_figure
from lib.experiment import Experiment
from lib.results import baseline_accuracy
from lib.results.compared import LETTERS, Compared
from lib.results.labels import LabelScores
from lib.results.run import Status
from tests.unit.fakes import fake_labels
from tests.unit.pictures import LIGHT, a_result, a_snapshot, the

LABELS = fake_labels(400, 4, 2, 3, train=100)
PADDED = fake_labels(40, 5, 2, 3, train=20, padding="after")
EXPERIMENT = Experiment().set(T=4, F=2, loss="sparse")


def a_run(place=0, dataset=LABELS, experiment=EXPERIMENT, **accuracies):
    """Return a finished run: `last=[0.9, 0.8]` are accuracies by seed, the same at all steps.

    The true class of each shown sample has this probability.
    """

    def result(share):
        y, steps, two = dataset.y[dataset.shown], np.full(dataset.shape[1], share), np.ones(2)
        return replace(
            a_result(dataset, 1 - share),
            predictions=np.where(y > 0, share, (1 - share) / (len(dataset.classes) - 1)),
            last_step_accuracy=np.array([0.1, share]),
            labels=LabelScores(steps, 1 - steps, np.eye(3, dtype=int), two, two),
        )

    count = len(next(iter(accuracies.values())))
    seeds = [{mode: result(each[k]) for mode, each in accuracies.items()} for k in range(count)]
    start = replace(a_snapshot(dataset), status=Status.FINISHED, samples=dataset.shown)
    snapshot = replace(start, results=seeds[0], others=tuple(seeds[1:]))
    letter = LETTERS[place]
    return Compared(experiment.set(seeds=count), dataset, snapshot, f"id{place}", letter, letter)


GOOD, BAD = {"last": [0.90, 0.92, 0.91]}, {"last": [0.70, 0.73, 0.70]}


def test_the_run_with_the_higher_accuracy_is_better():
    """The details have percentages, and the difference in points."""
    runs = [a_run(0, **BAD), a_run(1, **GOOD)]
    takeaway, details = ranking.errors_words(runs)
    assert "Run B has the highest accuracy in last-step" in takeaway
    assert "run B has 91% (90% to 92%)" in details
    assert "has a higher accuracy than run A in 3 of 3 seeds" in details
    assert "is 20 points higher" in details
    unclear = ranking.errors_words([a_run(0, **GOOD), a_run(1, last=[0.9, 0.93, 0.91])])[0]
    assert unclear.startswith("Too close to tell: 300 samples can't tell")


@pytest.mark.parametrize(
    ("changes", "is_ranked"),
    [({"loss": "onehot"}, True), ({"mask": "off"}, False), ({"weights": "classes"}, True)],
)
def test_cross_entropies_are_ranked_if_they_count_the_same(changes, is_ranked):
    """Integer and one-hot targets have the same loss; a validation loss has no weights."""
    runs = [a_run(0, **GOOD), a_run(1, experiment=EXPERIMENT.set(**changes), **BAD)]
    takeaway = ranking.losses_words(runs)[0]
    assert ("smallest validation loss" in takeaway) is is_ranked
    assert ("count different steps" in takeaway) is not is_ranked


def test_accuracy_is_drawn_in_percent_over_the_baseline():
    """On different data, each run's baseline is subtracted. Last-step mode has one mark."""
    one = a_run(0, sequence=[0.75], last=[0.5])
    figure = errors_figure([one, a_run(1, sequence=[0.25])], LIGHT)
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, [75] * 4)
    np.testing.assert_allclose(the(figure, "A, last-step mode").y, [50])
    baseline = 100 * baseline_accuracy(LABELS)[0]
    np.testing.assert_allclose(the(figure, "most frequent class").y, baseline)
    assert losses_figure([one], LIGHT).layout.yaxis.title.text == "validation cross-entropy"
    figure = errors_figure([one, a_run(1, PADDED, sequence=[0.25])], LIGHT)
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, 75 - baseline)
    assert figure.layout.yaxis.title.text.startswith("accuracy − baseline's")


def test_a_sample_shows_the_probability_of_its_true_class():
    """A padded sequence's line ends at its last real step. Two classes have a single column."""
    two = fake_labels(40, 4, 2, 2, train=20)
    for dataset, steps in ((LABELS, 4), (two, 4), (PADDED, PADDED.last_step[PADDED.shown[1]] + 1)):
        runs = [a_run(0, dataset, sequence=[0.75], last=[0.5])]
        figure = predictions_figure(runs, 1, 0, LIGHT)
        np.testing.assert_allclose(the(figure, "A, sequence mode").y, [0.75] * steps)
        np.testing.assert_allclose(the(figure, "A, last-step mode").y, [0.5])
        takeaway, details = compare.predictions_words(runs, 1, 0)
        assert "true class gets 50% to 75%" in takeaway
        assert "75% for run A in sequence mode" in details
