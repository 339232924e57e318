"""Pools in NumPy, and runs with a third mode on cards, in files and in sweeps."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from lib.charts import PALETTES, cards_of
from lib.charts.replay import replay_figure, replay_words
from lib.charts.strip import shape_strip, strip_sentence
from lib.data import make_dataset, settle
from lib.experiment import MODES, POOLINGS, Experiment
from lib.export import Reported, keep, open_kept, predictions, report
from lib.recurrence import forward, pool_shares, pooled
from lib.results import ERROR, RunAt, as_of, best_mode, frames_of, step_shares, untrained
from lib.sweep.plan import make_plan

LIGHT = PALETTES["light"]
MASKS = {
    "none": None,
    "after": np.arange(5) < np.array([[5], [3], [1]]),
    "before": np.arange(5) >= np.array([[0], [2], [4]]),
}
HIDDEN = np.random.default_rng(0).standard_normal((3, 5, 2)).astype(np.float32)


def pool_of(kind, steps):
    """Return the pool of steps (S, U) by its definition; 0 without steps."""
    if not len(steps):
        return np.zeros(2)
    if kind == "max":
        return steps.max(axis=0)
    scores = steps @ steps[-1] if kind == "attention" else np.zeros(len(steps))
    powers = np.exp(scores)
    return powers @ steps / powers.sum()


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("kind", ["mean", "max", "attention"])
def test_a_pool_reads_the_real_steps_so_far(kind, mask):
    """Masked outputs repeat the previous output, and are 0 first: only the maximum reads those."""
    hidden, real = HIDDEN.copy(), MASKS[mask]
    reads = np.ones((3, 5), bool) if real is None else real
    for n, t in zip(*np.nonzero(~reads), strict=True):  # in order of time
        hidden[n, t] = hidden[n, t - 1] if t else 0
    for n, t in np.ndindex(3, 5):
        steps = hidden[n, : t + 1]
        expected = pool_of(kind, steps if kind == "max" else steps[reads[n, : t + 1]])
        np.testing.assert_allclose(pooled(kind, hidden, real)[n, t], expected, atol=1e-6)
    weights = pool_shares("attention", hidden, real)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    assert (weights[~reads] == 0).all()
    last = np.einsum("nt,ntu->nu", weights, hidden)
    np.testing.assert_allclose(last, pooled("attention", hidden, real)[:, -1], atol=1e-6)


def test_the_best_mode_is_clearly_better_than_each_other_mode():
    """A p-value of 0.04 for one of two tests isn't enough: it counts twice."""
    first = 1 + 0.01 * np.arange(4)
    others = {"last": 2 * first, "pooled": 3 * first + [0.1, 0, 0, 0.1]}
    found = best_mode(ERROR, {"sequence": first, **others})
    assert (found.mode, found.verdict.wins, found.verdict.is_clear) == ("sequence", 4, True)
    close = first * np.exp([0.01, 0.03, 0.05, 0.06])
    p_value = ERROR.compare(first, close).p_value
    assert 0.025 < p_value < 0.05
    between = first * np.exp([0.012, 0.031, 0.049, 0.061])
    found = best_mode(ERROR, {"last": close, "pooled": between, "sequence": first})
    assert not found.verdict.is_clear
    assert all(pair.p_value > p_value for pair in found.pairs.values())
    assert best_mode(ERROR, {"last": close, "pooled": first}).verdict.p_value == p_value


ROWS = {
    "seattle": {"pool": "attention", "seeds": 2},
    "brackets": {"pool": "max", "padding": "before", "weights": "classes"},
    "digits": {"pool": "mean", "mode": "sequence"},
    "weather": {"pool": "mean", "mode": "last"},
    "running_sum": {"pool": "attention", "head": "none"},
}


def run_of(name):
    """Return a run with the settings of a row, as if it had trained for three epochs."""
    experiment = settle(
        Experiment().set(data=name, T=6, U=4, N=64, epochs=3, **{"seeds": 1} | ROWS[name])
    )
    dataset = make_dataset(experiment)
    start = RunAt(experiment, dataset, untrained(experiment, dataset))
    rng, results = np.random.default_rng(0), []
    for seed in start.snapshot.seeds:
        losses = {"loss_epochs": np.arange(1, 4), "loss": np.array([3.0, 2.0, 1.0])}
        results.append({mode: replace(each, **losses) for mode, each in seed.items()})
    snapshot = replace(start.snapshot, results=results[0], others=tuple(results[1:]))
    weights = tuple(
        {
            m: tuple(w + rng.normal(0, 0.1, w.shape).astype(w.dtype) for w in ws)
            for m, ws in s.items()
        }
        for s in start.snapshot.weights
    )
    return replace(start, snapshot=as_of(replace(start, snapshot=snapshot), 3, weights))


@pytest.mark.parametrize("name", ROWS)
def test_pages_and_files_show_the_third_mode(name):
    """Cards, strip, replay, report, predictions and a saved run have each mode of the run."""
    run = run_of(name)
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    assert [*snapshot.results] == [*experiment.model.modes]
    assert "pooled" in snapshot.results
    for card, kind in cards_of(dataset, experiment.model.pooling).items():
        picks = [{"sample": 0, "target": 0, "earlier": True}[pick] for pick in kind.picks]
        made = kind(run, *picks)
        assert "pooled" in "".join(f"{trace['name']}" for trace in made.figure(LIGHT).traces) or (
            card == "pool" or (card == "predictions" and dataset.has_labels)  # not by mode
        )
        assert len(made.takeaway().split(" ")) <= 15
        assert "ooled model" in made.sentence() or card == "pool"
    weights = snapshot.weights[0]
    assert "pooled" in shape_strip(experiment, dataset, LIGHT, weights=weights, sample=0)
    pooling = POOLINGS[experiment.model.pooling].keras
    assert f"{pooling} (N, {experiment.model.units})" in strip_sentence(experiment, dataset)
    frames = frames_of(run, {0: untrained(experiment, dataset).weights})
    for layout in ("wide", "narrow", "report"):  # with a map for each mode
        options = {"palette": LIGHT, "earlier": True, "layout": layout}
        traces = replay_figure(run, frames, 0, 0, **options).traces
        names = {trace["name"] for trace in traces if trace["type"] == "heatmap"}
        assert names >= {MODES[mode].name for mode in snapshot.results}
    assert len(replay_words(dataset, frames)[0].split(" ")) <= 15
    assert pooling in report(Reported(experiment, dataset, snapshot), "", datetime.min, {}).decode()
    assert any(column.startswith("pooled") for column in predictions(experiment, dataset, snapshot))
    opened = open_kept("run.unrolled", keep(run, [(0, untrained(experiment, dataset).weights)]))
    assert (opened.experiment, [*opened.snapshot.results]) == (experiment, [*snapshot.results])


def test_a_sweep_leaves_pooling_out_and_says_so():
    """Its models are those of sequence mode and last-step mode."""
    plan = make_plan(Experiment().set(data="echo", pool="max"), {"U": [4]}, 2)
    assert {point.experiment.model.modes for point in plan.points} == {("sequence", "last")}
    assert "without pooling (Maximum)" in plan.notes[0]


def test_a_share_of_the_maximum_counts_units_at_their_first_largest_output():
    """The three units are largest at steps 2, 1 and 2; the last is as large again at step 3."""
    hidden = np.array([[[0, 3, 1], [2, 1, 5], [1, 2, 5]]], np.float32)
    np.testing.assert_allclose(pool_shares("max", hidden), [[1 / 3, 2 / 3, 0]])


@pytest.mark.parametrize("name", ["seattle", "brackets"])
def test_the_card_of_a_pool_shows_where_it_looks(name):
    """It has the sample's shares and the mean of all, from the first seed's pooled model."""
    run = run_of(name)
    experiment, dataset = run.experiment, run.dataset
    weights, kind = run.snapshot.weights[0]["pooled"], experiment.model.pooling
    part = np.append(run.snapshot.samples[1], dataset.some(200))
    x, mask = dataset.model_inputs(experiment, part)
    own, *each = pool_shares(kind, forward(experiment, weights, x, mask)[0][-1].hidden, mask)
    found = step_shares(run, 1)
    np.testing.assert_allclose(found.sample, own, atol=1e-6)
    np.testing.assert_allclose(found.mean, np.mean(each, axis=0), atol=1e-6)
    card = cards_of(dataset, kind)["pool"](run, 1)
    drawn = {trace["name"]: trace for trace in card.figure(LIGHT).traces}
    of_sample = dataset.sample_name(card.index, short=True)
    for trace, shares in ((of_sample, found.sample), ("mean", found.mean)):
        np.testing.assert_allclose(drawn[trace]["y"], 100 * shares)
    assert f"step {found.mean.argmax() + 1} of 6" in card.takeaway()
    assert f"largest at step {found.sample.argmax() + 1}" in card.sentence()


def test_the_card_of_a_pool_needs_finite_outputs_and_weights():
    """After divergence, and without the weights of a large model, it says so."""
    run = run_of("running_sum")
    results = run.snapshot.results
    for weights, words in ((np.nan, "NaN"), (None, "once the run pauses")):
        own = weights and tuple(array * np.float32(weights) for array in results["pooled"].weights)
        pooled_result = replace(results["pooled"], weights=own)
        snapshot = replace(run.snapshot, results=results | {"pooled": pooled_result})
        card = cards_of(run.dataset, "attention")["pool"](replace(run, snapshot=snapshot), 0)
        assert words in card.takeaway()
        assert card.figure(LIGHT).traces
        assert card.sentence()
