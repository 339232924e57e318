"""How many workers a machine has room for, and what each may use: arithmetic, and files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.training import machine
from lib.training.machine import GB


@pytest.mark.parametrize(
    ("total", "expected"),
    [(1 * GB, 700_000_000), (2 * GB, 1_400_000_000), (16 * GB, 1_500_000_000)],
)
def test_a_worker_may_use_a_share_of_the_machine_and_no_more_than_the_most(
    total: int, expected: int
) -> None:
    """70%, up to 1.5 GB."""
    assert machine.memory_limit(total, start=300_000_000) == expected


@given(total=st.integers(0, 64 * GB), start=st.integers(0, 4 * GB))
@settings(derandomize=True, deadline=None)
def test_a_worker_always_has_room_for_some_programs(total: int, start: int) -> None:
    """Else a fresh one would be replaced at once, and so would the next."""
    assert machine.memory_limit(total, start) >= start + machine.LEAST_GROWTH


def test_a_container_s_limit_counts_where_there_is_one(tmp_path: Path) -> None:
    """Of either version of control groups; no limit is "max", or a number beyond the machine."""
    whole = machine.total_memory(tmp_path)
    assert whole == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    (tmp_path / "memory").mkdir()
    old, new = tmp_path / "memory" / "memory.limit_in_bytes", tmp_path / "memory.max"
    old.write_text("9223372036854771712\n")
    assert machine.total_memory(tmp_path) == whole
    old.write_text("300000000\n")
    assert machine.total_memory(tmp_path) == 300_000_000
    new.write_text("200000000\n")
    assert machine.total_memory(tmp_path) == 200_000_000
    new.write_text("max\n")
    old.unlink()
    assert machine.total_memory(tmp_path) == whole


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system may keep it")
def test_what_is_taken_shows() -> None:
    """And what is given back is gone."""
    before = machine.used_memory()
    taken = np.ones(100_000_000, np.uint8)
    assert machine.used_memory() - before > 90_000_000
    del taken
    assert machine.used_memory() - before < 50_000_000


def test_what_is_shared_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of files, such as TensorFlow's own code, are the system's to take back."""

    def says(**memory: int) -> SimpleNamespace:
        return SimpleNamespace(memory_info=lambda: SimpleNamespace(**memory))

    monkeypatch.setattr(machine, "_THIS_PROCESS", says(rss=500, shared=200))
    assert machine.used_memory() == 300
    monkeypatch.setattr(machine, "_THIS_PROCESS", says(rss=500))  # as on macOS
    assert machine.used_memory() == 500


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
    ],
)
def test_the_default_suits_the_machine(
    monkeypatch: pytest.MonkeyPatch, cores: float, total: int, expected: int
) -> None:
    """Two processors and two gigabytes each, and never more than four."""
    monkeypatch.delenv(machine.SETTING, raising=False)
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(machine, "total_memory", lambda: total)
    assert machine.worker_count() == expected


def test_the_setting_goes_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its bounds; nonsense is passed over, and said in the log."""
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(machine, "total_memory", lambda: 8 * GB)
    for asked, expected in (("", 2), ("3", 3), ("16", 16), ("0", 2), ("17", 2), ("many", 2)):
        monkeypatch.setenv(machine.SETTING, asked)
        assert machine.worker_count() == expected


def test_a_container_may_have_fewer_processors_than_its_machine(tmp_path: Path) -> None:
    """Its quota is a part of a period."""
    there = machine.cores(tmp_path)
    assert there >= 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.cores(tmp_path) == there
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert machine.cores(tmp_path) == 0.5
