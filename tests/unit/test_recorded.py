"""Recorded runs match their settings and weights, and start from the untrained model."""

import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset, suggested
from lib.experiment import Experiment
from lib.results.baselines import model_outputs
from lib.results.replay import untrained
from lib.results.run import Status
from lib.training.recorded import recorded
from tests.record import BUNDLED


@pytest.mark.parametrize("name", BUNDLED)
def test_every_dataset_has_a_recording_of_its_suggested_settings(name):
    """To fix a failure, run `python -m tests.record NAME` for the dataset."""
    experiment = suggested(name)
    dataset, snapshot = make_dataset(experiment), recorded(experiment)
    assert snapshot is not None
    assert snapshot.status is Status.FINISHED
    assert snapshot.epoch == experiment.training.epochs
    np.testing.assert_array_equal(snapshot.samples, dataset.shown)
    for result in snapshot.results.values():
        assert result.predictions.shape == dataset.y[dataset.shown].shape
        assert result.step_mse.shape == (dataset.shape[1],)
        assert len(result.checked_epochs) > 20


@pytest.mark.parametrize("name", BUNDLED)
def test_a_recordings_errors_can_be_computed_from_its_weights(name):
    """NumPy computes the recorded error at each timestep from the weights and the data."""
    experiment = suggested(name)
    dataset, snapshot = make_dataset(experiment), recorded(experiment)
    assert snapshot is not None
    for result in snapshot.results.values():
        assert result.weights is not None
        part, mask = dataset.evaluated, dataset.mask
        real = np.ones(dataset.shape[:2], bool) if mask is None else mask
        known = None if mask is None else mask[part]
        outputs = model_outputs(experiment, result.weights, dataset.x[part], known)
        squares = ((outputs - dataset.y[part]) ** 2).mean(axis=2, dtype=np.float64)
        mse = np.average(squares, axis=0, weights=real[part])
        np.testing.assert_allclose(mse, result.step_mse, rtol=1e-3, atol=1e-6)
        evaluated = len(result.checked_epochs) if dataset.has_validation else 0
        assert len(result.validation_loss) == evaluated


@pytest.mark.parametrize("name", BUNDLED)
def test_a_recording_has_weights_of_earlier_epochs(name):
    """Early epochs are included, since weights change most early."""
    snapshot = recorded(suggested(name).set(seeds=4))
    assert snapshot is not None
    epochs = [epoch for epoch, _ in snapshot.past]
    assert len(epochs) >= 5
    assert 0 < epochs[0] <= snapshot.epochs / 10
    assert epochs[-1] < snapshot.epochs
    assert (np.diff(epochs) > 0).all()
    for _, seeds in snapshot.past:
        for weights, results in zip(seeds, snapshot.seeds, strict=True):
            for mode, result in results.items():
                assert [w.shape for w in weights[mode]] == [w.shape for w in result.weights or ()]


def test_a_recording_of_both_modes_serves_a_single_mode():
    """The results are cut to that mode."""
    snapshot = recorded(suggested("running_mean").set(mode="last"))
    assert snapshot is not None
    assert list(snapshot.results) == ["last"]


def test_other_settings_have_no_recording():
    """No recording is shown for other settings or for uploads."""
    assert recorded(Experiment().set(seed=1)) is None
    assert recorded(Experiment().set(data="upload")) is None


@pytest.mark.parametrize("name", ["running_mean", "worked_scaled"])
def test_a_recorded_run_starts_from_the_untrained_model(name):
    """The untrained model's errors equal the recorded errors of epoch 0."""
    experiment = suggested(name)
    start, snapshot = untrained(experiment, make_dataset(experiment)), recorded(experiment)
    assert snapshot is not None
    for mode, result in snapshot.results.items():
        assert result.checked_epochs[0] == 0
        for field in ("last_step_mse", "validation_loss"):
            computed, saved = getattr(start.results[mode], field), getattr(result, field)
            np.testing.assert_allclose(computed, saved[:1], rtol=1e-5)
