"""What is called better on the cards of Explore, and on how many samples and seeds that rests."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.charts import words
from lib.data import DATASETS, Baseline
from lib.experiment import Experiment
from lib.results import Snapshot, Status
from lib.ui.settings import label_of
from tests.unit.pictures import EXPERIMENT, a_dataset, a_run, of_a_table, sentence, takeaway
from tests.unit.test_explore_words import SCALED, zeros

# Error by timestep


@pytest.mark.parametrize(
    ("naive", "last", "says"),
    [
        ([1.5] * 4, 0.5, "Sequence mode beats the guess at every step, last-step at its one."),
        ([1.5, 0.7, 1.5, 0.7], 1, "Sequence mode beats the guess at 2 of 4 steps; last-step mode"),
        ([1.01] * 4, 1, "Neither mode beats the guess at any step."),  # 1% is nothing
        ([0.7] * 4, 0.5, "Last-step mode beats the guess; sequence mode doesn't."),
        ([1.5] * 4, None, "Sequence mode beats the guess at every step."),
    ],
)
def test_whether_the_guess_is_beaten_is_counted_step_by_step(naive, last, says):
    """Errors of the guess by timestep beside a sequence model that is off by 1."""
    dataset, wrong = a_dataset(**zeros(naive)), {} if last is None else {"last": last}
    assert takeaway("step_error", a_run(dataset, sequence=1.0, **wrong)).startswith(says)
    if wrong:
        alone = takeaway("step_error", a_run(dataset, **wrong))
        assert (alone == "Last-step mode beats the guess.") is (last < 0.7)


def test_the_error_by_timestep_has_a_unit_where_all_columns_share_one():
    """Otherwise it is that of the scaled targets, and is called so."""
    said = sentence("step_error", a_run(a_dataset(**SCALED), sequence=0.5))
    assert "(RMSE) is 5 °C at step 1" in said
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2))
    said = sentence("step_error", a_run(mixed, sequence=0.5))
    assert "(RMSE of the scaled targets) is 0.5 at step 1" in said


# The last step


@pytest.mark.parametrize(
    ("sequence", "last", "says"),
    [
        (0.25, 4, "sequence mode's error is smaller, 0.25 against 4."),
        (0.26, 0.25, "last-step mode's error is smaller, 0.25 against 0.26."),
        (1 / 9, 1 / 9, "Both modes have the same error at the last step: 0.111"),
        (0.250001, 0.25, "errors are nearly the same, 0.25 and 0.250001."),
        (0.0981, 0.1, "errors are nearly the same, 0.0981 and 0.1."),  # less than 2% apart
        (0.1, 0.0979, "last-step mode's error is smaller, 0.0979 against 0.1."),
    ],
)
def test_the_smaller_error_is_that_of_this_run(sequence, last, says):
    """One seed decides nothing. Errors that are (nearly) equal are called so."""
    said = takeaway("compare", a_run(sequence=math.sqrt(sequence), last=math.sqrt(last)))
    assert says in said


def test_the_comparison_says_which_samples_were_judged():
    """Scaled targets are called so, and where no sample is kept for validation that is said."""
    scaled = sentence("compare", a_run(a_dataset(**SCALED), sequence=0.5))
    assert scaled.startswith("Mean squared error (scaled) at step 4 on the validation samples: ")
    said = sentence("compare", a_run(replace(a_dataset(), train=8), last=0.25))
    assert "on the training samples: last-step model 0.0625" in said
    assert said.endswith(" None are kept for validation.")


@pytest.mark.parametrize("rival", ["the best baseline", "guessing the mean"])
def test_no_winner_is_named_where_neither_mode_beats_what_needs_no_learning(rival):
    """Whichever of the two is the better one; it is said that the last step is meant."""
    guess = zeros([1.0, 1.0, 1.0, 0.2], n=120)
    more = {"baselines": (Baseline("seasonal", "last week", guess["naive"][:, -1]),)}
    dataset = a_dataset(n=120, **guess, **(more if rival == "the best baseline" else {}))
    for sequence, last, beaten in ((0.5, 0.3, False), (0.3, 0.5, False), (0.1, 0.3, True)):
        says = takeaway("compare", a_run(dataset, sequence=sequence, last=last))
        neither = f"At the last step neither mode beats {rival}: 0.09 against 0.04."
        assert says == neither or (beaten and says.startswith("One seed decides nothing; "))
    alone = takeaway("compare", a_run(dataset, last=0.3))
    assert alone == f"Its error is 0.09; {rival} has 0.04."


@pytest.mark.parametrize(
    ("card", "sequence", "last", "says"),
    [
        *((card, 1.5, None, "24 independent samples need") for card in ("step_error", "compare")),
        *((card, None, 1.5, "24 independent samples need") for card in ("step_error", "compare")),
        ("step_error", 20, None, "Sequence mode doesn't beat the best baseline"),
        ("compare", None, 20, "Its error is 20; the best baseline has 1."),
        ("compare", 0.01, 0.012, "Modes are too close"),
        ("step_error", 0.01, 0.012, "at every step, last-step at its one"),
        ("step_error", 20, 1.2, "24 independent samples need"),
        ("step_error", 0.1, 0.8, "beats the best baseline at every step; last-step mode is unc"),
        ("step_error", 0.8, 0.1, "Last-step mode beats the best baseline; sequence mode is unc"),
    ],
)
def test_all_cards_go_by_one_rule_of_how_many_samples_tell(card, sequence, last, says):
    """24 of a table tell an error 20 times as large, and not one that is half as large again."""
    guess = zeros([1.0] * 4, n=96)
    baseline = Baseline("last", "guessing no change", guess["naive"][:, -1])
    table = of_a_table(a_dataset(n=96, **guess, baselines=(baseline,)))
    errors = {"sequence": sequence, "last": last}
    run = a_run(table, **{mode: math.sqrt(mse) for mode, mse in errors.items() if mse})
    assert says in takeaway(card, run)


@pytest.mark.parametrize(("last", "says"), [(20, "Neither mode beats"), (0.01, "Last-step mode")])
def test_what_is_unclear_at_earlier_steps_is_no_verdict_on_the_last(last, says):
    """An error of sequence mode that 24 samples tell from the baseline's at the last step alone."""
    table = of_a_table(a_dataset(n=96, **zeros([1.0, 1.0, 1.0, 0.1], n=96)))
    told = takeaway("step_error", a_run(table, sequence=1.0, last=last))
    assert told.startswith(says)
    assert "earlier steps are unclear" in told


@pytest.mark.parametrize(
    ("y", "is_constant"), [(np.zeros((8, 4, 1)), True), (np.arange(32).reshape(8, 4, 1), False)]
)
def test_nothing_is_judged_on_a_constant_target(y, is_constant):
    """Nor is a model of a target that changes, however good its baseline is."""
    dataset = a_dataset(y=y.astype(np.float32), naive=y.astype(np.float32))
    for card in ("step_error", "compare"):
        said = takeaway(card, a_run(dataset, sequence=0.0, last=0.0))
        assert ("target is constant" in said) is is_constant


# Words beside the cards


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "One LSTM answers at each of 4 timesteps, its twin only at the last."),
        ({"mode": "last", "cell": "gru"}, "One GRU reads 4 timesteps and answers once, at the"),
        ({"mode": "last", "layers": 3}, "Three LSTM layers read 4 timesteps and answer once, at"),
        ({"mode": "sequence", "layers": 3}, "Three LSTM layers answer at each of 4 timesteps."),
        ({"layers": 2}, "Two LSTM layers answer at each of 4 timesteps, their twins only at the"),
    ],
)
def test_the_headline_says_who_answers_when(changes, says):
    """In the singular and in the plural."""
    assert words.setup_sentence(EXPERIMENT.set(**changes), a_dataset()).startswith(says)


def test_a_scaled_error_is_told_in_the_raw_unit_too():
    """An error of 0.5 deviations of 10 °C is 5 °C; raw errors and mixed units have no second."""
    scaled = a_dataset(**SCALED)
    for dataset, says in (
        (scaled, "≈ 5 °C off"),
        (replace(scaled, target_unit=""), "≈ 5 off"),
        (a_dataset(), ""),
        (a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2)), ""),
    ):
        result = a_run(dataset, last=0.5).snapshot.results["last"]
        assert words.off_by(dataset, result) == says


@pytest.mark.parametrize(
    ("snapshot", "says"),
    [
        (Snapshot("r", Status.RUNNING, 140, 2000, 131.2, 0.46), "131 epochs/s · a moment left"),
        (Snapshot("r", Status.RUNNING, 140, 2000, 4.13, 59.6), "4.1 epochs/s · about 1 min left"),
        (Snapshot("r", Status.RUNNING, 140, 2000, 9.97, None), "140 of 2,000 · 10 epochs/s"),
        (Snapshot("r", Status.RUNNING, 140, 2000, 0.0, None), "epoch 140 of 2,000"),
        (Snapshot("r", Status.PAUSED, 7, 200, 131.2, 0.5), "epoch 7 of 200"),
        (Snapshot("r", Status.FINISHED, 1043, 2000), "stopped early after 1,043 of 2,000 epochs"),
    ],
)
def test_progress_is_told_as_a_person_would(snapshot, says):
    """Epochs, speed, and how long it will take; a run that stands still has no speed."""
    assert words.progress_sentence(snapshot).endswith(says)


def test_settings_are_named_where_they_differ():
    """One or two of them are written out, the others are counted; other data bring others."""
    chosen = Experiment()
    for change, says in (
        ({}, ""),
        ({"cell": "gru"}, "cell = GRU"),
        ({"lr": 0.5, "T": 40, "U": 3}, "T = 40 and 2 more"),
        ({"inputs": ("a", "b")}, "inputs = a and b"),
        ({"data": "sine", "T": 40, "U": 3}, "Sine wave"),
    ):
        assert words.own_settings(chosen.set(**change), chosen) == says
    assert words.own_settings(chosen.set(lr=0.5), chosen, label_of) == "Learning rate = 0.5"
    many = {"T": 15, "cell": "gru", "U": 8, "lr": 0.1, "inputs": ("a", "b")}
    for change, says in (
        ({}, ""),
        ({"T": 15, "cell": "gru"}, "timesteps 12 → 15, cell LSTM → GRU"),
        ({"data": "sine"}, f"data Running mean → {DATASETS['sine'].title}"),
        (many, "timesteps 12 → 15, inputs the usual → a and b and 3 more"),
    ):
        assert words.changed_settings(chosen, chosen.set(**change)) == says
