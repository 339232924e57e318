"""Runs whose worker died go on from their checkpoint: which do, from where, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Run, Snapshot, Status
from lib.training import run_registry
from lib.training.messages import Checkpoint, Event, Start, Steer
from lib.training.run_registry import WATCH_SECONDS
from tests.unit.fakes import Scene, make_dataset, make_experiment, starts
from tests.unit.pictures import a_result

DIED = "The training process was killed (SIGKILL). It was started again."


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A client whose worker is ready."""
    scene = Scene()
    scene.worker.say(Event("ready"))
    yield scene
    scene.client.close()


def start(scene: Scene, epoch: int = 3, saved: int = 2, paused: bool = False) -> Run:
    """A run that trains, and the epoch from which it can go on."""
    run = scene.start(paused=paused)
    scene.say(run, Status.RUNNING, epoch)
    scene.worker.say(Checkpoint(run.id, saved, b"state"))
    return run


def start_again(scene: Scene, run: Run) -> Start:
    """The command that the next worker gets, once this one has died."""
    scene.worker.die()
    (command,) = scene.worker.posted
    assert starts(command, run)
    assert isinstance(command, Start)
    return command


def test_a_run_goes_on_from_its_newest_checkpoint(scene: Scene) -> None:
    """It says from which epoch until it is over; its figures stay until there are others."""
    run = start(scene, epoch=4, saved=2)
    scene.worker.say(Checkpoint(run.id, 3, b"newer"))
    command = start_again(scene, run)
    assert (command.checkpoint, command.paused) == (b"newer", False)
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.QUEUED, 3)
    assert snapshot.reason == f"{DIED} This run goes on from epoch 3."
    scene.worker.say(Event("ready"))
    scene.say(run, Status.RUNNING, 4)
    assert scene.latest(run).reason == snapshot.reason


def test_checkpoints_are_kept_of_unfinished_runs_alone(scene: Scene) -> None:
    """One of each: a finished or failed run needs none, and one that was dropped isn't known."""
    runs = [start(scene) for _ in range(3)]
    entries = scene.client._registry.runs
    kept = [entries[run.id] for run in runs]
    scene.say(runs[0], Status.FINISHED, 5)
    scene.worker.say(Checkpoint(runs[0].id, 4, b"late"))
    scene.client.drop(runs[1])
    scene.worker.say(Checkpoint(runs[1].id, 4, b"late"))
    assert kept[0].checkpoint is None
    assert runs[1].id not in entries
    scene.client.close()
    assert kept[2].checkpoint is None


@pytest.mark.parametrize("act", ["pause", "step", "some epochs"])
def test_a_run_that_rests_comes_back_paused(scene: Scene, act: str) -> None:
    """So does one that was to make a step, or some: from there it is told anew."""
    run = start(scene)
    acts: dict[str, Callable[[], None]] = {
        "pause": lambda: scene.client.pause(run),
        "step": lambda: scene.client.step(run),
        "some epochs": lambda: scene.client.resume(run, epochs=2),
    }
    acts[act]()
    if act == "pause":
        scene.say(run, Status.PAUSED, 3)
    command = start_again(scene, run)
    assert (command.checkpoint, command.paused) == (b"state", True)
    scene.worker.say(Event("ready"))
    scene.say(run, Status.PAUSED, 2)
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    assert snapshot.reason == f"{DIED} This run goes on from epoch 2."
    scene.client.resume(run)
    assert scene.worker.posted[-1] == Steer("resume", run.id)


def test_a_run_that_was_told_to_go_on_does(scene: Scene) -> None:
    """Also one that was started paused."""
    run = start(scene, paused=True)
    scene.client.pause(run)
    scene.say(run, Status.PAUSED, 3)
    scene.client.resume(run)
    command = start_again(scene, run)
    assert (command.checkpoint, command.paused) == (b"state", False)


def test_a_run_that_was_told_to_stop_stays_stopped(scene: Scene) -> None:
    """With the figures that it had."""
    run = start(scene)
    scene.client.stop(run)
    scene.worker.die()
    assert (scene.status(run), scene.latest(run).epoch) == (Status.STOPPED, 3)
    assert scene.worker.posted == []


def test_a_run_that_nobody_watches_waits_until_somebody_does(scene: Scene) -> None:
    """It comes back paused, says that nobody watched, and goes on when it is told to."""
    run = start(scene)
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.say(run, Status.RUNNING, 3)
    assert scene.worker.verbs[-1] == "pause"
    command = start_again(scene, run)
    assert (command.checkpoint, command.paused) == (b"state", True)
    scene.worker.say(Event("ready"))
    scene.say(run, Status.PAUSED, 2)
    assert scene.latest(run).reason == "Paused: nobody was watching."
    scene.client.resume(run)
    assert scene.worker.verbs == ["start", "resume"]


def test_a_run_that_rests_untrained_loses_nothing(scene: Scene) -> None:
    """It needs no checkpoint to be back."""
    run = scene.start(paused=True)
    scene.say(run, Status.PAUSED, 0)
    command = start_again(scene, run)
    assert (command.checkpoint, command.paused) == (b"", True)
    assert scene.latest(run).reason == f"{DIED} This run began again."


def test_a_run_that_is_lost_twice_fails_with_a_checkpoint_too(scene: Scene) -> None:
    """It may be what kills; much later it goes on again, from the newer one."""
    run, other = start(scene), start(scene)
    scene.worker.die()
    scene.clock.forward(run_registry.TWICE_SECONDS)
    scene.worker.say(Event("ready"))
    scene.say(run, Status.RUNNING, 4)
    scene.worker.say(Checkpoint(run.id, 4, b"newer"))
    scene.client.drop(other)
    assert start_again(scene, run).checkpoint == b"newer"
    scene.worker.say(Event("ready"))
    scene.say(run, Status.RUNNING, 4)
    scene.worker.die()
    assert scene.status(run) is Status.FAILED
    assert "This run was lost twice" in scene.latest(run).reason


def test_what_the_next_worker_never_got_goes_on_with_the_one_after(scene: Scene) -> None:
    """With the checkpoint, as it was sent."""
    run = start(scene)
    scene.worker.die()
    scene.worker.die()
    (command,) = scene.worker.posted
    assert command.checkpoint == b"state"  # type: ignore[union-attr]
    assert scene.status(run) is Status.QUEUED


@pytest.mark.parametrize(("saved", "left"), [(2, [0, 1, 2]), (None, [])])
def test_weights_are_kept_up_to_where_the_run_goes_on(
    scene: Scene, saved: int | None, left: list[int]
) -> None:
    """What came after it comes again; of a run that begins again all does."""
    run = scene.client.start(make_experiment(epochs=9), make_dataset())

    def say(epoch: int, value: int) -> None:
        weights = (np.full(3, value, np.float32),)
        result = replace(a_result(make_dataset(), 0.5), weights=weights)
        result = replace(result, checked_epochs=np.arange(epoch + 1))
        scene.worker.say(Snapshot(run.id, Status.RUNNING, epoch, 9, results={"last": result}))

    for epoch in range(5):
        say(epoch, 1)
    if saved is not None:
        scene.worker.say(Checkpoint(run.id, saved, b"state"))
    scene.worker.die()
    assert [epoch for epoch, _ in scene.client.checkpoints(run)] == left
    scene.worker.say(Event("ready"))
    for epoch in range(saved or 0, 5):
        say(epoch, 2)
    points = scene.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == list(range(5))
    values = [weights[0]["last"][0][0] for _, weights in points]
    assert values == [1] * len(left) + [2] * (5 - len(left))
