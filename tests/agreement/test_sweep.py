"""Sweeps with the real worker: the command, `run_sweep`, and recorded sweeps."""

import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset
from lib.results.compared import BOTH_MODES
from lib.sweep.plan import READY, base_of, from_csv, make_plan, result_of
from lib.sweep.runner import Runner, run_sweep
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
COMMAND = "--data running_mean --vary U=2,3,4 --seeds 2 --set T=4 --set epochs=20 --set N=64"


def begin(out, command=COMMAND):
    """Start the command, as a user does."""
    words = [sys.executable, "-m", "lib.sweep", *command.split(), "--out", f"{out}"]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_killed_command_continues_and_equals_a_sweep_of_the_page(client, tmp_path):
    """Finished points aren't trained again. All results equal those of an uninterrupted sweep."""
    out = tmp_path / "results.csv"
    with begin(out) as first:
        end = time.monotonic() + PATIENCE
        while not out.exists() or len(from_csv(out.read_text())) < 1:
            assert time.monotonic() < end
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
    known = from_csv(out.read_text())
    assert 1 <= len(known) < 3

    with begin(out) as again:
        output, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, errors
    assert f"has {len(known)} of 3 points" in output
    points = from_csv(out.read_text())
    assert [p["run"] for p in points[: len(known)]] == [p["run"] for p in known]

    base = base_of("running_mean", {}).set(T=4, epochs=20, N=64)
    plan = make_plan(base, {"U": [2, 3, 4]}, 2)
    runner = Runner(plan, client)
    runner.run()
    assert runner.error is None
    for page_point, command_point in zip(runner.results, points, strict=True):
        assert page_point.values == command_point.values
        for expected, row in zip(command_point.rows, page_point.rows, strict=True):
            assert f"{row | {'run': ''}}" == f"{expected | {'run': ''}}"  # NaN is never equal


def test_training_a_recorded_point_again_has_the_same_results(client):
    """All rows equal the recorded rows up to rounding."""
    ready = next(iter(READY.values()))
    recorded = ready.recorded[0]
    point = ready.plan.points[0]
    dataset = make_dataset(point.experiment)
    snapshot = client.wait(client.start(point.experiment, dataset), PATIENCE)
    live = result_of(point, dataset, snapshot)
    assert live.values == recorded.values
    for name in ("settings", "parameters"):
        assert live[name] == recorded[name]
    assert [row["seed"] for row in live.rows] == [row["seed"] for row in recorded.rows]
    assert live["baseline_error"] == pytest.approx(recorded["baseline_error"])
    for mode in BOTH_MODES:
        np.testing.assert_allclose(live.scores(mode), recorded.scores(mode), rtol=0.02)


def test_run_sweep_returns_a_data_frame(client, monkeypatch, tmp_path):
    """`run_sweep` also reads a user's file. Here it uses the worker of the other tests."""
    monkeypatch.setattr("lib.sweep.runner.TrainingClient", lambda **_: nullcontext(client))
    file = tmp_path / "own.csv"
    file.write_text("a,b\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(200)))
    shares = []
    frame = run_sweep(
        table=file,
        vary={"optimizer": ["sgd", "adam"]},
        seeds=1,
        epochs=5,
        targets=["b"],
        progress=lambda now: shares.append(now.share),
    )
    assert list(frame.columns[:4]) == ["optimizer", "seed", "mode", "last_step_error"]
    assert list(frame["mode"]) == [*BOTH_MODES, *BOTH_MODES]
    assert frame["last_step_error"].notna().all()
    assert set(frame["epochs"]) == {5}
    assert shares[-1] == 1.0
