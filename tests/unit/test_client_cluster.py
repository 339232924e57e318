"""A client with a cluster: where runs train, and how they fail over."""

import pytest

from lib.results import Snapshot, Status
from lib.training.client import AnswerError
from lib.training.messages import Ask, Event, Lost, sentence
from lib.training.worker_pool import CLUSTER, RESTART_DELAYS
from tests.unit.fakes import ClientRig, starts_of

WHY = "its address doesn't respond"
AWAY = sentence("away", why=WHY)
GONE = "The slot is gone."


@pytest.fixture
def rig():
    """Provide a client whose driver isn't ready."""
    rig = ClientRig(workers=2, clustered=True)
    yield rig
    rig.client.close()


@pytest.fixture
def ready(rig):
    """Provide a client with a cluster of three slots."""
    rig.worker.send(Event("ready", count=3))
    return rig


def is_driver(worker):
    """Return whether a worker is a cluster's driver."""
    return worker.arguments[:1] == (CLUSTER,)


def test_local_workers_train_while_the_cluster_is_unavailable(rig):
    """Runs fail over to local workers. Once the cluster is back, new runs train there."""
    (driver,), pool = rig.workers, rig.client.pool
    assert (is_driver(driver), driver.delay, pool.places) == (True, 0.0, 1)
    run = rig.start()
    assert starts_of(driver, run)
    driver.send(Event("ready", count=3))
    assert (pool.places, pool.ready, rig.workers) == (3, True, [driver])
    rig.report(run, Status.RUNNING, 3, saved=2)
    driver.die(unavailable=WHY)
    new_driver, local = rig.workers[1:]
    assert (is_driver(new_driver), is_driver(local)) == (True, False)
    assert (pool.away, pool.places) == (AWAY, 2)
    assert starts_of(local, run)[0].checkpoint == b"state"
    assert rig.latest(run).reason == sentence("continued", how=AWAY, epoch=2)
    driver.send(Snapshot(run.id, Status.RUNNING, 4, 5))  # It's ignored: the run has another worker.
    assert rig.latest(run).epoch == 2
    new = rig.start()
    rig.worker.send(Snapshot(new.id, Status.RUNNING, 1, 5))
    assert rig.latest(new).reason == AWAY
    new_driver.send(Event("ready", count=3))
    assert (pool.away, pool.places) == ("", 3)
    assert starts_of(new_driver, rig.start())
    local.send(Snapshot(run.id, Status.RUNNING, 3, 5))
    assert rig.latest(run).epoch == 3
    local.die()
    assert starts_of(new_driver, run)[0].checkpoint == b"state"


def test_a_driver_that_is_killed_is_followed_by_another(ready):
    """A new driver gets all active runs, until too many drivers have died."""
    run, paused, stopped = (ready.start() for _ in range(3))
    for delay in RESTART_DELAYS[:3]:
        for each, status in ((run, Status.RUNNING), (paused, Status.PAUSED)):
            ready.report(each, status, 3, saved=3)
        ready.client.stop(stopped)
        before = ready.worker
        before.die()
        assert (ready.worker.arguments, ready.worker.delay) == (before.arguments, delay)
        (start,) = starts_of(ready.worker, run)
        assert (start.paused, start.checkpoint) == (False, b"state")
        assert starts_of(ready.worker, paused)[0].paused
        how = sentence("driver_ended")
        assert ready.latest(run).reason == sentence("continued", how=how, epoch=3)
        assert ready.status(stopped) is Status.STOPPED
    ready.worker.die()
    assert "keeps failing" in ready.client.pool.away
    assert any(starts_of(each, run) for each in ready.workers if not is_driver(each))


def test_a_lost_slots_runs_restart_and_its_questions_fail(ready):
    """A lost run restarts from its checkpoint. A lost question fails."""
    run, paused = ready.start(), ready.start()
    future = ready.client.ask("double", number=1)
    (question_id,) = (command.id for command in ready.worker.posted if isinstance(command, Ask))
    ready.report(run, Status.RUNNING, 3, saved=3)
    ready.report(paused, Status.PAUSED, 2, saved=2)
    for name in (run.id, paused.id, question_id, "unknown"):
        ready.worker.send(Lost(name, GONE))
    assert starts_of(ready.worker, run)[1].checkpoint == b"state"
    assert starts_of(ready.worker, paused)[1].paused
    assert ready.latest(run).reason == sentence("continued", how=GONE, epoch=3)
    with pytest.raises(AnswerError, match=r"is gone\. Ask again"):
        future.result(0)
    ready.worker.send(Lost(run.id, GONE))
    assert ready.status(run) is Status.FAILED  # The run may be the cause of two losses.
