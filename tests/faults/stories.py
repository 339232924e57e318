"""Steps of users in a story, and a server's worker as seen from outside."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tests.waiting import eventually


def play(story):
    """Run a story to its end in a thread, since an event loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


async def trains(session):
    """Wait until a run has trained further than now."""
    epoch = session.epoch
    await session.until(lambda: session.epoch > epoch)


async def train(session):
    """Train, and wait for the first point."""
    await session.click("Train")
    await session.until(lambda: session.epoch > 0)


async def stop(*sessions):
    """Stop, and wait for it: a training run would slow down the next test."""
    for session in sessions:
        await session.click("Stop")
        await session.until(lambda s=session: s.has("stopped"))


async def reads(session, *words):
    """Wait until the page has all these texts."""
    await session.until(lambda: all(each in session.text for each in words))


async def next_worker(server, *before):
    """Return the worker after these have ended."""
    found = []

    def is_there():
        found[:] = [worker for worker in server.workers() if worker not in before]
        return len(found) == 1

    assert await asyncio.to_thread(eventually, is_there)
    return found[0]
