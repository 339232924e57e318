"""What the datasets claim, asked of Keras: floors of the worked example, windows, learnability."""

import keras
import numpy as np
import pytest

from lib.data.datasets import make_dataset, settle
from lib.experiment import CELLS, Experiment
from lib.results.baselines import best_possible
from tests.waiting import PATIENCE

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}
WIDE_OPEN = {
    "lstm": [20.0, 20.0, 20.0, 20.0],  # input, forget, candidate, output gates: all of everything
    "gru": [-20.0, 0.0, 20.0],  # update gate shut, so that the candidate of 1 replaces the state
    "simple_rnn": [20.0],
}
"""Biases, by gate, that drive a cell as high as it can get."""


def worked(cell, return_sequences):
    """A compiled worked example, its data, its targets, and what it is said to reach (T,)."""
    experiment = settle(Experiment().set(data="worked_raw", cell=cell))
    dataset = make_dataset(experiment)
    layer = LAYERS[cell](4, return_sequences=return_sequences)
    model = keras.Sequential([keras.Input((2, 3)), layer])
    model.compile(keras.optimizers.Adam(0.1), "mean_squared_error")
    y = dataset.y if return_sequences else dataset.y[:, -1]
    return model, dataset, y, best_possible(experiment, dataset).mse


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_the_raw_worked_example_has_the_floor_that_is_said(cell, return_sequences):
    """With all gates wide open Keras's loss is that number: 26109.24 for example 1's LSTM."""
    model, dataset, y, floor = worked(cell, return_sequences)
    kernel, recurrent, bias = model.get_weights()
    open_bias = np.broadcast_to(np.repeat(WIDE_OPEN[cell], 4), bias.shape)
    model.set_weights([kernel * 0, recurrent * 0, open_bias])
    best = floor.mean() if return_sequences else floor[-1]
    assert model.evaluate(dataset.x, y, verbose=0) == pytest.approx(best, abs=0.01)


def test_training_the_scaled_worked_example_reaches_every_target():
    """A Dense layer and standardised targets: right to less than a unit of 101 to 208."""
    keras.utils.set_random_seed(0)
    dataset = make_dataset(Experiment().set(data="worked_scaled"))
    layers = [keras.Input((2, 3)), keras.layers.LSTM(4, return_sequences=True)]
    model = keras.Sequential([*layers, keras.layers.Dense(4)])
    model.compile(keras.optimizers.Adam(0.05), "mean_squared_error")
    x, y = (np.tile(array, (300, 1, 1)) for array in (dataset.x, dataset.y))  # a long epoch is fast
    model.fit(x, y, batch_size=2, shuffle=False, verbose=0)
    wrong = (model.predict(dataset.x, verbose=0) - dataset.y) * dataset.target_scale
    assert np.abs(wrong).max() < 1


def test_the_default_experiment_is_learned_in_a_fifth_of_its_epochs(client):
    """Both modes are then at less than a twentieth of what guessing the mean costs."""
    experiment = Experiment().set(epochs=Experiment().training.epochs // 5)
    dataset = make_dataset(experiment)
    results = client.wait(client.start(experiment, dataset), PATIENCE).results
    assert max(each.final_mse for each in results.values()) < dataset.naive_mse[-1] / 20
