"""A slot: one place for training in the cluster, with the worker's own loop in a thread.

It is an actor of Ray's, made by `on_ray`, and knows no Ray itself. Page servers send commands in
bytes and fetch messages in bytes, by `lib.training.messages`: what isn't agreed on is refused, and
nothing that crosses is code of anybody's. It ends its process where the loop has ended or stands
still, or has grown beyond its memory and has nothing to do; Ray starts it anew, empty. Where no
server has come for long it leaves its processor to others, and comes back with the next one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from lib.training import messages
from lib.training.cluster import said
from lib.training.cluster.held import Held, HeldRuns
from lib.training.cluster.mailbox import Mailbox
from lib.training.cluster.version import fingerprint
from lib.training.messages import Command, Message, WireError, decode, encode

LOOK_SECONDS = 1.0
"""How long a server that fetches messages waits for the first."""
SILENT_SECONDS, FIRST_SECONDS = 30.0, 180.0
"""A loop that gives no sign of life for so long hangs; at first it imports TensorFlow."""
REST_SECONDS = 2.0
"""How long one that has grown has had nothing to do when it ends: an answer may be on its way."""
UNUSED_SECONDS = 600.0
"""Without any server for so long it leaves."""
GONE_SECONDS = 900.0
"""A run goes on for so long while none of its servers fetches anything."""
log = logging.getLogger(__name__)


class Inbox:
    """The loop's end of what a pipe is to a worker process."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._commands: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._next: bytes = b""

    def put(self, data: bytes) -> None:
        """Leave a command for the loop."""
        self._commands.put(data)

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Whether there is a command, or comes within so many seconds; None is for ever."""
        if not self._next:
            try:
                self._next = self._commands.get(timeout != 0, timeout or None)
            except queue.Empty:
                return False
        return True

    def recv_bytes(self) -> bytes:
        """The next command."""
        self.poll(None)
        data, self._next = self._next, b""
        return data

    def send_bytes(self, data: bytes) -> None:
        """What the loop says."""
        self._take(data)


class Slot:
    """Runs of all page servers that train here. `work` is the loop, given its inbox.

    `end` ends the process, which is started again; `leave` is for good.
    """

    def __init__(
        self,
        work: Callable[[Inbox], object],
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
        *,
        leave: Callable[[], object] = lambda: None,
    ) -> None:
        self._end, self._leave, self._clock = end, leave, clock
        self._met = clock()
        """When a server was last here."""
        self._inbox = Inbox(self._heard)
        self._work = work
        self._runs = HeldRuns()
        self._asked: dict[str, str] = {}
        """Question → the server that asked it."""
        self._boxes: dict[str, Mailbox] = {}
        self._looked: dict[str, float] = {}
        """Server → when it fetched messages last."""
        self._busy = clock()
        """When it last had something to do or to say, or a server came for that."""
        self._ready = self._has_grown = False
        self._failed = ""
        self._alive = clock() + FIRST_SECONDS - SILENT_SECONDS
        self._news: dict[str, asyncio.Event] = {}
        """Server → what wakes its newest look."""
        self._events: asyncio.AbstractEventLoop | None = None
        self._telling = threading.Lock()
        """So that nobody is told an older snapshot after a newer one."""
        threading.Thread(target=self._live, name="loop", daemon=True).start()

    def _live(self) -> None:
        try:
            self._work(self._inbox)
        except Exception:
            log.exception("the loop ended")
        if not self._failed:  # that would be so again: who asks `ready` hears of it
            self._end(1)

    async def version(self) -> str:
        """What trains here."""
        return fingerprint()

    async def load(self) -> tuple[int, int]:
        """How full it is, the least first: whether it should end soon, and how many runs go on."""
        self._check()
        return int(self._has_grown), self._runs.going + len(self._asked)

    async def ready(self) -> str:
        """Return when it can train; a clause that says why where it never will."""
        while not (self._ready or self._failed):
            if self._clock() - self._alive > SILENT_SECONDS:
                return said("import_hangs")
            await asyncio.sleep(0.05)
        return self._failed

    async def take(self, server: str, commands: list[bytes]) -> None:
        """Commands of a page server, in order."""
        self._meet(server)
        self._busy = self._clock()
        for data in commands:
            try:
                self._command(server, decode(data, Command), data)
            except WireError as error:
                self._tell(server, messages.Event("refused", f"{error}"))

    async def look(self, server: str, seconds: float = LOOK_SECONDS) -> list[bytes]:
        """The messages for a page server: at once where there are any, else the first to come.

        Only its newest look gets any: one before that is of a driver that has ended.
        """
        self._check()
        self._events = asyncio.get_running_loop()
        if before := self._news.get(server):
            before.set()
        news = self._news[server] = asyncio.Event()
        box = self._meet(server)
        if box.is_empty:
            try:
                await asyncio.wait_for(news.wait(), seconds)
            except TimeoutError:
                return []
        self._busy = self._clock()
        return box.take() if self._news.get(server) is news else []

    async def card(self, run_id: str) -> bytes | None:
        """What another server needs to show a run; None where it isn't held here."""
        held = self._runs.by_id.get(run_id)
        return held.card if held else None

    async def watch(self, server: str, run_id: str) -> bool:
        """Tell a server of a run from now on, and how it stands. False where it isn't held here."""
        if (held := self._runs.by_id.get(run_id)) is None:
            return False
        self._meet(server)
        held.watchers.add(server)
        self._tell_all(server, held)
        return True

    def _command(self, server: str, command: Command, data: bytes) -> None:
        if isinstance(command, messages.Start):
            if known := self._runs.by_id.get(command.run_id):
                self._found_again(server, known, command)
                return
            self._runs.add(command.run_id, Held(server, command.card))
        elif isinstance(command, messages.Steer):
            if not self._steered(server, command):
                return
        elif isinstance(command, messages.Show):
            held = Held(server, command.card)
            held.note(command.snapshot)
            self._runs.add(command.snapshot.run_id, held)
            return
        elif isinstance(command, messages.Ask):
            self._asked[command.question_id] = server
        elif isinstance(command, messages.Cancel):
            self._asked.pop(command.question_id, None)
        elif not isinstance(command, messages.Prepare):  # the rest is for a worker of one's own
            raise WireError(f"a slot takes no {type(command).__name__}")
        self._inbox.put(data)

    def _found_again(self, server: str, held: Held, command: messages.Start) -> None:
        """A server has lost its way to a run here, and perhaps a command or the run's end."""
        held.owner = server
        verb: messages.Verb = "pause" if command.paused else "resume"
        verbs: tuple[messages.Verb, ...] = "set_pace", "attend", verb
        for each in verbs:
            steer = messages.Steer(each, command.run_id, command.show_seconds)
            self._inbox.put(encode(steer))
        self._tell_all(server, held)

    def _steered(self, server: str, command: messages.Steer) -> bool:
        """Note what is done to a run; returns whether the loop is to do it."""
        held = self._runs.by_id.get(command.run_id)
        if held is None:
            return False
        is_own = server == held.owner
        if command.verb == "attend" and not is_own:
            self._tell(held.owner, messages.Attended(command.run_id))
        if command.verb == "drop" and is_own:
            del self._runs.by_id[command.run_id]
            for watcher in held.watchers:
                self._tell(watcher, messages.Lost([command.run_id], ""))
        elif command.verb == "drop":  # it only watched
            held.watchers.discard(server)
            return False
        return True

    def _heard(self, data: bytes) -> None:
        """Called by the loop."""
        self._alive = self._clock()
        if self._alive - self._met > UNUSED_SECONDS:
            self._leave()
        message: Message = decode(data, Message)
        if isinstance(message, messages.Report):
            with self._telling:
                if held := self._runs.by_id.get(message.snapshot.run_id):
                    held.note(message.snapshot)
                for server in self._runs.servers(message.snapshot.run_id):
                    self._tell(server, message)
        elif isinstance(message, messages.Checkpoint):
            if held := self._runs.by_id.get(message.run_id):
                self._tell(held.owner, message)
        elif isinstance(message, messages.Answer):
            if server := self._asked.pop(message.question_id, ""):
                self._tell(server, message)
        elif isinstance(message, messages.Event):
            self._ready |= message.kind == "ready"
            self._has_grown |= message.kind == "grown"
            if message.kind == "failed":
                self._failed = message.text
            if message.kind == "refused":
                log.warning("the loop refused a command: %s", message.text)

    def _tell(self, server: str, message: Message) -> None:
        """Leave a message for a server that isn't gone; from any thread."""
        if box := self._boxes.get(server):
            box.put(message)
        if self._events is not None and (news := self._news.get(server)):
            self._events.call_soon_threadsafe(news.set)

    def _tell_all(self, server: str, held: Held) -> None:
        """Leave a server a run's newest snapshot, with all that is known of its past."""
        with self._telling:
            if report := held.whole():
                self._tell(server, report)

    def _meet(self, server: str) -> Mailbox:
        """Note that a server is there; its box."""
        self._looked[server] = self._met = self._clock()
        return self._boxes.setdefault(server, Mailbox())

    def _check(self) -> None:
        """End where the loop hangs, or has grown and is idle; forget servers that have gone."""
        now = self._clock()
        if self._runs.going or self._asked or not all(b.is_empty for b in self._boxes.values()):
            self._busy = now
        rests = now - self._busy > REST_SECONDS
        if now - self._alive > SILENT_SECONDS or (self._has_grown and rests):
            self._end(1)
        for server in [name for name, then in self._looked.items() if now - then > GONE_SECONDS]:
            del self._looked[server]
            self._boxes.pop(server, None)
            self._news.pop(server, None)
            for run_id, held in list(self._runs.by_id.items()):
                held.watchers.discard(server)
                if held.owner == server and not (held.over or held.watchers):
                    self._steered(server, messages.Steer("drop", run_id))
                    self._inbox.put(encode(messages.Steer("drop", run_id)))


def start_loop(slots_here: int) -> Callable[[Inbox], Any]:
    """What a slot does in its thread, on a machine with so many: the worker's loop."""

    def work(inbox: Inbox) -> None:
        from lib.data import total_memory  # noqa: PLC0415  only nodes get here
        from lib.training.worker import serve  # noqa: PLC0415

        serve(inbox, share=total_memory() // slots_here)

    return work
