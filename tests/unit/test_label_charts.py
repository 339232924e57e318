"""Charts of labels: class bands, accuracies with intervals, confusion matrices, the replay."""

import math
import re
from dataclasses import replace
from html import unescape
from itertools import combinations, pairwise

import numpy as np
import pytest

from lib import results
from lib.charts import confusion, replay_figure, replay_words
from lib.charts.palette import PALETTES
from lib.data import class_numbers, make_dataset, suggested
from lib.recurrence import forward
from lib.results import Frame, RunAt, Snapshot, Status, proportion_interval
from lib.training import recorded
from tests.unit.fakes import fake_labels
from tests.unit.label_runs import SURE, a_label_run, outputs_with_mistakes
from tests.unit.pictures import LIGHT, card, drawn, takeaway, the, traces, words_of

PADDED = fake_labels(200, 4, 2, 3, train=100, padding="after")


@pytest.mark.parametrize(("earlier", "mode"), [(False, "sequence"), (True, "last")])
def test_bands_are_the_probabilities_of_classes(earlier, mode):
    """Each timestep's bands add up to 1; last-step mode's only output is a column after T."""
    run = a_label_run(sequence=[0, 50], last=[0, 0])
    figure = drawn("predictions", run, 0, earlier)
    bands = [bar for bar in figure.data if bar.type == "bar" and bar.name != "true"]
    heights = {}
    for bar in bands:
        for x, y in zip(bar.x, bar.y, strict=True):
            heights[x] = heights.get(x, 0) + y
    np.testing.assert_allclose([*heights.values()], 1, rtol=1e-6)
    assert len(heights) == 4 + 1
    assert max(heights) > 4.5
    first = next(bar for bar in bands if bar.name == "class\u00a00")
    expected = run.snapshot.by_seed(mode, "predictions")[:, 0, :, 0].mean(axis=0)
    np.testing.assert_allclose(first.y, expected, rtol=1e-6)
    frames = [shape.line.color for shape in figure.layout.shapes]
    assert frames == [LIGHT.mode(mode), LIGHT.last]


def test_two_classes_have_two_bands():
    """A single output is the second class's probability, and the first class has the rest."""
    figure = drawn("predictions", a_label_run(classes=2, sequence=[0], last=[0]), 0)
    second = next(bar for bar in figure.data if bar.name == "class\u00a01")
    first = next(bar for bar in figure.data if bar.name == "class\u00a00")
    np.testing.assert_allclose(np.add(first.y, second.y), 1)


def test_padded_steps_are_hatched_and_named_in_the_key():
    """The strip of true classes has class colors at real steps only."""
    run = a_label_run(PADDED, sequence=[0], last=[0])
    sample = int(np.flatnonzero(PADDED.last_step[PADDED.shown] == 1)[0])
    strip = the(drawn("predictions", run, sample), "true")
    assert [*strip.marker.pattern.shape] == ["", "", "/", "/"]
    assert strip.marker.color[0] in LIGHT.classes
    assert strip.marker.color[3] not in LIGHT.classes
    assert "padded" in words_of(drawn("predictions", run, sample))
    picked = card("predictions", run, sample)
    true = PADDED.classes[int(class_numbers(PADDED.last_y[picked.index]))]
    true = true.replace(" ", "\u00a0")
    assert takeaway("predictions", run, sample).endswith(f"true: {true}.")


# The matrices of Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
# color vision deficiency", 2009, for linear RGB and full deficiency.
VISION = {
    "usual": "1 0 0 0 1 0 0 0 1",
    "no red cones": "0.152286 1.052583 -0.204868 0.114503 0.786281 0.099216 "
    "-0.003882 -0.048116 1.051998",
    "no green cones": "0.367322 0.860646 -0.227968 0.280085 0.672501 0.047413 "
    "-0.011820 0.042940 0.968881",
    "no blue cones": "1.255528 -0.076749 -0.178779 -0.078411 0.930809 0.147602 "
    "0.004733 0.691367 0.303900",
}


def seen(color, vision):
    """Return a color in the space OKLab (Ottosson, 2020), as seen with this vision."""
    matrix = np.array(VISION[vision].split(), float).reshape(3, 3)
    parts = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    cones = [[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]
    axes = [
        [0.21045, 0.79362, -0.00407],
        [1.97800, -2.42859, 0.45059],
        [0.02590, 0.78277, -0.80868],
    ]
    return np.array(axes) @ np.cbrt(cones @ np.clip(matrix @ linear, 0, 1))


def distance(one, other):
    """Return the smallest distance of two colors over all kinds of vision."""
    return min(float(np.linalg.norm(seen(one, v) - seen(other, v))) for v in VISION)


@pytest.mark.parametrize("theme", PALETTES)
def test_colors_of_classes_differ_for_all_kinds_of_color_vision(theme):
    """A distance of 0.02 is just noticeable. Bands that touch differ by more than 0.1.

    So do the modes. The first ten classes differ by more than 0.16 in usual vision.
    """
    palette = PALETTES[theme]
    assert len(palette.classes) == 12
    assert min(distance(*pair) for pair in combinations(palette.classes, 2)) > 0.09
    assert min(distance(*pair) for pair in pairwise(palette.classes)) > 0.1
    ten = [seen(color, "usual") for color in palette.classes[:10]]
    assert min(np.linalg.norm(one - other) for one, other in combinations(ten, 2)) > 0.16
    modes = palette.sequence, palette.last
    assert min(distance(*pair) for pair in combinations([*modes, palette.pooled], 2)) > 0.1
    assert min(distance(mode, color) for mode in modes for color in palette.classes) > 0.07


def test_accuracies_have_wilsons_interval_for_the_samples_with_a_step():
    """The area spans the interval of the median over the seeds; the baseline is the data's."""
    run = a_label_run(PADDED, sequence=[10, 20, 30], last=[0, 0, 0])
    figure, real = drawn("step_error", run), PADDED.mask[100:]
    line, (band, _) = the(figure, "sequence mode"), traces(figure, "sequence mode, 95% interval")
    for t in range(4):
        wrong = real[:20, t].sum()
        expected = 100 * (1 - wrong / real[:, t].sum())
        assert line.y[t] == pytest.approx(expected)
        low, high = proportion_interval(expected / 100, int(real[:, t].sum()))
        assert (band.y[t], band.y[-1 - t]) == pytest.approx((100 * low, 100 * high))


def test_accuracies_at_the_ends_of_sequences_are_apart_from_the_steps():
    """After a gap, both modes have an interval for all samples, and the baseline a short line."""
    figure = drawn("step_error", a_label_run(PADDED, sequence=[20], last=[0]))
    _, end = traces(figure, "sequence mode, 95% interval")
    (bar,) = traces(figure, "last-step mode, 95% interval")
    assert end.x[1] == bar.x[0] == the(figure, "last-step mode").x[0] == 7
    assert bar.y[0] == pytest.approx(100 * proportion_interval(1.0, 100)[0])
    assert end.y[0] == pytest.approx(100 * proportion_interval(0.8, 100)[0])
    line, baseline = the(figure, "sequence mode"), the(figure, "most frequent class")
    assert np.isnan(line.y[4])
    assert [*line.y[5:]] == pytest.approx([80, 80])
    assert baseline.y[5] == baseline.y[6]
    assert figure.layout.xaxis.ticktext[-1] == "end"
    whole = drawn("step_error", a_label_run(sequence=[20], last=[0]))
    assert the(whole, "last-step mode").x[0] == 4


@pytest.mark.parametrize(
    ("samples", "share"), [(36, 0.5), (100, 0.9), (353, 0.7), (450, 0.98), (100, 0.3)]
)
def test_equal_accuracies_differ_significantly_in_one_of_twenty_cases(samples, share):
    """For independent models, by the binomial distribution of the numbers of right samples."""
    right = np.arange(samples + 1)
    ways = np.array([float(math.comb(samples, k)) for k in range(samples + 1)])
    chance = ways * share**right * (1 - share) ** (samples - right)
    differ = results.ACCURACY.decided(right[:, None] / samples, right / samples, samples)
    assert chance @ differ @ chance == pytest.approx(0.05, abs=0.012)
    least = results.least_difference(share, samples)
    assert results.ACCURACY.decided(share, share - least - 0.001, samples)
    assert not results.ACCURACY.decided(share, share - least + 0.001, samples)


def test_few_samples_decide_nothing():
    """An accuracy beats another if the difference is above 0 and significant."""
    outcomes = results.ACCURACY.outcomes(np.array([0.9, 0.5, 0.2]), 0.5, 100)
    assert outcomes.tolist() == ["clear", "unclear", "no"]
    assert results.ACCURACY.decided(np.nan, 0.5, 100)


def cells(table):
    """Return the texts of an HTML table's cells by row."""
    rows = re.findall("<tr>(.*?)</tr>", table)
    return [
        [unescape(re.sub("<.*?>", "", c)) for c in re.findall("<t[dh].*?</t[dh]>", r)] for r in rows
    ]


def test_a_confusion_matrix_counts_all_seeds():
    """Ten samples of both seeds have the next class; rows are true, columns predicted classes."""
    run = a_label_run(sequence=[0, 10], last=[0, 0])
    tables = confusion.label_tables(run, {}, LIGHT).split("<table")[1:]
    assert len(tables) == 2
    true = class_numbers(run.dataset.last_y[100:])
    for k, row in enumerate(cells(tables[0])[1:]):
        wrong, total = int((true[:10] == k).sum()), 2 * int((true == k).sum())
        counts = {k: f"{total - wrong}", (k + 1) % 3: f"{wrong}" if wrong else ""}
        assert row[1:4] == [counts.get(j, "") for j in range(3)]
    skills = {"evaluated": results.label_scores(run.experiment, run.dataset, run.snapshot)}
    text, details = confusion.label_words(run, skills)
    assert "In this run, both modes beat the best baseline" in text
    assert "sums over 2 seeds" in details


@pytest.mark.parametrize(("masking", "heading"), [("on", 3), ("off", 2)])
def test_padding_is_counted_in_one_column_and_left_out_in_the_other(masking, heading):
    """Keras counts real steps if a mask leaves padding out, else all steps.

    Its masked loss is the mean over batches of 32 samples, weighted by samples.
    """
    run = a_label_run(PADDED, masking=masking, sequence=[20], last=[20])
    padding = confusion.label_tables(run, {}, LIGHT).split("<table")[3]
    rows, real = cells(padding), PADDED.mask[100:]
    right = class_numbers(outputs_with_mistakes(PADDED, 20)) == class_numbers(PADDED.y[100:])
    cost = math.log(1 + 2 * math.exp(-SURE)) + SURE * ~right
    losses = [cost.mean(), cost[real].mean()]
    if masking == "on":
        means = [cost[k : k + 32][real[k : k + 32]].mean() for k in range(0, 100, 32)]
        losses[1] = np.average(means, weights=[32, 32, 32, 4])
        assert losses[1] != pytest.approx(cost[real].mean(), rel=0.005)
    assert rows[1][2:] == [f"{loss:.3g}" for loss in losses]
    assert rows[2][2:] == [f"{100 * right.mean():.3g}%", f"{100 * right[real].mean():.3g}%"]
    assert rows[3][2:] == [f"{0.2 * SURE + cost.min():.3g} (one output per sample)"]
    assert rows[4][2:] == ["80% (one output per sample)"]
    assert "(Keras)" in rows[0][heading]
    assert f"{real.sum()} of 400 evaluated steps are real" in padding


def test_a_replay_shows_the_true_class_and_accuracies():
    """Its lines are the true class's probability and accuracies; its maps are from 0% to 100%."""
    run, before = (a_label_run(sequence=[k, k], last=[0, 0]) for k in (10, 60))
    frames = (Frame("0", replace(before.snapshot, epoch=0)), Frame("10", run.snapshot))
    run = replace(run, dataset=before.dataset)
    figure = replay_figure(run, frames, 0, 0, palette=LIGHT).to_dict()
    moved = dict(zip(figure["frames"][1]["traces"], figure["frames"][1]["data"], strict=True))
    lines = [
        moved[k]["y"]
        for k, t in enumerate(figure["data"])
        if t["name"] == "sequence mode" and k in moved
    ]
    true = class_numbers(run.dataset.y[run.dataset.shown[0]])
    shares = run.snapshot.middle.results["sequence"].predictions[0][np.arange(4), true]
    np.testing.assert_allclose(lines[0], shares, rtol=1e-4)
    np.testing.assert_allclose(lines[1], [90] * 4)
    takeaway, details = replay_words(run.dataset, frames)
    assert "sequence mode from epoch 10, last-step mode from epoch 10" in takeaway
    assert "epoch 0: 40% and 100%; epoch 10: 90% and 100%" in details


def test_scores_of_labels_are_those_of_the_outputs_at_the_last_step():
    """Models have medians over the seeds. Then come all baselines, the best one first."""
    experiment = suggested("weather").set(seeds=2)
    snapshot, dataset = recorded(experiment), make_dataset(experiment.set(test=20))
    run = RunAt(experiment, make_dataset(experiment), snapshot)
    evaluated = results.label_scores(experiment, run.dataset, snapshot).rows
    last = snapshot.middle.results["last"]
    assert evaluated[1].accuracy == pytest.approx(last.final_accuracy)
    assert evaluated[2].accuracy == pytest.approx(results.baseline_accuracy(run.dataset)[1])
    tested = results.label_scores(experiment, dataset, snapshot, "test")
    part = dataset.parts["test"]
    labels = class_numbers(dataset.last_y[part])
    for score in tested.rows[:2]:
        shares, recalls = [], []
        for models in snapshot.weights:
            outputs = forward(experiment, models[score.name], dataset.x[part])[1][:, -1]
            right = class_numbers(outputs) == labels
            shares.append(right.mean())
            recalls.append(np.mean([right[labels == k].mean() for k in np.unique(labels)]))
        assert score.accuracy == pytest.approx(np.median(shares))
        assert score.balanced == pytest.approx(np.median(recalls))
    assert [score.name for score in tested.rows[2:]] == ["repeat", "frequent"]
    run, skills = replace(run, dataset=dataset), {"test": tested}
    table = confusion.label_tables(run, skills, LIGHT).split("<table")[3]
    assert cells(table)[1][1] == f"{100 * tested.rows[0].accuracy:.3g}%"
    words, _ = confusion.label_words(run, skills)
    assert "On test samples, no mode clearly beats" in words


@pytest.mark.parametrize("padding", ["none", "after"])
def test_the_best_possible_model_of_a_task_is_scored(padding):
    """It is the last one. Its balanced accuracy isn't known."""
    experiment = suggested("brackets").set(padding=padding)
    dataset, snapshot = make_dataset(experiment), Snapshot("", Status.PAUSED)
    scores = results.label_scores(experiment, dataset, snapshot).rows
    assert [score.name for score in scores] == ["repeat", "frequent", "best"]
    assert scores[-1].accuracy == 1
    assert np.isnan(scores[-1].balanced)


def test_the_card_of_losses_says_whose_training_loss_is_weighted():
    """Weights change training loss, baselines and best losses, but not validation loss."""
    both = a_label_run(sequence=[0], last=[0])
    for weights, expected in (("steps", True), ("classes", True), ("none", False)):
        run = replace(both, experiment=both.experiment.set(weights=weights))
        assert ("Weights change training loss" in card("loss", run).sentence()) is expected


def test_a_class_may_have_a_long_name_and_no_evaluated_sample():
    """The table has the first letters of the name, with the whole name as its title."""
    long = "c" * 60
    y = np.tile(np.eye(3, dtype=np.float32)[0], (40, 4, 1))
    few = replace(fake_labels(40, 4, 2, 3, train=20), classes=("a", long, "b"), y=y)
    run, short = a_label_run(few, sequence=[1]), "c" * 18 + "…"
    assert f'title="{long}"><span>{short}</span>' in confusion.label_tables(run, {}, LIGHT)
    skills = {"evaluated": results.label_scores(run.experiment, run.dataset, run.snapshot)}
    _, details = confusion.label_words(run, skills)
    assert f"has the class {short} or b: the recall is" in details
