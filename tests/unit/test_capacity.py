"""The arithmetic of what many people need: worked by hand, with round numbers of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.capacity import (
    HABITS,
    MACHINE,
    MEASURED,
    SINGLE,
    SLOT_CALLS,
    Habits,
    Machine,
    Measured,
    needs,
    paper,
    runs_of_slot,
    uses,
)

ROUND = Measured(
    update_seconds=0.016,
    move_seconds=0.016,
    update_kb=40.0,
    move_kb=200.0,
    snapshots_per_s=5.0,
    snapshot_kb=50.0,
    checkpoint_kb=100.0,
    driver_seconds=0.004,
    run_seconds=1.0,
    compile_seconds=1.0,
    room_seconds=20.0,
    page_mb=100.0,
    person_mb=5.0,
    driver_mb=100.0,
    slot_mb=1000.0,
    node_mb=400.0,
    head_mb=300.0,
)
CALM = Habits(
    moves_per_s=0.5, show_seconds=10.0, updates_per_s=1.0, runs_per_hour=36.0, own_share=0.5
)
SMALL = Machine(processors=8, memory_gb=32.0, proxy_mb_per_s=100.0, full=0.8)


def test_a_class_of_a_hundred_worked_by_hand() -> None:
    """Each takes 16 ms of a page's processor a second, of which 0.85 s are used: 53 fit."""
    found = paper(100, 0.5, habits=CALM, measured=ROUND, machine=SMALL, price=0.1)
    assert found.training == 50
    assert found.pages == 2
    # 100 × (0.5 × 1 + 0.5) × 0.016, and 50 × 5 snapshots of 4 ms.
    assert found.page_processors == pytest.approx(1.6 + 1.0)
    # 8 runs keep their pace in 0.8 of a processor, and a start a second, half of them of new
    # settings, takes half a second: 50 / 8 + 0.5 / 0.8 = 6.9.
    assert found.slots == 7
    assert found.compile_s_per_h == pytest.approx(1800)
    assert found.start_compile_s == 140
    assert found.snapshots_per_s == 250
    assert found.slots_mb_per_s == pytest.approx(50 * (5 * 0.05 + 0.05))
    assert found.proxy_mb_per_s == pytest.approx(100 * (0.5 * 0.04 + 0.5 * 0.2))
    # 2 pages, 1 processor of drivers and 7 slots.
    assert found.machines == 2
    assert found.price_per_h == pytest.approx(1.6)
    # Pages with drivers, people, slots, the head, and what each of two nodes has of Ray's.
    assert found.memory_gb == pytest.approx(0.4 + 0.5 + 7 + 0.3 + 0.8)
    assert found.used == pytest.approx(
        {
            "page process": 1.6 / 0.85,
            "proxy": 0.12,
            "compile": 0.5,
            "slot": 6.25,
            "snapshots": 1.0,
            "servers of a slot": 0.002,
        }
    )
    assert (found.first, found.first_single) == ("page process", "proxy")


def test_one_person_has_one_of_each() -> None:
    """And nothing is full; both tables have a line of what there is one of."""
    found = paper(1)
    assert (found.pages, found.slots, found.machines) == (1, 1, 1)
    assert max(found.used.values()) < 1
    assert needs(found)["people"] == uses(found)["people"] == 1
    assert set(SINGLE) < set(found.used)


@pytest.mark.parametrize("training", [0.1, 1.0])
def test_ten_times_as_many_people_need_ten_times_as_much(training: float) -> None:
    """But for what is counted in whole ones."""
    few, many = (paper(people, training) for people in (1_000, 10_000))
    for name in ("page_processors", "snapshots_per_s", "proxy_mb_per_s", "compile_s_per_h"):
        assert getattr(many, name) == pytest.approx(10 * getattr(few, name))
    for name in ("pages", "slots"):
        assert 10 * getattr(few, name) >= getattr(many, name) > 10 * (getattr(few, name) - 1)


def test_a_slot_takes_one_to_48_runs_and_memory_counts_as_processors_do() -> None:
    """Four slots of 20 GB, 80.6 GB in all, don't fit on machines with 25.2 GB each but on four."""
    assert runs_of_slot(HABITS, replace(MEASURED, run_seconds=0.01), MACHINE) == 48
    assert runs_of_slot(HABITS, replace(MEASURED, run_seconds=100.0), MACHINE) == 1
    large = replace(ROUND, slot_mb=20_000.0)
    found = paper(25, 1.0, habits=CALM, measured=large, machine=SMALL)
    assert (found.slots, found.machines) == (4, 4)


def test_calls_of_a_slot_are_those_of_the_cluster() -> None:
    """The module that sets them imports ray, which need not be there."""
    source = Path(__file__).parents[2] / "lib" / "training" / "cluster" / "on_ray.py"
    assert re.search(rf"^CALLS = {SLOT_CALLS}$", source.read_text(), re.MULTILINE)
