"""How many training processes there are to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.training import worker_count

GB = 10**9


@pytest.mark.parametrize(
    ("cores", "total", "expected"),
    [
        (1, GB, 1),
        (2, GB, 1),
        (2, 16 * GB, 1),
        (4, GB, 1),
        (4, 8 * GB, 2),
        (8, 5 * GB, 2),
        (8, 32 * GB, 4),
        (64, 256 * GB, 4),
        (3.5, 16 * GB, 1),
        (8, 0, 1),
    ],
)
def test_the_default_suits_the_machine(cores: float, total: int, expected: int) -> None:
    """Two processors and two gigabytes each, and never more than four."""
    assert worker_count.fitting(cores, total) == expected


def test_the_setting_goes_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its bounds; nonsense is passed over, and said in the log."""
    monkeypatch.setattr(worker_count, "fitting", lambda _cores, _total: 2)
    for asked, expected in (("", 2), ("3", 3), ("16", 16), ("0", 2), ("17", 2), ("many", 2)):
        monkeypatch.setenv(worker_count.SETTING, asked)
        assert worker_count.count() == expected


def test_a_container_may_have_fewer_processors_than_its_machine(tmp_path: Path) -> None:
    """Its quota is a part of a period."""
    there = worker_count.cores(tmp_path)
    assert there >= 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert worker_count.cores(tmp_path) == there
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert worker_count.cores(tmp_path) == 0.5
