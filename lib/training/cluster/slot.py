"""A slot: one place for training in the cluster, which has a worker process of its own.

Page servers send commands and fetch messages as bytes (`lib.training.messages`), so nothing that
crosses is anybody's code. A slot keeps nothing for a server: that says which runs it wants and how
much of each it has, and gets what is newer. So only the newest waits for a server that is slow.

It is an actor of Ray's, made by `on_ray`. It ends with its worker, and when that has grown beyond
its memory and has nothing to do; Ray then starts it again, empty. When no server has come for long
it leaves its processor to others, for good: the next driver makes a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lib.training import messages
from lib.training.cluster.held import UNSEEN, Held, Mark, News
from lib.training.cluster.version import fingerprint
from lib.training.messages import Command, Message, Steer, WireError, decode, encode
from lib.training.run_registry import KEEP_BYTES, KEEP_RUNS
from lib.training.worker_process import TRAINING, MakeWorker, WorkerProcess

LOOK_SECONDS = 10.0
"""How long a look waits for news."""
REST_SECONDS = 5.0
"""How long a slot that has grown has had nothing to do when it ends: news may be on their way."""
UNUSED_SECONDS = 600.0
"""Without any server for so long a slot leaves."""
GONE_SECONDS = 900.0
"""How long a run goes on that no server asks for."""
TIDY_SECONDS = 1.0

Load = tuple[bool, int]
"""How busy a slot is, the least first: whether it should end soon; its runs and questions."""


@dataclass(slots=True, eq=False)
class Look:
    """A server's newest look, which waits for news of these runs."""

    marks: Mapping[str, Mark]
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Slot:
    """Runs of all page servers that train here, in one thread, that of the calls.

    Its worker has `share` bytes of memory. `end` ends the process, which Ray starts again; `leave`
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
        # It starts with the first call, whose event loop its messages are for.
        self._worker = make_worker(self._received, self._ended, None, TRAINING, str(share))
        self._events: asyncio.AbstractEventLoop | None = None
        self._runs: dict[str, Held] = {}
        self._answers: dict[str, asyncio.Future[bytes]] = {}
        """By question."""
        self._looks: dict[str, Look] = {}
        """By server."""
        self._has_grown = False
        self._met = self._busy = clock()
        """When a server was last here; when there was last something to do or to say."""

    async def version(self) -> str:
        """What trains here. The first call starts the worker."""
        if self._events is None:
            self._events = asyncio.get_running_loop()
            self._tidying = asyncio.ensure_future(self._tidy())
            self._worker.begin()
        return fingerprint()

    async def ready(self) -> str:
        """Return when it can train, or a sentence that says why it never will."""
        while not (self._worker.ready or self._worker.unavailable):
            await asyncio.sleep(0.05)
        return self._worker.unavailable

    async def take(self, server: str, data: bytes) -> None:
        """A command of a page server. Raises WireError for what is none, or isn't for slots."""
        command = decode(data, Command)
        self._met = self._busy = self._clock()
        match command:
            case messages.Start():
                self._start(server, command)
            case messages.Steer():
                self._steer(server, command)
            case messages.Prepare():
                self._worker.post(command)
            case messages.Cancel():
                self._settle(messages.Answer(command.question_id))
                self._worker.post(command)
            case messages.Watch():
                pass  # the server's next look has the run
            case _:
                raise WireError(f"a slot takes no {type(command).__name__}")
        for look in self._looks.values():  # who looks may have more runs now, or fewer
            look.wake.set()

    async def ask(self, data: bytes) -> bytes:
        """The answer to a question; a `Cancel` ends it."""
        question: messages.Ask = decode(data, messages.Ask)
        answer = self._answers[question.question_id] = asyncio.get_running_loop().create_future()
        self._worker.post(question)
        return await answer

    async def find(self, run_id: str) -> bytes | None:
        """The card of a run; None where it isn't held here."""
        held = self._runs.get(run_id)
        return held.card if held else None

    async def look(
        self, server: str, marks: dict[str, Mark], seconds: float = LOOK_SECONDS
    ) -> tuple[Load, dict[str, News]]:
        """How busy it is, and what is new of the runs that a server wants, as soon as there is any.

        There is never any of a run that isn't here and that the server has nothing of: the command
        that starts it may be on its way.
        """
        now = self._met = self._clock()
        for held in (self._runs[run_id] for run_id in marks if run_id in self._runs):
            held.wanted_at = now
        look = self._looks[server] = Look(marks)
        if not (news := self._news(server, marks)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(look.wake.wait(), seconds)
            news = self._news(server, marks)
        if self._looks.get(server) is look:
            del self._looks[server]
        if news:
            self._busy = self._clock()
        return (self._has_grown, self._going), news

    @property
    def _going(self) -> int:
        return sum(not held.over for held in self._runs.values()) + len(self._answers)

    def _news(self, server: str, marks: dict[str, Mark]) -> dict[str, News]:
        found = {}
        for run_id, mark in marks.items():
            if (held := self._runs.get(run_id)) is not None:
                news = held.news(server, mark)
            else:
                news = News([], mark, is_last=True) if mark != UNSEEN else None
            if news is not None:
                found[run_id] = news
        return found

    def _start(self, server: str, command: messages.Start) -> None:
        """Start a run; one that its server had lost and that is here goes on as it is to be now."""
        if (held := self._runs.get(command.run_id)) is None:
            self._forget_oldest()
            self._runs[command.run_id] = Held(server, command.card, self._clock())
            self._worker.post(command)
            return
        held.owner, held.wanted_at = server, self._clock()
        verbs: list[messages.Verb] = ["set_pace", "attend", "pause" if command.paused else "resume"]
        for verb in verbs:
            self._worker.post(Steer(verb, command.run_id, command.show_seconds))

    def _steer(self, server: str, command: Steer) -> None:
        held = self._runs.get(command.run_id)
        if held is not None:
            held.is_attended |= command.verb == "attend" and server != held.owner
            if command.verb == "drop":
                del self._runs[command.run_id]
            self._worker.post(command)

    def _forget_oldest(self) -> None:
        """Forget runs that are over: as many are kept as a page server keeps."""
        over = {run_id: held.nbytes for run_id, held in self._runs.items() if held.over}
        size, count = sum(over.values()), len(over)
        for run_id, nbytes in over.items():
            if count < KEEP_RUNS and size <= KEEP_BYTES:
                break
            del self._runs[run_id]
            size, count = size - nbytes, count - 1

    def _received(self, _: WorkerProcess, message: Message) -> None:
        """Pass on a message of the worker's. Called in another thread."""
        if self._events is not None:
            self._events.call_soon_threadsafe(self._take_message, message)

    def _take_message(self, message: Message) -> None:
        match message:
            case messages.Report():
                self._note(message.snapshot.run_id, message)
            case messages.Checkpoint():
                self._note(message.run_id, message)
            case messages.Answer():
                self._settle(message)
            case messages.Event(kind="grown"):
                self._has_grown = True

    def _note(self, run_id: str, message: messages.Report | messages.Checkpoint) -> None:
        if (held := self._runs.get(run_id)) is not None:
            held.note(message)
            for look in self._looks.values():
                if run_id in look.marks:
                    look.wake.set()

    def _settle(self, answer: messages.Answer) -> None:
        future = self._answers.pop(answer.question_id, None)
        if future is not None and not future.done():
            future.set_result(encode(answer))

    def _ended(self, worker: WorkerProcess) -> None:
        """End with the worker; where the next one would fail, too, `ready` says why."""
        if not worker.unavailable:
            self._end(1)

    async def _tidy(self) -> None:
        """End what nobody wants: runs, and this slot."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            now = self._clock()
            for run_id, held in list(self._runs.items()):
                if not held.over and now - held.wanted_at > GONE_SECONDS:
                    del self._runs[run_id]
                    self._worker.post(Steer("drop", run_id))
            if self._going:
                self._busy = now
            if self._has_grown and now - self._busy > REST_SECONDS:
                self._end(1)
            if now - self._met > UNUSED_SECONDS:
                self._leave()
