"""The texts of the Cell page agree with the layer's numbers."""

import re

import numpy as np
import pytest

from lib.charts.cell import findings, step_takeaway, unrolled_words
from lib.experiment import CELLS, Experiment
from lib.recurrence import Trace
from lib.text import number
from tests.unit.test_formulas import opened


def a_trace(hidden, cell=None, **gates):
    """Return a trace of one sample from arrays (T, U)."""
    return Trace(
        hidden[None].astype(np.float32),
        None if cell is None else cell[None].astype(np.float32),
        {name: values[None].astype(np.float32) for name, values in gates.items()},
    )


def gates(value, shape):
    """Return the gates of an LSTM, all filled with `value`."""
    return {name: np.full(shape, value) for name in "ifco"}


def test_open_and_closed_gates_are_counted():
    """The details have the share of open gates or, for a SimpleRNN, of outputs near −1 or 1."""
    made = gates(0.5, (4, 2))
    made["f"] = np.array([[0.99] * 2, [0.99] * 2, [0.99] * 2, [0.01, 0.5]])
    _, text = findings("lstm", a_trace(np.eye(4, 2), np.zeros((4, 2)), **made))
    assert "Forget gate: 75% of its values" in text
    hidden = np.zeros((100, 4))
    hidden[0, 0] = -0.99
    _, text = findings("simple_rnn", a_trace(hidden))
    assert "0.2% of the outputs" in text


def test_the_takeaway_names_the_unit_that_changes_most():
    """It also has the unit's range. It reports if the run diverged."""
    hidden = np.array([[0.1, -0.3], [0.2, 0.4], [0.1, 0.1], [0, 0]])
    for values, expected in (
        (hidden, "Unit 2 .* from −0.3 to 0.4"),
        (np.full((3, 2), np.nan), "Some states are NaN"),
    ):
        assert re.match(expected, findings("simple_rnn", a_trace(values))[0])


def test_the_unrolled_layers_text_has_what_each_mode_returns():
    """A lower layer passes its whole sequence to the layer above in both modes."""
    for mode, layer, fact in (
        ("both", 1, "return every step, or only the last."),
        ("both", 1, "Layer 2 of 2"),
        ("both", 0, "passes all 12 outputs to the layer above"),
        ("sequence", 1, "that returns all 12 steps"),
        ("last", 1, "returns only the last of 12 steps"),
        ("last", 0, "3 features and its previous hidden and cell state"),
    ):
        text = unrolled_words(Experiment().set(layers=2, mode=mode), layer, 12, 3)
        assert fact in " ".join(text)
    assert unrolled_words(Experiment(), 0, 12, 3)[1].startswith("At each timestep the LSTM reads")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("lstm", "of its cell state and adds"),
        ("gru", "of its state; the rest is new."),
        ("simple_rnn", ": its state goes from"),
    ],
)
def test_the_takeaway_of_a_step_describes_the_change_of_the_state(cell, expected):
    """Timesteps and units count from 1. The state is 0 before the first step."""
    assert cell in CELLS
    layer = opened(cell)
    text = step_takeaway(layer, 2, 3)
    assert text.startswith("Timestep 4, unit 3: ")
    assert expected in text
    states = (layer.trace.hidden if layer.trace.cell is None else layer.trace.cell)[0]
    assert f"was 0 and becomes {number(states[0, 2])}." in step_takeaway(layer, 2, 0)
    if cell == "lstm":
        forget, added = (text.split()[k] for k in (5, -1))
        assert float(forget[:-1]) / 100 == pytest.approx(layer.trace.gates["f"][0, 3, 2], abs=0.005)
        kept = layer.trace.gates["f"][0, 3, 2] * states[2, 2]
        assert added == f"{number(states[3, 2] - kept)}."
