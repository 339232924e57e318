"""Values of a run at evenly spaced epochs, although the last epoch isn't known during training."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from lib.results.run import SeedWeights, Snapshot, memory_of

MOST_BYTES, MOST_EPOCHS = 2_000_000, 64  # limits of a run's weights in memory
FEW_BYTES, FEW_EPOCHS = 250_000, 8  # limits in memory for a run without recent views
KEPT_EPOCHS = 24  # limit in a file, which is also limited by FEW_BYTES
Value = TypeVar("Value")


def spread_places(count: int, most: int, *, early: bool = False) -> list[int]:
    """Return at most `most` of `count` places with both ends; `early` makes the start denser."""
    if early:
        places = np.geomspace(1, max(1, count), most).round() - 1
    else:
        places = np.linspace(0, count - 1, min(most, count)).round()
    return [int(place) for place in np.unique(places)[:count]]


def kept_places(size: int, known: int) -> list[int]:
    """Return which of `known` epochs, with `size` bytes of weights each, to write to a file."""
    least = 2 if size < 10 * FEW_BYTES else 0
    most = max(FEW_BYTES // max(1, size), least)
    return spread_places(known, min(KEPT_EPOCHS, most), early=True)


@dataclass(slots=True, eq=False)
class History(Generic[Value]):
    """At most `limit` evenly spaced values by epoch, including the first and the newest."""

    limit: int
    gap: int = 1  # epochs between kept values; doubles when the history is full
    points: list[tuple[int, Value]] = field(default_factory=list)  # epochs, increasing

    def add(self, epoch: int, value: Value) -> None:
        """Add the value of a later epoch."""
        if len(self.points) > 1 and self.points[-1][0] - self.points[-2][0] < self.gap:
            self.points.pop()
        self.points.append((epoch, value))
        self.thin(self.limit)

    def thin(self, limit: int) -> None:
        """Keep at most `limit` values by widening the gap, also between later values."""
        if len(self.points) <= limit:
            return
        first, *others, newest = self.points
        self.gap = max(2 * self.gap, -(-2 * (newest[0] - first[0]) // limit))
        self.points = [first]
        for point in others:
            if point[0] - self.points[-1][0] >= self.gap:
                self.points.append(point)
        self.points.append(newest)

    def put_back(self, epoch: int, value: Value) -> None:
        """Insert the value of a removed epoch. Don't call `add` afterward."""
        self.points = sorted({**dict(self.points), epoch: value}.items())

    def cut(self, epoch: int) -> None:
        """Remove the values after an epoch."""
        self.points = [point for point in self.points if point[0] <= epoch]

    @property
    def epochs(self) -> np.ndarray:
        """The epochs of all values, (P,) int, increasing."""
        return np.array([epoch for epoch, _ in self.points], np.int64)

    @property
    def values(self) -> np.ndarray:
        """All values as floats, (P,)."""
        return np.array([value for _, value in self.points], np.float64)


@dataclass(slots=True, eq=False)
class WeightHistory(History[SeedWeights]):
    """The weights of all models by epoch, from the snapshots of one run."""

    limit: int = MOST_EPOCHS
    size: int = 1  # bytes of one epoch's weights

    def take(self, snapshot: Snapshot) -> None:
        """Add a snapshot's new weights."""
        points = [*snapshot.past]
        # A restored model doesn't have the weights of its last epoch.
        training = [r for seed in snapshot.seeds for r in seed.values() if r.kept_epoch is None]
        if evaluated := [int(r.checked_epochs[-1]) for r in training if r.weights is not None]:
            points.append((max(evaluated), snapshot.weights))
        for epoch, weights in points:
            if not self.points:
                self.size = max(1, memory_of(weights))
                self.limit = max(2, min(MOST_EPOCHS, MOST_BYTES // self.size))
            if not self.points or epoch > self.points[-1][0]:
                self.add(epoch, weights)

    def keep_few(self) -> None:
        """Keep a few epochs, including the first and the newest."""
        self.thin(max(2, min(FEW_EPOCHS, FEW_BYTES // self.size)))
