"""One unit's formulas at one timestep contain the numbers of the trace."""

import math
import re
from dataclasses import replace
from unicodedata import normalize

import numpy as np
import pytest

from lib.charts.cell import by_hand, can_show
from lib.charts.palette import PALETTES
from lib.experiment import CELLS
from lib.recurrence import unroll
from lib.recurrence.cells import GATES, LayerPass, lines, state_rows
from lib.recurrence.model import initial_weights
from lib.text import number

LIGHT = PALETTES["light"]


def opened(cell, *, t=4, f=3, u=5):
    """Return a layer with random weights and biases, and its forward pass over one sample."""
    rng = np.random.default_rng(0)
    weights = [w + rng.normal(0, 0.3, w.shape) for w in initial_weights(cell, f, u, rng)]
    x = rng.standard_normal((1, t, f)).astype(np.float32)
    return LayerPass(cell, weights, x[0], unroll(cell, weights, x))


def computed(filled):
    """Return the value of a filled formula, computed from its text."""
    text = filled.replace("−", "-").replace("·", "*").replace("σ", "sigmoid")
    text = re.sub(r"\s×\s10([⁻⁰¹²³⁴-⁹]+)", lambda power: f"e{normalize('NFKC', power[1])}", text)
    text = text.replace("e−", "e-")
    names = {"tanh": math.tanh, "sigmoid": lambda v: 1 / (1 + math.exp(-v))}
    return float(eval(text, {"__builtins__": {}}, names))  # noqa: S307  our own text


@pytest.mark.parametrize("step", [0, 1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_filled_formula_yields_its_value(cell, step):
    """The text of a formula computes to its value, within its three digits per number.

    The state before the first step is zero, so the recurrent kernel adds zero there.
    """
    layer = opened(cell)
    for unit in range(5):
        for line in lines(layer, unit, step):
            assert computed(line.filled) == pytest.approx(line.value, abs=0.02), line
            assert line.value == line.trace[step]
    first = lines(layer, 0, 0)[0]
    assert "h₀·recurrent_kernel" in first.formula
    assert " + 0" in first.filled


@pytest.mark.parametrize(
    ("cell", "symbols"),
    [("lstm", "i₂ f₂ c̃₂ o₂ c₂ h₂"), ("gru", "z₂ r₂ h̃₂ h₂"), ("simple_rnn", "h₂")],
)
def test_each_cell_computes_its_own_numbers(cell, symbols):
    """Each cell lists its values in the order of computation, with their timestep."""
    layer = opened(cell)
    made = lines(layer, 1, 1)
    assert [line.symbol for line in made] == symbols.split()
    np.testing.assert_array_equal(made[-1].trace, layer.trace.hidden[0, :, 1])


@pytest.mark.parametrize("cell", CELLS)
def test_by_hand_shows_every_number_of_every_matrix(cell):
    """The tables hold every weight, input and state of the step, for small layers only."""
    layer = opened(cell, f=3, u=2)
    page = by_hand(layer, 2, LIGHT)
    weights = [value for matrix in layer.weights for value in matrix.ravel()]
    products = (layer.x[2, :, None] * layer.weights[0]).ravel()
    states = *layer.x[2], *layer.before(2), *layer.trace.hidden[0, 2]
    for value in (*weights, *products, *states):
        assert number(value).replace("-", "−") in page
    assert can_show(3, 4)
    assert not can_show(9, 4)


def test_by_hand_biases_and_candidates_have_their_names():
    """A GRU names the bias of each kernel; candidates have their own symbols, c̃ and h̃."""
    gru, lstm = (by_hand(opened(cell, u=2), 1, LIGHT) for cell in ("gru", "lstm"))
    assert gru.count(">input bias<") == gru.count(">recurrent bias<") == 3
    assert ">bias<" not in gru
    assert lstm.count(">bias<") == 4
    assert all(symbol in lstm for symbol in ("c̃, candidate", "= c̃", "i·c̃"))
    assert all(symbol in gru for symbol in ("h̃, candidate", "= h̃", "(1 − z)·h̃"))


def test_a_cell_without_formulas_of_its_own_gets_none(monkeypatch):
    """A new cell raises an error instead of showing another cell's formulas."""
    monkeypatch.setitem(GATES, "new", {"h": "candidate"})
    layer = replace(opened("simple_rnn"), cell="new")
    for formulas in (lambda: lines(layer, 0, 0), lambda: state_rows(layer, 0)):
        with pytest.raises(ValueError, match="written for cell 'new'"):
            formulas()


def rows_of(table):
    """Return the rows without products of a table of `by_hand`: a label and the shown numbers."""
    rows = re.findall(r"<th scope=\"row\"[^>]*>([^<]*)</th>((?:<td>[^<]*</td>)+)</tr>", table)
    return [
        (label, [float(v.replace("−", "-")) for v in re.findall(r"<td>(.*?)</td>", values)])
        for label, values in rows
    ]


@pytest.mark.parametrize("cell", CELLS)
def test_the_sums_by_hand_lead_to_the_gates(cell):
    """The activation of each gate's sum is the gate's value, to three digits."""
    layer = opened(cell, u=2)
    tables = by_hand(layer, 2, LIGHT).split("<table")[1:]
    gates = layer.trace.gates or {"h": layer.trace.hidden}
    for (name, values), table in zip(gates.items(), tables, strict=False):
        *_, (_, sums), (label, shown) = rows_of(table)
        activation = np.tanh if "tanh" in label else lambda v: 1 / (1 + np.exp(-v))
        assert re.match(rf"(tanh|σ)\(sum\) = {name}", label)
        np.testing.assert_allclose(shown, values[0, 2], atol=0.005)
        np.testing.assert_allclose(activation(np.array(sums)), values[0, 2], atol=0.005)
