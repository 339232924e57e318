"""A run as the client knows it, and which ones it may forget. No processes, no threads."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from lib.run import ModelWeights, Run, Snapshot, Status
from lib.training.history import History
from lib.training.messages import Command
from lib.training.worker_process import WorkerProcess

KEEP_RUNS = 40
"""Runs that are over and still known."""
KEEP_BYTES = 64_000_000
"""Bytes of data that these may hold; what several share counts once. The newest always stays."""
KEEP_SECONDS = 3 * 3600
"""How long a run is known that is over, or that is paused and that nobody looks at."""

CHECKPOINT_BYTES = 1_000_000
"""Weights of the past that are kept of each run, so that its states can be seen epoch by epoch."""
MAX_CHECKPOINTS = 64

TWICE_SECONDS = 60.0
"""A run that is lost again within this time may be what ends the worker, and doesn't begin anew."""


@dataclass(slots=True, eq=False)
class Entry:
    """A run, and what the client knows of it."""

    run: Run
    snapshot: Snapshot
    worker: WorkerProcess
    touched: float
    """When it was last looked at, or ended; on the monotonic clock."""
    waiting: int = 0
    """Calls of `wait` that look at it now."""
    unwatched: bool = False
    """Whether it was told to pause because nobody looked at it."""
    owner: str | None = None
    """Which browser started it, where that is known."""
    paused: bool = False
    """Whether it was started to wait for a person."""
    verb: str = "start"
    """What it was told last by a person."""
    again: str = ""
    """Why it began again; empty for a run that didn't."""
    lost: float = -math.inf
    """When that was, on the monotonic clock."""
    past: History[ModelWeights] | None = None
    """Its weights by epoch, some of them."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the runs that its owner has going."""
        return not (self.snapshot.status.over or self.unwatched or self.verb == "stop")

    def may_begin_again(self, now: float) -> bool:
        """Whether it is on its way to its end, and wasn't lost just before."""
        going = self.snapshot.status.active and self.verb in ("start", "resume")
        return going and not self.unwatched and now - self.lost >= TWICE_SECONDS

    def is_left(self, since: float) -> bool:
        """Whether it is paused, and nobody has looked at it since then."""
        return self.snapshot.status is Status.PAUSED and self.touched < since and not self.waiting

    @property
    def start(self) -> Command:
        """The command that starts it, from the beginning."""
        run, paused = self.run, self.paused and self.verb == "start"
        return Command("start", run.id, run.experiment, run.dataset.samples, paused)

    def take(self, snapshot: Snapshot) -> None:
        """Make this the newest snapshot, and keep the weights that are new in it."""
        for epoch, weights in snapshot.past:
            self._remember(epoch, weights)
        self.snapshot = replace(snapshot, past=())
        results = snapshot.results
        weights = {mode: r.weights for mode, r in results.items() if r.weights is not None}
        judged = [results[mode].checked_epochs[-1:] for mode in weights]
        if not any(len(epochs) for epochs in judged):
            return
        self._remember(int(np.concatenate(judged).max()), weights)

    def _remember(self, epoch: int, weights: ModelWeights) -> None:
        if self.past is None:
            size = sum(array.nbytes for arrays in weights.values() for array in arrays)
            self.past = History(max(2, min(MAX_CHECKPOINTS, CHECKPOINT_BYTES // size)))
        if not self.past.points or epoch > self.past.points[-1][0]:
            self.past.add(epoch, weights)


def stale(entries: Iterable[Entry], now: float) -> list[Entry]:
    """The runs to forget at `now`, on the monotonic clock.

    Those that are over: too old, or more than are kept, the newest first. And those that are
    paused and that nobody has looked at for as long.
    """
    entries = list(entries)
    over = sorted(
        (e for e in entries if e.snapshot.status.over), key=lambda e: e.touched, reverse=True
    )
    found = []
    held: dict[int, int] = {}
    for place, entry in enumerate(over):
        data = entry.run.dataset
        held[id(data)] = data.x.nbytes + data.y.nbytes + data.naive.nbytes
        full = place > 0 and sum(held.values()) > KEEP_BYTES
        if place >= KEEP_RUNS or full or now - entry.touched > KEEP_SECONDS:
            found.append(entry)
    for entry in entries:
        if entry.is_left(now - KEEP_SECONDS):
            found.append(entry)
    return found
