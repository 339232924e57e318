"""Keep worker processes alive, and choose one for each new run.

A cluster's driver counts as one worker. A grown worker is a worker that exceeds its memory limit.
The client holds its lock while it calls these classes.
"""

import logging
import math
from collections.abc import Callable

from lib.data import memory
from lib.text import counted
from lib.training import machine
from lib.training.messages import Event, Retire, sentence
from lib.training.worker_process import MakeWorker, WorkerProcess

CLUSTER = "lib.training.cluster"
RESTART_DELAYS = (0.0, 1.0, 4.0, 15.0, 30.0)  # seconds, by the number of recent deaths
MOST_DEATHS = 3  # after more recent deaths, training is unavailable until a worker is ready
QUICK_SECONDS = 90.0  # deaths are recent if each follows the previous death within this time
UNAVAILABLE_SECONDS = 600.0  # the delay after a failed import of TensorFlow
log = logging.getLogger(__name__)


class Supervisor:
    """Keeps one worker available: a cluster's driver if its `driver` module is given."""

    def __init__(self, make: MakeWorker, clock: Callable[[], float], *driver: str) -> None:
        self.worker: WorkerProcess | None = None  # None until it is needed
        self.unavailable = ""  # why training is unavailable: a sentence; for a cluster, a clause
        self.is_cluster = bool(driver)
        self.places = 0 if self.is_cluster else 1  # runs at a time; 0 until a cluster is ready
        self._make, self._driver, self._clock = make, driver, clock
        self._retired: list[WorkerProcess] = []  # grown workers, which exit after their last run
        self._deaths, self._died_at = 0, -math.inf

    @property
    def workers(self) -> list[WorkerProcess]:
        """The current worker, if any, and retired workers that still have runs."""
        return [*([self.worker] if self.worker else []), *self._retired]

    def need(self, delay: float = 0.0) -> WorkerProcess:
        """Return the worker for new commands. A new one starts after `delay` seconds."""
        if self.worker is None:
            self.worker = self._make(delay, *self._driver)
        return self.worker

    def end_delay(self) -> None:
        """Start a delayed worker now, unless it is delayed because earlier workers died."""
        if self.worker is not None and not self._deaths:
            self.worker.begin()

    def note_event(self, worker: WorkerProcess, event: Event, *, is_busy: bool) -> None:
        """Handle "ready" and "grown". Replace a grown worker if it is idle or two fit in memory."""
        if worker is not self.worker:
            return
        if event.kind == "ready":
            if self.is_cluster and event.count != self.places:
                log.warning("the cluster is used: %s", counted(event.count, "slot"))
            self.unavailable, self.places = "", event.count
        if event.kind == "grown" and (not is_busy or memory.total_memory() >= machine.TWO_FIT_IN):
            worker.post(Retire())
            self._retired.append(worker)
            self.worker = self._make(0.0)

    def replace_dead(self, worker: WorkerProcess) -> str:
        """Replace a dead worker; return sentences for users on what happened."""
        driver = "driver_" if self.is_cluster else ""
        how = sentence(f"{driver}ended", how=worker.ending)
        if worker in self._retired:
            self._retired.remove(worker)
            return how
        now = self._clock()
        self._deaths = 1 if now - self._died_at > QUICK_SECONDS else self._deaths + 1
        self._died_at = now
        previous, self.unavailable = self.unavailable, worker.unavailable
        if not self.unavailable and self._deaths > MOST_DEATHS:
            self.unavailable = sentence(f"{driver}given_up", how=how, count=self._deaths)
        delay = RESTART_DELAYS[min(self._deaths, len(RESTART_DELAYS)) - 1]
        if worker.unavailable and not self.is_cluster:
            delay = UNAVAILABLE_SECONDS
        self.worker = self._make(delay, *self._driver)
        if not self.is_cluster:
            return self.unavailable or how + sentence("replaced")
        self.places = 0
        if self.unavailable not in ("", previous):
            log.warning("the cluster isn't used: %s", self.unavailable)
        return sentence("away", why=self.unavailable) if self.unavailable else how


class WorkerPool:
    """The supervisors of this machine's `workers` and, if `clustered`, of a cluster's driver."""

    def __init__(
        self, make: MakeWorker, clock: Callable[[], float], workers: int, clustered: bool
    ) -> None:
        self._local = [Supervisor(make, clock) for _ in range(workers)]
        self.cluster = Supervisor(make, clock, CLUSTER) if clustered else None
        self.supervisors = [*self._local, *([self.cluster] if self.cluster else [])]

    @property
    def _used(self) -> list[Supervisor]:
        """The supervisors for new runs: the cluster's, or those of workers that can train."""
        if self.cluster and not self.cluster.unavailable:
            return [self.cluster]
        return [each for each in self._local if not each.unavailable] or self._local

    @property
    def places(self) -> int:
        """The number of runs that can train concurrently; 1 until a cluster is ready."""
        return max(1, sum(supervisor.places for supervisor in self._used))

    @property
    def ready(self) -> bool:
        """Whether at least one worker has imported TensorFlow."""
        return any(each.worker is not None and each.worker.ready for each in self._used)

    @property
    def unavailable(self) -> str:
        """A sentence on why training is unavailable; else ""."""
        return self._used[0].unavailable

    @property
    def away(self) -> str:
        """A sentence on why the configured cluster isn't used; else ""."""
        why = self.cluster.unavailable if self.cluster else ""
        return sentence("away", why=why) if why else ""

    def begin(self, delay: float) -> None:
        """Start this machine's workers after `delay` seconds, or a cluster's driver now."""
        for supervisor in self._used:
            supervisor.need(0.0 if supervisor.is_cluster else delay)

    def least_busy(self, active_count: Callable[[WorkerProcess], int]) -> Supervisor:
        """Return the supervisor whose worker has the fewest active runs."""
        return min(self._used, key=lambda each: active_count(each.worker) if each.worker else 0)

    def supervisor_of(self, worker: WorkerProcess) -> Supervisor:
        """Return the supervisor of a worker."""
        return next(each for each in self.supervisors if worker in each.workers)
