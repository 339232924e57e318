"""Where runs can go: this machine's own workers, or a cluster where one is set and answers.

It chooses, and knows no runs: the `client` moves those from one keeper to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lib.training.cluster_link import ClusterLink
from lib.training.sentences import sentence
from lib.training.supervisor import MakeWorker, Supervisor
from lib.training.worker_process import WorkerProcess

Keeper = Supervisor | ClusterLink
"""What keeps a worker for new commands alive: one of this machine, or a cluster's driver."""


class Keepers:
    """So many supervisors of this machine's `workers`, and perhaps the way to a cluster.

    `received` and `ended` are called with the keeper first: see `Supervisor`.
    """

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[Any, WorkerProcess, Any], None],
        ended: Callable[[Any, WorkerProcess], None],
        busy: Callable[[WorkerProcess], object],
        clock: Callable[[], float],
        *,
        workers: int,
        clustered: bool,
    ) -> None:
        self.local = [Supervisor(make, received, ended, busy, clock) for _ in range(workers)]
        self.cluster = ClusterLink(make, received, ended, clock) if clustered else None

    @property
    def _used(self) -> list[Keeper]:
        """Those that new runs go to: the cluster, else those of this machine that can train."""
        if self.cluster and not self.cluster.away:
            return [self.cluster]
        return [each for each in self.local if not each.unavailable] or [*self.local]

    @property
    def places(self) -> int:
        """How many runs can train side by side; 1 as long as a cluster hasn't said."""
        return max(1, sum(keeper.places for keeper in self._used))

    @property
    def ready(self) -> bool:
        """Whether one of the workers has imported TensorFlow."""
        return any(keeper.worker is not None and keeper.worker.ready for keeper in self._used)

    @property
    def unavailable(self) -> str:
        """Why nothing can be trained now, as a sentence; empty while it can be."""
        return self._used[0].unavailable

    @property
    def away(self) -> str:
        """A sentence that says why a cluster isn't used that should be; else empty."""
        return sentence("away", why=self.cluster.away) if self.cluster and self.cluster.away else ""

    def begin(self, delay: float) -> None:
        """Have workers start in so many seconds; with a cluster, its driver now, and none here."""
        for keeper in self._used:
            keeper.need(0.0 if keeper is self.cluster else delay)

    def least_busy(self, going: Callable[[Keeper], int]) -> Keeper:
        """The one for a new run, or for a question."""
        return min(self._used, key=going)

    def instead_of(self, keeper: Keeper, going: Callable[[Keeper], int]) -> Keeper:
        """Where the runs go of a keeper whose worker is gone: to its next one, if there is any.

        From a cluster that is away to a worker here, which is started if there is none; and from a
        worker here to the cluster, if that is used.
        """
        if keeper in self._used:
            return keeper
        other = self.least_busy(going)
        other.need()
        return other

    def let_rest(self) -> None:
        """Have this machine's workers end with their runs where a cluster has the new ones."""
        if self.cluster and self.cluster.places:
            for keeper in self.local:
                keeper.rest()

    def release(self) -> list[WorkerProcess]:
        """All workers, which are the caller's to close."""
        keepers: list[Keeper] = [*self.local, *([self.cluster] if self.cluster else [])]
        return [worker for keeper in keepers for worker in keeper.release_workers()]
