"""Replays of a training: their frames, figure and words, and the history of epochs."""

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib.charts.palette import PALETTES
from lib.charts.replay import EDGE, replay_figure, replay_words
from lib.data import make_dataset, suggested
from lib.experiment import Experiment
from lib.results import Frame, History, RunAt, as_of, frames_of, untrained
from lib.results.replay import BUDGET, LEAST, MOST
from lib.text import number
from lib.training import recorded, with_seeds
from tests.unit.own_data import windows_of_load
from tests.unit.pictures import LIGHT, drawn, of_a_table, the


def a_recording(name="parity"):
    """Return a recorded run and its frames."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot = recorded(experiment)
    run = RunAt(experiment, dataset, snapshot)
    return run, frames_of(run, {**dict(snapshot.past), snapshot.epoch: snapshot.weights})


def a_training(epochs):
    """Return a run whose weights grow with each epoch, and the weights of all epochs."""
    experiment = Experiment().set(data="running_mean", T=4, U=2, seeds=1)
    dataset = make_dataset(experiment)
    start = untrained(experiment, dataset)
    past = {
        epoch: tuple(
            {m: tuple(a * np.float32(1 + epoch / 10) for a in arrays) for m, arrays in seed.items()}
            for seed in start.weights
        )
        for epoch in range(epochs + 1)
    }
    end = as_of(RunAt(experiment, dataset, start), epochs, past[epochs])
    return RunAt(experiment, dataset, end), past


def with_results(run, **changes):
    """Return the run with fields of each mode's result changed."""
    results = {m: replace(result, **changes) for m, result in run.snapshot.results.items()}
    return replace(run, snapshot=replace(run.snapshot, results=results))


def test_a_frame_is_the_runs_snapshot_after_an_epoch():
    """Each recorded epoch is a frame, and the last frame is the run's own snapshot."""
    run, frames = a_recording()
    past = dict(run.snapshot.past)
    assert [frame.name for frame in frames] == [f"{epoch}" for epoch in (*past, 200)]
    assert frames[-1].snapshot is run.snapshot
    earlier = as_of(run, *run.snapshot.past[2])
    for seed, expected in zip(frames[2].snapshot.seeds, earlier.seeds, strict=True):
        for mode in ("sequence", "last"):
            np.testing.assert_array_equal(seed[mode].predictions, expected[mode].predictions)
            np.testing.assert_allclose(seed[mode].step_mse, expected[mode].step_mse, rtol=1e-4)


@pytest.mark.parametrize(("share", "count"), [(1.0, MOST), (1e-6, LEAST)])
def test_frames_are_evenly_spaced_from_the_first_to_the_last_epoch(monkeypatch, share, count):
    """A replay of many epochs has fewer frames if they take long to compute."""
    monkeypatch.setattr("lib.results.replay.BUDGET", share * BUDGET)
    epochs = [int(frame.name) for frame in frames_of(*a_training(60))]
    assert len(epochs) == count
    assert (epochs[0], epochs[-1]) == (0, 60)
    assert np.ptp(np.diff(epochs[:-1])) <= 1


def test_the_last_frame_is_the_end_of_the_run():
    """Its name is "best" if best epochs were restored. The run may have sent no last weights."""
    run, past = a_training(3)
    stopped = replace(as_of(run, 1, past[1]).results["last"], kept_epoch=1)
    results = {**run.snapshot.results, "last": stopped}
    mixed = replace(run, snapshot=replace(run.snapshot, results=results))
    assert frames_of(mixed, past)[-2].snapshot.results["last"] is stopped
    lost = with_results(run, weights=None)
    lost = replace(lost, snapshot=replace(lost.snapshot, epoch=7))
    for each, end in ((with_results(run, kept_epoch=2), "best"), (lost, "7")):
        frames = frames_of(each, past)
        assert [frame.name for frame in frames] == ["0", "1", "2", "3", end]
    assert frames[-1].snapshot is lost.snapshot


@pytest.mark.parametrize(("earlier", "theme"), [(False, "light"), (True, "dark")])
def test_a_frame_has_the_marks_of_the_charts_at_its_epoch(earlier, theme):
    """Each frame moves the lines and marks of both charts to their values at that epoch."""
    (run, frames), palette = a_recording(), PALETTES[theme]
    figure = replay_figure(run, frames, 3, 0, palette=palette, earlier=earlier).to_dict()
    assert [frame["name"] for frame in figure["frames"]] == [frame.name for frame in frames]
    for frame, moved in ((frames[1], figure["frames"][1]), (frames[-1], figure["frames"][-1])):
        shown = dict(zip(moved["traces"], moved["data"], strict=True))
        marks = [{**trace, **shown[k]} for k, trace in enumerate(figure["data"]) if k in shown]
        at_epoch = replace(run, snapshot=frame.snapshot)
        predictions = drawn("predictions", at_epoch, 3, 0, earlier, palette=palette)
        errors = drawn("step_error", at_epoch, earlier, palette=palette)
        for axis, chart in (("x", predictions), ("x2", errors)):
            for name in ("sequence mode", "last-step mode"):
                (mark,) = (t for t in marks if t["xaxis"] == axis and t["name"] == name)
                np.testing.assert_allclose(mark["y"], the(chart, name).y, rtol=1e-4)


def test_a_frame_marks_its_epoch_on_the_loss_and_on_the_maps():
    """The mark on each mode's loss is at the median over the seeds."""
    run, frames = a_recording()
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT).to_dict()
    moved, epoch = figure["frames"][1], run.snapshot.past[1][0]
    pairs = zip(moved["traces"], moved["data"], strict=True)
    marks = {figure["data"][k]["name"]: value for k, value in pairs}
    assert marks["sequence mode, here"]["x"] == [epoch]
    known = [seed["sequence"] for seed in run.snapshot.seeds]
    loss = np.median([r.loss[list(r.loss_epochs).index(epoch)] for r in known])
    assert marks["sequence mode, here"]["y"][0] == pytest.approx(loss, rel=1e-4)
    assert marks["here"]["y"] == [1, 1]


def test_every_map_has_an_image_below_it():
    """Plotly hides a heatmap when lines of its figure move, but keeps its hover texts."""
    dataset = windows_of_load(timesteps=6)
    experiment = Experiment().set(data="upload", T=6, U=2, seeds=1)
    start = untrained(experiment, dataset)
    frames = (Frame("0", start), Frame("1", replace(start, epoch=1)))
    run = RunAt(experiment, dataset, frames[-1].snapshot)
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT)
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    assert len(maps) == 3  # the inputs below the predictions, and the errors of each mode
    for heat, image in zip(maps, figure.layout.images, strict=True):
        assert (image.xref, image.yref) == (heat.xaxis, heat.yaxis)
        assert (image.x, image.x + image.sizex) == (0.5, 6.5)
        content = b64decode(image.source.partition(",")[2])
        pixels = np.asarray(Image.open(BytesIO(content)).convert("L"))[::EDGE, ::EDGE]
        assert pixels.shape == (image.sizey, image.sizex)
        assert pixels.ravel()[heat.z.argmax()] == pixels.min()  # The largest value is darkest.


@pytest.mark.parametrize(("layout", "across"), [("wide", 3), ("report", 2), ("narrow", 1)])
def test_a_map_has_the_error_of_each_epoch_and_timestep(layout, across):
    """Hover texts have the error in the raw unit. On a phone, panels are below one another."""
    run, frames = a_recording()
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT, layout=layout)
    assert len({figure.layout[f"xaxis{k}"].domain[0] for k in ("", 2, 3)}) == across
    (heat,) = (t for t in figure.data if t.type == "heatmap" and t.name == "last-step mode")
    mse = [np.median(frame.snapshot.by_seed("last", "step_mse"), axis=0) for frame in frames]
    np.testing.assert_allclose(heat.z, np.log10(np.sqrt(mse)), rtol=1e-6)
    rows = zip(frames, np.sqrt(mse)[:, 0], strict=True)
    texts = [f"{frame.name}: {number(error, 4)}" for frame, error in rows]
    assert [row[0] for row in heat.text] == texts


@pytest.mark.parametrize(
    ("sequence", "last", "horizon", "expected"),
    [
        ((1.0, 0.5, 0.4), (1.0, 1.0, 0.9), 0, "from epoch 8, last-step mode from epoch 16."),
        ((1.0, 0.5, 1.4), (0.5, 0.5, 0.97), 0, "no longer, last-step mode no longer."),
        ((1.0, 0.05), (1.0, 0.8), 10, "from epoch 8, last-step mode unclear."),  # few samples
    ],
)
def test_the_words_have_the_epoch_from_which_a_mode_is_better(sequence, last, horizon, expected):
    """The mode must beat the baseline until the end. Errors are shares of the baseline's error."""
    run, _ = a_training(0)
    dataset = of_a_table(run.dataset, horizon) if horizon else run.dataset
    baseline, results = float(dataset.baseline_mse[-1]), {}
    for mode, shares in (("sequence", sequence), ("last", last)):
        epochs, errors = 8 * np.arange(len(shares)), baseline * np.array(shares)
        result = run.snapshot.results[mode]
        results[mode] = replace(result, checked_epochs=epochs, last_step_mse=errors)
    frame = Frame("0", replace(run.snapshot, results=results))
    takeaway, _ = replay_words(dataset, (frame,))
    assert takeaway == f"Beats the baseline at the last step: sequence mode {expected}"


@settings(derandomize=True, deadline=None)
@given(st.integers(4, 40), st.lists(st.integers(1, 30), min_size=1, max_size=300))
def test_a_history_is_bounded_increasing_and_keeps_both_ends(limit, gaps):
    """It has the first and the newest epoch with their values, for any gaps between epochs."""
    history, epoch, added = History(limit), 0, {}
    for gap in gaps:
        added[epoch] = float(epoch**2)
        history.add(epoch, added[epoch])
        last = epoch
        epoch += gap
    epochs = history.epochs.tolist()
    assert 1 <= len(epochs) <= limit
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, last)
    assert history.values.tolist() == [added[e] for e in epochs]
    assert history.points == [(e, added[e]) for e in epochs]


@pytest.mark.parametrize("count", [700, 100_000])
def test_a_long_history_is_spaced_evenly(count):
    """All gaps except the last are equal, and at least a third of the limit is used."""
    history = History(600)
    for epoch in range(count):
        history.add(epoch, 0.0)
    gaps = set((history.epochs[1:] - history.epochs[:-1])[:-1].tolist())
    assert len(gaps) == 1
    assert 200 <= len(history.epochs) <= 600


def test_a_thinned_history_spaces_later_values_equally():
    """The first and the newest value stay."""
    history = History[int](64)
    for epoch in range(40):
        history.add(epoch, epoch)
    history.thin(8)
    assert len(history.points) <= 8
    assert (history.points[0][0], history.points[-1][0]) == (0, 39)
    for epoch in range(40, 50):
        history.add(epoch, epoch)
    assert len(history.points) <= 10
    assert history.points[-1][0] == 49
