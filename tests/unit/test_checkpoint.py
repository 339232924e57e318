"""A run continues on another worker as if uninterrupted, at a bounded cost."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.results.run import ModeResult, Status
from lib.training import checkpoint, pair_trainer, worker_run
from lib.training.checkpoint import BatchOrder, SavedRun
from lib.training.messages import decode, encode
from lib.training.pair_trainer import PairTrainer
from lib.training.timing import USUAL
from tests.unit.fakes import FakeProgram, fake_dataset, make_experiment
from tests.unit.run_rig import RunRig
from tests.unit.test_pair_trainer_best import samples

LONG = 60.0
SOON = replace(USUAL, checkpoint_seconds=0.0)
STOP = {"keep": "stop", "patience": 2, "epochs": 20}
"""On `samples`, the last-step model stops after epoch 5, the sequence model after epoch 8."""


def make_trainer(data=None, state=b"", loss=None, **settings):
    """Return a trainer with a program, perhaps restored from the checkpoint `state`."""
    trainer = PairTrainer(make_experiment(**settings), data or fake_dataset().samples)
    if state:
        trainer.restore(decode(state, SavedRun))
    trainer.evaluate()
    trainer.load(FakeProgram(loss or (lambda step: 1 / (step + 1))))
    return trainer


def train_to(trainer, epochs):
    """Train up to an epoch, and evaluate each epoch."""
    while trainer.epoch < epochs and not trainer.stopped:
        trainer.advance(LONG, (trainer.epoch + 1) * trainer.batches.steps)
        trainer.evaluate()


def assert_same(one, other):
    """Assert that all results are equal, bit by bit."""
    assert (one.step, one.epoch, one.stopped) == (other.step, other.epoch, other.stopped)
    for first, second in zip(one.results(whole=True), other.results(whole=True), strict=True):
        assert list(first) == list(second)
        for mode, result in first.items():
            assert_same_results(result, second[mode])


def assert_same_results(one, other):
    """Assert that results are equal, field by field."""
    for field in fields(ModeResult):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if field.name == "weights":
            for array, same in zip(first, second, strict=True):
                np.testing.assert_array_equal(array, same)
        else:
            np.testing.assert_array_equal(first, second, field.name)


@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("keep", ["last", "best", "stop"])
@pytest.mark.parametrize("epoch", [1, 4, 6])
def test_a_restored_run_trains_as_if_never_interrupted(monkeypatch, epoch, keep, seeds):
    """The restored run has the same batches and final results, also for models that had stopped.

    The histories are short, so that they are thinned out.
    """
    monkeypatch.setattr(checkpoint, "MAX_CHECKS", 8)
    monkeypatch.setattr(checkpoint, "MAX_LOSSES", 10)
    settings = {**STOP, "keep": keep, "seeds": seeds, "batch": 3}
    uninterrupted = make_trainer(samples(), **settings)
    train_to(uninterrupted, epoch)
    state = encode(uninterrupted.saved())
    restored = make_trainer(samples(), state, **settings)
    assert_same(restored, uninterrupted)
    for trainer in (uninterrupted, restored):
        train_to(trainer, 20)
        trainer.keep_best()
    assert_same(restored, uninterrupted)


def test_when_a_run_has_no_new_checkpoint():
    """There is none before training, within an epoch, twice at an epoch, or after the end.

    A run above the size limit has no checkpoints.
    """
    trainer = make_trainer()
    assert not trainer.saved()
    trainer.advance(LONG, 4)
    assert not trainer.saved()
    trainer.evaluate()
    assert trainer.saved()
    assert not trainer.saved()
    trainer.advance(LONG, 6)
    assert not trainer.saved()
    diverged = make_trainer(loss=lambda step: np.nan if step > 5 else 1.0)
    train_to(diverged, 1)
    diverged.advance(LONG, 8)
    assert diverged.diverged
    assert not diverged.saved()
    stopped = make_trainer(samples(), **STOP)
    train_to(stopped, 20)
    assert not stopped.saved()
    large = make_trainer(U=128, seeds=16)
    train_to(large, 1)
    assert not large.saved()


def test_a_training_run_sends_checkpoints():
    """The epochs of a run's checkpoints increase. A run that is over sends none."""

    def slowly(_key):
        return FakeProgram(lambda step: 1 / (step + 1), max_steps=4)

    rig = RunRig(build=slowly, epochs=5000, timing=replace(USUAL, checkpoint_seconds=0.05))
    rig.until_status(Status.FINISHED)
    epochs = [each.epoch for each in rig.checkpoints]
    assert len(epochs) > 3
    assert epochs == sorted(set(epochs))
    assert epochs[-1] < 5000
    short = RunRig(epochs=5)
    short.until_status(Status.FINISHED)
    assert short.checkpoints == []


def test_a_pause_sends_a_checkpoint_first():
    """The checkpoint precedes the pause's snapshot. A second pause at an epoch sends none."""
    rig = RunRig(paused=True, epochs=10)
    rig.until_status(Status.PAUSED)
    assert rig.checkpoints == []
    rig.run.step()
    rig.until_status(Status.PAUSED)
    rig.run.pause()
    assert [each.epoch for each in rig.checkpoints] == [1]
    assert rig.sent[rig.sent_before[0]].status is Status.PAUSED


def test_a_restored_run_shows_its_results_before_it_trains():
    """A restored run sends its results before its program is built, then trains to its end."""
    first = RunRig(paused=True, epochs=10)
    for _ in range(3):
        first.run.step()
    first.until_status(Status.PAUSED)
    rig = RunRig(epochs=10, checkpoint=first.checkpoints[-1].state)
    rig.run.turn(1e-3)
    assert (rig.last.status.active, rig.last.epoch) == (True, 3)
    assert_same_results(rig.last.results["last"], first.last.results["last"])
    rig.until_status(Status.FINISHED)
    first.run.resume()
    first.until_status(Status.FINISHED)
    assert rig.last.results["last"].loss_epochs.tolist() == list(range(1, 11))
    for mode, result in rig.last.results.items():
        np.testing.assert_array_equal(result.loss, first.last.results[mode].loss)
        np.testing.assert_array_equal(result.predictions, first.last.results[mode].predictions)


def test_a_run_continues_if_a_checkpoint_fails(monkeypatch):
    """A run continues if its checkpoint would be too large or memory runs out."""
    monkeypatch.setattr(pair_trainer, "MOST_CHECKPOINT_BYTES", 100)
    rig = RunRig(epochs=500, timing=SOON)
    rig.until_status(Status.FINISHED)
    assert rig.checkpoints == []

    def no_memory(_):
        raise MemoryError

    monkeypatch.setattr(worker_run, "encode", no_memory)
    rig = RunRig(epochs=500, timing=SOON)
    rig.until_status(Status.FINISHED)
    assert rig.checkpoints == []


quickly = settings(derandomize=True, deadline=None)


@quickly
@given(st.integers(1, 30), st.integers(1, 12), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_batches_dont_depend_on_how_many_are_taken(n, b, parts):
    """Calls of `take` for any numbers of batches return the same batches."""
    whole = BatchOrder(n, b, 3).take(sum(parts))
    order = BatchOrder(n, b, 3)
    np.testing.assert_array_equal(np.concatenate([order.take(part) for part in parts]), whole)


@pytest.mark.parametrize(
    ("n", "batch", "steps", "sizes"),
    [(10, 4, 3, [4, 4, 2]), (8, 4, 2, [4, 4]), (3, 32, 1, [3]), (1, 1, 1, [1])],
)
def test_the_last_batch_may_be_smaller(n, batch, steps, sizes):
    """A short batch is padded with -1; a batch is never larger than the data."""
    order = BatchOrder(n, batch, 0)
    assert order.steps == steps
    assert order.sizes.tolist() == sizes
    assert (order.take(steps) >= 0).sum(axis=1).tolist() == sizes
