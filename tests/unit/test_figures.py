"""Figures show the arrays that they were given, in the colours that mean what they always mean."""

from __future__ import annotations

import base64
import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.baselines import best_loss, naive_loss
from lib.datasets import make_dataset, settle
from lib.experiment import Experiment
from lib.figures import CONFIG, axes, chart
from lib.figures.by_epoch import compare_figure, loss_figure
from lib.figures.by_timestep import predictions_figure, step_error_figure
from lib.figures.data import MOST_POINTS, frame_of_sample, sample_figure, split_figure
from lib.figures.palette import LEVELS, PALETTES, mix, palette
from lib.figures.strip import shape_strip
from lib.recurrence import forward, initial_model_weights
from tests.unit.pictures import a_dataset, a_snapshot, spoiled

LIGHT = PALETTES["light"]
EXPERIMENT = Experiment().set(T=4, F=3, U=5)


def all_figures(dataset, snapshot, colours=LIGHT, experiment=EXPERIMENT):
    """Every chart of a run, by name."""
    return {
        "predictions": predictions_figure(
            experiment, dataset, snapshot, 0, dataset.targets - 1, palette=colours
        ),
        "loss": loss_figure(experiment, dataset, snapshot, colours),
        "step_error": step_error_figure(experiment, dataset, snapshot, colours),
        "compare": compare_figure(dataset, snapshot, colours),
    }


def traces(figure, name):
    """The traces of that name."""
    return [trace for trace in figure.data if trace["name"] == name]


def the(figure, name):
    """The only trace of that name."""
    (trace,) = traces(figure, name)
    return trace


# Colours


def luminance(color):
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
def test_lines_and_words_stand_out_from_the_background(theme):
    """WCAG 2.2: 3 to 1 for lines and marks, 4.5 to 1 for words."""
    p = palette(theme)
    for line in (p.ink, p.sequence, p.last, p.best, p.baseline, p.negative):
        assert contrast(line, p.background) >= 3
    for words in (
        *(p.ink, p.muted, p.sequence_text, p.last_text, p.best_text),
        *(p.time, p.features, p.wrong),
    ):
        assert contrast(words, p.background) >= 4.5
        assert contrast(words, p.surface) >= 4.5


def test_light_mode_has_the_colours_that_the_pages_speak_of():
    """Okabe and Ito's blue, vermilion and green."""
    assert (LIGHT.sequence, LIGHT.last, LIGHT.best) == ("#0072B2", "#D55E00", "#009E73")
    assert LIGHT.mode("sequence") == LIGHT.sequence
    assert LIGHT.mode_text("last") == LIGHT.last_text


def test_an_unknown_theme_is_refused_and_none_is_light():
    """`st.context.theme.type` is None until the browser has spoken."""
    assert palette(None) is palette("light") is palette()
    with pytest.raises(ValueError, match=r"one of \['light', 'dark'\], got 'sepia'"):
        palette("sepia")


def test_shades_go_from_pale_to_the_colour_itself():
    """One for each level, every one stronger than the one before."""
    shades = LIGHT.shades(LIGHT.sequence)
    assert len(shades) == LEVELS
    assert shades[-1] == LIGHT.sequence
    values = [luminance(shade) for shade in shades]
    assert values == sorted(values, reverse=True)
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


# All charts

BIG = {"naive": np.full((8, 4, 1), 2e4, np.float32), "best_mse": np.full(4, 26109.24)}
DATASETS = {
    "plain": a_dataset(),
    "two steps": a_dataset(t=2),
    "a hundred steps": a_dataset(t=100),
    "several targets": a_dataset(k=3, target_scale=np.array([1.0, 2, 3]), target_offset=np.ones(3)),
    "huge": a_dataset(**BIG),
    "exact": a_dataset(best_mse=np.zeros(4)),
    "no validation": a_dataset(n=2, train=2),
    "constant": a_dataset(y=np.zeros((8, 4, 1), np.float32)),
    "with gaps": a_dataset(y=np.full((8, 4, 1), np.nan, np.float32)),
}
RUNS = {
    "both": {"sequence": 0.5, "last": 0.25},
    "sequence": {"sequence": 0.5},
    "last": {"last": 0.25},
    "before training": {"epochs": 0, "sequence": 0.5, "last": 0.5},
    "exact": {"sequence": 0.0, "last": 0.0},
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("data", DATASETS)
def test_every_figure_is_one_that_plotly_accepts(data, run):
    """Figures are built without Plotly's checks, so these are made here: names, types, values."""
    dataset = DATASETS[data]
    snapshot = a_snapshot(dataset, **RUNS[run])
    mode = run if run in ("sequence", "last") else "both"
    experiment = EXPERIMENT.set(mode=mode)
    for seen in (snapshot, replace(snapshot, results={}), spoiled(snapshot, np.inf)):
        for figure in all_figures(dataset, seen, experiment=experiment).values():
            built = figure.to_dict()
            checked = go.Figure(built)
            assert len(checked.data) == len(built["data"])
            low, high = checked.layout.yaxis.range
            assert np.isfinite([low, high]).all()
            assert low < high


def test_figures_keep_their_place_while_numbers_change():
    """Same size, same margins and, for small changes, same axes: nothing jumps."""
    dataset = a_dataset()
    one, other = (
        all_figures(dataset, a_snapshot(dataset, sequence=0.5 + d, last=0.25 + d))
        for d in (0, 0.01)
    )
    for name, figure in one.items():
        assert figure.layout.to_plotly_json() == other[name].layout.to_plotly_json()


def test_figures_carry_no_template_and_a_revision():
    """The template is nine tenths of a small figure; the revision keeps a zoom."""
    for figure in all_figures(a_dataset(), a_snapshot(a_dataset(), sequence=0.5)).values():
        assert len(figure.to_json()) < 6000
        assert figure.layout.uirevision
    assert CONFIG["displaylogo"] is False


@pytest.mark.parametrize("theme", PALETTES)
def test_one_colour_means_one_thing_in_every_chart(theme):
    """Blue the sequence mode, vermilion the last-step mode, green dashes, grey dots."""
    p, dataset = palette(theme), a_dataset(best_mse=np.full(4, 0.01))
    for name, figure in all_figures(
        dataset, a_snapshot(dataset, sequence=0.5, last=0.2), p
    ).items():
        assert the(figure, "sequence mode").line.color == p.sequence
        assert the(figure, "last-step mode").marker.color == p.last
        if name == "predictions":
            assert the(figure, "target").line.color == p.ink
            continue
        for line in traces(figure, "best possible"):
            assert (line.line.color, line.line.dash) == (p.best, "dash")
        for line in traces(figure, "guessing the mean"):
            assert (line.line.color, line.line.dash) == (p.baseline, "dot")


def test_the_best_possible_lies_above_a_line_that_reaches_it():
    """Below it nobody would see it, as on the raw worked example, where training ends there."""
    dataset = a_dataset(best_mse=np.full(4, 0.01))
    figures = all_figures(dataset, a_snapshot(dataset, sequence=0.1, last=0.1))
    for name in ("loss", "step_error", "compare"):
        names = [trace["name"] for trace in figures[name].data]
        assert names.index("best possible") > names.index("sequence mode")
        assert names[-1] == "best possible"


def test_a_column_can_be_called_anything():
    """Names from a person's file are written out, not read as markup."""
    dataset = a_dataset(target_names=("<b>x</b>",), timestep_names=("<i>", "2", "3", "4"))
    figure = predictions_figure(
        EXPERIMENT, dataset, a_snapshot(dataset, last=0.1), 0, 0, palette=LIGHT
    )
    assert figure.layout.yaxis.title.text == "&lt;b&gt;x&lt;/b&gt;"
    assert figure.layout.xaxis.ticktext[0] == "&lt;i&gt;"


def test_no_chart_takes_a_name_for_markup():
    """Not on an axis, nor in a key, nor where a mouse is: every name of this dataset is hostile."""
    dataset = a_dataset(
        k=2,
        name="fake",
        title="<b>",
        feature_names=("<b>1", "<b>2", "<b>3"),
        target_names=("<b>4", "<b>5"),
        timestep_names=("<b>6", "<b>7", "<b>8", "<b>9"),
        sample_names=tuple(f"<b>{i}" for i in range(8)),
        naive_label="<b>guess",
        best_mse=np.ones(4),
        best_label="<b>floor",
        target_unit="<b>unit",
    )
    figures = all_figures(dataset, a_snapshot(dataset, sequence=0.5, last=0.2))
    figures |= {
        "sample": sample_figure(dataset, 0, LIGHT),
        "split": split_figure(dataset, LIGHT),
    }
    for name, figure in figures.items():
        texts = list(strings(figure.to_dict()))
        assert any("&lt;b&gt;" in text for text in texts), name
        assert not [text for text in texts if "<b>" in text], name


def strings(part):
    """Every text in a figure."""
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple) or (
        isinstance(part, np.ndarray) and part.dtype.kind in "UO"
    ):
        for inner in part:
            yield from strings(inner)


# A dataset before any model


def words_of(figure):
    """The key above a chart."""
    return figure.layout.annotations[0].text


def test_a_samples_targets_are_in_the_raw_unit():
    """Line and diamond alike; the inputs stay as the model sees them."""
    dataset = a_dataset(
        target_scale=np.array([10.0]), target_offset=np.array([5.0]), target_unit="°C"
    )
    figure = sample_figure(dataset, 1, LIGHT)
    np.testing.assert_allclose(the(figure, "target 1").y, [45, 55, 65, 75])
    assert list(the(figure, "what the last-step mode learns from").y) == [75]
    assert figure.layout.yaxis.title.text == "target y (°C)"
    np.testing.assert_array_equal(the(figure, "inputs").z, dataset.x[1].T)


def test_inputs_are_cells_beside_their_features_names():
    """All of them, the longest cut short; the plot above keeps its height."""
    names = ("wind", "a very long name indeed", *(f"f{k}" for k in range(14)))
    wide = sample_figure(a_dataset(f=16, feature_names=names), 0, LIGHT)
    few = sample_figure(a_dataset(f=1), 0, LIGHT)
    assert list(wide.layout.yaxis2.ticktext[:3]) == ["wind", "a very long…", "f0"]
    assert len(wide.layout.yaxis2.tickvals) == 16

    def plot(figure):
        margin, (low, high) = figure.layout.margin, figure.layout.yaxis.domain
        return (figure.layout.height - margin.t - margin.b) * (high - low)

    assert plot(wide) == pytest.approx(plot(few))


def test_many_timesteps_have_no_gaps_between_their_cells():
    """On a phone a cell of a hundred is two pixels wide."""
    gaps = [the(sample_figure(a_dataset(t=t), 0, LIGHT), "inputs").xgap for t in (4, 100)]
    assert gaps == [1, 0]


def test_numbers_of_a_sample_are_those_of_the_models_with_the_raw_targets_beside():
    """Raw ones only where they differ."""
    assert list(frame_of_sample(a_dataset(f=1), 0)) == ["x: feature 1", "y: target 1"]
    scaled = a_dataset(f=1, target_scale=np.array([10.0]), target_unit="°C")
    frame = frame_of_sample(scaled, 1)
    assert list(frame) == ["x: feature 1", "y: target 1", "target 1 (°C)"]
    assert list(frame["y: target 1"]) == [4, 5, 6, 7]
    assert list(frame["target 1 (°C)"]) == [40, 50, 60, 70]
    y = np.full((8, 4, 1), 0.1, np.float32)
    rounded = a_dataset(y=y, target_scale=np.array([1e4]), target_offset=np.array([1.0]))
    assert set(frame_of_sample(rounded, 0)["target 1 (raw)"]) == {1001.0}


def test_several_targets_are_told_apart_in_the_key():
    """Each by the dashes of its line; a single one is the target."""
    words = words_of(sample_figure(a_dataset(k=5), 0, LIGHT))
    for glyph, name in zip(("━━", "▬ ▬", "•••", "▬ •", "━━"), range(1, 6), strict=True):
        assert f'{glyph}</span> <span style="color:{LIGHT.ink}">target {name}<' in words
    assert "target y" in words_of(sample_figure(a_dataset(), 0, LIGHT))


def test_no_mark_of_the_split_is_cut_at_an_edge():
    """A mark is about 1% of the plot wide."""
    low, high = split_figure(a_dataset(n=400), LIGHT).layout.xaxis.range
    assert low <= 1 - 8
    assert high >= 400 + 8


def test_the_split_of_several_targets_says_which_one_it_shows():
    """The first; a single one is the target."""
    for targets, title in ((1, "target y at the last step"), (3, "target 1 at the last step")):
        assert split_figure(a_dataset(k=targets), LIGHT).layout.yaxis.title.text == title


def test_the_diamond_of_a_validation_sample_is_not_learned_from():
    """Six samples of eight are for training."""
    assert "last-step mode learns from" in words_of(sample_figure(a_dataset(), 5, LIGHT))
    assert "last-step mode is judged on" in words_of(sample_figure(a_dataset(), 6, LIGHT))


def test_the_split_has_a_key_for_the_parts_that_there_are():
    """Dots for training, rings for validation, and no validation where none is kept."""
    both = words_of(split_figure(a_dataset(), LIGHT))
    assert both.index("●") < both.index("training") < both.index("○") < both.index("validation")
    assert "validation" not in words_of(split_figure(a_dataset(train=8), LIGHT))


@pytest.mark.parametrize("n", [MOST_POINTS, MOST_POINTS + 1, 2 * MOST_POINTS - 1])
def test_the_split_never_draws_more_points_than_its_limit(n):
    """Of more samples every second, third, … is drawn."""
    figure = split_figure(a_dataset(n=n), LIGHT)
    assert MOST_POINTS / 2 <= sum(len(trace.x) for trace in figure.data) <= MOST_POINTS


# Predictions


def test_predictions_are_shown_in_the_raw_unit():
    """Of the chosen sample and the chosen column: y * scale + offset."""
    dataset = a_dataset(
        k=2,
        target_scale=np.array([1.0, 10.0]),
        target_offset=np.array([0.0, 5.0]),
        target_unit="°C",
    )
    figure = predictions_figure(
        EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5), 1, 1, palette=LIGHT
    )
    truth = 10 * dataset.y[7, :, 1] + 5
    np.testing.assert_allclose(the(figure, "target").y, truth)
    np.testing.assert_allclose(the(figure, "sequence mode").y, truth + 5)
    assert list(the(figure, "target").x) == [1, 2, 3, 4]
    assert figure.layout.yaxis.title.text == "target 2 (°C)"
    assert "°C" in the(figure, "target").hovertemplate


def test_the_last_step_model_gives_one_value_and_its_head_the_dotted_rest():
    """A diamond at T, and a dotted line to it."""
    dataset = a_dataset()
    figure = predictions_figure(
        EXPERIMENT, dataset, a_snapshot(dataset, last=0.5), 0, 0, palette=LIGHT
    )
    diamond, dotted = the(figure, "last-step mode"), the(figure, "its head before that")
    assert (list(diamond.x), diamond.marker.symbol) == ([4], "diamond")
    np.testing.assert_allclose(diamond.y, dataset.y[6, -1] + 0.5)
    np.testing.assert_allclose(dotted.y, dataset.y[6, :, 0] + 0.5)
    assert dotted.line.dash == "dot"
    assert not traces(figure, "sequence mode")


def test_without_a_head_the_dotted_line_is_the_output():
    """In both charts that have one, and in their keys."""
    dataset, experiment = a_dataset(), EXPERIMENT.set(head="none")
    figures = all_figures(dataset, a_snapshot(dataset, last=0.5), experiment=experiment)
    for name in ("predictions", "step_error"):
        assert the(figures[name], "its output before that").line.dash == "dot"
        assert "its output before that" in figures[name].layout.annotations[0].text
        assert "head" not in figures[name].to_json()


def test_predictions_that_are_not_numbers_leave_a_gap():
    """A run that diverged still shows its target, on the target's axis."""
    dataset = a_dataset()
    fine = a_snapshot(dataset, sequence=0.0)
    figure = predictions_figure(EXPERIMENT, dataset, spoiled(fine, np.inf), 0, 0, palette=LIGHT)
    assert np.isnan(the(figure, "sequence mode").y).all()
    expected = predictions_figure(EXPERIMENT, dataset, fine, 0, 0, palette=LIGHT).layout.yaxis.range
    assert figure.layout.yaxis.range == expected


def test_predictions_need_to_know_their_samples():
    """Only a snapshot from before the first figures has none."""
    snapshot = replace(a_snapshot(a_dataset(), last=0.1), samples=np.zeros(0, int))
    with pytest.raises(ValueError, match="got none"):
        predictions_figure(EXPERIMENT, a_dataset(), snapshot, 0, 0, palette=LIGHT)


def test_hovering_tells_the_timestep_by_number_and_by_name():
    """The number stands on top; a name of its own ("day 2") beside the target."""
    names = ("day 1", "day 2", "day 3", "day <4>")
    named = a_dataset(timestep_names=names, lead="one day")
    figure = predictions_figure(EXPERIMENT, named, a_snapshot(named, last=0.1), 0, 0, palette=LIGHT)
    assert figure.layout.xaxis.unifiedhovertitle.text == "timestep %{x}"
    assert the(figure, "target").customdata[3] == "one day after day &lt;4&gt;"
    unnamed = a_dataset()
    snapshot = a_snapshot(unnamed, last=0.1)
    plain = predictions_figure(EXPERIMENT, unnamed, snapshot, 0, 0, palette=LIGHT)
    assert the(plain, "target").customdata is None


def test_the_name_of_the_last_step_has_room():
    """Half of it stands right of the plot, and Plotly leaves out what doesn't fit."""
    plain, named = a_dataset(), a_dataset(timestep_names=tuple(f"quarter {k}" for k in range(4)))
    margins = [
        all_figures(dataset, a_snapshot(dataset, last=0.1))["step_error"].layout.margin.r
        for dataset in (plain, named)
    ]
    assert margins[0] == 16
    assert margins[1] >= 28


# Loss


def test_the_loss_chart_has_a_naive_and_a_best_level_for_each_mode():
    """The sequence mode's is the mean over the steps, the last-step mode's the last step's."""
    naive = np.zeros((8, 4, 1), np.float32)
    y = np.broadcast_to(np.array([4, 3, 2, 1], np.float32)[:, None], (8, 4, 1)).copy()
    dataset = a_dataset(y=y, naive=naive, best_mse=np.array([0.4, 0.3, 0.2, 0.1]))
    figure = loss_figure(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.5), LIGHT)
    assert [line.y[0] for line in traces(figure, "guessing the mean")] == [7.5, 1.0]
    assert [line.y[0] for line in traces(figure, "best possible")] == pytest.approx([0.25, 0.1])
    words = [note.text for note in figure.layout.annotations[1:]]
    assert sorted(words) == ["every step", "every step", "last step", "last step"]


@pytest.mark.parametrize(("loss", "naive"), [("mse", 9.0), ("mae", 3.0), ("huber", 2.5)])
def test_levels_are_in_the_terms_of_the_training_loss(loss, naive):
    """A guess that is 3 off costs 9, 3 or 2.5; the best possible is known as a square alone."""
    y = np.full((8, 4, 1), 4.0, np.float32)
    dataset = a_dataset(y=y, best_mse=np.full(4, 0.5))
    experiment = EXPERIMENT.set(loss=loss)
    assert naive_loss(experiment, dataset) == {"sequence": naive, "last": naive}
    assert bool(best_loss(experiment, dataset)) == (loss == "mse")
    assert best_loss(EXPERIMENT.set(mode="last"), a_dataset()) == {}


def test_the_naive_level_of_a_training_loss_is_that_of_the_training_samples():
    """What the validation samples are like doesn't change it."""
    y = np.ones((8, 4, 1), np.float32)
    y[6:] = 100
    assert naive_loss(EXPERIMENT.set(mode="last"), a_dataset(y=y)) == {"last": 0.0}


def test_a_level_of_nothing_cannot_stand_on_a_logarithmic_axis():
    """So the key says it: of all, or of the last step alone."""
    for best, words in (
        (np.zeros(4), ">best possible: 0<"),
        (np.array([1.0, 1, 1, 0]), ">best possible (last step: 0)<"),
        (np.ones(4), ">best possible<"),
    ):
        dataset = a_dataset(best_mse=best)
        figures = all_figures(dataset, a_snapshot(dataset, sequence=0.5, last=0.5))
        assert words in words_of(figures["loss"])
        alone = words if best[0] == best[-1] else ">best possible: 0<"
        assert alone in words_of(figures["compare"])


def test_where_every_value_is_nothing_the_plot_says_so():
    """As of a constant target; a logarithmic axis would be blank without a word."""
    y = np.zeros((8, 4, 1), np.float32)
    dataset = a_dataset(y=y, naive=y)
    learned = spoiled(a_snapshot(dataset, sequence=0.0, last=0.0), 0.0)
    for snapshot, said in (
        (learned, True),
        (spoiled(learned, float("nan")), False),
        (a_snapshot(dataset, sequence=0.0, last=0.0), False),
    ):
        figures = all_figures(dataset, snapshot)
        for name in ("loss", "compare"):
            words = [note.text for note in figures[name].layout.annotations]
            assert any(text.startswith("every value is 0") for text in words) is said


def test_before_training_the_loss_chart_says_so():
    """Its axes are there already: epochs from 0 to what was asked for."""
    dataset = a_dataset()
    figure = loss_figure(EXPERIMENT, dataset, a_snapshot(dataset, epochs=0, last=0.5), LIGHT)
    [note] = [note for note in figure.layout.annotations if note.text == "not trained yet"]
    assert note.bgcolor == LIGHT.background  # so that no level strikes the words through
    low, high = figure.layout.xaxis.range
    assert low < 0
    assert 20 < high < 21


def test_a_comparison_of_scaled_targets_says_so_on_its_axis():
    """Squared deviations aren't squared degrees."""
    for dataset, title in (
        (a_dataset(), "last-step MSE"),
        (a_dataset(target_scale=np.array([10.0]), target_unit="°C"), "last-step MSE (scaled)"),
    ):
        figure = compare_figure(dataset, a_snapshot(dataset, sequence=0.5), LIGHT)
        assert figure.layout.yaxis.title.text == title


def test_a_floor_of_one_layer_is_called_so_in_every_chart():
    """The raw worked example's is worse than a guess, so it is nobody's best possible."""
    experiment = settle(Experiment().set(data="worked_raw"))
    dataset = make_dataset(experiment)
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.5)
    figures = all_figures(dataset, snapshot, experiment=experiment)
    for name in ("loss", "step_error", "compare"):
        assert traces(figures[name], "this layer's floor")
        assert "this layer's floor" in figures[name].layout.annotations[0].text
        assert "best possible" not in figures[name].to_json()


# Error by timestep, and the comparison


def test_error_by_timestep_is_the_root_in_the_raw_unit():
    """A standardised error of 0.5 is 5 °C where a deviation is 10 °C."""
    dataset = a_dataset(
        target_scale=np.array([10.0]), target_unit="°C", best_mse=np.array([4.0, 1, 0.25, 0])
    )
    figure = step_error_figure(
        EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.25), LIGHT
    )
    np.testing.assert_allclose(the(figure, "sequence mode").y, 5)
    np.testing.assert_allclose(the(figure, "last-step mode").y, [2.5])
    np.testing.assert_allclose(the(figure, "best possible").y, [20, 10, 5, 0])
    assert figure.layout.yaxis.title.text == "typical error (°C)"
    assert figure.layout.yaxis.range[0] < 0 < figure.layout.yaxis.range[1]


def test_error_of_columns_with_different_units_stays_scaled():
    """Degrees and millimetres have no common root of a mean square."""
    dataset = a_dataset(k=2, target_scale=np.array([10.0, 3.0]), target_offset=np.zeros(2))
    figure = step_error_figure(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5), LIGHT)
    np.testing.assert_allclose(the(figure, "sequence mode").y, 0.5)
    assert figure.layout.yaxis.title.text == "typical error (scaled)"


def test_the_comparison_is_the_last_steps_error_of_both():
    """Over the epochs that were checked, with one naive level for both."""
    dataset = a_dataset()
    figure = compare_figure(dataset, a_snapshot(dataset, sequence=0.5, last=0.25), LIGHT)
    assert list(the(figure, "sequence mode").y) == [1.0, 0.25]
    assert list(the(figure, "last-step mode").x) == [0, 10]
    assert the(figure, "guessing the mean").y[0] == dataset.naive_mse[-1]


# Axes


@given(st.integers(2, 100), st.sampled_from(["", "day ", "a long name "]))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_timesteps_are_whole_few_and_include_the_last(steps, word):
    """And beside each other they fit on a phone: 280 pixels, at 7.5 for a letter."""
    names = [f"{word}{k + 1}" for k in range(steps)]
    axis = axes.timestep_axis(names)
    ticks = axis["tickvals"]
    assert all(isinstance(k, int) for k in ticks)
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == steps
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1
    assert axis["ticktext"] == [names[k - 1] for k in ticks]
    assert len(ticks) == 2 or 7.5 * len("".join(axis["ticktext"])) <= 280


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
@settings(derandomize=True, deadline=None)
def test_a_linear_axis_holds_all_values(values):
    """Whatever the core is that it starts from."""
    axis = axes.linear_axis("y", np.array(values), np.array([0.0, 1.0]))
    low, high = axis["range"]
    assert low <= min([0.0, *values])
    assert high >= max([1.0, *values])


@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=8))
@settings(derandomize=True, deadline=None)
def test_a_logarithmic_axis_holds_all_values_and_has_names(values):
    """At least a decade, in steps of half a decade, with two names or more."""
    axis = axes.log_axis("y", values)
    low, high = axis["range"]
    assert low <= np.log10(min(values)) + 1e-9
    assert high >= np.log10(max(values)) - 1e-9
    assert high - low >= 1
    assert (2 * low).is_integer()
    assert (2 * high).is_integer()
    inside = [tick for tick in axis["tickvals"] if low <= np.log10(tick) <= high]
    assert len(inside) == len(axis["ticktext"]) >= 2


def test_decades_are_written_out_as_far_as_people_read_them():
    """And the same on every axis: 1 is written as 1 beside a power, too."""
    assert axes.log_axis("y", [0.002, 30000])["ticktext"][0] == "0.01"
    assert "10,000" in axes.log_axis("y", [5, 30000])["ticktext"]
    assert axes.log_axis("y", [1e-12, 1])["ticktext"] == [
        *("10<sup>−12</sup>", "10<sup>−9</sup>", "10<sup>−6</sup>", "0.001", "1")
    ]
    assert "5·10<sup>−7</sup>" in axes.log_axis("y", [2e-7, 9e-7])["ticktext"]


@given(st.floats(1e-9, 1e9), st.floats(1, 1e12))
@settings(derandomize=True, deadline=None)
def test_names_on_a_logarithmic_axis_never_touch(least, times):
    """Nor does one leave the margin: seven letters at most, or a power."""
    axis = axes.log_axis("y", [least, least * times])
    low, high = axis["range"]
    heights = sorted(143 * (np.log10(tick) - low) / (high - low) for tick in axis["tickvals"])
    assert np.diff(heights).min(initial=99) >= 15
    assert all(len(name) <= 7 or "<sup>" in name for name in axis["ticktext"])


def test_words_beside_a_plot_never_touch():
    """Those that would are moved apart, the higher one up; of one colour they become one."""
    notes = [("a", 1.0, "#000000"), ("b", 1.01, "#FFFFFF"), ("c", 100.0, "#000000")]
    same = [("d", 101.0, "#000000"), ("none", 0.0, "#000000")]
    placed = chart.side_notes([*notes, *same], (-1.0, 3.0), 240, "both")
    assert [note["text"] for note in placed] == ["a", "b", "both"]
    heights = [note["y"] * 60 + note["yshift"] for note in placed]
    assert min(np.diff(heights)) >= 15


# The shape strip


class Fragment(HTMLParser):
    """Checks that tags are closed, and keeps what a person would see."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.images, self.words, self.first = [], set(), [], "", {}
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        """Open a tag."""
        self.tags.add(tag)
        self.first = self.first or dict(attrs)
        if tag == "img":
            self.images.append(dict(attrs)["src"])
        elif tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the words."""
        self.words += data + " "


SVG = "{http://www.w3.org/2000/svg}"


def drawn(source):
    """The picture of a tensor, as XML."""
    start = "data:image/svg+xml;base64,"
    assert source.startswith(start)
    return ET.fromstring(base64.b64decode(source.removeprefix(start)))  # noqa: S314 - our own


def cells(picture):
    """How many cells it has, and in how many shades."""
    paths = [path for path in picture.iter(f"{SVG}path") if path.get("fill")]
    return sum(path.get("d").count("M") for path in paths), len({p.get("fill") for p in paths})


def test_the_strip_is_plain_html_with_a_text_twin():
    """Only what `st.html` lets through, all closed, and one image, with its words, for a reader."""
    strip = Fragment(shape_strip(EXPERIMENT, a_dataset(), "words", LIGHT))
    assert strip.tags == {"div", "span", "br", "img"}
    assert strip.first["role"] == "img"
    assert strip.first["aria-label"] == "words"


def test_the_strip_shows_every_shape_in_letters_and_numbers():
    """Input, hidden states and prediction of both modes, with what each layer learns."""
    words = Fragment(shape_strip(EXPERIMENT, a_dataset(), "words", LIGHT)).words
    for shape in ("(N, T, F)", "(N, 4, 3)", "(N, T, U)", "(N, 4, 5)", "(N, T, K)", "(N, 4, 1)"):
        assert shape in words
    for shape in ("(N, U)", "(N, 5)", "(N, K)", "(N, 1)", "the last row, and nothing else"):
        assert shape in words
    assert "LSTM 5" in words
    assert "4·5·(3+5+1) = 180 params" in words
    assert "return_sequences=False" in words


def test_the_strip_counts_the_values_of_a_prediction():
    """With several targets the last-step mode's answer isn't one value."""
    for targets, said in {
        1: ("a value at every step", "one value"),
        4: ("4 values at every step", "4 values, once"),
    }.items():
        words = Fragment(shape_strip(EXPERIMENT, a_dataset(k=targets), "words", LIGHT)).words
        assert all(each in words for each in said)


def test_the_strip_draws_every_cell_of_a_small_tensor():
    """Input 4×3, hidden 4×5 and prediction 4×1, twice; the ghosts of the last mode among them."""
    images = Fragment(shape_strip(EXPERIMENT, a_dataset(), "words", LIGHT)).images
    assert [cells(drawn(image))[0] for image in images] == [12, 20, 4, 12, 20, 4]


def test_the_last_row_is_outlined_where_the_last_step_mode_takes_it():
    """In the sequence model's hidden states, and in all that the twin makes of its own."""
    for mode, expected in {"both": [1, 4, 5], "last": [1, 2], "sequence": []}.items():
        strip = Fragment(shape_strip(EXPERIMENT.set(mode=mode), a_dataset(), "words", LIGHT))
        rects = [drawn(image).findall(f"{SVG}rect") for image in strip.images]
        assert [k for k, found in enumerate(rects) if found] == expected
        assert all(rect.get("stroke") == LIGHT.last for found in rects for rect in found)


def test_large_tensors_are_cut_short_and_still_grow():
    """100 × 128 is drawn with two dozen rows and columns at most, and with dots between."""
    counts = []
    for t, u in [(16, 16), (40, 40), (100, 128)]:
        experiment = EXPERIMENT.set(T=t, U=u, layers=3, mode="sequence")
        images = Fragment(shape_strip(experiment, a_dataset(t=t), "words", LIGHT)).images
        counts.append(cells(drawn(images[1]))[0])
        dots = [p for p in drawn(images[1]).iter(f"{SVG}path") if p.get("stroke-linecap")]
        assert bool(dots) == (t > 16)
    assert counts == sorted(counts)
    assert counts[0] == 256
    assert counts[-1] <= 24 * 24


@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize(("layers", "cell"), [(1, "lstm"), (3, "gru")])
def test_cells_are_shaded_by_values_where_these_are_known(layers, cell, head):
    """Otherwise all cells of a tensor look the same."""
    dataset = a_dataset(k=5 if head == "none" else 1)
    experiment = EXPERIMENT.set(layers=layers, cell=cell, head=head)
    weights = initial_model_weights(experiment, 3, dataset.targets)
    traces = dict.fromkeys(("sequence", "last"), forward(experiment, weights, dataset.x[2:3]))
    flat = Fragment(shape_strip(experiment, dataset, "words", LIGHT)).images
    full = Fragment(
        shape_strip(experiment, dataset, "words", LIGHT, traces=traces, sample=2)
    ).images
    assert len(flat) == len(full) == 2 * (1 + layers + (head == "dense"))
    assert all(cells(drawn(image))[1] == 1 for image in flat)
    assert cells(drawn(full[0]))[1] > 3
    assert cells(drawn(full[1]))[1] > 2


def test_a_strip_of_values_that_are_not_numbers_can_still_be_drawn():
    """A model that diverged has states of nan, and outputs of any size."""
    dataset, experiment = a_dataset(), EXPERIMENT.set(cell="simple_rnn")
    weights = [np.full_like(w, np.nan) for w in initial_model_weights(experiment, 3, 1)]
    traces = dict.fromkeys(("sequence", "last"), forward(experiment, weights, dataset.x[:1]))
    images = Fragment(
        shape_strip(experiment, dataset, "words", LIGHT, traces=traces, sample=0)
    ).images
    assert cells(drawn(images[1])) == (20, 1)


def test_all_tensors_of_a_strip_have_the_same_rows():
    """One height for all, so that a row is the same moment everywhere."""
    for mode, theme in itertools.product(("sequence", "both"), PALETTES):
        html = shape_strip(EXPERIMENT.set(mode=mode), a_dataset(), "words", palette(theme))
        heights = {drawn(image).get("viewBox").split()[-1] for image in Fragment(html).images}
        assert len(heights) == 1
