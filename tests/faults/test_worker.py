"""A worker that is killed, or gets no memory, whatever it is doing for people then.

The general programs (lib/training/size_buckets.py) are those that it builds while nobody waits.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import psutil
import pytest

from lib.training.machine import HELPER_NICE, IDLE_NICE
from tests.browser.server import Server, serve
from tests.faults.stories import (
    KILLED,
    Patient,
    builds,
    has_built_for_nobody,
    lacks_memory,
    next_worker,
    no_more_memory,
    play,
    reads,
    says_no_memory,
    stop,
    together,
    train,
    train_again,
    trains_at_last,
)
from tests.session import ENDLESS, Session

CLASS = "T=24&N=640&epochs=5000&pace=fast&seeds=1"
"""By turns among thirty-two as good as endless. Few general programs do for all, as in `room`."""


def test_killed_beneath_two_who_train_and_one_who_has_paused(server: Server) -> None:
    """Runs that train go on by themselves; a paused one is where it was, until it is resumed.

    All three read what happened. First in this file: of the third worker that dies within a short
    time runs are not restarted.
    """

    async def story() -> None:
        paused = f"{ENDLESS}&pace=fast&seeds=1"
        async with (
            Session(server.url, ENDLESS) as one,
            Session(server.url, f"{ENDLESS}&seed=3") as other,
            Session(server.url, paused) as resting,
        ):
            await asyncio.gather(train(one), train(other), train(resting))
            await resting.click("Step")
            await resting.until(lambda: resting.has("paused"))
            epoch = resting.epoch
            (worker,) = server.workers()
            worker.kill()
            await next_worker(server, worker)
            for session in (one, other):
                await reads(session, KILLED, "again")
                await session.until(lambda s=session: s.has("training") and s.epoch > 0)
            await resting.click("Resume")
            await reads(resting, KILLED, f"This run goes on from epoch {epoch}.")
            await resting.until(lambda: resting.has("training") and resting.epoch > epoch)
            await stop(one, other, resting)
            assert one.errors == other.errors == resting.errors == []
            assert not psutil.pid_exists(worker.pid)

    play(story())


def test_killed_while_a_change_over_is_due(server: Server) -> None:
    """A run that trains by a general program, while its own is built, is lost as others are."""

    async def story() -> None:
        async with Session(server.url, f"{ENDLESS}&pace=fast&seeds=1") as one:
            worker = await next_worker(server)
            await has_built_for_nobody(worker)
            await one.move("Units", 29)  # what a page opens with is built ahead, and this isn't
            its_own = asyncio.create_task(builds(worker, HELPER_NICE))
            await train(one)
            assert not one.has("compiling")
            await its_own
            worker.kill()
            await reads(one, KILLED, "again")
            await train_again(one)
            await stop(one)
            assert one.errors == []

    play(story())


def test_killed_while_general_programs_are_built(server: Server) -> None:
    """A fresh worker does from the start on. Who trains is told, and the next builds them, too."""

    async def story() -> None:
        async with Session(server.url, ENDLESS) as one:
            old = await next_worker(server)
            old.kill()
            worker = await next_worker(server, old)
            await train(one)
            await builds(worker, IDLE_NICE)
            worker.kill()
            await reads(one, KILLED, "again")
            await train_again(one)
            await builds(await next_worker(server, old, worker), IDLE_NICE)
            await stop(one)
            assert one.errors == []

    play(story())


@pytest.mark.weekly
def test_killed_beneath_a_class_and_then_without_memory() -> None:
    """All are told, and have a point again: by themselves, or where they train anew, by that.

    When the next worker gets no more memory while half of them want another model, it ends or their
    runs fail, and a sentence says so. Where there is memory again, all have what they want.
    """
    with serve(workers=1) as server:
        play(_class(server))


async def _class(server: Server) -> None:
    """Thirty-two people, each with an architecture of its own."""
    kinds = [f"&cell={cell}&U={units}" for units in range(15, 31) for cell in ("lstm", "gru")]
    people = [Patient(server.url, CLASS + kind) for kind in kinds]
    async with AsyncExitStack() as stack:
        await together(stack.enter_async_context(person) for person in people)
        await together(train(person) for person in people)
        first = await next_worker(server)
        first.kill()
        await together(reads(person, KILLED, "again") for person in people)
        await together(train_again(person) for person in people[::2])
        await together(trains_at_last(person) for person in people)

        await together(person.unfold("More") for person in people[::2])
        worker = await next_worker(server, first)
        assert not any(map(says_no_memory, people))
        lacks = [asyncio.create_task(lacks_memory(person)) for person in people]
        with no_more_memory(worker):
            await together(person.move("Layers", 2) for person in people[::2])
            await together(person.click("Train") for person in people[::2])
            said, _ = await asyncio.wait(lacks, return_when=asyncio.FIRST_COMPLETED)
        for lack in lacks:
            lack.cancel()
        assert [lack.exception() for lack in said] == [None] * len(said)
        await together(trains_at_last(person) for person in people)
    assert [person.errors for person in people if person.errors] == []
