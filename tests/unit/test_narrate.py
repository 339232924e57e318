"""Sentences say what the arrays say, worked by hand, and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.charts.narrate.explore import (
    changed_settings,
    compare_sentence,
    kept_sentence,
    loss_sentence,
    own_settings,
    predictions_sentence,
    progress_sentence,
    setup_sentence,
    step_error_sentence,
    strip_sentence,
    typical_error,
)
from lib.data.datasets import DATASETS, make_dataset, settle
from lib.experiment.experiment import Experiment
from lib.results.run import RunAt, Snapshot, Status
from lib.ui.settings import label_of
from tests.unit.pictures import a_dataset, a_snapshot, spoiled, with_kept

EXPERIMENT = Experiment().set(T=4, F=3, U=5)


def a_naive(errors):
    """A guess that is off by so much at each timestep, where all targets are 0."""
    return np.broadcast_to(np.array(errors, np.float32)[:, None], (8, len(errors), 1)).copy()


# What is set up


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "One LSTM answers at each of 4 timesteps, its twin only at the last."),
        (
            {"mode": "last", "cell": "gru"},
            "One GRU reads 4 timesteps and answers once, at the last.",
        ),
        (
            {"mode": "sequence", "layers": 3, "cell": "simple_rnn"},
            "Three SimpleRNN layers answer at each of 4 timesteps.",
        ),
        (
            {"mode": "both", "layers": 2},
            "Two LSTM layers answer at each of 4 timesteps, their twins only at the last.",
        ),
    ],
)
def test_the_headline_says_who_answers_when(changes, sentence):
    """In the singular and in the plural."""
    assert setup_sentence(EXPERIMENT.set(**changes), a_dataset()) == sentence


def test_the_strip_in_words_names_every_shape_on_the_way():
    """And the parameters, which are the same for both modes."""
    assert strip_sentence(EXPERIMENT, a_dataset()) == (
        "Sequence mode, an output at every timestep: (N, 4, 3) → LSTM (N, 4, 5) → Dense (N, 4, 1). "
        "Last-step mode, the last row of the hidden states and nothing else: "
        "(N, 4, 3) → LSTM (N, 5) → Dense (N, 1). "
        "186 parameters each, whatever the number of timesteps."
    )
    alone = strip_sentence(EXPERIMENT.set(mode="last", layers=2, head="none"), a_dataset(k=5))
    assert alone == (
        "Last-step mode, the last row of the hidden states and nothing else: "
        "(N, 4, 3) → LSTM (N, 4, 5) → LSTM (N, 5). 400 parameters."
    )


# Predictions


def test_predictions_in_words_give_answers_and_how_far_off_they_are():
    """Sample 7's targets are 24 to 27; one model is 0.5 too high, the other 0.25."""
    dataset = a_dataset()
    about = RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5, last=0.25)), 0, 0
    sentence = predictions_sentence(*about)
    assert sentence == (
        "Sample 7 (validation): at step 4 the target (target 1) is 27. The sequence model says "
        "27.5, off by 0.5; the last-step model says 27.25, off by 0.25. Over all 4 steps the "
        "sequence model is off by 0.5 on average."
    )
    assert predictions_sentence(*about, earlier=True) == sentence + (
        " Before the last step the last-step model was never asked; its head would have been off "
        "by 0.25 on average."
    )


def test_answers_keep_the_digits_that_tell_them_from_the_target():
    """355 for 355, off by 0.288, would be nothing to believe; a hundred-millionth is nothing."""
    dataset = a_dataset(y=np.full((8, 4, 1), 355.132, np.float32))
    about = RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.288, last=-1.5)), 0, 0
    assert predictions_sentence(*about).startswith(
        "Sample 7 (validation): at step 4 the target (target 1) is 355.1. The sequence model says "
        "355.4, off by 0.29; the last-step model says 353.6, off by 1.5. "
    )
    zero = a_dataset(y=np.zeros((8, 4, 1), np.float32))
    says = predictions_sentence(RunAt(EXPERIMENT, zero, a_snapshot(zero, last=1e-8)), 0, 0)
    assert says.endswith("is 0. The last-step model says ≈ 0, off by nothing.")


def test_without_a_head_it_is_the_output_that_was_never_asked():
    """As in the raw worked example: nobody's head is spoken of."""
    dataset, experiment = a_dataset(), EXPERIMENT.set(head="none")
    snapshot = a_snapshot(dataset, last=0.25)
    sentence = predictions_sentence(RunAt(experiment, dataset, snapshot), 0, 0, earlier=True)
    assert sentence.endswith("; its output would have been off by 0.25 on average.")
    sentence = step_error_sentence(RunAt(experiment, dataset, snapshot), earlier=True)
    assert "Asked at step 1, its output would have been off by 0.25. " in sentence


def test_predictions_in_words_are_in_the_raw_unit_and_use_the_steps_own_names():
    """A deviation of 10 °C makes 0.5 into 5 °C; and of day 4 it is the next day that is told."""
    dataset = a_dataset(
        target_scale=np.array([10.0]),
        target_offset=np.array([-260.0]),
        target_unit="°C",
        timestep_names=("day 1", "day 2", "day 3", "day 4"),
        lead="one day",
    )
    sentence = predictions_sentence(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)), 0, 0
    )
    assert sentence == (
        "Sample 7 (validation): at the last step (day 4) the target (target 1, one day ahead) is "
        "10 °C. The sequence model says 15, off by 5. Over all 4 steps the sequence model is off "
        "by 5 on average."
    )


def test_a_run_that_diverged_is_said_to_have_no_answers():
    """Instead of numbers that nobody could read."""
    dataset = a_dataset()
    snapshot = spoiled(a_snapshot(dataset, sequence=0.5, last=0.5), math.nan)
    assert "says not a number, off by not a number" in predictions_sentence(
        RunAt(EXPERIMENT, dataset, snapshot), 0, 0
    )
    assert "training loss is not a number" in loss_sentence(RunAt(EXPERIMENT, dataset, snapshot))
    assert "sequence model not a number" in compare_sentence(RunAt(EXPERIMENT, dataset, snapshot))
    assert "(RMSE) is not a number at" in step_error_sentence(RunAt(EXPERIMENT, dataset, snapshot))
    endless = spoiled(a_snapshot(dataset, sequence=0.5), math.inf)
    assert "training loss is infinite" in loss_sentence(
        RunAt(EXPERIMENT.set(mode="sequence"), dataset, endless)
    )


def test_sentences_need_no_results():
    """They then say what is known without them."""
    dataset = a_dataset()
    empty = replace(a_snapshot(dataset), results={})
    assert predictions_sentence(RunAt(EXPERIMENT, dataset, empty), 1, 0) == (
        "Sample 8 (validation): at step 4 the target (target 1) is 31."
    )
    assert loss_sentence(RunAt(EXPERIMENT, dataset, empty)).startswith(
        "Not trained yet. After the first epoch the sequence model's training loss is known, the "
        "mean over 4 steps; the last-step model's too, over the last step alone. The two losses"
    )
    assert compare_sentence(RunAt(EXPERIMENT, dataset, empty)).endswith("guessing the mean 788.")
    assert step_error_sentence(RunAt(EXPERIMENT, dataset, empty)).startswith(
        "Guessing the mean is off by "
    )


# Loss


def test_the_loss_in_words_says_why_two_losses_cannot_be_compared():
    """One counts every step, the other only the last."""
    y = np.full((8, 4, 1), 4.0, np.float32)
    dataset = a_dataset(y=y, best_mse=np.array([0.4, 0.3, 0.2, 0.1]), best_why="There is noise.")
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.25)
    assert loss_sentence(RunAt(EXPERIMENT, dataset, snapshot)) == (
        "After 10 epochs the sequence model's training loss is 0.25, the mean over 4 steps; the "
        "last-step model's is 0.0625, over the last step alone. The two losses can't be compared: "
        "one counts 4 steps, the other counts 1. On the validation samples the sequence model's is "
        "0.25; the last-step model's is 0.0625. Guessing the mean has a mean squared error of 9. "
        "Best possible: 0.25 over every step and 0.1 at the last. There is noise."
    )


def test_the_loss_of_one_mode_is_compared_with_nothing():
    """And of other losses than the squared error nobody knows the best possible."""
    y = np.full((8, 4, 1), 4.0, np.float32)
    dataset = a_dataset(y=y, best_mse=np.zeros(4))
    experiment = EXPERIMENT.set(mode="last", loss="mae")
    assert loss_sentence(RunAt(experiment, dataset, a_snapshot(dataset, epochs=1, last=0.5))) == (
        "After 1 epoch the last-step model's training loss is 1, over the last step alone. On the "
        "validation samples the last-step model's is 0.25. Guessing the mean has a mean absolute "
        "error of 3."
    )


@pytest.mark.parametrize(("mode", "floor"), [("sequence", "26,109.24"), ("last", "26,692.69")])
def test_the_worked_example_says_its_floor_and_why(mode, floor):
    """It is this layer's and exact, since training ends there; the naive guess is far below."""
    experiment = settle(Experiment().set(data="worked_raw", mode=mode))
    dataset = make_dataset(experiment)
    snapshot = Snapshot("r", Status.PAUSED, epochs=500, samples=dataset.shown)
    sentence = loss_sentence(RunAt(experiment, dataset, snapshot))
    assert f"This layer's floor: {floor}. The output of LSTM stays within" in sentence
    compared = compare_sentence(RunAt(experiment, dataset, snapshot))
    assert "est possible" not in sentence + compared
    assert "this layer's floor 26,692.69" in compared


# The comparison, and the error by timestep


def test_the_comparison_in_words_is_on_the_samples_that_it_was_measured_on():
    """Validation samples, or the training samples where none are kept, which is said."""
    naive = np.zeros((8, 4, 1), np.float32)
    y = np.full((8, 4, 1), 2.0, np.float32)
    dataset = a_dataset(y=y, naive=naive, best_mse=np.full(4, 0.01))
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.25)
    assert compare_sentence(RunAt(EXPERIMENT, dataset, snapshot)) == (
        "Mean squared error at step 4 on the validation samples: sequence model 0.25, last-step "
        "model 0.0625, guessing the mean 4, best possible 0.01."
    )
    all_of_them = replace(dataset, train=8)
    assert compare_sentence(RunAt(EXPERIMENT, all_of_them, a_snapshot(all_of_them, last=0.25))) == (
        "Mean squared error at step 4 on the training samples: last-step model 0.0625, guessing "
        "the mean 4, best possible 0.01. None are kept for validation."
    )


def test_the_comparison_of_scaled_targets_says_that_it_is_scaled():
    """Squared deviations aren't squared degrees."""
    dataset = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    sentence = compare_sentence(RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.5)))
    assert sentence.startswith("Mean squared error (scaled) at step 4 on the validation samples: ")


def test_a_scaled_error_is_told_in_the_raw_unit_too():
    """An error of 0.5 deviations of 10 °C is 5 °C; raw errors and mixed units have no second."""
    scaled = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    for dataset, words in (
        (scaled, "≈ 5 °C off"),
        (replace(scaled, target_unit="%"), "≈ 5 points off"),
        (replace(scaled, target_unit=""), "≈ 5 off"),
        (a_dataset(), ""),
        (a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2)), ""),
    ):
        assert typical_error(dataset, a_snapshot(dataset, last=0.5).results["last"]) == words


def test_the_error_by_timestep_in_words_gives_both_ends():
    """The last-step model has one end alone, unless somebody asks what it would have said."""
    dataset = a_dataset(y=np.zeros((8, 4, 1), np.float32), naive=a_naive([2, 1.5, 0.5, 1.2]))
    run = RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=1.0, last=2.5))
    assert step_error_sentence(run) == (
        "The sequence model's typical error (RMSE) is 1 at step 1 and 1 at step 4. The last-step "
        "model answers at step 4 alone, and is off by 2.5 there. Guessing the mean is off by 2 at "
        "step 1 and 1.2 at step 4."
    )
    asked = step_error_sentence(run, earlier=True)
    assert " there. Asked at step 1, its head would have been off by 2.5. " in asked


def test_the_error_by_timestep_has_a_unit_where_all_columns_share_one():
    """Otherwise it is that of the scaled targets, and is called so."""
    shared = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    assert "(RMSE) is 5 °C at step 1" in step_error_sentence(
        RunAt(EXPERIMENT, shared, a_snapshot(shared, sequence=0.5))
    )
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2))
    assert "(RMSE of the scaled targets) is 0.5 at step 1" in step_error_sentence(
        RunAt(EXPERIMENT, mixed, a_snapshot(mixed, sequence=0.5))
    )


# Progress


@pytest.mark.parametrize(
    ("speed", "left", "words"),
    [
        (131.2, 0.46, "131 epochs/s · a moment left"),
        (1057.4, 9.96, "1,057 epochs/s · about 10 s left"),
        (33.0, 17.6, "33 epochs/s · about 20 s left"),
        (4.13, 59.6, "4.1 epochs/s · about 1 min left"),
        (3.0, 100.0, "3.0 epochs/s · about 1 min 30 s left"),
        (2.0, 125.0, "2.0 epochs/s · about 2 min left"),
        (0.5, 3660.0, "0.5 epochs/s · about 1 h left"),
        (0.1, 5500.0, "0.1 epochs/s · about 1 h 30 min left"),
        (9.97, None, "10 epochs/s"),
        (0.0, None, ""),
    ],
)
def test_progress_is_told_as_a_person_would(speed, left, words):
    """Epochs, speed, and how long it will take, as far as these are known."""
    snapshot = Snapshot("r", Status.RUNNING, 140, 2000, speed, left)
    expected = "epoch 140 of 2,000" + (f" · {words}" if words else "")
    assert progress_sentence(snapshot) == expected


@pytest.mark.parametrize("status", [Status.PAUSED, Status.STOPPED, Status.QUEUED])
def test_a_run_that_stands_still_has_no_speed(status):
    """Whatever it had before."""
    assert progress_sentence(Snapshot("r", status, 7, 200, 131.2, 0.5)) == "epoch 7 of 200"


def test_a_run_that_has_stopped_early_says_so():
    """Finished before all epochs; with all of them it is as any other run."""
    early = Snapshot("r", Status.FINISHED, 1043, 2000)
    assert progress_sentence(early) == "stopped early after 1,043 of 2,000 epochs"
    assert progress_sentence(replace(early, epoch=2000)) == "epoch 2,000 of 2,000"


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        ({"sequence": None, "last": None}, ""),
        (
            {"sequence": 23, "last": 1031},
            "Sequence mode keeps epoch 23, last-step mode epoch 1,031, each its best on "
            "validation.",
        ),
        ({"sequence": 23, "last": 23}, "Both modes keep epoch 23, their best on validation."),
        ({"last": 31}, "Last-step mode keeps epoch 31, its best on validation."),
        (
            {"sequence": None, "last": 31},
            "Last-step mode has stopped and keeps epoch 31, its best on validation.",
        ),
    ],
)
def test_it_is_said_which_epochs_are_kept(kept, sentence):
    """Of each mode that has its best one's weights back."""
    dataset = a_dataset()
    snapshot = with_kept(a_snapshot(dataset, **dict.fromkeys(kept, 0.5)), **kept)
    assert kept_sentence(snapshot) == sentence
    experiment = EXPERIMENT.set(mode="both" if len(kept) > 1 else "last")
    assert sentence in loss_sentence(RunAt(experiment, dataset, snapshot))
    after = "By then " if all(kept.values()) else "After 10 epochs "
    assert f"{after}the {'last-step' if len(kept) == 1 else 'sequence'} model's training loss" in (
        loss_sentence(RunAt(experiment, dataset, snapshot))
    )


def test_figures_of_a_kept_epoch_are_told_and_not_those_of_the_last():
    """Training loss, validation loss and the error that is compared, worked by hand."""
    dataset = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    snapshot = a_snapshot(dataset, last=0.5)
    result = replace(
        snapshot.results["last"],
        loss_epochs=np.array([1, 2, 3]),
        loss=np.array([7.0, 6.0, 5.0]),
        checked_epochs=np.array([0, 1, 2, 3]),
        last_step_mse=np.array([9.0, 8.0, 4.0, 16.0]),
        validation_loss=np.array([0.9, 0.8, 0.4, 1.6]),
        kept_epoch=2,
    )
    kept = replace(snapshot, results={"last": result})
    said = loss_sentence(RunAt(EXPERIMENT.set(mode="last"), dataset, kept))
    assert "the last-step model's training loss is 6," in said
    assert "On the validation samples the last-step model's is 0.4." in said
    assert "last-step model 4," in compare_sentence(RunAt(EXPERIMENT, dataset, kept))
    assert typical_error(dataset, result) == "≈ 20 °C off"


def test_what_is_shown_of_other_settings_is_named_by_its_letter() -> None:
    """One of them is written out, the others are counted; other data bring others with them."""
    chosen = Experiment()
    assert own_settings(chosen, chosen) == ""
    assert own_settings(chosen.set(T=40), chosen) == "T = 40"
    assert own_settings(chosen.set(cell="gru"), chosen) == "cell = GRU"
    assert own_settings(chosen.set(lr=0.5, T=40, U=3), chosen) == "T = 40 and 2 more"
    assert own_settings(chosen.set(lr=0.5), chosen) == "learning rate = 0.5"
    assert own_settings(chosen.set(inputs=("a", "b")), chosen) == "inputs = a and b"
    assert own_settings(chosen.set(form="change"), chosen, label_of).startswith("Targets = ")
    assert own_settings(chosen.set(lr=0.5), chosen, label_of) == "Learning rate = 0.5"
    assert own_settings(chosen.set(data="sine", T=40, U=3), chosen) == "Sine wave"


def test_what_changed_is_named_by_setting() -> None:
    """At most two differences are written out; the same experiment has none."""
    before = Experiment()
    assert changed_settings(before, before) == ""
    after = before.set(T=15, cell="gru")
    assert changed_settings(before, after) == "timesteps 12 → 15, cell LSTM → GRU"
    assert changed_settings(before, before.set(data="sine")) == (
        f"data Running mean → {DATASETS['sine'].title}"
    )
    many = after.set(U=8, lr=0.1, inputs=("a", "b"))
    assert changed_settings(before, many) == (
        "timesteps 12 → 15, inputs the usual → a and b and 3 more"
    )
