"""A slot: one place for training in the cluster, which has a worker process of its own.

Page servers send commands and fetch messages as bytes (`lib.training.messages`): no code crosses.
To fetch, a server lists the runs and questions that it wants, each with a mark of what it has, and
gets what is newer. So a slow server gets only the newest snapshot of a run.

A slot is an actor of Ray's, made by `on_ray`. It ends with its worker, and when the worker has
grown beyond its memory and has nothing to do; Ray then starts it again, empty. When no server has
called for long the slot frees its processor for good: the next driver makes a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import Any

from lib.training import messages
from lib.training.cluster.held import UNSEEN, Held, Mark, News
from lib.training.cluster.version import fingerprint
from lib.training.messages import Cancel, Command, Message, Steer, WireError, decode
from lib.training.run_registry import KEEP_BYTES, KEEP_RUNS
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0
"""How long a look waits for news."""
REST_SECONDS = 5.0
"""How long a slot that has grown has had nothing to do when it ends: news may be on their way."""
GONE_SECONDS = 900.0
"""How long a run goes on that no server asks for, and how long a slot stays without any server."""
TIDY_SECONDS = 1.0

Load = tuple[bool, int]
"""How busy a slot is, the least first: whether it should end soon; its runs and questions."""


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
        # It starts with the first call, whose event loop gets its messages.
        self._worker = make_worker(self._received, self._ended, None, TRAINING, str(share))
        self._events: asyncio.AbstractEventLoop | None = None
        self._held: dict[str, Held] = {}
        """Runs and questions by id."""
        self._changed = asyncio.Event()
        """Set by each command and message, and replaced then."""
        self._commands = 0
        """How many commands there have been."""
        self._has_grown = False
        self._met = self._busy = clock()
        """When a server last called; when there was last something to do or to tell."""

    async def version(self) -> str:
        """The version of Unrolled here. The first call starts the worker."""
        if self._events is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker.begin()
        return fingerprint()

    async def ready(self) -> str:
        """Return when it can train: "", or a sentence that says why it never will."""
        while not (self._worker.ready or self._worker.unavailable):
            await asyncio.sleep(0.05)
        return self._worker.unavailable

    async def take(self, server: str, data: bytes) -> None:
        """Do a command of a page server. Raises WireError for any other bytes."""
        command: Command = decode(data, Command)
        self._met = self._busy = self._clock()
        match command:
            case messages.Start(run_id=run_id, card=card):
                self._hold(run_id, Held(server, Steer("drop", run_id), card, self._clock()))
            case messages.Ask(question_id=question_id):
                self._hold(question_id, Held(server, Cancel(question_id), b"", self._clock()))
            case Steer(verb="drop") | Cancel():
                self._held.pop(_id_of(command), None)
            case Steer(verb="attend", run_id=run_id) if run_id in self._held:
                if server != self._held[run_id].owner:
                    self._held[run_id].note(messages.Attended(run_id))
            case Steer() | messages.Prepare() | messages.Watch():
                pass
            case _:
                raise WireError(f"a slot takes no {type(command).__name__}")
        if not isinstance(command, messages.Watch):
            self._worker.post(command)
        self._commands += 1
        self._wake()

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
        self, server: str, marks: dict[str, Mark], seconds: float = LOOK_SECONDS
    ) -> tuple[Load, dict[str, News]]:
        """How busy the slot is, and the news of what a server lists, as soon as there are any.

        Runs and questions that this server has sent, and doesn't list, end: it has sent them to
        another slot since. Of what is listed and isn't here, a server that has something of it is
        told so; for any other, the command may be on its way.
        """
        now = self._met = self._clock()
        self._drop(lambda name, held: held.owner == server and name not in marks)
        for held in (self._held[name] for name in marks if name in self._held):
            held.wanted_at = now
        until, commands = now + seconds, self._commands
        while not (news := self._news(server, marks)) and now < until:
            if commands != self._commands:
                break  # the server may have more to list now
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), until - now)
            now = self._clock()
        if news:
            self._busy = now
        return (self._has_grown, self._going), news

    @property
    def _going(self) -> int:
        return sum(not held.over for held in self._held.values())

    def _news(self, server: str, marks: dict[str, Mark]) -> dict[str, News]:
        found = {}
        for name, mark in marks.items():
            if (held := self._held.get(name)) is not None:
                news = held.news(server, mark)
            else:
                news = News([], mark, is_last=True) if mark != UNSEEN else None
            if news is not None:
                found[name] = news
                if held and held.is_answered:
                    del self._held[name]
        return found

    def _drop(self, is_unwanted: Callable[[str, Held], bool]) -> None:
        """End what nobody wants any more, and forget it."""
        for name, held in list(self._held.items()):
            if not held.over and is_unwanted(name, held):
                del self._held[name]
                self._worker.post(held.end)

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Pass on a message of the worker's. Called in another thread."""
        if self._events is not None:
            self._events.call_soon_threadsafe(self._take_message, message)

    def _take_message(self, message: Any) -> None:
        if isinstance(message, messages.Event):
            self._has_grown |= message.kind == "grown"
            return
        if (held := self._held.get(_id_of(message))) is not None:
            held.note(message)
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
            self._drop(lambda _, held: self._seconds_since(held.wanted_at) > GONE_SECONDS)
            if self._seconds_since(self._met) > GONE_SECONDS:
                self._leave()
            if self._going:
                self._busy = self._clock()
            if self._has_grown and self._seconds_since(self._busy) > REST_SECONDS:
                self._end(1)

    def _seconds_since(self, then: float) -> float:
        return self._clock() - then


def _id_of(message: Any) -> str:
    """The id of the run, or of the question, that a message or a command is of."""
    if isinstance(message, messages.Report):
        return message.snapshot.run_id
    found: str = getattr(message, "run_id", "") or getattr(message, "question_id", "")
    return found
