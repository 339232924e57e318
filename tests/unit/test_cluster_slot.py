"""A slot of a cluster: what it passes to the worker's loop, and whom it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lib.results.run import Snapshot, Status
from lib.training.cluster.slot import FIRST_SECONDS, Inbox
from lib.training.cluster.version import fingerprint
from lib.training.messages import (
    Answer,
    Ask,
    Attended,
    Cancel,
    Checkpoint,
    Event,
    Lost,
    Prepare,
    Retire,
    Show,
    Steer,
    encode,
)
from tests.unit.fakes import make_experiment
from tests.unit.slots import Place, start_of


@pytest.fixture
def place() -> Iterator[Place]:
    """A slot with nothing to do."""
    place = Place()
    yield place
    place.close()


async def test_it_can_train_when_the_loop_says_so(place: Place) -> None:
    """Who asks waits until then; and what version it is can be asked at once."""
    assert await place.slot.version() == fingerprint()
    ready = asyncio.ensure_future(place.slot.ready())
    await asyncio.sleep(1)
    assert not ready.done()
    place.say(Event("ready"))
    assert await ready == ""


async def test_one_that_never_ends_importing_tensorflow_says_so(place: Place) -> None:
    """Else pages would wait for it for ever."""
    ready = asyncio.ensure_future(place.slot.ready())
    await asyncio.sleep(1)
    place.clock.forward(FIRST_SECONDS + 1)
    assert "importing TensorFlow" in await ready
    assert place.ended == []


async def test_one_that_can_never_train_says_why(place: Place) -> None:
    """It doesn't end: the next one would come to the same."""
    place.say(Event("failed", "has no TensorFlow"))
    assert await place.slot.ready() == "has no TensorFlow"
    place.close()
    assert place.ended == []


async def test_each_page_server_hears_of_its_own_runs(place: Place) -> None:
    """And gets its own answers and checkpoints."""
    await place.take("one", start_of("a"), Ask("q", "double", {}))
    await place.take("two", start_of("b"), Steer("pause", "b"))
    assert [type(each).__name__ for each in place.got] == ["Start", "Ask", "Start", "Steer"]
    assert await place.slot.load() == (0, 3)
    place.report("a", epoch=3)
    place.report("b", Status.FINISHED)
    place.say(Checkpoint("b", 4, b""), Answer("q", {"double": 2}), Answer("unknown"))
    answer, snapshot = await place.heard("one")
    assert (answer.question_id, snapshot.run_id) == ("q", "a")
    checkpoint, snapshot = await place.heard("two")
    assert (checkpoint.run_id, snapshot.run_id) == ("b", "b")
    assert await place.heard("one") == await place.heard("two") == []
    assert await place.slot.load() == (0, 1)
    await place.take("one", Ask("r", "double", {}), Cancel("r"))
    assert type(place.got[-1]) is Cancel
    assert await place.slot.load() == (0, 1)


async def test_who_waits_is_woken_by_the_first_message(place: Place) -> None:
    """At once, from the loop's thread."""
    await place.take("one", start_of("a"))
    look = asyncio.ensure_future(place.slot.look("one", 1e6))
    await asyncio.sleep(1)
    place.report("a")
    assert len(await look) == 1


async def test_a_driver_that_has_ended_takes_no_message_from_the_next_one(place: Place) -> None:
    """Its look may still wait in the slot: of one server only the newest gets any."""
    await place.take("one", start_of("a"))
    dead = asyncio.ensure_future(place.slot.look("one", 1e6))
    await asyncio.sleep(1)
    alive = asyncio.ensure_future(place.slot.look("one", 1e6))
    await asyncio.sleep(1)
    assert dead.result() == []
    place.report("a", Status.FINISHED)
    assert len(await alive) == 1


async def test_what_is_no_message_is_refused_and_its_sender_is_told(place: Place) -> None:
    """So is what isn't for slots; what comes with it is done."""
    await place.slot.take("one", [b"nonsense", encode(start_of("a"))])
    await place.take("one", Retire(), Prepare(make_experiment(), (8, 3, 2, 1)))
    assert [type(each).__name__ for each in place.got] == ["Start", "Prepare"]
    one, other = await place.heard("one")
    assert one.kind == other.kind == "refused"
    assert "not a message" in one.text
    assert other.text == "a slot takes no Retire"
    assert await place.heard("two") == []


async def test_who_watches_is_shown_all_of_the_past_first(place: Place) -> None:
    """And told from then on; of a run that isn't here it hears so."""

    def weights(epoch: int) -> Any:
        return ((epoch, ({"last": (np.zeros(2),)},)),)

    await place.take("one", start_of("a", card=b"card"))
    assert await place.slot.card("a") == b"card"
    assert await place.slot.card("b") is None
    assert not await place.slot.watch("two", "b")
    assert await place.slot.watch("two", "a")
    assert await place.heard("two") == []  # nothing is known yet
    for epoch in (1, 2):
        place.say(Snapshot("a", Status.RUNNING, epoch + 1, 5, past=weights(epoch)))
    assert await place.slot.watch("three", "a")
    (snapshot,) = await place.heard("three")
    assert [epoch for epoch, _ in snapshot.past] == [1, 2]
    place.report("a", Status.FINISHED, 5)
    for server in ("one", "two", "three"):
        assert ("a", 5) in await place.epochs(server)


async def test_a_server_that_comes_back_for_its_run_is_told_where_it_stands(place: Place) -> None:
    """It isn't started twice; what got lost on the way is made up for: a pace, a look, a command.

    Its pace first, and last whether it goes on.
    """
    await place.take("one", start_of("a"))
    place.report("a", epoch=4)
    assert await place.epochs("one") == [("a", 4)]
    await place.take("one", start_of("a", again=True, paused=True, show_seconds=24.0))
    assert await place.epochs("one") == [("a", 4)]
    await place.take("one", start_of("a", again=True))
    start, *steers = place.got
    assert start.run_id == "a"
    assert [(each.verb, each.run_id) for each in steers] == [
        (verb, "a") for verb in ("set_pace", "attend", "pause", "set_pace", "attend", "resume")
    ]
    assert [steers[place].show_seconds for place in (0, 3)] == [24.0, None]
    assert {each.epochs for each in steers} == {None}  # it goes on to its end


async def test_a_server_that_comes_back_for_a_run_that_is_over_hears_of_its_end(
    place: Place,
) -> None:
    """It may have missed it while its driver was followed by another."""
    await place.take("one", start_of("a"))
    place.report("a", Status.FINISHED, 5)
    await place.heard("one")
    await place.take("one", start_of("a", again=True))
    (snapshot,) = await place.heard("one")
    assert (snapshot.status, snapshot.epoch) == (Status.FINISHED, 5)
    assert "Start" not in [type(each).__name__ for each in place.got[1:]]


async def test_a_run_that_is_over_can_be_shown_here(place: Place) -> None:
    """Though it was trained elsewhere; the loop hears nothing of it."""
    await place.take("one", Show(Snapshot("a", Status.FINISHED, 5, 5), b"card"))
    assert await place.slot.card("a") == b"card"
    assert await place.slot.watch("two", "a")
    assert await place.epochs("two") == [("a", 5)]
    assert place.got == []
    assert await place.slot.load() == (0, 0)


async def test_an_owner_hears_that_somebody_looks_elsewhere(place: Place) -> None:
    """So that its run doesn't pause; of its own look it needs no news."""
    await place.take("one", start_of("a"))
    await place.take("two", Steer("attend", "a"))
    assert await place.heard("one") == [Attended("a")]
    await place.take("one", Steer("attend", "a"))
    assert await place.heard("one") == []


async def test_only_its_owner_drops_a_run(place: Place) -> None:
    """Another server is only told no more; and hears when the owner has done so."""
    await place.take("one", start_of("a"))
    for server in ("two", "three"):
        await place.slot.watch(server, "a")
    await place.take("two", Steer("drop", "a"))
    place.report("a")
    assert await place.epochs("one") == await place.epochs("three") == [("a", 1)]
    assert await place.heard("two") == []
    assert len(place.got) == 1
    await place.take("one", Steer("drop", "a"))
    assert place.got == [Steer("drop", "a")]
    assert await place.heard("three") == [Lost(["a"], "")]
    await place.take("one", Steer("pause", "a"))
    assert place.got == []


def test_the_inbox_is_as_a_pipe_to_the_loop() -> None:
    """What was seen by `poll` isn't lost, and order is kept."""
    said: list[bytes] = []
    inbox = Inbox(said.append)
    assert not inbox.poll()
    assert not inbox.poll(0.001)
    inbox.put(b"a")
    inbox.put(b"b")
    assert inbox.poll()
    assert inbox.poll(None)
    assert [inbox.recv_bytes(), inbox.recv_bytes()] == [b"a", b"b"]
    inbox.send_bytes(b"c")
    assert said == [b"c"]
