"""What people do in a story, and what can be seen of a server's worker from without."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.waiting import eventually


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


async def next_worker(server, *before):
    """The one that works, or will, when those have ended."""
    found = []

    def is_there():
        found[:] = [worker for worker in server.workers() if worker not in before]
        return len(found) == 1

    assert await asyncio.to_thread(eventually, is_there)
    return found[0]
