"""Claims of the datasets, checked with real training."""

import keras
import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset
from lib.experiment import Experiment
from tests.waiting import PATIENCE


def test_training_the_scaled_worked_example_reaches_every_target():
    """The final errors are below 1. The targets are 101 to 208."""
    keras.utils.set_random_seed(0)
    dataset = make_dataset(Experiment().set(data="worked_scaled"))
    layers = [keras.Input((2, 3)), keras.layers.LSTM(4, return_sequences=True)]
    model = keras.Sequential([*layers, keras.layers.Dense(4)])
    model.compile(keras.optimizers.Adam(0.05), "mean_squared_error")
    # One epoch of 300 copies is faster than 300 epochs.
    x, y = (np.tile(array, (300, 1, 1)) for array in (dataset.x, dataset.y))
    model.fit(x, y, batch_size=2, shuffle=False, verbose=0)
    errors = (model.predict(dataset.x, verbose=0) - dataset.y) * dataset.target_scale
    assert np.abs(errors).max() < 1


@pytest.mark.weekly
def test_a_fifth_of_the_epochs_is_enough_for_the_default_experiment(client):
    """Both modes have less than a twentieth of the baseline's error at the last step."""
    experiment = Experiment().set(epochs=Experiment().training.epochs // 5)
    dataset = make_dataset(experiment)
    results = client.wait(client.start(experiment, dataset), PATIENCE).results
    assert max(each.final_mse for each in results.values()) < dataset.baseline_mse[-1] / 20
