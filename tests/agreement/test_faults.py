"""Failures of a real worker: runs fail over, or fail with a reason."""

import os
import re
import resource
import signal

import psutil
import pytest

from lib.results.run import Status
from lib.training import worker_pool
from tests.unit.fakes import fake_dataset
from tests.waiting import PATIENCE, eventually, worker_pids


@pytest.fixture(autouse=True)
def _workers_are_replaced_at_once(monkeypatch):
    """Let the client replace the workers that the tests kill."""
    monkeypatch.setattr(worker_pool, "RESTART_DELAYS", (0.0,))
    monkeypatch.setattr(worker_pool, "MOST_DEATHS", 20)


def trained(snapshot):
    """Return whether a run has trained an epoch."""
    return snapshot.epoch > 0


def worker_pid(client):
    """Return the worker's process id, once it is ready."""
    assert eventually(lambda: client.pool.ready)
    (pid,) = worker_pids(client)
    return pid


def is_saved(client, run):
    """Return whether a run has a checkpoint."""
    with client._changed:
        return client._registry.runs[run.id].checkpoint is not None


def assert_fails_over(client, run, old, reason, since=0):
    """Assert that a run fails over from the worker process `old`, and can then be stopped.

    `since` is the lowest epoch from which the run may continue. 0 allows a restart.
    """
    assert eventually(lambda: worker_pids(client) not in ((), (old,)))
    assert not psutil.pid_exists(old)  # It isn't a zombie either.
    snapshot = client.wait(run, PATIENCE, lambda now: trained(now) and reason in now.reason)
    match = re.search(r"(restarted from epoch 0|continues from epoch (\d+))\.", snapshot.reason)
    assert match is not None
    assert int(match[2] or 0) >= since
    assert snapshot.epoch >= since
    if match[2]:
        snapshot = client.wait(run, PATIENCE, lambda now: now.epoch > int(match[2]))
        assert snapshot.results["last"].loss_epochs[0] == 1
    client.stop(run)
    assert client.wait(run, PATIENCE).status is Status.STOPPED


def test_runs_fail_over_when_their_worker_is_killed(client, endless):
    """A training run continues, a compiling run restarts, and a paused run stays paused."""
    pid = worker_pid(client)
    experiment, dataset = endless
    paused = client.start(experiment, dataset, paused=True)
    client.step(paused)
    client.wait(paused, PATIENCE, lambda now: trained(now) and now.status is Status.PAUSED)
    runs = [client.start(experiment, dataset)]
    client.wait(runs[0], PATIENCE, trained)
    assert eventually(lambda: is_saved(client, runs[0]))
    runs.append(client.start(experiment.set(U=21, cell="gru"), dataset))
    client.wait(runs[-1], PATIENCE, lambda now: now.status is not Status.QUEUED)
    os.kill(pid, signal.SIGKILL)
    again = client.wait(paused, PATIENCE, lambda now: now.status is Status.PAUSED and now.reason)
    assert again.epoch == 1
    assert "maybe out of memory" in again.reason
    assert again.reason.endswith("continues from epoch 1.")
    assert again.results["last"].loss.size == 1
    for run, since in zip(runs, (1, 0), strict=True):
        assert_fails_over(client, run, pid, "was killed (SIGKILL", since)
    client.step(paused)
    stepped = client.wait(
        paused, PATIENCE, lambda now: now.status is Status.PAUSED and now.epoch > 1
    )
    assert (stepped.epoch, stepped.results["last"].loss.size) == (2, 2)
    client.stop(paused)
    later = client.wait(client.start(experiment.set(epochs=1), dataset), PATIENCE)
    assert (later.status, later.reason) == (Status.FINISHED, "")


@pytest.mark.weekly  # tests/unit/test_messages.py has the reason that a run shows.
@pytest.mark.parametrize("where", ["in a run", "in the worker"])
def test_a_run_that_needs_too_much_memory_fails(client, endless, where):
    """Other runs continue, or fail over if the worker process ends."""
    pid = worker_pid(client)
    small = client.start(*endless)
    client.wait(small, PATIENCE, trained)
    most = psutil.Process(pid).memory_info().vms
    most += 16 * 10**6 if where == "in the worker" else 150 * 10**6
    resource.prlimit(pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    if where == "in the worker":  # The data of the run, 60 MB, are larger than the free memory.
        big = client.start(endless[0], fake_dataset(n=50_000, t=100, f=2, train=40_000))
        assert_fails_over(client, small, pid, "The training process")
        client.stop(big)
    else:
        wide = endless[0].set(U=96, batch=512)  # One training step needs 200 MB.
        big = client.start(wide, fake_dataset(n=640, t=100, f=2, train=600))
        failed = client.wait(big, PATIENCE)
        assert failed.status is Status.FAILED
        assert "not enough memory; use fewer units" in failed.reason
        epoch = client.latest(small).epoch
        client.wait(small, PATIENCE, lambda now: now.epoch > epoch)
        client.stop(small)
        resource.prlimit(pid, resource.RLIMIT_AS, (-1, -1))
        assert worker_pid(client) == pid
