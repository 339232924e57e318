"""README's script really runs, as a person would paste it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(script: str, folder: Path = ROOT) -> str:
    """What a script prints, where this project can be imported."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT}"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readmes_scripts_train_sweep_and_trace() -> None:
    """Without Streamlit: errors of both modes, a row for each of a smaller sweep, parameters."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    train, _, shapes, sweep = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", run(train)))
    assert set(errors) == {"sequence", "last"}
    assert all(0 < float(error) < 1 for error in errors.values())
    small = (
        sweep.replace("[8, 16, 32]", "[8]").replace("[8, 32]", "[4]").replace("seeds=4", "seeds=2")
    )
    assert small != sweep
    assert run(f"{small}\nprint(len(frame), *frame.columns)").startswith("4 ")
    assert run(shapes).endswith("31269 parameters\n")


def test_readmes_script_takes_an_own_file(tmp_path: Path) -> None:
    """It trains on the file beside it, and leaves its exact script and arrays there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    own = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)[1]
    rows = [f"2024-{1 + i // 28:02}-{1 + i % 28:02},{20 + i % 7},{i % 5}" for i in range(80)]
    (tmp_path / "sales.csv").write_text("\n".join(["day,price,sales", *rows]))
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", run(own, tmp_path)))
    script = (tmp_path / "sales-lstm-both-exact.py").read_text(encoding="utf-8")
    for mode, error in errors.items():
        assert f'"{mode}": {float(error):.8g}' in script
    assert len(errors) == 2
    assert 'FILE = "sales.npz"' in script
    assert (tmp_path / "sales.npz").exists()
