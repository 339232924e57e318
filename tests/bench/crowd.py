"""What sessions on a real server get that speak Streamlit's protocol: alone, many, and watchers.

Nothing is painted (tests/session.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.figures import REST, Shares, anonymous_mb, percentile, until_rests
from tests.browser.server import Server
from tests.session import Session

CROWD = 32
"""From here on every session trains an architecture of its own."""
WORK = "T=24&U=32&N=640&epochs=5000&pace=fast"
MOVE_SECONDS = 1.5
"""Between two moves of a session's slider."""
THINK_SECONDS = 1.0
"""From a setting to the click on Train."""
NEW = (("lstm", 23, 17), ("gru", 11, 21), ("simple_rnn", 37, 14))
"""Cells, units and timesteps that no link and no recording opens with."""
WATCHERS = 30
SHARED = WORK.replace("N=640", "N=2560")
"""What they watch: it isn't over before they have been counted."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many seconds things may take; what hasn't come by then is told, not waited for."""

    counted: float = 15.0
    """While chart updates and moves of sliders are."""
    warm: float = 3.0
    """After everybody's first point, before anything is counted."""
    rest: float = REST
    """Until a worker with TensorFlow has built what it builds ahead."""
    first_points: float = 240.0


async def rest(server: Server, bounds: Bounds) -> None:
    """Until the server's workers have imported TensorFlow and do nothing more."""
    await asyncio.to_thread(until_rests, server.children, bounds.rest)


async def opened(stack: contextlib.AsyncExitStack, url: str, queries: list[str]) -> list[Session]:
    """Sessions that come all at once, and go with the stack: their runs are stopped before."""
    sessions = [Session(url, query) for query in queries]
    await asyncio.gather(*(stack.enter_async_context(session) for session in sessions))
    stack.push_async_callback(stop, sessions)
    return sessions


async def stop(sessions: list[Session]) -> None:
    """Stop what they train, which would go on beside what is measured next."""

    async def one(session: Session) -> None:
        with contextlib.suppress(TimeoutError, ConnectionError):
            if await session.click("Stop"):
                await session.until(lambda: session.has("stopped") or session.has("finished"), 10)

    await asyncio.gather(*(one(session) for session in sessions))


async def first_points(sessions: list[Session], patience: float) -> float | None:
    """Train in all: seconds until the last has an epoch; None if one has none within patience."""
    start = time.perf_counter()
    await asyncio.gather(*(session.click("Train") for session in sessions))
    waits = (session.until(lambda s=session: s.epoch > 0, patience) for session in sessions)
    late = await asyncio.gather(*waits, return_exceptions=True)
    if others := [each for each in late if each and not isinstance(each, TimeoutError)]:
        raise others[0]
    return None if any(late) else time.perf_counter() - start


async def never_seen(server: Server, bounds: Bounds) -> dict[str, Any]:
    """From the click on Train to the first epoch, of settings that nobody had, and once more.

    What a link opens with is compiled ahead, what a slider is moved to isn't.
    """
    new, seen = [], []
    async with contextlib.AsyncExitStack() as stack:
        links = [f"cell={cell}&pace=fast" for cell, *_ in NEW]
        sessions = await opened(stack, server.url, links)
        await rest(server, bounds)
        for session, (_, units, timesteps) in zip(sessions, NEW, strict=True):
            await session.move("Units", units)
            await session.move("Timesteps", timesteps)
            await asyncio.sleep(THINK_SECONDS)
            new.append(await first_points([session], bounds.first_points))
            await stop([session])
            await session.click("Reset")
            await session.until(lambda s=session: s.epoch == 0)
            seen.append(await first_points([session], bounds.first_points))
            await stop([session])
    return {
        "new_first_point_s": _rounded(_median(new)),
        "seen_first_point_s": _rounded(_median(seen)),
        "new_by_cell_s": {
            cell: _rounded(seconds) for (cell, *_), seconds in zip(NEW, new, strict=True)
        },
    }


def _median(values: Sequence[float | None]) -> float | None:
    """Of those there are."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


async def visit(session: Session, number: int, end: float, moves: list[float]) -> dict[str, float]:
    """What one session gets until `end`, while its slider moves to and fro."""
    started, first, updates = time.perf_counter(), session.epoch, len(session.updates)
    await asyncio.sleep(MOVE_SECONDS * (number % 8) / 8)
    value = 24
    while time.perf_counter() < end:
        value = 25 if value == 24 else 24
        moves.append(await session.move("Timesteps", value))
        await asyncio.sleep(MOVE_SECONDS)
    seconds = time.perf_counter() - started
    return {
        "updates": (len(session.updates) - updates) / seconds,
        "epochs": (session.epoch - first) / seconds,
    }


async def note_places(sessions: list[Session], told: set[int]) -> None:
    """Note, as long as nobody ends this, who ever reads its place in the queue."""

    async def one(number: int, session: Session) -> None:
        await session.until(lambda: session.epoch > 0 or "before this one" in session.text, 600)
        if session.epoch == 0:
            told.add(number)

    await asyncio.gather(*(one(n, session) for n, session in enumerate(sessions)))


async def level(server: Server, bounds: Bounds, count: int) -> dict[str, Any]:
    """What each of so many sessions gets, all of which train and move their sliders."""
    moves: list[float] = []
    told: set[int] = set()
    crowd = count >= CROWD
    queries = [
        f"{WORK}&seed={n}".replace("U=32", f"U={16 + n}" if crowd else "U=32") for n in range(count)
    ]
    async with contextlib.AsyncExitStack() as stack:
        sessions = await opened(stack, server.url, queries)
        await rest(server, bounds)
        places = asyncio.create_task(note_places(sessions, told))
        first = await first_points(sessions, bounds.first_points)
        places.cancel()
        had_point = sum(session.epoch > 0 for session in sessions)
        await asyncio.sleep(bounds.warm)
        shares, end = Shares(server), time.perf_counter() + bounds.counted
        visits = [visit(session, n, end, moves) for n, session in enumerate(sessions)]
        found = await asyncio.gather(*visits)
        used = shares.now()
        failed = sum(session.has("failed") or bool(session.errors) for session in sessions)
        memory = anonymous_mb([server.process]), anonymous_mb(server.children())
    updates = [one["updates"] for one in found]
    epochs = [one["epochs"] for one in found]
    return {
        **_seen(updates, moves),
        "fairness": None if crowd else round(min(epochs) / max(epochs), 2) if max(epochs) else 0.0,
        "epochs_per_s": round(sum(epochs), 1),
        "first_points_s": _rounded(first, 1),
        "had_point": had_point,
        "told": len(told),
        "failed": failed,
        "page_mb": round(memory[0]),
        "worker_mb": round(memory[1]),
        "memory_mb": round(sum(memory)),
        **used,
    }


def _seen(updates: list[float], moves: list[float]) -> dict[str, float]:
    """What people see of it: chart updates a second, and how soon a slider has moved the page."""
    return {
        "updates_per_s": round(statistics.median(updates), 2),
        "updates_per_s_least": round(min(updates), 2),
        "slider_p50_s": round(statistics.median(moves), 3),
        "slider_p95_s": round(percentile(moves, 95), 3),
    }


async def watchers(server: Server, bounds: Bounds, count: int = WATCHERS) -> dict[str, Any]:
    """What so many get who open the link of one run, while its owner's slider moves."""
    moves: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        (owner,) = await opened(stack, server.url, [SHARED])
        await rest(server, bounds)
        await first_points([owner], bounds.first_points)
        link = owner.query
        others = await opened(stack, server.url, [link] * count)
        await asyncio.gather(*(s.until(lambda s=s: s.epoch > 0) for s in others))
        await asyncio.sleep(bounds.warm)
        before = [len(session.updates) for session in others]
        shares, start = Shares(server), time.perf_counter()
        own = await visit(owner, 0, start + bounds.counted, moves)
        elapsed, used = time.perf_counter() - start, shares.now()
        updates = [
            (len(session.updates) - n) / elapsed for session, n in zip(others, before, strict=True)
        ]
        everybody = [owner, *others]
        failed = sum(session.has("failed") or bool(session.errors) for session in everybody)
    return {
        "watchers": count,
        **_seen(updates, moves),
        "owner_updates_per_s": round(own["updates"], 2),
        "epochs_per_s": round(own["epochs"], 1),
        "failed": failed,
        **used,
    }
