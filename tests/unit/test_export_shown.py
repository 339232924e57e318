"""A script belongs to the run that is shown: its epochs, its figures, and how it ended."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from lib.data import make_dataset, settle
from lib.experiment import Experiment
from lib.export import EXPORTS
from lib.export.script import shown_of
from lib.results import ModeResult, Snapshot, Status
from tests.unit.test_export import check_format, exported


def result(epochs, *, kept=None, judged=None):
    """A model after so many epochs: losses 1, 1/2, 1/3, …, and errors ten times as large."""
    numbers = np.arange(1, epochs + 1)
    checked = np.arange((epochs if judged is None else judged) + 1)
    return ModeResult(
        loss_epochs=numbers,
        loss=1 / numbers,
        checked_epochs=checked,
        last_step_mse=10 / np.maximum(checked, 1),
        validation_loss=np.zeros(len(checked)),
        step_mse=np.zeros(4),
        predictions=np.zeros((1, 4, 1)),
        kept_epoch=kept,
    )


def run_of(*results, status=Status.FINISHED, epoch=0, epochs=3000):
    """The snapshot of a run: the sequence models' results by seed, then the others'."""
    half = len(results) // 2
    seeds = [{"sequence": results[k], "last": results[half + k]} for k in range(half)]
    return Snapshot("run", status, epoch, epochs, results=seeds[0], others=tuple(seeds[1:]))


def shown(snapshot, **settings):
    """What a script knows of it."""
    experiment = settle(Experiment().set(**{"T": 4, "N": 64, "epochs": 3000, **settings}))
    return shown_of(experiment, make_dataset(experiment), snapshot)


def without_loss(epochs, *, of):
    """The model without the losses of these epochs, as when they are thinned out."""
    kept = ~np.isin(of.loss_epochs, epochs)
    return replace(of, loss_epochs=of.loss_epochs[kept], loss=of.loss[kept])


@pytest.mark.parametrize(
    ("own", "first", "loss"),
    [
        (result(30), 1, 1 / 30),
        (without_loss([1], of=result(30)), None, 1 / 30),
        (result(9, judged=7), 1, 1 / 7),
        (without_loss(range(2, 9), of=result(9, judged=7)), 1, None),
    ],
)
def test_losses_are_compared_where_they_are_known(own, first, loss):
    """Of the first epoch and the one that was judged last; not those that were thinned out."""
    figures = shown(run_of(own, own, status=Status.RUNNING, epoch=30)).figures
    assert figures.get("first_loss", {"last": None})["last"] == first
    assert figures.get("loss", {"last": None})["last"] == loss
    assert math.isfinite(figures["last_step_mse"]["last"])


JUDGED_LATE = result(9, judged=7)
KEPT = [result(9, kept=epoch) for epoch in (2, 5, 4)]


@pytest.mark.parametrize(
    ("results", "status", "keep", "note", "expected"),
    [
        ([result(78)] * 2, "stopped", "last", "was stopped", (78, False, 1 / 78, 10 / 78)),
        ([*KEPT, *KEPT], "finished", "stop", "was finished", (9, True, 1 / 4, 10 / 4)),
        ([JUDGED_LATE] * 2, "running", "best", "goes on", (7, False, 1 / 7, 10 / 7)),
        ([result(5, kept=3), result(9)], "paused", "stop", "", (9, True, None, None)),
    ],
    ids=["stopped", "best epochs of three seeds", "running", "one is back"],
)
def test_a_script_repeats_a_run_up_to_its_last_judgement(results, status, keep, note, expected):
    """Epochs, whether best epochs are back, and the medians over seeds."""
    snapshot = run_of(*results, status=Status(status), epoch=max(len(r.loss) for r in results))
    known = shown(snapshot, keep=keep, seeds=len(results) // 2)
    figures = [known.figures.get(name, {}).get("last") for name in ("loss", "last_step_mse")]
    assert (known.epochs, known.keeps, *figures) == expected
    assert note in known.note


@pytest.mark.parametrize("snapshot", [None, Snapshot("run", Status.QUEUED, epochs=3000)])
def test_without_a_run_there_is_nothing_to_compare_with(snapshot):
    """The script trains as long as was asked for, and prints its own figures alone."""
    known = shown(snapshot, keep="best")
    assert (known.epochs, known.figures, known.keeps) == (3000, {}, True)
    experiment, dataset, script = exported(Experiment())
    exact = EXPORTS["exact"].write(experiment, dataset, snapshot)
    assert "EXPECTED" not in exact
    assert "Nobody has trained this" in exact
    assert "in the app" not in script


def test_the_plain_script_has_the_apps_figures_and_names_no_winner():
    """Which Keras, with other weights, comes close to at best."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle", seeds=2))
    results = [result(50) for _ in range(4)]
    script = EXPORTS["keras"].write(experiment, dataset, run_of(*results, epoch=50))
    assert script.count('print("    in the app its mean squared error is 0.2")') == 2
    assert "epochs=50, verbose=0)" in script
    error = f"{dataset.raw_scale:.6g} * np.mean(wrong**2) ** 0.5:.3g"
    assert f'print(f"    about {{{error}}}" + " °C off")' in script
    assert f"{dataset.naive_mse[-1]:.6g} at the last timestep" in script
    assert "with one seed another mode may look better" in script
    assert "medians over the app's seeds" in script
    check_format(script)


def test_a_notebook_is_the_exact_script_in_cells():
    """No line of its code is another: but for shapes and charts, which it has besides."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle"))
    snapshot = run_of(result(5), result(5), epoch=5)
    script = EXPORTS["exact"].write(experiment, dataset, snapshot)
    book = json.loads(EXPORTS["notebook"].write(experiment, dataset, snapshot))
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    assert {*script.splitlines()[1:]} <= {*"\n".join(code).splitlines()}
    for cell in code:
        compile(cell, "cell", "exec")
    words = "\n".join(c["source"] for c in book["cells"] if c["cell_type"] == "markdown")
    assert f"`x` (N, T, F) is {dataset.shape}" in words
    assert "`seattle.npz`, which has to lie beside this notebook" in words
