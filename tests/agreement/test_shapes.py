"""Shapes and parameter counts equal those of Keras layers."""

import keras
import pytest

from lib.experiment import CELLS
from lib.shapes.output import MERGE_MODES, rnn_output_shape, rnn_parameter_count

LAYERS = {name: getattr(keras.layers, cell.keras) for name, cell in CELLS.items()}


def outputs_of(layer, timesteps, features):
    """Return the output shape or shapes of a built Keras layer."""
    outputs = layer(keras.Input((timesteps, features)))
    return tuple(o.shape for o in outputs) if isinstance(outputs, (list, tuple)) else outputs.shape


@pytest.mark.parametrize("timesteps", [1, 5, None])
@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_a_layers_shape_and_count_are_keras(cell, return_sequences, timesteps):
    """Several widths are compared, also one feature and one unit."""
    for features, units in [(3, 4), (1, 7), (6, 1)]:
        layer = LAYERS[cell](units, return_sequences=return_sequences)
        shape = outputs_of(layer, timesteps, features)
        assert rnn_output_shape((None, timesteps, features), units, return_sequences) == shape
        assert rnn_parameter_count(cell, features, units) == layer.count_params()


@pytest.mark.parametrize("merge_mode", MERGE_MODES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_bidirectional_layers_shape_and_count_are_keras(cell, merge_mode):
    """Every merge mode is compared, with and without sequences."""
    for return_sequences in (True, False):
        inner = LAYERS[cell](4, return_sequences=return_sequences)
        layer = keras.layers.Bidirectional(inner, merge_mode=merge_mode)
        shape = outputs_of(layer, 5, 3)
        ours = rnn_output_shape((None, 5, 3), 4, return_sequences, True, merge_mode)
        assert ours == shape
        assert rnn_parameter_count(cell, 3, 4, bidirectional=True) == layer.count_params()
