"""A run's results: epochs, losses and evaluations, with fake programs."""

from dataclasses import replace

import numpy as np
import pytest

from lib.training.pair_trainer import PairTrainer
from tests.clock import Clock
from tests.unit.fakes import FakeProgram, fake_dataset, make_experiment

LONG = 60.0  # seconds for a turn, more than any test needs


def make_trainer(loss=float, train=8, **settings):
    """Return a trainer of both modes, and the program that both modes share."""
    trainer = PairTrainer(make_experiment(**settings), fake_dataset(train=train))
    trainer.evaluate()
    program = FakeProgram(loss)
    trainer.load(program)
    return trainer, program


@pytest.mark.parametrize(
    ("loss", "costs"), [("mse", [4.0, 0.25]), ("mae", [2.0, 0.5]), ("huber", [1.5, 0.125])]
)
def test_validation_loss_is_computed_like_each_modes_training_loss(loss, costs):
    """Sequence mode's loss counts all steps, last-step mode's only the last step.

    The model predicts 4 after 4 batches: its error is 2 at the first of two steps, and 0.5 at the
    last step.
    """
    dataset = fake_dataset(n=12, t=2, train=8)
    y = np.full_like(dataset.y, 100.0)
    y[8:, 0], y[8:, 1] = 2.0, 4.5
    trainer = PairTrainer(make_experiment(loss=loss), replace(dataset, y=y))
    trainer.evaluate()
    trainer.load(FakeProgram(lambda _: 0.0))
    trainer.advance(LONG, goal=4)
    trainer.evaluate()
    results = trainer.results()[0]
    for mode, expected in (("sequence", np.mean(costs)), ("last", costs[-1])):
        assert results[mode].checked_epochs.tolist() == [0, 1]
        assert len(results[mode].validation_loss) == 2
        assert results[mode].validation_loss[-1] == pytest.approx(expected)


def test_an_epoch_loss_is_the_mean_over_samples():
    """As in `fit`, the last of three batches with 4, 4 and 2 samples has half the weight."""
    trainer, _ = make_trainer(lambda step: [1.0, 2.0, 6.0][step % 3], train=10, batch=4)
    trainer.advance(LONG, goal=3)
    for result in trainer.results()[0].values():
        assert result.loss.tolist() == [pytest.approx((4 * 1 + 4 * 2 + 2 * 6) / 10)]


@pytest.mark.parametrize(
    ("fitting", "steps"), [(1.2, 1), (2.4, 4), (4.4, 4), (5.2, 4), (7.2, 8), (8.4, 8)]
)
def test_a_turn_is_extended_to_finish_an_epoch(fitting, steps):
    """A turn trains up to twice as many steps as fit into it, to finish the epoch."""
    clock = Clock()
    trainer = PairTrainer(make_experiment(epochs=1000), fake_dataset(), clock.now)
    trainer.evaluate()
    trainer.load(FakeProgram(clock=clock, seconds=0.005))  # a step trains two modes: 0.01 s
    trainer.advance(0.04, goal=4)  # measures the time of a step
    trainer.advance(0.01 * fitting, goal=2000)
    assert trainer.step == 4 + steps


@pytest.mark.parametrize(("mode", "bad"), [("sequence", np.nan), ("last", np.inf)])
def test_a_nan_loss_ends_training_and_keeps_earlier_results(mode, bad):
    """Both modes keep their losses and errors of earlier epochs."""
    trainer = PairTrainer(make_experiment(epochs=50), fake_dataset())
    trainer.evaluate()
    losses = {"sequence": lambda _: 1.0, "last": lambda _: 1.0}
    losses[mode] = lambda step: bad if step >= 9 else 1.0
    trainer.load(FakeProgram(losses["sequence"], last_loss=losses["last"]))
    trainer.advance(LONG, goal=4)
    trainer.evaluate()
    before = trainer.results()[0]
    trainer.advance(LONG, goal=200)
    trainer.evaluate()
    assert (trainer.diverged, trainer.epoch) == ((mode, 0), 2)
    for each, after in trainer.results()[0].items():
        assert after.loss.tolist() == [1.0, 1.0]
        assert after.predictions is before[each].predictions
        assert after.checked_epochs.tolist() == [0, 1]
    step = trainer.step
    trainer.advance(LONG, goal=200)
    assert trainer.step == step


def test_an_evaluation_can_take_several_calls():
    """An evaluation in four parts changes the results with its last part."""
    trainer, _ = make_trainer()
    trainer.advance(LONG, goal=4)
    epochs = []
    for _ in range(4):
        assert not trainer.evaluate(0.0)
        epochs.append(trainer.results()[0]["last"].checked_epochs.tolist())
    assert epochs == [[0]] * 4
    assert trainer.evaluate(0.0)
    assert [r.checked_epochs.tolist() for r in trainer.results()[0].values()] == [[0, 1]] * 2
    assert trainer.evaluate(0.0)


def test_a_step_of_many_models_takes_several_turns():
    """Each turn makes one call, so that other runs don't wait. Each model trains once."""
    clock = Clock()
    trainer = PairTrainer(make_experiment(seeds=4), fake_dataset(), clock.now)
    trainer.evaluate()
    program = FakeProgram(clock=clock, seconds=1.0)
    trainer.load(program)
    for call in range(1, 9):
        assert trainer.at_epoch_end == (call == 1)
        trainer.advance(0.1, goal=4)
        assert (len(program.calls), trainer.step) == (call, call // 8)
