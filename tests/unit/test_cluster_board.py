"""The board of a cluster: which slot has which run."""

from __future__ import annotations

import pytest

from lib.cluster import board as module
from lib.cluster.board import Board
from tests.clock import Clock


async def test_a_place_is_known_until_its_time_is_over() -> None:
    """And a run that was never placed isn't."""
    clock = Clock()
    board = Board(clock.now)
    await board.put("a", "slot-0", 10.0)
    clock.forward(9)
    assert await board.get("a") == "slot-0"
    clock.forward(2)
    assert await board.get("a") is None
    assert await board.get("b") is None


async def test_the_oldest_places_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many; one that is written again is new."""
    monkeypatch.setattr(module, "MOST", 2)
    board = Board()
    for run_id in "abac":
        await board.put(run_id, "slot-0", 60.0)
    assert [await board.get(run_id) for run_id in "abc"] == ["slot-0", None, "slot-0"]


async def test_each_board_has_a_name_of_its_own() -> None:
    """So that drivers see that another one has followed it."""
    one, other = Board(), Board()
    assert await one.birth() == await one.birth() != await other.birth()
