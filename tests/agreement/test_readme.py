"""The scripts in the README run as they are."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def script(word):
    """Return the only script in the README that contains this word."""
    scripts = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    (matching,) = [each for each in scripts if word in each]
    return matching


def run(code):
    """Return the output of a script, run with this project on its import path."""
    command, environment = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": f"{ROOT}"}
    captured = {"capture_output": True, "text": True, "timeout": 180}
    process = subprocess.run(command, cwd=ROOT, env=environment, check=False, **captured)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_the_script_that_traces_a_stack_prints_its_parameters():
    """The script doesn't need Keras."""
    assert run(script("trace(")).endswith("31269 parameters\n")


def test_the_script_for_a_users_file_trains_on_it(client, monkeypatch, tmp_path, capsys):
    """The script reads a file in its folder, and writes the exact script and arrays there."""
    rows = [f"2024-{1 + i // 28:02}-{1 + i % 28:02},{20 + i % 7},{i % 5}" for i in range(80)]
    (tmp_path / "sales.csv").write_text("\n".join(["day,price,sales", *rows]))
    monkeypatch.chdir(tmp_path)
    # A worker of its own would import TensorFlow again.
    monkeypatch.setattr("lib.training.TrainingClient", lambda: nullcontext(client))
    exec(script("read_upload"), {})  # noqa: S102  The code is ours.
    printed = capsys.readouterr().out
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", printed))
    exact = (tmp_path / "sales-lstm-both-exact.py").read_text(encoding="utf-8")
    for mode, error in errors.items():
        assert f'"{mode}": {float(error):.8g}' in exact
    assert len(errors) == 2
    assert 'FILE = "sales.npz"' in exact
    assert (tmp_path / "sales.npz").exists()


@pytest.mark.weekly
def test_the_script_of_an_experiment_trains_both_modes():
    """The script prints the last-step errors of both modes."""
    first = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)[0]
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", run(first)))
    assert set(errors) == {"sequence", "last"}
    assert all(0 < float(error) < 1 for error in errors.values())
