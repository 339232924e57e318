"""Explore's charts show the numbers of a run."""

import numpy as np
import pytest

from lib.results import baseline_loss, best_loss
from tests.unit.own_data import windows_of_load
from tests.unit.pictures import (
    EXPERIMENT,
    a_dataset,
    a_run,
    all_figures,
    drawn,
    the,
    traces,
    words_of,
)

SCALED = {"target_scale": np.array([10.0]), "target_unit": "°C"}


# Predictions


def test_predictions_are_shown_in_the_raw_unit():
    """Predictions and target of the picked sample and column are y * scale + offset."""
    scale = {"target_scale": np.array([1.0, 10.0]), "target_offset": np.array([0.0, 5.0])}
    dataset = a_dataset(k=2, **scale, target_unit="°C")
    figure = drawn("predictions", a_run(dataset, sequence=0.5), 1, 1)
    targets = 10 * dataset.y[7, :, 1] + 5
    np.testing.assert_allclose(the(figure, "target").y, targets)
    np.testing.assert_allclose(the(figure, "sequence mode").y, targets + 5)
    assert list(the(figure, "target").x) == [1, 2, 3, 4]
    assert figure.layout.yaxis.title.text == "target 2 (°C)"
    assert "°C" in the(figure, "target").hovertemplate


def test_a_tables_sample_has_its_dates_and_inputs():
    """The timesteps have the dates of the rows as names, and the inputs are drawn below."""
    run = a_run(windows_of_load(timesteps=6), sequence=0.5)
    figure, origin = drawn("predictions", run, 1, 0), run.dataset.origin
    index = int(run.snapshot.samples[1])
    last = origin.times[origin.starts[index] + 5]
    assert figure.layout.xaxis.ticktext[-1] == f"{last:%Y-%m-%d %H:%M}"
    assert np.array_equal(the(figure, "inputs").z, run.dataset.x[index].T)
    assert not traces(drawn("predictions", a_run(sequence=0.5)), "inputs")


def test_last_step_mode_is_drawn_as_a_single_value():
    """The value is an open diamond at T, so lines behind it are visible. There is no line."""
    run = a_run(last=0.5)
    figure = drawn("predictions", run)
    diamond = the(figure, "last-step mode")
    assert (list(diamond.x), diamond.marker.symbol) == ([4], "diamond-open")
    np.testing.assert_allclose(diamond.y, run.dataset.y[6, -1] + 0.5)
    assert {trace.name for trace in figure.data} == {"target", "last-step mode"}


@pytest.mark.parametrize("y", [np.arange(4), np.array([0, 1, 1, 0])])
def test_the_axis_of_predictions_is_constant_during_training(y):
    """It is the same for errors of up to 20% and for all samples. Dots on it aren't cut off."""
    dataset = a_dataset(y=(y[:, None] * np.ones((8, 1, 1))).astype(np.float32))
    figures = [
        drawn("predictions", a_run(dataset, sequence=wrong * y.max(), last=wrong), sample, 0)
        for wrong in (0.0, 0.2)
        for sample in (0, 1)
    ]
    (span,) = {figure.layout.yaxis.range for figure in figures}
    assert span[0] == 0  # The smallest target is 0.
    assert not any(trace.cliponaxis for figure in figures for trace in figure.data)


@pytest.mark.parametrize(("card", "picked"), [("predictions", (0, 0, 1)), ("step_error", (1,))])
def test_the_last_step_head_applied_early_is_a_dotted_line(card, picked):
    """Both charts over the timesteps draw it."""
    run, name = a_run(last=0.5), "last-step model, applied early"
    figure = drawn(card, run, *picked)
    assert the(figure, name).line.dash == "dot"
    assert len(the(figure, name).y) == 4
    assert name in words_of(figure)


# Loss, and the error that compares the modes


def test_the_loss_chart_has_a_baseline_and_a_best_level_for_each_mode():
    """Sequence mode's levels are means over the steps, last-step mode's are at the last step."""
    y = np.broadcast_to(np.array([4, 3, 2, 1], np.float32)[:, None], (8, 4, 1)).copy()
    best = np.array([0.4, 0.3, 0.2, 0.1])
    dataset = a_dataset(y=y, baseline=np.zeros((8, 4, 1), np.float32), best_mse=best)
    figure = drawn("loss", a_run(dataset, sequence=0.5, last=0.5))
    assert [line.y[0] for line in traces(figure, "mean baseline")] == [7.5, 1.0]
    assert [line.y[0] for line in traces(figure, "best possible")] == pytest.approx([0.25, 0.1])
    for words in ("baseline, every", "baseline, last", "best, every", "best, last"):
        assert words_of(figure).count(words) == 1
    for baseline in (1.0, 1.01):  # Levels that look like one line have one label.
        dataset = a_dataset(y=y, baseline=y + np.array([[1], [1], [1], [baseline]], np.float32))
        figure = drawn("loss", a_run(dataset, sequence=0.5, last=0.5))
        assert words_of(figure).count("mean baseline") == 1


def test_levels_are_values_of_the_training_loss():
    """The loss of an error of 3 is 9, 3 or 2.5. The best possible is known only for "mse"."""
    y = np.full((8, 4, 1), 4.0, np.float32)
    y[6:] = 100  # Validation samples don't change a training loss.
    dataset = a_dataset(y=y, best_mse=np.full(4, 0.5))
    for loss, baseline in (("mse", 9.0), ("mae", 3.0), ("huber", 2.5)):
        experiment = EXPERIMENT.set(loss=loss)
        assert baseline_loss(experiment, dataset) == {"sequence": baseline, "last": baseline}
        assert bool(best_loss(experiment, dataset)[0]) == (loss == "mse")


def test_the_key_shows_a_level_of_0():
    """A logarithmic axis has no 0. The entry names the steps if only one mode's level is 0."""
    for best, loss, compared in (
        (np.zeros(4), ">best possible: 0<", ">best possible: 0<"),
        (np.ones(4), "| best possible", "| best possible"),
        (np.array([0.4, 0.3, 0.2, 0.0]), "best possible for last step: 0", ">best possible: 0<"),
    ):
        figures = all_figures(a_run(a_dataset(best_mse=best), sequence=0.5, last=0.5))
        assert loss in words_of(figures["loss"])
        assert compared in words_of(figures["compare"])


def test_the_comparison_draws_both_modes_errors_at_the_last_step():
    """Errors are by evaluated epoch, with one baseline for both. The axis marks scaled errors."""
    run = a_run(sequence=0.5, last=0.25)
    figure = drawn("compare", run)
    assert list(the(figure, "sequence mode").y) == [1.0, 0.25]
    assert list(the(figure, "last-step mode").x) == [0, 10]
    assert the(figure, "mean baseline").y[0] == run.dataset.baseline_mse[-1]
    assert figure.layout.yaxis.title.text == "MSE"
    scaled = drawn("compare", a_run(a_dataset(**SCALED), sequence=0.5))
    assert scaled.layout.yaxis.title.text == "MSE (scaled)"


def test_the_error_by_timestep_is_the_rmse_in_the_raw_unit():
    """An error of 0.5 standard deviations of 10 °C is 5 °C."""
    dataset = a_dataset(**SCALED, best_mse=np.array([4.0, 1, 0.25, 0]))
    figure = drawn("step_error", a_run(dataset, sequence=0.5, last=0.25))
    np.testing.assert_allclose(the(figure, "sequence mode").y, 5)
    np.testing.assert_allclose(the(figure, "last-step mode").y, [2.5])
    np.testing.assert_allclose(the(figure, "best possible").y, [20, 10, 5, 0])
    assert figure.layout.yaxis.title.text == "RMSE (°C)"
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 3.0]), target_offset=np.zeros(2))
    figure = drawn("step_error", a_run(mixed, sequence=0.5))  # The columns have no common unit.
    np.testing.assert_allclose(the(figure, "sequence mode").y, 0.5)
    assert figure.layout.yaxis.title.text == "RMSE (scaled)"
