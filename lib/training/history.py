"""What a run remembers of its past: by epoch, thinned."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np

Value = TypeVar("Value")


class History(Generic[Value]):
    """Figures, or other values, by epoch, never more than `limit` of them.

    When they become too many, every second one goes, and from then on they are kept that far
    apart. The first and the newest are always there.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._gap = 1
        self._points: list[tuple[int, Value]] = []

    def add(self, epoch: int, value: Value) -> None:
        """Note the figure of an epoch, later than all before it."""
        if len(self._points) > 1 and self._points[-1][0] - self._points[-2][0] < self._gap:
            self._points.pop()
        self._points.append((epoch, value))
        self.thin(self._limit)

    def thin(self, limit: int) -> None:
        """Have no more than `limit` points, and keep later ones as far apart."""
        if len(self._points) <= limit:
            return
        first, *others, newest = self._points
        self._gap = max(2 * self._gap, -(-2 * (newest[0] - first[0]) // limit))
        self._points = [first]
        for point in others:
            if point[0] - self._points[-1][0] >= self._gap:
                self._points.append(point)
        self._points.append(newest)

    def extend(self, epoch: int, values: Sequence[Value]) -> None:
        """Note the figures of `epoch` and those after it: as `add` of each would, but faster.

        Values that the next one would replace at once are skipped. All epochs before must be there.
        """
        place, last = 0, len(values) - 1
        while place <= last:
            self.add(epoch + place, values[place])
            newest = [point for point, _ in self._points[-2:]]
            lasting = newest[-1] if newest[-1] - newest[0] >= self._gap else newest[0]
            place = max(place + 1, min(lasting + self._gap - epoch, last))

    def put_back(self, epoch: int, value: Value) -> None:
        """Have this epoch among them, where it was thinned out. Nothing may be added after that."""
        known = {**dict(self._points), epoch: value}
        self._points = [(each, known[each]) for each in sorted(known)]

    def cut(self, epoch: int) -> None:
        """Forget what came after an epoch."""
        self._points = [point for point in self._points if point[0] <= epoch]

    def go_on_from(self, gap: int, points: Sequence[tuple[int, Value]]) -> None:
        """Be as another one of the same limit was, by its gap and its points."""
        self._gap, self._points = gap, list(points)

    @property
    def gap(self) -> int:
        """How far apart the epochs are kept by now."""
        return self._gap

    @property
    def points(self) -> list[tuple[int, Value]]:
        """Epochs, increasing, each with its value."""
        return list(self._points)

    @property
    def epochs(self) -> np.ndarray:
        """(P,) int, increasing."""
        return np.array([epoch for epoch, _ in self._points], np.int64)

    @property
    def values(self) -> np.ndarray:
        """(P,) float."""
        return np.array([value for _, value in self._points], np.float64)
