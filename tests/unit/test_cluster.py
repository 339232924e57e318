"""A cluster's slots and drivers: where runs train, and lost runs."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from lib.results import Status
from lib.training import messages
from lib.training.cluster import __main__ as process
from lib.training.cluster import slot as slot_module
from lib.training.cluster.driver import HEAD_SECONDS, LOAD_SECONDS, NO_SLOT_SECONDS, ClusterError
from lib.training.cluster.slot import GONE_SECONDS, IDLE_SECONDS, UNWANTED_SECONDS
from lib.training.messages import Answer, Ask, Checkpoint, Drop, Event, Lost, Prepare, Steer
from tests.unit.fakes import make_experiment
from tests.unit.slots import DriverRig, FakeCluster, SlotRig, start_of, until

GONE = messages.sentence("slot_lost", how="is gone")


async def test_a_driver_reports_the_number_of_usable_slots():
    """The number changes with each new, lost or restarted slot. Other slots may be unready."""
    one, other = SlotRig(), SlotRig(is_ready=False)
    cluster = FakeCluster(one, other)
    async with DriverRig(cluster) as server:
        await server.wait_for(Event("ready", count=1))
        other.worker.send(Event("ready"))
        await server.wait_for(Event("ready", count=2))
        cluster.slots.append(SlotRig())
        await server.wait_for(Event("ready", count=3))
        one.lose()
        await until(lambda: server.received(Event)[-1] == Event("ready", count=2))
        one.begin()
        await until(lambda: server.received(Event)[-1] == Event("ready", count=3))


async def test_runs_are_spread_over_slots_and_servers():
    """Runs and questions are sent to the least busy slot, and their commands to the same slot.

    A slot whose worker exceeds its memory limit gets no runs while another slot exists.
    """
    slots = SlotRig(), SlotRig(), SlotRig()
    await slots[2].slot.version()
    slots[2].worker.send(Event("grown"))
    cluster = FakeCluster(*slots)
    async with DriverRig(cluster) as one, DriverRig(cluster) as two:
        await asyncio.gather(*(each.wait_for(Event("ready", count=3)) for each in (one, two)))
        await one.take(start_of("a"), start_of("b"))
        await asyncio.sleep(2 * LOAD_SECONDS)  # By then, the other server has the new loads.
        await two.take(Ask("q", "double", {}), start_of("c"))
        assert [len(slot.worker.posted) for slot in slots] == [2, 2, 0]
        await one.take(Steer("pause", "a"), Steer("pause", "unknown"))
        await two.take(Drop("q"), Prepare(make_experiment(), (8, 3, 2, 1)))
        (of_a,) = (slot for slot in slots if "a" in slot.runs)
        assert Steer("pause", "a") in of_a.worker.posted
        posted = [command for slot in slots for command in slot.worker.posted]
        assert Drop("q") in posted
        assert Steer("pause", "unknown") not in posted


async def test_a_slots_messages_reach_the_client():
    """The driver skips snapshots that are older than the newest."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        await server.take(start_of("a"), Ask("q", "double", {}))
        for epoch in (1, 2, 3):
            await slot.report("a", epoch=epoch)
        slot.worker.send(Checkpoint("a", 3, b"state"))
        slot.worker.send(Answer("q", {"double": 2}))
        await until(lambda: server.epochs("a")[-1:] == [3])
        await server.wait_for(Checkpoint("a", 3, b"state"))
        await until(lambda: [each.values for each in server.received(Answer)] == [{"double": 2}])
        assert len(server.epochs("a")) < 3
        await slot.report("a", Status.FINISHED, 5)
        await until(lambda: server.epochs("a")[-1] == 5)


async def test_commands_wait_for_a_slot():
    """If there is no slot, commands wait in order, also the commands for a lost slot."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.lose()
        await server.take(start_of("first"))
        steers = Steer("pause", "a"), Steer("resume", "a", (None,))
        await server.take(start_of("a"), *steers, Ask("q", "double", {}))
        slot.begin()
        await until(lambda: slot.worker and len(slot.worker.posted) == 5)
        assert set(slot.runs) == {"first", "a"}
        assert [c for c in slot.worker.posted if isinstance(c, Steer)] == [*steers]
        assert server.received(Lost) == []


async def test_a_lost_slots_jobs_are_reported():
    """A driver reports the jobs of lost and silent slots. Runs can restart on other slots."""
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
        await until(lambda: server.received(Event)[-1] == Event("ready", count=2))
        kept.is_silent = True
        await server.take(Steer("pause", "a"))
        await server.wait_for(Lost("a", messages.sentence("slot_lost", how="stopped responding")))
        await server.take(start_of("a"))
        assert lost.runs == ["a"]
        kept.is_silent = False
        await kept.report("a", epoch=4)
        await asyncio.sleep(UNWANTED_SECONDS + 2)
        assert Drop("a") in kept.worker.posted
        assert server.epochs("a") == []


async def test_a_run_dropped_before_it_starts_isnt_started_later():
    """The driver doesn't repeat a failed start command if the run was dropped."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.slot.take = lambda _: asyncio.sleep(3600)
        await server.take(start_of("a"), Drop("a"))
        await server.wait_for(Event("ready", count=0))
        del slot.slot.take
        await asyncio.sleep(60)
        assert server.received(Event)[-1] == Event("ready", count=1)
        assert slot.runs == []


async def test_a_restarted_run_replaces_the_old_run():
    """A slot drops a run if a new driver starts the run again."""
    slot = SlotRig()
    cluster = FakeCluster(slot)
    for epoch in (1, 3):
        async with DriverRig(cluster) as server:
            await server.take(start_of("a"))
            await slot.report("a", epoch=epoch)
            await until(lambda server=server, epoch=epoch: server.epochs("a") == [epoch])
    assert slot.runs == ["a", "a"]
    assert slot.worker.posted[-2] == Drop("a")


async def ended(cluster):
    """Run a driver to its end; return the reason and its rig."""
    server = DriverRig(cluster)
    with pytest.raises(ExceptionGroup) as raised:
        await server.driver.run()
    (error,) = raised.value.exceptions
    assert isinstance(error, ClusterError)
    return f"{error}", server


async def test_a_driver_reports_why_a_cluster_cant_be_used():
    """Each unusable slot is reported once. If no slot or no head is left, the driver exits."""
    one, other = SlotRig(), SlotRig()
    one.slot.version = lambda: asyncio.sleep(0, "another")
    other.slot.ready = lambda: asyncio.sleep(0, "no Keras. Run 'pip install'.")
    why, server = await ended(FakeCluster(one, other))
    assert "its nodes run Unrolled another, and this" in why
    refused = sorted(each.text for each in server.received(Event))
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


async def test_an_unexpected_error_ends_the_driver():
    """The client then starts another driver."""
    slot = SlotRig()
    async with DriverRig(FakeCluster(slot)) as server:
        slot.slot.take = None
        await server.take(start_of("a"))
        with pytest.raises(ExceptionGroup):
            await server.work


async def test_a_slot_reports_a_worker_that_cant_train():
    """A slot stays if its worker can't train. It exits if its worker ends for another reason."""
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


async def test_unrequested_runs_end_and_then_the_slot_leaves():
    """A slot drops jobs whose messages no driver requests. It leaves if no driver calls."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"), start_of("b"))
    for _ in range(4):
        await slot.slot.news("b")
        await asyncio.sleep(UNWANTED_SECONDS / 3)
    assert [c for c in slot.worker.posted if isinstance(c, Drop)] == [Drop("a")]
    assert await slot.slot.news("a") is None
    await asyncio.sleep(GONE_SECONDS - UNWANTED_SECONDS)
    assert slot.ended == []
    await asyncio.sleep(UNWANTED_SECONDS)
    assert slot.ended[0] == "left"


async def test_a_grown_slot_exits_once_it_is_idle():
    """A slot whose worker exceeds its memory limit exits once its runs' results are fetched."""
    slot = SlotRig()
    await slot.slot.version()
    await slot.take(start_of("a"))
    slot.worker.send(Event("grown"))
    await asyncio.sleep(10 * IDLE_SECONDS)
    assert await slot.slot.load() == (True, 1)
    await slot.report("a", Status.FINISHED)
    await asyncio.sleep(IDLE_SECONDS - 2)
    await slot.slot.news("a")
    await asyncio.sleep(IDLE_SECONDS - 2)
    assert slot.ended == []
    await asyncio.sleep(4)
    assert slot.ended[0] == 1


def test_why_a_cluster_address_is_unusable(monkeypatch):
    """The reasons: Ray isn't installed, has no local node, or the address doesn't respond."""
    running = []
    processes = lambda _: [SimpleNamespace(info={"name": name}) for name in running]  # noqa: E731
    monkeypatch.setattr(process.psutil, "process_iter", processes)
    monkeypatch.setattr(process, "find_spec", lambda _: None)
    assert "Ray isn't installed" in process.why_unusable("auto")
    monkeypatch.setattr(process, "find_spec", lambda _: "ray")
    assert "no Ray node runs on this machine" in process.why_unusable("auto")
    running.append("raylet")
    assert process.why_unusable("auto") == ""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert process.why_unusable(address) == ""
    for unused in (address, "", "head", "127.0.0.1:port", "127.0.0.1:99999999"):
        assert process.why_unusable(unused) == "its address doesn't respond"


def test_a_fingerprint_ignores_the_code_of_pages(monkeypatch, tmp_path):
    """Page servers with different pages can share a cluster."""
    monkeypatch.setattr(slot_module, "LIB", tmp_path)
    fingerprints = []
    for name in ("a.py", "words.toml", "ui/page.py", "notes.txt", "b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
        fingerprints.append(slot_module.fingerprint.__wrapped__())
    assert fingerprints[1] == fingerprints[2] == fingerprints[3]
    monkeypatch.setattr(slot_module, "_PACKAGES", ("numpy",))
    fingerprints.append(slot_module.fingerprint.__wrapped__())
    assert len(set(fingerprints)) == 4
