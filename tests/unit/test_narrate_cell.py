"""What the Cell page says: only what the numbers show."""

from __future__ import annotations

import numpy as np

from lib.experiment import Experiment
from lib.narrate.cell import findings, step_sentence, unrolled_sentence
from lib.recurrence import Trace
from lib.recurrence.formulas import lines
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
    assert sentences[0] == (
        "The input gate is never wholly open (above 0.95) or shut (below 0.05): it stays within "
        "0.5 and 0.5."
    )


def test_a_gate_is_never_open_only_if_none_of_its_values_is() -> None:
    """One of 400 is under 1%, all but one over 99%; nothing is ever 0% so."""
    made = gates(0.5, (100, 4))
    made["i"] = made["i"].copy()
    made["i"][3, 2] = 0.97
    made["o"] = np.full((100, 4), 0.99)
    made["o"][3, 2] = 0.5
    hidden = np.zeros((100, 4))
    sentences = findings("lstm", a_trace(hidden, hidden, **made))
    assert "The input gate is open (above 0.95) in under 1% of its values." in sentences
    assert "The output gate is open in over 99% of its values." in sentences
    assert any(
        "forget gate is never wholly open or shut (below 0.05)" in words for words in sentences
    )


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


def test_a_unit_counts_when_its_state_goes_one_way_at_every_step() -> None:
    """And far: a slow drift isn't counting."""
    cell = np.stack([np.arange(5.0), np.linspace(0, 0.1, 5), [0, 1, 2, 3, 2.5]], axis=1)
    sentences = findings("lstm", a_trace(np.tanh(cell), cell, **gates(0.5, (5, 3))))
    counting = [words for words in sentences if "count" in words]
    assert counting == [
        "Unit 1 counts: its cell state goes one way at every step, 0.5 or more in all: from 0 to 4."
    ]


def test_units_that_never_move_are_named_or_numbered() -> None:
    """Up to four by name."""
    hidden = np.zeros((6, 4))
    hidden[:, 2] = [0, 0.5, 0, 0.5, 0, 0.5]
    sentences = findings("gru", a_trace(hidden, z=hidden + 0.5, r=hidden + 0.4, h=hidden))
    assert any(words.startswith("Units 1, 2 and 4 never move") for words in sentences)
    assert "Unit 3 moves most: from 0 to 0.5." in sentences
    many = np.zeros((6, 9))
    sentences = findings("simple_rnn", a_trace(many))
    assert any(words.startswith("9 units never move") for words in sentences)
    assert not any("moves most" in words for words in sentences)


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


def test_the_unrolled_layer_says_who_hands_out_what() -> None:
    """By mode, and in a stack by layer: all but the top one hand out sequences."""
    both = Experiment().set(layers=2)
    top = unrolled_sentence(both, 1, 12, 16)
    assert "Layer 2 of 2, one LSTM used 12 times" in top
    assert "all 12 outputs" in top
    assert "output 12 alone" in top
    assert "in both modes" in unrolled_sentence(both, 0, 12, 3)
    last = unrolled_sentence(Experiment().set(mode="last", cell="gru"), 0, 12, 3)
    assert "Sequence mode" not in last
    assert "3 features and the hidden state of the step before" in last


def test_a_step_is_said_with_all_its_numbers() -> None:
    """Timesteps and units are counted from 1."""
    made = lines(opened("gru"), 2, 3)
    sentence = step_sentence(made, 2, 3)
    assert sentence.startswith("Timestep 4, unit 3: update gate ")
    assert "hidden state" in sentence
