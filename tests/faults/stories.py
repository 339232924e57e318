"""What people do in a story, and what can be seen of a server's worker from without."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from lib.training.machine import IDLE_NICE
from tests.browser.server import Server
from tests.session import Session
from tests.waiting import eventually

PATIENCE_SECONDS = 4.0
KILLED = "was killed (SIGKILL"


class Patient(Session):
    """Asks for news less often than a browser, so that many leave the processor to the worker."""

    async def _tick(self, fragment_id: str, interval: float) -> None:
        await super()._tick(fragment_id, max(interval, PATIENCE_SECONDS))


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end, in a thread: the browser tests' event loop may be running in ours."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


async def trains(session: Session) -> None:
    """Wait until it has trained more than it shows now."""
    epoch = session.epoch
    await session.until(lambda: session.epoch > epoch)


async def train(session: Session) -> None:
    """Train, and wait for the first point."""
    await session.click("Train")
    await session.until(lambda: session.epoch > 0)


async def stop(*sessions: Session) -> None:
    """Stop, and wait until it has: what trains on takes the processor from the next test."""
    for session in sessions:
        await session.click("Stop")
        await session.until(lambda s=session: s.has("stopped"))


async def reads(session: Session, *words: str) -> None:
    """Wait until all of this is written on the page."""
    await session.until(lambda: all(each in session.text for each in words))


def says_no_memory(session: Session) -> bool:
    """Whether the page says that there was none, of a run or of a worker that nobody killed."""
    return "memory" in session.text and KILLED not in session.text


async def lacks_memory(session: Session) -> None:
    """Wait until the page says so."""
    await session.until(lambda: says_no_memory(session))


async def train_again(session: Session) -> None:
    """Start a run anew that was lost, or that has begun again by itself; see its first point.

    How often a worker has died lately decides which of the two it is, and a busy machine that.
    """
    if await session.click("Stop"):
        await session.until(lambda: session.has("stopped") or session.has("failed"))
    await session.click("Train")
    await session.until(lambda: session.has("training") and KILLED not in session.text)
    await session.until(lambda: session.epoch > 0)


async def trains_at_last(session: Session) -> None:
    """See the first point of what it has asked for last; what fails says why, and is asked anew."""

    def is_settled() -> bool:
        is_new = "settings have changed since" not in session.text
        return is_new and (session.has("failed") or session.epoch > 0)

    await session.until(is_settled)
    if session.has("failed"):
        await session.until(lambda: "memory" in session.text)  # its words come after its badge
        await train_again(session)


async def together(acts: Iterable[Awaitable[object]]) -> None:
    """Do all of this at once, and wait until all is done."""
    await asyncio.gather(*acts)


async def comes(true: Callable[[], object]) -> None:
    """Wait until this is true of what another process does."""
    assert await asyncio.to_thread(eventually, true)


async def next_worker(server: Server, *before: psutil.Process) -> psutil.Process:
    """The one that works, or will, when those have ended."""
    found: list[psutil.Process] = []

    def is_there() -> bool:
        found[:] = [worker for worker in server.workers() if worker not in before]
        return len(found) == 1

    await comes(is_there)
    return found[0]


def seconds_of_builds(worker: psutil.Process, nice: int) -> float:
    """Processor time of the threads that build, by their `nice`: see `machine.IDLE_NICE`."""
    used = 0.0
    with suppress(psutil.NoSuchProcess):
        for thread in worker.threads():
            with suppress(ProcessLookupError):  # it has just ended
                if os.getpriority(os.PRIO_PROCESS, thread.id) == nice:
                    used += thread.user_time + thread.system_time
    return used


async def builds(worker: psutil.Process, nice: int) -> None:
    """Wait until such a thread works on a program."""
    before = seconds_of_builds(worker, nice)
    await comes(lambda: seconds_of_builds(worker, nice) > before)


async def has_built_for_nobody(worker: psutil.Process) -> None:
    """Wait until it has none left to build: it did, and then nothing for a second."""
    await comes(lambda: seconds_of_builds(worker, IDLE_NICE) > 0)
    before = -1.0
    while before < (before := seconds_of_builds(worker, IDLE_NICE)):
        await asyncio.sleep(1)


@contextmanager
def no_more_memory(worker: psutil.Process) -> Iterator[None]:
    """Let a worker keep what it has, and get no more, within the block or until it has ended.

    By what it may write to (getrlimit(2), RLIMIT_DATA): of addresses it has more than it uses.
    """
    most = worker.memory_info().data
    resource.prlimit(worker.pid, resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(worker.pid, resource.RLIMIT_DATA, (resource.RLIM_INFINITY,) * 2)
