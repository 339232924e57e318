"""Workers that die or grow are replaced, and their runs continue."""

from dataclasses import replace

import numpy as np
import pytest

from lib.data import memory
from lib.results.run import Snapshot, Status
from lib.training import machine, run_registry, worker_pool
from lib.training.messages import Event, Steer, sentence
from lib.training.run_registry import WATCH_SECONDS
from tests.unit.fakes import fake_dataset, make_experiment, starts_of
from tests.unit.pictures import a_result

DIED = sentence("ended", how="was killed (SIGKILL)") + sentence("replaced")


@pytest.fixture
def ready(rig):
    """Provide a client whose worker is ready."""
    rig.worker.send(Event("ready"))
    return rig


def start_again(rig, run):
    """Let the worker die; return the command with which the next worker starts the run."""
    rig.worker.die()
    (command,) = starts_of(rig.worker, run)
    return command


def test_a_run_ends_only_the_initial_delay_of_a_worker(rig):
    """A run starts a worker at once, unless the worker is delayed because others died."""
    first = rig.worker
    rig.client.prepare(make_experiment(), fake_dataset())
    assert not first.begun
    rig.start()
    assert first.begun
    first.die()
    rig.worker.die()
    rig.start()
    assert (rig.worker.delay, rig.worker.begun) == (worker_pool.RESTART_DELAYS[1], False)


@pytest.mark.parametrize(
    ("saved", "state", "epoch", "words"),
    [(None, b"", 0, "restarted from epoch 0."), (3, b"state", 3, "continues from epoch 3.")],
)
def test_a_dead_workers_run_continues_on_another_worker(ready, saved, state, epoch, words):
    """The run continues from its newest checkpoint, or restarts if it has none."""
    done, run = ready.start(), ready.start()
    ready.report(done, Status.FINISHED, 5)
    ready.report(run, Status.RUNNING, 4, saved)
    command = start_again(ready, run)
    assert (command.checkpoint, command.paused) == (state, False)
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.QUEUED, epoch)
    assert snapshot.reason == f"{DIED} This run {words}"
    ready.worker.send(Event("ready"))
    ready.report(run, Status.RUNNING, 4)
    assert ready.status(run) is Status.RUNNING
    assert ready.latest(run).reason == snapshot.reason
    assert ready.status(done) is Status.FINISHED


@pytest.mark.parametrize("act", ["pause", "step", "some epochs", "not shown", "start paused"])
def test_a_paused_or_stepping_run_fails_over_as_paused(ready, act):
    """The new worker starts the run paused, from its checkpoint."""
    run = ready.start(paused=act == "start paused")
    ready.report(run, Status.RUNNING, 3, saved=2)
    acts = {
        "pause": lambda: ready.client.pause(run),
        "step": lambda: ready.client.step(run),
        "some epochs": lambda: ready.client.resume(run, epochs=2),
        "not shown": lambda: ready.clock.forward(WATCH_SECONDS + 1),
        "start paused": lambda: None,
    }
    acts[act]()
    if act in ("pause", "not shown"):
        ready.report(run, Status.RUNNING, 3)
        ready.report(run, Status.PAUSED, 3)
    command = start_again(ready, run)
    assert (command.checkpoint, command.paused) == (b"state", True)
    ready.report(run, Status.PAUSED, 2)
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    unwatched = sentence("unwatched")
    why = unwatched if act == "not shown" else sentence("continued", how=DIED, epoch=2)
    assert snapshot.reason == why
    ready.client.resume(run)
    assert ready.worker.posted[-1] == Steer("resume", run.id, (None,))
    assert not start_again(ready, ready.start()).paused


def test_a_stopping_run_is_stopped_if_its_worker_dies(ready):
    """The run has the status STOPPED, and keeps its results."""
    run = ready.start()
    ready.report(run, Status.RUNNING, 3, saved=3)
    ready.client.stop(run)
    ready.worker.die()
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch, snapshot.reason) == (Status.STOPPED, 3, "")
    assert ready.worker.posted == []


def test_a_run_that_fails_over_keeps_its_pace_and_priority(rig):
    """The run has its newest pace, and stays a background run."""
    how = {"show_seconds": 8.0, "background": True}
    run = rig.client.start(make_experiment(), fake_dataset(), **how)
    rig.client.set_pace(run, 24.0)
    command = start_again(rig, run)
    assert (command.background, command.show_seconds) == (True, 24.0)


def test_a_run_that_loses_two_workers_soon_fails(ready):
    """The failed run keeps its results. After TWICE_SECONDS a lost run restarts again."""
    run = ready.start()
    ready.worker.die()
    ready.clock.forward(run_registry.TWICE_SECONDS)
    for again in (True, False):
        ready.report(run, Status.RUNNING, 4, saved=4)
        ready.worker.die()
        assert (ready.status(run) is Status.QUEUED) == again
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.FAILED, 4)
    assert "process twice" in snapshot.reason
    assert starts_of(ready.worker, ready.start())


@pytest.mark.parametrize(("saved", "left"), [(2, [0, 1, 2]), (None, [])])
def test_weights_after_the_checkpoint_are_dropped(ready, saved, left):
    """All weights are dropped if the run restarts because it has no checkpoint."""
    run = ready.start()

    def report(epoch, value):
        result = replace(
            a_result(fake_dataset(), 0.5),
            weights=(np.full(3, value, np.float32),),
            checked_epochs=np.arange(epoch + 1),
        )
        ready.worker.send(Snapshot(run.id, Status.RUNNING, epoch, 9, results={"last": result}))

    for epoch in range(5):
        report(epoch, 1)
    ready.report(run, Status.RUNNING, 4, saved)
    ready.worker.die()
    assert [epoch for epoch, _ in ready.client.checkpoints(run)] == left
    for epoch in range(saved or 0, 5):
        report(epoch, 2)
    points = ready.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == list(range(5))
    values = [weights[0]["last"][0][0] for _, weights in points]
    assert values == [1] * len(left) + [2] * (5 - len(left))


def test_workers_that_keep_dying_are_restarted_less_often(rig):
    """After several deaths in a row, training is unavailable until a worker is ready."""
    delays = []
    for _ in range(6):
        rig.worker.die()
        delays.append(rig.worker.delay)
    assert delays == [*worker_pool.RESTART_DELAYS, worker_pool.RESTART_DELAYS[-1]]
    assert "ended 6 times in a row" in rig.client.pool.unavailable
    assert rig.latest(rig.start()).reason == rig.client.pool.unavailable
    rig.worker.send(Event("ready"))
    assert rig.client.pool.unavailable == ""
    for _ in range(3):
        rig.clock.forward(worker_pool.QUICK_SECONDS + 1)
        rig.worker.die()
        assert (rig.worker.delay, rig.client.pool.unavailable) == (0, "")


def test_if_training_is_unavailable_runs_fail_at_once(rig):
    """Runs and questions fail until a worker is ready. The next worker starts much later."""
    run, question = rig.start(), rig.client.ask("modes")
    rig.worker.die(unavailable=(why := "No TensorFlow."))
    reasons = rig.client.pool.unavailable, rig.latest(run).reason, f"{question.exception()}"
    assert reasons == (why, why, why)
    assert rig.latest(rig.start()).status is Status.FAILED
    assert rig.client.ask("modes").done()
    assert len(rig.workers) == 2
    assert (rig.worker.delay, rig.worker.begun) == (worker_pool.UNAVAILABLE_SECONDS, False)
    rig.worker.send(Event("ready"))
    assert not rig.client.pool.unavailable
    assert rig.status(rig.start()) is Status.QUEUED


def test_a_grown_worker_is_replaced(ready, monkeypatch):
    """A grown worker keeps its runs. If two don't fit in memory, it is replaced once it is idle."""
    first = ready.start()
    monkeypatch.setattr(memory, "total_memory", lambda: machine.GB)
    old = ready.worker
    old.send(Event("grown"))
    assert ready.workers == [old]
    monkeypatch.setattr(memory, "total_memory", lambda: machine.TWO_FIT_IN)
    old.send(Event("grown"))
    new = ready.worker
    assert (new is not old, old.verbs[-1]) == (True, "retire")
    second = ready.start()
    assert starts_of(new, second)
    ready.client.pause(first)
    assert old.posted[-1] == Steer("pause", first.id)
    old.die()
    assert starts_of(new, first)[0].paused
    monkeypatch.setattr(memory, "total_memory", lambda: machine.GB)
    for run in (first, second):
        ready.forget(run)
    new.send(Event("grown"))
    assert (new.verbs[-1], len(ready.workers)) == ("retire", 3)
