"""Exported scripts run in Keras, and every shape that they claim is the one that Keras gives."""

from __future__ import annotations

import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from lib.datasets import DATASETS, make_dataset, settle
from lib.datasets.series import FILE_NAMES, FILES
from lib.experiment import Experiment
from lib.export import ARRAYS, EXPORTS, keras_script
from lib.uploads import read_upload


def script_of(**changes):
    """The script of an experiment of one epoch."""
    experiment = settle(Experiment().set(**{"epochs": 1, "N": 64, "U": 5, "T": 4, **changes}))
    return keras_script(experiment, make_dataset(experiment))


def test_a_script_runs_by_itself(tmp_path):
    """In a process of its own, where nothing of this project can be imported."""
    (tmp_path / "script.py").write_text(script_of(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "script.py"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    errors = re.findall(
        r"^(sequence|last-step) mode: mean squared error (\S+) at the last timestep$",
        done.stdout,
        re.MULTILINE,
    )
    assert [mode for mode, _ in errors] == ["sequence", "last-step"]
    assert all(0 < float(error) < 10 for _, error in errors)


def test_a_preparation_runs_by_itself(tmp_path):
    """Beside the bundled file, where nothing of this project can be imported."""
    experiment = settle(Experiment().set(data="seattle", T=4, test=20, inputs=("month of year",)))
    dataset = make_dataset(experiment)
    export, data = EXPORTS["preparation"], FILES / FILE_NAMES["seattle"]
    (tmp_path / data.name).write_bytes(data.read_bytes())
    (tmp_path / export.file_name).write_text(export.write(experiment, dataset), encoding="utf-8")
    command = [sys.executable, "-I", export.file_name]
    done = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / ARRAYS) as made:
        np.testing.assert_allclose(made["x"], dataset.x, rtol=1e-5, atol=1e-6)
        assert (made["train"], made["test"]) == (dataset.train, dataset.test)


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": 3, "cell": "gru"},
        {"cell": "simple_rnn", "head": "none", "mode": "sequence", "loss": "huber"},
        {"mode": "last", "optimizer": "sgd"},
        {"data": "worked_raw", **DATASETS["worked_raw"].suggested, "epochs": 1},
        {"data": "gapminder"},
        {"keep": "stop", "patience": 1},
        {"data": "seattle", "targets": ("temp_max", "wind"), "test": 20, "keep": "best"},
    ],
    ids=lambda changes: "-".join(map(str, changes.values())),
)
def test_the_shapes_beside_the_code_are_keras(changes, monkeypatch, capsys):
    """Each comment is the output shape of its layer, and each fit takes its targets' shape."""
    monkeypatch.chdir(FILES)
    script = script_of(**changes)
    made = {}
    exec(script, made)  # noqa: S102 - our own script
    assert "mean squared error" in capsys.readouterr().out
    models = [made[name] for name in ("sequence", "last_step") if name in made]
    layers = [layer for model in models for layer in (model.inputs[0], *model.layers)]
    shapes = [getattr(layer, "output", layer).shape for layer in layers]
    comments = re.findall(r"^        keras\..*# \(N, (.*)\)$", script, re.MULTILINE)
    assert [tuple(map(int, text.split(", "))) for text in comments] == [
        shape[1:] for shape in shapes
    ]
    targets = re.findall(r"^# The targets of .* timestep: \(N, (.*)\)\.$", script, re.MULTILINE)
    outputs = [model.output_shape[1:] for model in models]
    assert [tuple(map(int, text.split(", "))) for text in targets] == outputs


def test_the_script_of_a_persons_file_runs_beside_it(tmp_path, monkeypatch, capsys):
    """As a spreadsheet of Western Europe writes it: semicolons, decimal commas, Latin letters."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{20 + i % 7},5;{i % 5},25\n" for i in range(40))
    content = f"Höhe;Größe\n{rows}".encode("latin-1")
    (tmp_path / "höhen.csv").write_bytes(content)
    table = read_upload("höhen.csv", content)
    experiment = settle(Experiment().set(data="upload", T=4, U=5, epochs=1, mode="last"), table)
    exec(keras_script(experiment, make_dataset(experiment, table)), {})  # noqa: S102 - our own
    assert "last-step mode: mean squared error" in capsys.readouterr().out


def test_both_models_of_a_script_start_from_the_same_weights():
    """So that they differ by nothing but what they were asked for."""
    code = script_of().partition("\n# The targets of")[0]
    made = {}
    exec(code, made)  # noqa: S102 - our own script
    x = made["x"][:3]
    every, last = made["sequence"](x), made["last_step"](x)
    assert float(keras.ops.max(keras.ops.abs(every[:, -1] - last))) == 0.0
