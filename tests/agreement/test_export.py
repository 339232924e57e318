"""Exported scripts run in Keras, and exact scripts repeat the results of the app's runs."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from lib.data import keras_target, read_upload
from lib.data.datasets.registry import DATASETS, make_dataset, settle
from lib.experiment import CELLS, HEADS, MODES, OPTIMIZERS, REGISTRIES, Experiment, losses_for
from lib.export.data import arrays, data_name, is_loaded
from lib.export.script import EXPORTS
from lib.recurrence import outputs_in_parts
from lib.results import RunAt, Status, activated
from tests.agreement.covering import covering
from tests.unit.uploaded import lines
from tests.waiting import PATIENCE
from tests.weekly import rest_weekly

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("script_runner.py")
CLOSE = 1e-4  # relative tolerance of results
ONE_THREAD = os.environ | {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
"""Small models train faster with one thread."""
FILE = "höhen.csv"
CONTENT = lines(
    "Tag;Ort;Höhe;Größe",
    lambda i: f"{1 + i % 28}.{1 + i // 28}.2024;{'ab'[i % 2]};{20 + i % 7},5;{i % 5},25",
    56,
).encode("latin-1")
"""A file from a Western European spreadsheet: semicolons, decimal commas, Latin-1."""
LEVELS = {
    "cell": [*CELLS],
    "layers": [1, 2, 3],
    "optimizer": [*OPTIMIZERS],
    "loss": losses_for(0),
    "mode": ["both", "sequence", "last"],
    "keep": [*REGISTRIES["keeps"]],
    "head": [*HEADS],
}
ROWS = {
    "1222331": {"data": "seattle", "targets": ("temp_max", "wind"), "train": 90, "test": 5}
    | {"pool": "attention"},
    "3121132": {"data": "echo", "lag": 1},
    "3213211": {"data": "upload", "inputs": ("Ort", "Höhe", "month of year"), "missing": "drop"},
    "1333321": {"data": "gapminder", "train": 90},
    "2123332": {"data": "macro", "form": "change", "ahead": "each", "horizon": 2},
    "1111232": {"data": "running_mean", "noise": 0.1},
    "2231122": {"data": "parity"},
    "2312111": {"data": "adding", "F": 2},
    "3132232": {"data": "white_noise"},
    "3321232": {"data": "running_sum"},
    "1112321": {"data": "recall_first"},
    "1123112": {"data": "worked_raw", "batch": 2},
    "3121221": {"data": "majority_sign"},
    "2131221": {"data": "sine"},
    "3131311": {"data": "worked_scaled", "seeds": 2},
}
"""Other settings of each experiment. A key's digits choose values in LEVELS, counted from 1."""
# A new cell or loss adds rows, so that all pairs of values of two settings occur.
LEVEL_NUMBERS = ["123456789"[: len(values)] for values in LEVELS.values()]
ROWS |= {"".join(row): {"data": "echo"} for row in covering(ROWS, LEVEL_NUMBERS)[len(ROWS) :]}
LABELS = {
    "brackets": {"padding": "after", "weights": "classes", "keep": "best", "seeds": 2}
    | {"pool": "mean"},
    "first_pattern": {"padding": "before", "output": "logits", "weights": "classes", "cell": "gru"}
    | {"pool": "max"},
    "weather": {"output": "logits", "weights": "steps", "train": 90, "test": 5},
    "digits": {"loss": "onehot", "mode": "last", "weights": "classes", "cell": "simple_rnn"},
    "vowels": {"mask": "off", "loss": "onehot", "output": "logits", "mode": "both"},
    "continents": {"weights": "classes", "mode": "sequence", "layers": 2, "keep": "stop"},
    "upload": {"targets": ("Ort",), "mode": "last", "weights": "classes", "keep": "best"},
}
"""Settings of experiments with labels, by dataset."""
FIRST, FIRST_LABELS = 2, 1  # rows that `make test` checks; weekly tests check all rows

EACH_ROW = [*rest_weekly(ROWS, FIRST), *rest_weekly(LABELS, FIRST_LABELS)]


class Runner:
    """A process that runs scripts in the order of `queue`, with a backend of Keras."""

    def __init__(self, folder, backend="tensorflow"):
        self.folder, self._waiting = folder, list[str]()
        self._results = {}
        command = [sys.executable, "-I", f"{RUNNER}"]
        self._log = (folder / "runner.log").open("w")
        environment = ONE_THREAD | {"KERAS_BACKEND": backend}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._log}
        self._process = subprocess.Popen(command, env=environment, encoding="utf-8", **pipes)

    def queue(self, file, script, dataset=None, *, quick=True):
        """Queue a script. If the script loads arrays, write them next to the script."""
        if dataset and is_loaded(dataset):
            new = self.folder / "new.npz"
            new.write_bytes(arrays(dataset))
            new.replace(self.folder / f"{data_name(dataset)}.npz")  # a script may be reading it
        (self.folder / file).write_text(script, encoding="utf-8")
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([f"{self.folder}", file, quick]) + "\n")
        self._process.stdin.flush()
        self._waiting.append(file)

    def result(self, file):
        """Return a script's output, its error or an empty text, and the shapes in its models."""
        assert self._process.stdout is not None
        while file not in self._results:
            self._results[self._waiting.pop(0)] = json.loads(self._process.stdout.readline())
        return self._results[file]

    def close(self):
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    """Return one runner for all tests."""
    runner = Runner(tmp_path_factory.mktemp("scripts"))
    yield runner
    runner.close()


def experiment_of(row):
    """Return the experiment and dataset of a row. An epoch has one full and one smaller batch."""
    small = {"T": 2, "U": 4, "N": 32, "batch": 16, "epochs": 2, "patience": 1, "seed": 3}
    if row in LABELS:
        settings = {"data": row, "T": 6, "N": 64, **LABELS[row]}
    else:
        levels = {name: int(level) - 1 for name, level in zip(LEVELS, row, strict=True)}
        settings = {name: LEVELS[name][level] for name, level in levels.items()} | ROWS[row]
    table = read_upload(f"{row} {FILE}", CONTENT) if settings["data"] == "upload" else None
    experiment = settle(Experiment().set(**small | settings), table)
    dataset = make_dataset(experiment, table)
    if dataset.train > 24:
        experiment = experiment.set(batch=min(512, dataset.train * 2 // 3))
    return experiment, dataset


@pytest.fixture(scope="module")
def cases(client, runner, request):
    """Train the rows of the selected tests, queue their scripts, and return the runs by row."""
    items = [item for item in request.session.items if item.path == request.path]
    params = [item.callspec.params for item in items if hasattr(item, "callspec")]
    selected = {row: experiment_of(row) for row in {each.get("row") for each in params} - {None}}
    runs = {row: client.start(*pair) for row, pair in selected.items()}
    finished = {}
    for row, (experiment, dataset) in selected.items():
        finished[row] = RunAt(experiment, dataset, client.wait(runs[row], PATIENCE))
        one_batch = experiment.set(batch=512)  # The plain script takes half the time.
        for name, exported in {"exact": experiment, "keras": one_batch}.items():
            script = EXPORTS[name].write(exported, dataset, finished[row].snapshot)
            runner.queue(f"{name}-{row}.py", script, dataset)
    return finished


def test_every_dataset_has_a_row():
    """The scripts of every dataset are tested."""
    absent = set(DATASETS) - {row["data"] for row in ROWS.values()} - set(LABELS)
    assert not absent, f"no row of ROWS or LABELS has these data: {absent}"


def figures(printed):
    """Return the results in the last line that a script printed."""
    return json.loads(printed.splitlines()[-1])


def assert_same_figures(case, printed):
    """Assert that the script's results at the last step, loss and first loss equal the app's."""
    script_figures = figures(printed)
    for mode, result in case.snapshot.middle.results.items():
        first = np.median([seed[mode].loss[0] for seed in case.snapshot.seeds])
        assert script_figures["last_step_mse"][mode] == pytest.approx(result.final_mse, rel=CLOSE)
        assert script_figures["loss"][mode] == pytest.approx(result.final_loss, rel=CLOSE)
        assert script_figures["first_loss"][mode] == pytest.approx(first, rel=CLOSE)
        if case.dataset.classes:
            assert script_figures["accuracy"][mode] == pytest.approx(result.final_accuracy)


@pytest.mark.parametrize("row", EACH_ROW)
def test_the_exact_script_prints_the_numbers_of_the_app(row, cases, runner):
    """The script's own assertion passes, too."""
    printed, error, _ = runner.result(f"exact-{row}.py")
    assert not error
    case = cases[row]
    assert case.snapshot.status is Status.FINISHED
    assert_same_figures(case, printed)


@pytest.mark.parametrize("row", EACH_ROW)
def test_the_layers_of_the_plain_script_have_the_shapes_in_its_comments(row, cases, runner):
    """The script also prints the results of the app."""
    printed, error, shapes = runner.result(f"keras-{row}.py")
    assert not error
    case = cases[row]
    script = (runner.folder / f"keras-{row}.py").read_text("utf-8")
    comments = re.findall(
        r"^(?:        |h = (?:inputs = )?)keras\..*# \(N, (.*)\)$", script, re.MULTILINE
    )
    assert [[*map(int, text.split(", "))] for text in comments] == [*chain(*shapes)]
    targets = re.findall(r"^# Targets of .* timestep: \(N,(.*)\)\.$", script, re.MULTILINE)
    is_sparse = case.experiment.training.loss == "sparse"  # Integer targets have no axis K.
    expected = [each[-1][: -1 if is_sparse else None] for each in shapes]
    assert [[*map(int, filter(None, text.split(",")))] for text in targets] == expected
    measure = "accuracy" if case.dataset.classes else "mean squared error"
    results = re.findall(rf"^(.*) mode: {measure} (\S+) at", printed, re.MULTILINE)
    kinds = [MODES[mode].kind for mode in case.experiment.model.modes]
    assert [mode for mode, _ in results] == kinds
    highest = 1 if case.dataset.classes else 1e5
    assert all(0 <= float(result) <= highest for _, result in results)
    for result in case.snapshot.middle.results.values():
        value = result.final_accuracy if case.dataset.classes else result.final_mse
        assert re.search(rf"in the app.*: {measure} {value:.4g}\n", printed)
    assert re.search(rf"^Baseline .*: {measure} \S+ at the last timestep", printed, re.MULTILINE)


@pytest.mark.weekly
@pytest.mark.parametrize("backend", ["jax", "torch"])
# A task, a table with plain windows, and labels with a mask, logits or weights
@pytest.mark.parametrize("row", ["3121132", "1222331", "brackets", "first_pattern", "digits"])
def test_scripts_and_models_run_on_other_backends(row, backend, cases, client, tmp_path):
    """The exact script compares its own results with the app's. TensorFlow is installed, too."""
    pytest.importorskip(backend)
    other, case = Runner(tmp_path, backend), cases[row]
    experiment, dataset, weights = case.experiment, case.dataset, case.snapshot.weights[0]["last"]
    about = {"cell": experiment.model.cell, "mode": "last", "timesteps": dataset.shape[1]}
    about |= keras_target(experiment, dataset).layers
    saved = client.ask("keras_file", weights=weights, **about).result(PATIENCE)["file"]
    (tmp_path / "last.keras").write_bytes(saved)
    np.save(tmp_path / "x.npy", dataset.x[:8])
    predict = "keras.saving.load_model('last.keras').predict(np.load('x.npy'), verbose=0)"
    show = f"print(keras.backend.backend(), *{predict}.ravel())"
    other.queue("load.py", f"import keras\nimport numpy as np\n{show}")
    for name in ("keras", "exact"):
        script = EXPORTS[name].write(experiment, dataset, case.snapshot)
        other.queue(f"run-{name}.py", script, dataset, quick=False)
        assert not other.result(f"run-{name}.py")[1]
    used, *predicted = other.result("load.py")[0].split()
    assert used == backend
    mask = dataset.model_mask(experiment)
    known = None if mask is None else mask[:8]
    outputs = np.concatenate([*outputs_in_parts(experiment, weights, dataset.x[:8], known)])[:, -1]
    expected = (activated(experiment, outputs) if about["activation"] else outputs).ravel()
    np.testing.assert_allclose([*map(float, predicted)], expected, rtol=1e-4, atol=1e-6)
    other.close()


@pytest.mark.parametrize("epoch", rest_weekly([-1, 0]))
def test_an_exact_script_fails_if_its_results_differ_from_the_apps(epoch, client, runner):
    """If a loss differs by 1%, the script measures rounding three times and then fails."""
    experiment = settle(Experiment().set(N=32, T=3, U=4, mode="last", epochs=2))
    dataset = make_dataset(experiment)
    snapshot = client.wait(client.start(experiment, dataset), PATIENCE)
    result = snapshot.results["last"]
    loss = result.loss.copy()
    loss[epoch] *= 1.01
    wrong = replace(snapshot, results={"last": replace(result, loss=loss)})
    name = f"exact-wrong-{epoch}.py"
    runner.queue(name, EXPORTS["exact"].write(experiment, dataset, wrong), dataset)
    printed, error, _ = runner.result(name)
    assert printed.count("to measure rounding") == 3
    assert "by more than rounding" in error


def test_scripts_of_a_stopped_run_train_as_many_epochs(client, runner):
    """The exact script is traced and compiled here, as on a user's machine."""
    settings = {"N": 64, "T": 5, "U": 4, "epochs": 3000, "cell": "gru", "mode": "last"}
    experiment = settle(Experiment().set(**settings))
    dataset = make_dataset(experiment)
    run = client.start(experiment, dataset, paused=True)
    client.wait(run, PATIENCE, lambda snapshot: snapshot.status is Status.PAUSED)
    for _ in range(12):
        client.step(run)
    client.wait(run, PATIENCE, lambda s: s.epoch == 12 and s.status is Status.PAUSED)
    client.stop(run)
    case = RunAt(experiment, dataset, client.wait(run, PATIENCE))
    assert (case.snapshot.status, case.snapshot.epoch) == (Status.STOPPED, 12)
    for name in ("exact", "keras"):
        script = EXPORTS[name].write(experiment, dataset, case.snapshot)
        runner.queue(f"{name}-stopped.py", script, quick=name == "keras")
    printed, error, _ = runner.result("exact-stopped.py")
    assert not error
    assert_same_figures(case, printed)
    assert "stopped: these are its results after 12 of 3,000 epochs" in printed
    script = (runner.folder / "keras-stopped.py").read_text("utf-8")
    assert "epochs=12," in script
    assert not runner.result("keras-stopped.py")[1]


@pytest.mark.parametrize("row", ["3121132"])
def test_notebooks_run_from_top_to_bottom(row, cases, tmp_path):
    """A run's notebook has shapes, charts and results. The hosted notebook trains from a link."""
    case = cases[row]
    text = EXPORTS["notebook"].write(case.experiment, case.dataset, case.snapshot)
    hosted = json.loads((ROOT / ".github" / "unrolled.ipynb").read_text("utf-8"))
    query = "data=echo&N=32&T=2&U=2&cell=simple_rnn&epochs=2&batch=16&lag=1&seeds=1&noise=9"
    inputs, cloning = (cell for cell in hosted["cells"] if "REPOSITORY" in cell["source"])
    inputs["source"] = f'LINK, FILE = "https://any.app/?{query}", ""'
    cloning["source"] = f"import sys\nfrom pathlib import Path\n\nsys.path.insert(0, {f'{ROOT}'!r})"
    books = [nbformat.from_dict(json.loads(text)), nbformat.from_dict(hosted)]
    for book in books:
        nbformat.validate(book)
    last = len(books[0].cells)  # the last cell of the run's notebook, after the added cell
    # All models run eagerly, as in a quick script.
    code = "import keras\ntrace = keras.Model.compile\nkeras.Model.compile = lambda *a, **k: "
    quick_cell = nbformat.v4.new_code_cell(f"{code}trace(*a, run_eagerly=True, **k)")
    books[0].cells = [quick_cell, *books[0].cells, *books[1].cells]
    NotebookClient(books[0], timeout=PATIENCE, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [cell.get("outputs", []) for cell in books[0].cells]
    printed = ["".join(o.get("text", "") for o in each) for each in outputs]
    assert_same_figures(case, printed[last])
    assert f"{case.snapshot.results['last'].final_mse:.6g}" in printed[last]
    assert "Total params" in f"{outputs[6]}"
    charts = [
        o for each in outputs for o in each if "application/vnd.plotly.v1+json" in o.get("data", {})
    ]
    assert [len(o["data"]["application/vnd.plotly.v1+json"]["data"]) for o in charts] == [3, 2] * 2
    assert "noise=9 in the link" in "".join(printed[last + 1 :])
    assert (tmp_path / "echo-simple-rnn-both-exact.py").exists()
    assert figures(printed[-1])["loss"].keys() == {"sequence", "last"}
