"""A cluster's driver: where runs go, what is lost with a slot, and what others find."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lib.results.run import Snapshot, Status
from lib.training.cluster import driver as module
from lib.training.cluster.driver import NO_SLOT_SECONDS, SETTLE_SECONDS, Driver
from lib.training.cluster.errors import ClusterError, UnavailableError, UnusableError
from lib.training.messages import (
    Answer,
    Ask,
    Cancel,
    Checkpoint,
    Command,
    Event,
    Lost,
    Prepare,
    Report,
    Retire,
    Show,
    Steer,
)
from tests.unit.fakes import make_experiment
from tests.unit.slots import Drive, FakeCluster, FakeSlot, start_of, until

READY = Event("ready")


@asynccontextmanager
async def first_of_two(*commands: Command) -> AsyncIterator[tuple[FakeCluster, Drive]]:
    """A driver of two slots, the first of which has less to do and has got these commands."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    other.full = (0, 5)
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=2))
        drive.take(*commands)
        await until(lambda: len(one.commands) == len(commands))
        yield cluster, drive


async def test_it_is_ready_with_the_first_slot_and_counts_them() -> None:
    """More may come, and some may go; a slot that isn't ready yet holds up nobody."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    other.is_ready.clear()
    async with Drive(cluster) as drive:
        await drive.said(Event("ready", count=1))
        other.is_ready.set()
        await drive.said(Event("places", count=2))
        one.is_ready.clear()
        one.says.put_nowait(UnavailableError("is gone"))
        await until(lambda: drive.sent[-1] == Event("places", count=1))
        assert len(drive.sent) == 3


async def test_a_run_goes_to_the_slot_with_the_least_to_do() -> None:
    """All else that is said to it follows; a question goes where a run would."""
    cluster = FakeCluster(3)
    one, two, three = cluster.there.values()
    one.full, two.full, three.full = (0, 9), (0, 1), (1, 0)  # the last should end soon
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=3))
        ask = Ask("q", "double", {})
        prepare = Prepare(make_experiment(), (8, 3, 2, 1))
        drive.take(start_of("a"), Steer("pause", "a"), Steer("pause", "unknown"), ask, prepare)
        await until(lambda: len(two.commands) == 4)
        assert sorted(two.names) == ["Ask", "Prepare", "Start", "Steer"]
        drive.take(Cancel("q"), Cancel("unknown"))
        await until(lambda: two.names[4:] == ["Cancel"])
        assert one.commands == three.commands == []
        assert await cluster.board.call("get", "a") == "slot-1"
        cluster.actors["slot-1"].gone = "is gone"  # it can't even say how full it is
        drive.take(start_of("b"))
        await until(lambda: one.names == ["Start"])


async def test_what_a_slot_says_is_passed_on() -> None:
    """In order."""
    cluster = FakeCluster()
    (slot,) = cluster.there.values()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        checkpoint, event = Checkpoint("a", 3, b"state"), Event("refused", "why")
        slot.says.put_nowait(checkpoint)
        slot.says.put_nowait(event)
        await drive.said(event)
        assert drive.sent == [READY, checkpoint, event]


async def test_what_was_lost_with_a_slot_is_told() -> None:
    """Its runs, and that there will be no answer; what is elsewhere isn't touched."""
    commands = start_of("a"), start_of("b"), Ask("q", "double", {})
    async with first_of_two(*commands) as (cluster, drive):
        one, other = cluster.there.values()
        one.full = (0, 9)
        drive.take(start_of("c"))
        await until(lambda: len(other.commands) == 1)
        one.says.put_nowait(UnavailableError("is gone"))
        await until(lambda: drive.of(Lost))
        (lost,), (answer,) = drive.of(Lost), drive.of(Answer)
        assert lost.run_ids == ["a", "b"]
        assert lost.how == "Its place in the cluster is gone."
        assert answer.error == "Its place in the cluster is gone. Ask again."
        await until(lambda: drive.sent[-1] == Event("places", count=2))  # it has come again


async def test_a_slot_that_was_only_slow_is_used_again() -> None:
    """What it goes on to say of a run that is elsewhere by then is no news, and is ended."""
    async with first_of_two(start_of("a")) as (cluster, drive):
        one, other = cluster.there.values()
        cluster.actors["slot-0"].gone = "has not answered for 5 s"
        drive.take(Steer("pause", "a"))
        await until(lambda: drive.of(Lost))
        drive.take(start_of("a"))
        await until(lambda: other.commands)
        cluster.actors["slot-0"].gone = ""
        one.says.put_nowait(Report(Snapshot("a", Status.FINISHED)))
        await until(lambda: Steer("drop", "a") in one.commands)
        assert drive.of(Report) == []
        one.says.put_nowait(Event("refused", "it looks again"))
        await drive.said(Event("refused", "it looks again"))
        assert drive.sent.count(Event("places", count=2)) == 2


async def test_a_slot_that_says_nonsense_is_looked_for_again() -> None:
    """As one that is gone: else nobody would hear of its runs any more."""
    cluster = FakeCluster()
    (slot,) = cluster.there.values()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(start_of("a"))
        await until(lambda: slot.commands)
        slot.says.put_nowait(RuntimeError("nobody thought of that"))
        await until(lambda: drive.of(Lost))
        slot.says.put_nowait(Event("refused", "here again"))
        await drive.said(Event("refused", "here again"))


async def test_a_slot_that_comes_back_without_its_code_has_lost_its_runs() -> None:
    """As after an update of a node while it trained."""
    async with first_of_two(start_of("a")) as (cluster, drive):
        one = cluster.there["slot-0"]
        one.theirs = "another"
        one.says.put_nowait(UnusableError("its nodes don't find Unrolled"))
        await until(lambda: drive.of(Lost))
        assert drive.of(Lost)[0].run_ids == ["a"]
        assert any("don't find Unrolled" in each.text for each in drive.of(Event))


async def test_runs_wait_where_there_is_no_slot() -> None:
    """With all that is said to them, in order; a question has no answer then."""
    cluster = FakeCluster()
    (slot,) = cluster.there.values()
    slot.is_ready.clear()
    async with Drive(cluster) as drive:
        steers = Steer("pause", "a"), Steer("resume", "a")
        drive.take(start_of("a"), steers[0], Ask("q", "double", {}), steers[1])
        drive.take(Show(Snapshot("b", Status.FINISHED), b""), Prepare(make_experiment(), (1,) * 4))
        await until(lambda: drive.of(Answer))
        slot.is_ready.set()
        await until(lambda: len(slot.commands) == 3)
        assert slot.names[0] == "Start"
        assert slot.commands[1:] == [*steers]
        drive.take(Show(Snapshot("b", Status.FINISHED), b""))
        await until(lambda: slot.names[-1] == "Show")


async def test_a_slot_of_another_version_is_refused() -> None:
    """Once it is said; where no other is there the cluster can't be used."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    one.theirs = "another"
    other.failed = "it has no TensorFlow"
    drive = Drive(cluster)
    with pytest.raises(ClusterError, match="its nodes run Unrolled another, and this is"):
        await asyncio.wait_for(drive.driver.run(), NO_SLOT_SECONDS)
    refused = [each.text for each in drive.of(Event) if each.kind == "refused"]
    assert len(refused) == 2
    assert refused[1] == (
        "A node of the cluster isn't used: its nodes can't train: it has no TensorFlow."
    )


async def test_without_a_slot_for_long_a_cluster_is_none() -> None:
    """As one whose nodes have no processor."""
    began = asyncio.get_running_loop().time()
    with pytest.raises(ClusterError, match="no node has a processor free"):
        await Driver("here", FakeCluster(0), lambda _: None).run()
    assert NO_SLOT_SECONDS < asyncio.get_running_loop().time() - began < NO_SLOT_SECONDS + 5


async def test_a_slot_that_still_imports_tensorflow_is_waited_for() -> None:
    """Once it has a processor: one that has none doesn't answer, nor does one that is gone."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    one.is_ready.clear()
    other.has_processor.clear()
    async with Drive(cluster) as drive:
        await asyncio.sleep(5 * NO_SLOT_SECONDS)
        assert not drive.work.done()
        one.is_ready.set()
        await drive.said(READY)
        one.is_ready.clear()
        cluster.actors["slot-0"].gone = "is gone"
        one.says.put_nowait(UnavailableError("is gone"))
        with pytest.raises(ClusterError, match="no node has a processor free"):
            await asyncio.wait_for(drive.work, 2 * NO_SLOT_SECONDS)


async def test_a_command_that_is_not_for_a_cluster_is_refused() -> None:
    """And those after it are done."""
    cluster = FakeCluster()
    (slot,) = cluster.there.values()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(Retire(), start_of("a"))
        await until(lambda: slot.commands)
        assert drive.sent[1].text == "a message was refused: a cluster takes no Retire"


async def noted(cluster: FakeCluster, run_id: str, slot: str) -> None:
    """The board knows where a run is."""
    await cluster.board.call("put", run_id, slot, 60.0)


async def test_a_run_of_an_earlier_driver_goes_to_the_slot_that_has_it() -> None:
    """Also where that answers later than others; and what is said to it follows it."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    await noted(cluster, "a", "slot-1")
    other.is_ready.clear()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(start_of("a", again=True), Steer("pause", "a"))
        await asyncio.sleep(SETTLE_SECONDS / 2)
        other.is_ready.set()
        await until(lambda: other.names == ["Start", "Steer"])
        assert one.commands == []


async def test_a_run_whose_slot_does_not_come_begins_elsewhere() -> None:
    """After a while; and at once where the board knows nothing of it."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    await noted(cluster, "a", "slot-1")
    await noted(cluster, "gone", "slot-7")
    other.is_ready.clear()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(*(start_of(each, again=True) for each in ("a", "b", "gone")))
        await until(lambda: len(one.commands) == 2)
        assert [each.run_id for each in one.commands] == ["b", "gone"]  # type: ignore[union-attr]
        await until(lambda: len(one.commands) == 3)
        assert asyncio.get_running_loop().time() >= SETTLE_SECONDS


async def test_a_run_that_only_the_board_knows_can_be_steered() -> None:
    """As one that was to stop when the driver before was killed."""
    cluster = FakeCluster(2)
    await noted(cluster, "a", "slot-1")
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=2))
        drive.take(Steer("drop", "a"))
        await until(lambda: cluster.there["slot-1"].commands == [Steer("drop", "a")])


async def test_a_command_that_waits_holds_up_only_those_of_its_run() -> None:
    """Its slot may still come; meanwhile another run is steered. Each run's order is kept."""
    cluster = FakeCluster(2)
    one, other = cluster.there.values()
    await noted(cluster, "a", "slot-1")
    other.is_ready.clear()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        steers = [Steer(verb, "a") for verb in ("pause", "attend", "stop")]
        drive.take(*steers, start_of("b"), Steer("step", "b"))
        await until(lambda: one.names == ["Start", "Steer"])
        assert asyncio.get_running_loop().time() < SETTLE_SECONDS / 2
        assert other.commands == []
        other.is_ready.set()
        await until(lambda: other.commands == steers)


async def test_runs_that_start_at_once_are_spread() -> None:
    """Though what slots say of their load doesn't have these yet."""
    cluster = FakeCluster(3)
    async with Drive(cluster) as drive:
        await drive.said(Event("places", count=3))
        drive.take(*(start_of(f"{place}") for place in range(6)))
        slots = cluster.there.values()
        await until(lambda: sum(len(slot.commands) for slot in slots) == 6)
        assert [len(slot.commands) for slot in slots] == [2, 2, 2]


async def test_an_error_that_nobody_expects_ends_the_driver() -> None:
    """Another one follows it; else a command would be lost without a word."""
    cluster = FakeCluster()
    async with Drive(cluster) as drive:
        await drive.said(READY)
        cluster.there["slot-0"].take = None  # type: ignore[assignment,method-assign]
        drive.take(start_of("a"))
        with pytest.raises(TypeError):
            await drive.work


async def test_places_of_many_runs_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten, which are over long since."""
    monkeypatch.setattr(module, "MOST_PLACES", 3)
    cluster = FakeCluster()
    slot: FakeSlot = cluster.there["slot-0"]
    async with Drive(cluster) as drive:
        await drive.said(READY)
        drive.take(*(start_of(f"{place}") for place in range(9)))
        await until(lambda: len(slot.commands) == 9)
        slot.says.put_nowait(UnavailableError("is gone"))
        await until(lambda: drive.of(Lost))
        assert drive.of(Lost)[0].run_ids == ["6", "7", "8"]
