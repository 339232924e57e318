"""An exported script makes the very data of the app, and reads as if a person had written it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from lib.data import DATASETS, Table, make_dataset, settle
from lib.data.datasets.series import TABLES
from lib.experiment import Experiment
from lib.export import EXPORTS, name_of

OWN = Table(
    name="sales.csv",
    frame=pd.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), columns=["a", 'b "quoted"', "c"]
    ).mask(lambda frame: frame > 2),
)


def exported(experiment, table=None):
    """The settled experiment, its dataset and its plain script."""
    experiment = settle(experiment, table)
    dataset = make_dataset(experiment, table)
    return experiment, dataset, EXPORTS["keras"].write(experiment, dataset)


def suggested(name):
    """An experiment as a person who picks this dataset gets it."""
    return Experiment().set(data=name, **DATASETS[name].suggested)


def assert_same_data(script, dataset):
    """A script's data, before its models, are the app's to the last bits of float32."""
    code = script.partition("\nkeras.utils.set_random_seed")[0].replace("import keras\n", "")
    made = {}
    exec(code, made)  # noqa: S102 - our own script
    assert (made["train"], made.get("test", 0)) == (dataset.train, dataset.test)
    for name in ("x", "y"):
        assert made[name].dtype == np.float32
        np.testing.assert_allclose(made[name], getattr(dataset, name), rtol=1e-5, atol=1e-6)


def check_format(script):
    """Ruff has nothing to change and nothing to say."""
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,UP,C4"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "-"]
        done = subprocess.run(ruff, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "settings",
    [
        *(
            {"data": name, **DATASETS[name].suggested}
            for name in DATASETS
            if name not in {*TABLES, "upload"}
        ),
        {"data": "echo", "seed": 7, "noise": 0.25, "lag": 2, "N": 64, "T": 5, "F": 2},
    ],
    ids=lambda settings: settings["data"],
)
def test_a_script_makes_the_data_of_the_app(settings):
    """Every dataset that isn't a table, with the seed, the noise and the lag that are set."""
    _, dataset, script = exported(Experiment().set(**settings))
    assert_same_data(script, dataset)


LONG = {"optimizer": "rmsprop", "loss": "mae", "lr": 0.00123, "layers": 3, "epochs": 5000}
WIDE = {"cell": "simple_rnn", "U": 128, "T": 100, "keep": "stop", "seed": 9999, "seeds": 16}


@pytest.mark.parametrize("name", ["keras", "exact"])
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
def test_a_script_is_formatted_as_ruff_does(name, experiment):
    """Of each kind of data, and with the longest names and numbers that there are."""
    experiment, dataset, _ = exported(experiment)
    check_format(EXPORTS[name].write(experiment, dataset))


@pytest.mark.parametrize(
    ("settings", "patience"),
    [
        ({"keep": "stop", "patience": 1000}, 1000),
        ({"keep": "best", "patience": 1000}, 5000),  # more than epochs, so none stops
        ({}, None),
        ({"data": "worked_scaled", "keep": "best"}, None),  # without a validation part
    ],
)
def test_a_script_keeps_the_best_epoch_as_the_app_does(settings, patience):
    """By Keras's own callback, where there is a validation part."""
    script = "".join(exported(Experiment().set(epochs=5000, batch=512, **settings))[2].split())
    stopping = f'EarlyStopping(monitor="val_loss",patience={patience},restore_best_weights=True)'
    assert (stopping in script) == (patience is not None)
    for y in ("y[train:]", "y[train:,-1]"):
        validation = f"validation_data=(x[train:],{y}),callbacks=[best],)"
        assert (validation in script) == (patience is not None)
    assert ("EarlyStopping" in script) == (patience is not None)


def test_a_script_spells_out_return_sequences_and_the_shapes():
    """Of stacked layers only the top one differs between the modes."""
    script = exported(Experiment().set(layers=2, cell="gru", U=5, T=4))[2]
    sequence, _, last = script.partition("# Last step: one output, at the last timestep.")
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
        ({}, 'my """file\\".csv', "my-file-lstm-both"),  # ends no docstring and no string
    ],
)
def test_files_are_called_after_what_they_hold(settings, file, name):
    """Data, cell and mode; of an own file its name, in letters that are safe anywhere."""
    own = {"data": "upload", "T": 4} if file else {}
    table = Table(name=file, frame=OWN.frame) if file else None
    experiment, dataset, script = exported(Experiment().set(**settings, **own), table)
    compile(script, "script", "exec")
    assert name_of(experiment, dataset) == name
