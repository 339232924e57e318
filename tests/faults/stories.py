"""Steps of a story: a test with several users of a server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def play(story):
    """Run a story to its end in a new thread, since this thread may have an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


async def wait_for_next_epoch(session):
    """Wait until the page shows a later epoch than now."""
    epoch = session.epoch
    await session.until(lambda: session.epoch > epoch)


async def train(session):
    """Press Train, and wait for the first epoch."""
    await session.click("Train")
    await session.until(lambda: session.epoch > 0)


async def stop(*sessions):
    """Press Stop, and wait until the runs stop: a training run would slow down the next test."""
    for session in sessions:
        await session.click("Stop")
        await session.until(lambda s=session: s.has("stopped"))


async def wait_for_text(session, *words):
    """Wait until the page contains all these texts."""
    await session.until(lambda: all(each in session.text for each in words))
