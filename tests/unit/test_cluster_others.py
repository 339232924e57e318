"""What a cluster's driver does for page servers that share runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lib.results.run import Snapshot, Status
from lib.training.cluster import board
from lib.training.cluster.board import Board
from lib.training.cluster.driver import FIND_SECONDS, SETTLE_SECONDS
from lib.training.cluster.errors import UnavailableError
from lib.training.messages import (
    Event,
    Find,
    Found,
    Lost,
    Report,
    Steer,
    Watch,
)
from tests.unit.slots import Drive, FakeCluster, start_of, until
from tests.unit.test_cluster_driver import READY, noted


@asynccontextmanager
async def watching() -> AsyncIterator[tuple[FakeCluster, Drive]]:
    """A driver that watches another server's run, "a", in the first of two slots."""
    cluster = FakeCluster(2)
    cluster.there["slot-0"].cards["a"] = b"card"
    await noted(cluster, "a", "slot-0")
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=2))
        drive.take(Watch("a"))
        await until(lambda: "watch" in cluster.actors["slot-0"].calls)
        yield cluster, drive


async def test_a_run_of_another_server_is_found_by_its_id() -> None:
    """Its card; None where the board or the slot knows nothing of it, or doesn't answer."""
    cluster = FakeCluster()
    cluster.there["slot-0"].cards["a"] = b"card"
    await noted(cluster, "a", "slot-0")
    await noted(cluster, "b", "slot-0")
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(Find("a"), Find("b"), Find("c"))
        await until(lambda: len(drive.of(Found)) == 3)
        found = {each.run_id: each.card for each in drive.of(Found)}
        assert found == {"a": b"card", "b": None, "c": None}
        cluster.board.gone = "is gone"
        drive.take(Find("a"))
        await until(lambda: drive.sent[-1] == Found("a", None))


async def test_a_run_of_another_server_is_watched_and_steered() -> None:
    """What is said to it goes to its slot; where nobody has it, it is lost."""
    cluster = FakeCluster(2)
    cluster.there["slot-1"].cards["a"] = b"card"
    await noted(cluster, "a", "slot-1")
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=2))
        drive.take(Watch("a"), Watch("b"))
        await until(lambda: drive.of(Lost))
        assert drive.of(Lost)[0].run_ids == ["b"]
        drive.take(Steer("pause", "a"))
        await until(lambda: cluster.there["slot-1"].commands == [Steer("pause", "a")])


async def test_a_watched_run_whose_slot_is_gone_is_looked_for() -> None:
    """Its own server has it go on elsewhere; after a while without it is lost here, too."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    for run_id in ("a", "b"):
        one.cards[run_id] = b"card"
        await noted(cluster, run_id, "slot-0")
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=2))
        drive.take(Watch("a"), Watch("b"))
        await until(lambda: cluster.actors["slot-0"].calls.count("watch") == 2)
        one.cards.clear()
        one.says.put_nowait(UnavailableError("is gone"))
        await asyncio.sleep(FIND_SECONDS / 2)
        other.cards["a"] = b"card"
        await noted(cluster, "a", "slot-1")
        await until(lambda: drive.of(Lost))
        assert [each.run_ids for each in drive.of(Lost)] == [["b"]]
        drive.take(Steer("pause", "a"))
        await until(lambda: other.commands == [Steer("pause", "a")])


async def test_a_watched_run_that_is_over_is_not_lost_with_its_slot() -> None:
    """Who watched it has all of it: it isn't looked for."""
    async with watching() as (cluster, drive):
        one = cluster.there["slot-0"]
        over = Report(Snapshot("a", Status.FINISHED, 5, 5))
        one.says.put_nowait(over)
        await until(lambda: len(drive.of(Report)) == 1)
        one.cards.clear()
        one.says.put_nowait(UnavailableError("is gone"))
        await asyncio.sleep(2 * FIND_SECONDS)
        assert drive.of(Lost) == []
        assert cluster.actors["slot-0"].calls.count("watch") == 1


async def test_a_watched_run_that_its_server_has_taken_away_is_looked_for() -> None:
    """The slot says so; the client hears of it only where nobody else has the run."""
    async with watching() as (cluster, drive):
        one, other = cluster.there.values()
        one.cards.clear()
        one.says.put_nowait(Lost(["a"], ""))
        other.cards["a"] = b"card"
        await noted(cluster, "a", "slot-1")
        await until(lambda: "watch" in cluster.actors["slot-1"].calls)
        assert drive.of(Lost) == []


def a_board() -> Board:
    """An empty one, on the loop's clock."""
    return Board(lambda: asyncio.get_running_loop().time())


async def test_a_new_board_is_told_again_where_runs_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of those that came while there was none; as long as that holds."""
    monkeypatch.setattr(board, "KEEP_SECONDS", 100.0)
    cluster = FakeCluster()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(start_of("old"))
        await asyncio.sleep(60)
        drive.take(start_of("a"))
        await asyncio.sleep(1)
        cluster.board.gone = "is gone"
        drive.take(start_of("b"))
        await asyncio.sleep(50)
        cluster.board.there, cluster.board.gone = a_board(), ""
        await asyncio.sleep(2 * board.LOOK_SECONDS)
        found = [await cluster.board.call("get", each) for each in ("old", "a", "b")]
        assert found == [None, "slot-0", "slot-0"]


async def test_a_run_is_found_though_its_slot_answers_later_than_others() -> None:
    """A driver that has just begun knows few slots: the run isn't lost for that."""
    cluster = FakeCluster(2)
    slot = cluster.there["slot-1"]
    slot.cards["a"] = b"card"
    slot.is_ready.clear()
    await noted(cluster, "a", "slot-1")
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(Find("a"), Watch("a"))
        await asyncio.sleep(SETTLE_SECONDS / 2)
        slot.is_ready.set()
        await drive.said(Found("a", b"card"))
        await until(lambda: "watch" in cluster.actors["slot-1"].calls)
        assert drive.of(Lost) == []
        cluster.there["slot-0"].says.put_nowait(Event("refused", "all goes on"))
        await drive.said(Event("refused", "all goes on"))
