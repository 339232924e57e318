"""`python -m lib.sweep` says what is wrong in a sentence, before it starts a worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from lib.data import Table
from lib.sweep import rows
from lib.sweep.__main__ import main
from lib.sweep.plan import Plan, SweepError, base_of, make_plan
from lib.sweep.sweep import run_plan, run_sweep
from tests.unit.test_sweep_rows import results, the_plan

SEATTLE = "--data seattle --vary T=8,16"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--vary T=8", "expected --data or --file, one of the two"),
        (f"{SEATTLE} --file own.csv", "expected --data or --file, one of the two"),
        ("--file nowhere.csv --vary T=8", "nowhere.csv can't be read: No such file"),
        ("--data seattle --vary T", "expected each setting once, as in T=8,16,32, got 'T'"),
        ("--data seattle --vary lag=3", "lag can't vary here"),
        (f"{SEATTLE} --set epochs", "expected --set key=value, got 'epochs'"),
        (f"{SEATTLE} --set epochs=0", "epochs must be 1 to 5000, got 0"),
        (f"{SEATTLE} --set mode=last", "mode can't be set: a sweep has its own"),
        (f"{SEATTLE} --seeds 99", "seeds must be 0 to 16, got 99"),
        (f"{SEATTLE} --out nowhere/out.csv", "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said(words: str, said: str) -> None:
    """With an exit code that isn't 0, and without a traceback."""
    done = CliRunner().invoke(main, words.split())
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_results_of_another_sweep_are_not_written_over(tmp_path: Path) -> None:
    """Neither by the command nor by a script."""
    out = tmp_path / "out.csv"
    rows.write(results(the_plan(4, 8)), ["T"], out)
    before = out.read_text()
    done = CliRunner().invoke(main, [*SEATTLE.split(), "--out", f"{out}"])
    assert (done.exit_code, out.read_text()) == (1, before)
    assert "holds something else" in done.output
    with pytest.raises(SweepError, match="holds something else"):
        run_plan(make_plan(base_of("parity", {}), {"U": [4]}, 2), out=out)


def test_a_script_takes_data_or_a_table() -> None:
    """Not both."""
    with pytest.raises(SweepError, match="expected data or a table of your own, got both"):
        run_sweep(data="seattle", table="lib/data/datasets/files/README.md", vary={"T": [4]})


def test_a_script_tells_tables_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their values: results of one are none of another's."""
    named = []

    def note(plan: Plan, *_: object, **__: object) -> tuple[()]:
        named.append(plan.points[0].settings)
        return ()

    monkeypatch.setattr("lib.sweep.sweep.run_plan", note)
    for offset in (0, 0, 7):
        frame = pd.DataFrame({"a": np.arange(200.0) % 9 + offset, "b": np.arange(200.0) % 5})
        run_sweep(table=Table("t", frame), vary={"U": [4]}, targets=["b"])
    assert named[0] == named[1] != named[2]
