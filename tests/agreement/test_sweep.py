"""Sweeps with the real worker: the command, killed and repeated, and recorded sweeps."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lib.data.datasets.registry import make_dataset
from lib.results.compared import BOTH_MODES
from lib.sweep.plan import READY, base_of, from_csv, make_plan, result_of
from lib.sweep.runner import Runner, run_sweep
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
COMMAND = "--data running_mean --vary T=4,6 --vary U=2,3 --seeds 2 --set epochs=20 --set N=64"


def begin(out, command=COMMAND):
    """Start the command, as a user does."""
    words = [sys.executable, "-m", "lib.sweep", *command.split(), "--out", f"{out}"]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_killed_command_continues_with_the_numbers_of_the_page(client, tmp_path):
    """Finished points aren't trained again; all results equal an uninterrupted sweep's."""
    out = tmp_path / "results.csv"
    with begin(out) as first:
        end = time.monotonic() + PATIENCE
        while not out.exists() or len(from_csv(out.read_text())) < 1:
            assert time.monotonic() < end
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
    known = from_csv(out.read_text())
    assert 1 <= len(known) < 4

    with begin(out) as again:
        said, wrong = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, wrong
    assert f"has {len(known)} of 4 points" in said
    points = from_csv(out.read_text())
    assert [p["run"] for p in points[: len(known)]] == [p["run"] for p in known]

    base = base_of("running_mean", {}).set(
        epochs=20, N=64
    )  # a page's: the same data, set in its sidebar
    plan = make_plan(base, {"T": [4, 6], "U": [2, 3]}, 2)
    runner = Runner(plan, client)
    runner.run()
    assert runner.error is None
    for here, there in zip(runner.results, points, strict=True):
        assert here.values == there.values
        for was, row in zip(there.rows, here.rows, strict=True):
            assert {**row, "run": ""} == {**was, "run": ""}


def test_a_recorded_point_holds(client):
    """Trained now, its rows equal the recorded ones up to rounding."""
    ready = next(iter(READY.values()))
    was = ready.recorded[0]
    point = ready.plan.points[0]
    dataset = make_dataset(point.experiment)
    snapshot = client.wait(client.start(point.experiment, dataset), PATIENCE)
    now = result_of(point, dataset, snapshot)
    assert now.values == was.values
    for same in ("settings", "parameters"):
        assert now[same] == was[same]
    assert [row["seed"] for row in now.rows] == [row["seed"] for row in was.rows]
    assert now["baseline_error"] == pytest.approx(was["baseline_error"])
    for mode in BOTH_MODES:
        np.testing.assert_allclose(now.errors(mode), was.errors(mode), rtol=0.02)


def test_run_sweep_returns_a_data_frame(tmp_path):
    """It also reads a user's file."""
    own = tmp_path / "own.csv"
    own.write_text("a,b\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(200)))
    seen = []
    frame = run_sweep(
        table=own,
        vary={"optimizer": ["sgd", "adam"]},
        seeds=1,
        epochs=5,
        targets=["b"],
        progress=lambda now: seen.append(now.share),
    )
    assert list(frame.columns[:4]) == ["optimizer", "seed", "mode", "last_step_error"]
    assert list(frame["mode"]) == [*BOTH_MODES, *BOTH_MODES]
    assert frame["last_step_error"].notna().all()
    assert set(frame["epochs"]) == {5}
    assert seen[-1] == 1.0
