"""A training to be seen again: its frames, their figure, and what is said of them."""

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
from lib.training import recorded, with_seeds
from tests.unit.own_data import windows_of_load
from tests.unit.pictures import LIGHT, drawn, of_a_table, the


def a_recording(name="parity"):
    """A recorded run, and its frames."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot = recorded(experiment)
    run = RunAt(experiment, dataset, snapshot)
    return run, frames_of(run, {**dict(snapshot.past), snapshot.epoch: snapshot.weights})


def a_training(epochs):
    """Models whose weights grow from epoch to epoch, of which all is known."""
    experiment = Experiment().set(data="running_mean", T=4, U=2, seeds=1)
    dataset = make_dataset(experiment)
    start = untrained(experiment, dataset)
    past = {
        epoch: tuple(
            {mode: tuple(w * np.float32(1 + epoch / 10) for w in own) for mode, own in seed.items()}
            for seed in start.weights
        )
        for epoch in range(epochs + 1)
    }
    end = as_of(RunAt(experiment, dataset, start), epochs, past[epochs])
    return RunAt(experiment, dataset, end), past


def with_results(run, **changes):
    """The run with these changes to each mode's figures."""
    results = {m: replace(result, **changes) for m, result in run.snapshot.results.items()}
    return replace(run, snapshot=replace(run.snapshot, results=results))


def test_a_frame_is_the_run_as_it_was_after_that_epoch():
    """As the page shows that epoch; the last frame is the run itself."""
    run, frames = a_recording()
    past = dict(run.snapshot.past)
    assert [frame.name for frame in frames] == [f"{epoch}" for epoch in (*past, 200)]
    assert frames[-1].snapshot is run.snapshot
    then = as_of(run, *run.snapshot.past[2])
    for seen, known in zip(frames[2].snapshot.seeds, then.seeds, strict=True):
        for mode in ("sequence", "last"):
            np.testing.assert_array_equal(seen[mode].predictions, known[mode].predictions)
            np.testing.assert_allclose(seen[mode].step_mse, known[mode].step_mse, rtol=1e-4)


@pytest.mark.parametrize(("seconds", "count"), [(1.0, MOST), (1e-6, LEAST)])
def test_of_many_epochs_some_are_frames_with_the_first_and_the_newest(monkeypatch, seconds, count):
    """Evenly, so that the slider moves at one pace; fewer where they take long to make."""
    monkeypatch.setattr("lib.results.replay.BUDGET", seconds * BUDGET)
    epochs = [int(frame.name) for frame in frames_of(*a_training(60))]
    assert len(epochs) == count
    assert (epochs[0], epochs[-1]) == (0, 60)
    assert np.ptp(np.diff(epochs[:-1])) <= 1


def test_the_last_frame_is_what_the_run_has_in_the_end():
    """Its best epochs by name; its figures alone, where it failed and its weights are lost."""
    run, past = a_training(3)
    stopped = replace(as_of(run, 1, past[1]).results["last"], kept_epoch=1)
    results = {**run.snapshot.results, "last": stopped}
    mixed = replace(run, snapshot=replace(run.snapshot, results=results))
    assert frames_of(mixed, past)[-2].snapshot.results["last"] is stopped  # it trains no more
    lost = with_results(run, weights=None)
    lost = replace(lost, snapshot=replace(lost.snapshot, epoch=7))
    for seen, end in ((with_results(run, kept_epoch=2), "best"), (lost, "7")):
        frames = frames_of(seen, past)
        assert [frame.name for frame in frames] == ["0", "1", "2", "3", end]
    assert frames[-1].snapshot is lost.snapshot


@pytest.mark.parametrize(("earlier", "theme"), [(False, "light"), (True, "dark")])
def test_a_frame_has_the_marks_of_the_charts_at_its_epoch(earlier, theme):
    """As long as nobody moves it, the figure is as the charts are; a frame as they were."""
    (run, frames), palette = a_recording(), PALETTES[theme]
    figure = replay_figure(run, frames, 3, 0, palette=palette, earlier=earlier).to_dict()
    assert [frame["name"] for frame in figure["frames"]] == [frame.name for frame in frames]
    for frame, moved in ((frames[1], figure["frames"][1]), (frames[-1], figure["frames"][-1])):
        shown = dict(zip(moved["traces"], moved["data"], strict=True))
        seen = [{**trace, **shown[k]} for k, trace in enumerate(figure["data"]) if k in shown]
        then = replace(run, snapshot=frame.snapshot)
        answers = drawn("predictions", then, 3, 0, earlier, palette=palette)
        errors = drawn("step_error", then, earlier, palette=palette)
        for axis, chart in (("x", answers), ("x2", errors)):
            for name in ("sequence mode", "last-step mode"):
                (own,) = (t for t in seen if t["xaxis"] == axis and t["name"] == name)
                np.testing.assert_allclose(own["y"], the(chart, name).y, rtol=1e-4)


def test_the_mark_on_the_loss_is_at_its_epoch_and_the_maps_have_a_line_there():
    """Of each mode one, at the median over the seeds."""
    run, frames = a_recording()
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT).to_dict()
    moved, epoch = figure["frames"][1], run.snapshot.past[1][0]
    pairs = zip(moved["traces"], moved["data"], strict=True)
    here = {figure["data"][k]["name"]: value for k, value in pairs}
    assert here["sequence mode, here"]["x"] == [epoch]
    known = [seed["sequence"] for seed in run.snapshot.seeds]
    loss = np.median([r.loss[list(r.loss_epochs).index(epoch)] for r in known])
    assert here["sequence mode, here"]["y"][0] == pytest.approx(loss, rel=1e-4)
    assert here["here"]["y"] == [1, 1]


def test_a_picture_lies_below_every_map():
    """Plotly takes away a heatmap when lines of its figure move; what a pointer is told stays."""
    dataset = windows_of_load(timesteps=6)
    experiment = Experiment().set(data="upload", T=6, U=2, seeds=1)
    start = untrained(experiment, dataset)
    frames = (Frame("0", start), Frame("1", replace(start, epoch=1)))
    run = RunAt(experiment, dataset, frames[-1].snapshot)
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT)
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    assert len(maps) == 3  # the inputs below the answers, and the error of each mode
    for heat, image in zip(maps, figure.layout.images, strict=True):
        assert (image.xref, image.yref) == (heat.xaxis, heat.yaxis)
        assert (image.x, image.x + image.sizex) == (0.5, 6.5)
        content = b64decode(image.source.partition(",")[2])
        pixels = np.asarray(Image.open(BytesIO(content)).convert("L"))[::EDGE, ::EDGE]
        assert pixels.shape == (image.sizey, image.sizex)
        assert pixels.ravel()[heat.z.argmax()] == pixels.min()  # dark is much


@pytest.mark.parametrize(("layout", "across"), [("wide", 3), ("page", 2), ("narrow", 1)])
def test_a_map_has_the_error_of_each_epoch_and_timestep(layout, across):
    """In the raw unit, as the hover says it; on a phone panels stand below one another."""
    run, frames = a_recording()
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT, layout=layout)
    assert len({figure.layout[f"xaxis{k}"].domain[0] for k in ("", 2, 3)}) == across
    (heat,) = (t for t in figure.data if t.type == "heatmap" and t.name == "last-step mode")
    mse = [np.median(frame.snapshot.by_seed("last", "step_mse"), axis=0) for frame in frames]
    np.testing.assert_allclose(heat.customdata, np.sqrt(mse))
    np.testing.assert_allclose(heat.z, np.log10(heat.customdata), rtol=1e-6)
    assert [row[0] for row in heat.text] == [frame.name for frame in frames]


@pytest.mark.parametrize(
    ("sequence", "last", "horizon", "says"),
    [
        ((1.0, 0.5, 0.4), (1.0, 1.0, 0.9), 0, "from epoch 8, last-step mode from epoch 16."),
        ((1.0, 0.5, 1.4), (0.5, 0.5, 0.97), 0, "no longer, last-step mode no longer."),
        ((1.0, 0.05), (1.0, 0.8), 10, "from epoch 8, last-step mode unclear."),  # few samples
    ],
)
def test_it_is_said_from_when_on_a_model_is_better_than_a_guess(sequence, last, horizon, says):
    """For good: what is lost again doesn't count. Errors are shares of the guess's."""
    run, _ = a_training(0)
    dataset = of_a_table(run.dataset, horizon) if horizon else run.dataset
    guess, results = float(dataset.naive_mse[-1]), {}
    for mode, shares in (("sequence", sequence), ("last", last)):
        epochs, errors = 8 * np.arange(len(shares)), guess * np.array(shares)
        result = run.snapshot.results[mode]
        results[mode] = replace(result, checked_epochs=epochs, last_step_mse=errors)
    frame = Frame("0", replace(run.snapshot, results=results))
    _, details = replay_words(dataset, (frame,))
    assert f"baseline: sequence mode {says}" in details


quickly = settings(derandomize=True, deadline=None)


@quickly
@given(st.integers(4, 40), st.lists(st.integers(1, 30), min_size=1, max_size=300))
def test_a_history_is_bounded_increasing_and_keeps_both_ends(limit, gaps):
    """However the epochs are spaced: the first and the newest are there, with their figures."""
    history, epoch, seen = History(limit), 0, {}
    for gap in gaps:
        seen[epoch] = float(epoch**2)
        history.add(epoch, seen[epoch])
        last = epoch
        epoch += gap
    epochs = history.epochs.tolist()
    assert 1 <= len(epochs) <= limit
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, last)
    assert history.values.tolist() == [seen[e] for e in epochs]
    assert history.points == [(e, seen[e]) for e in epochs]


def test_what_came_after_an_epoch_can_be_forgotten():
    """And be added again."""
    history = History(10)
    for epoch in (1, 2, 3, 4):
        history.add(epoch, float(epoch))
    history.cut(2)
    assert history.points == [(1, 1.0), (2, 2.0)]
    history.add(3, 9.0)
    assert history.points == [(1, 1.0), (2, 2.0), (3, 9.0)]


def test_an_epoch_that_was_thinned_out_can_be_put_back():
    """In its place, with its value."""
    history = History(4)
    for epoch in range(20):
        history.add(epoch, epoch)
    known = history.epochs.tolist()
    assert 7 not in known
    history.put_back(7, 7)
    assert history.epochs.tolist() == history.values.tolist() == sorted([7, *known])


@pytest.mark.parametrize("count", [700, 100_000])
def test_a_long_history_is_spaced_evenly(count):
    """No part of a run is shown more closely than another, and a third of the room is used."""
    history = History(600)
    for epoch in range(count):
        history.add(epoch, 0.0)
    gaps = set((history.epochs[1:] - history.epochs[:-1])[:-1].tolist())
    assert len(gaps) == 1
    assert 200 <= len(history.epochs) <= 600


def test_a_history_can_be_thinned_and_grows_on_as_thinly():
    """The first and the newest stay."""
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
