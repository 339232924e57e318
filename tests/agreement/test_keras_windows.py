"""The Keras code on the Data page gives the page's windows."""

import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset, settle, suggested
from lib.data.tables import windows
from lib.export.data import arrays, keras_windows
from lib.export.script import keras_script
from tests.unit.own_data import windows_of_load, windows_of_stores


def batches(dataset):
    """Return all samples of a Keras dataset, (N, …)."""
    return np.concatenate([batch.numpy() for batch in dataset])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"timesteps": 5, "rate": 3, "stride": 2, "horizon": 4},
        {"horizon": 0},
        {"horizon": 3, "ahead": "each", "stride": 3},
        {"horizon": 1, "form": "change"},
        {"horizon": 3, "ahead": "each", "form": "change", "test": 20, "gap": 5},
        {"stride": 2, "most": 1500},
    ],
)
def test_the_code_makes_the_same_windows_and_targets(settings, monkeypatch):
    """For both modes and each split of the first series, also when thinned."""
    most = settings.get("most", windows.MAX_VALUES)
    monkeypatch.setattr(windows, "MAX_VALUES", most)
    dataset = windows_of_stores(**{k: v for k, v in settings.items() if k != "most"})
    assert (dataset.origin.every > 1) == ("most" in settings)
    origin, code = dataset.origin, keras_windows(dataset, dataset.origin, settings.get("stride", 1))
    length = origin.rate * (dataset.shape[1] - 1) + max(origin.horizons)
    for samples in dataset.parts.values():
        part = np.arange(len(dataset.x))[samples]
        part = part[origin.series[origin.starts[part]] == 0]
        rows = slice(origin.starts[part].min(), origin.starts[part].max() + length + 1)
        made = {"x_rows": origin.inputs[rows], "y_rows": origin.targets[rows], "np": np}
        exec(code, made)  # noqa: S102 - it is ours
        raw = dataset.y[part] * dataset.target_scale + dataset.target_offset  # or its change
        np.testing.assert_array_equal(batches(made["x"]), dataset.x[part])
        np.testing.assert_allclose(batches(made["y"]), raw, rtol=1e-4, atol=1e-3)
        pairs = list(made["last_step"])
        np.testing.assert_array_equal(np.concatenate([x for x, _ in pairs]), dataset.x[part])
        np.testing.assert_allclose(
            np.concatenate([y for _, y in pairs]), raw[:, -1], rtol=1e-4, atol=1e-3
        )


def test_targets_that_are_passed_as_they_are_are_the_windows_own_first_rows():
    """Shows the off-by-one that the page warns about."""
    dataset = windows_of_load(timesteps=6)
    code = keras_windows(dataset, dataset.origin, 1).replace("later[last:]", "y_rows")
    made = {"x_rows": dataset.origin.inputs, "y_rows": dataset.origin.inputs}
    exec(code, made)  # noqa: S102 - it is ours
    x, y = next(iter(made["last_step"]))
    np.testing.assert_array_equal(x[:, 0], y)


@pytest.mark.parametrize("changes", [{}, {"horizon": 0, "T": 5}, {"horizon": 3, "test": 20}])
def test_a_script_cuts_the_apps_windows(changes, tmp_path, monkeypatch):
    """A script gives the same arrays from the rows in its data file, bit by bit."""
    experiment = settle(suggested("seattle").set(**changes))
    dataset = make_dataset(experiment)
    code = keras_script(experiment, dataset).partition("\nkeras.utils.set_random_seed")[0]
    assert "timeseries_dataset_from_array" in code
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seattle.npz").write_bytes(arrays(dataset))
    made = {}
    exec(code, made)  # noqa: S102 - it is ours
    assert made["train"] == dataset.train
    np.testing.assert_array_equal(made["x"], dataset.x)
    np.testing.assert_array_equal(made["y"], dataset.y)
