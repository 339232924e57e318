"""Generation against a slow loop, and the pictures and words about it."""

from dataclasses import replace

import numpy as np
import pytest

from lib.charts import generation
from lib.data import make_dataset, suggested
from lib.experiment import CELLS
from lib.recurrence import forward, initial_model_weights, unroll
from lib.results import generate, why_not_generated
from tests.unit.own_data import cut, load, sales, table
from tests.unit.pictures import LIGHT
from tests.unit.test_formulas import opened


def sine(**settings):
    """Return the experiment, the dataset and weights by mode, as `sales` does."""
    experiment = suggested("sine").set(**{"T": 9, "N": 32, "U": 4} | settings)
    dataset = make_dataset(experiment)
    return experiment, dataset, {"sequence": initial_model_weights(experiment, 3, 1)}


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_goes_on_from_an_initial_state(cell):
    """Two calls that pass the states on equal one call."""
    layer = opened(cell, t=8)
    first, whole = unroll(cell, layer.weights, layer.x[None, :3]), layer.trace
    state = [each[:, -1] for each in first.states]
    second = unroll(cell, layer.weights, layer.x[None, 3:], initial_state=state)
    np.testing.assert_allclose(second.hidden, whole.hidden[:, 3:], atol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"form": "value"}, {"form": "change"}])
def test_generated_values_equal_those_of_whole_sequences(settings):
    """A slow loop reads the whole sequence again for each value, from a zero state.

    A table's inputs and targets have their own scales.
    """
    prepared = sales(T=9, layers=2, **settings) if settings else sine(layers=2)
    experiment, dataset, weights = *prepared[:2], prepared[2]["sequence"]
    samples = np.array([2, len(dataset.x) - 1])  # of the first and the last store
    raw = standard = np.asarray
    if origin := dataset.origin:
        raw, standard = origin.y_scale.raw, origin.x_scale.standard
    x, slow = dataset.x[samples].copy(), []
    for step in range(4, 10):
        output = raw(forward(experiment, weights, x[:, :step])[1][:, -1])
        slow.append(output)
        if step < 9:
            x[:, step, :1] = standard(output)
    found = generate(experiment, dataset, weights, samples)
    np.testing.assert_allclose(found.fed_back, np.stack(slow, axis=1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.one_step[:, 0], found.fed_back[:, 0], rtol=1e-5)
    wrong = (found.fed_back - found.known[:, 3:])[..., 0]
    assert found.errors["fed_back"] == pytest.approx(np.sqrt((wrong[:, -1] ** 2).mean()))


def test_data_say_why_they_cannot_be_generated():
    """A target must be the next timestep's input. Other inputs keep their true values."""
    hourly = table(load(6), "hour")
    for dataset, part in (
        (make_dataset(suggested("sine")), ""),
        (make_dataset(suggested("sine").set(T=2)), "no prediction is an input"),
        (make_dataset(suggested("parity")), "isn't the next timestep's input"),
        (make_dataset(suggested("brackets")), "predicts labels"),
        (make_dataset(suggested("seattle")), ""),
        (sales()[1], ""),
        (sales(horizon=2)[1], "one row ahead"),
        (cut(hourly, ("load",), ("load",), rate=2)[1], "Use every row"),
        (cut(hourly, ("hour of day",), ("load",))[1], "No target is an input"),
    ):
        why = why_not_generated(dataset)
        assert part in why if part else not why


@pytest.mark.parametrize("prepared", [sine(T=6), sales(form="change")])
def test_pictures_show_where_generation_begins(prepared):
    """Takeaways have at most 15 words. Diverged weights are drawn, too."""
    experiment, dataset, weights = prepared
    for factor in (1.0, np.nan):
        used = [factor * w for w in weights["sequence"]]
        found = generate(experiment, dataset, used, np.arange(4))
        figure = generation.generated_figure(dataset, found, "sequence", LIGHT)
        true, rings, generated = figure.traces
        assert list(generated["x"]) == list(rings["x"]) == list(true["x"])[2:]
        assert figure.to_dict()["layout"]["shapes"][0]["x1"] == 3.5
        assert len(generation.generated_words(dataset, found)[0].split(" ")) <= 15
    layer = opened("lstm", t=8)
    first = generation.state_sentence(layer, None, 1, 0)
    assert "Call 1 takes unit 2's h from 0 to" in first
    assert "Keras returns …" in first
    broken = replace(layer, trace=replace(layer.trace, hidden=layer.trace.hidden * np.nan))
    assert "x, inputs" in generation.carried_states(broken, np.arange(layer.units), LIGHT)
