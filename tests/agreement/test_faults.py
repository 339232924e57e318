"""What can happen to a worker, done to a real one: nothing hangs, and a sentence says what was."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import Run, Snapshot, Status
from lib.training import client as module
from lib.training import worker_process
from lib.training.client import TrainingClient
from tests.agreement.test_client import PATIENCE, eventually, is_gone
from tests.unit.fakes import make_dataset


@pytest.fixture(scope="module")
def client() -> Iterator[TrainingClient]:
    """One client for all; it replaces as many workers as are ended here."""
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "RESTART_DELAYS", (0.0,) * 20)
    with TrainingClient() as client:
        yield client
    patch.undo()


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    """A run long enough to be met in the middle: half a minute."""
    return Experiment().set(U=16, batch=32, epochs=5000, mode="last")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Six hundred samples, the last 120 kept from training."""
    return make_dataset(n=600, t=20, f=2, train=480)


def trained(snapshot: Snapshot) -> bool:
    """Whether it has a first point."""
    return snapshot.epoch > 0


def the_pid(client: TrainingClient) -> int:
    """Of the one worker, once it works."""
    assert eventually(lambda: client.worker_ready)
    (pid,) = client.worker_pids
    return pid


def goes_on(client: TrainingClient, run: Run, old: int, reason: str) -> None:
    """Whether the run has begun again with another worker, says why, and trains to its end."""
    assert eventually(lambda: client.worker_pids not in ((), (old,)))
    assert not psutil.pid_exists(old)  # no zombie either
    snapshot = client.wait(run, PATIENCE, lambda now: trained(now) and reason in now.reason)
    assert "It was started again. This run began again." in snapshot.reason
    client.stop(run)
    assert client.wait(run, PATIENCE).status is Status.STOPPED


def test_killed_while_idle(
    client: TrainingClient, experiment: Experiment, dataset: Dataset
) -> None:
    """Another one stands ready; the next run doesn't know the difference."""
    pid = the_pid(client)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: client.notice is not None)
    assert client.notice is not None
    assert "was killed (SIGKILL" in client.notice.text
    assert not psutil.pid_exists(pid)
    snapshot = client.wait(client.start(experiment.set(epochs=3), dataset), PATIENCE)
    assert (snapshot.status, snapshot.reason) == (Status.FINISHED, "")


def test_killed_while_compiling(
    client: TrainingClient, experiment: Experiment, dataset: Dataset
) -> None:
    """The run begins again."""
    pid = the_pid(client)
    run = client.start(experiment.set(U=21, cell="gru"), dataset)
    client.wait(run, PATIENCE, lambda now: now.status is Status.COMPILING)
    os.kill(pid, signal.SIGKILL)
    goes_on(client, run, pid, "was killed (SIGKILL")


def test_killed_while_training(
    client: TrainingClient, experiment: Experiment, dataset: Dataset
) -> None:
    """All that train begin again; what rests keeps its figures, and says why it can't go on."""
    pid = the_pid(client)
    resting = client.start(experiment, dataset, paused=True)
    client.step(resting)
    client.wait(resting, PATIENCE, lambda now: trained(now) and now.status is Status.PAUSED)
    runs = [client.start(experiment.set(seed=seed), dataset) for seed in range(2)]
    for run in runs:
        client.wait(run, PATIENCE, trained)
    os.kill(pid, signal.SIGKILL)
    failed = client.wait(resting, PATIENCE)
    assert (failed.status, failed.epoch) == (Status.FAILED, 1)
    assert "that happens when memory runs out" in failed.reason
    assert failed.results["last"].loss.size == 1
    for run in runs:
        goes_on(client, run, pid, "was killed (SIGKILL")


def test_stopped_and_so_silent(
    client: TrainingClient,
    experiment: Experiment,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After some beats without a sign of life it is ended, and another takes its place."""
    pid = the_pid(client)
    run = client.start(experiment, dataset)
    client.wait(run, PATIENCE, trained)
    monkeypatch.setattr(worker_process, "SILENT_BEATS", 2)
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: not psutil.pid_exists(pid))
    monkeypatch.undo()
    goes_on(client, run, pid, "said nothing for 3 s and was ended")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked for it")
def test_a_stopped_worker_ends_when_the_process_that_started_it_is_killed() -> None:
    """It can't see that its connection has ended, so Linux has to end it."""
    script = (
        "import time\n"
        "from lib.training.worker_process import WorkerProcess\n"
        "worker = WorkerProcess(print, print)\n"
        "while not worker._connected: time.sleep(0.01)\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=worker_process.ROOT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        assert psutil.pid_exists(pid)
        starter.kill()
    try:
        assert eventually(lambda: is_gone(pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def limit_memory(pid: int, room: int) -> None:
    """Let a process take `room` bytes more than it has, and no more."""
    most = psutil.Process(pid).memory_info().vms + room
    resource.prlimit(pid, resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


@pytest.mark.parametrize("where", ["in a run", "in the worker"])
def test_out_of_memory(
    client: TrainingClient, experiment: Experiment, dataset: Dataset, where: str
) -> None:
    """With a limit set on it. If it can, it lets the run fail that wants so much, and no other."""
    pid = the_pid(client)
    small = client.start(experiment, dataset)
    client.wait(small, PATIENCE, trained)
    limit_memory(pid, 16 * 10**6 if where == "in the worker" else 150 * 10**6)
    if where == "in the worker":  # 60 MB: there isn't even room for the run's data
        big = client.start(experiment, make_dataset(n=50_000, t=100, f=2, train=40_000))
        goes_on(client, small, pid, "The training process")
        client.stop(big)
    else:
        wide = experiment.set(U=96, batch=512)  # 200 MB for a step
        big = client.start(wide, make_dataset(n=640, t=100, f=2, train=600))
        failed = client.wait(big, PATIENCE)
        assert failed.status is Status.FAILED
        assert "it needs more memory than there is; fewer units" in failed.reason
        epoch = client.latest(small).epoch  # type: ignore[union-attr]
        client.wait(small, PATIENCE, lambda now: now.epoch > epoch or now.status.over)
        client.stop(small)
        resource.prlimit(pid, resource.RLIMIT_AS, (-1, -1))
        assert the_pid(client) == pid
