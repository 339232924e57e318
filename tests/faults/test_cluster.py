"""A real cluster with two nodes, and failures of its parts.

The tests share the cluster: each test continues from the state that the previous test left.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.data.datasets.registry import make_dataset
from lib.experiment import Experiment
from lib.results.run import Status
from lib.sweep.runner import run_sweep
from lib.training.client import TrainingClient
from tests.agreement.test_engine import train as train_here
from tests.faults.cluster import nodes, until

EXPERIMENT = Experiment().set(data="running_mean", N=64, T=8, U=8, epochs=400, seeds=2)
DATASET = make_dataset(EXPERIMENT)
VARY = {"T": [4, 5, 6, 7], "U": [2, 3, 4, 5, 6, 8]}


@pytest.fixture(scope="module")
def cluster_nodes():
    """Provide a head with no processors, and two nodes with one processor each."""
    with nodes(2) as found:
        yield found


@pytest.fixture(scope="module")
def client(cluster_nodes):
    """Provide a page server's client that is connected to both nodes."""
    del cluster_nodes
    with TrainingClient() as server:
        until(lambda: server.pool.places == 2)
        yield server


def start(client, seed=0, **options):
    """Start a run that takes a few seconds."""
    return client.start(EXPERIMENT.set(seed=seed), DATASET, **options)


def at_epoch(client, run, epoch):
    """Wait for a run's snapshot at an epoch or later; return it."""
    return client.wait(run, 120, lambda snapshot: snapshot.epoch >= epoch)


def worker_seconds(cluster_nodes):
    """Return the processor seconds that each node's worker has used."""
    cluster, started = cluster_nodes
    return [sum(cluster.worker_of(node).cpu_times()[:2]) for node in started]


def test_runs_are_spread_over_both_nodes(client, cluster_nodes):
    """Each node trains one of two runs. The results equal those of training in this process."""
    before = worker_seconds(cluster_nodes)
    runs = [start(client, seed) for seed in (0, 1)]
    found = [client.wait(run, 120) for run in runs]
    assert [each.status for each in found] == [Status.FINISHED] * 2
    used = zip(before, worker_seconds(cluster_nodes), strict=True)
    assert all(now - then > 0.5 for then, now in used)
    expected = train_here(EXPERIMENT.set(seed=0), DATASET).results()[0]
    for mode, result in expected.items():
        assert result.final_mse == pytest.approx(found[0].results[mode].final_mse, rel=1e-3)


@pytest.mark.weekly
def test_runs_of_a_killed_node_continue_on_another(client, cluster_nodes):
    """Runs continue from checkpoints, with equal results. A sweep of 24 runs finishes."""
    cluster, started = cluster_nodes
    runs, seen = [], []
    for seed in range(3):  # in turn: if all started at once, a slow slot would get no run
        runs.append(start(client, seed, show_seconds=90))
        at_epoch(client, runs[-1], 10)
    with ThreadPoolExecutor(1) as thread:
        options = {"data": "running_mean", "epochs": 200, "seeds": 1, "progress": seen.append}
        sweep = thread.submit(run_sweep, vary=VARY, **options)
        until(lambda: seen and len(seen[-1].results) >= 4)
        for run in runs:
            at_epoch(client, run, 30)
        cluster.kill(started.pop())
        reason = "The cluster slot"
        until(lambda: any(reason in client.latest(run).reason for run in runs))
        lost = next(run for run in runs if reason in client.latest(run).reason)
        assert "This run continues from epoch" in client.latest(lost).reason
        for run in runs:
            client.set_pace(run, None)
        found = client.wait(lost, 120)
        swept = sweep.result(120)
    assert (swept["status"] == "finished").all()
    assert len(swept) == 2 * 24
    assert found.status is Status.FINISHED
    again = client.wait(start(client, lost.experiment.seed), 120)
    for mode, result in again.results.items():
        assert result.final_mse == pytest.approx(found.results[mode].final_mse, rel=1e-3)


@pytest.mark.weekly
def test_a_cluster_isnt_used_if_its_token_is_missing(cluster_nodes, monkeypatch, tmp_path):
    """This machine trains instead, and the run shows the reason."""
    cluster, _ = cluster_nodes
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UNROLLED_RAY", cluster.address)
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    with TrainingClient() as refused:
        run = start(refused)
        until(lambda: "it rejects this server" in refused.pool.away)
        assert refused.pool.away in at_epoch(refused, run, 1).reason


@pytest.mark.weekly
def test_this_machine_trains_while_the_head_is_down(client, cluster_nodes):
    """Runs continue locally. New runs use the cluster once its head is back."""
    cluster, _ = cluster_nodes
    run = start(client, show_seconds=60)
    at_epoch(client, run, 30)
    cluster.process(cluster.head, "gcs_server").kill()
    until(lambda: "The cluster isn't used: " in client.latest(run).reason)
    assert "This run continues from epoch" in client.latest(run).reason
    client.set_pace(run, None)
    assert client.wait(run, 120).status is Status.FINISHED
    assert "The cluster isn't used: " in client.wait(start(client), 120).reason
    cluster.close()
    with nodes(1, int(cluster.address.rpartition(":")[2])):
        until(lambda: not client.pool.away and client.pool.places == 1)
        found = client.wait(start(client), 120)
        assert (found.status, found.reason) == (Status.FINISHED, "")
