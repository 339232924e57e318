"""What people do in a story, and what can be seen of a server's worker from without."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil

from lib.training.machine import IDLE_NICE
from tests.waiting import eventually

KILLED = "was killed (SIGKILL"


def play(story):
    """Run a story to its end, in a thread: the browser tests' event loop may be running in ours."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


async def trains(session):
    """Wait until it has trained more than it shows now."""
    epoch = session.epoch
    await session.until(lambda: session.epoch > epoch)


async def train(session):
    """Train, and wait for the first point."""
    await session.click("Train")
    await session.until(lambda: session.epoch > 0)


async def stop(*sessions):
    """Stop, and wait until it has: what trains on takes the processor from the next test."""
    for session in sessions:
        await session.click("Stop")
        await session.until(lambda s=session: s.has("stopped"))


async def reads(session, *words):
    """Wait until all of this is written on the page."""
    await session.until(lambda: all(each in session.text for each in words))


async def train_again(session):
    """Start a run anew that was lost, or that has begun again by itself; see its first point.

    How often a worker has died lately decides which of the two it is, and a busy machine that.
    """
    if await session.click("Stop"):
        await session.until(lambda: session.has("stopped") or session.has("failed"))
    await session.click("Train")
    await session.until(lambda: session.has("training") and KILLED not in session.text)
    await session.until(lambda: session.epoch > 0)


async def comes(true):
    """Wait until this is true of what another process does."""
    assert await asyncio.to_thread(eventually, true)


async def next_worker(server, *before):
    """The one that works, or will, when those have ended."""
    found = []

    def is_there():
        found[:] = [worker for worker in server.workers() if worker not in before]
        return len(found) == 1

    await comes(is_there)
    return found[0]


def seconds_of_builds(worker, nice):
    """Processor time of the threads that build, by their `nice`: see `machine.IDLE_NICE`."""
    used = 0.0
    with suppress(psutil.NoSuchProcess):
        for thread in worker.threads():
            with suppress(ProcessLookupError):  # it has just ended
                if os.getpriority(os.PRIO_PROCESS, thread.id) == nice:
                    used += thread.user_time + thread.system_time
    return used


async def builds(worker, nice):
    """Wait until such a thread works on a program."""
    before = seconds_of_builds(worker, nice)
    await comes(lambda: seconds_of_builds(worker, nice) > before)


async def has_built_for_nobody(worker):
    """Wait until it has none left to build: it did, and then nothing for a second."""
    await comes(lambda: seconds_of_builds(worker, IDLE_NICE) > 0)
    before = -1.0
    while before < (before := seconds_of_builds(worker, IDLE_NICE)):
        await asyncio.sleep(1)
