"""A slot: one place for training in the cluster, which has a worker process of its own.

Drivers send commands and fetch messages as bytes (`lib.training.messages`): no code crosses. Any
driver may ask for news of a run by its id, with the number of the last message that it has, and
gets what is newer. So a slow one gets only the newest snapshot.

A slot ends with its worker, and when the worker has grown and has nothing to do; Ray then starts it
again, empty. When no driver has called for long the slot frees its processor for good.
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

from lib.results import Snapshot, memory_of
from lib.training import messages
from lib.training.messages import Command, Message, Steer, decode, encode, id_of
from lib.training.run_registry import KEEP_BYTES, KEEP_RUNS
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0  # how long a call waits for news
REST_SECONDS = 5.0  # a slot that has grown has nothing to do for so long when it ends
UNWANTED_SECONDS = 120.0  # a run goes on that no driver asks for: its page server is gone
GONE_SECONDS = 900.0  # how long a slot stays without any driver
TIDY_SECONDS = 1.0
LIB = Path(__file__).parents[2]
_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "msgspec")

News = tuple[list[bytes], int, bool]
"""Messages of a run or a question, the number of the last one, and whether no more will come."""
Load = tuple[bool, int]
"""How busy a slot is, the least first: whether it should end soon; its runs and questions."""


@cache
def fingerprint() -> str:
    """The version that trains: of all code and words but the pages', and of what they build on."""
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
    """A run or a question in a slot."""

    card: bytes  # what other page servers need to show a run
    asked_at: float  # when a driver last asked for news, on the slot's clock
    number: int = 0  # how many messages there have been
    newest: dict[type, tuple[int, Message]] = field(default_factory=dict)
    """The newest message of each kind, and its number."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each message, and replaced then."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest of a run."""
        _, report = self.newest.get(messages.Report, (0, None))
        return report.snapshot if isinstance(report, messages.Report) else None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        is_run_over = self.snapshot is not None and self.snapshot.status.over
        return is_run_over or messages.Answer in self.newest

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.card) + memory_of(self.snapshot)

    def note(self, message: Message) -> None:
        """Keep a message of the worker's."""
        self.number += 1
        self.newest[type(message)] = self.number, message
        self.wake()

    def wake(self) -> None:
        """Let those who wait for news look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def news(self, number: int, *, is_owner: bool) -> News:
        """The messages after one of this number; checkpoints are the owner's."""
        found = [
            encode(message)
            for kind, (sent, message) in self.newest.items()
            if sent > number and (kind is not messages.Checkpoint or is_owner)
        ]
        return found, self.number, self.over


class Slot:
    """Holds runs and questions of all page servers. All its state belongs to the calls' event loop.

    The worker has `share` bytes of memory. `end` ends the process, which Ray starts again; `leave`
    ends it for good.
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
        self._held: dict[str, Held] = {}  # runs and questions by id
        self._has_grown = False
        self._met = self._busy = clock()
        """When a driver last called; when there was last something to do or to tell."""

    def _start(self) -> WorkerProcess:
        """The worker, which starts with the first call, whose event loop gets its messages."""
        if self._worker is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker = self._make_worker(
                self._received, self._ended, 0.0, TRAINING, f"{self._share}"
            )
        return self._worker

    async def version(self) -> str:
        """The version of Unrolled here."""
        self._start()
        return fingerprint()

    async def ready(self) -> str:
        """Return when it can train: "", or a sentence that says why it never will."""
        worker = self._start()
        while not (worker.ready or worker.unavailable):
            await asyncio.sleep(0.05)
        return worker.unavailable

    async def load(self) -> Load:
        """How busy the slot is."""
        self._start()
        self._met = self._clock()
        return self._has_grown, self._going

    @property
    def _going(self) -> int:
        return sum(not held.over for held in self._held.values())

    async def take(self, data: bytes) -> None:
        """Do a command of a page server. Raises WireError for any other bytes."""
        command: Command = decode(data, Command)
        name = id_of(command)
        match command:
            case messages.Start():
                self._drop(name)  # it is sent again, from its checkpoint
                self._hold(name, command.card)
            case messages.Ask():
                self._hold(name, b"")
            case Steer(verb="drop"):
                self._drop(name)
                return
        self._start().post(command)

    def _hold(self, name: str, card: bytes) -> None:
        """Hold one more, and forget the oldest that are over: a page server keeps as many."""
        over = [each for each, known in self._held.items() if known.over]
        while len(over) >= KEEP_RUNS or sum(self._held[i].nbytes for i in over) > KEEP_BYTES:
            del self._held[over.pop(0)]
        self._held[name] = Held(card, self._clock())

    def _drop(self, name: str) -> None:
        held = self._held.pop(name, None)
        if held is not None:
            if not held.over:
                self._start().post(Steer("drop", name))
            held.wake()

    async def find(self, run_id: str) -> bytes | None:
        """The card of a run; None where it isn't held here."""
        held = self._held.get(run_id)
        return held.card if held else None

    async def news(
        self, name: str, number: int, is_owner: bool, seconds: float = LOOK_SECONDS
    ) -> News | None:
        """The news of a run or a question, as soon as there are any; None where it isn't held."""
        held = self._held.get(name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while held and held.number <= number and self._held.get(name) is held:
                    held.asked_at = self._clock()
                    await held.changed.wait()
        if held is None or self._held.get(name) is not held:
            return None
        self._met = self._busy = held.asked_at = self._clock()
        if messages.Answer in held.newest:
            del self._held[name]
        return held.news(number, is_owner=is_owner)

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Pass on a message of the worker's. Called in another thread."""

        def take() -> None:
            if isinstance(message, messages.Event):
                self._has_grown |= message.kind == "grown"
            elif (held := self._held.get(id_of(message))) is not None:
                held.note(message)

        self._events.call_soon_threadsafe(take)

    def _ended(self, worker: WorkerProcess) -> None:
        """End with the worker, unless the next one would fail, too: `ready` says why."""
        if not worker.unavailable:
            self._end(1)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            now = self._clock()
            for name, held in list(self._held.items()):
                if not held.over and now - held.asked_at > UNWANTED_SECONDS:
                    self._drop(name)
            if now - self._met > GONE_SECONDS:
                self._leave()
            if self._going:
                self._busy = now
            if self._has_grown and now - self._busy > REST_SECONDS:
                self._end(1)
