"""What training on a Ray cluster costs, and what it brings: on this machine, all processes real.

`python -m tests.bench.cluster [--only cost|sweep|memory|crowd ...] [--sessions 32,64,128]
[--slots N] [--quick] [--json PATH]` prints a table for each of these and, last, one JSON object
with the rows of all of them by name. It needs requirements-cluster.txt, and Linux:

- `cost`: the same run by this machine's worker and by a slot, in turns, all warm; medians of
  `RUNS`. `first_point_s` counts from `start`; sizes are those of the median snapshot and checkpoint
  of one more run, null where it is too short for one.
- `sweep`: `POINTS` points of one seed and one architecture, compiled before, by `run_sweep` on one
  node and on two of a processor each. `seconds` is the median of `SWEEPS` whole calls, a driver's
  start among them; `points_per_s` counts from the first result to the last. `times` and
  `times_whole` compare them with one node. Fewer `slots_used` than nodes make the row void.
- `memory`: by process, after a server's only visitor has trained one run: USS, which its end would
  free, and PSS, with its part of what is shared; `local` has no cluster.
- `crowd`: people as `tests.bench.load` has them, half on each of two page servers that share a node
  of `--slots`, or of one for `EACH_SLOT` people where that is more. Columns as of `sessions` there.

With --quick one run, 8 points and 4 people, which says that it works and nothing else.
"""

import argparse
import asyncio
import contextlib
import json
import math
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.sweep.sweep import run_sweep
from lib.training.client import TrainingClient
from tests.bench import compiling, crowd
from tests.bench.crowd import Bounds
from tests.bench.figures import anonymous_mb, cpu_seconds
from tests.bench.load import QUICK_BOUNDS, show
from tests.bench.nodes import READY_SECONDS, add_pinned, drivers, wait_until_rested, who
from tests.bench.run_cost import RUNS, Side, compared
from tests.browser.server import serve
from tests.faults.cluster import nodes, until
from tests.session import Session

SWEEPS = 3
POINTS = 48
NOISE = (0.0, 0.1, 0.2, 0.3)
SWEPT = {"data": "running_mean", "T": 12, "U": 16, "N": 640, "epochs": 120}
USED_SHARE = 0.25
"""A slot is used if it took this part of what each would take were all alike."""
REMEMBERED = "T=24&U=32&N=640&epochs=300&pace=fast"
"""The run after which memory is read."""
LEVELS = (32, 64, 128)
EACH_SLOT = 40
"""People for a slot, of 48 runs that it takes: two servers, which give them out, don't ask one
another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured, for how long, and on what."""

    bounds: Bounds
    levels: tuple[int, ...]
    slots: int
    runs: int = RUNS
    seconds: float = 4.0
    """That each run of `cost` is followed for."""
    sweeps: int = SWEEPS
    points: int = POINTS


Rows = list[dict[str, Any]]


def cost(asked):
    """A run of the local worker, and of a slot."""
    with nodes(1) as (cluster, there):
        sides = {"local": Side(clustered=False), "ray": Side(clustered=True)}
        with sides["local"].client as local, sides["ray"].client as clustered:
            until(lambda: clustered.worker_ready or clustered.away, READY_SECONDS)
            compiling.rest(local, asked.bounds.rest)
            wait_until_rested(cluster, there, 1, asked.bounds.rest)
            return compared(sides, asked.runs, asked.seconds)


def sweep(asked):
    """On one node and on two."""
    rows = [swept_on(count, asked) for count in (1, 2)]
    for row in rows:
        row["times"] = round(row["points_per_s"] / rows[0]["points_per_s"], 2)
        row["times_whole"] = round(rows[0]["seconds"] / row["seconds"], 2)
    return rows


def swept_on(count, asked):
    """The sweep on so many nodes of a processor each."""
    with nodes(0) as (cluster, _):
        there = add_pinned(cluster, count)
        with TrainingClient() as client:
            until(lambda: client.worker_ready and client.places == count, READY_SECONDS)
            found = wait_until_rested(cluster, there, count, asked.bounds.rest)
        for _ in range(4):  # chance gives out the points; what a slot has compiled, it keeps
            if slots_used(found, lambda: swept(8 * count))[0] == count:
                break
        wait_until_rested(cluster, there, count, asked.bounds.rest)
        sweeps = []

        def measure():
            for _ in range(asked.sweeps):
                sweeps.append(swept(asked.points))
                print(f"{count} nodes: {sweeps[-1][0]:.1f} s", flush=True)

        used, seconds = slots_used(found, measure)
    if used < count:
        print(f"Only {used} of {count} slots were used: these figures say nothing.", flush=True)
    return {
        "nodes": count,
        "points": asked.points,
        "seconds": round(statistics.median(whole for whole, _ in sweeps), 2),
        "points_per_s": round(statistics.median(rate for _, rate in sweeps), 3),
        "slots_used": used,
        "slot_cpu_s": [round(each, 1) for each in seconds],
        "point_cpu_s": round(sum(seconds) / (asked.points * asked.sweeps), 2),
    }


def slots_used(found, work):
    """How many slots took their part in some work, and the processor seconds of each."""
    before = [cpu_seconds([slot]) for slot in found]
    work()
    took = [cpu_seconds([slot]) - then for slot, then in zip(found, before, strict=True)]
    return sum(each > USED_SHARE * sum(took) / len(took) for each in took), took


def swept(points):
    """Seconds of a whole sweep, and points a second from its first result to its last."""
    rates = [round(0.001 * n, 3) for n in range(1, points // len(NOISE) + 1)]
    times = []

    def look(runner):
        done = len(runner.results)
        if done > (times[-1][1] if times else 0):
            times.append((time.perf_counter(), done))

    start = time.perf_counter()
    frame = run_sweep(vary={"lr": rates, "noise": NOISE}, seeds=1, progress=look, **SWEPT)
    seconds = time.perf_counter() - start
    if not (frame["status"] == "finished").all():
        raise RuntimeError(f"not all points have finished: {set(frame['reason'])}")
    (begun, first), (ended, last) = times[0], times[-1]
    return seconds, (last - first) / (ended - begun)


def memory(asked):
    """By process, with a cluster and without."""
    with nodes(1) as (cluster, there), serve() as server:

        def rest():
            wait_until_rested(cluster, there, 1, asked.bounds.rest)

        asyncio.run(train_once(server, rest))
        sides = {**pages([server]), **who(cluster, there)}
        rows = [held("ray", name, processes) for name, processes in sides.items()]
        check([server])
    with serve(workers=1) as server:
        asyncio.run(train_once(server, lambda: asyncio.run(crowd.rest(server, asked.bounds))))
        sides = {"page": [server.process], "worker": server.workers()}
        return rows + [held("local", name, processes) for name, processes in sides.items()]


async def train_once(server, rest):
    """What a server's only visitor does, when what trains has come to rest."""
    async with Session(server.url, REMEMBERED) as session:
        await asyncio.to_thread(rest)
        await session.click("Train")
        await session.until(lambda: session.has("finished") or session.has("failed"))
        if not session.has("finished"):
            raise RuntimeError(session.text)


def held(side, name, processes):
    """Memory of these together."""
    found = [process.memory_full_info() for process in processes]
    return {
        "side": side,
        "process": name,
        "count": len(found),
        "uss_mb": round(sum(each.uss for each in found) / 1e6),
        "pss_mb": round(sum(each.pss for each in found) / 1e6),
    }


def pages(servers):
    """The processes of page servers that train on a cluster."""
    return {"page": [each.process for each in servers], "driver": drivers(servers)}


def check(servers):
    """Raise where one of these has trained on its own: the cluster was away."""
    if workers := [worker for server in servers for worker in server.workers()]:
        raise RuntimeError(f"a page server has a worker of its own: {workers}")


class Place:
    """Two page servers, and the node of so many slots that they share."""

    def __init__(self, cluster, servers, slots):
        self._cluster, self._there = cluster, [cluster.add(slots=slots)]
        self._servers, self._slots = servers, slots

    def sides(self):
        """All that this takes, by what it does."""
        ray = who(self._cluster, self._there)
        slot = ray.pop("slot")
        others = [process for processes in ray.values() for process in processes]
        return {**pages(self._servers), "slot": slot, "ray": others}

    async def teach(self, bounds, count):
        """What so many people get, in turns one of this server and one of that."""
        urls = [server.url for server in self._servers]
        async with contextlib.AsyncExitStack() as stack:
            sessions = await crowd.opened(stack, urls, crowd.links(count))
            ready = self._cluster, self._there, self._slots, bounds.rest
            await asyncio.to_thread(wait_until_rested, *ready)
            found = await crowd.lesson(sessions, bounds, self.sides)
            each = [round(anonymous_mb([server.process])) for server in self._servers]
        check(self._servers)
        return {"people": count, "slots": self._slots, **found, "page_each_mb": each}


def class_on_cluster(asked):
    """By how many people there are."""
    rows = []
    for count in asked.levels:
        slots = max(asked.slots, math.ceil(count / EACH_SLOT))
        start = time.perf_counter()
        try:
            with nodes(0) as (cluster, _), serve() as one, serve() as other:
                place = Place(cluster, [one, other], slots)
                rows.append(asyncio.run(place.teach(asked.bounds, count)))
        except TimeoutError as error:  # what one sees is a figure, too: the others are measured
            print(f"{count} people: {error}")
        print(f"{count} people: {time.perf_counter() - start:.0f} s", flush=True)
    return rows


ROWS: dict[str, Callable[[Asked], Rows]] = {
    "cost": cost,
    "sweep": sweep,
    "memory": memory,
    "crowd": class_on_cluster,
}
"""What can be measured, by its name in the result, in this order."""


def main():
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=ROWS, help="these alone")
    parser.add_argument("--sessions", default="", help="numbers of people: 32,64,128")
    parser.add_argument("--slots", type=int, default=1, help="of the crowd's node, at least")
    parser.add_argument("--quick", action="store_true", help="try whether it works")
    parser.add_argument("--json", type=Path, help="also write the result there")
    given = parser.parse_args()
    levels = tuple(int(each) for each in given.sessions.split(",") if each)
    asked = Asked(Bounds(), levels or LEVELS, given.slots)
    if given.quick:
        asked = Asked(QUICK_BOUNDS, levels or (4,), given.slots, 1, 1.0, 1, 8)
    start = time.perf_counter()
    result = {"processors": os.cpu_count()}
    for name in (name for name in ROWS if name in (given.only or ROWS)):
        result[name] = ROWS[name](asked)
        show(name, result[name])
        print(f"after {time.perf_counter() - start:.0f} s", flush=True)
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
