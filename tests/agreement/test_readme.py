"""README's script really runs, as a person would paste it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_readmes_script_prints_both_errors() -> None:
    """The example trains without Streamlit and prints a last-step error for each mode."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    errors = dict(re.findall(r"(sequence|last) last-step error ([\d.e-]+)", done.stdout))
    assert set(errors) == {"sequence", "last"}
    assert all(0 < float(error) < 1 for error in errors.values())
