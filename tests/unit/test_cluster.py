"""A cluster's slots and drivers: where runs go, what is lost, and what other servers see."""

import asyncio

import pytest

from lib.results import Status
from lib.training import messages
from lib.training.cluster import slot as module
from lib.training.cluster.driver import HEAD_SECONDS, LOAD_SECONDS, NO_SLOT_SECONDS, ClusterError
from lib.training.cluster.slot import GONE_SECONDS, REST_SECONDS, UNWANTED_SECONDS
from lib.training.messages import Answer, Ask, Cancel, Checkpoint, Event, Lost, Prepare, Steer
from lib.training.run_registry import sentence
from tests.unit.fakes import make_experiment
from tests.unit.slots import FakeCluster, Place, Server, start_of, until

GONE = sentence("slot_lost", how="is gone")


def find(run_id):
    """The question where a run is."""
    return Ask(f"find {run_id}", messages.FIND_RUN, {"run_id": run_id})


async def test_it_counts_the_slots_that_can_train():
    """More may come, and some may go; one that isn't ready yet holds up nobody."""
    one, other = Place(), Place(is_ready=False)
    cluster = FakeCluster(one, other)
    async with Server(cluster) as server:
        await server.said(Event("ready", count=1))
        other.worker.say(Event("ready"))
        await server.said(Event("ready", count=2))
        cluster.places.append(Place())
        await server.said(Event("ready", count=3))
        one.lose()
        await until(lambda: server.of(Event)[-1] == Event("ready", count=2))
        one.begin()
        await until(lambda: server.of(Event)[-1] == Event("ready", count=3))


async def test_runs_are_spread_over_slots_and_servers():
    """Each goes to the slot with the least to do, and what is said to it follows; so do questions.

    A slot that has grown gets nothing where there is another one.
    """
    places = Place(), Place(), Place()
    await places[2].slot.version()
    places[2].worker.say(Event("grown"))
    cluster = FakeCluster(*places)
    async with Server(cluster) as one, Server(cluster) as two:
        await asyncio.gather(*(each.said(Event("ready", count=3)) for each in (one, two)))
        await one.take(start_of("a"), start_of("b"))
        await asyncio.sleep(2 * LOAD_SECONDS)  # then the other server has heard of that
        await two.take(Ask("q", "double", {}), start_of("c"))
        assert [len(place.worker.posted) for place in places] == [2, 2, 0]
        await one.take(Steer("pause", "a"), Steer("pause", "unknown"))
        await two.take(Cancel("q"), Prepare(make_experiment(), (8, 3, 2, 1)))
        (of_a,) = (place for place in places if "a" in place.runs)
        assert Steer("pause", "a") in of_a.worker.posted
        said = [command for place in places for command in place.worker.posted]
        assert Cancel("q") in said
        assert Steer("pause", "unknown") not in said


async def test_what_a_slot_says_is_passed_on():
    """Of a run that is slower fetched than it goes, the newest."""
    place = Place()
    async with Server(FakeCluster(place)) as server:
        await server.take(start_of("a"), Ask("q", "double", {}))
        for epoch in (1, 2, 3):
            await place.report("a", epoch=epoch)
        place.worker.say(Checkpoint("a", 3, b"state"))
        place.worker.say(Answer("q", {"double": 2}))
        await until(lambda: server.epochs("a")[-1:] == [3])
        await until(lambda: server.of(Answer) and server.of(Checkpoint))
        assert server.of(Checkpoint) == [Checkpoint("a", 3, b"state")]
        assert server.of(Answer)[0].values == {"double": 2}
        assert len(server.epochs("a")) < 3
        await place.report("a", Status.FINISHED, 5)
        await until(lambda: server.epochs("a")[-1] == 5)


async def test_runs_wait_where_there_is_no_slot():
    """With all that is said to them, in order; also what a slot hadn't taken when it went."""
    place = Place()
    async with Server(FakeCluster(place)) as server:
        place.lose()
        await server.take(start_of("first"))
        steers = Steer("pause", "a"), Steer("resume", "a")
        await server.take(start_of("a"), *steers, Ask("q", "double", {}))
        place.begin()
        await until(lambda: place.worker and len(place.worker.posted) == 5)
        assert set(place.runs) == {"first", "a"}
        assert [c for c in place.worker.posted if isinstance(c, Steer)] == [*steers]
        assert server.of(Lost) == []


async def test_what_is_lost_with_a_slot_is_told():
    """Runs and questions alike: the client starts runs again, in another slot."""
    one, other = Place(), Place()
    async with Server(FakeCluster(one, other)) as server:
        await server.take(start_of("a"), start_of("b"), Ask("q", "double", {}))
        (lost, kept) = (one, other) if "a" in one.runs else (other, one)
        lost.lose()
        await until(lambda: Lost("a", GONE) in server.sent)
        assert Lost("b", GONE) not in server.sent
        await server.take(start_of("a", checkpoint=b"state"))
        assert set(kept.runs) == {"a", "b"}


async def test_a_command_that_does_not_arrive_loses_its_run():
    """What the slow slot does with it is no news, and ends."""
    one, other = Place(), Place()
    async with Server(FakeCluster(one, other)) as server:
        await server.take(start_of("a"))
        (slow, quick) = (one, other) if one.runs else (other, one)
        slow.is_silent = True
        await server.take(Steer("pause", "a"))
        assert server.of(Lost) == [Lost("a", sentence("slot_lost", how="fell silent"))]
        await until(lambda: server.of(Event)[-1] == Event("ready", count=1))
        await server.take(start_of("a"))
        assert quick.runs == ["a"]
        slow.is_silent = False
        await slow.report("a", epoch=4)
        await asyncio.sleep(UNWANTED_SECONDS + 2)
        assert slow.worker.posted[-1] == Steer("drop", "a")
        assert server.epochs("a") == []


async def test_a_run_that_is_sent_again_replaces_the_one_before():
    """As by the next driver of the same page server."""
    place = Place()
    cluster = FakeCluster(place)
    for epoch in (1, 3):
        async with Server(cluster) as server:
            await server.take(start_of("a"))
            await place.report("a", epoch=epoch)
            await until(lambda server=server, epoch=epoch: server.epochs("a") == [epoch])
    assert place.runs == ["a", "a"]
    assert place.worker.posted[-2] == Steer("drop", "a")


async def test_a_run_of_another_server_is_found_watched_and_steered():
    """By its id, also when it is over."""
    cluster = FakeCluster(Place(), Place())
    async with Server(cluster) as one, Server(cluster) as two:
        await asyncio.gather(*(each.said(Event("ready", count=2)) for each in (one, two)))
        await one.take(start_of("a", card=b"card"))
        (place,) = (place for place in cluster.places if place.runs)
        await place.report("a", epoch=2)
        await two.take(find("a"), find("unknown"))
        await until(lambda: len(two.of(Answer)) == 2)
        assert [each.values["card"] for each in two.of(Answer)] == [b"card", None]
        await two.take(Steer("watch", "a"), Steer("pause", "a"))
        await until(lambda: two.epochs("a") == [2])
        assert place.worker.posted[-1] == Steer("pause", "a")
        await place.report("a", Status.FINISHED, 5)
        await until(lambda: two.epochs("a") == one.epochs("a") == [2, 5])
        await two.take(find("a"), Steer("watch", "a"), Steer("watch", "unknown"))
        await until(lambda: two.epochs("a") == [2, 5, 5])
        assert two.of(Lost) == [Lost("unknown", GONE)]
        await one.take(start_of("b"))
        await two.take(find("b"), Steer("watch", "b"))
        await two.take(Steer("unwatch", "b"))
        (place,) = (place for place in cluster.places if "b" in place.runs)
        await place.report("b", epoch=3)
        await until(lambda: one.epochs("b") == [3])
        assert two.epochs("b") == []
        await two.take(find("b"), Steer("watch", "b"))
        await one.take(Steer("drop", "b"))
        await two.said(Lost("b", GONE))
        assert one.of(Lost) == []


async def ended(*places, is_silent=False):
    """Why a driver of these ends, and what it said before."""
    cluster = FakeCluster(*places)
    cluster.is_silent = is_silent
    server = Server(cluster)
    with pytest.raises(ExceptionGroup) as raised:
        await server.driver.run()
    (error,) = raised.value.exceptions
    assert isinstance(error, ClusterError)
    return f"{error}", server


async def test_slots_of_another_version_are_refused():
    """Each once, and those that can't train; where no other is there the cluster can't be used."""
    one, other = Place(), Place()
    one.answers["version"] = "another"
    other.answers["ready"] = "no Keras: run 'pip install'."
    why, server = await ended(one, other)
    assert "its nodes run Unrolled another, and this is" in why
    refused = sorted(each.text for each in server.of(Event))
    assert "its nodes can't train: no Keras." in refused[0]
    assert len(refused) == 2


async def test_without_a_slot_for_long_a_cluster_is_none():
    """As one whose nodes have no processor; or whose head is gone."""
    now = asyncio.get_running_loop().time
    assert (await ended(Place(is_ready=False)))[0] == "no node has a processor free"
    assert NO_SLOT_SECONDS < now() < NO_SLOT_SECONDS + 5
    assert (await ended(is_silent=True))[0] == "its head doesn't answer"
    assert now() < NO_SLOT_SECONDS + 5 + HEAD_SECONDS


async def test_an_error_that_nobody_expects_ends_the_driver():
    """Another one follows it; else a command would be lost without a word."""
    place = Place()
    async with Server(FakeCluster(place)) as server:
        place.slot.take = None
        await server.take(start_of("a"))
        with pytest.raises(ExceptionGroup):
            await server.work


async def test_a_slot_whose_worker_cannot_train_says_so_and_lives_on():
    """The next one would come to the same; with any other end Ray starts the slot again."""
    place = Place(is_ready=False)
    await place.slot.version()
    ready = asyncio.ensure_future(place.slot.ready())
    await asyncio.sleep(1)
    assert not ready.done()
    place.worker.die(unavailable="Keras is not installed.")
    assert await ready == "Keras is not installed."
    assert place.ended == []
    place.worker.die()
    assert place.ended == [1]


async def test_of_a_run_only_the_newest_waits():
    """Whoever comes later is shown that, and gets no checkpoint."""
    place = Place()
    await place.slot.version()
    await place.take(start_of("a"))
    for epoch in (2, 4, 6):
        await place.report("a", epoch=epoch)
    place.worker.say(Checkpoint("a", 6, b"state"))
    await asyncio.sleep(0)
    (snapshot, saved), number = await place.news("a")
    assert (snapshot.epoch, saved.epoch) == (6, 6)
    assert (await place.news("a", number))[0] == []
    await place.report("a", Status.FINISHED, 9)
    (end,), _ = await place.news("a", number)
    (late,), _ = await place.news("a", is_owner=False)
    assert end.status is late.status is Status.FINISHED


async def test_runs_that_are_over_are_forgotten_the_oldest_first(monkeypatch):
    """Where there are too many, or too large ones; none that goes on."""
    monkeypatch.setattr(module, "KEEP_RUNS", 3)
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    place = Place()
    await place.slot.version()
    names = ["going", *"abcd", "large"]
    for name in names:
        await place.take(start_of(name, card=bytes(900 if name == "large" else 0)))
        if name != "going":
            await place.report(name, Status.FINISHED)
    there = [name for name in names if await place.slot.find(name) is not None]
    assert there == ["going", "c", "d", "large"]
    await place.take(start_of("new", card=bytes(200)))
    assert await place.slot.find("c") is None


async def test_runs_that_nobody_asks_for_end_and_then_the_slot_leaves():
    """What somebody watches goes on."""
    place = Place()
    await place.slot.version()
    await place.take(start_of("a"), start_of("b"))
    for _ in range(4):
        await place.news("b", is_owner=False)
        await asyncio.sleep(UNWANTED_SECONDS / 3)
    assert [c for c in place.worker.posted if isinstance(c, Steer)] == [Steer("drop", "a")]
    assert await place.slot.find("a") is None
    await asyncio.sleep(GONE_SECONDS - UNWANTED_SECONDS)
    assert place.ended == []
    await asyncio.sleep(UNWANTED_SECONDS)
    assert place.ended[0] == "left"


async def test_one_that_has_grown_ends_when_it_rests():
    """Not before its runs are over, and a while after the last word was fetched."""
    place = Place()
    await place.slot.version()
    await place.take(start_of("a"))
    place.worker.say(Event("grown"))
    await asyncio.sleep(10 * REST_SECONDS)
    assert await place.slot.load() == (True, 1)
    await place.report("a", Status.FINISHED)
    await asyncio.sleep(REST_SECONDS - 2)
    await place.news("a")
    await asyncio.sleep(REST_SECONDS - 2)
    assert place.ended == []
    await asyncio.sleep(4)
    assert place.ended[0] == 1
