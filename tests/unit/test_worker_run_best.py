"""A run whose models keep their best epochs: when it is over, and whose figures it sends."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.timing import USUAL
from tests.unit.fakes import FakeProgram
from tests.unit.run_rig import RunRig
from tests.unit.test_pair_trainer_best import BEST, samples

SLOW_JUDGE = replace(USUAL, evaluate_seconds=0.0)
STOP = {"keep": "stop", "patience": 2, "epochs": 20, "samples": samples()}
"""The last-step model stops after epoch 5, the sequence model after 8."""


def kept(snapshot):
    """By mode, the epoch that is kept."""
    return {mode: result.kept_epoch for mode, result in snapshot.results.items()}


@pytest.mark.parametrize("timing", [USUAL, SLOW_JUDGE])
@pytest.mark.parametrize("show_seconds", [None, 8.0])
@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 60.0])
def test_a_run_is_finished_when_both_modes_have_stopped(timing, show_seconds, seconds):
    """A run stops after epoch 8 of 20, whatever its pace and slices; no end is estimated before."""
    rig = RunRig(timing=timing, show_seconds=show_seconds, **STOP)
    rig.until_status(Status.FINISHED, seconds)
    assert (rig.last.epoch, rig.last.epochs, rig.last.reason) == (8, 20, "")
    assert kept(rig.last) == BEST
    assert {snapshot.seconds_left for snapshot in rig.sent} == {None}
    for mode, result in rig.last.results.items():
        assert result.checked_epochs.tolist() == list(range(BEST[mode] + 3))
        assert result.weights is not None
        assert (result.weights[0] == 4 * BEST[mode]).all()


def test_a_pause_shows_the_epoch_that_was_reached():
    """A pause shows the newest epoch; the best one comes back at the end of the run."""
    rig = RunRig(paused=True, **{**STOP, "keep": "best"})
    rig.until_status(Status.PAUSED)
    for _ in range(7):
        rig.run.step()
    rig.until_status(Status.PAUSED)
    assert (rig.last.epoch, kept(rig.last)) == (7, dict.fromkeys(BEST))
    assert (rig.last.results["last"].predictions == 28).all()
    rig.run.resume()
    rig.until_status(Status.FINISHED)
    assert (rig.last.epoch, kept(rig.last)) == (20, BEST)
    assert (rig.last.results["last"].predictions == 12).all()


@pytest.mark.parametrize(("keep", "last"), [("best", 12), ("last", 28)])
def test_a_run_that_diverges_has_its_best_epochs_back(keep, last):
    """In the eighth epoch; where the last one is kept, its figures stay and no epoch is named."""

    def bad(_key):
        return FakeProgram(lambda step: np.nan if step > 30 else 1.0)

    rig = RunRig(build=bad, optimizer="sgd", lr=0.7, **{**STOP, "keep": keep})
    rig.until_status(Status.DIVERGED)
    assert "finite number in epoch 8" in rig.last.reason
    assert "Lower the learning rate (0.7), or take Adam" in rig.last.reason
    assert all(np.isfinite(result.loss).all() for result in rig.last.results.values())
    assert rig.last.epoch == 7
    assert kept(rig.last) == (BEST if keep == "best" else dict.fromkeys(BEST))
    assert (rig.last.results["last"].predictions == last).all()
