"""What a run that trains notices of others that begin: eight new ones at once."""

import statistics
import time

import psutil

from lib.data.datasets import make_dataset
from lib.experiment import Experiment
from tests.bench.figures import until_rests
from tests.processes import worker_pids


def rest(client, patience):
    """Until the client's workers have imported TensorFlow and do nothing more."""

    def processes():
        workers = [psutil.Process(pid) for pid in worker_pids(client)]
        return [each for worker in workers for each in (worker, *worker.children(recursive=True))]

    until_rests(processes, patience)


class Veteran:
    """A run that trains already, and how long nothing was heard of it."""

    def __init__(self, client):
        self._client = client
        self._experiment = Experiment().set(T=24, U=32, N=640, epochs=5000)
        self._dataset = make_dataset(self._experiment)
        self._begin(50)

    def _begin(self, epochs):
        self._run = self._client.start(self._experiment, self._dataset)
        self._epoch = self._client.wait(self._run, 120, until=lambda now: now.epoch > epochs).epoch

    def watch(self, done):
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


def eight(client):
    """Eight architectures at the same moment, beside a run that trains already."""
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
