"""Many concurrent users.

`python -m tests.bench.load [--quick] [--only NAME ...] [--levels N ...] [--soak [MINUTES]]`
prints a table for each part and, as its last line, one JSON object with all parts by name:

- `new`: seconds from Train to the first point, for new settings (`new_first_point_s`) and for
  repeated settings (`seen_first_point_s`).
- `eight`: eight architectures start at once next to a training run: the seconds until all eight
  have a first point, and the training run's longest pause.
- `sessions`: 1, 4, 8, 16 and 32 sessions train and move a slider: chart updates per second, seconds
  from a slider's move to the redrawn page, seconds until all sessions have a first point (null if
  not in time), kilobytes per second, memory and processors.
- `watchers`: thirty users open one run's link: chart updates, and the owner's slider moves.
- `talk`: thirty browsers follow a talk: the seconds from the presenter's click until the last one
  has the scene, and processors.
- `soak`, on request: memory while eight random users use all pages.

With --quick, only `new`, `eight`, and 16 and 32 sessions are measured, on one server in a minute.
The sessions use Streamlit's protocol without a browser (`tests.session`).
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
from tests.bench.figures import QUICK_IDLE_WAIT, wait_for_idle_client
from tests.browser.server import Server, serve
from tests.session import Session

LEVELS, QUICK_LEVELS = (1, 4, 8, 16, 32), (16, 32)
QUICK_ROWS = ("new", "eight", "sessions")
QUICK_BOUNDS = Bounds(counted=3.5, warm=0.5, idle_wait=2.0, first_points=25.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure: times, numbers of sessions, minutes of the soak, server and client."""

    bounds: Bounds
    levels: tuple[int, ...]
    minutes: float
    server: Callable[[], AbstractContextManager[Server]] = serve
    client: Callable[[], AbstractContextManager[TrainingClient]] = TrainingClient


class OngoingRun:
    """A training run, to measure the longest time between two of its snapshots."""

    def __init__(self, client):
        self._client = client
        self._experiment = Experiment().set(T=24, U=32, N=640, epochs=5000)
        self._dataset = make_dataset(self._experiment)
        self._begin(50)

    def _begin(self, epochs):
        self._run = self._client.start(self._experiment, self._dataset)
        self._epoch = self._client.wait(self._run, 120, until=lambda now: now.epoch > epochs).epoch

    def watch(self, done):
        """Wait until `done()`; return the longest time between two snapshots, in seconds."""
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
            if snapshot.status.over:  # start another run, and don't count the time in between
                self._begin(0)
                last = time.perf_counter()
        return max(pauses)


def start_eight(client):
    """Start eight architectures at once, next to a training run; return the measurements."""
    others = [
        Experiment().set(T=12 + i, U=9 + i, cell=cell, epochs=5000)
        for i, cell in enumerate(("lstm", "gru", "simple_rnn", "lstm") * 2)
    ]
    points = {}
    runs = [(experiment, make_dataset(experiment)) for experiment in others]
    ongoing = OngoingRun(client)
    start = time.perf_counter()
    started = [client.start(*run) for run in runs]

    def all_have_a_point():
        for run in started:
            found = client.latest(run)
            if found is not None and found.epoch > 0:
                points.setdefault(run.id, time.perf_counter() - start)
        return len(points) == len(started)

    pause = ongoing.watch(all_have_a_point)
    return {
        "last_first_point_s": round(max(points.values()), 2),
        "median_first_point_s": round(statistics.median(points.values()), 2),
        "longest_pause_s": round(pause, 3),
    }


def new(options):
    """Measure new and repeated settings."""
    with options.server() as server:
        return asyncio.run(crowd.new_and_repeated(server, options.bounds))


def eight(options):
    """Measure eight new settings at once."""
    with options.client() as client:
        wait_for_idle_client(client, options.bounds.idle_wait)
        return start_eight(client)


def sessions(options):
    """Return measurements by the number of sessions."""
    levels = {}
    for count in options.levels:
        try:
            with options.server() as server:
                start = time.perf_counter()
                levels[str(count)] = asyncio.run(crowd.level(server, options.bounds, count))
                print(f"{count} sessions: {time.perf_counter() - start:.0f} s", flush=True)
        except TimeoutError as error:  # continue with the other numbers of sessions
            print(f"{count} sessions: {error}")
    return levels


def watchers(options):
    """Measure thirty users who watch one run."""
    with options.server() as server:
        return asyncio.run(crowd.watchers(server, options.bounds))


def talk(options):
    """Measure thirty browsers that follow a talk."""
    with options.server() as server:
        return asyncio.run(crowd.talk(server, options.bounds))


ROWS: dict[str, Callable[[Options], dict[str, Any]]] = {
    "new": new,
    "eight": eight,
    "sessions": sessions,
    "watchers": watchers,
    "talk": talk,
    "soak": lambda options: soak.soak(options.minutes),
}  # functions that measure a part, by the part's name, in this order


def table(name, found):
    """Return a part's results as rows of a table."""
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
    """Open a page, so that the server starts its worker, and wait until the worker is idle."""
    async with Session(server.url):
        await crowd.wait_for_idle_server(server, Bounds(idle_wait=QUICK_IDLE_WAIT))


@contextlib.contextmanager
def shared():
    """Provide a server and a client for all parts, which start at the same time.

    The part `eight` closes the client, whose runs would otherwise disturb the next parts.
    """
    with serve() as server, TrainingClient() as client:
        asyncio.run(wake(server))
        yield {"server": lambda: nullcontext(server), "client": lambda: client}


def main():
    """Measure the chosen parts, print tables, and print one line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="measure some parts in a minute")
    parser.add_argument("--only", nargs="+", choices=ROWS, help="measure only these parts")
    parser.add_argument("--levels", nargs="+", type=int, help="numbers of sessions")
    parser.add_argument("--soak", nargs="?", type=float, const=60.0, help="minutes, by default 60")
    arguments = parser.parse_args()
    usual = QUICK_ROWS if arguments.quick else [name for name in ROWS if name != "soak"]
    names = {*(arguments.only or usual), *(["soak"] if arguments.soak else [])}
    bounds, levels = (QUICK_BOUNDS, QUICK_LEVELS) if arguments.quick else (Bounds(), LEVELS)
    make_options = partial(
        Options, bounds, tuple(arguments.levels or levels), arguments.soak or 60.0
    )
    start = time.perf_counter()
    print(f"{os.cpu_count()} processors")
    result = {"processors": os.cpu_count()}
    with shared() if arguments.quick else nullcontext({}) as started:
        print(f"ready after {time.perf_counter() - start:.0f} s", flush=True)
        for name in (name for name in ROWS if name in names):
            result[name] = ROWS[name](make_options(**started))
            show(name, table(name, result[name]))
            print(f"after {time.perf_counter() - start:.0f} s", flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
