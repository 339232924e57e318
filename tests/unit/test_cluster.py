"""A cluster's slots and drivers: where runs train, what is lost, what other servers see."""

import asyncio
import re
import socket
import sys
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from lib.results import Status
from lib.training import messages
from lib.training.cluster import __main__ as process
from lib.training.cluster import slot as module
from lib.training.cluster.driver import HEAD_SECONDS, LOAD_SECONDS, NO_SLOT_SECONDS, ClusterError
from lib.training.cluster.slot import GONE_SECONDS, REST_SECONDS, UNWANTED_SECONDS
from lib.training.messages import Answer, Ask, Cancel, Checkpoint, Event, Lost, Prepare, Steer
from tests.unit.fakes import make_experiment
from tests.unit.slots import DriverRig, FakeCluster, SlotRig, start_of, until

GONE = messages.sentence("slot_lost", how="is gone")


def find(run_id):
    """Return the question that searches for a run."""
    return Ask(f"find {run_id}", messages.FIND_RUN, {"run_id": run_id})


async def test_it_counts_the_slots_that_can_train():
    """Slots come and go, and a slot that isn't ready blocks nothing."""
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
    """Runs and questions go to the least busy slot, and their commands follow.

    A grown slot gets no runs while another slot exists.
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
    """The client gets a slot's messages; a slow client skips to the newest snapshot."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        await server.take(start_of("a"), Ask("q", "double", {}))
        for epoch in (1, 2, 3):
            await slot.report("a", epoch=epoch)
        slot.worker.say(Checkpoint("a", 3, b"state"))
        slot.worker.say(Answer("q", {"double": 2}))
        await until(lambda: server.epochs("a")[-1:] == [3])
        await server.said(Checkpoint("a", 3, b"state"))
        await until(lambda: [each.values for each in server.of(Answer)] == [{"double": 2}])
        assert len(server.epochs("a")) < 3
        await slot.report("a", Status.FINISHED, 5)
        await until(lambda: server.epochs("a")[-1] == 5)


async def test_runs_wait_where_there_is_no_slot():
    """Without a slot, commands wait in order, including those for a lost slot."""
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
    """Jobs of lost and silent slots are reported, and runs restart elsewhere."""
    one, other = SlotRig(), SlotRig()
    async with DriverRig(FakeCluster(one, other)) as server:
        await server.take(start_of("a"), start_of("b"), Ask("q", "double", {}))
        (lost, kept) = (one, other) if "a" in one.runs else (other, one)
        lost.lose()
        await until(lambda: Lost("a", GONE) in server.sent)
        assert Lost("b", GONE) not in server.sent
        await server.take(start_of("a", checkpoint=b"state"))
        assert set(kept.runs) == {"a", "b"}
        lost.begin()
        await until(lambda: server.of(Event)[-1] == Event("ready", count=2))
        kept.is_silent = True
        await server.take(Steer("pause", "a"))
        await server.said(Lost("a", messages.sentence("slot_lost", how="stopped responding")))
        await server.take(start_of("a"))
        assert lost.runs == ["a"]
        kept.is_silent = False
        await kept.report("a", epoch=4)
        await asyncio.sleep(UNWANTED_SECONDS + 2)
        assert Steer("drop", "a") in kept.worker.posted
        assert server.epochs("a") == []


async def test_a_run_that_is_dropped_on_its_way_starts_nowhere():
    """A failed start isn't sent again if the run was dropped."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.slot.take = lambda _: asyncio.sleep(3600)
        await server.take(start_of("a"), Steer("drop", "a"))
        await server.said(Event("ready", count=0))
        del slot.slot.take
        await asyncio.sleep(60)
        assert server.of(Event)[-1] == Event("ready", count=1)
        assert slot.runs == []


async def test_a_run_that_is_sent_again_replaces_the_one_before():
    """A run restarted by a new driver replaces the old run."""
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
        slot.worker.say(Checkpoint("a", 2, b"state"))
        await two.take(find("a"), find("unknown"))
        await until(lambda: len(two.of(Answer)) == 2)
        assert [each.values["card"] for each in two.of(Answer)] == [b"card", None]
        await two.take(Steer("watch", "a"), Steer("pause", "a"))
        await until(lambda: two.epochs("a") == [2])
        assert slot.worker.posted[-1] == Steer("pause", "a")
        assert (len(one.of(Checkpoint)), two.of(Checkpoint)) == (1, [])  # it is its owner's
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


async def ended(cluster):
    """Return why a driver ended, and its earlier messages."""
    server = DriverRig(cluster)
    with pytest.raises(ExceptionGroup) as raised:
        await server.driver.run()
    (error,) = raised.value.exceptions
    assert isinstance(error, ClusterError)
    return f"{error}", server


async def test_why_a_cluster_cannot_be_used_is_said():
    """Each unusable slot is reported once; without a slot or a head the driver exits."""
    one, other = SlotRig(), SlotRig()
    one.slot.version = lambda: asyncio.sleep(0, "another")
    other.slot.ready = lambda: asyncio.sleep(0, "no Keras. Run 'pip install'.")
    why, server = await ended(FakeCluster(one, other))
    assert "its nodes run Unrolled another, and this" in why
    refused = sorted(each.text for each in server.of(Event))
    assert "its nodes can't train: no Keras." in refused[0]
    assert len(refused) == 2
    now = asyncio.get_running_loop().time
    before = now()
    cluster = FakeCluster(SlotRig(is_ready=False))
    assert (await ended(cluster))[0] == "no node has a free processor"
    assert NO_SLOT_SECONDS < now() - before < NO_SLOT_SECONDS + 5
    cluster.find_slots = lambda: asyncio.sleep(3600)
    assert (await ended(cluster))[0] == "its head doesn't respond"
    assert now() - before < NO_SLOT_SECONDS + 5 + HEAD_SECONDS


async def test_an_error_that_nobody_expects_ends_the_driver():
    """An unexpected error ends the driver, so that another one replaces it."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.slot.take = None
        await server.take(start_of("a"))
        with pytest.raises(ExceptionGroup):
            await server.work


async def test_a_slot_whose_worker_cannot_train_says_so_and_lives_on():
    """A worker that can't train keeps its slot alive; other ends restart it."""
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


async def test_runs_that_are_over_are_forgotten_the_oldest_first(monkeypatch):
    """Ended jobs beyond the limits are forgotten, the oldest first."""
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
    """A slot drops jobs without requests, and leaves without drivers."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"), start_of("b"))
    for _ in range(4):
        await slot.slot.news("b", 0, False)
        await asyncio.sleep(UNWANTED_SECONDS / 3)
    assert [c for c in slot.worker.posted if isinstance(c, Steer)] == [Steer("drop", "a")]
    assert await slot.slot.find("a") is None
    await asyncio.sleep(GONE_SECONDS - UNWANTED_SECONDS)
    assert slot.ended == []
    await asyncio.sleep(UNWANTED_SECONDS)
    assert slot.ended[0] == "left"


async def test_one_that_has_grown_ends_when_it_rests():
    """A slot whose worker has grown exits once its runs are over and fetched."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"))
    slot.worker.say(Event("grown"))
    await asyncio.sleep(10 * REST_SECONDS)
    assert await slot.slot.load() == (True, 1)
    await slot.report("a", Status.FINISHED)
    await asyncio.sleep(REST_SECONDS - 2)
    await slot.slot.news("a", 0, True)
    await asyncio.sleep(REST_SECONDS - 2)
    assert slot.ended == []
    await asyncio.sleep(4)
    assert slot.ended[0] == 1


def test_why_there_is_no_cluster(monkeypatch):
    """Ray, its local node or the cluster's address may be missing."""
    here = []
    processes = lambda _: [SimpleNamespace(info={"name": name}) for name in here]  # noqa: E731
    monkeypatch.setattr(process.psutil, "process_iter", processes)
    monkeypatch.setattr(process, "find_spec", lambda _: None)
    assert "Ray isn't installed" in process.why_unusable("auto")
    monkeypatch.setattr(process, "find_spec", lambda _: "ray")
    assert "no Ray node runs on this machine" in process.why_unusable("auto")
    here.append("raylet")
    assert process.why_unusable("auto") == ""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert process.why_unusable(address) == ""
    for nobody in (address, "", "head", "127.0.0.1:port", "127.0.0.1:99999999"):
        assert process.why_unusable(nobody) == "its address doesn't respond"


def test_a_ray_that_cannot_be_imported_is_said(monkeypatch):
    """The error names the missing module and the command that fixes it."""
    monkeypatch.setitem(sys.modules, "lib.training.cluster.on_ray", None)
    ended = []
    monkeypatch.setattr(process.os, "_exit", ended.append)
    ours, theirs = Pipe()
    asyncio.run(process.drive("127.0.0.1:1", theirs))
    event = messages.decode(ours.recv_bytes(), messages.Message)
    assert re.search(r"can't be imported: import of .* \(pip install -r", event.text)
    assert (event.kind, ended[0]) == ("failed", 0)


def test_a_version_is_all_code_and_words_but_the_pages(monkeypatch, tmp_path):
    """Servers with different pages can share a cluster."""
    monkeypatch.setattr(module, "LIB", tmp_path)
    found = []
    for name in ("a.py", "words.toml", "ui/page.py", "notes.txt", "b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
        found.append(module.fingerprint.__wrapped__())
    assert found[1] == found[2] == found[3]
    monkeypatch.setattr(module, "_PACKAGES", ("numpy",))
    found.append(module.fingerprint.__wrapped__())
    assert len(set(found)) == 4
