"""A slot: one place for training in the cluster, which has a worker process of its own.

A slot holds **jobs**, runs and questions. Any driver may ask for a job's news by the job's id and
the number of the last message that the driver has. The slot answers with newer messages, of each
kind only the newest, so that a slow driver skips snapshots.

A slot ends with its worker, and when the worker has grown and has nothing to do; Ray then starts
the slot again, empty. Without a call of any driver for GONE_SECONDS, the slot frees its processor.
"""

from __future__ import annotations

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

from lib.results import memory_of
from lib.training import messages
from lib.training.messages import Cancel, Command, Message, Steer, decode, encode
from lib.training.run_registry import KEEP_BYTES, KEEP_RUNS
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0  # a call waits for news this long
REST_SECONDS = 5.0  # a slot whose worker has grown ends after so long without work
UNWANTED_SECONDS = 120.0  # a job ends that no driver asks for this long: its page server is gone
GONE_SECONDS = 900.0  # a slot leaves the cluster after so long without any driver
TIDY_SECONDS = 1.0
LIB = Path(__file__).parents[2]
_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "msgspec")

News = tuple[list[bytes], int, bool]  # messages, the last one's number, whether it ends the job
Load = tuple[bool, int]  # whether the slot should end soon; the number of unfinished jobs


@cache
def fingerprint() -> str:
    """A hash of all code and texts but `lib/ui`, and of the versions of the packages in use."""
    found = sha256()
    for path in sorted(LIB.rglob("*")):
        part = path.relative_to(LIB)
        if path.suffix in (".py", ".toml") and part.parts[0] != "ui":
            found.update(f"{part.as_posix()}\n".encode() + path.read_bytes())
    there = {each for each in _PACKAGES if any(metadata.distributions(name=each))}
    found.update(repr([(name, metadata.version(name)) for name in sorted(there)]).encode())
    return found.hexdigest()[:8]


@dataclass(slots=True, eq=False)
class Held:
    """A job in a slot."""

    card: bytes  # what other page servers need to show a run
    drop: Steer | Cancel  # the command that ends the job early
    asked_at: float  # when a driver last asked for news, on the slot's clock
    number: int = 0  # of messages so far
    over: bool = False  # whether the job has ended
    nbytes: int = 0  # bytes of memory that the newest snapshot takes, about
    newest: dict[type, tuple[int, Message]] = field(default_factory=dict)  # by kind, numbered
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set by a message, then replaced

    def note(self, message: Message) -> None:
        """Keep a message of the worker's."""
        self.number += 1
        self.newest[type(message)] = self.number, message
        if isinstance(message, messages.Report):
            self.over, self.nbytes = message.snapshot.status.over, memory_of(message.snapshot)
        self.over |= isinstance(message, messages.Answer)
        self.wake()

    def wake(self) -> None:
        """Let calls that wait for news look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def news(self, number: int, *, is_owner: bool) -> News:
        """The messages after this number; checkpoints only for the owner, who started the run."""
        found = [
            encode(message)
            for kind, (sent, message) in self.newest.items()
            if sent > number and (kind is not messages.Checkpoint or is_owner)
        ]
        return found, self.number, self.over


class Slot:
    """Holds the jobs of all page servers. All its state belongs to the calls' event loop.

    The worker may use `share` bytes of memory. `end` ends the process, and Ray starts it again;
    `leave` ends it for good.
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
        self._held: dict[str, Held] = {}  # jobs by id
        self._has_grown = False
        self._met = self._busy = clock()  # when a driver last called; last work or news

    def _start(self) -> WorkerProcess:
        """The worker; the first call starts it, and its event loop gets the worker's messages."""
        if self._worker is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker = self._make_worker(
                self._received, self._ended, 0.0, TRAINING, f"{self._share}"
            )
        return self._worker

    async def version(self) -> str:
        """The `fingerprint` of this node's Unrolled."""
        self._start()
        return fingerprint()

    async def ready(self) -> str:
        """Wait until the worker can train; "", or a sentence that says why it never will."""
        worker = self._start()
        while not (worker.ready or worker.unavailable):
            await asyncio.sleep(0.05)
        return worker.unavailable

    async def load(self) -> Load:
        """Whether the slot should end soon, and the number of its unfinished jobs."""
        self._start()
        self._met = self._clock()
        return self._has_grown, self._going

    @property
    def _going(self) -> int:
        return sum(not held.over for held in self._held.values())

    async def take(self, data: bytes) -> None:
        """Do a page server's command. Raises WireError for any other bytes."""
        command: Command = decode(data, Command)
        match command:
            case messages.Start():
                self._drop(command.id)  # it is sent again, from its checkpoint
                self._hold(command.id, command.card, Steer("drop", command.id))
            case messages.Ask():
                self._hold(command.id, b"", Cancel(command.id))
            case Steer(verb="drop") | Cancel():
                self._drop(command.id)
                return
        self._start().post(command)

    def _hold(self, job_id: str, card: bytes, drop: Steer | Cancel) -> None:
        """Hold one more job; forget the oldest that are over, beyond what page servers keep."""
        over = [each for each, known in self._held.items() if known.over]
        while len(over) >= KEEP_RUNS or sum(self._held[i].nbytes for i in over) > KEEP_BYTES:
            del self._held[over.pop(0)]
        self._held[job_id] = Held(card, drop, self._clock())

    def _drop(self, job_id: str) -> None:
        if held := self._held.pop(job_id, None):
            if not held.over:
                self._start().post(held.drop)
            held.wake()

    async def find(self, run_id: str) -> bytes | None:
        """A run's card; None where the slot doesn't hold the run."""
        return held.card if (held := self._held.get(run_id)) else None

    async def news(
        self, job_id: str, number: int, is_owner: bool, seconds: float = LOOK_SECONDS
    ) -> News | None:
        """A job's news, as soon as there are any; None where the slot doesn't hold the job."""
        held = self._held.get(job_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while held and held.number <= number and self._held.get(job_id) is held:
                    held.asked_at = self._clock()
                    await held.changed.wait()
        if held is None or self._held.get(job_id) is not held:
            return None
        self._met = self._busy = held.asked_at = self._clock()
        if messages.Answer in held.newest:
            del self._held[job_id]
        return held.news(number, is_owner=is_owner)

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Note a message of the worker's. Called from the worker's thread."""

        def take() -> None:
            if isinstance(message, messages.Event):
                self._has_grown |= message.kind == "grown"
            elif (held := self._held.get(message.id)) is not None:
                held.note(message)

        self._events.call_soon_threadsafe(take)

    def _ended(self, worker: WorkerProcess) -> None:
        """End with the worker, unless the next worker would fail, too: `ready` says why."""
        if not worker.unavailable:
            self._end(1)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            now = self._clock()
            for job_id, held in list(self._held.items()):
                if not held.over and now - held.asked_at > UNWANTED_SECONDS:
                    self._drop(job_id)
            if now - self._met > GONE_SECONDS:
                self._leave()
            if self._going:
                self._busy = now
            if self._has_grown and now - self._busy > REST_SECONDS:
                self._end(1)
