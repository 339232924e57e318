"""Which epoch each model keeps, and when it stops by itself. With programs that count."""

from dataclasses import replace

import numpy as np
import pytest

from lib.training import checkpoint
from lib.training.pair_trainer import PairTrainer
from tests.clock import Clock
from tests.unit.fakes import FakeProgram, make_dataset, make_experiment

LONG = 60.0
BEST = {"sequence": 6, "last": 3}  # the epochs after which `samples` are answered best, by mode


def samples():
    """Kept from training: targets of 28 at two steps and 12 at the last.

    After epoch e the models say 4e everywhere. The last-step model is right after epoch 3; the
    sequence model's loss is least after epoch 6: (2·4² + 12²) / 3, against (2·8² + 8²) / 3 before
    it and (2·0² + 16²) / 3 after it.
    """
    dataset = make_dataset()
    y = dataset.y.copy()
    y[8:, :-1], y[8:, -1] = 28.0, 12.0
    return replace(dataset, y=y).samples


def make_trainer(keep, data=None, **settings):
    """Ready to go; a batch of a model takes 0.01 s, and looking at the clock a little."""
    experiment = make_experiment(**{"keep": keep, "patience": 2, "epochs": 20, **settings})
    clock = Clock(tick=1e-4)
    trainer = PairTrainer(experiment, data or samples(), clock.now)
    trainer.evaluate()
    trainer.load(FakeProgram(float, clock=clock, seconds=0.01))
    return trainer


def train(trainer, seconds=LONG, epochs=20):
    """Up to an epoch, in slices of so many seconds."""
    goal = epochs * trainer.batches.steps
    while trainer.step < goal and not trainer.stopped:
        trainer.advance(seconds, goal)


@pytest.mark.parametrize("seconds", [LONG, 1.0, 0.1, 1e-9])
def test_each_mode_stops_by_itself_and_has_its_best_epoch_back(seconds):
    """Two epochs after it; whatever the slices are, each epoch is judged."""
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
        assert result.final_loss == 4 * best - 2.5  # the mean of its four batches' numbers


def test_a_best_epoch_that_was_thinned_out_is_put_back(monkeypatch):
    """Of a long run few epochs are remembered; the kept one is among them, with its figures."""
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
