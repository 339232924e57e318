"""Files of weights from PyTorch that can't be shown, and the sentences that say why."""

import io
import pickle
import re

import numpy as np
import pytest

from lib.charts.pytorch import torch_facts, torch_line, torch_picture
from lib.experiment import CELLS
from lib.recurrence import initial_weights, to_torch, unroll
from lib.ui.cell.torch_file import MOST_MB, read_torch_file
from tests.unit.pictures import LIGHT

LSTM = to_torch("lstm", initial_weights("lstm", 3, 4, np.random.default_rng(0)))


def npz(arrays):
    """Return an .npz file's bytes."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


REFUSED = {
    "no recurrent layer": ({"linear.weight": np.zeros((2, 3))}, "got 0"),
    "two layers": ({f"{k}.{name}": LSTM[name] for k in "ab" for name in LSTM}, "got 2"),
    "two directions": (LSTM | {"weight_ih_l0_reverse": np.zeros(3)}, "bidirectional=True"),
    "proj_size": (LSTM | {"weight_hr_l0": np.zeros((2, 4))}, "a proj_size"),
    "an odd shape": (LSTM | {"weight_hh_l0": np.zeros((15, 4))}, "the shape (15, 4)"),
    "a scalar": (LSTM | {"weight_hh_l0": np.zeros(())}, "the shape ()"),
    "a kernel for other units": (LSTM | {"weight_ih_l0": np.zeros((8, 3))}, "Expected (16, 3)"),
    "a short bias": (LSTM | {"bias_hh_l0": np.zeros(4)}, "bias_hh_l0 is (4,) of float64"),
    "a gap between layers": (LSTM | {"weight_ih_l2": np.zeros((16, 4))}, "weight_ih_l1 is missing"),
    "Python objects": (LSTM | {"bias_ih_l0": np.array([print])}, "has Python objects"),
    "no features": (LSTM | {"weight_ih_l0": np.zeros((16, 0), "f")}, "F = 0. Expected 1 to 16"),
    "saved by torch.save": (LSTM | {"archive/data.pkl": np.zeros(1)}, "a file of torch.save"),
    "NaN": (LSTM | {"bias_hh_l0": np.full(16, np.nan, "f")}, "infinite or NaN"),
    "too large": (LSTM | {"x": np.zeros(MOST_MB * 10**6, np.int8)}, f"of at most {MOST_MB} MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_layer_of_keras_says_why(case):
    """The sentence names the array, or what the layer has."""
    arrays, words = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(words)):
        read_torch_file(npz(arrays))


def test_any_other_bytes_give_a_sentence():
    """Damaged, cut and foreign files raise no other error, and nothing is unpickled."""
    whole = npz(LSTM)
    damaged = whole[:100] + b"\xff" * 40 + whole[140:]
    for content in (b"", b"PK\x03\x04", whole[:300], damaged, pickle.dumps(LSTM)):
        with pytest.raises(ValueError, match=r"\w \w"):
            read_torch_file(content)


def test_the_picture_has_the_last_step_in_two_tensors():
    """`out` ends with the row that `h_n` has for the top layer. An LSTM also returns `c_n`."""
    weights = initial_weights("lstm", 3, 4, np.random.default_rng(0))
    html = torch_picture([unroll("lstm", weights, np.ones((1, 7, 3)))], LIGHT)
    assert [name in html for name in (">out<", ">h_n<", ">c_n<")] == [True] * 3
    assert html.count(f"border:2px solid {LIGHT.last}") == 3  # one is in the legend
    assert html.count(f"border:2px solid {LIGHT.sequence}") == 2


def test_the_names_and_takeaways_of_each_cell():
    """A cell with two states returns a pair."""
    lines = [torch_line(cell) for cell in CELLS]
    assert lines == ["out, (h_n, c_n) = lstm(x)", "out, h_n = gru(x)", "out, h_n = rnn(x)"]
    facts = [fact for cell in CELLS for fact in torch_facts(cell, 16, 128)]
    assert max(len(fact.takeaway.split()) for fact in facts) <= 15
