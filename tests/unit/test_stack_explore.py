"""Which stacks Explore can train, and as which experiment."""

from itertools import product

import pytest

from lib.experiment.experiment import CELLS, Experiment
from lib.shapes.stack.link import from_text
from lib.shapes.stack.tracing import as_settings, model_stack


def test_the_stack_of_an_experiments_model_is_that_experiment():
    """Its settings come back as they were; a sequence of any length leaves the sidebar's T."""
    modes, layers, heads = ("sequence", "last"), (1, 3), ("dense", "none")
    for cell, mode, count, head in product(CELLS, modes, layers, heads):
        settings = {"cell": cell, "mode": mode, "layers": count, "head": head, "U": 7, "T": 9}
        model = Experiment().set(**settings).model
        assert as_settings(model_stack(model, mode, 9, 3, 2), 2) == settings
    assert as_settings(from_text("input_t10000~lstm~dense"), 1)["T"] < 10_000
    assert "T" not in as_settings(from_text("input_tany~lstm~dense"), 1)


@pytest.mark.parametrize(
    ("stack", "why"),
    [
        ("input", "Explore trains an LSTM, GRU or SimpleRNN"),
        ("input~conv1d~lstm~dense", "Explore trains an LSTM, GRU or SimpleRNN"),
        ("input~lstm_seq_u4~lstm_u5", "of one kind and width"),
        ("input~lstm_drop0.2~dense", "of one kind and width"),
        ("input~lstm~dense_k3", "it would take Dense(1)"),
        ("input~lstm_u500~dense", "up to 128; here it is 500"),
    ],
)
def test_why_a_stack_is_none_of_explores(stack, why):
    """In a sentence, for data with one column to learn."""
    assert why in f"{as_settings(from_text(stack), 1)}"
