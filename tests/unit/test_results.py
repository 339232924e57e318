"""A run's downloads have the right numbers: weights, predictions, forecasts and losses."""

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data.datasets.registry import DATASETS, make_dataset, suggested
from lib.experiment import Experiment
from lib.export import forecast_csv
from lib.export.files import frame_csv, history_csv, weights_npz
from lib.export.predictions import predictions
from lib.recurrence.model import weight_names
from lib.results import model_outputs
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from tests.unit.pictures import a_dataset, a_snapshot, with_kept


def a_run(name, **settings):
    """Return a recorded run; `settings` can select one mode or fewer seeds."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**settings)
    snapshot = recorded(experiment)
    assert snapshot is not None
    return experiment, dataset, snapshot


@pytest.mark.parametrize("name", ["seattle", "gapminder", "running_mean", "worked_raw"])
def test_predictions_of_shown_samples_equal_those_on_the_screen(name):
    """The table has T·K rows for each evaluated sample, shown or not."""
    experiment, dataset, snapshot = a_run(name, seeds=2)
    frame = predictions(experiment, dataset, snapshot)
    (_, steps, _), targets = dataset.shape, dataset.targets
    evaluated = np.arange(len(dataset.x))[dataset.evaluated]
    assert len(frame) == len(evaluated) * steps * targets
    assert frame["sample"].unique().tolist() == (evaluated + 1).tolist()
    for place, index in enumerate(snapshot.samples):
        rows = frame[frame["sample"] == index + 1]
        assert set(rows["name"]) == {dataset.sample_name(index)}
        assert rows["time"].tolist()[::targets] == list(dataset.steps_of(index))
        assert rows["target"].tolist()[:targets] == list(dataset.target_labels)
        target = dataset.raw(dataset.y[index], index)
        np.testing.assert_allclose(rows["value"], target.ravel(), rtol=1e-6)
        for seed, models in enumerate(snapshot.seeds, start=experiment.seed):
            for mode, result in models.items():
                shown = dataset.raw(result.predictions[place], index)
                in_file = rows[f"{mode}_seed_{seed}"].to_numpy().reshape(steps, targets)
                # Last-step mode predicts only the last step.
                first = 0 if mode == "sequence" else steps - 1
                assert np.isnan(in_file[:first]).all()
                scale = np.abs(target).max()
                np.testing.assert_allclose(in_file[first:], shown[first:], atol=2e-6 * scale)


def temperatures():
    """Return Seattle's daily highs in °C, with the dates as strings."""
    table = DATASETS["seattle"].table()
    return dict(zip(table.times.strftime("%Y-%m-%d"), table.frame["temp_max"], strict=True))


def test_the_file_of_test_predictions_has_targets_and_baseline():
    """Targets equal the bundled file's rows. The baseline is the value of the day before."""
    experiment, _, snapshot = a_run("seattle", seeds=1)
    held_out = make_dataset(suggested("seattle").set(test=20))
    frame = predictions(experiment, held_out, snapshot, of_test=True)
    frame = pd.read_csv(io.BytesIO(frame_csv(frame, held_out.target_unit)))
    steps, known = held_out.shape[1], temperatures()
    assert frame["sample"].unique().tolist() == [*range(held_out.seen + 1, len(held_out.x) + 1)]
    dates = pd.to_datetime(frame["time"])
    next_day = (dates + pd.Timedelta("1D")).dt.strftime("%Y-%m-%d").map(known)
    np.testing.assert_allclose(frame["value (°C)"], next_day, atol=1e-4)
    at_end = frame["timestep"] == steps
    same_day = dates.dt.strftime("%Y-%m-%d").map(known)
    np.testing.assert_allclose(frame["baseline_last (°C)"][at_end], same_day[at_end], atol=1e-4)
    assert frame.loc[~at_end, ["last (°C)", "baseline_last (°C)"]].isna().all(axis=None)
    assert frame["sequence (°C)"].notna().all()


def test_a_forecast_has_each_evaluated_date_and_the_rows_ahead():
    """Past rows agree with the bundled file and with `predictions`. The row ahead has no target."""
    run = experiment, dataset, snapshot = a_run("seattle", seeds=1)
    frame = pd.read_csv(io.BytesIO(forecast_csv(*run)), dtype={"time": str})
    *past, ahead = (row for _, row in frame.iterrows())
    assert {row["value (°C)"] for row in past} <= set(temperatures().values())
    assert [temperatures()[row["time"]] for row in past] == [row["value (°C)"] for row in past]
    table = predictions(*run)
    table = table[table["timestep"] == dataset.shape[1]]
    for column in ("sequence", "last", "baseline_last"):
        values = [row[f"{column} (°C)"] for row in past]
        np.testing.assert_allclose(values, table[column], rtol=1e-5)
    assert math.isnan(ahead["value (°C)"])
    after = pd.Timestamp(max(temperatures())) + pd.Timedelta("1D")
    assert pd.Timestamp(ahead["time"]) == after
    x = dataset.origin.inputs[None, -dataset.shape[1] :]
    for mode, weights in snapshot.weights[0].items():
        output = model_outputs(experiment, weights, x)[:, -1].astype(float)
        (expected,) = dataset.origin.y_scale.raw(output)[0]
        assert ahead[f"{mode} (°C)"] == pytest.approx(expected, rel=1e-5)
        low, high = ahead[f"{mode}_low (°C)"], ahead[f"{mode}_high (°C)"]
        assert (low + high) / 2 == pytest.approx(expected, rel=1e-5)
        errors = np.abs([row[f"{mode} (°C)"] - row["value (°C)"] for row in past])
        assert (errors <= (high - low) / 2 + 1e-3).mean() == pytest.approx(0.9, abs=0.01)


def test_a_forecast_of_several_series_and_horizons_has_a_row_for_each():
    """Every series has one row ahead for each target. Data that aren't a table have no forecast."""
    experiment, dataset, snapshot = a_run("gapminder", seeds=1)
    frame = pd.read_csv(io.BytesIO(forecast_csv(experiment, dataset, snapshot)))
    ahead = frame[frame["value (years)"].isna()]
    assert len(ahead) == dataset.targets * len(dataset.origin.names)
    with pytest.raises(ValueError, match="table"):
        forecast_csv(*a_run("echo", seeds=1))


def test_the_csv_and_parquet_files_have_the_same_table():
    """The CSV has seven digits. A run of one seed and one mode has one column of predictions."""
    run = a_run("running_mean", seeds=1, mode="last")
    frame = predictions(*run)
    assert list(frame)[-2:] == ["value", "last"]
    read = pd.read_csv(io.BytesIO(frame_csv(frame.copy(), "")), dtype={"time": str})
    parquet = pd.read_parquet(io.BytesIO(frame.to_parquet()))
    for column in frame:
        if column in ("name", "time", "target"):
            assert read[column].tolist() == parquet[column].tolist() == frame[column].tolist()
        else:
            np.testing.assert_allclose(read[column], frame[column], rtol=1e-6)
            np.testing.assert_array_equal(parquet[column], frame[column])


def test_history_has_a_row_for_each_epoch_mode_and_seed():
    """Epoch 0 was evaluated, but has no training loss. Unknown values are empty."""
    experiment, dataset, snapshot = Experiment().set(seed=7), a_dataset(), a_snapshot(a_dataset())
    kept = with_kept(a_snapshot(dataset, sequence=0.5, last=0.25), sequence=None, last=4)
    snapshot = replace(kept, others=(kept.results,))
    rows = list(csv.DictReader(io.StringIO(history_csv(experiment, dataset, snapshot).decode())))
    assert {(row["mode"], row["seed"]) for row in rows} == {
        (mode, seed) for mode in ("sequence", "last") for seed in ("7", "8")
    }
    for mode, result in kept.results.items():
        of_seed = [row for row in rows if (row["mode"], row["seed"]) == (mode, "8")]
        assert [int(row["epoch"]) for row in of_seed] == result.checked_epochs.tolist()
        assert of_seed[0]["loss"] == ""
        for name in ("loss", "validation_loss", "last_step_mse"):
            values = [float(row[name]) for row in of_seed if row[name]]
            np.testing.assert_array_equal(values, getattr(result, name))
    sparse = history_csv(experiment, dataset, a_snapshot(dataset, sequence=0.5)).decode()
    assert sparse.splitlines()[2].endswith(",,")
    assert math.isclose(float(sparse.split(",")[-1]), 0.25)


def test_names_of_weights_have_mode_seed_and_keras_name():
    """The archive has the weights of all seeds, and can be read without pickle."""
    run = experiment, _, snapshot = a_run("running_mean", seeds=2)
    with np.load(io.BytesIO(weights_npz(*run)), allow_pickle=False) as archive:
        assert len(archive.files) == 2 * 2 * 5
        for seed, models in enumerate(snapshot.weights, start=experiment.seed):
            for mode, arrays in models.items():
                for name, array in zip(weight_names("lstm", len(arrays)), arrays, strict=True):
                    assert np.array_equal(archive[f"{mode}/seed_{seed}/{name}"], array)
