"""What the Cell page says: only what the numbers show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lib.charts.cell import STEP_ROOM, findings, headline, step_takeaway, unrolled_told
from lib.experiment.experiment import Experiment
from lib.recurrence import Trace
from lib.text.english import signed
from tests.unit.test_formulas import opened


def a_trace(hidden: np.ndarray, cell: np.ndarray | None = None, **gates: np.ndarray) -> Trace:
    """Of one sample, from arrays (T, U)."""
    return Trace(
        hidden[None].astype(np.float32),
        None if cell is None else cell[None].astype(np.float32),
        {name: values[None].astype(np.float32) for name, values in gates.items()},
    )


def gates(value: float, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """All of an LSTM's gates at one value."""
    return {name: np.full(shape, value) for name in "ifco"}


def test_a_gate_is_called_open_or_shut_by_share() -> None:
    """Of few values by number; what the words mean is said once."""
    made = gates(0.5, (4, 2))
    made["f"] = np.array([[0.99] * 2, [0.99] * 2, [0.99] * 2, [0.01, 0.5]])
    sentences = findings("lstm", a_trace(np.eye(4, 2), np.zeros((4, 2)), **made))
    assert "The forget gate is open in 6 and shut in 1 of its 8 values." in sentences
    assert sentences[0] == "Gates are open above 0.95 and shut below 0.05."
    assert "The input gate is neither: it stays within 0.5 and 0.5." in sentences


def test_a_gate_is_never_open_only_if_none_of_its_values_is() -> None:
    """One of 400 is under 1%, all but one over 99%; nothing is ever 0% so."""
    made = gates(0.5, (100, 4))
    made["i"] = made["i"].copy()
    made["i"][3, 2] = 0.97
    made["o"] = np.full((100, 4), 0.99)
    made["o"][3, 2] = 0.5
    hidden = np.zeros((100, 4))
    sentences = findings("lstm", a_trace(hidden, hidden, **made))
    assert "The input gate is open in under 1% of its 400 values." in sentences
    assert "The output gate is open in over 99% of its 400 values." in sentences


def test_outputs_at_the_bound_are_counted_the_same_way() -> None:
    """SimpleRNN has no gates."""
    hidden = np.zeros((100, 4))
    none = findings("simple_rnn", a_trace(hidden))
    assert "None of the outputs are within 0.05 of −1 or 1." in none
    hidden[0, 0] = -0.99
    one = findings("simple_rnn", a_trace(hidden[:2]))
    assert "1 of 8 outputs is within 0.05 of −1 or 1." in one
    few = findings("simple_rnn", a_trace(hidden))
    assert "Under 1% of the outputs are within 0.05 of −1 or 1." in few


def test_a_state_that_goes_one_way_at_every_step_is_the_headline() -> None:
    """And far: a slow drift, and one that turns at the end, are passed over."""
    cell = np.stack([np.arange(5.0), np.linspace(0, 0.1, 5), [0, 1, 2, 3, 2.5]], axis=1)
    trace = a_trace(np.tanh(cell), cell, **gates(0.5, (5, 3)))
    assert headline(trace) == "Unit 1's cell state rises at every step: from 0 to 4."
    assert headline(trace) in findings("lstm", trace)
    cell[:, 1] *= -50
    trace = a_trace(np.tanh(cell), cell, **gates(0.5, (5, 3)))
    assert headline(trace) == "Unit 2's cell state falls at every step: from 0 to −5."
    cell[:, 2] = cell[:, 1] - 1
    trace = a_trace(np.tanh(cell), cell, **gates(0.5, (5, 3)))
    assert headline(trace) == "The cell states of 2 units fall at every step, unit 2's most."


def test_else_the_headline_is_the_unit_that_moves_most() -> None:
    """Or that none does."""
    hidden = np.array([[0.1, -0.3], [0.2, 0.4], [0.1, 0.1], [0, 0]])
    assert headline(a_trace(hidden)) == "Unit 2 moves most: its output is between −0.3 and 0.4."
    assert headline(a_trace(np.zeros((4, 2)))) == "No unit's output changes by 0.01 or more."


def test_units_that_never_move_are_named_or_numbered() -> None:
    """Up to four by name."""
    hidden = np.zeros((6, 4))
    hidden[:, 2] = [0, 0.5, 0, 0.5, 0, 0.5]
    sentences = findings("gru", a_trace(hidden, z=hidden + 0.5, r=hidden + 0.4, h=hidden))
    assert any(words.startswith("Units 1, 2 and 4 never move") for words in sentences)
    assert "Unit 3 moves most: its output is between 0 and 0.5." in sentences
    many = np.zeros((6, 9))
    sentences = findings("simple_rnn", a_trace(many))
    assert any(words.startswith("9 units never move") for words in sentences)
    assert not any("moves most" in words for words in sentences)


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_a_step_has_its_room_and_small_states_are_said_in_words(cell: str) -> None:
    """On the last of the most timesteps and units; no power of ten is read."""
    layer = opened(cell, t=100)
    for unit in range(layer.units):
        assert len(step_takeaway(layer, unit, 99)) <= len(STEP_ROOM)
    trace = layer.trace
    faint = [None if a is None else a * 1e-9 for a in (trace.hidden, trace.cell)]
    layer = replace(layer, trace=Trace(*faint, trace.gates))
    assert "becomes ≈ 0" in step_takeaway(layer, 0, 0)
    assert "e-" not in step_takeaway(layer, 0, 50)


def test_a_negative_number_has_the_minus_sign_of_the_bounds() -> None:
    """One kind of it in one sentence."""
    hidden = np.linspace(-0.8, 0.5, 8).reshape(4, 2)
    text = " ".join(findings("simple_rnn", a_trace(hidden)))
    assert "−0.8" in text
    assert "-" not in text


def test_a_diverged_layer_is_called_that() -> None:
    """And nothing else is said of it."""
    sentences = findings("gru", a_trace(np.full((3, 2), np.nan)))
    assert sentences == ["Some of the states aren't numbers any more: the run has diverged."]
    assert headline(a_trace(np.full((3, 2), np.nan))) == sentences[0]


def test_the_unrolled_layer_says_who_hands_out_what() -> None:
    """By mode, and in a stack by layer: all but the top one hand out sequences."""
    both = Experiment().set(layers=2)
    top = unrolled_told(both, 1, 12, 16)[1]
    assert "Layer 2 of 2 is one LSTM, used 12 times" in top
    assert "all 12 outputs" in top
    assert "output 12 alone" in top
    assert "in both modes" in unrolled_told(both, 0, 12, 3)[1]
    last = unrolled_told(Experiment().set(mode="last", cell="gru"), 0, 12, 3)[1]
    assert "Sequence mode" not in last
    assert "3 features and the hidden state of the step before" in last


def test_the_layer_is_said_in_a_line() -> None:
    """How often it is used, and what it hands out in the modes that are trained."""
    both = Experiment().set(layers=2)
    assert unrolled_told(both, 1, 12, 3)[0] == (
        "One LSTM, used 12 times: sequence mode hands out 12 outputs, last-step mode one."
    )
    assert "hands all 12 outputs to the layer above" in unrolled_told(both, 0, 12, 3)[0]
    for mode, says in (("sequence", "all 12 outputs"), ("last", "its last output alone")):
        assert says in unrolled_told(both.set(mode=mode), 1, 12, 3)[0]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("lstm", "of its cell state and adds"),
        ("gru", "of its state; the rest is new."),
        ("simple_rnn", ": its state goes from"),
    ],
)
def test_a_step_is_said_with_what_it_does_to_the_state(cell: str, says: str) -> None:
    """Timesteps and units are counted from 1; the first starts from zero."""
    layer = opened(cell)
    sentence = step_takeaway(layer, 2, 3)
    assert sentence.startswith("Timestep 4, unit 3: ")
    assert says in sentence
    states = (layer.trace.hidden if layer.trace.cell is None else layer.trace.cell)[0]
    assert f"was 0 and becomes {signed(states[0, 2])}." in step_takeaway(layer, 2, 0)
    if cell == "lstm":
        forget, added = (sentence.split()[k] for k in (5, -1))
        assert float(forget[:-1]) / 100 == pytest.approx(layer.trace.gates["f"][0, 3, 2], abs=0.005)
        kept = layer.trace.gates["f"][0, 3, 2] * states[2, 2]
        assert added == f"{signed(states[3, 2] - kept)}."
