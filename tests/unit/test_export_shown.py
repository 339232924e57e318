"""A script belongs to the run that is shown: its epochs, its figures, and how it ended."""

from __future__ import annotations

import ast
import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lib.data import Table
from lib.data.datasets import make_dataset, settle
from lib.experiment.experiment import Experiment
from lib.export.exports import EXPORTS
from lib.export.script import shown_of
from lib.results.run import ModeResult, Snapshot, Status
from tests.unit.test_export import OWN, check_format, exported, suggested


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


def test_a_stopped_run_trains_as_long_as_it_did():
    """And not as long as was asked for."""
    known = shown(run_of(result(78), result(78), status=Status.STOPPED, epoch=78))
    assert (known.epochs, known.keeps) == (78, False)
    assert known.note.endswith("was stopped: these are its figures after 78 of 3,000 epochs.")
    assert known.figures["loss"] == {"sequence": 1 / 78, "last": 1 / 78}
    assert known.figures["last_step_mse"]["last"] == 10 / 78


def test_the_first_losses_are_compared_as_far_as_all_are_known():
    """Ten at most; none after one that was thinned out, since it would stand for another."""
    whole = result(30)
    assert shown(run_of(whole, whole, epoch=30)).first["last"] == [1 / k for k in range(1, 11)]
    without = {name: np.delete(getattr(whole, name), 3) for name in ("loss_epochs", "loss")}
    known = shown(run_of(whole, replace(whole, **without), epoch=30), mode="both")
    assert known.first["last"] == [1, 1 / 2, 1 / 3]
    assert shown(run_of(result(9, judged=7), result(9, judged=7), epoch=9)).first["last"] == [
        1 / k for k in range(1, 8)
    ]


def test_figures_are_medians_over_the_seeds():
    """As the screen has them: here of runs that kept epochs 2, 4 and 5."""
    kept = [result(9, kept=epoch) for epoch in (2, 5, 4)]
    known = shown(run_of(*kept, *kept, epoch=9), keep="stop", patience=7, seeds=3)
    assert known.figures["loss"]["sequence"] == 1 / 4
    assert known.figures["last_step_mse"]["sequence"] == 10 / 4
    assert (known.epochs, known.keeps, known.patience, known.going) == (9, True, 7, False)


def test_a_run_that_goes_on_is_shown_as_it_was_judged_last():
    """Its losses go further, and it may have no best epoch back yet."""
    snapshot = run_of(result(9, judged=7), result(9, judged=7), status=Status.RUNNING, epoch=9)
    known = shown(snapshot, keep="best")
    assert (known.epochs, known.keeps) == (7, False)
    assert known.figures["loss"]["last"] == 1 / 7


def test_a_paused_run_may_have_one_best_epoch_back_and_not_the_other():
    """That is told apart in the script, by an `EarlyStopping` of its own."""
    snapshot = run_of(result(5, kept=3), result(9), status=Status.PAUSED, epoch=9)
    assert shown(snapshot, keep="stop").going
    experiment, dataset, _ = exported(Experiment().set(keep="stop", epochs=3000))
    script = EXPORTS["exact"].write(experiment, dataset, snapshot)
    assert "class Best(keras.callbacks.EarlyStopping):" in script
    assert "loss = losses[best.best_epoch if best.stopped_epoch else -1]" in script
    check_format(script)


def test_a_run_that_diverged_at_once_is_repeated_up_to_there():
    """There is no figure to compare with, and the script says why."""
    snapshot = run_of(
        result(0, judged=0), result(0, judged=0), status=Status.DIVERGED, epoch=0, epochs=3000
    )
    known = shown(snapshot)
    assert (known.epochs, known.figures) == (1, {})
    assert known.note == "The app's run diverged: it was judged last after 0 of 3,000 epochs."


def test_a_loss_that_was_thinned_out_is_not_compared():
    """Of a long run that goes on not every epoch's is kept."""
    thinned = replace(result(9, judged=7), loss_epochs=np.array([1, 9]), loss=np.array([1.0, 0.5]))
    known = shown(run_of(thinned, thinned, status=Status.RUNNING, epoch=9))
    assert known.figures.keys() == {"last_step_mse"}
    assert math.isfinite(known.figures["last_step_mse"]["last"])


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


def judged_with(script, train_one):
    """Run what an exact script does with its trainings, made by `train_one`: the tolerances."""
    own = {"train_one", "first_weights", "build", "glorot_uniform", "orthogonal"}
    nodes = [node for node in ast.parse(script).body if getattr(node, "name", "") not in own]
    start = next(k for k, node in enumerate(nodes) if "EPOCHS" in ast.unparse(node))
    nodes = [node for node in nodes[start:] if not isinstance(node, ast.ClassDef)]
    config = SimpleNamespace(set_floatx=lambda _: None, set_dtype_policy=lambda _: None)
    names = {"np": np, "json": json, "keras": SimpleNamespace(config=config), "train": 1}
    names["train_one"] = train_one
    exec(compile(ast.Module(nodes, []), "script", "exec"), names)  # noqa: S102 - our own script
    return names["tolerance"]


def test_the_tolerance_is_what_rounding_does_to_a_seed_in_the_worst_of_three_trials():
    """A median hides that seeds move against each other, and one trial may end close by chance."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle", seeds=2))
    script = EXPORTS["exact"].write(experiment, dataset, run_of(*[result(5)] * 4, epoch=5))
    expected = result(5)
    trials = []

    def train_one(_, seed, toward=None):
        """Off by 0.4%; repeated, the seeds move by ±0.1% each: so the median stays."""
        trials.append((seed, toward))
        share = 1.004 if len(trials) <= 4 else 1.004 + (0.001 if seed else -0.001)
        figures = {"last_step_mse": expected.final_mse * share, "loss": expected.final_loss}
        return figures | {"losses": expected.loss.tolist(), "says": None}

    assert judged_with(script, train_one)["last"] == pytest.approx(10 * 0.001 / 1.004)
    assert [toward for _, toward in trials[::4]] == [None, None]  # as far as needed
    trials.clear()
    expected = replace(expected, last_step_mse=expected.last_step_mse * 1.02)
    with pytest.raises(AssertionError, match="more than rounding explains"):
        judged_with(script, train_one)
    assert [toward for _, toward in trials[::4]] == [None, None, np.inf, -np.inf]


@pytest.mark.parametrize("off", [1.0, 1.01])
def test_where_rounding_makes_figures_useless_the_first_losses_tell(off):
    """Those of epochs in which no trial has moved them."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle", seeds=1))
    script = EXPORTS["exact"].write(experiment, dataset, run_of(*[result(5)] * 2, epoch=5))
    trials = []

    def train_one(mode, *_):
        """From the fourth epoch on, each training differs from the one before by half."""
        trials.append(mode)
        grown = 2 + trials.count(mode) / 2
        losses = result(5).loss * np.array([off, off, off, grown, grown])
        return {"last_step_mse": grown, "loss": 0.2, "losses": losses.tolist(), "says": None}

    if off == 1:
        assert judged_with(script, train_one)["last"] > 1
    else:
        with pytest.raises(AssertionError, match="more than rounding explains"):
            judged_with(script, train_one)
    assert len(trials) == (4 if off == 1 else 8)


@pytest.mark.parametrize("name", ["adding", "worked_raw", "gapminder", "macro"])
@pytest.mark.parametrize("keep", ["last", "stop"])
def test_the_exact_script_is_formatted_as_ruff_does(name, keep):
    """With and without a run, of each kind of data."""
    experiment = suggested(name).set(keep=keep)
    dataset = make_dataset(experiment)
    experiment = settle(experiment)
    for snapshot in (None, run_of(result(5), result(5), epoch=5)):
        check_format(EXPORTS["exact"].write(experiment, dataset, snapshot))


def test_the_longest_exact_script_is_formatted_too():
    """The longest names and numbers that there are; in one mode as well."""
    settings = {"optimizer": "rmsprop", "loss": "mae", "lr": 0.00123, "layers": 3, "epochs": 5000}
    wide = {"cell": "simple_rnn", "U": 128, "T": 100, "keep": "stop", "seed": 9999, "seeds": 16}
    for mode in ("both", "last"):
        experiment, dataset, _ = exported(Experiment().set(mode=mode, **settings, **wide))
        check_format(EXPORTS["exact"].write(experiment, dataset))


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


def test_files_are_called_after_what_they_hold():
    """Data, cell, mode; of an own file its name, in letters that are safe anywhere."""

    def names(experiment, table=None):
        experiment, dataset, _ = exported(experiment, table)
        return [export.file_name(experiment, dataset) for export in EXPORTS.values()]

    assert names(Experiment().set(data="seattle")) == [
        "seattle-lstm-both.py",
        "seattle-lstm-both-exact.py",
        "seattle-lstm-both.ipynb",
    ]
    other = Experiment().set(cell="simple_rnn", mode="last")
    assert names(other)[0] == "running-mean-simple-rnn-last.py"
    own = Experiment().set(data="upload", T=4)
    for file, name in {
        "Höhen über N.N. (2024).csv": "hohen-uber-n-n-2024",
        "../../etc/passwd": "passwd",
        "数据.csv": "upload",
        "a" * 90 + ".csv": "a" * 40,
    }.items():
        assert names(own, Table(name=file, frame=OWN.frame))[0] == f"{name}-lstm-both.py"
