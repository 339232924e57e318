"""A training to be seen again: its frames, their figure, and what is said of them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lib.charts.by_timestep import predictions_figure, step_error_figure
from lib.charts.narrate.takeaways import replay_told
from lib.charts.palette import PALETTES
from lib.charts.replay import EDGE, MOST_DOTS, replay_figure
from lib.data.dataset import Dataset
from lib.data.datasets import make_dataset, suggested
from lib.experiment.experiment import Experiment
from lib.results.replay import BUDGET, LEAST, MOST, Frame, as_of, frames_of, step_errors, untrained
from lib.results.run import RunAt, SeedWeights, Snapshot
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from tests.unit.own_data import windows_of_load
from tests.unit.pictures import LIGHT, of_a_table, the


def a_recording(name: str = "parity", **changes: object) -> tuple[Experiment, Dataset, Snapshot]:
    """A recorded run, with its data."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**changes)
    snapshot = recorded(experiment)
    assert snapshot is not None
    return experiment, dataset, snapshot


def all_weights(snapshot: Snapshot) -> dict[int, SeedWeights]:
    """What is known of a recording, the newest too."""
    return {**dict(snapshot.past), snapshot.epoch: snapshot.weights}


def a_training(
    epochs: int, **settings: object
) -> tuple[Experiment, Dataset, Snapshot, dict[int, SeedWeights]]:
    """Models whose weights grow from epoch to epoch, of which all is known."""
    experiment = Experiment().set(data="running_mean", T=4, U=2, seeds=1, **settings)
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
    return experiment, dataset, end, past


def test_a_frame_is_the_run_as_it_was_after_that_epoch():
    """As the page shows that epoch; the last frame is the run itself."""
    experiment, dataset, snapshot = a_recording()
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    assert [frame.name for frame in frames] == [f"{e}" for e in (*dict(snapshot.past), 200)]
    assert frames[-1].snapshot is snapshot
    epoch, weights = snapshot.past[2]
    then = as_of(RunAt(experiment, dataset, snapshot), epoch, weights)
    for seen, known in zip(frames[2].snapshot.seeds, then.seeds, strict=True):
        for mode in ("sequence", "last"):
            np.testing.assert_array_equal(seen[mode].predictions, known[mode].predictions)
            np.testing.assert_allclose(seen[mode].step_mse, known[mode].step_mse, rtol=1e-4)


def test_of_many_epochs_some_are_frames_with_the_first_and_the_newest():
    """Evenly, so that the slider moves through the training at one pace."""
    *run, past = a_training(60)
    frames = frames_of(RunAt(*run), past)
    epochs = [int(frame.name) for frame in frames]
    assert len(epochs) == MOST
    assert (epochs[0], epochs[-1]) == (0, 60)
    assert max(np.diff(epochs)) <= 3


def test_a_run_whose_newest_weights_nobody_knows_can_be_seen_up_to_there():
    """They are too many to be sent while it trains, and then it failed: its figures are the end."""
    experiment, dataset, snapshot, past = a_training(5)
    lost = {mode: replace(result, weights=None) for mode, result in snapshot.results.items()}
    snapshot = replace(snapshot, epoch=7, results=lost)
    frames = frames_of(RunAt(experiment, dataset, snapshot), past)
    assert [frame.name for frame in frames] == ["0", "1", "2", "3", "4", "5", "7"]
    assert frames[-1].snapshot is snapshot


def test_where_models_have_their_best_epochs_back_that_is_the_last_frame():
    """It comes after the last epoch that was trained, and has a name instead of a number."""
    experiment, dataset, snapshot, past = a_training(5)
    kept = {mode: replace(result, kept_epoch=4) for mode, result in snapshot.results.items()}
    frames = frames_of(RunAt(experiment, dataset, replace(snapshot, results=kept)), past)
    assert [frame.name for frame in frames] == ["0", "1", "2", "3", "4", "5", "best"]


@pytest.mark.parametrize(("seconds", "count"), [(1.0, MOST), (1e-6, LEAST)])
def test_what_takes_long_has_fewer_frames(monkeypatch, seconds, count):
    """Somebody waits for it who opens it."""
    monkeypatch.setattr("lib.results.replay.BUDGET", seconds * BUDGET)
    *run, past = a_training(60)
    assert len(frames_of(RunAt(*run), past)) == count


def test_of_large_data_some_samples_stand_for_all(monkeypatch):
    """Their errors are scaled so that in the end they say what all samples say."""
    experiment, dataset, snapshot, past = a_training(2)
    exact = step_errors(frames_of(RunAt(experiment, dataset, snapshot), past))
    monkeypatch.setattr("lib.results.replay.SHARE", 1e-9)
    same = {0: past[0], 1: past[2], 2: past[2]}  # nothing happens in the last epoch
    few = step_errors(frames_of(RunAt(experiment, dataset, snapshot), same))
    for mode, errors in few.items():
        np.testing.assert_allclose(errors[1], errors[2], rtol=1e-6)
        np.testing.assert_allclose(errors[0], exact[mode][0], rtol=0.5)


def test_only_where_some_samples_stand_for_all_a_frame_is_estimated(monkeypatch):
    """The last one never is: it is the run itself."""
    *run, past = a_training(2)
    assert not any(frame.is_estimated for frame in frames_of(RunAt(*run), past))
    monkeypatch.setattr("lib.results.replay.SHARE", 1e-9)
    assert [frame.is_estimated for frame in frames_of(RunAt(*run), past)] == [True, True, False]


def test_what_is_known_of_a_model_that_has_stopped_is_not_scaled(monkeypatch):
    """Among others that train on, and of which some samples stand for all."""
    experiment, dataset, snapshot, past = a_training(3)
    known = as_of(RunAt(experiment, dataset, snapshot), 1, past[1]).results["last"]
    stopped = replace(known, kept_epoch=1)
    snapshot = replace(snapshot, results={**snapshot.results, "last": stopped})
    monkeypatch.setattr("lib.results.replay.SHARE", 1e-9)
    *_, late, _ = frames_of(RunAt(experiment, dataset, snapshot), past)
    assert late.is_estimated
    assert late.snapshot.results["last"] is stopped


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("theme", PALETTES)
def test_a_frame_has_the_marks_of_the_charts_at_its_epoch(earlier, theme):
    """As long as nobody moves it, the figure is as the charts are; a frame as they were."""
    experiment, dataset, snapshot = a_recording()
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    look = {"palette": PALETTES[theme], "earlier": earlier}
    figure = replay_figure(
        RunAt(experiment, dataset, frames[-1].snapshot), frames, 3, 0, **look
    ).to_dict()
    assert [frame["name"] for frame in figure["frames"]] == [frame.name for frame in frames]
    for frame, moved in ((frames[1], figure["frames"][1]), (frames[-1], figure["frames"][-1])):
        shown = dict(zip(moved["traces"], moved["data"], strict=True))
        seen = [{**trace, **shown[k]} for k, trace in enumerate(figure["data"]) if k in shown]
        charts = (
            predictions_figure(RunAt(experiment, dataset, frame.snapshot), 3, 0, **look),
            step_error_figure(RunAt(experiment, dataset, frame.snapshot), **look),
        )
        for axis, chart in zip(("x", "x2"), charts, strict=True):
            for name in ("sequence mode", "last-step mode"):
                (own,) = (t for t in seen if t["xaxis"] == axis and t["name"] == name)
                np.testing.assert_allclose(own["y"], the(chart, name).y, rtol=1e-4)


def test_the_mark_on_the_loss_is_at_its_epoch_and_the_maps_have_a_line_there():
    """Of each mode one, at the median over the seeds."""
    experiment, dataset, snapshot = a_recording()
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    figure = replay_figure(
        RunAt(experiment, dataset, frames[-1].snapshot), frames, 0, 0, palette=LIGHT
    ).to_dict()
    moved, epoch = figure["frames"][1], snapshot.past[1][0]
    here = {
        figure["data"][k]["name"]: value
        for k, value in zip(moved["traces"], moved["data"], strict=True)
    }
    assert here["sequence mode, here"]["x"] == [epoch]
    known = [seed["sequence"] for seed in snapshot.seeds]
    loss = np.median([r.loss[list(r.loss_epochs).index(epoch)] for r in known])
    assert here["sequence mode, here"]["y"][0] == pytest.approx(loss, rel=1e-4)
    assert here["here"]["y"] == [1, 1]


def test_a_picture_lies_below_every_map():
    """Plotly takes away a heatmap when lines of its figure move; what a pointer is told stays."""
    dataset = windows_of_load(timesteps=6)
    experiment = Experiment().set(data="upload", T=6, U=2, seeds=1)
    start = untrained(experiment, dataset)
    frames = (Frame("0", start), Frame("1", replace(start, epoch=1)))
    figure = replay_figure(
        RunAt(experiment, dataset, frames[-1].snapshot), frames, 0, 0, palette=LIGHT
    )
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    assert len(maps) == 3  # the inputs below the answers, and the error of each mode
    for heat, image in zip(maps, figure.layout.images, strict=True):
        assert (image.xref, image.yref) == (heat.xaxis, heat.yaxis)
        rows, columns = image.sizey, image.sizex
        assert (image.x, image.x + columns) == (0.5, 6.5)
        content = b64decode(image.source.partition(",")[2])
        pixels = np.asarray(Image.open(BytesIO(content)).convert("L"))[::EDGE, ::EDGE]
        assert pixels.shape == (rows, columns)
        values = heat.z
        dark, pale = values.argmax(), values.argmin()
        assert pixels.ravel()[dark] == pixels.min() < pixels.ravel()[pale] == pixels.max()


def test_a_map_has_the_error_of_each_epoch_and_timestep():
    """In the raw unit, as the hover says it; the first epoch on top."""
    experiment, dataset, snapshot = a_recording()
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    figure = replay_figure(
        RunAt(experiment, dataset, frames[-1].snapshot), frames, 0, 0, palette=LIGHT
    )
    (heat,) = (t for t in figure.data if t.type == "heatmap" and t.name == "last-step mode")
    errors = heat.customdata
    np.testing.assert_allclose(errors, np.sqrt(step_errors(frames)["last"]))
    np.testing.assert_allclose(heat.z, np.log10(errors), rtol=1e-6)
    assert [row[0] for row in heat.text] == [frame.name for frame in frames]


def test_lines_of_many_timesteps_have_no_dots():
    """A browser would have to move a hundred of them twenty times a second."""
    experiment = Experiment().set(data="running_mean", T=MOST_DOTS + 1, U=2, seeds=1)
    dataset = make_dataset(experiment)
    start = untrained(experiment, dataset)
    figure = replay_figure(
        RunAt(experiment, dataset, start),
        (Frame("0", start),) * 2,
        0,
        0,
        palette=LIGHT,
    )
    assert {t.mode for t in figure.data if t.name == "sequence mode" and t.xaxis == "x"} == {
        "lines"
    }


def test_on_a_phone_panels_stand_below_one_another():
    """Else they would be as wide as a thumb."""
    experiment, dataset, snapshot = a_recording("macro")
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    for name, across in (("wide", 3), ("page", 2), ("narrow", 1)):
        layout = replay_figure(
            RunAt(experiment, dataset, frames[-1].snapshot),
            frames,
            0,
            0,
            palette=LIGHT,
            layout=name,
        ).layout
        lefts = {layout[f"xaxis{k}"].domain[0] for k in ("", 2, 3)}
        assert len(lefts) == across


def told(experiment: Experiment, dataset: Dataset, *errors: tuple[float, float]) -> str:
    """The takeaway for these errors at the last step, as shares of the guess's, every 8 epochs."""
    guess = float(dataset.naive_mse[-1])
    start = untrained(experiment, dataset)
    results = {
        mode: replace(
            result,
            checked_epochs=8 * np.arange(len(shares)),
            last_step_mse=guess * np.array(shares),
        )
        for (mode, result), shares in zip(
            start.results.items(), zip(*errors, strict=True), strict=True
        )
    }
    return replay_told(dataset, (Frame("0", replace(start, results=results)),))[0]


def test_it_is_said_from_when_on_a_model_is_better_than_a_guess():
    """For good: what is lost again doesn't count, and never is said, too."""
    experiment = Experiment().set(data="running_mean", T=4, U=2, seeds=1)
    dataset = make_dataset(experiment)
    assert told(experiment, dataset, (1.0, 1.0), (0.5, 1.0), (0.4, 0.9)) == (
        "Last step beats the guess: sequence mode from epoch 8, last-step mode from 16."
    )
    assert told(experiment, dataset, (1.0, 0.5), (0.5, 0.5), (1.4, 0.97)) == (
        "Last step beats the guess: sequence mode no more, last-step mode no more."
    )
    assert told(experiment, dataset, (1.0, 1.0), (1.0, 0.5)) == (
        "Last step beats the guess: sequence mode never, last-step mode from epoch 8."
    )
    few = of_a_table(dataset, horizon=10)
    assert told(experiment, few, (1.0, 1.0), (0.05, 0.8)).endswith(
        "sequence mode from epoch 8, last-step mode unclear."
    )


def test_the_details_have_the_errors_of_the_history():
    """Those that the run was judged with, on all samples, in the median of the seeds."""
    experiment, dataset, snapshot = a_recording()
    frames = frames_of(RunAt(experiment, dataset, snapshot), all_weights(snapshot))
    words, details = replay_told(dataset, frames)
    assert len(words.split()) <= 15
    known, epoch = [seed["last"] for seed in snapshot.seeds], snapshot.past[1][0]
    mse = np.median([r.last_step_mse[list(r.checked_epochs).index(epoch)] for r in known])
    assert f"{np.sqrt(mse):.3g}"[:4] in details.partition(f"; {epoch} ")[2].partition(";")[0]
