"""The driver: it makes a cluster's slots look like one worker to a page server's client.

The driver forwards commands to slots, fetches the messages of each **job** (a run or a question)
from its slot, and reports jobs that are lost with a slot. The client then restarts lost runs.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from lib.training import messages
from lib.training.cluster.slot import Load, fingerprint
from lib.training.messages import BEAT_SECONDS, Command, Message, decode, encode, sentence

GATHER_SECONDS = 0.05  # the minimum time between two requests for a job's messages
LOAD_SECONDS = 2.0  # the time between two requests for a slot's load
SURVEY_SECONDS = 2.0  # the time between two searches for slots
HEAD_SECONDS = 6.0  # the time limit for the head's response to a search
NO_SLOT_SECONDS = 60.0  # the cluster can't be used if no slot is usable for this time
ANSWER_SECONDS = 20.0  # a slot's time limit; a slot waits half as long for a job's messages
PATIENCE_SECONDS = 3600.0  # the time limit of a slot that waits for a processor or TensorFlow


class ClusterError(Exception):
    """Raised if the cluster can't be used. The message is a clause with the reason."""


class UnavailableError(Exception):
    """Raised if a slot doesn't respond. The message is a verb phrase, such as "is gone"."""


class UnusableError(UnavailableError):
    """Raised if a slot must not be used. The message is a clause with the reason."""


Call = Callable[..., Awaitable[Any]]
"""A slot as a function: `call(method, *arguments, seconds=…)` calls a method of the slot. It raises
UnavailableError if the slot doesn't respond within `seconds`."""


@dataclass(slots=True, eq=False)
class Link:
    """A driver's record of a slot."""

    call: Call
    is_ready: bool = False
    refused: str = ""  # why the slot must not be used
    load: Load = (False, 0)  # the slot's last reported load, plus jobs sent since then
    commands: asyncio.Queue[tuple[Command, bytes]] = field(default_factory=asyncio.Queue)


class Driver:
    """The cluster as one worker. `send` sends bytes to the client."""

    def __init__(
        self, find_slots: Callable[[], Awaitable[dict[str, Call]]], send: Callable[[bytes], object]
    ) -> None:
        self._find_slots, self._send = find_slots, send
        self._commands: asyncio.Queue[bytes] = asyncio.Queue()
        self._links: dict[str, Link] = {}  # the slots by name
        self._where: dict[str, Link] = {}  # the slots of unfinished jobs, by job id
        self._followed: dict[str, asyncio.Task[None]] = {}  # tasks that fetch messages, by job id
        self._reported_slots = 0  # the number of slots last sent to the client
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Serve until the cluster can't be used. Raises an exception group with a ClusterError."""
        async with self._tasks:
            for work in (self._survey, self._beat, self._assign):
                self._tasks.create_task(work())

    def take(self, data: bytes) -> None:
        """Queue an encoded command from the client."""
        self._commands.put_nowait(data)

    def _report(self, message: Message) -> None:
        self._send(encode(message))

    async def _beat(self) -> None:
        while True:
            self._report(messages.Event("alive"))
            await asyncio.sleep(BEAT_SECONDS)

    async def _survey(self) -> None:
        """Find new slots every SURVEY_SECONDS. Raises ClusterError if none can be used."""
        now = asyncio.get_running_loop().time
        since = now()
        while True:
            try:
                found = await asyncio.wait_for(self._find_slots(), HEAD_SECONDS)
            except TimeoutError:
                raise ClusterError(sentence("head_gone")) from None
            for name, call in found.items():
                if name not in self._links:
                    link = self._links[name] = Link(call)
                    self._tasks.create_task(self._watch(link))
                    self._tasks.create_task(self._forward(link))
            refused = [link.refused for link in self._links.values()]
            if refused and all(refused):
                raise ClusterError(refused[0])
            if self._ready:
                since = now()
            elif now() - since > NO_SLOT_SECONDS:
                raise ClusterError(sentence("no_slot"))
            await asyncio.sleep(SURVEY_SECONDS)

    @property
    def _ready(self) -> list[Link]:
        return [link for link in self._links.values() if link.is_ready]

    async def _watch(self, link: Link) -> None:
        """Keep track of whether a slot can train, and of its load."""
        while True:
            try:
                version = await link.call("version", seconds=PATIENCE_SECONDS)
                if version != (expected := fingerprint()):
                    raise UnusableError(sentence("other_version", node=version, server=expected))
                if failed := await link.call("ready", seconds=PATIENCE_SECONDS):
                    reason, _, _ = failed.partition(". ")  # drop the fix to save space on the page
                    raise UnusableError(sentence("node_fails", why=reason))
                link.load = await link.call("load", seconds=ANSWER_SECONDS)
                link.refused = ""
                self._use(link, is_ready=True)
                while link.is_ready:
                    await asyncio.sleep(LOAD_SECONDS)
                    link.load = await link.call("load", seconds=ANSWER_SECONDS)
            except UnusableError as error:
                if f"{error}" != link.refused:
                    link.refused = f"{error}"
                    self._report(messages.Event("refused", sentence("node_refused", why=error)))
            except UnavailableError:
                pass
            self._use(link, is_ready=False)
            await asyncio.sleep(SURVEY_SECONDS)

    def _use(self, link: Link, *, is_ready: bool) -> None:
        """Record whether a slot can be used; report the number of slots if it changes."""
        link.is_ready = is_ready
        if (count := len(self._ready)) != self._reported_slots:
            self._reported_slots = count
            self._report(messages.Event("ready", count=count))

    async def _assign(self) -> None:
        while True:
            data = await self._commands.get()
            command: Command = decode(data, Command)
            link = None
            match command:
                case messages.Start() | messages.Ask():
                    while (link := self._least_busy()) is None:  # later commands wait, too
                        await asyncio.sleep(GATHER_SECONDS)
                    link.load = link.load[0], link.load[1] + 1
                    self._where[command.id] = link
                case messages.Prepare():
                    link = self._least_busy()
                case messages.Drop():
                    link = self._where.get(command.id)
                    self._forget(command.id)
                case messages.Steer():
                    link = self._where.get(command.id)
            if link is not None:
                link.commands.put_nowait((command, data))

    def _least_busy(self) -> Link | None:
        ready = self._ready
        random.shuffle(ready)  # page servers then choose different slots of the same load
        return min(ready, key=lambda link: link.load, default=None)

    async def _forward(self, link: Link) -> None:
        """Send a slot its queued commands, one at a time."""
        while True:
            command, data = await link.commands.get()
            why = ""
            try:
                await link.call("take", data, seconds=ANSWER_SECONDS)
            except UnavailableError as error:
                self._use(link, is_ready=False)
                why = f"{error}"
            match command:
                case messages.Start() | messages.Ask() if self._where.get(command.id) is link:
                    if why:
                        self.take(data)  # send it to another slot
                    else:
                        news = self._fetch(command.id, link)
                        self._followed[command.id] = self._tasks.create_task(news)
                case messages.Steer() if why:
                    self._lose(command.id, why)

    async def _fetch(self, job_id: str, link: Link) -> None:
        """Fetch a job's messages and send them to the client, until the job is over."""
        is_last = False
        try:
            while not is_last:
                news = await link.call("news", job_id, seconds=ANSWER_SECONDS)
                if news is None:
                    self._lose(job_id, sentence("slot_gone"))
                    return
                new_messages, is_last = news
                for data in new_messages:
                    self._send(data)
                await asyncio.sleep(GATHER_SECONDS)
        except UnavailableError as error:
            self._use(link, is_ready=False)
            self._lose(job_id, f"{error}")
        else:
            self._forget(job_id)

    def _forget(self, job_id: str) -> bool:
        """Stop fetching a job's messages; return whether the job was unfinished."""
        if (task := self._followed.pop(job_id, None)) and task is not asyncio.current_task():
            task.cancel()
        return self._where.pop(job_id, None) is not None

    def _lose(self, job_id: str, how: str) -> None:
        """Forget a job and report it as lost, if it was unfinished. The client restarts runs."""
        if self._forget(job_id):
            self._report(messages.Lost(job_id, sentence("slot_lost", how=how)))
