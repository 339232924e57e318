"""An exported script makes the very data of the app, and reads as if a person had written it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from lib.data import Table
from lib.data.datasets import DATASETS, make_dataset, settle
from lib.data.datasets.series import TABLES
from lib.experiment.experiment import Experiment, ExperimentError
from lib.export.data import DATA
from lib.export.exports import EXPORTS
from lib.export.script import keras_script

OWN = Table(
    name="sales.csv",
    frame=pd.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), columns=["a", 'b "quoted"', "c"]
    ).mask(lambda frame: frame > 2),
)


def exported(experiment, table=None):
    """The settled experiment, its dataset and its script."""
    experiment = settle(experiment, table)
    dataset = make_dataset(experiment, table)
    return experiment, dataset, keras_script(experiment, dataset)


def data_of(script):
    """x, y, train and test as a script has them: all that comes before its models."""
    code = script.partition("\nkeras.utils.set_random_seed")[0].replace("import keras\n", "")
    made = {}
    exec(code, made)  # noqa: S102 - our own script
    return made["x"], made["y"], made["train"], made.get("test", 0)


def suggested(name):
    """An experiment as a person who picks this dataset gets it."""
    return Experiment().set(data=name, **DATASETS[name].suggested)


def assert_same_data(script, dataset):
    """To the last bits of float32."""
    x, y, train, test = data_of(script)
    assert (x.dtype, y.dtype) == (np.float32, np.float32)
    assert (train, test) == (dataset.train, dataset.test)
    np.testing.assert_allclose(x, dataset.x, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(y, dataset.y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in DATASETS if name not in (*TABLES, "upload")])
def test_a_script_makes_the_data_of_the_app(name):
    """For every dataset that isn't a table."""
    _, dataset, script = exported(suggested(name))
    assert_same_data(script, dataset)


def test_seed_noise_and_lag_are_in_the_script():
    """So that it makes the samples that were on the screen."""
    experiment = Experiment().set(data="echo", seed=7, noise=0.25, lag=2, N=64, T=5, F=2)
    _, dataset, script = exported(experiment)
    assert_same_data(script, dataset)
    assert "default_rng([7, 0])" in script


def check_format(script):
    """Ruff has nothing to change and nothing to say."""
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,UP,C4"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "-"]
        done = subprocess.run(ruff, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["adding", "worked_scaled", "gapminder", "macro"])
def test_a_script_is_formatted_as_ruff_does(name):
    """One of each kind of data."""
    check_format(exported(suggested(name))[2])


def test_long_options_are_formatted_too():
    """The longest names and numbers that there are."""
    experiment = Experiment().set(
        optimizer="rmsprop", loss="mae", lr=0.00123, layers=3, cell="simple_rnn", epochs=5000
    )
    check_format(exported(experiment)[2])


@pytest.mark.parametrize(("keep", "patience"), [("stop", 1000), ("best", 5000)])
def test_a_script_keeps_the_best_epoch_as_the_app_does(keep, patience):
    """By Keras's own callback; where nothing is to stop, it has more patience than epochs."""
    settings = {"keep": keep, "patience": 1000, "epochs": 5000, "batch": 512}
    script = exported(Experiment().set(**settings))[2]
    check_format(script)
    code = "".join(script.split())
    assert (
        f'EarlyStopping(monitor="val_loss",patience={patience},restore_best_weights=True)' in code
    )
    assert "validation_data=(x[train:],y[train:]),callbacks=[best],)" in code
    assert "validation_data=(x[train:],y[train:,-1]),callbacks=[best],)" in code


def test_without_it_or_without_validation_a_script_keeps_the_last():
    """There is nothing in it that Keras would have to judge."""
    for experiment in (Experiment(), Experiment().set(data="worked_scaled", keep="best")):
        script = exported(experiment)[2]
        assert "EarlyStopping" not in script
        assert "validation_data" not in script


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


def test_one_mode_is_one_model():
    """Nothing of the other is left in the script."""
    script = exported(Experiment().set(mode="last", head="none"))[2]
    assert "return_sequences=True" not in script
    assert "set_weights" not in script
    assert "Dense" not in script
    assert script.count("print(") == 2  # the other is of the guess


def test_a_file_may_be_called_anything():
    """Quotes and backslashes end no docstring and no string."""
    name = 'my """file\\".csv'
    script = exported(Experiment().set(data="upload", T=4), Table(name=name, frame=OWN.frame))[2]
    compile(script, "script", "exec")


def test_every_dataset_can_be_exported_and_nothing_else():
    """The registry of writers follows that of the datasets."""
    assert set(DATA) == set(DATASETS)
    _, dataset, _ = exported(Experiment())
    with pytest.raises(ExperimentError, match="got 'nothing'"):
        keras_script(Experiment().set(data="nothing"), dataset)


def test_exports_are_a_registry():
    """Name, type and the function that writes it; the snapshot may be left out."""
    experiment, dataset, script = exported(Experiment())
    assert EXPORTS["keras"].write(experiment, dataset) == script
    assert list(EXPORTS) == ["keras", "exact", "notebook"]
    for export in EXPORTS.values():
        assert export.write(experiment, dataset)
        assert export.file_name(experiment, dataset).endswith(export.ending)
