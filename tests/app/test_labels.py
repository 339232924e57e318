"""Explore with labels: cards, confusion matrices, metrics and an earlier epoch, for two seeds."""

from lib.results import Status, as_of, untrained
from lib.results.run import RunAt
from tests.app.driver import start, text
from tests.app.test_live import open_epoch, press


def test_a_run_on_labels_with_two_seeds(client):
    """The cards show accuracies of both seeds, and a matrix of each mode, also at an epoch."""
    app = press(start(data="brackets", seeds="2"), "train")
    run = next(iter(client.runs.values()))
    assert "Not trained yet" in text(app)
    assert not [box for box in app.selectbox if box.label == "Target"]  # one target of K columns
    begin = untrained(run.experiment, run.dataset)
    weights = tuple(
        {mode: tuple(array * 3 for array in arrays) for mode, arrays in models.items()}
        for models in begin.weights
    )
    now = as_of(RunAt(run.experiment, run.dataset, begin), 5, weights)
    client.checkpoints = lambda _: [(0, begin.weights), (3, begin.weights)]
    shown = {"samples": now.samples, "results": now.results, "others": now.others}
    client.set(run, Status.STOPPED, epoch=5, **shown)
    words = text(app.run())
    assert "Accuracy at each timestep" in words
    assert "Last step: sequence says" in words
    assert "Median validation accuracy of both modes" in words
    assert "Median scores on the validation part" in words
    assert "most frequent class" in words
    assert "true classes (rows)" in words
    values = [metric.value for metric in app.metric]
    assert all("%" in value for value in values)
    assert [metric.value for metric in open_epoch(app, "3").metric] != values
