"""A slot of the cluster: it trains in its own worker process.

A slot holds **jobs**: runs and questions. A driver requests a job's messages by the job's id. The
slot returns the newest message of each kind since the last request: a slow driver skips snapshots.

A slot exits if its worker dies, or if its worker is idle and exceeds its memory limit. Ray then
restarts the slot with no jobs. A slot that gets no calls for GONE_SECONDS leaves the cluster.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from lib.training import messages
from lib.training.messages import Command, Drop, Message, decode, encode
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0  # a call of `news` waits at most this long for new messages
IDLE_SECONDS = 5.0  # a slot whose worker exceeds its memory limit exits after this idle time
UNWANTED_SECONDS = 120.0  # a job ends if no driver requests its messages for this time
GONE_SECONDS = 900.0  # a slot leaves the cluster if it gets no calls for this time
TIDY_SECONDS = 1.0  # the time between two checks of these limits
LIB = Path(__file__).parents[2]
_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "msgspec")

News = tuple[list[bytes], bool]  # a job's new messages, and whether the job is over
Load = tuple[bool, int]  # whether the slot should exit soon; the number of unfinished jobs


@cache
def fingerprint() -> str:
    """Return a hash of the code in `lib`, except `lib/ui`, and of the versions of packages."""
    digest = sha256()
    for path in sorted(LIB.rglob("*")):
        part = path.relative_to(LIB)
        if path.suffix in (".py", ".toml") and part.parts[0] != "ui":
            digest.update(f"{part.as_posix()}\n".encode() + path.read_bytes())
    installed = sorted(each for each in _PACKAGES if any(metadata.distributions(name=each)))
    digest.update(repr([(name, metadata.version(name)) for name in installed]).encode())
    return digest.hexdigest()[:8]


@dataclass(slots=True, eq=False)
class Job:
    """A run or a question in a slot."""

    asked_at: float  # the time of the last request for messages, on the slot's clock
    over: bool = False  # whether the job has ended
    newest: dict[type, Message] = field(default_factory=dict)  # not requested yet, by kind
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # `wake` sets and replaces it

    def note(self, message: Message) -> None:
        """Store a message from the worker."""
        self.newest[type(message)] = message
        is_end = isinstance(message, messages.Report) and message.snapshot.status.over
        self.over |= is_end or isinstance(message, messages.Answer)
        self.wake()

    def wake(self) -> None:
        """Wake the calls that wait for new messages."""
        self.changed.set()
        self.changed = asyncio.Event()


class Slot:
    """Holds the jobs of all page servers. Use its state only in the event loop of the calls.

    The worker may use `share` bytes. Ray restarts the process after `end`, but not after `leave`.
    """

    def __init__(
        self,
        share: int,
        leave: Callable[[], object],
        *,
        make_worker: MakeWorker = WorkerProcess,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._share, self._make_worker = share, make_worker
        self._leave, self._end, self._clock = leave, end, clock
        self._worker: WorkerProcess | None = None
        self._jobs: dict[str, Job] = {}  # by job id
        self._has_grown = False  # whether the worker exceeds its memory limit
        self._called_at = self._busy_at = clock()  # the last call; the last work or messages

    def _start(self) -> WorkerProcess:
        """Return the worker. The first call starts it, with the current event loop."""
        if self._worker is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker = self._make_worker(
                self._received, self._ended, 0.0, TRAINING, f"{self._share}"
            )
        return self._worker

    async def version(self) -> str:
        """Return the `fingerprint` of this node's code."""
        self._start()
        return fingerprint()

    async def ready(self) -> str:
        """Wait until the worker can train; return "", or a sentence on why it can't."""
        worker = self._start()
        while not (worker.ready or worker.unavailable):
            await asyncio.sleep(0.05)
        return worker.unavailable

    async def load(self) -> Load:
        """Return whether the slot should exit soon, and its number of unfinished jobs."""
        self._start()
        self._called_at = self._clock()
        return self._has_grown, self._unfinished

    @property
    def _unfinished(self) -> int:
        return sum(not job.over for job in self._jobs.values())

    async def take(self, data: bytes) -> None:
        """Execute a page server's command. Raises WireError if the bytes aren't a command."""
        command: Command = decode(data, Command)
        match command:
            case messages.Start() | messages.Ask():
                self._drop(command.id)  # the command may restart a run that this slot still has
                self._jobs[command.id] = Job(self._clock())
            case Drop():
                self._drop(command.id)
                return
        self._start().post(command)

    def _drop(self, job_id: str) -> None:
        if job := self._jobs.pop(job_id, None):
            if not job.over:
                self._start().post(Drop(job_id))
            job.wake()

    async def news(self, job_id: str, seconds: float = LOOK_SECONDS) -> News | None:
        """Wait for a job's new messages and return them; None if the slot doesn't have the job.

        The slot forgets a job whose last message it has returned.
        """
        job = self._jobs.get(job_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while job and not job.newest and self._jobs.get(job_id) is job:
                    job.asked_at = self._clock()
                    await job.changed.wait()
        if job is None or self._jobs.get(job_id) is not job:
            return None
        self._called_at = self._busy_at = job.asked_at = self._clock()
        if job.over:
            del self._jobs[job_id]
        new_messages, job.newest = [encode(message) for message in job.newest.values()], {}
        return new_messages, job.over

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Store a message from the worker. Called in the worker's reader thread."""

        def take() -> None:
            if isinstance(message, messages.Event):
                self._has_grown |= message.kind == "grown"
            elif (job := self._jobs.get(message.id)) is not None:
                job.note(message)

        self._events.call_soon_threadsafe(take)

    def _ended(self, worker: WorkerProcess) -> None:
        """Exit after the worker died. If a new worker would fail too, let `ready` report why."""
        if not worker.unavailable:
            self._end(1)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            now = self._clock()
            for job_id, job in list(self._jobs.items()):
                if now - job.asked_at > UNWANTED_SECONDS:
                    self._drop(job_id)
            if now - self._called_at > GONE_SECONDS:
                self._leave()
            if self._unfinished:
                self._busy_at = now
            if self._has_grown and now - self._busy_at > IDLE_SECONDS:
                self._end(1)
