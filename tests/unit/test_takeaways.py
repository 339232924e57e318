"""What each chart of Explore shows, in at most 15 plain words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lib.narrate.takeaways import (
    compare_takeaway,
    loss_takeaway,
    overfits_since,
    predictions_takeaway,
    step_error_takeaway,
)
from tests.unit.pictures import EXPERIMENT, a_dataset, a_snapshot, spoiled


def zeros(naive: list[float]) -> dict[str, np.ndarray]:
    """Targets of 0 at each timestep, and a guess that is off by so much there."""
    y = np.zeros((8, len(naive), 1), np.float32)
    return {"y": y, "naive": (y + np.array(naive, np.float32)[:, None]).astype(np.float32)}


def overfitted(result):
    """A model whose training loss falls all the time while its validation loss rises."""
    epochs = np.arange(1, 6)
    return replace(
        result,
        loss_epochs=epochs,
        loss=1.0 / epochs,
        checked_epochs=epochs,
        last_step_mse=np.ones(5),
        validation_loss=np.array([1.0, 0.5, 0.6, 0.7, 0.9]),
    )


def test_predictions_are_off_by_so_much_at_the_last_step():
    """In the raw unit; what is next to nothing isn't written out."""
    dataset = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.0)
    assert predictions_takeaway(dataset, snapshot, 0, 0) == (
        "At the last step, sequence mode is off by 5 °C and last-step mode by 0 °C."
    )


def test_two_losses_are_not_to_be_compared():
    """Of one mode alone it is said what it is worth, trained or not."""
    dataset = a_dataset()
    both = a_snapshot(dataset, sequence=0.5, last=0.5)
    assert loss_takeaway(EXPERIMENT, dataset, both) == (
        "Not to be compared: one averages 4 steps, the other counts one."
    )
    alone, experiment = a_snapshot(dataset, sequence=0.5), EXPERIMENT.set(mode="sequence")
    assert "; guessing the mean has " in loss_takeaway(experiment, dataset, alone)
    untrained = {"sequence": replace(alone.results["sequence"], loss=np.zeros(0))}
    assert loss_takeaway(experiment, dataset, replace(alone, results=untrained)).startswith(
        "Guessing the mean would have a loss of "
    )


def test_a_model_overfits_where_validation_loss_rises_while_training_loss_falls():
    """Not where both rise, nor where validation loss only swings."""
    dataset = a_dataset()
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.5)
    result = overfitted(snapshot.results["last"])
    results = {**snapshot.results, "last": result}
    assert loss_takeaway(EXPERIMENT, dataset, replace(snapshot, results=results)) == (
        "Last-step mode overfits: its validation loss rises since epoch 2."
    )
    assert overfits_since(result) == 2
    assert overfits_since(replace(result, loss=np.linspace(1, 2, 5))) is None
    swings = np.array([1.0, 0.5, 0.52, 0.5, 0.54])
    assert overfits_since(replace(result, validation_loss=swings)) is None
    assert overfits_since(replace(result, validation_loss=np.zeros(0))) is None


def test_where_each_model_beats_the_guess():
    """Sequence mode at some steps; the last-step mode has one answer to judge."""
    dataset = a_dataset(**zeros([2, 1.5, 0.5, 1.2]))
    assert step_error_takeaway(dataset, a_snapshot(dataset, sequence=1.0, last=2.5)) == (
        "Sequence mode beats guessing the mean at 3 of 4 steps; last-step mode's one answer "
        "doesn't beat it."
    )
    assert step_error_takeaway(dataset, a_snapshot(dataset, sequence=0.1)) == (
        "Sequence mode beats guessing the mean at every step."
    )
    assert step_error_takeaway(dataset, a_snapshot(dataset, sequence=9.0)) == (
        "Sequence mode beats guessing the mean at no step."
    )
    assert step_error_takeaway(dataset, a_snapshot(dataset, last=0.1)) == (
        "Last-step mode's one answer beats guessing the mean."
    )


def test_the_smaller_error_is_that_of_this_run():
    """No more is said: another seed may have another one. Equal ones are called so."""
    dataset = a_dataset()
    assert compare_takeaway(dataset, a_snapshot(dataset, sequence=0.5, last=2.0)) == (
        "In this run sequence mode's error is smaller: 0.25 against 4."
    )
    assert compare_takeaway(dataset, a_snapshot(dataset, sequence=0.5, last=0.5)) == (
        "Both modes have the same error at the last step: 0.25."
    )
    alone = compare_takeaway(dataset, a_snapshot(dataset, last=0.5))
    assert alone.startswith("Its error is 0.25; guessing the mean has ")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_run_that_diverged_beats_nothing(value):
    """What isn't a number is neither smaller nor better."""
    dataset = a_dataset()
    snapshot = spoiled(a_snapshot(dataset, sequence=0.5, last=0.5), value)
    assert "smaller" not in compare_takeaway(dataset, snapshot)
    assert "beats guessing the mean at no step" in step_error_takeaway(dataset, snapshot)
    assert loss_takeaway(EXPERIMENT, dataset, snapshot)
    assert predictions_takeaway(dataset, snapshot, 0, 0)


def test_every_takeaway_is_short():
    """At most 15 words, whatever the modes."""
    dataset = a_dataset()
    for wrong in ({"sequence": 0.5}, {"last": 0.5}, {"sequence": 0.5, "last": 0.25}):
        snapshot = a_snapshot(dataset, **wrong)
        experiment = EXPERIMENT.set(mode="both" if len(wrong) > 1 else next(iter(wrong)))
        for words in (
            predictions_takeaway(dataset, snapshot, 0, 0),
            loss_takeaway(experiment, dataset, snapshot),
            step_error_takeaway(dataset, snapshot),
            compare_takeaway(dataset, snapshot),
        ):
            assert len(words.split()) <= 15, words
