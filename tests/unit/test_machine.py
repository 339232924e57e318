"""The number of workers, their memory limits, and thread priorities."""

import os
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from lib.data import memory
from lib.training import machine
from lib.training.machine import GB, MB
from tests.waiting import eventually


@pytest.mark.parametrize(
    ("total", "start", "expected"),
    [
        (700 * MB, 200 * MB, 400 * MB),
        (GB, 200 * MB, 700 * MB),
        (16 * GB, 200 * MB, 1500 * MB),
        (GB, 4 * GB, 4 * GB + machine.LEAST_GROWTH),
    ],
)
def test_a_workers_memory_limit_follows_from_the_machines_memory(total, start, expected):
    """A worker may use 70% of the memory, at most 1.5 GB, and always enough for some programs."""
    assert machine.memory_limit(total, start) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"memory.max": "max", "memory.high": "max"}, None),
        ({"memory.max": "300000000", "memory.high": "250000000"}, 250_000_000),
        ({"app/one/memory.max": "max", "app/memory.max": "400000000"}, 400_000_000),
        ({"other/memory.max": "100000000"}, None),
    ],
)
def test_the_lowest_memory_limit_of_all_control_groups_counts(tmp_path, limits, expected):
    """Limits of the process's group and of its parents count."""
    groups = tmp_path / "cgroup"
    groups.write_text("0::/app/one\n")
    for name, text in limits.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert memory.total_memory(tmp_path, groups) == (expected or whole)


def test_a_memory_setting_limits_the_app_and_its_child_processes(monkeypatch):
    """Below 2 GB, all limits shrink in proportion. The memory of child processes counts."""
    monkeypatch.setenv(memory.SETTING, "500")
    assert (memory.total_memory(), memory.share()) == (500 * memory.MB, 0.25)
    before = memory.free_memory()
    code = "b = b'x' * 100_000_000; input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        assert eventually(lambda: before - memory.free_memory() > 90 * memory.MB)
        child.communicate(b"\n")
    for nonsense in ("", "0", "many"):
        monkeypatch.setenv(memory.SETTING, nonsense)
        assert memory.total_memory() > 500 * memory.MB


def test_shared_memory_isnt_counted():
    """Shared file pages, such as TensorFlow's code, don't count."""

    def process(**memory):
        return SimpleNamespace(memory_info=lambda: SimpleNamespace(**memory))

    assert memory.used_memory(process(rss=500, shared=200)) == 300
    assert memory.used_memory(process(rss=500)) == 500  # macOS doesn't report shared memory.


@pytest.mark.parametrize(
    ("cores", "total", "setting", "expected"),
    [
        (1, GB, "", 1),
        (2, 16 * GB, "", 1),
        (4, GB, "", 1),
        (8, 5 * GB, "", 2),
        (64, 256 * GB, "", 4),
        (3.5, 16 * GB, "", 1),
        (4, 8 * GB, "16", 16),
        (4, 8 * GB, "17", 2),
        (4, 8 * GB, "many", 2),
    ],
)
def test_the_number_of_workers(monkeypatch, cores, total, setting, expected):
    """A worker needs two processors and 2 GB. There are at most four by default."""
    monkeypatch.setenv(machine.SETTING, setting)
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(memory, "total_memory", lambda: total)
    assert machine.worker_count() == expected


def test_a_containers_processor_limit_counts(tmp_path):
    """A container's quota of processors counts if it is below the machine's number."""
    count = machine.cores(tmp_path)
    assert count >= 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.cores(tmp_path) == count
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert machine.cores(tmp_path) == 0.5


@pytest.mark.parametrize(
    ("version", "expected"), [(None, True), ("2.21.3", True), ("2.22.0", False), ("", False)]
)
def test_xla_flags_are_set_only_for_the_tested_tensorflow(version, expected, monkeypatch):
    """Existing flags are kept.

    If this test fails after an update, test the flags with the new TensorFlow and measure.
    """

    def installed(**_):
        return [SimpleNamespace(version=version)] * bool(version)

    environment = {"XLA_FLAGS": "--mine"}
    monkeypatch.setattr(os, "environ", environment)
    if version is not None:
        monkeypatch.setattr(metadata, "distributions", installed)
    machine.set_environment()
    assert ("--xla_backend" in environment["XLA_FLAGS"]) is expected
    assert environment["XLA_FLAGS"].endswith("--mine")
    assert environment["KERAS_BACKEND"] == "tensorflow"
