"""Many concurrent users, and one user's waiting times.

`python -m tests.bench.load [--quick] [--only NAME ...] [--levels N ...] [--soak [MINUTES]]`
prints a table for each part and, as its last line, one JSON object with all parts by name:

- `new`: seconds from Train to the first point, for new settings (`new_first_point_s`) and repeated
  ones (`seen_first_point_s`).
- `eight`: eight architectures started at once next to a training run: the last first point, and
  the training run's longest pause.
- `sessions`: for 1, 4, 8, 16 and 32 sessions that train and move a slider: chart updates per
  second; seconds from a slider's move to the redrawn page, and until all have a first point (null
  if not in time); kilobytes per second; memory and processors.
- `watchers`: thirty users who open one run's link, and its owner's slider.
- `soak`, on request: memory while eight users train, change settings, leave and return.

With --quick, only `new`, `eight`, and 16 and 32 sessions, within a minute, on one server.
The sessions use Streamlit's protocol (tests/session.py); nothing is painted.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from lib.data import make_dataset
from lib.experiment import Experiment
from lib.training.client import TrainingClient
from tests.bench import crowd, soak
from tests.bench.crowd import Bounds
from tests.bench.figures import QUICK_REST, until_client_rests
from tests.browser.server import Server, serve
from tests.session import Session

LEVELS, QUICK_LEVELS = (1, 4, 8, 16, 32), (16, 32)
QUICK_ROWS = ("new", "eight", "sessions")
QUICK_BOUNDS = Bounds(counted=3.5, warm=0.5, rest=2.0, first_points=25.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts to measure, their duration and their server."""

    bounds: Bounds
    levels: tuple[int, ...]
    minutes: float
    server: Callable[[], AbstractContextManager[Server]] = serve
    client: Callable[[], AbstractContextManager[TrainingClient]] = TrainingClient


class Veteran:
    """A training run, and the longest time without news of it."""

    def __init__(self, client):
        self._client = client
        self._experiment = Experiment().set(T=24, U=32, N=640, epochs=5000)
        self._dataset = make_dataset(self._experiment)
        self._begin(50)

    def _begin(self, epochs):
        self._run = self._client.start(self._experiment, self._dataset)
        self._epoch = self._client.wait(self._run, 120, until=lambda now: now.epoch > epochs).epoch

    def watch(self, done):
        """Return the longest pause in seconds until a condition is true."""
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


def at_once(client):
    """Start eight architectures at once, next to a training run."""
    others = [
        Experiment().set(T=12 + i, U=9 + i, cell=cell, epochs=5000)
        for i, cell in enumerate(("lstm", "gru", "simple_rnn", "lstm") * 2)
    ]
    points = {}
    runs = [(experiment, make_dataset(experiment)) for experiment in others]
    veteran = Veteran(client)
    start = time.perf_counter()
    started = [client.start(*run) for run in runs]

    def all_have_a_point():
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


def new(asked):
    """Measure new settings."""
    with asked.server() as server:
        return asyncio.run(crowd.never_seen(server, asked.bounds))


def eight(asked):
    """Measure eight new settings at once."""
    with asked.client() as client:
        until_client_rests(client, asked.bounds.rest)
        return at_once(client)


def sessions(asked):
    """Measure by the number of sessions."""
    levels = {}
    for count in asked.levels:
        try:
            with asked.server() as server:
                start = time.perf_counter()
                levels[str(count)] = asyncio.run(crowd.level(server, asked.bounds, count))
                print(f"{count} sessions: {time.perf_counter() - start:.0f} s", flush=True)
        except TimeoutError as error:  # what one sees is a figure, too: the others are measured
            print(f"{count} sessions: {error}")
    return levels


def watchers(asked):
    """Measure thirty users who watch one run."""
    with asked.server() as server:
        return asyncio.run(crowd.watchers(server, asked.bounds))


def hour(asked):
    """Measure eight users for some minutes."""
    return soak.soak_alone(asked.minutes)


ROWS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "new": new,
    "eight": eight,
    "sessions": sessions,
    "watchers": watchers,
    "soak": hour,
}  # what can be measured, by its name in the result, in this order


def table(name, found):
    """Return results as lines with the same columns."""
    if name == "sessions":
        return [{name: key, **row} for key, row in found.items()]
    return [{key: value for key, value in found.items() if key not in soak.DETAILS}]


def show(title, rows):
    """Print a table, one line per row."""
    print(f"\n{title}")
    names = list(rows[0]) if rows else []
    widths = [max(len(name), *(len(f"{row[name]}") for row in rows)) for name in names]
    for cells in (names, *([f"{row[name]}" for name in names] for row in rows)):
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


async def wake(server):
    """Open a page, since an unvisited server starts no worker for a while."""
    async with Session(server.url):
        await crowd.rest(server, Bounds(rest=QUICK_REST))


@contextlib.contextmanager
def shared():
    """Provide a server for all parts, and a client, started at the same time.

    The caller closes the client: its runs would train next to the server's.
    """
    with serve() as server, TrainingClient() as client:
        asyncio.run(wake(server))
        yield {"server": lambda: nullcontext(server), "client": lambda: client}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="what a minute suffices for")
    parser.add_argument("--only", nargs="+", choices=ROWS, help="these alone")
    parser.add_argument("--levels", nargs="+", type=int, help="numbers of sessions")
    parser.add_argument("--soak", nargs="?", type=float, const=60.0, help="minutes; without: 60")
    given = parser.parse_args()
    usual = QUICK_ROWS if given.quick else [name for name in ROWS if name != "soak"]
    names = {*(given.only or usual), *(["soak"] if given.soak else [])}
    bounds, levels = (QUICK_BOUNDS, QUICK_LEVELS) if given.quick else (Bounds(), LEVELS)
    asked = partial(Asked, bounds, tuple(given.levels or levels), given.soak or 60.0)
    start = time.perf_counter()
    print(f"{os.cpu_count()} processors")
    result = {"processors": os.cpu_count()}
    with shared() if given.quick else nullcontext({}) as place:
        print(f"ready after {time.perf_counter() - start:.0f} s", flush=True)
        for name in (name for name in ROWS if name in names):
            result[name] = ROWS[name](asked(**place))
            show(name, table(name, result[name]))
            print(f"after {time.perf_counter() - start:.0f} s", flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
