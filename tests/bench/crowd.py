"""Measure many sessions on a real server: users who train, watch one run or follow a talk.

The sessions use Streamlit's protocol without a browser (`tests.session`).
"""

import asyncio
import contextlib
import re
import statistics
import time
from dataclasses import dataclass

import numpy as np

from tests.bench.figures import IDLE_WAIT, Shares, anonymous_mb, sides_of, wait_for_idle
from tests.session import Session

CROWD = 32  # with at least this many sessions, each session trains another architecture
CELLS = "lstm", "gru", "simple_rnn"  # cells of the first CROWD sessions, of the next, and so on
WORK = "T=24&U=32&N=640&epochs=5000&pace=fast"
MOVE_SECONDS = 1.5  # the time between two moves of a session's slider
THINK_SECONDS = 1.0  # the time from a changed setting to the click on Train
NEW = (("lstm", 23, 17), ("gru", 11, 21), ("simple_rnn", 37, 14))
"""Cells, units and timesteps that no link and no recorded run has."""
WATCHERS = 30
SHARED = WORK.replace("N=640", "N=2560")  # the watched run, which lasts longer than the measurement
FOLLOW = re.compile(r"follow=\w+")  # the link for the audience, in the page's text
SCENES, SCENE_SECONDS = 6, 10.0  # how often a presenter changes the scene


@dataclass(frozen=True, slots=True)
class Bounds:
    """Durations and time limits in seconds."""

    counted: float = 15.0  # the time in which chart updates and slider moves are counted
    warm: float = 3.0  # the time from the last session's first point to this measurement
    idle_wait: float = IDLE_WAIT  # the time limit for a worker to build programs in advance
    first_points: float = 240.0  # the time limit for all sessions' first points


async def wait_for_idle_server(server, bounds):
    """Wait until the server's workers have imported TensorFlow and are idle."""
    await asyncio.to_thread(wait_for_idle, server.children, bounds.idle_wait)


async def open_sessions(stack, url, queries):
    """Open sessions at the same time. The stack later stops their runs and closes them."""
    sessions = [Session(url, query) for query in queries]
    await asyncio.gather(*(stack.enter_async_context(session) for session in sessions))
    stack.push_async_callback(stop, sessions)
    return sessions


async def stop(sessions):
    """Stop the sessions' runs, which would disturb the next measurement."""

    async def one(session):
        with contextlib.suppress(TimeoutError, ConnectionError):
            if await session.click("Stop"):
                await session.until(lambda: session.has("stopped") or session.has("finished"), 10)

    await asyncio.gather(*(one(session) for session in sessions))


async def first_points(sessions, patience):
    """Press Train in all sessions; return the seconds until the last session has its first epoch.

    Return None if a session has no epoch in time, or its run failed.
    """

    async def has_one(session):
        with contextlib.suppress(TimeoutError):
            await session.until(lambda: session.epoch > 0 or session.has("failed"), patience)
        return session.epoch > 0

    start = time.perf_counter()
    await asyncio.gather(*(session.click("Train") for session in sessions))
    found = await asyncio.gather(*map(has_one, sessions))
    return time.perf_counter() - start if all(found) else None


async def new_and_repeated(server, bounds):
    """Return the seconds from Train to the first epoch, for new and for repeated settings.

    A link's settings are compiled in advance. So sliders choose the new settings.
    """
    new, repeated = [], []
    async with contextlib.AsyncExitStack() as stack:
        links = [f"cell={cell}&pace=fast" for cell, *_ in NEW]
        sessions = await open_sessions(stack, server.url, links)
        await wait_for_idle_server(server, bounds)
        for session, (_, units, timesteps) in zip(sessions, NEW, strict=True):
            await session.move("Units", units)
            await session.move("Timesteps", timesteps)
            await asyncio.sleep(THINK_SECONDS)
            new.append(await first_points([session], bounds.first_points))
            await stop([session])
            await session.click("Reset")
            await session.until(lambda s=session: s.epoch == 0)
            repeated.append(await first_points([session], bounds.first_points))
            await stop([session])
    return {
        "new_first_point_s": _rounded(_median(new)),
        "seen_first_point_s": _rounded(_median(repeated)),
        "new_by_cell_s": {
            cell: _rounded(seconds) for (cell, *_), seconds in zip(NEW, new, strict=True)
        },
    }


def _median(values):
    """Return the median of the values that aren't None."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _rounded(value, digits=2):
    return None if value is None else round(value, digits)


async def visit(session, number, end, moves):
    """Move a session's slider until `end`; return its chart updates and epochs per second."""
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


def links(count):
    """Return a link for each session, with another seed and, in a crowd, another architecture."""
    if count < CROWD:
        return [f"{WORK}&seed={n}" for n in range(count)]
    queries = []
    for n in range(count):
        work = WORK.replace("U=32", f"U={16 + n % CROWD}")
        queries.append(f"{work}&seed={n}&cell={CELLS[n // CROWD % len(CELLS)]}")
    return queries


async def level(server, bounds, count):
    """Measure `count` sessions that all train and move their sliders."""
    async with contextlib.AsyncExitStack() as stack:
        sessions = await open_sessions(stack, server.url, links(count))
        await wait_for_idle_server(server, bounds)
        first = await first_points(sessions, bounds.first_points)
        await asyncio.sleep(bounds.warm)
        received, moves = sum(session.received for session in sessions), []
        shares, start = Shares(sides_of(server)), time.perf_counter()
        end = start + bounds.counted
        visits = [visit(session, n, end, moves) for n, session in enumerate(sessions)]
        found = await asyncio.gather(*visits)
        used, elapsed = shares.now(), time.perf_counter() - start
        received = sum(session.received for session in sessions) - received
        memory = {f"{side}_mb": anonymous_mb(each) for side, each in sides_of(server).items()}
        return {
            **_update_statistics([one["updates"] for one in found], moves),
            "epochs_per_s": round(sum(one["epochs"] for one in found), 1),
            "first_points_s": _rounded(first, 1),
            "failed": _failed(sessions),
            "kb_per_s": round(received / 1e3 / elapsed / count, 1),
            **{name: round(held) for name, held in memory.items()},
            "memory_mb": round(sum(memory.values())),
            **used,
        }


def _failed(sessions):
    return sum(session.has("failed") or bool(session.errors) for session in sessions)


def _update_statistics(updates, moves):
    """Return statistics of chart updates per second, and of the seconds of slider moves."""
    return {
        "updates_per_s": round(statistics.median(updates), 2),
        "updates_per_s_least": round(min(updates), 2),
        "slider_p50_s": round(statistics.median(moves), 3),
        "slider_p95_s": round(float(np.percentile(moves, 95)), 3),
    }


async def watchers(server, bounds, count=WATCHERS):
    """Measure sessions that open one run's link while its owner's slider moves."""
    moves = []
    async with contextlib.AsyncExitStack() as stack:
        (owner,) = await open_sessions(stack, server.url, [SHARED])
        await wait_for_idle_server(server, bounds)
        await first_points([owner], bounds.first_points)
        link = owner.query
        others = await open_sessions(stack, server.url, [link] * count)
        await asyncio.gather(*(s.until(lambda s=s: s.epoch > 0) for s in others))
        await asyncio.sleep(bounds.warm)
        before = [len(session.updates) for session in others]
        shares, start = Shares(sides_of(server)), time.perf_counter()
        owner_rates = await visit(owner, 0, start + bounds.counted, moves)
        elapsed, used = time.perf_counter() - start, shares.now()
        updates = [
            (len(session.updates) - n) / elapsed for session, n in zip(others, before, strict=True)
        ]
        failed = _failed([owner, *others])
    return {
        "watchers": count,
        **_update_statistics(updates, moves),
        "owner_updates_per_s": round(owner_rates["updates"], 2),
        "epochs_per_s": round(owner_rates["epochs"], 1),
        "failed": failed,
        **used,
    }


async def talk(server, bounds, count=WATCHERS):
    """Measure browsers that follow a talk: seconds until all have a scene, and processors."""
    waits = []
    async with contextlib.AsyncExitStack() as stack:
        presenter = await stack.enter_async_context(Session(server.url, page="present"))
        await presenter.until(lambda: presenter.elements("link_button"))
        await presenter.click("Follow me")
        await presenter.until(lambda: FOLLOW.search(presenter.text))
        query = FOLLOW.findall(presenter.text)[-1]
        followers = [Session(server.url, query, "present") for _ in range(count)]
        await asyncio.gather(*map(stack.enter_async_context, followers))
        await wait_for_idle_server(server, bounds)
        shares = Shares(sides_of(server))
        for place in range(2, SCENES + 2):
            text, clicked = f"Following the presenter, scene {place} of", time.perf_counter()
            has_scene = [s.until(lambda s=s, text=text: text in s.text) for s in followers]
            await asyncio.gather(presenter.click("Next"), *has_scene)
            waits.append(time.perf_counter() - clicked)
            await asyncio.sleep(SCENE_SECONDS - waits[-1])
        used = shares.now()
    return {
        "followers": count,
        "scene_reaches_all_s": _rounded(max(waits)),
        "scene_reaches_all_median_s": _rounded(statistics.median(waits)),
        **used,
    }
