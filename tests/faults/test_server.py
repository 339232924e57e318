"""What people, their machines and the server's machine can do to the pages, done to a real server.

The sessions speak Streamlit's protocol without a browser (tests/session.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from lib.ui.explore.live import SAME_CLICK_SECONDS
from tests.browser.server import Server, serve
from tests.session import Session

WORK = "T=24&U=32&N=1280&epochs=5000"
"""A run that is long enough to be met in the middle: a minute and more."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests. Whatever was done to it, it never had a traceback to tell."""
    log: Path = tmp_path_factory.mktemp("server") / "log.txt"
    with serve(log) as running:
        yield running
    assert "Traceback" not in log.read_text(), log.read_text()


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end, in a thread: the browser tests' event loop may be running in ours."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


async def trains(session: Session) -> None:
    """Wait until it has trained more than it shows now."""
    epoch = session.epoch
    await session.until(lambda: session.epoch > epoch or session.has("finished"))


async def train(session: Session) -> None:
    """Train, and wait for the first point."""
    await session.click("Train")
    await session.until(lambda: session.epoch > 0)


def test_two_hundred_quick_clicks(server: Server) -> None:
    """Train, Stop, Reset, faster than anything can answer. Then it is as new, for others always."""

    async def story() -> None:
        async with Session(server.url, WORK) as one, Session(server.url, f"{WORK}&seed=1") as other:
            await train(other)
            pressed = 0
            for number in range(200):
                pressed += await one.click(("Train", "Stop", "Reset")[number % 3])
                await asyncio.sleep(0.01)
            assert pressed > 50  # the rest met a button that was dimmed
            await one.click("Reset")
            await one.until(lambda: one.has("not trained yet"))
            await asyncio.sleep(2 * SAME_CLICK_SECONDS)
            await train(one)
            await trains(other)
            await other.click("Stop")
            await other.until(lambda: other.has("stopped"))
            await one.click("Stop")
            await one.until(lambda: one.has("stopped"))
            assert one.errors == other.errors == []

    play(story())


def test_ten_sliders_moved_while_training(server: Server) -> None:
    """The page shows where they were let go; the run goes on with what it was started with."""

    async def story() -> None:
        async with Session(server.url, WORK) as one:
            await train(one)
            moves = [("Timesteps", 20), ("Features", 5), ("Units", 24), ("Layers", 2)]
            moves += [("Noise", 0.2), ("Samples  N", 640), ("Timesteps", 30), ("Units", 40)]
            moves += [("Features", 2), ("Timesteps", 33)]
            for label, value in moves:
                await one.slide(label, value)
                await asyncio.sleep(0.02)
            await one.until(lambda: "LSTM (N, 33, 40)" in one.text and "(N, 33, 2)" in one.text)
            await one.until(lambda: "settings have changed since" in one.text)
            await trains(one)
            assert one.errors == []

    play(story())


def test_one_that_reads_slowly_does_not_hold_up_the_others(server: Server) -> None:
    """A page that takes nothing in any more, as on a phone in a tunnel, while its run trains."""

    async def story() -> None:
        async with Session(server.url, WORK) as other:
            slow = Session(server.url, f"{WORK}&seed=2")
            async with slow:
                await train(slow)
                await slow.stop_reading()
                for _ in range(100):  # its browser's timer still asks
                    with contextlib.suppress(Exception):
                        await asyncio.wait_for(slow.rerun(), 0.05)
                await train(other)
                await trains(other)
                await other.move("Timesteps", 20)
                assert other.errors == []

    play(story())


def test_two_servers_on_one_machine_and_one_is_killed(server: Server) -> None:
    """Each has its own worker. Nothing is left of the killed one; the other's run goes on."""

    async def story() -> None:
        async with Session(server.url, WORK) as one:
            await train(one)
            with serve() as second:
                async with Session(second.url, WORK) as other:
                    await train(other)
                    (worker,) = second.workers()
                    assert worker.pid not in [w.pid for w in server.workers()]
                    second.process.kill()
                    await asyncio.to_thread(psutil.wait_procs, [worker], timeout=30)
                    assert not worker.is_running()
            await trains(one)
            await one.click("Stop")
            await one.until(lambda: one.has("stopped"))

    play(story())


def test_a_worker_killed_beneath_two_who_train(server: Server) -> None:
    """Both read what happened, and their runs begin again by themselves."""

    async def story() -> None:
        async with Session(server.url, WORK) as one, Session(server.url, f"{WORK}&seed=3") as other:
            await asyncio.gather(train(one), train(other))
            (worker,) = server.workers()
            worker.kill()
            for session in (one, other):
                await session.until(
                    lambda s=session: "was killed (SIGKILL" in s.text and "began again" in s.text
                )
            for session in (one, other):
                await session.until(lambda s=session: s.has("training") and s.epoch > 0)
                assert "began again" in session.text
                assert session.errors == []
            assert not psutil.pid_exists(worker.pid)

    play(story())
