"""Shapes and parameter counts equal those of Keras layers."""

import keras
import pytest

from lib.experiment import CELLS
from lib.shapes.output import MERGE_MODES, rnn_output_shape, rnn_parameter_count

LAYERS = {name: getattr(keras.layers, cell.keras) for name, cell in CELLS.items()}


def outputs_of(layer, timesteps, features):
    """Build a Keras layer on (T, F), and return its output shape or shapes."""
    outputs = layer(keras.Input((timesteps, features)))
    return tuple(o.shape for o in outputs) if isinstance(outputs, (list, tuple)) else outputs.shape


@pytest.mark.parametrize("timesteps", [1, 5, None])
@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_the_shape_and_parameters_of_a_layer_equal_keras(cell, return_sequences, timesteps):
    """Several numbers of features and units are compared, including 1."""
    for features, units in [(3, 4), (1, 7), (6, 1)]:
        layer = LAYERS[cell](units, return_sequences=return_sequences)
        shape = outputs_of(layer, timesteps, features)
        assert rnn_output_shape((None, timesteps, features), units, return_sequences) == shape
        assert rnn_parameter_count(cell, features, units) == layer.count_params()


@pytest.mark.parametrize("merge_mode", MERGE_MODES)
@pytest.mark.parametrize("cell", CELLS)
def test_the_shape_and_parameters_of_a_bidirectional_layer_equal_keras(cell, merge_mode):
    """Every merge mode is compared, for both values of return_sequences."""
    for return_sequences in (True, False):
        inner = LAYERS[cell](4, return_sequences=return_sequences)
        layer = keras.layers.Bidirectional(inner, merge_mode=merge_mode)
        shape = outputs_of(layer, 5, 3)
        ours = rnn_output_shape((None, 5, 3), 4, return_sequences, True, merge_mode)
        assert ours == shape
        assert rnn_parameter_count(cell, 3, 4, bidirectional=True) == layer.count_params()
