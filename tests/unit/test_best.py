"""The least error that a model can have knows its head and how far its cell's outputs get."""

import numpy as np
import pytest

from lib.data.datasets import DATASETS, make_dataset, settle, suggested
from lib.experiment import CELLS, Experiment
from lib.recurrence.cells import unroll
from lib.results.baselines import best_possible
from lib.shapes.output import BLOCKS, bias_shapes
from tests.unit.pictures import EXPERIMENT, a_dataset

HEADLESS = EXPERIMENT.set(head="none", U=1)
FLOOR = "this layer's floor"


@pytest.mark.parametrize(
    ("cell", "sequence", "last"),
    [("lstm", 26109.24, 26692.69), ("gru", 26067.50, 26681.50), ("simple_rnn", 26067.50, 26681.50)],
)
def test_the_raw_worked_example_says_how_low_its_loss_can_get(cell, sequence, last):
    """An LSTM stays below tanh(1) and tanh(2), the other two below 1."""
    experiment = settle(Experiment().set(data="worked_raw", cell=cell))
    best = best_possible(experiment, make_dataset(experiment))
    assert best.mse.mean() == pytest.approx(sequence, abs=0.005)
    assert best.mse[-1] == pytest.approx(last, abs=0.005)
    assert best.label == FLOOR
    assert "stays within ±" in best.why
    assert "so a target of 208 is out of reach." in best.why


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_with_its_gates_wide_open_comes_as_near_as_the_floor_says(cell):
    """No nearer: the weights are the best there are for targets of 5."""
    dataset = a_dataset(t=6, y=np.full((8, 6, 1), 5, np.float32))
    block = {"lstm": (50, 50, 50, 50), "gru": (-50, 0, 50), "simple_rnn": (50,)}[cell]
    weights = [np.zeros((3, BLOCKS[cell])), np.zeros((1, BLOCKS[cell])), np.zeros(0)]
    weights[2] = np.resize(np.array([*block, *[0] * len(block)]), bias_shapes(cell, 1)[0])
    hidden = unroll(cell, weights, dataset.x).hidden
    wrong = ((hidden - dataset.y)[dataset.judged] ** 2).mean(axis=(0, 2))
    best = best_possible(HEADLESS.set(cell=cell), dataset)
    np.testing.assert_allclose(best.mse, wrong, rtol=1e-6)


@pytest.mark.parametrize(
    "name", [name for name in DATASETS if name not in ("upload", "worked_raw")]
)
def test_behind_a_dense_head_it_is_what_is_known_of_the_data(name):
    """Whatever the cell: a Dense layer stretches its outputs as far as need be."""
    experiment = suggested(name).set(cell="gru")
    dataset = make_dataset(experiment)
    best = best_possible(experiment, dataset)
    assert (best is None) == (dataset.best_mse is None)
    if best:
        assert best.mse is dataset.best_mse
        assert (best.label, best.why) == ("best possible", dataset.best_why)


@pytest.mark.parametrize(("known", "label"), [(0.5, FLOOR), (4.0, "best possible")])
def test_the_larger_of_noise_and_floor_counts_at_each_step(known, label):
    """It is the layer's floor as soon as that is above what is known, and tells its reason."""
    more = {"best_mse": np.array([4, 4, 4, known]), "best_why": "Noise."}
    dataset = a_dataset(y=np.full((8, 4, 1), 2, np.float32), **more)
    best = best_possible(HEADLESS.set(cell="gru"), dataset)
    assert best.mse.tolist() == [4, 4, 4, max(known, 1)]
    assert best.label == label
    assert ("±1 at step 1 and ±1 at step" in best.why) == (label == FLOOR)


def test_what_rounding_reaches_is_no_floor():
    """An LSTM's bound is 1 - 1e-10 at step 12, where a logarithmic axis would go down to 1e-21."""
    experiment = settle(Experiment().set(data="parity", head="none", U=1, T=12))
    best = best_possible(experiment, make_dataset(experiment))
    assert best.mse[0] > 0.05
    assert best.mse[-1] == 0
    assert best_possible(HEADLESS, a_dataset(y=np.full((8, 4, 1), 0.5, np.float32))) is None
