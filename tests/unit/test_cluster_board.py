"""The board of a cluster: which slot has which run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lib.training.cluster import board as module
from lib.training.cluster.board import Board, Places
from lib.training.cluster.errors import UnavailableError
from tests.clock import Clock
from tests.waiting import PATIENCE


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


async def test_places_that_could_not_be_written_are_written_when_the_board_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the first contact, after a short absence, and to another board that followed."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)

    class Link:
        board: Board | None = None

        async def call(self, method: str, *arguments: Any, **_: float) -> Any:
            if self.board is None:
                raise UnavailableError("no board")
            return await getattr(self.board, method)(*arguments)

    link = Link()
    places = Places(link)
    keeping = asyncio.create_task(places.keep())
    first = Board()
    for run_id, board in (("a", first), ("b", first), ("c", Board())):
        link.board = None
        await places.write(run_id, "slot-0")
        link.board = board
        async with asyncio.timeout(PATIENCE):
            while await board.get(run_id) is None:
                await asyncio.sleep(0.001)
    assert await places.read("a") == "slot-0"
    keeping.cancel()
