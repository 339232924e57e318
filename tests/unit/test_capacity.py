"""The arithmetic of what many people need: worked by hand, with round numbers of its own."""

from dataclasses import replace

import pytest

from tests.bench.capacity import Costs, needs

ROUND = Costs(
    moves_per_s=0.5,
    show_seconds=10.0,
    runs_per_hour=36.0,
    update_seconds=0.016,
    move_seconds=0.016,
    update_kb=40.0,
    move_kb=200.0,
    snapshots_per_s=5.0,
    page_mb=100.0,
    person_mb=5.0,
    driver_mb=100.0,
    slot_mb=1000.0,
    node_mb=400.0,
    head_mb=300.0,
    proxy_mb_per_s=100.0,
)


def test_a_class_of_a_hundred_worked_by_hand():
    """Each takes 16 ms of a page's processor a second, of which 0.85 s are used: 53 fit."""
    assert needs(100, 0.5, 0.1, ROUND) == {
        "people": 100,
        "pages": 2,
        "page_processors": 1.6 + 1.0,  # with 50 × 5 snapshots of 4 ms
        # 8 runs keep their pace in 0.8 of a processor, and a start a second, half of them of new
        # settings, takes half a second: 50 / 8 + 0.5 / 0.8 = 6.9.
        "slots": 7,
        "machines": 2,  # 2 pages, 1 processor of drivers and 7 slots
        # Pages with drivers, people, slots, the head, and what each of two nodes has of Ray's.
        "memory_gb": pytest.approx(0.4 + 0.5 + 7 + 0.3 + 0.8),
        "proxy_mb_per_s": 12.0,
        "price_per_h": 1.6,
        "of_page": pytest.approx(1.6 / 0.85, abs=1e-4),
        "of_slot": 6.25,
        "of_proxy": 0.12,
    }


def test_one_person_has_one_of_each_and_memory_counts_as_processors_do():
    """Four slots of 20 GB, 80.6 GB in all, don't fit on machines with 25.2 GB each but on four."""
    one = needs(1)
    assert (one["pages"], one["slots"], one["machines"]) == (1, 1, 1)
    assert max(one["of_page"], one["of_slot"], one["of_proxy"]) < 1
    large = needs(25, 1.0, costs=replace(ROUND, slot_mb=20_000.0))
    assert (large["slots"], large["machines"]) == (4, 4)


@pytest.mark.parametrize(("run_seconds", "runs"), [(0.01, 48), (100.0, 1)])
def test_a_slot_takes_one_to_48_runs(run_seconds, runs):
    """However short or long they are."""
    assert needs(96, 1.0, costs=Costs(run_seconds=run_seconds))["of_slot"] == 96 / runs
