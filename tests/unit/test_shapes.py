"""Shapes and parameter counts. tests/agreement/test_shapes.py compares them with Keras."""

import pytest

from lib.experiment import CELLS
from lib.recurrence.cells import GATES
from lib.shapes.output import BIASES, BLOCKS, STATES, rnn_output_shape, rnn_parameter_count
from lib.shapes.stack.recurrent import LAYER_OF_CELL


@pytest.mark.parametrize(
    ("input_shape", "settings", "message"),
    [
        ((None, 5), {}, r"expected ndim=3, found ndim=2.*\(None, 5\)"),
        ((None, 5, None), {}, "expected features to be a positive integer, received None"),
        ((None, -1, 3), {}, "expected timesteps to be a positive integer, received -1"),
        ((None, 5, 3), {"units": 0}, "expected units to be a positive integer, received 0"),
        ((None, 5, 3), {"bidirectional": True, "merge_mode": "add"}, "merge_mode .* 'add'"),
    ],
)
def test_arguments_that_keras_refuses_raise_an_error(input_shape, settings, message):
    """The error has Keras's words, if any, and the expected and received values."""
    with pytest.raises(ValueError, match=message):
        rnn_output_shape(input_shape, **{"units": 4, "return_sequences": True} | settings)


def test_an_unknown_cell_and_a_fraction_of_a_unit_raise_an_error():
    """The error names the expected and the received value."""
    with pytest.raises(ValueError, match=r"positive integer, received 2\.5"):
        rnn_parameter_count("lstm", 3, 2.5)
    with pytest.raises(ValueError, match=r"expected cell .*'lstm'.* received 'rnn'"):
        rnn_parameter_count("rnn", 3, 4)


@pytest.mark.parametrize("table", [BLOCKS, BIASES, STATES, GATES, LAYER_OF_CELL])
def test_every_cell_has_a_row_in_every_table(table):
    """Without this test, a missing row would fail only when a page reads the table."""
    assert list(table) == list(CELLS)
