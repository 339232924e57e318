"""What is called better on the cards of Explore, and on how many samples and seeds that rests."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from lib.charts import words
from lib.charts.strip import strip_sentence
from lib.data import DATASETS, Baseline
from lib.experiment import Experiment
from lib.results import Snapshot, Status, decisive_ratio
from lib.ui.settings import label_of
from tests.unit.pictures import EXPERIMENT, a_dataset, a_run, of_a_table, sentence, takeaway
from tests.unit.test_explore_words import SCALED, zeros

# Error by timestep


def test_whether_the_guess_is_beaten_is_counted_step_by_step():
    """The same from all errors, one after the other; an error that is 1% smaller beats nothing."""
    for naive in product((1.5, 1.01, 0.7), repeat=4):  # a sequence model that is off by 1
        for share in (0.5, 0.99):  # a last-step model, beside the last of them
            dataset, clearly, beats = a_dataset(**zeros(naive)), naive.count(1.5), share == 0.5
            says = takeaway("step_error", a_run(dataset, sequence=1.0, last=share * naive[-1]))
            where = "at every step" if clearly == 4 else f"at {clearly} of 4 steps"
            also = ", last-step at its one" if beats else "; last-step mode doesn't"
            expected = f"Sequence mode beats the guess {where}{also}."
            if not clearly:
                expected = "Neither mode beats the guess at any step."
                if beats:
                    expected = "Last-step mode beats the guess; sequence mode doesn't."
            assert says == expected
            alone = takeaway("step_error", a_run(dataset, last=share * naive[-1]))
            does = "beats" if beats else "doesn't beat"
            assert alone == f"Last-step mode {does} the guess."


def test_the_error_by_timestep_has_a_unit_where_all_columns_share_one():
    """Otherwise it is that of the scaled targets, and is called so."""
    said = sentence("step_error", a_run(a_dataset(**SCALED), sequence=0.5))
    assert "(RMSE) is 5 °C at step 1" in said
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2))
    said = sentence("step_error", a_run(mixed, sequence=0.5))
    assert "(RMSE of the scaled targets) is 0.5 at step 1" in said


# The last step


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"sequence": 0.5, "last": 2.0}, "sequence mode's error is smaller, 0.25 against 4."),
        ({"sequence": 0.51, "last": 0.5}, "last-step mode's error is smaller, 0.25 against 0.26."),
        (
            {"sequence": 1 / 3, "last": 1 / 3},
            "Both modes have the same error at the last step: 0.111",
        ),
        ({"last": 0.5}, "Its error is 0.25; guessing the mean has "),
        ({"sequence": 0.500001, "last": 0.5}, "errors are nearly the same, 0.25 and 0.250001."),
    ],
)
def test_the_smaller_error_is_that_of_this_run(wrong, says):
    """One seed decides nothing. Equal errors are called so."""
    assert says in takeaway("compare", a_run(**wrong))


@pytest.mark.parametrize(
    ("less", "more", "same"),
    [(0.13014, 0.13056, True), (0.0981, 0.1, True), (0.0979, 0.1, False)],
)
def test_errors_that_are_nearly_the_same_have_no_winner(less, more, same):
    """They differ by less than 2% of the larger one; whichever that is."""
    for sequence, last in ((less, more), (more, less)):
        says = takeaway("compare", a_run(sequence=math.sqrt(sequence), last=math.sqrt(last)))
        assert says.endswith(f"nearly the same, {less} and {more}.") is same
        assert ("smaller" in says) is not same


def test_the_comparison_says_which_samples_were_judged():
    """Scaled targets are called so, and where no sample is kept for validation that is said."""
    scaled = sentence("compare", a_run(a_dataset(**SCALED), sequence=0.5))
    assert scaled.startswith("Mean squared error (scaled) at step 4 on the validation samples: ")
    said = sentence("compare", a_run(replace(a_dataset(), train=8), last=0.25))
    assert "on the training samples: last-step model 0.0625" in said
    assert said.endswith(" None are kept for validation.")


def test_no_winner_is_named_where_neither_mode_beats_what_needs_no_learning():
    """Whichever of the two is the better one; it is said that the last step is meant."""
    guess = zeros([1.0, 1.0, 1.0, 0.2], n=120)
    baseline = Baseline("seasonal", "the same hour last week", guess["naive"][:, -1])
    table = a_dataset(n=120, **guess, naive_label=baseline.label, baselines=(baseline,))
    made = a_dataset(n=120, **guess)
    errors = ((0.5, 0.3, False), (0.3, 0.5, False), (0.1, 0.3, True), (0.3, 0.1, True))
    rivals = ((table, "the best baseline"), (made, "guessing the mean"))
    for (sequence, last, beaten), (dataset, rival) in product(errors, rivals):
        run = a_run(dataset, sequence=sequence, last=last)
        neither = f"At the last step neither mode beats {rival}: 0.09 against 0.04."
        assert (takeaway("compare", run) == neither) is not beaten
        assert takeaway("compare", run).startswith("One seed decides nothing; ") is beaten
        both = f"sequence model {sequence**2:.2g}, last-step model {last**2:.2g}"
        assert both in sentence("compare", run)  # folded, never missing
        alone = takeaway("compare", a_run(dataset, last=last))
        assert alone == f"Its error is {last**2:.2g}; {rival} has 0.04."


def test_all_cards_go_by_one_rule_of_how_many_samples_tell():
    """24 of a table tell an error 20 times as large, and not one that is half as large again."""
    guess = zeros([1.0] * 4, n=96)
    baseline = Baseline("last", "guessing no change", guess["naive"][:, -1])
    made = a_dataset(n=96, **guess, naive_label=baseline.label, baselines=(baseline,))
    for samples, horizon in ((24, 1), (8, 3)):
        table = of_a_table(made, horizon)
        needs = f"{samples} independent samples need squared errors {decisive_ratio(samples):.3g} "
        for (mse, told), mode in product(((20, True), (1.5, False)), ("sequence", "last")):
            for card in ("step_error", "compare"):
                says = takeaway(card, a_run(table, **{mode: math.sqrt(mse)}))
                assert (needs in says) is not told
        both = a_run(table, sequence=0.1, last=0.11)
        assert takeaway("compare", both).startswith("Modes are too close")
        assert "at every step, last-step at its one" in takeaway("step_error", both)
        for sequence, last, says in (
            (20, 1.2, needs),
            (0.1, 0.8, "beats the best baseline at every step; last-step mode is unclear."),
            (0.8, 0.1, "Last-step mode beats the best baseline; sequence mode is unclear."),
            (0.8, 1.2, needs),
        ):
            near = a_run(table, sequence=math.sqrt(sequence), last=math.sqrt(last))
            assert says in takeaway("step_error", near)
    made_up = a_run(made, last=math.sqrt(0.9))  # no table: no limit
    assert takeaway("step_error", made_up) == "Last-step mode beats the best baseline."


@pytest.mark.parametrize(
    ("last", "says"),
    [(20, "Neither mode beats"), (0.01, "Last-step mode beats"), (None, "Sequence mode doesn't")],
)
def test_what_is_unclear_at_earlier_steps_is_no_verdict_on_the_last(last, says):
    """An error of sequence mode that 24 samples tell from the baseline's at the last step alone."""
    table = of_a_table(a_dataset(n=96, **zeros([1.0, 1.0, 1.0, 0.1], n=96)), 1)
    told = takeaway("step_error", a_run(table, sequence=1.0, **({"last": last} if last else {})))
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
        (
            {"mode": "last", "cell": "gru"},
            "One GRU reads 4 timesteps and answers once, at the last.",
        ),
        ({"mode": "last", "layers": 3}, "Three LSTM layers read 4 timesteps and answer once, at"),
        ({"mode": "sequence", "layers": 3}, "Three LSTM layers answer at each of 4 timesteps."),
        ({"layers": 2}, "Two LSTM layers answer at each of 4 timesteps, their twins only at the"),
    ],
)
def test_the_headline_says_who_answers_when(changes, says):
    """In the singular and in the plural."""
    assert words.setup_sentence(EXPERIMENT.set(**changes), a_dataset()).startswith(says)


def test_the_strip_in_words_names_every_shape_on_the_way():
    """And the parameters, which are the same for both modes."""
    said = strip_sentence(EXPERIMENT, a_dataset())
    assert "every timestep: (N, 4, 3) → LSTM (N, 4, 5) → Dense (N, 4, 1). Last-step" in said
    assert "nothing else: (N, 4, 3) → LSTM (N, 5) → Dense (N, 1). 186 parameters each" in said
    alone = strip_sentence(EXPERIMENT.set(mode="last", layers=2, head="none"), a_dataset(k=5))
    assert alone.startswith("Last-step mode")
    assert alone.endswith("(N, 4, 3) → LSTM (N, 4, 5) → LSTM (N, 5). 400 parameters.")


def test_a_scaled_error_is_told_in_the_raw_unit_too():
    """An error of 0.5 deviations of 10 °C is 5 °C; raw errors and mixed units have no second."""
    scaled = a_dataset(**SCALED)
    for dataset, says in (
        (scaled, "≈ 5 °C off"),
        (replace(scaled, target_unit="%"), "≈ 5 points off"),
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
        (Snapshot("r", Status.STOPPED, 7, 200, 131.2, 0.5), "epoch 7 of 200"),
        (Snapshot("r", Status.FINISHED, 1043, 2000), "stopped early after 1,043 of 2,000 epochs"),
        (Snapshot("r", Status.FINISHED, 2000, 2000), "epoch 2,000 of 2,000"),
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
        ({"T": 40}, "T = 40"),
        ({"cell": "gru"}, "cell = GRU"),
        ({"lr": 0.5, "T": 40, "U": 3}, "T = 40 and 2 more"),
        ({"inputs": ("a", "b")}, "inputs = a and b"),
        ({"data": "sine", "T": 40, "U": 3}, "Sine wave"),
    ):
        assert words.own_settings(chosen.set(**change), chosen) == says
    assert words.own_settings(chosen.set(lr=0.5), chosen, label_of) == "Learning rate = 0.5"
    after = chosen.set(T=15, cell="gru")
    for changed, says in (
        (chosen, ""),
        (after, "timesteps 12 → 15, cell LSTM → GRU"),
        (chosen.set(data="sine"), f"data Running mean → {DATASETS['sine'].title}"),
        (
            after.set(U=8, lr=0.1, inputs=("a", "b")),
            "timesteps 12 → 15, inputs the usual → a and b and 3 more",
        ),
    ):
        assert words.changed_settings(chosen, changed) == says
