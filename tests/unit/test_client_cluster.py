"""A client with a cluster: which runs go there, which go on here, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lib.results.run import Run, Snapshot, Status
from lib.training.cluster_link import MODULE, RETRY_SECONDS
from lib.training.messages import (
    Checkpoint,
    Event,
    Lost,
    Report,
    Show,
    Start,
    Steer,
)
from tests.unit.fakes import FakeWorker, Scene, make_dataset, make_experiment

AWAY = Event("away", "nobody answers at head:1")
WORDS = "The cluster isn't used: nobody answers at head:1. This machine trains."
LEFT = "The cluster can't be used now."
LOST = "The connection to the cluster was lost."


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A client whose driver isn't ready yet."""
    scene = Scene(workers=2, clustered=True)
    yield scene
    scene.client.close()


@pytest.fixture
def ready(scene: Scene) -> Scene:
    """The same with a cluster of three slots."""
    scene.worker.say(Event("ready", count=3))
    return scene


def is_driver(worker: FakeWorker) -> bool:
    """Whether it is no worker of this machine's own."""
    return worker.arguments[:1] == (MODULE,)


def starts(worker: FakeWorker, run: Run) -> list[Start]:
    """The commands that start a run there."""
    return [c for c in worker.posted if isinstance(c, Start) and c.run_id == run.id]


def saved(run: Run, epoch: int) -> Checkpoint:
    """A checkpoint of a run."""
    return Checkpoint(run.id, epoch, b"state")


def test_with_a_cluster_only_its_driver_starts(scene: Scene) -> None:
    """At once; it has one place until it says how many, and new runs wait for it."""
    (driver,) = scene.workers
    assert is_driver(driver)
    assert driver.delay == 0.0
    assert scene.client.places == 1
    run = scene.start()
    assert starts(driver, run)
    driver.say(Event("ready", count=3))
    assert (scene.client.places, scene.client.worker_ready, scene.client.away) == (3, True, "")
    driver.say(Event("places", count=70))
    assert scene.client.places == 70
    assert scene.workers == [driver]


def test_without_a_cluster_training_goes_on_here(scene: Scene) -> None:
    """What had not been sent moves, with the reason; new runs come here, with it too."""
    (driver,) = scene.workers
    run = scene.start()
    scene.client.pause(run)
    future = scene.client.ask("double", number=1)
    driver.say(AWAY)
    assert scene.client.away == WORDS
    local = scene.worker
    assert not is_driver(local)
    assert local.verbs == ["start", "pause", "ask"]
    assert driver.posted == []
    assert scene.client.places == 2
    local.say(Event("ready"))
    scene.say(run, Status.RUNNING, 1)
    assert scene.latest(run).reason == WORDS
    new = scene.start()
    scene.worker.say(Snapshot(new.id, Status.RUNNING, 1, 5))
    assert scene.latest(new).reason == WORDS
    assert not future.done()


def test_runs_of_a_cluster_that_is_gone_go_on_here(ready: Scene) -> None:
    """From their checkpoints; it is no fault of theirs, though it happens twice."""
    (driver,) = ready.workers
    run = ready.start()
    ready.say(run, Status.RUNNING, 3)
    driver.say(saved(run, 2))
    driver.say(AWAY)
    (start,) = starts(ready.worker, run)
    assert (start.checkpoint, start.again) == (b"state", True)
    assert ready.latest(run).reason == f"{LEFT} This run goes on from epoch 2."
    assert ready.latest(run).epoch == 2


def test_what_a_cluster_still_says_of_a_run_that_goes_on_here_is_no_news(ready: Scene) -> None:
    """As after a broken connection: its copy there is ended."""
    (driver,) = ready.workers
    run = ready.start()
    driver.say(Snapshot(run.id, Status.RUNNING, 3, 5))
    driver.say(AWAY)
    local = ready.worker
    driver.die()
    later = ready.worker
    assert is_driver(later)
    local.say(Snapshot(run.id, Status.RUNNING, 1, 5))
    later.say(Event("ready", count=3))
    later.say(saved(run, 4))
    later.say(Snapshot(run.id, Status.RUNNING, 4, 5))
    assert ready.latest(run).epoch == 1
    assert later.posted[-1] == Steer("drop", run.id)
    later.say(Snapshot(run.id, Status.FINISHED, 5, 5))
    assert ready.status(run) is Status.RUNNING
    local.die()
    assert starts(later, run)[0].checkpoint == b""


def test_when_the_cluster_is_back_new_runs_go_there(scene: Scene) -> None:
    """And what trains here ends with its runs; one whose process dies goes on there."""
    scene.worker.say(AWAY)
    run = scene.start()
    local = scene.worker
    local.say(Event("ready"))
    local.say(Snapshot(run.id, Status.RUNNING, 1, 5))
    scene.workers[0].die()
    driver = scene.worker
    assert driver.delay == RETRY_SECONDS
    driver.say(Event("ready", count=3))
    assert scene.client.away == ""
    assert local.verbs == ["start", "retire"]
    new = scene.start()
    assert starts(driver, new)
    local.say(Snapshot(run.id, Status.RUNNING, 2, 5))
    assert scene.latest(run).epoch == 2
    local.die()
    assert starts(driver, run)
    assert scene.status(run) is Status.QUEUED


def test_a_driver_that_is_killed_is_followed_by_another(ready: Scene) -> None:
    """Which is told of all runs, to find them again; that may happen any number of times."""
    run, paused = ready.start(), ready.start()
    ready.say(run, Status.RUNNING, 3)
    ready.say(paused, Status.PAUSED, 3)
    for each in (run, paused):
        ready.worker.say(saved(each, 3))
    for _ in range(3):
        before = ready.worker
        before.die()
        assert ready.worker is not before
        assert ready.worker.arguments == before.arguments  # it is the same page server's
        (start,) = starts(ready.worker, run)
        assert (start.again, start.paused, start.checkpoint) == (True, False, b"state")
        assert starts(ready.worker, paused)[0].paused
        assert ready.latest(run).reason == f"{LOST} This run goes on from epoch 3."
        ready.worker.say(Event("ready", count=3))
        ready.say(run, Status.RUNNING, 4)
        ready.say(paused, Status.PAUSED, 3)
        ready.worker.say(saved(run, 3))
    assert ready.client.away == ""


def test_a_run_that_was_stopped_meanwhile_is_ended_there_too(ready: Scene) -> None:
    """The command may have been lost with the driver."""
    run = ready.start()
    ready.say(run, Status.RUNNING, 3)
    ready.client.stop(run)
    ready.worker.die()
    assert ready.status(run) is Status.STOPPED
    assert ready.worker.posted == [Steer("drop", run.id)]


def test_a_driver_that_ends_again_and_again_is_given_up(ready: Scene) -> None:
    """Then training goes on here; another one is tried after some seconds."""
    run = ready.start()
    for delay in (0.0, 1.0, 4.0):
        ready.worker.die()
        assert (ready.worker.delay, is_driver(ready.worker)) == (delay, True)
    ready.worker.die()
    assert "the connection ended 4 times in short order" in ready.client.away
    driver, local = ready.workers[-2:]
    assert (driver.delay, is_driver(driver)) == (RETRY_SECONDS, True)
    assert not is_driver(local)
    assert starts(local, run)


def test_runs_that_lost_their_slot_begin_again_elsewhere(ready: Scene) -> None:
    """From their checkpoint, by the same driver; those that are over are shown again."""
    run = ready.start()
    over = ready.client.start(make_experiment(), make_dataset(), card=b"card")
    ready.say(run, Status.RUNNING, 3)
    ready.worker.say(saved(run, 3))
    ready.say(over, Status.FINISHED, 5)
    ready.worker.say(Lost([run.id, over.id, "unknown"], "The node is gone."))
    again, show = ready.worker.posted[-2:]
    assert (again, again.checkpoint) == (starts(ready.worker, run)[1], b"state")  # type: ignore[union-attr]
    assert isinstance(show, Show)
    assert (show.card, show.snapshot.run_id, show.snapshot.epoch) == (b"card", over.id, 5)
    assert ready.latest(run).reason == "The node is gone. This run goes on from epoch 3."
    ready.worker.say(Lost([run.id], "The node is gone."))
    assert ready.status(run) is Status.FAILED  # within a minute: it may be what ends them


def test_a_closed_client_starts_no_driver(ready: Scene) -> None:
    """Though pages may still look for runs."""
    ready.client.close()
    count = len(ready.workers)
    assert ready.client.lookups
    ready.client.lookups.ask("0" * 16, 1, print)
    ready.client.adopt(Run("0" * 16, make_experiment(), make_dataset()))
    assert len(ready.workers) == count


def test_a_late_message_of_a_worker_before_is_no_news(ready: Scene) -> None:
    """Nor does it bring back a run that is forgotten."""
    run = ready.start()
    first = ready.worker
    first.die()
    first.say(Report(replace(ready.latest(run), status=Status.FINISHED, epoch=5)))
    assert ready.status(run) is Status.QUEUED
