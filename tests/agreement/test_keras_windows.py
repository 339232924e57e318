"""The Keras code on the Data page returns the windows of the page."""

import numpy as np
import pytest

from lib.data.tables import windows
from lib.export.data import keras_windows
from tests.unit.own_data import windows_of_load, windows_of_stores


def batches(dataset):
    """Return all samples of a Keras dataset as one array (N, …)."""
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
    """Arrays are equal for both modes, each part of the first series, and every nth window."""
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
        names = {"x_rows": origin.inputs[rows], "y_rows": origin.targets[rows], "np": np}
        exec(code, names)  # noqa: S102 - The code is ours.
        raw = dataset.y[part] * dataset.target_scale + dataset.target_offset
        np.testing.assert_array_equal(batches(names["x"]), dataset.x[part])
        np.testing.assert_allclose(batches(names["y"]), raw, rtol=1e-4, atol=1e-3)
        pairs = list(names["last_step"])
        np.testing.assert_array_equal(np.concatenate([x for x, _ in pairs]), dataset.x[part])
        np.testing.assert_allclose(
            np.concatenate([y for _, y in pairs]), raw[:, -1], rtol=1e-4, atol=1e-3
        )


def test_targets_that_are_not_shifted_are_the_first_rows_of_their_windows():
    """The page warns about this mistake."""
    dataset = windows_of_load(timesteps=6)
    code = keras_windows(dataset, dataset.origin, 1).replace("later[last:]", "y_rows")
    names = {"x_rows": dataset.origin.inputs, "y_rows": dataset.origin.inputs}
    exec(code, names)  # noqa: S102 - The code is ours.
    x, y = next(iter(names["last_step"]))
    np.testing.assert_array_equal(x[:, 0], y)
