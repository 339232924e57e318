"""What is said of the charts of Explore: takeaways and sentences, worked by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.charts import words
from lib.charts.explore import EXPLORE_CARDS
from lib.data import DATASETS, make_dataset, suggested
from lib.experiment import MODES
from lib.results import RunAt, Status, decisive_ratio, naive_loss, overfits_in_seeds
from lib.results.compared import is_overfit
from lib.training import recorded
from lib.ui.explore.charts import LONGEST
from tests.unit.pictures import EXPERIMENT, a_dataset, a_run, sentence, spoiled, takeaway, with_kept

SCALED = {"target_scale": np.array([10.0]), "target_unit": "°C"}
FOURS = np.full((8, 4, 1), 4.0, np.float32)
BEST = np.array([0.4, 0.3, 0.2, 0.1])


def zeros(naive, n=8):
    """Targets of 0 at each timestep, and a guess that is off by so much there."""
    y = np.zeros((n, len(naive), 1), np.float32)
    return {"y": y, "naive": (y + np.array(naive, np.float32)[:, None]).astype(np.float32)}


SAID = [
    (
        "predictions",
        a_run(sequence=0.5, last=0.25),
        (0, 0, True),
        "At the last step: sequence mode off by 0.5, last-step mode by 0.25.",
        "Sample 7 (validation): at step 4 the target (target 1) is 27. The sequence model says "
        "27.5, off by 0.5; the last-step model says 27.25, off by 0.25. Over all 4 steps the "
        "sequence model is off by 0.5 on average. Before the last step the last-step model was "
        "never asked; its head would have been off by 0.25 on average.",
    ),
    (
        "loss",
        a_run(a_dataset(y=FOURS, best_mse=BEST, best_why="It is noisy."), sequence=0.5, last=0.25),
        (),
        "Not to be compared: one averages 4 steps, the other counts one.",
        "After 10 epochs the sequence model's training loss is 0.25, the mean over 4 steps; the "
        "last-step model's is 0.0625, over the last step alone. The two losses can't be compared: "
        "one counts 4 steps, the other counts 1. On the validation samples the sequence model's is "
        "0.25; the last-step model's is 0.0625. Guessing the mean has a mean squared error of 9. "
        "Best possible: 0.25 over every step and 0.1 at the last. It is noisy.",
    ),
    (
        "loss",
        a_run(a_dataset(y=FOURS), EXPERIMENT.set(mode="last", loss="mae"), epochs=1, last=0.5),
        (),
        "Training loss is 1; guessing the mean has 3.",
        "After 1 epoch the last-step model's training loss is 1, over the last step alone. On the "
        "validation samples the last-step model's is 0.25. Guessing the mean has a mean absolute "
        "error of 3.",
    ),
    (
        "step_error",
        a_run(a_dataset(**zeros([2, 1.5, 0.5, 1.2])), sequence=1.0, last=2.5),
        (True,),
        "Sequence mode beats the guess at 3 of 4 steps; last-step mode doesn't.",
        "The sequence model's typical error (RMSE) is 1 at step 1 and 1 at step 4. The last-step "
        "model answers at step 4 alone, and is off by 2.5 there. Asked at step 1, its head would "
        "have been off by 2.5. Guessing the mean is off by 2 at step 1 and 1.2 at step 4.",
    ),
    (
        "compare",
        a_run(a_dataset(**zeros([2.0] * 4), best_mse=np.full(4, 0.01)), sequence=0.5, last=0.25),
        (),
        "One seed decides nothing; here last-step mode's error is smaller, 0.0625 against 0.25.",
        "Mean squared error at step 4 on the validation samples: sequence model 0.25, last-step "
        "model 0.0625, guessing the mean 4, best possible 0.01.",
    ),
]


@pytest.mark.parametrize(("card", "run", "picked", "short", "long"), SAID)
def test_each_card_says_what_its_arrays_say(card, run, picked, short, long):
    """All words of each card, once."""
    assert takeaway(card, run, *picked) == short
    assert sentence(card, run, *picked) == long


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"upload"}))
def test_every_takeaway_is_short_and_parity_alone_is_overfitted(name):
    """Of every recording, with one mode and with both, `takeaway` has at most 15 words.

    Parity's last-step model learns the training samples by heart; others' losses only swing.
    """
    dataset, overfitted = make_dataset(suggested(name)), set()
    for mode in MODES:
        experiment = suggested(name).set(mode=mode)
        run = RunAt(experiment, dataset, recorded(experiment))
        assert all(takeaway(card, run) for card in EXPLORE_CARDS)
        for each, guess in naive_loss(experiment, dataset).items():
            overfitted |= {each} if overfits_in_seeds(run, each, guess) else set()
    assert overfitted == ({"last"} if name == "parity" else set())


def test_the_longest_usual_takeaway_is_short():
    """The room of a card is made for it."""
    assert all(len(longest.split()) <= 15 for longest in LONGEST.values())


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_of_a_run_that_diverged_everything_can_be_said(value):
    """What isn't a number is neither smaller nor better."""
    run = a_run(sequence=0.5, last=0.5)
    run = replace(run, snapshot=spoiled(run.snapshot, value))
    assert all(takeaway(card, run) for card in EXPLORE_CARDS)
    assert takeaway("step_error", run) == "Neither mode beats the guess at any step."
    assert "smaller" not in takeaway("compare", run)
    named = "not a number" if math.isnan(value) else "infinite"
    assert f"says {named}, off by {named}" in sentence("predictions", run)
    assert f"training loss is {named}" in sentence("loss", run)
    assert f"sequence model {named}" in sentence("compare", run)
    assert "(RMSE) is not a number at" in sentence("step_error", run)


def test_sentences_need_no_results():
    """They then say what is known without them."""
    run = a_run()
    untrained = a_run(experiment=EXPERIMENT.set(mode="sequence"), epochs=0, sequence=0.5)
    assert takeaway("loss", untrained).startswith("Guessing the mean would have a loss of ")
    assert sentence("predictions", run, 1, 0).endswith("the target (target 1) is 31.")
    assert sentence("loss", run).startswith("Not trained yet. After the first epoch the sequence")
    assert sentence("compare", run).endswith("guessing the mean 788.")
    assert sentence("step_error", run).startswith("Guessing the mean is off by ")


# Predictions


def test_answers_are_in_the_raw_unit_and_at_the_steps_own_names():
    """A deviation of 10 °C makes 0.5 into 5 °C; and of day 4 it is the next day that is told."""
    days, offset = tuple(f"day {k}" for k in (1, 2, 3, 4)), np.array([-260.0])
    dataset = a_dataset(**SCALED, target_offset=offset, timestep_names=days, lead="one day")
    run = a_run(dataset, sequence=0.5, last=0.0)
    assert "sequence mode off by 5 °C, last-step mode by 0 °C." in takeaway("predictions", run)
    said = sentence("predictions", run)
    assert "at the last step (day 4) the target (target 1, one day ahead) is 10 °C." in said
    assert "says 15, off by 5;" in said


# Loss

FALLING = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
RISING = [1.0, 0.7, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9]


def judged(result, validation, training):
    """A model that was judged after each epoch."""
    epochs = np.arange(1, len(validation) + 1)
    curves = {"loss": np.array(training), "validation_loss": np.array(validation)}
    checked = {"checked_epochs": epochs, "last_step_mse": np.ones(len(epochs))}
    return replace(result, loss_epochs=epochs, **curves, **checked)


def test_a_model_overfits_where_validation_loss_rises_while_training_loss_falls():
    """The takeaway says which modes do, and whether their best epochs were kept."""
    run = a_run(a_dataset(**zeros([1] * 4)), sequence=0.5, last=0.5)
    fine = run.snapshot.results["sequence"]
    over = judged(fine, RISING, FALLING)
    kept = replace(over, kept_epoch=3)
    for sequence, last, who, then in (
        (fine, over, "Last-step mode overfits: ", "well above its training loss."),
        (over, over, "Both modes overfit: ", "well above training loss."),
        (fine, kept, "Last-step mode overfits: ", "so its best epoch was kept."),
        (kept, kept, "Both modes overfit: ", "so their best epochs were kept."),
        (over, kept, "Both modes overfit: ", "well above training loss."),
    ):
        results = {"sequence": sequence, "last": last}
        says = takeaway("loss", replace(run, snapshot=replace(run.snapshot, results=results)))
        assert says.startswith(who)
        assert says.endswith(then)
    for samples in (1, 10, 100):  # it has risen from 0.5 to 0.9
        assert is_overfit(over, 1.0, samples) is (decisive_ratio(samples) < 1.8)


@pytest.mark.parametrize(
    ("validation", "training", "guess"),
    [
        ([1.0, 0.7, 0.5, 0.5, 0.52, 0.5, 0.51, 0.5, 0.5, 0.9], FALLING, 1.0),  # it only swings
        ([1.0, 0.7, 5e-4, 5e-4, 5e-4, 6e-4, 7e-4, 9e-4, 9e-4, 9e-4], FALLING, 1.0),  # all is tiny
        (RISING, FALLING, 50.0),  # beside the guess it is tiny
        (RISING, FALLING[::-1], 1.0),  # the training loss rises, too
        ([1.0, 0.5, 0.9], FALLING[:3], 1.0),  # too short to tell
        ([], FALLING, 1.0),
    ],
)
def test_a_model_does_not_overfit(validation, training, guess):
    """As long as the rise may be noise, or makes no difference."""
    fine = a_run(sequence=0.5).snapshot.results["sequence"]
    result = replace(judged(fine, RISING, training), validation_loss=np.array(validation))
    assert not is_overfit(result, guess)


@pytest.mark.parametrize(("wrong", "said"), [(1, True), (2, False)])
def test_a_mode_overfits_where_three_of_four_seeds_do(wrong, said):
    """The curve of one seed may only swing."""
    run = a_run(a_dataset(**zeros([1] * 4)), sequence=0.5)
    fine = run.snapshot.results["sequence"]
    seeds = [judged(fine, RISING, FALLING)] * (4 - wrong) + [fine] * wrong
    first, *others = ({"sequence": result} for result in seeds)
    run = replace(run, snapshot=replace(run.snapshot, results=first, others=tuple(others)))
    assert overfits_in_seeds(run, "sequence", 1.0) is said


def test_losses_that_explode_are_said_before_anything_else():
    """Of the worst seed; and where a run has ended by it, with the epoch that made no number."""
    run = a_run(sequence=0.5, last=0.5)
    fine = run.snapshot.results
    last = fine | {"last": replace(fine["last"], loss=np.geomspace(1, 2.8e35, 10))}
    both = last | {"sequence": replace(fine["last"], loss=np.geomspace(1, 1.4e35, 10))}
    for results, status, says in (
        (last, Status.RUNNING, "Last-step mode's loss has exploded: up"),
        (last, Status.DIVERGED, "Last-step mode's loss exploded: up to"),
        (both, Status.RUNNING, "Both modes' losses have exploded: last-step mode's up to 2.8e35"),
        (both, Status.DIVERGED, "Both modes' losses exploded: last-step mode's to 2.8e35, to no"),
        (fine, Status.DIVERGED, "Training loss stopped being a number in epoch 11"),
    ):
        snapshot = replace(run.snapshot, results=fine, others=(results,), status=status)
        assert takeaway("loss", replace(run, snapshot=snapshot)).startswith(says)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"sequence": None, "last": None}, ""),
        ({"sequence": 23, "last": 1031}, "Sequence mode keeps epoch 23, last-step mode epoch 1,0"),
        ({"sequence": 23, "last": 23}, "Both modes keep epoch 23,"),
        ({"last": 31}, "Last-step mode keeps epoch 31,"),
        ({"sequence": None, "last": 31}, "Last-step mode has stopped and keeps epoch 31,"),
    ],
)
def test_it_is_said_which_epochs_are_kept(kept, said):
    """Of each mode that has its best one's weights back."""
    run = a_run(experiment=EXPERIMENT.set(mode="both" if len(kept) > 1 else "last"))
    run = replace(run, snapshot=with_kept(a_run(**dict.fromkeys(kept, 0.5)).snapshot, **kept))
    assert words.kept_sentence(run.snapshot).startswith(said)
    assert words.kept_sentence(run.snapshot) in sentence("loss", run)
    assert ("By then the " in sentence("loss", run)) is all(kept.values())


def test_figures_of_a_kept_epoch_are_told_and_not_those_of_the_last():
    """Training loss, validation loss and the error that is compared, worked by hand."""
    run = a_run(a_dataset(**SCALED), EXPERIMENT.set(mode="last"), last=0.5)
    result = judged(run.snapshot.results["last"], [0.8, 0.4, 1.6], [7.0, 6.0, 5.0])
    result = replace(result, last_step_mse=np.array([8.0, 4.0, 16.0]), kept_epoch=2)
    run = replace(run, snapshot=replace(run.snapshot, results={"last": result}))
    assert "the last-step model's training loss is 6," in sentence("loss", run)
    assert "On the validation samples the last-step model's is 0.4." in sentence("loss", run)
    assert "last-step model 4," in sentence("compare", run)
    assert words.off_by(run.dataset, result) == "≈ 20 °C off"
