"""Keras trains labels on targets of the shapes that the shape strip shows."""

import keras
import numpy as np
import pytest

from lib.data import class_numbers, keras_target
from lib.experiment import LOSSES, Experiment
from tests.unit.fakes import fake_labels


@pytest.mark.parametrize("mode", ["sequence", "last"])
@pytest.mark.parametrize(("loss", "classes"), [("sparse", 3), ("onehot", 3), ("binary", 2)])
def test_keras_trains_on_the_targets_of_the_strip(loss, classes, mode):
    """Without training, equal probabilities have the loss log C."""
    experiment, dataset = Experiment().set(loss=loss, T=6), fake_labels(8, 6, 3, classes, train=6)
    y = dataset.y if mode == "sequence" else dataset.last_y
    target = class_numbers(y) if loss == "sparse" else y
    shown = keras_target(experiment, dataset)
    assert shown.shapes[mode] == f"{('N', *target.shape[1:])}".replace("'", "")
    head = keras.layers.Dense(dataset.targets, LOSSES[loss].activation, kernel_initializer="zeros")
    layers = [keras.layers.LSTM(4, return_sequences=mode == "sequence"), head]
    model = keras.Sequential([keras.Input((6, 3)), *layers])
    model.compile("sgd", shown.loss)
    assert model.train_on_batch(dataset.x, target) == pytest.approx(np.log(classes), rel=1e-5)
