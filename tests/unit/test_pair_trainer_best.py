"""The best epoch of each model, and early stopping, with fake programs."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Status
from lib.training import checkpoint
from lib.training.pair_trainer import PairTrainer
from lib.training.timing import USUAL
from tests.clock import Clock
from tests.unit.fakes import FakeProgram, fake_dataset, make_experiment
from tests.unit.run_rig import RunRig

LONG = 60.0
SLOW_EVALUATION = replace(USUAL, evaluate_seconds=0.0)
BEST = {"sequence": 6, "last": 3}  # the best epoch on `samples`, by mode


def samples():
    """Return samples whose validation targets are 28 at two steps and 12 at the last.

    After epoch e the models predict 4e. The last-step model is exact after epoch 3. The sequence
    model's loss is lowest after epoch 6: (2·4² + 12²) / 3. The loss is (2·8² + 8²) / 3 after epoch
    5 and (2·0² + 16²) / 3 after epoch 7.
    """
    dataset = fake_dataset()
    y = dataset.y.copy()
    y[8:, :-1], y[8:, -1] = 28.0, 12.0
    return replace(dataset, y=y).samples


def make_trainer(keep, data=None, **settings):
    """Return a trainer whose models take 0.01 s per batch. Reading its clock takes 0.1 ms."""
    experiment = make_experiment(**{"keep": keep, "patience": 2, "epochs": 20, **settings})
    clock = Clock(tick=1e-4)
    trainer = PairTrainer(experiment, data or samples(), clock.now)
    trainer.evaluate()
    trainer.load(FakeProgram(float, clock=clock, seconds=0.01))
    return trainer


def train(trainer, seconds=LONG, epochs=20):
    """Train up to an epoch, in turns of `seconds`."""
    goal = epochs * trainer.batches.steps
    while trainer.step < goal and not trainer.stopped:
        trainer.advance(seconds, goal)


@pytest.mark.parametrize("seconds", [LONG, 1.0, 0.1, 1e-9])
def test_each_mode_stops_alone_and_restores_its_best_epoch(seconds):
    """Each mode stops two epochs after its best epoch. Every epoch is evaluated."""
    trainer = make_trainer("stop")
    train(trainer, seconds)
    assert trainer.stopped
    assert (trainer.epoch, trainer.at_epoch_end) == (8, True)
    for mode, result in trainer.results()[0].items():
        best = BEST[mode]
        assert result.kept_epoch == best
        assert result.loss_epochs.tolist() == list(range(1, best + 3))
        assert result.checked_epochs.tolist() == list(range(best + 3))
        assert result.weights is not None
        assert all((array == 4 * best).all() for array in result.weights)
        assert (result.predictions == 4 * best).all()
        assert result.step_mse.tolist() == [(28 - 4 * best) ** 2] * 2 + [(12 - 4 * best) ** 2]
        assert result.final_mse == (12 - 4 * best) ** 2
        assert result.final_validation_loss == result.validation_loss[1:].min()
        assert result.final_loss == 4 * best - 2.5  # mean of the epoch's batch numbers


def test_a_thinned_out_best_epoch_is_put_back(monkeypatch):
    """The histories of a long run, which are thinned out, include the best epoch at the end."""
    monkeypatch.setattr(checkpoint, "MAX_CHECKS", 4)
    monkeypatch.setattr(checkpoint, "MAX_LOSSES", 4)
    trainer = make_trainer("best", epochs=23, mode="last")
    train(trainer, epochs=23)
    before = trainer.results()[0]["last"]
    assert 3 not in before.checked_epochs
    assert 3 not in before.loss_epochs
    trainer.keep_best()
    result = trainer.results()[0]["last"]
    assert set(result.checked_epochs) == {3, *before.checked_epochs}
    assert (np.diff(result.checked_epochs) > 0).all()
    assert (np.diff(result.loss_epochs) > 0).all()
    assert (result.final_mse, result.final_validation_loss, result.final_loss) == (0.0, 0.0, 9.5)


STOP = {"keep": "stop", "patience": 2, "epochs": 20, "samples": samples()}
"""The last-step model stops after epoch 5, the sequence model after 8."""


def kept(snapshot):
    """Return the kept epoch by mode."""
    return {mode: result.kept_epoch for mode, result in snapshot.results.items()}


@pytest.mark.parametrize("timing", [USUAL, SLOW_EVALUATION])
@pytest.mark.parametrize("show_seconds", [None, 8.0])
@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 60.0])
def test_a_run_is_finished_when_both_modes_have_stopped(timing, show_seconds, seconds):
    """The run stops after epoch 8 of 20 at any pace. It never estimates its remaining time."""
    rig = RunRig(timing=timing, show_seconds=show_seconds, **STOP)
    rig.until_status(Status.FINISHED, seconds)
    assert (rig.last.epoch, rig.last.epochs, rig.last.reason) == (8, 20, "")
    assert kept(rig.last) == BEST
    assert {snapshot.seconds_left for snapshot in rig.sent} == {None}
    for mode, result in rig.last.results.items():
        assert result.checked_epochs.tolist() == list(range(BEST[mode] + 3))
        assert result.weights is not None
        assert (result.weights[0] == 4 * BEST[mode]).all()


def test_a_pause_shows_the_newest_epoch():
    """The best epoch is restored when the run ends."""
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
def test_a_run_that_diverges_restores_its_best_epochs(keep, last):
    """A run that doesn't keep its best epochs has the results of its last finite epoch."""

    def bad(_key):
        return FakeProgram(lambda step: np.nan if step > 30 else 1.0)

    rig = RunRig(build=bad, optimizer="sgd", lr=0.7, **{**STOP, "keep": keep})
    rig.until_status(Status.DIVERGED)
    assert "infinite in epoch 8" in rig.last.reason
    assert "Lower the learning rate (0.7), or choose Adam" in rig.last.reason
    assert all(np.isfinite(result.loss).all() for result in rig.last.results.values())
    assert rig.last.epoch == 7
    assert kept(rig.last) == (BEST if keep == "best" else dict.fromkeys(BEST))
    assert (rig.last.results["last"].predictions == last).all()
