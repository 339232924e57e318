"""The board of a cluster: notes for other page servers, and who is woken by them."""

from __future__ import annotations

import asyncio

import pytest

from lib.cluster import board as module
from lib.cluster.board import MOST_BYTES, Board
from tests.clock import Clock
from tests.unit.slots import run


def test_a_note_is_kept_until_its_time_is_over() -> None:
    """Then it is none any more, neither for who asks nor for who begins to follow."""

    async def scene() -> None:
        clock = Clock()
        board = Board(clock.now)
        await board.put("a", b"1", 10.0)
        clock.forward(9)
        assert await board.get("a") == b"1"
        assert await board.news({"a": 0}) == {"a": (1, b"1")}
        clock.forward(2)
        assert await board.news({"a": 0}) == {}
        assert await board.get("a") is None
        assert await board.get("b") is None

    run(scene())


def test_who_follows_keys_hears_of_all_that_have_changed() -> None:
    """At once, with versions; of what is known by its version there is no news."""

    async def scene() -> None:
        board = Board()
        for key in "abc":
            await board.put(key, key.encode(), 60.0)
        await board.put("a", b"again", 60.0)
        news = await board.news({"a": 0, "b": 2, "c": 0, "d": 0})
        assert news == {"a": (4, b"again"), "c": (3, b"c")}

    run(scene())


def test_only_who_follows_a_key_is_woken() -> None:
    """Others wait on, and nothing is left of those that waited."""

    async def scene() -> None:
        board = Board()
        mine = asyncio.ensure_future(board.news({"a": 0, "b": 0}))
        other = asyncio.ensure_future(board.news({"c": 0}))
        await asyncio.sleep(1)
        await board.put("b", b"1", 60.0)
        await asyncio.sleep(1)
        assert mine.result() == {"b": (1, b"1")}
        assert not other.done()
        assert list(board._waiting) == ["c"]
        assert await other == {}  # after LOOK_SECONDS
        assert not board._waiting

    run(scene())


def test_a_note_that_is_too_long_is_refused() -> None:
    """And the one before it stays."""

    async def scene() -> None:
        board = Board()
        await board.put("a", b"1", 60.0)
        with pytest.raises(ValueError, match="may have 2,000,000 bytes, got 2,000,001"):
            await board.put("a", bytes(MOST_BYTES + 1), 60.0)
        assert await board.get("a") == b"1"

    run(scene())


def test_the_oldest_notes_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many, or where they take too much memory together."""
    monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(module, "MOST_BYTES_ALL", 10)

    async def scene() -> None:
        board = Board()
        for key in "abc":
            await board.put(key, b"1", 60.0)
        assert [await board.get(key) for key in "abc"] == [None, b"1", b"1"]
        for _ in range(5):  # one that is written anew counts once
            await board.put("b", bytes(6), 60.0)
        assert await board.get("c") == b"1"
        await board.put("c", bytes(5), 60.0)
        assert await board.get("b") is None

    run(scene())


def test_each_board_has_a_name_of_its_own() -> None:
    """So that who left notes on one sees that another has followed it."""

    async def scene() -> None:
        one, other = Board(), Board()
        assert await one.birth() == await one.birth() != await other.birth()

    run(scene())
