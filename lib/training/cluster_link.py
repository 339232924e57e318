"""The way to a cluster: its driver process kept alive, and whether new runs are to go there.

To the client it is one more keeper of a worker, beside the supervisors of this machine's own: the
driver (`lib.training.cluster`) speaks the worker's protocol. While the cluster is away, the driver
is started again and again, and new runs are for this machine.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import partial

from lib.text import counted
from lib.training.messages import Event, Message
from lib.training.sentences import sentence
from lib.training.worker_process import (
    QUICK_SECONDS,
    RESTART_DELAYS,
    MakeWorker,
    WorkerProcess,
)

MODULE = "lib.training.cluster"
RETRY_SECONDS, MOST_RETRY_SECONDS = 5.0, 60.0
"""Until a driver that could not use the cluster is followed by another: the first time, and the
longest that it comes to, since each imports ray."""
log = logging.getLogger(__name__)


class ClusterLink:
    """Has one driver for new commands. Its arguments are those of a `Supervisor`."""

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[ClusterLink, WorkerProcess, Message], None],
        ended: Callable[[ClusterLink, WorkerProcess], None],
        clock: Callable[[], float],
    ) -> None:
        self.worker: WorkerProcess | None = None
        self.unavailable = ""
        self.places = 0
        """Slots that the cluster has; 0 as long as nothing is known of it."""
        self.away = ""
        """Why it can't be used, as a clause; empty while it can be, and before that is known."""
        self.server = secrets.token_hex(8)
        """What this page server is called there: its drivers come and go."""
        self._make, self._clock = make, clock
        self._hears = partial(received, self), partial(ended, self)
        self._deaths: list[float] = []
        self._retry = RETRY_SECONDS

    @property
    def workers(self) -> list[WorkerProcess]:
        """The driver, if there is one."""
        return [self.worker] if self.worker else []

    def need(self, delay: float = 0.0) -> WorkerProcess:
        """The driver; without one, a new one that starts in `delay` seconds."""
        if self.worker is None:
            self.worker = self._start(delay)
        return self.worker

    def _start(self, delay: float) -> WorkerProcess:
        return self._make(*self._hears, delay, MODULE, self.server)

    def end_delay(self) -> None:
        """Start a driver that waits: only one waits that follows others, and is to."""

    def note_event(self, worker: WorkerProcess, event: Event) -> None:
        """Note what the driver says of the cluster."""
        if worker is not self.worker:
            return
        if event.kind == "ready":
            if event.count != self.places:  # as loud as that it isn't used
                log.warning("the cluster is used: %s", counted(event.count, "slot"))
            self.places, self.away, self._retry = event.count, "", RETRY_SECONDS
        elif event.kind == "away":
            if event.text != self.away:
                log.warning("the cluster isn't used: %s", event.text)
            self.places, self.away = 0, event.text

    def replace_grown(self, _: object) -> None:
        """The cluster sees to that itself."""

    def replace_dead(self, _: WorkerProcess) -> str:
        """Have another driver follow one that has ended. Returns a sentence for a person."""
        now = self._clock()
        self._deaths = [t for t in self._deaths if now - t < QUICK_SECONDS] + [now]
        self.places = 0
        if not self.away and len(self._deaths) > len(RESTART_DELAYS):
            self.away = sentence("driver_given_up", count=len(self._deaths))
        if self.away:
            delay, self._retry = self._retry, min(2 * self._retry, MOST_RETRY_SECONDS)
        else:
            delay = RESTART_DELAYS[len(self._deaths) - 1]
        self.worker = self._start(delay)  # never None meanwhile: other threads ask for it
        return sentence("driver_ended")

    def release_workers(self) -> list[WorkerProcess]:
        """The driver, which is the caller's to close; from now on there is none."""
        workers, self.worker = self.workers, None
        return workers
