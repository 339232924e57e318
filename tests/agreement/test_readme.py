"""README's script really runs, as a person would paste it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(script: str) -> str:
    """What a script prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readmes_scripts_train_and_sweep() -> None:
    """Without Streamlit: a last-step error of each mode, and a row for each of a smaller sweep."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    train, sweep = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", run(train)))
    assert set(errors) == {"sequence", "last"}
    assert all(0 < float(error) < 1 for error in errors.values())
    small = (
        sweep.replace("[8, 16, 32]", "[8]").replace("[8, 32]", "[4]").replace("seeds=4", "seeds=2")
    )
    assert small != sweep
    assert run(f"{small}\nprint(len(frame), *frame.columns)").startswith("4 ")
