"""Worker processes kept alive, and the choice of one for a new run.

A `LocalSupervisor` replaces one worker when it dies or has grown too large. The `WorkerPool` has
those of this machine, and perhaps the way to a cluster. Neither knows runs or questions: the
`client` moves those from one worker to the next. Neither is locked: the client calls from one
thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lib.data import memory
from lib.training import machine
from lib.training.cluster_link import ClusterLink
from lib.training.messages import Event, Message, Retire
from lib.training.sentences import sentence
from lib.training.worker_process import (
    QUICK_SECONDS,
    RESTART_DELAYS,
    MakeWorker,
    WorkerProcess,
)

UNAVAILABLE_SECONDS = 600.0
"""Until it is tried again whether TensorFlow can be imported after all."""


class LocalSupervisor:
    """Has one worker for new commands, and others that finish what they have.

    `received` and `ended` are called from a worker's thread, `ended` when its process has ended by
    itself.
    """

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[LocalSupervisor, WorkerProcess, Message], None],
        ended: Callable[[LocalSupervisor, WorkerProcess], None],
        clock: Callable[[], float],
    ) -> None:
        self.worker: WorkerProcess | None = None
        """Gets new commands; None before the first was needed, and after too many deaths."""
        self.places = 1
        """How many runs can train side by side."""
        self.unavailable = ""
        """Why it can't train, as a sentence; empty while it can, and before that is known."""
        self._make = partial(make, partial(received, self), partial(ended, self))
        self._clock = clock
        self._two_fit = memory.total_memory() >= machine.TWO_FIT_IN
        self._successor: WorkerProcess | None = None
        """Takes over as soon as it is ready."""
        self._waiting_for_memory: WorkerProcess | None = None
        """The current worker while it may not start: the one before it uses the memory."""
        self._grown: WorkerProcess | None = None
        """The one that last reported that it uses too much memory."""
        self._retired: list[WorkerProcess] = []
        self._deaths: list[float] = []

    @property
    def workers(self) -> list[WorkerProcess]:
        """All that are there: one, or two while a fresh one takes over."""
        return [w for w in (self.worker, self._successor, *self._retired) if w is not None]

    def need(self, delay: float = 0.0) -> WorkerProcess:
        """The worker for new commands; without one, a new one that starts in `delay` seconds."""
        if self.worker is None:
            self._deaths = []
            self.worker = self._make(delay)
        return self.worker

    def end_delay(self) -> None:
        """Start a first worker now; not one that waits since another died, or still has to end."""
        if self.worker is not None and not self._deaths and self._waiting_for_memory is None:
            self.worker.begin()

    def note_event(self, worker: WorkerProcess, event: Event) -> None:
        """Note what a worker says of itself."""
        if event.kind == "grown":
            self._grown = worker
        elif event.kind == "ready" and worker is self.worker:
            self.unavailable = ""
        elif event.kind == "ready" and worker is self._successor:
            self._take_over(worker)

    def replace_grown(self, unfinished: Callable[[WorkerProcess], object]) -> None:
        """Start a fresh worker after one that has grown; nothing where none has.

        It takes over when it is ready. Without memory for both at a time, the old one ends first,
        as soon as it has no `unfinished` runs, and new commands wait for the fresh one.
        """
        old = self.worker
        if old is None or old is not self._grown or self._successor is not None:
            return
        if self._two_fit:
            self._successor = self._make(0.0)
        elif unfinished(old):
            return
        else:
            self._waiting_for_memory = self._make(None)
            self._take_over(self._waiting_for_memory)
        self._grown = None  # it reports again, in case the new one fails

    def _take_over(self, worker: WorkerProcess) -> None:
        """Give a fresh worker all new commands; the grown one ends when its runs are over."""
        old, self.worker, self._successor = self.worker, worker, None
        if old is not None:
            self._retire(old)

    def _retire(self, worker: WorkerProcess) -> None:
        worker.retiring = True
        self._retired.append(worker)
        worker.post(Retire())

    def rest(self) -> None:
        """Let the worker end with its runs: others have the new ones now."""
        for worker in filter(None, (self.worker, self._successor)):
            self._retire(worker)
        self.worker = self._successor = self._grown = None

    def replace_dead(self, worker: WorkerProcess) -> str:
        """Forget a worker whose process has ended, and replace it where that is needed.

        Returns sentences for a person: how it ended, and what was done about it.
        """
        text = sentence("ended", how=worker.ending)
        if worker in self._retired:
            self._retired.remove(worker)
            if self._waiting_for_memory is not None:
                self._waiting_for_memory.begin()
                self._waiting_for_memory = None
            return text
        if worker is self._successor:
            self._successor = None  # the grown worker goes on
            return text
        now = self._clock()
        self._deaths = [t for t in self._deaths if now - t < QUICK_SECONDS] + [now]
        count, self.unavailable = len(self._deaths), worker.unavailable
        if self.unavailable:
            self.worker = self._make(UNAVAILABLE_SECONDS)
            return self.unavailable
        if count > len(RESTART_DELAYS):
            self.worker = None
            return text + sentence("given_up", count=count)
        self.worker = self._make(RESTART_DELAYS[count - 1])
        return text + sentence("replaced")

    def release_workers(self) -> list[WorkerProcess]:
        """The workers, which are the caller's to close; from now on there are none."""
        workers, self._retired = self.workers, []
        self.worker = self._successor = None
        return workers


Supervisor = LocalSupervisor | ClusterLink
"""Keeps a worker of this machine alive, or a cluster's driver."""


class WorkerPool:
    """As many supervisors of this machine as `workers`, and perhaps that of a cluster's driver.

    `received` and `ended` are called with the supervisor first: see `LocalSupervisor`.
    """

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[Any, WorkerProcess, Any], None],
        ended: Callable[[Any, WorkerProcess], None],
        clock: Callable[[], float],
        *,
        workers: int,
        clustered: bool,
    ) -> None:
        self.local = [LocalSupervisor(make, received, ended, clock) for _ in range(workers)]
        self.cluster = ClusterLink(make, received, ended, clock) if clustered else None

    @property
    def _used(self) -> list[Supervisor]:
        """Where new runs go: the cluster, else the workers of this machine that can train."""
        if self.cluster and not self.cluster.away:
            return [self.cluster]
        return [each for each in self.local if not each.unavailable] or [*self.local]

    @property
    def places(self) -> int:
        """How many runs can train side by side; 1 as long as a cluster hasn't said."""
        return max(1, sum(supervisor.places for supervisor in self._used))

    @property
    def ready(self) -> bool:
        """Whether one of the workers has imported TensorFlow."""
        return any(each.worker is not None and each.worker.ready for each in self._used)

    @property
    def unavailable(self) -> str:
        """Why nothing can be trained now, as a sentence; empty while it can be."""
        return self._used[0].unavailable

    @property
    def away(self) -> str:
        """A sentence that says why a cluster isn't used that should be; else empty."""
        return sentence("away", why=self.cluster.away) if self.cluster and self.cluster.away else ""

    def begin(self, delay: float) -> None:
        """Start workers in so many seconds; with a cluster, its driver now, and none here."""
        for supervisor in self._used:
            supervisor.need(0.0 if supervisor is self.cluster else delay)

    def least_busy(self, going: Callable[[Supervisor], int]) -> Supervisor:
        """The one for a new run, or for a question: with the fewest that are `going`."""
        return min(self._used, key=going)

    def instead_of(self, supervisor: Supervisor, going: Callable[[Supervisor], int]) -> Supervisor:
        """Where the runs go of a supervisor whose worker is gone: to its next one, if it is used.

        From a cluster that is away to a worker here, which is started if there is none; and from a
        worker here to the cluster, if that is used.
        """
        if supervisor in self._used:
            return supervisor
        other = self.least_busy(going)
        other.need()
        return other

    def rest_where_cluster_trains(self) -> None:
        """Let this machine's workers end with their runs where a cluster has the new ones."""
        if self.cluster and self.cluster.places:
            for supervisor in self.local:
                supervisor.rest()

    def release_workers(self) -> list[WorkerProcess]:
        """All workers, which are the caller's to close."""
        supervisors: list[Supervisor] = [*self.local, *([self.cluster] if self.cluster else [])]
        return [worker for supervisor in supervisors for worker in supervisor.release_workers()]
