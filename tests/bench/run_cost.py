"""What a run costs by one client and by another, in turns: how soon, how often, how fast.

It is a script's way: no page, which asks five times a second at most.
"""

import statistics
import time
from collections import defaultdict

from lib.data.datasets import make_dataset
from lib.experiment.experiment import Experiment
from lib.training.client import TrainingClient
from lib.training.messages import encode
from lib.training.worker_process import WorkerProcess

RUNS = 7
WARM_SECONDS = 3.0
"""After a run's first point, in which it gets the program of its own that all after it have."""
BASE = Experiment().set(T=24, U=32, N=640)
PACES: dict[str, tuple[int, float | None]] = {"fastest": (5000, None), "normal": (100, 8.0)}
"""Epochs, and the seconds that they are shown for, as `lib.ui.runs` has it: at the fastest a run
that lasts; 12.5 epochs a second, which any machine keeps up."""

Found = dict[str, float]


class Side:
    """A client, and the sizes of what it is told while these are asked for."""

    def __init__(self, clustered):
        self._sizes = defaultdict(list)
        self._weighs = False
        self.client = TrainingClient(clustered=clustered, make_worker=self._make)

    def _make(self, on_message, *others):
        def heard(worker, message):
            if self._weighs:
                self._sizes[type(message).__name__].append(len(encode(message)))
            on_message(worker, message)

        return WorkerProcess(heard, *others)

    def weigh(self, pace, seconds):
        """Kilobytes of one run's messages: the median snapshot and checkpoint, all a second."""
        self._weighs, start = True, time.perf_counter()
        follow(self.client, pace, seconds)
        self._weighs, elapsed = False, time.perf_counter() - start
        sizes = dict(self._sizes)
        self._sizes.clear()
        kinds = {"snapshot_kb": sizes.get("Report"), "checkpoint_kb": sizes.get("Checkpoint")}
        medians = {
            name: round(statistics.median(found) / 1e3, 2) if found else None
            for name, found in kinds.items()
        }
        return {**medians, "kb_per_s": round(sum(map(sum, sizes.values())) / 1e3 / elapsed, 1)}


def compared(sides, runs, seconds):
    """A row for each pace and side: medians of so many runs, each followed for so many seconds."""
    for side in sides.values():
        for pace in PACES:
            follow(side.client, pace, WARM_SECONDS)
    found = {(p, s): [] for p in PACES for s in sides}
    for number in range(runs):
        for pace in PACES:
            for side in sorted(sides, reverse=bool(number % 2)):
                found[pace, side].append(follow(sides[side].client, pace, seconds))
    if away := [side.client.away for side in sides.values() if side.client.away]:
        raise RuntimeError(away[0])
    rows = []
    for (pace, side), each in found.items():
        medians = {name: round(statistics.median(one[name] for one in each), 3) for name in each[0]}
        rows.append({"pace": pace, "side": side, **medians, **sides[side].weigh(pace, seconds)})
    return rows


def follow(client, pace, seconds):
    """A run from its start on, so many seconds after its first point."""
    epochs, show_seconds = PACES[pace]
    experiment = BASE.set(epochs=epochs)
    dataset = make_dataset(experiment)
    start = time.perf_counter()
    run = client.start(experiment, dataset, show_seconds=show_seconds)
    snapshot = client.wait(run, 60, until=lambda now: now.epoch >= 1)
    first = last = time.perf_counter()
    begun, count = snapshot.epoch, 0
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
        "epochs_per_s": (snapshot.epoch - begun) / (last - first),
    }
