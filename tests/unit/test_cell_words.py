"""What the Cell page says: only what the numbers show."""

import numpy as np
import pytest

from lib.charts.cell import STEP_ROOM, findings, headline, step_takeaway, unrolled_words
from lib.experiment import CELLS, Experiment
from lib.recurrence import Trace
from lib.text import signed
from tests.unit.test_formulas import opened


def a_trace(hidden, cell=None, **gates):
    """Of one sample, from arrays (T, U)."""
    return Trace(
        hidden[None].astype(np.float32),
        None if cell is None else cell[None].astype(np.float32),
        {name: values[None].astype(np.float32) for name, values in gates.items()},
    )


def gates(value, shape):
    """All of an LSTM's gates at one value."""
    return {name: np.full(shape, value) for name in "ifco"}


def test_a_gate_is_called_open_or_shut_by_share():
    """Of few values by number, of many in percent."""
    made = gates(0.5, (4, 2))
    made["f"] = np.array([[0.99] * 2, [0.99] * 2, [0.99] * 2, [0.01, 0.5]])
    said = findings("lstm", a_trace(np.eye(4, 2), np.zeros((4, 2)), **made))
    assert "The forget gate is open in 6 and shut in 1 of its 8 values." in said
    assert said[0] == "Gates are open above 0.95 and shut below 0.05."
    assert "The input gate is neither: it stays within 0.5 and 0.5." in said
    hidden, made = np.zeros((100, 4)), gates(0.5, (100, 4))
    made["i"][3, 2] = 0.97
    said = findings("lstm", a_trace(hidden, hidden, **made))
    assert "The input gate is open in under 1% of its 400 values." in said


@pytest.mark.parametrize(
    ("steps", "value", "says"),
    [
        (100, 0.0, "None of the outputs are within 0.05 of −1 or 1."),
        (2, -0.99, "1 of 8 outputs is within 0.05 of −1 or 1."),
        (100, -0.99, "Under 1% of the outputs are within 0.05 of −1 or 1."),
    ],
)
def test_outputs_at_the_bound_are_counted_the_same_way(steps, value, says):
    """SimpleRNN has no gates."""
    hidden = np.zeros((steps, 4))
    hidden[0, 0] = value
    assert says in findings("simple_rnn", a_trace(hidden))


def test_a_state_that_goes_one_way_at_every_step_is_the_headline():
    """And far: a slow drift, and one that turns at the end, are passed over."""
    cell = np.stack([np.arange(5.0), np.linspace(0, 0.1, 5), [0, 1, 2, 3, 2.5]], axis=1)

    def said():
        trace = a_trace(np.tanh(cell), cell, **gates(0.5, (5, 3)))
        assert headline(trace) in findings("lstm", trace)
        return headline(trace)

    assert said() == "Unit 1's cell state rises at every step: from 0 to 4."
    cell[:, 1] *= -50
    assert said() == "Unit 2's cell state falls at every step: from 0 to −5."
    cell[:, 2] = cell[:, 1] - 1
    assert said() == "The cell states of 2 units fall at every step, unit 2's most."


def test_else_the_headline_is_the_unit_that_moves_most():
    """Or that none does, or that it diverged. Signs are those of the bounds."""
    hidden = np.array([[0.1, -0.3], [0.2, 0.4], [0.1, 0.1], [0, 0]])
    assert headline(a_trace(hidden)) == "Unit 2 moves most: its output is between −0.3 and 0.4."
    assert "-" not in " ".join(findings("simple_rnn", a_trace(hidden)))
    assert headline(a_trace(np.zeros((4, 2)))) == "No unit's output changes by 0.01 or more."
    lost = a_trace(np.full((3, 2), np.nan))
    assert findings("gru", lost) == [headline(lost)]
    assert headline(lost).endswith("the run has diverged.")


def test_units_that_never_move_are_named_or_numbered():
    """Up to four by name."""
    hidden = np.zeros((6, 4))
    hidden[::2, 2] = 0.5
    said = findings("gru", a_trace(hidden, z=hidden + 0.5, r=hidden + 0.4, h=hidden))
    assert any(words.startswith("Units 1, 2 and 4 never move") for words in said)
    assert "Unit 3 moves most: its output is between 0 and 0.5." in said
    said = findings("simple_rnn", a_trace(np.zeros((6, 9))))
    assert any(words.startswith("9 units never move") for words in said)


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_has_its_room(cell):
    """On the last of the most timesteps and units."""
    layer = opened(cell, t=100)
    assert max(len(step_takeaway(layer, unit, 99)) for unit in range(layer.units)) <= len(STEP_ROOM)


@pytest.mark.parametrize(
    ("mode", "layer", "takeaway", "details"),
    [
        ("both", 1, "hands out 12 outputs, last-step mode one.", "Layer 2 of 2 is one LSTM"),
        ("both", 0, "hands all 12 outputs to the layer above", "in both modes"),
        ("sequence", 1, "it hands out all 12 outputs", "hands out all 12 outputs"),
        ("last", 1, "its last output alone", "Last-step mode hands out output 12 alone."),
        ("last", 0, "layer above", "3 features and the hidden and the cell state"),
    ],
)
def test_the_unrolled_layer_says_who_hands_out_what(mode, layer, takeaway, details):
    """By mode, and in a stack by layer: all but the top one hand out sequences."""
    said = unrolled_words(Experiment().set(layers=2, mode=mode), layer, 12, 3)
    assert takeaway in said[0]
    assert details in said[1]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("lstm", "of its cell state and adds"),
        ("gru", "of its state; the rest is new."),
        ("simple_rnn", ": its state goes from"),
    ],
)
def test_a_step_is_said_with_what_it_does_to_the_state(cell, says):
    """Timesteps and units are counted from 1; the first starts from zero."""
    layer = opened(cell)
    said = step_takeaway(layer, 2, 3)
    assert said.startswith("Timestep 4, unit 3: ")
    assert says in said
    states = (layer.trace.hidden if layer.trace.cell is None else layer.trace.cell)[0]
    assert f"was 0 and becomes {signed(states[0, 2])}." in step_takeaway(layer, 2, 0)
    if cell == "lstm":
        forget, added = (said.split()[k] for k in (5, -1))
        assert float(forget[:-1]) / 100 == pytest.approx(layer.trace.gates["f"][0, 3, 2], abs=0.005)
        kept = layer.trace.gates["f"][0, 3, 2] * states[2, 2]
        assert added == f"{signed(states[3, 2] - kept)}."
