"""Each chart of a run: predictions, loss, error by timestep, and the comparison."""

from __future__ import annotations

import numpy as np
import pytest

from lib.charts.by_epoch import compare_figure, loss_figure
from lib.charts.by_timestep import UNASKED, predictions_figure, step_error_figure
from lib.data.datasets import make_dataset, settle
from lib.experiment.experiment import Experiment
from lib.results.baselines import best_loss, naive_loss
from lib.results.run import RunAt
from tests.unit.own_data import windows_of_load
from tests.unit.pictures import (
    EXPERIMENT,
    LIGHT,
    a_dataset,
    a_snapshot,
    all_figures,
    spoiled,
    the,
    traces,
    with_kept,
    words_of,
)

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
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)), 1, 1, palette=LIGHT
    )
    truth = 10 * dataset.y[7, :, 1] + 5
    np.testing.assert_allclose(the(figure, "target").y, truth)
    np.testing.assert_allclose(the(figure, "sequence mode").y, truth + 5)
    assert list(the(figure, "target").x) == [1, 2, 3, 4]
    assert figure.layout.yaxis.title.text == "target 2 (°C)"
    assert "°C" in the(figure, "target").hovertemplate


def test_a_tables_sample_has_its_dates_and_inputs():
    """The dates of the rows that are read, and below the answers what is read."""
    dataset = windows_of_load(timesteps=6)
    snapshot = a_snapshot(dataset, sequence=0.5)
    figure = predictions_figure(RunAt(EXPERIMENT, dataset, snapshot), 1, 0, palette=LIGHT)
    index = int(snapshot.samples[1])
    row = dataset.origin.starts[index] + 5
    assert figure.layout.xaxis.ticktext[-1] == f"{dataset.origin.times[row]:%Y-%m-%d %H:%M}"
    assert np.array_equal(the(figure, "inputs").z, dataset.x[index].T)
    assert not traces(predictions_of_a_task(), "inputs")


def predictions_of_a_task():
    """The same chart of data that have no rows."""
    dataset = a_dataset()
    return predictions_figure(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)), 0, 0, palette=LIGHT
    )


def test_the_last_step_model_gives_one_value_and_nothing_before_it():
    """An open diamond at T, so that what lies in it can be seen; no line leads to it."""
    dataset = a_dataset()
    figure = predictions_figure(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, last=0.5)), 0, 0, palette=LIGHT
    )
    diamond = the(figure, "last-step mode")
    assert (list(diamond.x), diamond.marker.symbol) == ([4], "diamond-open")
    np.testing.assert_allclose(diamond.y, dataset.y[6, -1] + 0.5)
    assert {trace.name for trace in figure.data} == {"target", "last-step mode"}


@pytest.mark.parametrize("head", ["dense", "none"])
def test_asked_earlier_a_dotted_line_leads_to_it(head):
    """In both charts: its head's, or its own output where there is none."""
    dataset, experiment = a_dataset(), EXPERIMENT.set(head=head)
    snapshot = a_snapshot(dataset, last=0.5)
    name = UNASKED[head]
    for figure in (
        predictions_figure(RunAt(experiment, dataset, snapshot), 0, 0, palette=LIGHT, earlier=True),
        step_error_figure(RunAt(experiment, dataset, snapshot), LIGHT, earlier=True),
    ):
        assert the(figure, name).line.dash == "dot"
        assert len(the(figure, name).y) == 4
        assert name in figure.layout.annotations[0].text


def test_the_axis_of_predictions_stands_still_while_a_model_learns():
    """Whatever it answers within a quarter of the targets' span, and for every shown sample."""
    dataset = a_dataset()
    ranges = {
        predictions_figure(
            RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=wrong)),
            sample,
            0,
            palette=LIGHT,
        ).layout.yaxis.range
        for wrong in (-1.5, 0.0, 1.5)
        for sample in (0, 1)
    }
    assert len(ranges) == 1


def test_targets_of_0_and_1_begin_at_0():
    """While no answer is below; dots on the axis are whole. Errors keep their room below 0."""
    y = np.array([0, 1, 1, 0], np.float32)[:, None] * np.ones((8, 1, 1), np.float32)
    dataset = a_dataset(y=y)

    def range_of(wrong: float) -> tuple[float, float]:
        snapshot = a_snapshot(dataset, sequence=wrong, last=wrong)
        figure = predictions_figure(RunAt(EXPERIMENT, dataset, snapshot), 0, 0, palette=LIGHT)
        assert not any(trace.cliponaxis for trace in figure.data)
        return figure.layout.yaxis.range

    assert range_of(0.0) == range_of(0.2)
    assert range_of(0.0)[0] == 0
    assert -0.1 < range_of(-0.05)[0] < -0.05


def test_predictions_that_are_not_numbers_leave_a_gap():
    """A run that diverged still shows its target, on the target's axis."""
    dataset = a_dataset()
    fine = a_snapshot(dataset, sequence=0.0)
    figure = predictions_figure(
        RunAt(EXPERIMENT, dataset, spoiled(fine, np.inf)), 0, 0, palette=LIGHT
    )
    assert np.isnan(the(figure, "sequence mode").y).all()
    expected = predictions_figure(
        RunAt(EXPERIMENT, dataset, fine), 0, 0, palette=LIGHT
    ).layout.yaxis.range
    assert figure.layout.yaxis.range == expected


def test_hovering_tells_the_timestep_by_number_and_by_name():
    """The number stands on top; a name of its own ("day 2") beside the target."""
    names = ("day 1", "day 2", "day 3", "day <4>")
    named = a_dataset(timestep_names=names, lead="one day")
    figure = predictions_figure(
        RunAt(EXPERIMENT, named, a_snapshot(named, last=0.1)), 0, 0, palette=LIGHT
    )
    assert figure.layout.xaxis.unifiedhovertitle.text == "timestep %{x}"
    assert the(figure, "target").customdata[3] == "one day after day &lt;4&gt;"
    unnamed = a_dataset()
    snapshot = a_snapshot(unnamed, last=0.1)
    plain = predictions_figure(RunAt(EXPERIMENT, unnamed, snapshot), 0, 0, palette=LIGHT)
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
    figure = loss_figure(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.5)), LIGHT
    )
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
    assert bool(best_loss(experiment, dataset)[0]) == (loss == "mse")
    assert best_loss(EXPERIMENT.set(mode="last"), a_dataset()) == ({}, None)


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


def test_a_ring_marks_the_epoch_that_each_mode_keeps():
    """On its validation loss, and on its error in the comparison; else there is none."""
    dataset = a_dataset()
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.5)
    kept = with_kept(snapshot, sequence=4, last=7)
    for name in ("loss", "compare"):
        figure = all_figures(dataset, kept)[name]
        for mode, epoch in (("sequence mode", 4), ("last-step mode", 7)):
            ring = the(figure, f"{mode}, kept")
            line = the(figure, f"{mode}, validation" if name == "loss" else mode)
            assert (list(ring.x), list(ring.y)) == ([epoch], [line.y[epoch]])
            assert ring.marker.color == line.line.color
        assert "the epoch that is kept" in words_of(figure)
        assert "kept" not in words_of(all_figures(dataset, snapshot)[name])
        assert not traces(all_figures(dataset, snapshot)[name], "last-step mode, kept")


def test_before_training_the_loss_chart_says_so():
    """Its axes are there already: epochs from 0 to what was asked for."""
    dataset = a_dataset()
    figure = loss_figure(RunAt(EXPERIMENT, dataset, a_snapshot(dataset, epochs=0, last=0.5)), LIGHT)
    [note] = [note for note in figure.layout.annotations if note.text == "not trained yet"]
    assert note.bgcolor == LIGHT.background  # so that no level strikes the words through
    low, high = figure.layout.xaxis.range
    assert low < 0
    assert 20 < high < 21


def test_a_comparison_of_scaled_targets_says_so_on_its_axis():
    """Squared deviations aren't squared degrees."""
    for dataset, title in (
        (a_dataset(), "MSE"),
        (a_dataset(target_scale=np.array([10.0]), target_unit="°C"), "MSE (scaled)"),
    ):
        figure = compare_figure(
            RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)), LIGHT
        )
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
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.25)), LIGHT
    )
    np.testing.assert_allclose(the(figure, "sequence mode").y, 5)
    np.testing.assert_allclose(the(figure, "last-step mode").y, [2.5])
    np.testing.assert_allclose(the(figure, "best possible").y, [20, 10, 5, 0])
    assert figure.layout.yaxis.title.text == "typical error (°C)"
    assert figure.layout.yaxis.range[0] < 0 < figure.layout.yaxis.range[1]


def test_error_of_columns_with_different_units_stays_scaled():
    """Degrees and millimetres have no common root of a mean square."""
    dataset = a_dataset(k=2, target_scale=np.array([10.0, 3.0]), target_offset=np.zeros(2))
    figure = step_error_figure(RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)), LIGHT)
    np.testing.assert_allclose(the(figure, "sequence mode").y, 0.5)
    assert figure.layout.yaxis.title.text == "typical error (scaled)"


def test_the_comparison_is_the_last_steps_error_of_both():
    """Over the epochs that were checked, with one naive level for both."""
    dataset = a_dataset()
    figure = compare_figure(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.25)), LIGHT
    )
    assert list(the(figure, "sequence mode").y) == [1.0, 0.25]
    assert list(the(figure, "last-step mode").x) == [0, 10]
    assert the(figure, "guessing the mean").y[0] == dataset.naive_mse[-1]
