"""An exported script makes the app's data, and is in ruff's format."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data import DATASETS, SEQUENCES, Table, class_numbers, make_dataset, settle, suggested
from lib.data.datasets.bundled import TABLES
from lib.experiment import Experiment
from lib.export import EXPORTS, name_of
from lib.export.script import shown_of
from lib.results import ModeResult, Snapshot, Status

OWN = Table(
    name="sales.csv",
    frame=pd.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), columns=["a", 'b "quoted"', "c"]
    ).mask(lambda frame: frame > 2),
)


def exported(experiment, table=None):
    """Return the settled experiment, its dataset and its plain script."""
    experiment = settle(experiment, table)
    dataset = make_dataset(experiment, table)
    return experiment, dataset, EXPORTS["keras"].write(experiment, dataset)


def assert_same_data(script, dataset):
    """Check that a script's data equal the app's up to rounding of float32."""
    code = script.partition("\nkeras.utils.set_random_seed")[0].replace("import keras\n", "")
    made = {}
    exec(code, made)  # noqa: S102  our own script
    assert (made["train"], made.get("test", 0)) == (dataset.train, dataset.test)
    expected = {"x": dataset.x, "y": dataset.y}
    if dataset.classes:
        expected = {"x": dataset.x, "labels": class_numbers(dataset.y)}
        np.testing.assert_array_equal(made["last_labels"], class_numbers(dataset.last_y))
    for name, array in expected.items():
        assert made[name].dtype == array.dtype
        np.testing.assert_allclose(made[name], array, rtol=1e-5, atol=1e-6)


def check_format(script):
    """Check that ruff neither changes the script nor reports anything."""
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,UP,C4"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "-"]
        done = subprocess.run(ruff, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "experiment",
    [
        *(suggested(name) for name in DATASETS if name not in {*TABLES, *SEQUENCES, "upload"}),
        Experiment().set(data="echo", seed=7, noise=0.25, lag=2, N=64, T=5, F=2),
        Experiment().set(data="brackets", seed=7, noise=0.25, N=64, T=8, F=4, padding="after"),
        Experiment().set(data="first_pattern", N=64, T=8, padding="before", mode="last"),
    ],
    ids=lambda experiment: experiment.data.name,
)
def test_a_script_makes_the_data_of_the_app(experiment):
    """This holds for every dataset without a table, and for any seed, noise and lag."""
    _, dataset, script = exported(experiment)
    assert_same_data(script, dataset)


SCRIPTS = ["keras", "exact", "torch", "torch_exact"]
LONG = {"optimizer": "rmsprop", "loss": "mae", "lr": 0.00123, "layers": 3, "epochs": 5000}
WIDE = {"cell": "simple_rnn", "U": 128, "T": 100, "keep": "stop", "seed": 9999, "seeds": 16}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize(
    "experiment",
    [
        suggested("adding"),
        suggested("worked_scaled"),
        suggested("gapminder").set(keep="best"),
        Experiment().set(**LONG, **WIDE),
    ],
    ids=lambda experiment: f"{experiment.data.name} {experiment.model.mode}",
)
def test_a_script_is_in_ruffs_format(name, experiment):
    """This holds for each kind of data, and for the longest names and numbers."""
    experiment, dataset, _ = exported(experiment)
    check_format(EXPORTS[name].write(experiment, dataset))


@pytest.mark.parametrize(
    ("settings", "patience"),
    [
        ({"keep": "stop", "patience": 1000}, 1000),
        ({"keep": "best", "patience": 1000}, 5000),  # all epochs, so it never stops early
        ({}, None),
        ({"data": "worked_scaled", "keep": "best"}, None),  # there are no validation samples
    ],
)
def test_a_script_keeps_the_best_epoch_as_the_app_does(settings, patience):
    """If there are validation samples, the script uses Keras's EarlyStopping."""
    script = "".join(exported(Experiment().set(epochs=5000, batch=512, **settings))[2].split())
    stopping = f'EarlyStopping(monitor="val_loss",patience={patience},restore_best_weights=True)'
    assert (stopping in script) == (patience is not None)
    for y in ("y[train:]", "y[train:,-1]"):
        validation = f"validation_data=(x[train:],{y}),callbacks=[best],)"
        assert (validation in script) == (patience is not None)
    assert ("EarlyStopping" in script) == (patience is not None)


def test_a_script_sets_return_sequences_and_comments_the_shapes():
    """In a stack, only the top layer differs between the modes."""
    script = exported(Experiment().set(layers=2, cell="gru", U=5, T=4))[2]
    sequence, _, last = script.partition("# Last step: one output, at the last timestep.")
    assert "TensorFlow, JAX or PyTorch" in script.partition("import")[0]
    assert "keras.Input((4, 3)),  # (N, 4, 3)" in sequence
    assert sequence.count("keras.layers.GRU(5, return_sequences=True),  # (N, 4, 5)") == 2
    assert "keras.layers.Dense(1),  # (N, 4, 1)" in sequence
    assert last.count("keras.layers.GRU(5, return_sequences=True),  # (N, 4, 5)") == 1
    assert last.count("keras.layers.GRU(5, return_sequences=False),  # (N, 5)") == 1
    assert "keras.layers.Dense(1),  # (N, 1)" in last
    assert "last_step.set_weights(sequence.get_weights())" in last
    assert "last_step.fit(x[:train], y[:train, -1], batch_size=32, epochs=200" in last


@pytest.mark.parametrize(
    ("settings", "file", "name"),
    [
        ({"data": "seattle"}, "", "seattle-lstm-both"),
        ({"cell": "simple_rnn", "mode": "last"}, "", "running-mean-simple-rnn-last"),
        ({}, "Höhen über N.N. (2024).csv", "hohen-uber-n-n-2024-lstm-both"),
        ({}, "数据.csv", "upload-lstm-both"),
        ({}, 'my """file\\".csv', "my-file-lstm-both"),  # the quotes mustn't end a string
    ],
)
def test_file_names_have_data_cell_and_mode(settings, file, name):
    """The name of an upload is reduced to safe characters."""
    data = {"data": "upload", "T": 4} if file else {}
    table = Table(name=file, frame=OWN.frame) if file else None
    experiment, dataset, script = exported(Experiment().set(**settings, **data), table)
    compile(script, "script", "exec")
    assert name_of(experiment, dataset) == name


def result(epochs, *, kept=None, evaluated=None):
    """Return a model's results: losses 1, 1/2, 1/3, … by epoch, and ten times larger errors."""
    numbers = np.arange(1, epochs + 1)
    checked = np.arange((epochs if evaluated is None else evaluated) + 1)
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
    """Return a snapshot. The first half of `results` are the sequence models', by seed."""
    half = len(results) // 2
    seeds = [{"sequence": results[k], "last": results[half + k]} for k in range(half)]
    return Snapshot("run", status, epoch, epochs, results=seeds[0], others=tuple(seeds[1:]))


def shown(snapshot, **settings):
    """Return the epochs and results that a script contains for a run."""
    experiment = settle(Experiment().set(**{"T": 4, "N": 64, "epochs": 3000, **settings}))
    return shown_of(experiment, make_dataset(experiment), snapshot)


def without_loss(epochs, *, of):
    """Return the results without the losses of these epochs, as after thinning."""
    kept = ~np.isin(of.loss_epochs, epochs)
    return replace(of, loss_epochs=of.loss_epochs[kept], loss=of.loss[kept])


@pytest.mark.parametrize(
    ("results", "first", "tenth", "loss"),
    [
        (result(30), 1, 1 / 10, 1 / 30),
        (result(30, kept=5), 1, 1 / 10, 1 / 5),
        (without_loss([1], of=result(30)), None, 1 / 10, 1 / 30),
        (result(9, evaluated=7), 1, 1 / 7, 1 / 7),
        (without_loss(range(2, 9), of=result(9, evaluated=7)), 1, None, None),
    ],
)
def test_a_script_compares_only_known_losses(results, first, tenth, loss):
    """These are the losses of epochs 1, 10 and the last evaluated epoch, unless thinned out."""
    figures = shown(run_of(results, results, status=Status.RUNNING, epoch=30)).figures
    assert figures.get("first_loss", {"last": None})["last"] == first
    assert figures.get("tenth_loss", {"last": None})["last"] == tenth
    assert figures.get("loss", {"last": None})["last"] == loss
    assert math.isfinite(figures["last_step_mse"]["last"])


EVALUATED_EARLIER = result(9, evaluated=7)
KEPT = [result(9, kept=epoch) for epoch in (2, 5, 4)]


@pytest.mark.parametrize(
    ("results", "status", "keep", "note", "expected"),
    [
        ([result(78)] * 2, "stopped", "last", "was stopped", (78, False, 1 / 78, 10 / 78)),
        ([*KEPT, *KEPT], "finished", "stop", "run finished", (9, True, 1 / 4, 10 / 4)),
        ([EVALUATED_EARLIER] * 2, "running", "best", "run continues", (7, False, 1 / 7, 10 / 7)),
        ([result(5, kept=3), result(9)], "paused", "stop", "", (9, True, None, None)),
    ],
    ids=["stopped", "best epochs of three seeds", "running", "one is restored"],
)
def test_a_script_repeats_a_run_up_to_its_last_evaluation(results, status, keep, note, expected):
    """It contains the epochs, whether to restore the best epoch, and medians over the seeds."""
    snapshot = run_of(*results, status=Status(status), epoch=max(len(r.loss) for r in results))
    content = shown(snapshot, keep=keep, seeds=len(results) // 2)
    figures = [content.figures.get(name, {}).get("last") for name in ("loss", "last_step_mse")]
    assert (content.epochs, content.keeps, *figures) == expected
    assert note in content.note


@pytest.mark.parametrize("snapshot", [None, Snapshot("run", Status.QUEUED, epochs=3000)])
def test_without_a_run_a_script_compares_nothing(snapshot):
    """The script trains for all epochs, and prints its own results only."""
    content = shown(snapshot, keep="best")
    assert (content.epochs, content.figures, content.keeps) == (3000, {}, True)
    experiment, dataset, script = exported(Experiment())
    exact = EXPORTS["exact"].write(experiment, dataset, snapshot)
    assert "EXPECTED" not in exact
    assert "No run in the app yet" in exact
    assert "in the app" not in script


def test_the_plain_script_prints_the_apps_results_and_names_no_winner():
    """It warns that Keras draws other weights, and that one seed may favor the other mode."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle", seeds=2))
    results = [result(50) for _ in range(4)]
    script = EXPORTS["keras"].write(experiment, dataset, run_of(*results, epoch=50))
    assert script.count('print("    in the app, median of 2 seeds: mean squared error 0.2")') == 2
    assert "epochs=50, verbose=0)" in script
    error = f"{dataset.raw_scale:.6g} * np.mean(errors**2) ** 0.5:.3g"
    assert f'print(f"    about {{{error}}}" + " °C off")' in script
    assert f"{dataset.baseline_mse[-1]:.6g} at the last timestep" in script
    assert "other mode can look better" in script
    check_format(script)


def test_a_notebook_is_the_exact_script_in_cells():
    """The cells have every line of the script, and add shapes and charts."""
    experiment, dataset, _ = exported(Experiment().set(data="seattle"))
    snapshot = run_of(result(5), result(5), epoch=5)
    script = EXPORTS["exact"].write(experiment, dataset, snapshot)
    book = json.loads(EXPORTS["notebook"].write(experiment, dataset, snapshot))
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    _, _, script = script.partition('"""\n\n')  # The cells leave out the docstring.
    assert {*script.splitlines()} <= {*"\n".join(code).splitlines()}
    for cell in code:
        compile(cell, "cell", "exec")
    words = "\n".join(c["source"] for c in book["cells"] if c["cell_type"] == "markdown")
    assert f"`x` (N, T, F) has shape {dataset.shape}" in words
    assert "The arrays are in `seattle.npz`" in words
