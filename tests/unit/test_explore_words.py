"""The whole takeaways and sentences of `lib.charts`, for numbers worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.charts import cards_of, sentences
from lib.charts.sweep import found_details, found_takeaway
from lib.data import DATASETS, Baseline, make_dataset, suggested
from lib.experiment import SETTINGS, Experiment
from lib.results import (
    ERROR,
    RunAt,
    Snapshot,
    Status,
    baseline_loss,
    decisive_ratio,
    overfits_in_seeds,
)
from lib.results.compared import is_overfit
from lib.training import recorded
from tests.unit.label_runs import a_label_run
from tests.unit.pictures import (
    EXPERIMENT,
    a_dataset,
    a_run,
    all_figures,
    of_a_table,
    sentence,
    spoiled,
    takeaway,
    the,
    with_kept,
)
from tests.unit.swept import a_point

SCALED = {"target_scale": np.array([10.0]), "target_unit": "°C"}
FOURS = np.full((8, 4, 1), 4.0, np.float32)
BEST = np.array([0.4, 0.3, 0.2, 0.1])


def zeros(baseline, n=8):
    """Return targets of 0, and a baseline with the error `baseline[t]` at each timestep t."""
    y = np.zeros((n, len(baseline), 1), np.float32)
    return {"y": y, "baseline": (y + np.array(baseline, np.float32)[:, None]).astype(np.float32)}


SENTENCES = [  # card, run, picked arguments, takeaway, sentence
    (
        "predictions",
        a_run(sequence=0.5, last=0.25),
        (0, 0, True),
        "Errors at the last step: sequence 0.5, last-step 0.25.",
        "Sample 7 (validation): at step 4, the target (target 1) is 27. Sequence model: prediction "
        "27.5, absolute error 0.5. Last-step model: prediction 27.25, absolute error 0.25. The "
        "sequence model's mean error over all 4 steps is 0.5.",
    ),
    (
        "loss",
        a_run(a_dataset(y=FOURS, best_mse=BEST, best_why="It is noisy."), sequence=0.5, last=0.25),
        (),
        "Don't compare blue with others: blue averages 4 steps, others count only the last.",
        "Losses after 10 epochs. Sequence model, the mean over 4 steps: training loss 0.25, "
        "validation loss 0.25. Last-step model, for the last step only: training loss 0.0625, "
        "validation loss 0.0625. Mean baseline on "
        "training samples: mean squared error 9. Best possible: 0.25 over all steps, 0.1 at the "
        "last. It is noisy.",
    ),
    (
        "step_error",
        a_run(a_dataset(**zeros([2, 1.5, 0.5, 1.2])), sequence=1.0, last=2.5),
        (True,),
        "Sequence mode beats the baseline at 3 of 4 steps; last-step doesn't.",
        "RMSE at steps 1 and 4: sequence model 1 and 1; last-step model 2.5 (applied early) "
        "and 2.5; mean baseline 2 and 1.2.",
    ),
    (
        "compare",
        a_run(a_dataset(**zeros([2.0] * 4), best_mse=np.full(4, 0.01)), sequence=0.5, last=0.25),
        (),
        "One seed decides nothing. Here, last-step mode has the smallest error, 0.0625 against "
        "0.25.",
        "Mean squared error at the last step on the validation samples: sequence model 0.25, "
        "last-step model 0.0625, mean baseline 4, best possible 0.01.",
    ),
]


ONE_SEED = a_label_run(sequence=[20], last=[5])  # wrong samples of 100, at every step
SEEDS = a_label_run(sequence=[20, 22, 24], last=[5, 6, 4])
SENTENCES += [  # the same for labels
    (
        "predictions",
        ONE_SEED,
        (0, True),
        "Last step: sequence says class 2 (0.96), last-step class 2 (0.96); true: class 1.".replace(
            "class ", "class\u00a0"
        ),
        "Sample 101 (validation): the class at the last step (4) is class\u00a01. Sequence model: "
        "class\u00a02 (0.96), true class 0.02. Last-step model: class\u00a02 (0.96), true class "
        "0.02. The sequence model is right at 0 of 4 steps. The wide bands: last-step "
        "model, applied early.",
    ),
    (
        "step_error",
        ONE_SEED,
        (),
        "Both modes beat the baseline, sequence mode at every step.",
        "Accuracy at step 1 and at the end: sequence model 80% and 80%; last-step model 95% "
        "at the last step; most frequent class 33% and 30%. Sequence model at the last step: "
        "71.1% to 86.7% (95% interval). Last-step model at the last step: 88.8% to 97.8% "
        "(95% interval). "
        "Intervals (Wilson) count 100 independent samples, not seeds. A mode beats the baseline "
        "where the 95% interval of their difference (Newcombe) is above 0.",
    ),
    (
        "compare",
        SEEDS,
        (),
        "Last-step mode is best in 3 of 3 seeds: median accuracy 95% against 78%.",
        "Median accuracy at the last step on the validation samples: sequence model 78%, "
        "last-step model 95%, most frequent class 30%. "
        "Last-step mode has a higher accuracy than sequence "
        "mode in 3 of 3 seeds (p < 0.01, paired t-test on accuracies). Within a seed, last-step "
        "mode's accuracy is 16 points higher (median over the seeds). The difference of the two "
        "medians can differ.",
    ),
]


SAMPLES = (
    "Too close to tell with 100 independent samples: differences below {} points may be chance."
)
COMPARED = [  # card, wrong samples of sequence mode and of last-step mode by seed, takeaway
    ("compare", [20], [5], "One seed decides nothing. Here, last-step mode has the highest "
     "accuracy, 95% against 80%."),
    ("compare", [2, 2], [4, 4], SAMPLES.format(6.4)),
    ("compare", [2], [2], SAMPLES.format(6.4)),
    ("compare", [0, 50], [0, 1], "Too close to tell with 2 seeds."),
    ("compare", [95], [99], "No mode beats the baseline at the last step: accuracy 5% against "
     "30%."),
    ("compare", [40], None, "Accuracy at the last step: 60%. The baseline: 30%."),
    ("step_error", [1], None, "Sequence mode beats the baseline at every step."),
    ("step_error", [1], [90], "Sequence mode beats the baseline at every step; last-step "
     "doesn't."),
    ("step_error", [70], [1], "Last-step mode beats the baseline; sequence may."),
    ("step_error", [90], [90], "No mode beats the baseline."),
    ("step_error", [70], [70], "Too close to tell with 100 independent samples: differences below "
     "12 points may be chance."),
]  # fmt: skip


@pytest.mark.parametrize(("card", "sequence", "last", "expected"), COMPARED)
def test_accuracies_are_compared_only_if_samples_and_seeds_suffice(card, sequence, last, expected):
    """Of 100 samples, the baseline is right for 30 at the last step, and for 33 at the first."""
    mistakes = {"sequence": sequence} | ({"last": last} if last else {})
    assert takeaway(card, a_label_run(**mistakes)) == expected


@pytest.mark.parametrize(("card", "run", "picked", "short", "long"), SENTENCES)
def test_each_cards_words_agree_with_its_numbers(card, run, picked, short, long):
    """A case has the whole takeaway and the whole sentence of a card."""
    assert takeaway(card, run, *picked) == short
    assert sentence(card, run, *picked) == long


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"upload"}))
def test_every_takeaway_is_short_and_only_parity_overfits(name):
    """The helper `takeaway` allows at most 15 words, for all recorded runs and all modes.

    Parity's last-step model memorizes the training samples. Other losses only fluctuate.
    """
    dataset, overfitted = make_dataset(suggested(name)), set()
    for mode in SETTINGS["mode"].options:
        experiment = suggested(name).set(mode=mode)
        run = RunAt(experiment, dataset, recorded(experiment))
        assert all(takeaway(card, run) for card in cards_of(dataset))
        losses = baseline_loss(experiment, dataset).items()
        overfitted |= {each for each, loss in losses if overfits_in_seeds(run, each, loss)}
    assert overfitted == ({"last"} if name == "parity" else set())


@pytest.mark.parametrize(("value", "named"), [(math.nan, "not a number"), (math.inf, "infinite")])
def test_every_card_describes_a_diverged_run(value, named):
    """An error that isn't finite is never called smaller or better."""
    run = a_run(sequence=0.5, last=0.5)
    run = replace(run, snapshot=spoiled(run.snapshot, value))
    assert all(takeaway(card, run) for card in cards_of(run.dataset))
    text = "No mode beats the baseline."
    assert takeaway("step_error", run) == text
    assert "small" not in takeaway("compare", run)
    assert f"prediction {named}, absolute error {named}" in sentence("predictions", run)
    assert f"training loss {named}" in sentence("loss", run)
    assert f"sequence model {named}" in sentence("compare", run)


def test_sentences_need_no_results():
    """Before training, they name target and baseline. A constant target gets no evaluation."""
    run, y = a_run(), np.zeros((8, 4, 1), np.float32)
    constant = a_run(a_dataset(y=y, baseline=y), sequence=0.0, last=0.0)
    for card in ("step_error", "compare"):
        assert "target is constant" in takeaway(card, constant)
    untrained = a_run(experiment=EXPERIMENT.set(mode="sequence"), epochs=0, sequence=0.5)
    assert takeaway("loss", untrained).startswith("Not trained yet. The baseline's loss is ")
    assert sentence("loss", untrained).startswith("Not trained yet. ")
    assert sentence("predictions", run, 1, 0).endswith("the target (target 1) is 31.")
    assert sentence("compare", run).endswith("mean baseline 788.")


def test_sentences_have_the_raw_unit_and_the_names_of_steps():
    """With a deviation of 10 °C, 0.5 is 5 °C. Columns with different scales have no common unit."""
    days, offset = tuple(f"day {k}" for k in (1, 2, 3, 4)), np.array([-260.0])
    dataset = a_dataset(**SCALED, target_offset=offset, timestep_names=days, lead="one day")
    run = a_run(dataset, sequence=0.5, last=0.0)
    assert "sequence 5 °C, last-step 0 °C." in takeaway("predictions", run)
    text = sentence("predictions", run)
    assert "at the last step (day 4), the target (target 1, one day ahead) is 10 °C." in text
    assert "prediction 15, absolute error 5." in text
    assert "sequence model 5 °C and 5 °C; last-step model 0 °C" in sentence("step_error", run)
    assert sentence("compare", run).startswith("Mean squared error (scaled) at the last step on")
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 2.0]), target_offset=np.zeros(2))
    assert "RMSE of the scaled targets" in sentence("step_error", a_run(mixed, sequence=0.5))


# Loss

FALLING = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
RISING = [1.0, 0.7, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9]


def evaluated(result, validation, training):
    """Return the result with these losses by epoch, evaluated after each epoch."""
    epochs = np.arange(1, len(validation) + 1)
    curves = {"loss": np.array(training), "validation_loss": np.array(validation)}
    checked = {"checked_epochs": epochs, "last_step_mse": np.ones(len(epochs))}
    return replace(result, loss_epochs=epochs, **curves, **checked)


def test_a_model_overfits_if_validation_loss_rises_while_training_loss_falls():
    """The takeaway has the modes that overfit, and whether their best epochs were kept."""
    run = a_run(a_dataset(**zeros([1] * 4)), sequence=0.5, last=0.5)
    fine = run.snapshot.results["sequence"]
    over = evaluated(fine, RISING, FALLING)
    kept = replace(over, kept_epoch=3)
    for sequence, last, start, end in (
        (fine, over, "Last-step mode overfits: ", "is well above training loss."),
        (over, kept, "Sequence and last-step mode overfit: ", "is well above training loss."),
        (kept, kept, "Sequence and last-step mode overfit: ", "so the best epoch was kept."),
    ):
        results = {"sequence": sequence, "last": last}
        text = takeaway("loss", replace(run, snapshot=replace(run.snapshot, results=results)))
        assert text.startswith(start)
        assert text.endswith(end)
    for samples in (1, 10, 100):  # Validation loss rose by a factor of 1.8, from 0.5 to 0.9.
        assert is_overfit(over, 1.0, samples) is (decisive_ratio(samples) < 1.8)
    for count in (1, 2):  # A mode overfits if one of four seeds doesn't, but not if two don't.
        seeds = [{"sequence": r} for r in [over] * (4 - count) + [fine] * count]
        several = replace(run.snapshot, results=seeds[0], others=tuple(seeds[1:]))
        assert overfits_in_seeds(replace(run, snapshot=several), "sequence", 1.0) is (count == 1)


def test_a_model_does_not_overfit_if_the_rise_is_noise_or_small():
    """The rise can be noise or small, training loss can rise too, or the curve can be too short."""
    noisy = [1.0, 0.7, 0.5, 0.5, 0.52, 0.5, 0.51, 0.5, 0.5, 0.9]
    fine = a_run(sequence=0.5).snapshot.results["sequence"]
    for validation, training, baseline in (
        (noisy, FALLING, 1.0),
        (RISING, FALLING, 50.0),  # The rise is under 2% of the baseline's loss.
        (RISING, FALLING[::-1], 1.0),  # The training loss rises, too.
        ([1.0, 0.5, 0.9], FALLING[:3], 1.0),  # The curve is too short.
    ):
        result = replace(evaluated(fine, RISING, training), validation_loss=np.array(validation))
        assert not is_overfit(result, baseline)


def test_exploded_losses_are_reported_first():
    """The takeaway has the worst seed's loss, and the epoch of the first infinite or NaN loss."""
    run = a_run(sequence=0.5, last=0.5)
    fine = run.snapshot.results
    last = fine | {"last": replace(fine["last"], loss=np.geomspace(1, 2.8e35, 10))}
    both = dict.fromkeys(fine, last["last"])
    for results, status, expected in (
        (
            both,
            Status.RUNNING,
            "Sequence mode's training loss exploded to 2.8\u202f×\u202f10³⁵.",
        ),
        (
            last,
            Status.DIVERGED,
            "Last-step mode's training loss exploded to 2.8\u202f×\u202f10³⁵.",
        ),
        (fine, Status.DIVERGED, "Training loss became infinite or NaN in epoch 11"),
    ):
        snapshot = replace(run.snapshot, results=fine, others=(results,), status=status)
        assert takeaway("loss", replace(run, snapshot=snapshot)).startswith(expected)


def test_the_sentence_names_the_epochs_that_are_kept():
    """It names each mode whose best epoch's weights were restored."""
    both = a_run(sequence=0.5, last=0.5)
    for kept, facts in (
        ({"sequence": None, "last": None}, []),
        ({"sequence": 23, "last": 1031}, ["Sequence mode keeps epoch 23", "keeps epoch 1,031"]),
        ({"sequence": None, "last": 31}, ["Last-step mode keeps epoch 31"]),
    ):
        run = replace(both, snapshot=with_kept(both.snapshot, **kept))
        text = sentences.kept_sentence(run.snapshot)
        assert all(fact in text for fact in facts)
        assert bool(text) is bool(facts)
        assert text in sentence("loss", run)


# Claims that a mode is better


def test_the_takeaway_counts_the_steps_at_which_a_mode_beats_the_baseline():
    """The sequence model's error is 1 at each step; `baseline` has the baseline's errors."""
    alone, none = "Sequence mode beats the baseline at", "No mode beats the baseline."
    for baseline, last, expected in (
        ([2, 0, 2, 2], 0.5, "Both modes beat the baseline, sequence mode at 3 of 4 steps."),
        ([1.5] * 4, 1.6, f"{alone} every step; last-step doesn't."),
        ([1.01] * 4, 1, none),  # 1% doesn't count.
        ([0.7] * 4, 0.5, "Last-step mode beats the baseline; sequence doesn't."),
        ([1.5] * 4, None, f"{alone} every step."),
        ([0.7] * 4, None, none),
    ):
        wrong = {"sequence": 1.0} | ({} if last is None else {"last": last})
        assert takeaway("step_error", a_run(a_dataset(**zeros(baseline)), **wrong)) == expected
    table = of_a_table(a_dataset(n=96, **zeros([1.1, 1.1, 1.1, 0.2], n=96)))
    words = takeaway("step_error", a_run(table, sequence=1.0, last=1.0))
    assert words.startswith("Too close to tell")


def test_no_mode_is_better_if_neither_beats_the_baseline():
    """The takeaway compares the smaller error at the last step with the baseline's."""
    arrays = zeros([1.0, 1.0, 1.0, 0.2], n=120)
    week = Baseline("seasonal", "last week", arrays["baseline"][:, -1])
    for name, baselines in (("the best baseline", (week, week)), ("the baseline", ())):
        dataset = a_dataset(n=120, **arrays, baselines=baselines)
        expected = takeaway("compare", a_run(dataset, sequence=0.5, last=0.3))
        assert expected == f"No mode beats {name} at the last step: error 0.09 against 0.04."
        run = a_run(dataset, last=0.3)
        several = replace(run, snapshot=replace(run.snapshot, others=(run.snapshot.results,)))
        for each, error in ((run, "Error"), (several, "Median error")):
            alone = takeaway("compare", each)
            assert alone == f"{error} at the last step: 0.09. {name.capitalize()}: 0.04."


def test_two_models_are_compared_seed_by_seed():
    """The sentence has the winner, its seeds, the p-value, and the median of the seeds' ratios."""
    first = [1.0, 2.0, 1.5, 1.2]
    for errors, ratio in (
        ([2.0, 4.5, 3.0, 2.4], "2 times smaller"),
        ([1e3, 2e3, 1e3, 3e3], "1,000 times smaller"),
    ):
        sentence = sentences.pair_sentence(ERROR.compare(first, errors), "A", "B")
        start = "A has a smaller error than B in 4 of 4 seeds (p < 0.01, paired t-test"
        assert sentence.startswith(start)
        assert f" Within a seed, A's error is {ratio} (median over" in sentence
    equal = sentences.pair_sentence(ERROR.compare(first, first), "A", "B")
    assert equal == "Seed by seed, A and B have the same error in the median."


@pytest.mark.parametrize(
    ("card", "sequence", "last", "expected"),
    [
        ("compare", 1.5, None, "24 independent samples: MSE "),
        ("compare", 0.01, 0.012, "Too close to tell"),
        ("step_error", 1.5, None, "Too close to tell with 24 independent"),
        ("step_error", 20, 1.2, "Too close to tell with 24 independent"),
        ("step_error", 0.1, 0.8, "the baseline at every step; last-step may."),
        ("step_error", 0.8, 0.1, "Last-step mode beats the baseline; sequence may."),
    ],
)
def test_all_cards_need_enough_samples_to_call_an_error_smaller(card, sequence, last, expected):
    """24 samples are enough if one error is 20 times the other, but not if it is 1.5 times."""
    arrays = zeros([1.0] * 4, n=96)
    baseline = Baseline("last", "last value", arrays["baseline"][:, -1])
    table = of_a_table(a_dataset(n=96, **arrays, baselines=(baseline,)))
    errors = {"sequence": sequence, "last": last}
    run = a_run(table, **{mode: math.sqrt(mse) for mode, mse in errors.items() if mse})
    assert expected in takeaway(card, run)


def test_a_sweep_counts_where_each_mode_is_better():
    """The takeaway counts the points of both modes. The details have the smallest error."""
    few, many = [0.1, 0.11, 0.1, 0.11], [1.0, 1.1, 1.2, 1.1]
    points = [a_point(many, few, U=2), a_point(many, few, U=4), a_point(many, many, U=8)]
    better = "Last-step mode is clearly better at 2 of 3 points, sequence mode at none."
    assert found_takeaway(points) == better
    least = "Smallest median error: 0.105, last-step mode at U = 2. Whether it beats the other "
    assert found_details(points)[0] == f"{least}points wasn't tested."
    both = "Sequence mode is clearly better at 1 of 4 points, last-step mode at 2."
    assert found_takeaway([*points, a_point(few, many, U=16)]) == both


def test_hover_texts_show_small_numbers_with_powers_of_ten():
    """Parity's loss falls to about 10⁻⁵. Plotly's own formats would show it as a decimal."""
    experiment = suggested("parity")
    figures = all_figures(RunAt(experiment, make_dataset(experiment), recorded(experiment)))
    hovers = [t.hovertemplate for f in figures.values() for t in f.data if t.hovertemplate]
    assert all("%{text}" in hover and "%{y" not in hover for hover in hovers)
    loss = the(figures["loss"], "sequence mode")
    assert "\u202f×\u202f10⁻⁵" in loss.text[loss.y.argmin()]


# Sentences outside the cards


def test_the_headline_has_the_outputs_that_are_returned():
    """The sentence depends on cell, layers and mode."""
    text = sentences.setup_sentence(EXPERIMENT.model, 4)
    assert text == "Same LSTM, two settings: return every step, or only the last."
    deep = EXPERIMENT.set(mode="last", cell="gru", layers=3).model
    text = sentences.setup_sentence(deep, 4)
    assert text == "A 3-layer GRU that returns only the last of 4 steps."


def test_a_scaled_error_is_also_shown_in_the_raw_unit():
    """An error of 0.5 deviations of 10 °C is 5 °C. Unscaled and mixed targets have no such text."""
    mixed = a_dataset(k=2, target_scale=np.array([10.0, 2]), target_offset=np.zeros(2))
    for dataset, text in ((a_dataset(**SCALED), "about 5 °C off"), (a_dataset(), ""), (mixed, "")):
        assert sentences.off_by(dataset, a_run(dataset, last=0.5).snapshot.results["last"]) == text


def test_progress_has_epochs_speed_and_time_left():
    """A paused run has no speed, and a run's first epochs give no time left."""
    for snapshot, expected in (
        (Snapshot("r", Status.RUNNING, 140, 2000, 131.2, 0.46), "131 epochs/s · a moment left"),
        (Snapshot("r", Status.RUNNING, 140, 2000, 4.13, 59.6), "4.1 epochs/s · about 1 min left"),
        (Snapshot("r", Status.RUNNING, 140, 2000, 0.0, None), "epoch 140 of 2,000"),
        (Snapshot("r", Status.RUNNING, 1, 2000, 0.25, 7200.0), "epoch 1 of 2,000 · 0.2 epochs/s"),
        (Snapshot("r", Status.PAUSED, 7, 200, 131.2, 0.5), "epoch 7 of 200"),
        (Snapshot("r", Status.FINISHED, 1043, 2000), "stopped early after 1,043 of 2,000 epochs"),
    ):
        assert sentences.progress_sentence(snapshot).endswith(expected)


def test_different_settings_are_named():
    """One or two settings are written out, the others are counted. Other data are named alone."""
    chosen = Experiment()
    many = {"T": 15, "cell": "gru", "U": 8, "lr": 0.1, "inputs": ("a", "b")}
    for change, text in (
        ({}, ""),
        ({"lr": 0.5}, "learning rate 0.01 → 0.5"),
        ({"data": "sine"}, f"data Running mean → {DATASETS['sine'].title}"),
        (many, "timesteps 12 → 15, inputs default → a and b and 3 more"),
    ):
        assert sentences.changed_settings(chosen, chosen.set(**change), sentences.name_of) == text
