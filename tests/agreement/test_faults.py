"""Failures of a real worker: nothing hangs, and the user gets the reason."""

import os
import re
import resource
import signal

import psutil
import pytest

from lib.results.run import Status
from lib.training import worker_pool, worker_process
from lib.training.client import TrainingClient
from tests.unit.fakes import make_dataset
from tests.waiting import PATIENCE, eventually, worker_pids
from tests.weekly import first_of


@pytest.fixture(scope="module")
def client():
    """Return one client for all tests; it replaces the workers killed here."""
    patch = pytest.MonkeyPatch()
    patch.setattr(worker_pool, "RESTART_DELAYS", (0.0,))
    patch.setattr(worker_pool, "MOST_DEATHS", 20)
    with TrainingClient() as client:
        yield client
    patch.undo()


def trained(snapshot):
    """Return whether a run has its first point."""
    return snapshot.epoch > 0


def the_pid(client):
    """Return the worker's process id, once it is ready."""
    assert eventually(lambda: client.pool.ready)
    (pid,) = worker_pids(client)
    return pid


def is_saved(client, run):
    """Return whether a run has a checkpoint."""
    with client._changed:
        return client._registry.runs[run.id].checkpoint is not None


def goes_on(client, run, old, reason, since=0):
    """Assert that a run fails over, with the reason, and can be stopped.

    `since` is the earliest epoch from which it may continue; 0 allows a restart.
    """
    assert eventually(lambda: worker_pids(client) not in ((), (old,)))
    assert not psutil.pid_exists(old)  # no zombie either
    snapshot = client.wait(run, PATIENCE, lambda now: trained(now) and reason in now.reason)
    how = re.search(r"(restarted from epoch 0|continues from epoch (\d+))\.", snapshot.reason)
    assert how is not None
    assert int(how[2] or 0) >= since
    assert snapshot.epoch >= since
    if how[2]:
        snapshot = client.wait(run, PATIENCE, lambda now: now.epoch > int(how[2]))
        assert snapshot.results["last"].loss_epochs[0] == 1
    client.stop(run)
    assert client.wait(run, PATIENCE).status is Status.STOPPED


def test_killed_in_the_middle(client, endless):
    """Training runs continue, compiling ones restart, and paused ones stay paused."""
    pid = the_pid(client)
    experiment, dataset = endless
    resting = client.start(experiment, dataset, paused=True)
    client.step(resting)
    client.wait(resting, PATIENCE, lambda now: trained(now) and now.status is Status.PAUSED)
    runs = [client.start(experiment.set(seed=seed), dataset) for seed in range(2)]
    for run in runs:
        client.wait(run, PATIENCE, trained)
        assert eventually(lambda run=run: is_saved(client, run))
    runs.append(client.start(experiment.set(U=21, cell="gru"), dataset))
    client.wait(runs[-1], PATIENCE, lambda now: now.status is not Status.QUEUED)
    os.kill(pid, signal.SIGKILL)
    back = client.wait(resting, PATIENCE, lambda now: now.status is Status.PAUSED and now.reason)
    assert back.epoch == 1
    assert "maybe out of memory" in back.reason
    assert back.reason.endswith("continues from epoch 1.")
    assert back.results["last"].loss.size == 1
    for run, since in zip(runs, (1, 1, 0), strict=True):
        goes_on(client, run, pid, "was killed (SIGKILL", since)
    client.step(resting)
    stepped = client.wait(
        resting, PATIENCE, lambda now: now.status is Status.PAUSED and now.epoch > 1
    )
    assert (stepped.epoch, stepped.results["last"].loss.size) == (2, 2)
    client.stop(resting)
    later = client.wait(client.start(experiment.set(epochs=1), dataset), PATIENCE)
    assert (later.status, later.reason) == (Status.FINISHED, "")


def test_stopped_and_so_silent(client, endless, monkeypatch):
    """A suspended worker is killed after some beats, and replaced."""
    pid = the_pid(client)
    run = client.start(*endless)
    client.wait(run, PATIENCE, trained)
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(worker_process, "SILENT_BEATS", 2)
    assert eventually(lambda: not psutil.pid_exists(pid))
    monkeypatch.undo()
    goes_on(client, run, pid, "was silent for")


@pytest.mark.parametrize("where", first_of(["in a run", "in the worker"]))
def test_out_of_memory(client, endless, where):
    """Under a memory limit, only the run that needs too much fails, if possible."""
    pid = the_pid(client)
    small = client.start(*endless)
    client.wait(small, PATIENCE, trained)
    most = psutil.Process(pid).memory_info().vms
    most += 16 * 10**6 if where == "in the worker" else 150 * 10**6
    resource.prlimit(pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    if where == "in the worker":  # 60 MB: there isn't even room for the run's data
        big = client.start(endless[0], make_dataset(n=50_000, t=100, f=2, train=40_000))
        goes_on(client, small, pid, "The training process")
        client.stop(big)
    else:
        wide = endless[0].set(U=96, batch=512)  # 200 MB for a step
        big = client.start(wide, make_dataset(n=640, t=100, f=2, train=600))
        failed = client.wait(big, PATIENCE)
        assert failed.status is Status.FAILED
        assert "not enough memory; use fewer units" in failed.reason
        epoch = client.latest(small).epoch
        client.wait(small, PATIENCE, lambda now: now.epoch > epoch)
        client.stop(small)
        resource.prlimit(pid, resource.RLIMIT_AS, (-1, -1))
        assert the_pid(client) == pid
