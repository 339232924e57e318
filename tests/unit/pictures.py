"""Datasets and snapshots for the tests of figures and sentences, and what to read of a figure."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from lib.charts import EXPLORE_CARDS
from lib.charts.palette import PALETTES
from lib.data.dataset import Dataset
from lib.experiment import Experiment
from lib.results.run import ModeResult, RunAt, Snapshot, Status

LIGHT = PALETTES["light"]
EXPERIMENT = Experiment().set(T=4, F=3, U=5)


def a_dataset(n=8, t=4, f=3, k=1, **more):
    """Targets count up from 0; six of eight samples are for training; the baseline predicts 1."""
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
        "naive": np.ones_like(y),
        "naive_label": "mean baseline",
    }
    return Dataset(**{**settings, **more})


def of_a_table(dataset, horizon=1):
    """The same as windows of a table, each beginning a row after the one before."""
    rows, start = len(dataset.x), np.arange(len(dataset.x))
    origin = SimpleNamespace(series=np.zeros(rows, int), starts=start, horizons=(horizon,))
    return replace(dataset, origin=origin)


def a_result(dataset, wrong, epochs=10):
    """A model that is `wrong` too high at every step of every sample."""
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
    """A snapshot whose models are wrong by so much: `a_snapshot(data, sequence=0.5, last=0.25)`."""
    return Snapshot(
        run_id="r",
        status=Status.RUNNING,
        epoch=epochs,
        epochs=20,
        samples=np.arange(len(dataset.x))[dataset.evaluated],
        results={mode: a_result(dataset, error, epochs) for mode, error in wrong.items()},
    )


def with_kept(snapshot, **kept):
    """The same run with these epochs kept, by mode; each was evaluated and is remembered."""
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
    """The same run after it diverged: every figure of every model is `value` (inf or nan)."""
    names = ("loss", "last_step_mse", "validation_loss", "step_mse", "predictions")
    results = {
        mode: replace(r, **{name: np.full_like(getattr(r, name), value) for name in names})
        for mode, r in snapshot.results.items()
    }
    return replace(snapshot, status=Status.DIVERGED, results=results)


def traces(figure, name):
    """The traces of that name."""
    return [trace for trace in figure.data if trace["name"] == name]


def the(figure, name):
    """The only trace of that name."""
    (trace,) = traces(figure, name)
    return trace


def words_of(figure):
    """The text of a chart: its key, the labels at the ends of lines, and notes."""
    text = " | ".join(note.text.replace("<br>", " ") for note in figure.layout.annotations)
    return text.replace("\u00a0", " ")


def a_run(dataset=None, experiment=EXPERIMENT, *, epochs=10, **wrong):
    """A run whose models are wrong by so much: `a_run(sequence=0.5, last=0.25)`."""
    dataset = dataset or a_dataset()
    return RunAt(experiment, dataset, a_snapshot(dataset, epochs=epochs, **wrong))


def card(name, run, *picked):
    """An Explore card; of the answers to the first sample unless another is picked."""
    picked = picked or ((0, 0) if name == "predictions" else ())
    return EXPLORE_CARDS[name](run, *picked)


def drawn(name, run, *picked, palette=LIGHT):
    """The figure of an Explore card."""
    return card(name, run, *picked).figure(palette)


def takeaway(name, run, *picked):
    """The takeaway of an Explore card, which has at most 15 words."""
    words = card(name, run, *picked).takeaway()
    assert len(words.split(" ")) <= 15, words
    return words


def sentence(name, run, *picked):
    """What is said of an Explore card at length."""
    return card(name, run, *picked).sentence()


def all_figures(run, palette=LIGHT):
    """Every Explore card's figure, of the first sample and the last target, by the card's name."""
    return {
        name: drawn(name, run, *picked, palette=palette)
        for name in EXPLORE_CARDS
        for picked in [(0, run.dataset.targets - 1) if name == "predictions" else ()]
    }
