"""How fast training is: epochs per second through the worker, and in other hands.

`python -m tests.bench.throughput [--quick]` prints a line for each workload and, last, one JSON
object: `vs_fit`, `vs_torch` and `vs_jax` are our epochs per second over theirs, by workload, `null`
where a peer isn't installed (see requirements.txt) or the time didn't suffice. Besides:
`epochs_per_second` by side and workload, the seconds from `start()` to the first trained epoch of a
pair that is new to the worker and of one that it has seen, and the worker's memory.

Ours is what a person gets: the run is judged and reported on about five times a second. `fit` keeps
the same figures in a callback; PyTorch and JAX only train. Everybody has one thread.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from lib.experiment import Experiment
from lib.training.client import TrainingClient
from tests.bench.workloads import WORKLOADS, Workload

ROOT = Path(__file__).parents[2]
MODULES = {"fit": "keras", "torch": "torch", "jax": "jax"}
"""Peer → what has to be installed for it."""
QUICK_SECONDS = 48.0
"""What --quick may take altogether. On a busy machine workloads are left out."""
NEEDED = {"fit": 12.0, "torch": 6.5, "jax": 7.5, "last": 3.0}
"""Seconds that each peer needs for itself, and the last workload of any."""


def ours(client: TrainingClient, work: Workload, seconds: float) -> float:
    """Epochs per second through the worker, by our clock; of runs that are over at once, by its."""
    experiment, dataset = work.experiment(), work.dataset()
    rates: list[float] = []
    end = None
    while end is None or time.perf_counter() < end:
        run = client.start(experiment, dataset)
        snapshot = client.wait(run, 60, until=lambda snapshot: snapshot.epoch > 0)
        first = last = (time.perf_counter(), snapshot.epoch)
        end = end or first[0] + seconds  # the first run compiles
        while not snapshot.status.over and (last is first or time.perf_counter() < end):
            snapshot = client.wait(
                run, 60, until=lambda now, seen=last[1]: now.epoch > seen or now.status.over
            )
            last = (time.perf_counter(), snapshot.epoch)
        if snapshot.status.over and last[0] - first[0] < seconds / 2:
            rates.append(snapshot.epochs_per_second)
        else:
            rates.append((last[1] - first[1]) / (last[0] - first[0]))
        client.stop(run)
        client.wait(run, 60)
    return statistics.median(rates)


def first_point(client: TrainingClient, units: int) -> float:
    """Seconds from `start()` to the first trained epoch of a pair of default models."""
    work = Workload(240, 12, 3, units, 32, jit_epochs=1)
    experiment = Experiment().set(U=units, epochs=5000)
    dataset = work.dataset()
    start = time.perf_counter()
    run = client.start(experiment, dataset)
    client.wait(run, 60, until=lambda snapshot: snapshot.epoch > 0)
    elapsed = time.perf_counter() - start
    client.stop(run)
    client.wait(run, 60)
    return elapsed


def through_worker(seconds: float, repeats: int) -> dict[str, Any]:
    """All that is measured of our own side."""
    with TrainingClient() as client:
        while not client.worker_ready:
            time.sleep(0.01)
        first_point(client, 15)  # the very first compile of a process loads a lot besides
        units = range(16, 16 + repeats)
        new = [first_point(client, u) for u in units]
        seen = [first_point(client, u) for u in units]
        rates = {work.name: ours(client, work, seconds) for work in WORKLOADS}
        memory = sum(psutil.Process(pid).memory_info().rss for pid in client.worker_pids)
    return {
        "epochs_per_second": rates,
        "first_point_new_s": round(statistics.median(new), 3),
        "first_point_seen_s": round(statistics.median(seen), 3),
        "worker_rss_mb": round(memory / 1e6),
    }


def peer(name: str, seconds: float, budget: float) -> dict[str, float]:
    """A peer's epochs per second by workload."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.peers", name, f"{seconds}", f"{budget}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{name} failed: {done.stderr.strip().splitlines()[-1:]}")
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds")
    quick = parser.parse_args().quick
    start = time.perf_counter()
    seconds = 0.7 if quick else 5.0
    result = through_worker(seconds, repeats=1 if quick else 5)
    rates = {"ours": result.pop("epochs_per_second")}
    installed = [name for name in MODULES if importlib.util.find_spec(MODULES[name])]
    for number, name in enumerate(installed, start=1):
        reserved = NEEDED["last"] + sum(NEEDED[later] for later in installed[number:])
        left = QUICK_SECONDS - reserved - (time.perf_counter() - start)
        rates[name] = peer(name, seconds, left if quick else 600.0)
    for name in MODULES.keys() - rates.keys():
        print(f"{MODULES[name]} isn't installed: no figures for {name}")
    for work in WORKLOADS:
        figures = {side: found.get(work.name) for side, found in rates.items()}
        line = "  ".join(
            f"{side} {value:,.1f}" if value else f"{side} –" for side, value in figures.items()
        )
        print(f"{work.name}, {work.units} units, batch {work.batch}: epochs/s {line}")
    for name in MODULES:
        theirs = {work: rates.get(name, {}).get(work) for work in rates["ours"]}
        result[f"vs_{name}"] = {
            work: round(rates["ours"][work] / value, 2) if value else None
            for work, value in theirs.items()
        }
    result["epochs_per_second"] = {
        side: {name: round(value, 1) for name, value in found.items()}
        for side, found in rates.items()
    }
    result["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
