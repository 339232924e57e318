"""A slot: one place for training in the cluster, which has a worker process of its own.

Page servers send commands and fetch messages as bytes (`lib.training.messages`): no code crosses.
Of a run only the newest snapshot waits to be fetched.

A slot is an actor of Ray's, made by `on_ray`. It ends with its worker, and when the worker has
grown beyond its memory and has nothing to do; Ray then starts it again, empty. When no server has
called for long the slot frees its processor for good: the next driver makes a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from lib.results import Snapshot, WeightHistory, memory_of
from lib.training import messages
from lib.training.cluster.version import fingerprint
from lib.training.messages import Cancel, Command, Message, Steer, decode, encode
from lib.training.run_registry import KEEP_BYTES, KEEP_RUNS
from lib.training.sentences import sentence
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0
"""How long a look waits for news."""
REST_SECONDS = 5.0
"""How long a slot that has grown has had nothing to do when it ends: news may be on their way."""
GONE_SECONDS = 900.0
"""How long a run goes on whose servers are gone, and how long a slot stays without any server."""
TIDY_SECONDS = 1.0
MOST_EPOCHS = 32
"""Epochs whose weights are kept of a run, for page servers that come later."""

Load = tuple[bool, int]
"""How busy a slot is, the least first: whether it should end soon; its runs and questions."""


class News(NamedTuple):
    """A message of the worker's for a page server."""

    name: str
    """The id of the run or question."""
    data: bytes
    is_last: bool


@dataclass(slots=True, eq=False)
class Held:
    """A run or a question in a slot."""

    owner: str
    """The page server that has sent it."""
    end: Steer | Cancel
    """The command that ends it in the worker."""
    card: bytes = b""
    """What other page servers need to show a run."""
    snapshot: Snapshot | None = None
    """The newest of a run, without weights of its past."""
    weights: WeightHistory = field(default_factory=lambda: WeightHistory(MOST_EPOCHS))
    seen: dict[str, int] = field(default_factory=dict)
    """By page server that is told of it, the epoch of the newest weights that it has."""
    behind: set[str] = field(default_factory=set)
    """The servers that haven't the newest snapshot."""

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.snapshot is not None and self.snapshot.status.over

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.card) + memory_of(self.snapshot) + self.weights.nbytes

    def take(self, snapshot: Snapshot) -> None:
        """Make this the newest snapshot."""
        self.weights.take(snapshot)
        self.snapshot = replace(snapshot, past=())
        self.behind = set(self.seen)

    def watch(self, server: str) -> None:
        """Tell a page server of the run from now on, beginning with all that is known."""
        self.seen[server] = -1
        if self.snapshot is not None:
            self.behind.add(server)

    def report(self, server: str) -> bytes | None:
        """The newest snapshot with the weights that a server doesn't have; None without news."""
        if self.snapshot is None or server not in self.behind:
            return None
        past = [point for point in self.weights.points if point[0] > self.seen[server]]
        if past:
            self.seen[server] = past[-1][0]
        if not self.over:
            past = past[:-1]  # the newest weights are in the snapshot's results already
        self.behind.discard(server)
        return encode(messages.Report(replace(self.snapshot, past=tuple(past))))


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
        self._leave, self._end, self._clock = leave, end, clock
        self._make_worker = lambda: make_worker(
            self._received, self._ended, 0.0, TRAINING, str(share)
        )
        self._worker: WorkerProcess | None = None
        """None before the first call, whose event loop gets its messages."""
        self._held: dict[str, Held] = {}
        """Runs and questions by id."""
        self._mail: defaultdict[str, dict[tuple[str, type], News]] = defaultdict(dict)
        """What page servers are to be told beside snapshots: the newest of each run and kind."""
        self._looks: dict[str, object] = {}
        """By page server, its newest look: what an earlier one would fetch is lost."""
        self._met: dict[str, float] = {}
        """When each page server last called."""
        self._changed = asyncio.Event()
        """Set by each message and look, and replaced then."""
        self._has_grown = False
        self._begun = self._busy = clock()
        """When it was made; when there was last something to do or to tell."""

    async def version(self) -> str:
        """The version of Unrolled here. The first call starts the worker."""
        if self._worker is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker = self._make_worker()
        return fingerprint()

    async def ready(self) -> str:
        """Return when it can train: "", or a sentence that says why it never will."""
        while self._worker is None or not (self._worker.ready or self._worker.unavailable):
            await asyncio.sleep(0.05)
        return self._worker.unavailable

    async def take(self, server: str, data: bytes) -> None:
        """Do a command of a page server. Raises WireError for any other bytes."""
        command: Command = decode(data, Command)
        self._met[server] = self._busy = self._clock()
        match command:
            case messages.Start(run_id=name, card=card):
                self._hold(name, Held(server, Steer("drop", name), card, seen={server: -1}))
            case messages.Ask(question_id=name):
                self._hold(name, Held(server, Cancel(name)))
            case messages.Watch(run_id=name):
                if held := self._held.get(name):
                    held.watch(server)
                else:
                    self._tell_lost(server, name)
                self._wake()
                return
            case Steer(verb="drop") | Cancel():
                self._held.pop(_id_of(command), None)
        if self._worker is not None:
            self._worker.post(command)

    def _hold(self, name: str, held: Held) -> None:
        """Hold one more, and forget the oldest that are over: a page server keeps as many."""
        over = [each for each, known in self._held.items() if known.over]
        while len(over) >= KEEP_RUNS or sum(self._held[i].nbytes for i in over) > KEEP_BYTES:
            del self._held[over.pop(0)]
        self._held[name] = held

    async def find(self, run_id: str) -> bytes | None:
        """The card of a run; None where it isn't held here."""
        held = self._held.get(run_id)
        return held.card if held else None

    async def look(
        self, server: str, is_first: bool, seconds: float = LOOK_SECONDS
    ) -> tuple[Load, list[News]]:
        """How busy the slot is, and the news for a page server, as soon as there are any.

        With the first look of a driver all that the server had here ends: it sends again, to any
        slot, what it still wants.
        """
        look = self._looks[server] = object()
        self._wake()
        self._met[server] = self._clock()
        if is_first:
            self._drop([name for name, held in self._held.items() if held.owner == server])
            self._mail.pop(server, None)
        news = list[News]()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._looks[server] is look and not (news := self._news(server)):
                    await self._changed.wait()
        if news:
            self._busy = self._clock()
        return self._load, news

    @property
    def _load(self) -> Load:
        return self._has_grown, sum(not held.over for held in self._held.values())

    def _news(self, server: str) -> list[News]:
        reports = [
            News(name, data, held.over)
            for name, held in self._held.items()
            if (data := held.report(server)) is not None
        ]
        return [*reports, *self._mail.pop(server, {}).values()]

    def _drop(self, names: list[str]) -> None:
        """End what nobody wants any more, and forget it; who watches it is told."""
        for name in names:
            held = self._held[name]
            if not held.over and self._worker is not None:
                del self._held[name]
                self._worker.post(held.end)
                for server in held.seen.keys() - {held.owner}:
                    self._tell_lost(server, name)

    def _tell_lost(self, server: str, name: str) -> None:
        how = sentence("slot_lost", how=sentence("slot_gone"))
        news = News(name, encode(messages.Lost([name], how)), is_last=True)
        self._mail[server][name, messages.Lost] = news

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Pass on a message of the worker's. Called in another thread."""
        self._events.call_soon_threadsafe(self._take_message, message)

    def _take_message(self, message: Any) -> None:
        if isinstance(message, messages.Event):
            self._has_grown |= message.kind == "grown"
            return
        name = _id_of(message)
        held = self._held.get(name)
        if held is None:
            return
        if isinstance(message, messages.Report):
            held.take(message.snapshot)
        else:
            is_last = isinstance(message, messages.Answer)
            self._mail[held.owner][name, type(message)] = News(name, encode(message), is_last)
            if is_last:
                del self._held[name]
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _ended(self, worker: WorkerProcess) -> None:
        """End with the worker, unless the next one would fail, too: `ready` says why."""
        if not worker.unavailable:
            self._end(1)

    async def _tidy(self) -> None:
        """End runs that nobody wants, and this slot, when it is time."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            now = self._clock()
            there = {server for server, met in self._met.items() if now - met < GONE_SECONDS}
            servers = {name: {held.owner, *held.seen} for name, held in self._held.items()}
            self._drop([name for name, of in servers.items() if there.isdisjoint(of)])
            if not there and now - self._begun > GONE_SECONDS:
                self._leave()
            if self._load[1]:
                self._busy = now
            if self._has_grown and now - self._busy > REST_SECONDS:
                self._end(1)


def _id_of(message: Any) -> str:
    """The id of the run, or of the question, that a message or a command is of."""
    if isinstance(message, messages.Report):
        return message.snapshot.run_id
    found: str = getattr(message, "run_id", "") or getattr(message, "question_id", "")
    return found
