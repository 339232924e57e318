"""What many people at once get: sessions on a real server, each training and moving sliders.

`python -m tests.bench.load [--quick] [--runs N]` prints four tables and, last, one JSON object.

- `sessions`, for 1, 4, 8, 16 and 32 of them (--quick: 8 alone): chart updates a second that the
  slowest session and the median one get; median and 95th percentile of the seconds from a slider's
  move to the end of the page's redraw; fairness, the fewest over the most epochs a second where
  all have equal work; seconds until everybody had a first point; anonymous memory of both
  processes; processors used by the server, the worker, and the load itself. Of 32 each has an
  architecture of its own, so most wait for the compiler; `told` of them read their place meanwhile.
- `eight`: eight architectures started at the same moment beside a run that trains already: the
  last one's first point, and the longest pause of the run that trains.
- `largest`: the same for one run as large as a run may be (--quick: none).
- `runs`: memory of both processes while small runs begin and end (--quick: none).

The sessions speak Streamlit's protocol (tests/session.py); nothing is painted. Everything runs on
this machine, the load too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psutil

from lib.datasets import make_dataset
from lib.experiment import Experiment
from lib.training.client import TrainingClient
from tests.browser.server import Server, serve
from tests.session import Session

LEVELS = (1, 4, 8, 16, 32)
CROWD = 32
"""From here on every session trains an architecture of its own."""
WORK = "T=24&U=32&N=640&epochs=5000&pace=fast"
MOVE_SECONDS = 1.5
"""Between two moves of a session's slider."""
WARM_SECONDS = 3.0
"""After everybody's first point, before anything is counted."""
PERSON_SECONDS = 0.2
"""Between two clicks: what comes sooner is taken for the same one."""
RUNNERS = 4
"""Sessions that the small runs are shared among."""


def anonymous_mb(processes: list[psutil.Process]) -> float:
    """What the end of these processes would free."""
    found = [process.memory_info() for process in processes]
    return sum(memory.rss - memory.shared for memory in found) / 1e6


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Processor time that they have used."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


async def until_ready(server: Server) -> None:
    """Until the worker has imported TensorFlow and does nothing more."""
    async with asyncio.timeout(120):
        while True:
            workers = server.workers()
            before = cpu_seconds(workers)
            await asyncio.sleep(0.5)
            idle = workers and cpu_seconds(workers) - before < 0.1
            if idle and anonymous_mb(workers) > 100:
                return


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


async def watch_places(session: Session, told: set[int], number: int) -> None:
    """Note whether this session ever reads its place in the queue."""
    await session.until(lambda: session.epoch > 0 or "before this one" in session.text, 240)
    if session.epoch == 0:
        told.add(number)


async def level(count: int, seconds: float) -> dict[str, Any]:
    """One line of the first table."""
    moves: list[float] = []
    told: set[int] = set()
    with serve() as server:
        async with contextlib.AsyncExitStack() as stack:
            crowd = count >= CROWD
            queries = [
                f"{WORK}&seed={n}".replace("U=32", f"U={16 + n}" if crowd else "U=32")
                for n in range(count)
            ]
            sessions = [await stack.enter_async_context(Session(server.url, q)) for q in queries]
            await until_ready(server)
            start = time.perf_counter()
            await asyncio.gather(*(session.click("Train") for session in sessions))
            await asyncio.gather(*(watch_places(s, told, n) for n, s in enumerate(sessions)))
            await asyncio.gather(*(s.until(lambda s=s: s.epoch > 0, 240) for s in sessions))
            first = time.perf_counter() - start
            await asyncio.sleep(WARM_SECONDS)
            busy = {
                "page": [server.process],
                "worker": server.workers(),
                "load": [psutil.Process()],
            }
            before = {name: cpu_seconds(processes) for name, processes in busy.items()}
            start = time.perf_counter()
            visits = [
                visit(session, number, start + seconds, moves)
                for number, session in enumerate(sessions)
            ]
            found = await asyncio.gather(*visits)
            elapsed = time.perf_counter() - start
            after = {name: cpu_seconds(processes) for name, processes in busy.items()}
            failed = [s.text for s in sessions if s.has("failed") or s.errors]
            memory = [anonymous_mb([server.process]), anonymous_mb(server.workers())]
    updates = [one["updates"] for one in found]
    epochs = [one["epochs"] for one in found]
    return {
        "updates_per_s": round(statistics.median(updates), 2),
        "updates_per_s_least": round(min(updates), 2),
        "slider_p50_s": round(statistics.median(moves), 3),
        "slider_p95_s": round(sorted(moves)[int(0.95 * (len(moves) - 1))], 3),
        "fairness": None if crowd else round(min(epochs) / max(epochs), 2) if max(epochs) else 0.0,
        "epochs_per_s": round(sum(epochs), 1),
        "first_points_s": round(first, 1),
        "told": len(told),
        "failed": len(failed),
        "page_mb": round(memory[0]),
        "worker_mb": round(memory[1]),
        "memory_mb": round(sum(memory)),
        **{f"{name}_cpu": round((after[name] - before[name]) / elapsed, 2) for name in busy},
    }


class Veteran:
    """A run that trains already, and how long nothing was heard of it."""

    def __init__(self, client: TrainingClient) -> None:
        self._client = client
        self._experiment = Experiment().set(T=24, U=32, N=640, epochs=5000)
        self._dataset = make_dataset(self._experiment)
        self._begin(50)

    def _begin(self, epochs: int) -> None:
        self._run = self._client.start(self._experiment, self._dataset)
        self._epoch = self._client.wait(self._run, 120, until=lambda now: now.epoch > epochs).epoch

    def watch(self, done: Callable[[], bool]) -> float:
        """The longest pause in seconds until this is true."""
        pauses, last = [0.0], time.perf_counter()
        while not done():
            snapshot = self._client.wait(
                self._run,
                60,
                until=lambda now, seen=self._epoch: now.epoch > seen or now.status.over,
            )
            now, self._epoch = time.perf_counter(), snapshot.epoch
            pauses.append(now - last)
            last = now
            if snapshot.status.over:  # it was too short: on with another
                self._begin(0)
                last = time.perf_counter()
        return max(pauses)


def eight() -> dict[str, float]:
    """Eight architectures at the same moment, beside a run that trains already."""
    others = [
        Experiment().set(T=12 + i, U=9 + i, cell=cell, epochs=5000)
        for i, cell in enumerate(("lstm", "gru", "simple_rnn", "lstm") * 2)
    ]
    points: dict[str, float] = {}
    with TrainingClient() as client:
        runs = [(experiment, make_dataset(experiment)) for experiment in others]
        veteran = Veteran(client)
        start = time.perf_counter()
        started = [client.start(*run) for run in runs]

        def all_have_a_point() -> bool:
            for run in started:
                found = client.latest(run)
                if found is not None and found.epoch > 0:
                    points.setdefault(run.id, time.perf_counter() - start)
            return len(points) == len(started)

        pause = veteran.watch(all_have_a_point)
    return {
        "last_first_point_s": round(max(points.values()), 2),
        "median_first_point_s": round(statistics.median(points.values()), 2),
        "longest_pause_s": round(pause, 3),
    }


WIDEST = {"T": 100, "F": 4, "U": 128, "layers": 3, "epochs": 500}
LARGEST = {
    "few samples": {**WIDEST, "batch": 66, "N": 256},
    "many samples": {**WIDEST, "batch": 66, "N": 4096},
    "GRU": {**WIDEST, "cell": "gru", "batch": 88, "N": 1024},
}
"""Runs of which a training step takes as long as one may."""


def largest(settings: dict[str, Any], seconds: float = 15.0) -> dict[str, float]:
    """One of the largest runs beside a run that trains already, and that one's longest pauses.

    Until the large one was judged untrained, while it trains for some seconds, and at its stop.
    """
    experiment = Experiment().set(**settings)
    with TrainingClient() as client:
        veteran = Veteran(client)
        run = client.start(experiment, make_dataset(experiment))
        latest = partial(client.latest, run)
        start = time.perf_counter()
        pauses = [veteran.watch(lambda: bool((now := latest()) and now.results))]
        judged = time.perf_counter()
        pauses.append(veteran.watch(lambda: time.perf_counter() > judged + seconds))
        client.stop(run)
        stopped = time.perf_counter()
        pauses.append(veteran.watch(lambda: bool((now := latest()) and now.status.over)))
        over = time.perf_counter()
    return {
        "judged_after_s": round(judged - start, 2),
        "stopped_after_s": round(over - stopped, 2),
        **{
            f"longest_pause_{when}_s": round(pause, 3)
            for when, pause in zip(("before", "training", "stop"), pauses, strict=True)
        },
    }


async def repeat(session: Session, times: int, done: list[int]) -> None:
    """Start runs one after the other: Train is dimmed until the one before has finished."""
    for _ in range(times):
        before = session.query
        while session.query == before:
            await session.click("Train")
            with contextlib.suppress(TimeoutError):
                await session.until(lambda old=before: session.query != old, PERSON_SECONDS)
        done.append(1)
    await session.until(lambda: session.has("finished"))


async def runs(count: int) -> dict[str, Any]:
    """Small runs of a few architectures, and memory in between."""
    figures: list[tuple[int, int, int]] = []
    done: list[int] = []
    with serve() as server:
        async with contextlib.AsyncExitStack() as stack:
            sessions = [
                await stack.enter_async_context(Session(server.url, f"epochs=20&U={8 + n}"))
                for n in range(RUNNERS)
            ]
            await until_ready(server)
            shares = [count // RUNNERS + (n < count % RUNNERS) for n in range(RUNNERS)]
            work = asyncio.gather(
                *(repeat(session, n, done) for session, n in zip(sessions, shares, strict=True))
            )
            noted = 0
            while not work.done():
                await asyncio.wait([work], timeout=0.2)
                if len(done) >= noted:
                    page, worker = anonymous_mb([server.process]), anonymous_mb(server.workers())
                    figures.append((len(done), round(page), round(worker)))
                    noted += max(count // 6, 1)
            await work
    return {"runs": len(done), "after_page_worker_mb": figures}


def show(title: str, rows: list[dict[str, Any]]) -> None:
    """A table: a line for each row."""
    print(f"\n{title}")
    names = list(rows[0])
    widths = [max(len(name), *(len(f"{row[name]}") for row in rows)) for name in names]
    for cells in (names, *([f"{row[name]}" for name in names] for row in rows)):
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="8 sessions alone, and no small runs")
    parser.add_argument("--runs", type=int, help="how many small runs (300; --quick: none)")
    asked = parser.parse_args()
    count = asked.runs if asked.runs is not None else 0 if asked.quick else 300
    print(f"{os.cpu_count()} processors")
    levels = {}
    for n in (8,) if asked.quick else LEVELS:
        try:
            levels[str(n)] = asyncio.run(level(n, 6.0 if asked.quick else 15.0))
        except TimeoutError as error:  # what one sees is a figure, too: the others are measured
            print(f"{n} sessions: {error}")
            continue
        print(n, json.dumps(levels[str(n)]), flush=True)
    result: dict[str, Any] = {"processors": os.cpu_count(), "sessions": levels, "eight": eight()}
    if levels:
        show("Sessions", [{"sessions": n, **found} for n, found in levels.items()])
    show("Eight architectures at once", [result["eight"]])
    if not asked.quick:
        result["largest"] = {name: largest(settings) for name, settings in LARGEST.items()}
        rows = [{"run": name, **found} for name, found in result["largest"].items()]
        show("One of the largest runs", rows)
    if count:
        result["runs"] = asyncio.run(runs(count))
        rows = result["runs"]["after_page_worker_mb"]
        show(
            "Memory over small runs, MB",
            [dict(zip(("runs", "page", "worker"), row, strict=True)) for row in rows],
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
