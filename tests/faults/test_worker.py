"""A worker that is killed, whatever it is doing for people then.

It builds the programs of size buckets (`lib.training.size_buckets`) while nobody waits.
"""

import asyncio

import psutil
import pytest

from lib.training.machine import HELPER_NICE, IDLE_NICE
from tests.faults.stories import (
    KILLED,
    builds,
    has_built_for_nobody,
    next_worker,
    play,
    reads,
    stop,
    train,
    train_again,
)
from tests.session import ENDLESS, Session


def test_killed_beneath_two_who_train_and_one_who_has_paused(server):
    """Runs that train go on by themselves; a paused one is where it was, until it is resumed.

    All three read what happened. First in this file: of the third worker that dies within a short
    time runs are not restarted.
    """

    async def story():
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


@pytest.mark.weekly  # a kill while programs are built, and one beneath three runs, remain
def test_killed_while_a_change_over_is_due(server):
    """A run that trains by a size bucket, while its exact program is built, is lost as others."""

    async def story():
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


def test_killed_while_size_buckets_are_built(server):
    """A fresh worker does from the start on. Who trains is told, and the next builds them, too."""

    async def story():
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
