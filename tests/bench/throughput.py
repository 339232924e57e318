"""Training speed: epochs per second in the worker, and with other libraries (peers).

`python -m tests.bench.throughput [--quick]` prints a line for each workload and, as
its last line, one JSON object. `vs_fit`, `vs_torch` and `vs_jax` are the worker's epochs per second
divided by the peer's, by workload. They are `null` if a peer isn't installed (requirements.txt) or
time ran out. `seeds_8_vs_1` is the time of an epoch with eight seeds divided by the time with one
seed. `epochs_per_second` has the speeds by side and workload, `worker_rss_mb` the worker's memory.

The worker trains as for a user: it evaluates and reports about five times a second. `fit` computes
the same results in a callback; PyTorch and JAX only train. Each side has one thread. All sides take
turns for each workload, in several rounds. A ratio compares two sides in the same round; the result
is the median over the rounds. With --quick, turns are short, so the worker is measured at a run's
start, when it evaluates more often.
"""

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from itertools import product
from pathlib import Path

import psutil

from lib.training.client import TrainingClient
from tests.bench.figures import IDLE_WAIT, QUICK_IDLE_WAIT, wait_for_idle_client
from tests.bench.workloads import WORKLOADS
from tests.waiting import worker_pids

ROOT = Path(__file__).parents[2]
MODULES = {"fit": "keras", "torch": "torch", "jax": "jax"}  # peer → the package that it needs
QUICK_SECONDS = 44.0  # --quick starts no measurement after this time; a measurement takes up to 4 s
BRIEF_SECONDS = 0.4  # shorter runs send too few snapshots to measure their speed by this clock


def worker_speed(client, work, seconds, seeds=1):
    """Return the worker's epochs per second by this clock, or by its own clock for short runs."""
    experiment, dataset = work.experiment().set(seeds=seeds), work.dataset()
    rates = []
    end = None
    while end is None or time.perf_counter() < end:
        run = client.start(experiment, dataset)
        snapshot = client.wait(run, 60, until=lambda snapshot: snapshot.epoch > 0)
        first = last = (time.perf_counter(), snapshot.epoch)
        end = end or first[0] + seconds  # count from the first epoch, since the first run compiles
        while not snapshot.status.over and (last is first or time.perf_counter() < end):
            snapshot = client.wait(
                run, 60, until=lambda now, seen=last[1]: now.epoch > seen or now.status.over
            )
            last = (time.perf_counter(), snapshot.epoch)
        if snapshot.status.over and last[0] - first[0] < BRIEF_SECONDS:
            rates.append(snapshot.epochs_per_second)
        else:
            rates.append((last[1] - first[1]) / (last[0] - first[0]))
        client.stop(run)
        client.wait(run, 60)
    return statistics.median(rates)


class Peer:
    """A process that measures a peer's speed on request."""

    def __init__(self, name):
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.peers", name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process.stdout.readline()  # wait for "ready": starting would disturb measurements

    def measure(self, work, seconds):
        """Return the peer's epochs per second."""
        self._process.stdin.write(f"{json.dumps([WORKLOADS.index(work), seconds])}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self):
        """End the process."""
        self._process.kill()
        self._process.wait()


def side_by_side(sides, names, seconds, end):
    """Return epochs per second by workload and side, one for each of three rounds until `end`."""
    peers = [Peer(name) for name in names]
    sides = sides | {peer.name: peer.measure for peer in peers}
    rates = {work.name: defaultdict(list) for work in WORKLOADS}
    for number, work in product(range(3), WORKLOADS):
        for side, measure in sides.items():
            if time.perf_counter() < end:
                rates[work.name][side].append(measure(work, seconds))
        found = {side: r[number] for side, r in rates[work.name].items() if len(r) > number}
        words = "  ".join(f"{side} {rate:,.1f}" for side, rate in found.items())
        print(f"round {number + 1}, {work.name}: epochs/s {words}", flush=True)
    for peer in peers:
        peer.close()
    return rates


def ratios(rates, peer):
    """Return the worker's speed divided by a peer's, by workload: the median over the rounds."""
    pairs = {work: list(zip(r["ours"], r[peer], strict=False)) for work, r in rates.items()}
    return {
        work: round(statistics.median(a / b for a, b in rounds), 2) if rounds else None
        for work, rounds in pairs.items()
    }


def main():
    """Measure all sides, print a line for each workload, and print one line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds")
    options = parser.parse_args()
    quick, start = options.quick, time.perf_counter()
    result = {}
    installed = [name for name, module in MODULES.items() if importlib.util.find_spec(module)]
    with TrainingClient() as client:
        wait_for_idle_client(client, QUICK_IDLE_WAIT if quick else IDLE_WAIT)
        rates = side_by_side(
            {"ours": partial(worker_speed, client)}
            | ({} if quick else {"seeds": partial(worker_speed, client, seeds=8)}),
            installed,
            seconds=0.25 if quick else 3.0,
            end=start + (QUICK_SECONDS if quick else 3600.0),
        )
        memory = sum(psutil.Process(pid).memory_info().rss for pid in worker_pids(client))
    result["worker_rss_mb"] = round(memory / 1e6)
    result |= {f"vs_{name}": ratios(rates, name) for name in MODULES}
    result["seeds_8_vs_1"] = ratios(rates, "seeds")
    result["epochs_per_second"] = {
        side: {
            work: round(statistics.median(found[side]), 1)
            for work, found in rates.items()
            if found.get(side)
        }
        for side in ("ours", *installed, "seeds")
    }
    result["seconds"] = round(time.perf_counter() - start, 1)
    for work in rates:
        words = "  ".join(f"{name} {result[f'vs_{name}'][work] or '–'}×" for name in MODULES)
        seeds = result["seeds_8_vs_1"][work] or "–"  # not measured with --quick
        print(f"{work}: our speed / peer's speed: {words}; time of 8 seeds / 1 seed: {seeds}×")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
