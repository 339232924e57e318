"""The way to a cluster: its driver process kept alive, and whether new runs are to go there.

To the client it is one more supervisor, beside those of this machine's own workers: the
driver (`lib.training.cluster`) speaks the worker's protocol. While the cluster is away, the driver
is started again and again, and new runs are for this machine.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable
from functools import partial

from lib.text import counted
from lib.training.messages import Event, Message
from lib.training.sentences import sentence
from lib.training.worker_process import QUICK_SECONDS, MakeWorker, WorkerProcess

MODULE = "lib.training.cluster"
GIVEN_UP_SECONDS, MOST_SECONDS = 5.0, 60.0
"""A driver that ends is followed by another one: at once, and after twice as long each time when
that ends soon, too. From so long on this machine trains meanwhile; and the longest, since each
driver imports ray."""
log = logging.getLogger(__name__)


class ClusterLink:
    """Has one driver for new commands. Its arguments are those of a `LocalSupervisor`."""

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[ClusterLink, WorkerProcess, Message], None],
        ended: Callable[[ClusterLink, WorkerProcess], None],
        clock: Callable[[], float],
    ) -> None:
        self.worker: WorkerProcess | None = None
        """The driver, which is started again whenever it ends."""
        self.unavailable = ""
        self.places = 0
        """Slots that the cluster has; 0 as long as nothing is known of it."""
        self.away = ""
        """Why it can't be used, as a clause; empty while it can be, and before that is known."""
        self._clock = clock
        self._make = partial(make, partial(received, self), partial(ended, self))
        self._arguments = MODULE, secrets.token_hex(8)
        """The second is what slots call this page server: its drivers come and go."""
        self._delay, self._ended_at = 0.0, -math.inf
        """Of the next driver, in seconds; and when the last one ended, on the clock."""

    def need(self, delay: float = 0.0) -> WorkerProcess:
        """The driver; without one, a new one that starts in `delay` seconds."""
        if self.worker is None:
            self.worker = self._make(delay, *self._arguments)
        return self.worker

    def end_delay(self) -> None:
        """Start a driver that waits: only one waits that follows others, and is to."""

    def note_event(self, worker: WorkerProcess, event: Event) -> None:
        """Note what the driver says of the cluster."""
        if worker is not self.worker:
            return
        if event.kind == "ready":
            if event.count != self.places:  # as loud as that it isn't used
                log.warning("the cluster is used: %s", counted(event.count, "slot"))
            self.places, self.away = event.count, ""
        elif event.kind == "away":
            if event.text != self.away:
                log.warning("the cluster isn't used: %s", event.text)
            self.places, self.away = 0, event.text

    def replace_grown(self, _: object) -> None:
        """The cluster sees to that itself."""

    def replace_dead(self, _: WorkerProcess) -> str:
        """Have another driver follow one that has ended. Returns a sentence for a person."""
        now = self._clock()
        if now - self._ended_at > QUICK_SECONDS:
            self._delay = 0.0
        self.worker = self._make(self._delay, *self._arguments)  # never None in between
        self._ended_at, self.places = now, 0
        if self._delay >= GIVEN_UP_SECONDS:
            self.away = self.away or sentence("driver_given_up")
        self._delay = min(max(1.0, 2 * self._delay), MOST_SECONDS)
        return sentence("driver_ended")

    def release_workers(self) -> list[WorkerProcess]:
        """The driver, which is the caller's to close; from now on there is none."""
        worker, self.worker = self.worker, None
        return [worker] if worker else []
