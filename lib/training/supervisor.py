"""One worker process kept alive: replaced when it dies, followed by a fresh one when it has grown.

It knows no runs and no questions; the `client` moves those from one process to the next. It isn't
locked: the client calls it from one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lib.data import memory
from lib.training import machine
from lib.training.messages import Event, Message, Retire
from lib.training.sentences import sentence
from lib.training.worker_process import WorkerProcess

RESTART_DELAYS = (0.0, 1.0, 4.0)
"""Seconds to wait before a worker that died is replaced, by how many died shortly before."""
QUICK_SECONDS = 90
"""Deaths within this time count together. When there were more than there are delays, no other is
started until the next one is needed."""

UNAVAILABLE_SECONDS = 600.0
"""Until it is tried again whether TensorFlow can be imported after all."""

MakeWorker = Callable[..., WorkerProcess]
"""`WorkerProcess`, or what stands for it: of `on_message`, `on_end` and `delay`."""


class Supervisor:
    """Has one worker for new commands, and others that finish what they have.

    `received` and `ended` are called from a worker's thread, `ended` when its process has ended by
    itself. `busy` says of a worker which of its runs aren't over.
    """

    def __init__(
        self,
        make: MakeWorker,
        received: Callable[[Supervisor, WorkerProcess, Message], None],
        ended: Callable[[Supervisor, WorkerProcess], None],
        busy: Callable[[WorkerProcess], object],
        clock: Callable[[], float],
    ) -> None:
        self.worker: WorkerProcess | None = None
        """Gets new commands; None before the first was needed, and after too many deaths."""
        self.places = 1
        """How many runs can train side by side."""
        self.unavailable = ""
        """Why it can't train, as a sentence; empty while it can, and before that is known."""
        self._make = partial(make, partial(received, self), partial(ended, self))
        self._busy, self._clock = busy, clock
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

    def replace_grown(self) -> None:
        """Have a fresh worker follow one that has grown; nothing where none has.

        It takes over when it is ready. Where there is no memory for both at a time, the old one
        ends first, as soon as all its runs are over, and new commands wait for the fresh one.
        """
        old = self.worker
        if old is None or old is not self._grown or self._successor is not None:
            return
        if self._two_fit:
            self._successor = self._make(0.0)
        elif self._busy(old):
            return
        else:
            self._waiting_for_memory = self._make(None)
            self._take_over(self._waiting_for_memory)
        self._grown = None  # it reports again, in case the new one fails

    def _take_over(self, worker: WorkerProcess) -> None:
        """Give a fresh worker all new commands; the grown one ends when its runs are over."""
        old, self.worker, self._successor = self.worker, worker, None
        if old is not None:
            old.retiring = True
            self._retired.append(old)
            old.post(Retire())

    def rest(self) -> None:
        """Let the worker end with its runs: others have the new ones now."""
        self._grown = None
        for worker in filter(None, (self.worker, self._successor)):
            worker.retiring = True
            self._retired.append(worker)
            worker.post(Retire())
        self.worker = self._successor = None

    def replace_dead(self, worker: WorkerProcess) -> str:
        """Forget a worker whose process has ended, and replace it where that is needed.

        Returns sentences for a person: how it ended, and what was done about it.
        """
        words = sentence("ended", how=worker.ending)
        if worker in self._retired:
            self._retired.remove(worker)
            if self._waiting_for_memory is not None:
                self._waiting_for_memory.begin()
                self._waiting_for_memory = None
        elif worker is self._successor:
            self._successor = None  # the grown worker goes on
        else:
            now = self._clock()
            self._deaths = [t for t in self._deaths if now - t < QUICK_SECONDS] + [now]
            count, self.unavailable = len(self._deaths), worker.unavailable
            if self.unavailable:
                self.worker, words = self._make(UNAVAILABLE_SECONDS), self.unavailable
            elif count > len(RESTART_DELAYS):
                self.worker = None
                words += sentence("given_up", count=count)
            else:
                self.worker = self._make(RESTART_DELAYS[count - 1])
                words += sentence("replaced")
        return words

    def release_workers(self) -> list[WorkerProcess]:
        """The workers, which are the caller's to close; from now on there are none."""
        workers, self._retired = self.workers, []
        self.worker = self._successor = None
        return workers
