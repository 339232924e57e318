"""Datasets, runs and helper functions for the tests of figures and sentences."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from lib.charts import cards_of
from lib.charts.palette import PALETTES
from lib.data.dataset import Dataset
from lib.experiment import Experiment
from lib.results.run import ModeResult, RunAt, Snapshot, Status

LIGHT = PALETTES["light"]
EXPERIMENT = Experiment().set(T=4, F=3, U=5)


def a_dataset(n=8, t=4, f=3, k=1, **more):
    """Return a dataset with targets 0, 1, 2, …, 75% training samples, and a baseline of 1."""
    y = np.arange(n * t * k, dtype=np.float32).reshape(n, t, k)
    settings = {
        "name": "fake",
        "title": "Fake",
        "x": np.linspace(-1, 1, n * t * f, dtype=np.float32).reshape(n, t, f),
        "y": y,
        "train": n * 3 // 4,
        "feature_names": tuple(f"feature {i + 1}" for i in range(f)),
        "target_names": tuple(f"target {i + 1}" for i in range(k)),
        "timestep_names": tuple(f"{i + 1}" for i in range(t)),
        "baseline": np.ones_like(y),
        "baseline_label": "mean baseline",
    }
    return Dataset(**{**settings, **more})


def of_a_table(dataset, horizon=1):
    """Return the dataset as windows of a table; each begins one row after the previous window."""
    rows, start = len(dataset.x), np.arange(len(dataset.x))
    origin = SimpleNamespace(series=np.zeros(rows, int), starts=start, horizons=(horizon,))
    return replace(dataset, origin=origin)


def a_result(dataset, wrong, epochs=10):
    """Return the result of a model whose predictions are all `wrong` above their targets."""
    return ModeResult(
        loss_epochs=np.arange(1, epochs + 1),
        loss=np.linspace(1.0, wrong**2, epochs),
        checked_epochs=np.array([0, epochs])[: 1 + (epochs > 0)],
        last_step_mse=np.array([1.0, wrong**2])[: 1 + (epochs > 0)],
        validation_loss=np.array([1.0, wrong**2])[: 1 + (epochs > 0)],
        step_mse=np.full(dataset.shape[1], wrong**2),
        predictions=dataset.y[dataset.evaluated] + np.float32(wrong),
    )


def a_snapshot(dataset, *, epochs=10, **wrong):
    """Return a snapshot with these errors by mode: `a_snapshot(data, sequence=0.5, last=0.25)`."""
    return Snapshot(
        run_id="r",
        status=Status.RUNNING,
        epoch=epochs,
        epochs=20,
        samples=np.arange(len(dataset.x))[dataset.evaluated],
        results={mode: a_result(dataset, error, epochs) for mode, error in wrong.items()},
    )


def with_kept(snapshot, **kept):
    """Return the snapshot with these epochs kept, by mode, and evaluated at every epoch."""
    results = dict(snapshot.results)
    for mode, epoch in kept.items():
        epochs = np.arange(snapshot.epoch + 1 if epoch is None else epoch + 3)
        results[mode] = replace(
            results[mode],
            loss_epochs=epochs[1:],
            loss=np.linspace(1.0, 0.1, len(epochs) - 1),
            checked_epochs=epochs,
            last_step_mse=np.linspace(1.0, 0.2, len(epochs)),
            validation_loss=np.linspace(1.0, 0.3, len(epochs)),
            kept_epoch=epoch,
        )
    return replace(snapshot, results=results)


def spoiled(snapshot, value):
    """Return the snapshot of a diverged run: all losses, errors and predictions are `value`."""
    names = ("loss", "last_step_mse", "validation_loss", "step_mse", "predictions")
    results = {
        mode: replace(r, **{name: np.full_like(getattr(r, name), value) for name in names})
        for mode, r in snapshot.results.items()
    }
    return replace(snapshot, status=Status.DIVERGED, results=results)


def traces(figure, name):
    """Return the traces with this name."""
    return [trace for trace in figure.data if trace["name"] == name]


def the(figure, name):
    """Return the only trace with this name."""
    (trace,) = traces(figure, name)
    return trace


def words_of(figure):
    """Return the text of a chart: its key, the labels at the ends of lines, and notes."""
    text = " | ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations)
    return " ".join(text.split())  # This makes all spaces plain.


def a_run(dataset=None, experiment=EXPERIMENT, *, epochs=10, **wrong):
    """Return a run with these errors by mode: `a_run(sequence=0.5, last=0.25)`."""
    dataset = dataset or a_dataset()
    return RunAt(experiment, dataset, a_snapshot(dataset, epochs=epochs, **wrong))


def card(name, run, *picked):
    """Return an Explore card; by default, predictions are for the first sample and target."""
    kind = cards_of(run.dataset)[name]
    return kind(run, *(picked or [0 for pick in kind.picks if pick != "earlier"]))


def drawn(name, run, *picked, palette=LIGHT):
    """Return the figure of an Explore card."""
    return card(name, run, *picked).figure(palette)


def takeaway(name, run, *picked):
    """Return the takeaway of an Explore card. It must have at most 15 words."""
    words = card(name, run, *picked).takeaway()
    assert len(words.split(" ")) <= 15, words
    return words


def sentence(name, run, *picked):
    """Return the long sentence of an Explore card."""
    return card(name, run, *picked).sentence()


def all_figures(run, palette=LIGHT):
    """Return the figures of all Explore cards by name, for the first sample and the last target."""
    return {
        name: drawn(name, run, *picked, palette=palette)
        for name in cards_of(run.dataset)
        for picked in [(0, run.dataset.targets - 1) if name == "predictions" else ()]
    }
