"""A run whose models keep their best epochs: when it is over, and whose figures it sends."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.timing import USUAL
from tests.unit.fakes import FakeProgram
from tests.unit.run_driver import RunDriver
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
    """After epoch 8 of 20, at any pace and in any slices; nobody knows before when that is."""
    driver = RunDriver(timing=timing, show_seconds=show_seconds, **STOP)
    driver.until_status(Status.FINISHED, seconds)
    assert (driver.last.epoch, driver.last.epochs, driver.last.reason) == (8, 20, "")
    assert kept(driver.last) == BEST
    assert {snapshot.seconds_left for snapshot in driver.sent} == {None}
    for mode, result in driver.last.results.items():
        assert result.checked_epochs.tolist() == list(range(BEST[mode] + 3))
        assert result.weights is not None
        assert (result.weights[0] == 4 * BEST[mode]).all()


def test_a_pause_shows_the_epoch_that_was_reached():
    """The best one comes back at the end, after more training."""
    driver = RunDriver(paused=True, **{**STOP, "keep": "best"})
    driver.until_status(Status.PAUSED)
    for _ in range(7):
        driver.run.step()
    driver.until_status(Status.PAUSED)
    assert (driver.last.epoch, kept(driver.last)) == (7, dict.fromkeys(BEST))
    assert (driver.last.results["last"].predictions == 28).all()
    driver.run.resume()
    driver.until_status(Status.FINISHED)
    assert (driver.last.epoch, kept(driver.last)) == (20, BEST)
    assert (driver.last.results["last"].predictions == 12).all()


@pytest.mark.parametrize(("keep", "last"), [("best", 12), ("last", 28)])
def test_a_run_that_diverges_has_its_best_epochs_back(keep, last):
    """In the eighth epoch; where the last one is kept, its figures stay and no epoch is named."""

    def bad(_key):
        return FakeProgram(lambda step: np.nan if step > 30 else 1.0)

    driver = RunDriver(build=bad, optimizer="sgd", lr=0.7, **{**STOP, "keep": keep})
    driver.until_status(Status.DIVERGED)
    assert "finite number in epoch 8" in driver.last.reason
    assert "Lower the learning rate (0.7), or take Adam" in driver.last.reason
    assert all(np.isfinite(result.loss).all() for result in driver.last.results.values())
    assert driver.last.epoch == 7
    assert kept(driver.last) == (BEST if keep == "best" else dict.fromkeys(BEST))
    assert (driver.last.results["last"].predictions == last).all()
