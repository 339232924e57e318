"""When a slot of a cluster ends its process, and what it lets go of before."""

from __future__ import annotations

import asyncio
import threading

from lib.results.run import Status
from lib.training.cluster.slot import (
    FIRST_SECONDS,
    GONE_SECONDS,
    REST_SECONDS,
    SILENT_SECONDS,
    UNUSED_SECONDS,
    Inbox,
    Slot,
)
from lib.training.messages import Answer, Ask, Event, Steer
from tests.unit.slots import Place, start_of
from tests.unit.test_cluster_slot import place

__all__ = ["place"]  # a fixture


def test_a_loop_that_ends_ends_the_process() -> None:
    """And so does one that raises."""

    def broken(_: Inbox) -> None:
        raise RuntimeError("broken")

    for work in (lambda _: None, broken):
        ended = threading.Event()
        Slot(work, lambda _, it=ended: it.set())  # type: ignore[misc]
        assert ended.wait(10)


async def test_a_loop_that_hangs_ends_the_process(place: Place) -> None:
    """It is given longer at first, when it imports TensorFlow."""
    place.clock.forward(FIRST_SECONDS - 1)
    await place.slot.load()
    assert place.ended == []
    place.say(Event("alive"))
    place.clock.forward(SILENT_SECONDS)
    await place.heard("one")
    assert place.ended == []
    place.clock.forward(1)
    await place.heard("one")
    assert place.ended == [1]


async def test_one_that_has_grown_ends_when_it_has_nothing_to_do(place: Place) -> None:
    """Nor to say, for REST_SECONDS. Until then it is the last to be given anything."""
    await place.take("one", start_of("a"), Ask("q", "double", {}))
    place.say(Event("grown"))
    place.clock.forward(REST_SECONDS + 1)
    assert await place.slot.load() == (1, 2)
    place.report("a", Status.FINISHED)
    place.clock.forward(REST_SECONDS + 1)
    assert await place.slot.load() == (1, 1)
    place.say(Answer("q"))
    place.clock.forward(REST_SECONDS + 1)
    assert await place.slot.load() == (1, 0)  # nobody has fetched that yet
    assert len(await place.heard("one")) == 2
    place.clock.forward(REST_SECONDS)
    await place.heard("one")
    assert place.ended == []
    place.clock.forward(0.1)
    await place.heard("one")
    assert place.ended == [1]


async def test_one_that_has_grown_waits_until_every_server_has_what_is_for_it(place: Place) -> None:
    """Also one that only watches, and that fetches later than others."""
    await place.take("one", start_of("a"))
    await place.slot.watch("two", "a")
    place.say(Event("grown"))
    place.report("a", Status.FINISHED, 5)
    for _ in range(3):
        await place.heard("one")
        place.clock.forward(REST_SECONDS + 1)
    assert place.ended == []
    assert await place.epochs("two") == [("a", 5)]
    assert place.ended == []
    place.clock.forward(REST_SECONDS + 1)
    await place.slot.load()
    assert place.ended == [1]


async def test_one_that_has_grown_rests_from_when_the_last_word_was_fetched(place: Place) -> None:
    """A look may have waited for long: the next one isn't the end, what was said is on its way."""
    await place.take("one", start_of("a"))
    place.say(Event("grown"))
    look = asyncio.ensure_future(place.slot.look("one", 1e6))
    await asyncio.sleep(1)
    place.clock.forward(REST_SECONDS + 1)
    place.report("a", Status.FINISHED, 5)
    assert len(await look) == 1
    await place.heard("one")
    assert place.ended == []
    place.clock.forward(REST_SECONDS + 1)
    await place.take("one", start_of("b"), Steer("drop", "b"))
    await place.slot.load()
    assert place.ended == []
    place.clock.forward(REST_SECONDS + 1)
    await place.slot.load()
    assert place.ended == [1]


async def test_a_server_that_is_gone_for_long_has_its_runs_dropped(place: Place) -> None:
    """But for those that another one watches, and those that are over."""
    await place.take("one", start_of("a"), start_of("b"), start_of("c"))
    place.report("c", Status.FINISHED)
    await place.slot.watch("two", "b")
    assert len(place.got) == 3
    place.clock.forward(GONE_SECONDS)
    place.say(Event("alive"))
    await place.heard("two")
    assert place.got == []
    place.clock.forward(1)
    await place.heard("two")
    assert place.got == [Steer("drop", "a")]
    assert await place.slot.card("a") is None
    assert await place.slot.card("b") == await place.slot.card("c") == b""
    place.report("b", epoch=3)
    assert await place.epochs("two") == [("b", 3)]
    assert list(place.slot._boxes) == ["two"]  # nothing waits for who is gone


async def test_one_that_no_server_uses_leaves_for_good(place: Place) -> None:
    """So that a sweep's slots don't keep their processors; a server that only looks is one."""
    await place.heard("one")
    place.clock.forward(UNUSED_SECONDS)
    place.say(Event("alive"))
    assert place.ended == []
    await place.heard("one")
    place.clock.forward(UNUSED_SECONDS + 1)
    place.say(Event("alive"))
    assert place.ended == ["left"]
