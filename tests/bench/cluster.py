"""The cost and the gain of a Ray cluster, on this machine with real processes.

`python -m tests.bench.cluster [--quick]` prints two tables and, as its last line, one
JSON object with their rows. It needs Linux and requirements-cluster.txt.

- `cost`: a run on a local worker, compared with the same run on a slot, with compiled programs.
  Values are medians of `RUNS` runs. `first_point_s` is the time from `start` to the first epoch.
- `sweep`: `POINTS` points of one architecture with `run_sweep`, on one node and on two nodes with
  one processor each. `seconds` is the whole call, including the driver's start. `points_per_s` is
  measured from the first result to the last; `times` is this speed relative to one node.

With --quick, one run and 8 points only check that everything works.
"""

import argparse
import json
import os
import statistics
import time
from functools import partial

from lib.data.datasets.registry import make_dataset
from lib.experiment import Experiment
from lib.sweep.runner import run_sweep
from lib.training.client import TrainingClient
from tests.bench.figures import IDLE_WAIT, QUICK_IDLE_WAIT, wait_for_idle, wait_for_idle_client
from tests.bench.load import show
from tests.faults.cluster import nodes, until

READY_SECONDS = 180.0  # the time in which all slots must start and import TensorFlow
RUNS, POINTS = 7, 48
BASE = Experiment().set(T=24, U=32, N=640)
PACES = {"fastest": (5000, None), "normal": (100, 8.0)}
"""By pace: epochs, and the seconds over which they are spread; the same as in `lib.ui.runs`."""
NOISE = (0.0, 0.1, 0.2, 0.3)
SWEPT = {"data": "running_mean", "T": 12, "U": 16, "N": 640, "epochs": 120}


def wait_for_idle_nodes(client, cluster, members, patience):
    """Wait until all nodes have an idle slot."""
    until(lambda: client.pool.places == len(members) and client.pool.ready, READY_SECONDS)
    for node in members:
        wait_for_idle(lambda node=node: [cluster.worker_of(node)], patience)


def cost(runs, patience):
    """Measure a run on the local worker, and on a slot."""
    measured = {}
    with (
        nodes(1) as (cluster, members),
        TrainingClient(clustered=False) as local,
        TrainingClient(clustered=True) as ray,
    ):
        wait_for_idle_client(local, patience)
        wait_for_idle_nodes(ray, cluster, members, patience)
        for number in range(-1, runs):  # run -1 compiles the exact-size program and isn't counted
            for pace in PACES:
                for side, client in (("local", local), ("ray", ray)):
                    figures = follow(client, pace)
                    if number >= 0:
                        measured.setdefault((pace, side), []).append(figures)
        if ray.pool.away:
            raise RuntimeError(ray.pool.away)
    return [
        {"pace": pace, "side": side}
        | {name: round(statistics.median(one[name] for one in each), 3) for name in each[0]}
        for (pace, side), each in measured.items()
    ]


def follow(client, pace, seconds=4.0):
    """Measure a run from its start to some seconds after its first point."""
    epochs, show_seconds = PACES[pace]
    experiment = BASE.set(epochs=epochs)
    dataset = make_dataset(experiment)
    start = time.perf_counter()
    run = client.start(experiment, dataset, show_seconds=show_seconds)
    snapshot = client.wait(run, 60, until=lambda now: now.epoch >= 1)
    first = last = time.perf_counter()
    first_epoch, count = snapshot.epoch, 0
    while last - first < seconds and not snapshot.status.over:
        snapshot = client.wait(
            run, 60, until=lambda now, seen=snapshot.epoch: now.epoch > seen or now.status.over
        )
        last, count = time.perf_counter(), count + 1
    client.stop(run)
    client.wait(run, 60)
    return {
        "first_point_s": first - start,
        "snapshots_per_s": count / (last - first),
        "epochs_per_s": (snapshot.epoch - first_epoch) / (last - first),
    }


def sweep(points, patience):
    """Measure a sweep on one node and on two nodes, with one processor each."""
    rows, cores = [], sorted(os.sched_getaffinity(0))
    for count in (1, 2):
        with nodes(0) as (cluster, members):
            for core in cores[:count]:
                os.sched_setaffinity(0, {core})  # the new node's processes inherit this core
                members.append(cluster.add())
                os.sched_setaffinity(0, cores)
            with TrainingClient() as client:
                wait_for_idle_nodes(client, cluster, members, patience)
            time_sweep(8 * count)  # compiles the program on all slots
            seconds, rate = time_sweep(points)
        times = round(rate / rows[0]["points_per_s"], 2) if rows else 1.0
        rows.append({"nodes": count, "seconds": seconds, "points_per_s": rate, "times": times})
    return rows


def time_sweep(points):
    """Return the seconds of a whole sweep, and its points per second."""
    rates = [round(0.001 * n, 3) for n in range(1, points // len(NOISE) + 1)]
    times = []

    def record(runner):
        done = len(runner.results)
        if done > (times[-1][1] if times else 0):
            times.append((time.perf_counter(), done))

    start = time.perf_counter()
    frame = run_sweep(vary={"lr": rates, "noise": NOISE}, seeds=1, progress=record, **SWEPT)
    seconds = time.perf_counter() - start
    if not (frame["status"] == "finished").all():
        raise RuntimeError(f"expected all points to finish, got the reasons {set(frame['reason'])}")
    (begin, first_count), (end, last_count) = times[0], times[-1]
    return round(seconds, 1), round((last_count - first_count) / (end - begin), 3)


def main():
    """Measure everything, print tables, and print one line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only check that everything works")
    arguments = parser.parse_args()
    patience = QUICK_IDLE_WAIT if arguments.quick else IDLE_WAIT
    rows = {
        "cost": partial(cost, 1 if arguments.quick else RUNS),
        "sweep": partial(sweep, 8 if arguments.quick else POINTS),
    }
    result = {"processors": os.cpu_count()}
    for name, measure in rows.items():
        result[name] = measure(patience)
        show(name, result[name])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
