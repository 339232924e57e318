"""A cluster's slots and drivers: where runs go, what is lost, and what other servers see."""

import asyncio

import pytest

from lib.results import Status
from lib.training import messages
from lib.training.cluster import slot as module
from lib.training.cluster.driver import HEAD_SECONDS, LOAD_SECONDS, NO_SLOT_SECONDS, ClusterError
from lib.training.cluster.slot import GONE_SECONDS, REST_SECONDS, UNWANTED_SECONDS
from lib.training.messages import Answer, Ask, Cancel, Checkpoint, Event, Lost, Prepare, Steer
from tests.unit.fakes import make_experiment
from tests.unit.slots import DriverRig, FakeCluster, SlotRig, start_of, until

GONE = messages.sentence("slot_lost", how="is gone")


def find(run_id):
    """The question where a run is."""
    return Ask(f"find {run_id}", messages.FIND_RUN, {"run_id": run_id})


async def test_it_counts_the_slots_that_can_train():
    """More may come, and some may go; one that isn't ready yet holds up nobody."""
    one, other = SlotRig(), SlotRig(is_ready=False)
    cluster = FakeCluster(one, other)
    async with DriverRig(cluster) as server:
        await server.said(Event("ready", count=1))
        other.worker.say(Event("ready"))
        await server.said(Event("ready", count=2))
        cluster.slots.append(SlotRig())
        await server.said(Event("ready", count=3))
        one.lose()
        await until(lambda: server.of(Event)[-1] == Event("ready", count=2))
        one.begin()
        await until(lambda: server.of(Event)[-1] == Event("ready", count=3))


async def test_runs_are_spread_over_slots_and_servers():
    """Each goes to the slot with the least to do, and what is said to it follows; so do questions.

    A slot that has grown gets nothing where there is another one.
    """
    slots = SlotRig(), SlotRig(), SlotRig()
    await slots[2].slot.version()
    slots[2].worker.say(Event("grown"))
    cluster = FakeCluster(*slots)
    async with DriverRig(cluster) as one, DriverRig(cluster) as two:
        await asyncio.gather(*(each.said(Event("ready", count=3)) for each in (one, two)))
        await one.take(start_of("a"), start_of("b"))
        await asyncio.sleep(2 * LOAD_SECONDS)  # then the other server has heard of that
        await two.take(Ask("q", "double", {}), start_of("c"))
        assert [len(slot.worker.posted) for slot in slots] == [2, 2, 0]
        await one.take(Steer("pause", "a"), Steer("pause", "unknown"))
        await two.take(Cancel("q"), Prepare(make_experiment(), (8, 3, 2, 1)))
        (of_a,) = (slot for slot in slots if "a" in slot.runs)
        assert Steer("pause", "a") in of_a.worker.posted
        said = [command for slot in slots for command in slot.worker.posted]
        assert Cancel("q") in said
        assert Steer("pause", "unknown") not in said


async def test_what_a_slot_says_is_passed_on():
    """The client gets a slot's messages; a slow one skips to a run's newest snapshot."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        await server.take(start_of("a"), Ask("q", "double", {}))
        for epoch in (1, 2, 3):
            await slot.report("a", epoch=epoch)
        slot.worker.say(Checkpoint("a", 3, b"state"))
        slot.worker.say(Answer("q", {"double": 2}))
        await until(lambda: server.epochs("a")[-1:] == [3])
        await until(lambda: server.of(Answer) and server.of(Checkpoint))
        assert server.of(Checkpoint) == [Checkpoint("a", 3, b"state")]
        assert server.of(Answer)[0].values == {"double": 2}
        assert len(server.epochs("a")) < 3
        await slot.report("a", Status.FINISHED, 5)
        await until(lambda: server.epochs("a")[-1] == 5)


async def test_runs_wait_where_there_is_no_slot():
    """Without a slot, runs and commands wait in order, also those sent to a slot that is gone."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.lose()
        await server.take(start_of("first"))
        steers = Steer("pause", "a"), Steer("resume", "a")
        await server.take(start_of("a"), *steers, Ask("q", "double", {}))
        slot.begin()
        await until(lambda: slot.worker and len(slot.worker.posted) == 5)
        assert set(slot.runs) == {"first", "a"}
        assert [c for c in slot.worker.posted if isinstance(c, Steer)] == [*steers]
        assert server.of(Lost) == []


async def test_what_is_lost_with_a_slot_is_told():
    """The client hears which runs and questions are lost, and starts runs in another slot."""
    one, other = SlotRig(), SlotRig()
    async with DriverRig(FakeCluster(one, other)) as server:
        await server.take(start_of("a"), start_of("b"), Ask("q", "double", {}))
        (lost, kept) = (one, other) if "a" in one.runs else (other, one)
        lost.lose()
        await until(lambda: Lost("a", GONE) in server.sent)
        assert Lost("b", GONE) not in server.sent
        await server.take(start_of("a", checkpoint=b"state"))
        assert set(kept.runs) == {"a", "b"}


async def test_a_command_that_does_not_arrive_loses_its_run():
    """A run is lost when its slot doesn't take a command; the slow slot drops it later."""
    one, other = SlotRig(), SlotRig()
    async with DriverRig(FakeCluster(one, other)) as server:
        await server.take(start_of("a"))
        (slow, quick) = (one, other) if one.runs else (other, one)
        slow.is_silent = True
        await server.take(Steer("pause", "a"))
        assert server.of(Lost) == [Lost("a", messages.sentence("slot_lost", how="fell silent"))]
        await until(lambda: server.of(Event)[-1] == Event("ready", count=1))
        await server.take(start_of("a"))
        assert quick.runs == ["a"]
        slow.is_silent = False
        await slow.report("a", epoch=4)
        await asyncio.sleep(UNWANTED_SECONDS + 2)
        assert slow.worker.posted[-1] == Steer("drop", "a")
        assert server.epochs("a") == []


async def test_a_run_that_is_dropped_on_its_way_starts_nowhere():
    """A slot that doesn't answer the start loses it; no other slot gets what nobody wants."""
    slots = SlotRig(), SlotRig()
    async with DriverRig(FakeCluster(*slots)) as server:
        for slot in slots:
            slot.slot.take = lambda _: asyncio.sleep(3600)
        await server.take(start_of("a"))
        for slot in slots:
            del slot.slot.take
        await server.take(Steer("drop", "a"))
        await until(lambda: server.of(Event)[-1] == Event("ready", count=1))
        await asyncio.sleep(2)
        assert [slot.runs for slot in slots] == [[], []]


async def test_a_run_that_is_sent_again_replaces_the_one_before():
    """A run that a page server's next driver starts again replaces the old one."""
    slot = SlotRig()
    cluster = FakeCluster(slot)
    for epoch in (1, 3):
        async with DriverRig(cluster) as server:
            await server.take(start_of("a"))
            await slot.report("a", epoch=epoch)
            await until(lambda server=server, epoch=epoch: server.epochs("a") == [epoch])
    assert slot.runs == ["a", "a"]
    assert slot.worker.posted[-2] == Steer("drop", "a")


async def test_a_run_of_another_server_is_found_watched_and_steered():
    """A page server finds another server's run by id, also when the run is over."""
    cluster = FakeCluster(SlotRig(), SlotRig())
    async with DriverRig(cluster) as one, DriverRig(cluster) as two:
        await asyncio.gather(*(each.said(Event("ready", count=2)) for each in (one, two)))
        await one.take(start_of("a", card=b"card"))
        (slot,) = (slot for slot in cluster.slots if slot.runs)
        await slot.report("a", epoch=2)
        await two.take(find("a"), find("unknown"))
        await until(lambda: len(two.of(Answer)) == 2)
        assert [each.values["card"] for each in two.of(Answer)] == [b"card", None]
        await two.take(Steer("watch", "a"), Steer("pause", "a"))
        await until(lambda: two.epochs("a") == [2])
        assert slot.worker.posted[-1] == Steer("pause", "a")
        await slot.report("a", Status.FINISHED, 5)
        await until(lambda: two.epochs("a") == one.epochs("a") == [2, 5])
        await two.take(find("a"), Steer("watch", "a"), Steer("watch", "unknown"))
        await until(lambda: two.epochs("a") == [2, 5, 5])
        assert two.of(Lost) == [Lost("unknown", GONE)]
        await one.take(start_of("b"))
        await two.take(find("b"), Steer("watch", "b"))
        await two.take(Steer("unwatch", "b"))
        (slot,) = (slot for slot in cluster.slots if "b" in slot.runs)
        await slot.report("b", epoch=3)
        await until(lambda: one.epochs("b") == [3])
        assert two.epochs("b") == []
        await two.take(find("b"), Steer("watch", "b"))
        await one.take(Steer("drop", "b"))
        await two.said(Lost("b", GONE))
        assert one.of(Lost) == []


async def ended(*slots, is_silent=False):
    """Why a driver of these ends, and what it said before."""
    cluster = FakeCluster(*slots)
    cluster.is_silent = is_silent
    server = DriverRig(cluster)
    with pytest.raises(ExceptionGroup) as raised:
        await server.driver.run()
    (error,) = raised.value.exceptions
    assert isinstance(error, ClusterError)
    return f"{error}", server


async def test_slots_of_another_version_are_refused():
    """Each once, and those that can't train; where no other is there the cluster can't be used."""
    one, other = SlotRig(), SlotRig()
    one.answers["version"] = "another"
    other.answers["ready"] = "no Keras: run 'pip install'."
    why, server = await ended(one, other)
    assert "its nodes run Unrolled another, and this is" in why
    refused = sorted(each.text for each in server.of(Event))
    assert "its nodes can't train: no Keras." in refused[0]
    assert len(refused) == 2


async def test_without_a_slot_for_long_a_cluster_is_none():
    """The driver ends when no slot can train for long, or when the head doesn't answer."""
    now = asyncio.get_running_loop().time
    assert (await ended(SlotRig(is_ready=False)))[0] == "no node has a processor free"
    assert NO_SLOT_SECONDS < now() < NO_SLOT_SECONDS + 5
    assert (await ended(is_silent=True))[0] == "its head doesn't answer"
    assert now() < NO_SLOT_SECONDS + 5 + HEAD_SECONDS


async def test_an_error_that_nobody_expects_ends_the_driver():
    """An unexpected error ends the driver, so that another replaces it and no command is lost."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.slot.take = None
        await server.take(start_of("a"))
        with pytest.raises(ExceptionGroup):
            await server.work


async def test_a_slot_whose_worker_cannot_train_says_so_and_lives_on():
    """The next one would come to the same; with any other end Ray starts the slot again."""
    slot = SlotRig(is_ready=False)
    await slot.slot.version()
    ready = asyncio.ensure_future(slot.slot.ready())
    await asyncio.sleep(1)
    assert not ready.done()
    slot.worker.die(unavailable="Keras is not installed.")
    assert await ready == "Keras is not installed."
    assert slot.ended == []
    slot.worker.die()
    assert slot.ended == [1]


async def test_of_a_run_only_the_newest_waits():
    """A slot keeps a run's newest snapshot for late drivers; only its owner gets checkpoints."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"))
    for epoch in (2, 4, 6):
        await slot.report("a", epoch=epoch)
    slot.worker.say(Checkpoint("a", 6, b"state"))
    await asyncio.sleep(0)
    (snapshot, saved), number = await slot.news("a")
    assert (snapshot.epoch, saved.epoch) == (6, 6)
    assert (await slot.news("a", number))[0] == []
    await slot.report("a", Status.FINISHED, 9)
    (end,), _ = await slot.news("a", number)
    (late,), _ = await slot.news("a", is_owner=False)
    assert end.status is late.status is Status.FINISHED


async def test_runs_that_are_over_are_forgotten_the_oldest_first(monkeypatch):
    """Where there are too many, or too large ones; none that goes on."""
    monkeypatch.setattr(module, "KEEP_RUNS", 3)
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    slot = SlotRig()
    await slot.slot.version()
    names = ["going", *"abcd", "large"]
    for name in names:
        await slot.take(start_of(name, card=bytes(900 if name == "large" else 0)))
        if name != "going":
            await slot.report(name, Status.FINISHED)
    there = [name for name in names if await slot.slot.find(name) is not None]
    assert there == ["going", "c", "d", "large"]
    await slot.take(start_of("new", card=bytes(200)))
    assert await slot.slot.find("c") is None


async def test_runs_that_nobody_asks_for_end_and_then_the_slot_leaves():
    """A slot drops runs without a watcher, and leaves the cluster without any driver."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"), start_of("b"))
    for _ in range(4):
        await slot.news("b", is_owner=False)
        await asyncio.sleep(UNWANTED_SECONDS / 3)
    assert [c for c in slot.worker.posted if isinstance(c, Steer)] == [Steer("drop", "a")]
    assert await slot.slot.find("a") is None
    await asyncio.sleep(GONE_SECONDS - UNWANTED_SECONDS)
    assert slot.ended == []
    await asyncio.sleep(UNWANTED_SECONDS)
    assert slot.ended[0] == "left"


async def test_one_that_has_grown_ends_when_it_rests():
    """A slot whose worker has grown ends once its runs are over and their news are fetched."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"))
    slot.worker.say(Event("grown"))
    await asyncio.sleep(10 * REST_SECONDS)
    assert await slot.slot.load() == (True, 1)
    await slot.report("a", Status.FINISHED)
    await asyncio.sleep(REST_SECONDS - 2)
    await slot.news("a")
    await asyncio.sleep(REST_SECONDS - 2)
    assert slot.ended == []
    await asyncio.sleep(4)
    assert slot.ended[0] == 1
