"""A slot of a cluster: what its worker gets, what a page server gets of it, and when it ends."""

import asyncio

import numpy as np
import pytest

from lib.results import Status
from lib.training.cluster import slot as module
from lib.training.cluster.slot import GONE_SECONDS, LOOK_SECONDS, REST_SECONDS
from lib.training.cluster.version import fingerprint
from lib.training.messages import Event, Retire, Steer, WireError, encode
from tests.unit.slots import Place, start_of


async def test_it_can_train_when_its_worker_can():
    """Or says why it never can, and lives on: the next one would come to the same."""
    place = Place(is_ready=False)
    assert await place.slot.version() == fingerprint()
    assert place.worker.begun
    ready = asyncio.ensure_future(place.slot.ready())
    await asyncio.sleep(1)
    assert not ready.done()
    place.worker.say(Event("ready"))
    assert await ready == ""
    broken = Place(is_ready=False)
    broken.worker.unavailable = "Keras is not installed."
    broken.worker.die()
    assert await broken.slot.ready() == "Keras is not installed."
    assert broken.ended == []


async def test_of_a_run_only_the_newest_waits_and_its_past_comes_once():
    """Whoever comes later is shown all that is known of the past."""

    def weights(*epochs):
        return tuple((epoch, ({"last": (np.zeros(2),)},)) for epoch in epochs)

    place = Place()
    await place.slot.version()
    await place.take("one", start_of("a"))
    for epoch in (2, 4, 6):
        place.report("a", epoch=epoch, past=weights(epoch - 1, epoch))
    await asyncio.sleep(0)
    (snapshot,) = (await place.look("one", "a"))["a"]
    assert snapshot.epoch == 6
    assert [epoch for epoch, _ in snapshot.past] == [1, 2, 3, 4, 5]  # the 6th has its results
    mark = place.marks["a"]
    place.report("a", Status.FINISHED, 9, past=weights(7, 8))
    await asyncio.sleep(0)
    (end,) = (await place.look("one", a=mark))["a"]
    assert (end.status, [epoch for epoch, _ in end.past]) == (Status.FINISHED, [7, 8])
    (late,) = (await place.look("two", "a"))["a"]
    assert [epoch for epoch, _ in late.past] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_look_returns_with_the_first_news():
    """Or when a command has come: its server may have more to ask for now."""
    place = Place()
    await place.slot.version()
    await place.take("one", start_of("a"))
    look = asyncio.ensure_future(place.slot.look("one", {"a": (0, -1)}, LOOK_SECONDS))
    await asyncio.sleep(1)
    assert not look.done()
    place.report("a")
    _, news = await look
    look = asyncio.ensure_future(place.slot.look("one", {"a": news["a"].mark}, LOOK_SECONDS))
    await asyncio.sleep(1)
    await place.take("two", start_of("b"))
    assert await look == ((False, 2), {})
    assert asyncio.get_running_loop().time() < LOOK_SECONDS


async def test_what_is_no_command_for_a_slot_is_refused():
    """Whoever sends it is told by an error."""
    place = Place()
    for data, words in ((b"nonsense", "not a message"), (encode(Retire()), "takes no Retire")):
        with pytest.raises(WireError, match=words):
            await place.slot.take("one", data)
    assert place.worker.posted == []


async def test_runs_that_are_over_are_forgotten_the_oldest_first(
    monkeypatch,
):
    """Where there are too many, or too large ones; none that goes on. Answers are no runs."""
    monkeypatch.setattr(module, "KEEP_RUNS", 3)
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    place = Place()
    await place.slot.version()
    names = ["going", *"abcd", "large"]
    for name in names:
        size = 900 if name == "large" else 0
        await place.take("one", start_of(name, card=bytes(size)))
        if name != "going":
            place.report(name, Status.FINISHED)
            await asyncio.sleep(0)
    there = [name for name in names if await place.slot.find(name) is not None]
    assert there == ["going", "c", "d", "large"]
    await place.take("one", start_of("new", card=bytes(200)))
    assert await place.slot.find("c") is None


async def test_runs_that_no_server_asks_for_end_after_long():
    """A server may be gone; what somebody watches from another one goes on."""
    place = Place()
    await place.slot.version()
    await place.take("one", start_of("a"), start_of("b"))
    for _ in range(4):
        await place.look("two", "b")
        await asyncio.sleep(GONE_SECONDS / 3)
    assert [c for c in place.worker.posted if isinstance(c, Steer)] == [Steer("drop", "a")]
    assert await place.slot.find("a") is None


async def test_it_ends_with_its_worker():
    """Ray starts it again."""
    place = Place()
    place.worker.die()
    assert place.ended == [1]


async def test_one_that_has_grown_ends_when_it_rests():
    """Not before its runs are over, and a while after the last word was fetched."""
    place = Place()
    await place.slot.version()
    await place.take("one", start_of("a"))
    place.worker.say(Event("grown"))
    await asyncio.sleep(10 * REST_SECONDS)
    assert (await place.slot.look("one", {"a": (0, -1)}, 0.1))[0] == (True, 1)
    place.report("a", Status.FINISHED)
    await asyncio.sleep(REST_SECONDS - 2)
    await place.look("one", "a")
    await asyncio.sleep(REST_SECONDS - 2)
    assert place.ended == []
    await asyncio.sleep(4)
    assert place.ended[0] == 1


async def test_one_that_no_server_uses_leaves_for_good():
    """So that a sweep's slots don't keep their processors; a server that only looks is one."""
    place = Place()
    await place.slot.version()
    for _ in range(3):
        await asyncio.sleep(GONE_SECONDS / 2)
        await place.look("one")
        assert place.ended == []
    await asyncio.sleep(GONE_SECONDS + 2)
    assert place.ended[0] == "left"
