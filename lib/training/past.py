"""The weights that a run's models had after earlier epochs, some of them: thinned as it grows."""

from dataclasses import replace

from lib.results import SeedWeights, Snapshot, memory_of
from lib.training.history import History

MOST_BYTES = 2_000_000
"""Weights that are kept of each run, so that its states can be seen epoch by epoch."""
MOST = 64
FEW_BYTES, FEW = 250_000, 8
"""The same of a run that nobody has looked at for long, and how many epochs."""


class Past:
    """What the snapshots of one run have brought of it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: History[SeedWeights] | None = None
        self._size = 0
        """What the weights of one epoch take in memory, in bytes."""

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.points) * self._size

    @property
    def points(self) -> list[tuple[int, SeedWeights]]:
        """Epochs, increasing, each with all models' weights then: the first and the newest too."""
        return self._kept.points if self._kept else []

    def take(self, snapshot: Snapshot) -> None:
        """Keep the weights that are new in a snapshot."""
        for epoch, weights in snapshot.past:
            self._add(epoch, weights)
        if not snapshot.results:
            return
        # What has its best epoch back isn't as it was after its last.
        going = [r for seed in snapshot.seeds for r in seed.values() if r.kept_epoch is None]
        if judged := [int(r.checked_epochs[-1]) for r in going if r.weights is not None]:
            self._add(max(judged), snapshot.weights)

    def whole(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot with all of it."""
        return replace(snapshot, past=tuple(self.points))

    def thin(self) -> None:
        """Keep a few epochs, the first and the newest among them."""
        if self._kept:
            self._kept.thin(max(2, min(FEW, FEW_BYTES // self._size)))

    def cut(self, epoch: int) -> None:
        """Forget what came after an epoch: it comes again."""
        if self._kept is not None:
            self._kept.cut(epoch)

    def _add(self, epoch: int, weights: SeedWeights) -> None:
        if self._kept is None:
            self._size = max(1, memory_of(weights))
            self._kept = History(max(2, min(self._most, MOST_BYTES // self._size)))
        if not self._kept.points or epoch > self._kept.points[-1][0]:
            self._kept.add(epoch, weights)
