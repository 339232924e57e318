"""The client with a real worker process: training, commands, and ends of processes."""

import contextlib
import os
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest
from click.testing import CliRunner

from lib.experiment import Experiment
from lib.recurrence import forward, initial_model_weights
from lib.results.run import Status
from lib.sweep.__main__ import main
from lib.training.client import TrainingClient
from lib.training.worker_process import ROOT
from tests.unit.fakes import fake_dataset
from tests.waiting import PATIENCE, eventually


def is_gone(pid):
    """Return whether a process has ended, including zombies."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def experiment():
    """Return an experiment of 20 epochs, so that all tests share one architecture."""
    return Experiment().set(U=4, batch=8, epochs=20)


@pytest.fixture(scope="module")
def dataset():
    """Return 60 samples, the last 12 for validation."""
    return fake_dataset(n=60, t=5, f=2, train=48)


def test_a_script_trains_and_reads_the_results(client, experiment, dataset):
    """Both models train to the end, and NumPy reproduces their predictions."""
    snapshot = client.wait(client.start(experiment, dataset), PATIENCE)
    assert (snapshot.status, snapshot.epoch) == (Status.FINISHED, 20)
    assert list(snapshot.results) == ["sequence", "last"]
    for result in snapshot.results.values():
        assert result.loss_epochs.tolist() == list(range(1, 21))
        assert result.loss[-1] < result.loss[0]
        assert result.weights is not None
        _, outputs = forward(experiment, result.weights, dataset.x[snapshot.samples])
        np.testing.assert_allclose(result.predictions, outputs, atol=1e-5)


def test_the_worker_answers_a_question(client, experiment, dataset):
    """The answer of Keras has arrays and numbers that NumPy reproduces."""
    weights = initial_model_weights(experiment, 2, 1)
    x = dataset.x[:3]
    question = client.ask("modes", cell="lstm", weights=weights, x=x, sample=1)
    answer = question.result(PATIENCE)
    assert answer["difference"] == 0.0
    (trace,), _ = forward(experiment, weights, x)
    np.testing.assert_allclose(answer["sequence"], trace.hidden, atol=1e-6)


def test_a_run_can_be_paused_stepped_resumed_and_stopped(client, endless):
    """All commands of the page's buttons work."""
    run = client.start(*endless, paused=True)

    def paused_at(epoch):
        return lambda snapshot: snapshot.status is Status.PAUSED and snapshot.epoch >= epoch

    assert client.wait(run, PATIENCE, paused_at(0)).epoch == 0
    client.step(run)
    assert client.wait(run, PATIENCE, paused_at(1)).epoch == 1
    client.resume(run)
    client.wait(run, PATIENCE, lambda snapshot: snapshot.epoch > 2)
    client.pause(run)
    paused = client.wait(run, PATIENCE, paused_at(2))
    assert paused.epochs_per_second > 0
    client.stop(run)
    stopped = client.wait(run, PATIENCE)
    assert (stopped.status, stopped.epoch) == (Status.STOPPED, paused.epoch)


CLIENT = """
import time
from lib.training.client import TrainingClient
from tests.waiting import worker_pids
client = TrainingClient()
while not worker_pids(client): time.sleep(0.01)
print(*worker_pids(client), flush=True)
"""
"""A script that starts a worker, prints its process id, and ends without an error."""
SLEEP = "time.sleep(600)\n"


@pytest.mark.parametrize("end", ["", SLEEP], ids=["ends without close", "killed"])
def test_no_worker_outlives_the_process_that_started_it(end):
    """Workers end with their parent, without warnings after a normal end."""
    command = [sys.executable, "-W", "error", "-c", CLIENT + end]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        pid = int(process.stdout.readline())
        if end:
            process.kill()  # The worker is still importing TensorFlow.
        elif process.wait(PATIENCE) == 0:
            assert process.stderr.read() == ""
    try:
        assert eventually(lambda: is_gone(pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ModuleNotFoundError('', name='tensorflow')", "TensorFlow is not installed"),
        ("import os; os.kill(os.getpid(), 4)", "AVX"),
        pytest.param(
            "raise ImportError('no libx.so')",
            "TensorFlow can't be imported",
            marks=pytest.mark.weekly,
        ),
    ],
)
def test_without_tensorflow_a_run_and_a_question_fail_with_the_fix(  # noqa: PLR0917
    monkeypatch, tmp_path, experiment, dataset, code, reason
):
    """A missing, broken or crashing TensorFlow gives an error with a fix."""
    (tmp_path / "tensorflow.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with TrainingClient() as client:
        run, question = client.start(experiment, dataset), client.ask("modes")
        snapshot = client.wait(run, PATIENCE)
        assert snapshot.status is Status.FAILED
        assert reason in snapshot.reason
        assert snapshot.reason == client.pool.unavailable
        for future in (question, client.ask("modes")):
            assert f"{future.exception(PATIENCE)}" == client.pool.unavailable
        again = client.start(experiment, dataset)
        assert client.wait(again, PATIENCE).reason == client.pool.unavailable


def test_a_sweep_without_tensorflow_prints_the_fix(monkeypatch, tmp_path):
    """The exit code is 1, and the CSV file has no row of a trained point."""
    (tmp_path / "tensorflow.py").write_text("raise ModuleNotFoundError('', name='tensorflow')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(main, ["--data", "parity", "--vary", "T=4,8", "--out", f"{out}"])
    assert done.exit_code == 1
    assert done.output.count("TensorFlow is not installed") == 1
    assert len(out.read_text().splitlines()) <= 1
