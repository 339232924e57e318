"""A sweep's table: there and back, and what a command goes on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lib.data.datasets import suggested
from lib.results.run import Snapshot, Status
from lib.results.swept import PointResult
from lib.sweep import rows
from lib.sweep.plan import Plan, SweepError, make_plan
from lib.sweep.runner import result_of
from tests.unit.swept import a_point


def the_plan(*values: int) -> Plan:
    """A sweep over T."""
    return make_plan(suggested("parity"), {"T": values}, 2)


def results(plan: Plan, status: Status = Status.DIVERGED) -> list[PointResult]:
    """What its points came to."""
    snapshot = Snapshot("r", status, reason="The loss, it is said, is no number.")
    return [result_of(point, None, snapshot) for point in plan.points]


def test_a_row_for_each_point_seed_and_mode(tmp_path: Path) -> None:
    """All digits stay, and what isn't a number is empty."""
    points = [
        a_point([0.1, 1 / 3], [2e-9, 5], T=8, cell="lstm"),
        a_point([1, 2], [3, 4], Status.DIVERGED, T=16, cell="gru"),
    ]
    file = tmp_path / "out.csv"
    rows.write(points, ["T", "cell"], file)
    text = file.read_text()
    assert len(text.splitlines()) == 1 + 2 * 2 * 2
    assert "nan" not in text
    back = rows.from_csv(text)
    for before, after in zip(points, back, strict=True):
        assert after.values == before.values
        for was, row in zip(before.rows, after.rows, strict=True):
            np.testing.assert_equal(row, was)
    rows.write(back, ["T", "cell"], file)
    assert file.read_text() == text


def test_a_sweep_goes_on_with_what_a_file_has(tmp_path: Path) -> None:
    """Also where more values were added; what failed is tried again."""
    file = tmp_path / "out.csv"
    assert rows.read_done(file, the_plan(4, 8)) == []
    rows.write(results(the_plan(4, 8)), ["T"], file)
    assert [p.values["T"] for p in rows.read_done(file, the_plan(4, 8, 16))] == [4, 8]
    rows.write(results(the_plan(4), Status.FAILED), ["T"], file)
    assert rows.read_done(file, the_plan(4)) == []
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", None])
def test_another_file_is_refused_and_stays(tmp_path: Path, text: str | None) -> None:
    """Results of another sweep, and what isn't a sweep's at all."""
    file = tmp_path / "out.csv"
    if text is None:
        rows.write(results(the_plan(4, 8)), ["T"], file)
    else:
        file.write_text(text)
    before = file.read_text()
    with pytest.raises(SweepError, match="holds something else: expected results of this very"):
        rows.read_done(file, the_plan(4, 9))
    assert file.read_text() == before
