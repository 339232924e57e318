"""README's scripts really run, as a person would paste them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def script(word):
    """The one script of README that has this word."""
    scripts = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    (found,) = [each for each in scripts if word in each]
    return found


def run(code, folder=ROOT):
    """What a script prints, where this project can be imported."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT}"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_stack_is_traced():
    """Without Keras: its parameters are printed."""
    assert run(script("trace(")).endswith("31269 parameters\n")


def test_an_own_file_is_trained_on(tmp_path):
    """The file beside the script; its exact script and arrays are left there."""
    rows = [f"2024-{1 + i // 28:02}-{1 + i % 28:02},{20 + i % 7},{i % 5}" for i in range(80)]
    (tmp_path / "sales.csv").write_text("\n".join(["day,price,sales", *rows]))
    printed = run(script("read_upload"), tmp_path)
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", printed))
    exact = (tmp_path / "sales-lstm-both-exact.py").read_text(encoding="utf-8")
    for mode, error in errors.items():
        assert f'"{mode}": {float(error):.8g}' in exact
    assert len(errors) == 2
    assert 'FILE = "sales.npz"' in exact
    assert (tmp_path / "sales.npz").exists()


@pytest.mark.weekly
def test_an_experiment_is_trained():
    """Both modes' errors are printed."""
    first = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)[0]
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", run(first)))
    assert set(errors) == {"sequence", "last"}
    assert all(0 < float(error) < 1 for error in errors.values())
