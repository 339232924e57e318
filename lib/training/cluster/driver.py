"""The driver: it makes a cluster's many slots look like one worker to a page server's client.

The driver passes commands on to slots, fetches the news of each run and question from its slot, and
tells the client which are lost with a slot: the client has the checkpoints, and starts runs again.
A **job** here is a run or a question; its id is theirs.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from lib.training import messages
from lib.training.cluster.slot import Load, fingerprint
from lib.training.messages import BEAT_SECONDS, Command, Message, decode, encode, sentence

GATHER_SECONDS = 0.05  # between two requests for a job's news, at least
LOAD_SECONDS = 2.0  # between two questions how busy a slot is
SURVEY_SECONDS, HEAD_SECONDS = 2.0, 6.0  # between searches for slots; for the head to answer one
NO_SLOT_SECONDS = 60.0  # without a slot that can train for so long, the cluster can't be used
ANSWER_SECONDS = 20.0  # for a slot on a busy node to answer; the slot waits half as long for news
PATIENCE_SECONDS = 3600.0  # for a slot that waits for a processor, or imports TensorFlow


class ClusterError(Exception):
    """The cluster can't be used; the text is a clause that says why."""


class UnavailableError(Exception):
    """A slot doesn't answer; the text says how, such as "is gone"."""


class UnusableError(UnavailableError):
    """A slot must not be used; the text is a clause that says why."""


Call = Callable[..., Awaitable[Any]]
"""A slot: `call(method, *arguments, seconds=…)` returns or raises what the method does, or raises
UnavailableError if there is no answer in time."""


@dataclass(slots=True, eq=False)
class Link:
    """A slot, and what a driver knows of it."""

    call: Call
    is_ready: bool = False
    refused: str = ""  # why the slot must not be used
    load: Load = (False, 0)  # how busy the slot said it is, plus the jobs that it was given since
    commands: asyncio.Queue[tuple[Command, bytes]] = field(default_factory=asyncio.Queue)


class Driver:
    """The cluster as one worker. `send` sends bytes to the client."""

    def __init__(
        self, find_slots: Callable[[], Awaitable[dict[str, Call]]], send: Callable[[bytes], object]
    ) -> None:
        self._find_slots, self._send = find_slots, send
        self._commands: asyncio.Queue[bytes] = asyncio.Queue()
        self._links: dict[str, Link] = {}  # the slots by name
        self._found: dict[str, Link] = {}  # the slots of other servers' runs, by the run's id
        self._where: dict[str, Link] = {}  # the slots of unfinished jobs, by id
        self._followed: dict[str, asyncio.Task[None]] = {}  # tasks that fetch jobs' news, by id
        self._slots_told = 0  # how many slots the client knows of
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Serve for ever. Raises ClusterError, in a group, where the cluster can't be used."""
        async with self._tasks:
            for work in (self._survey, self._beat, self._assign):
                self._tasks.create_task(work())

    def take(self, data: bytes) -> None:
        """Take an encoded command of the client's."""
        self._commands.put_nowait(data)

    def _tell(self, message: Message) -> None:
        self._send(encode(message))

    async def _beat(self) -> None:
        while True:
            self._tell(messages.Event("alive"))
            await asyncio.sleep(BEAT_SECONDS)

    async def _survey(self) -> None:
        """Find new slots every SURVEY_SECONDS. Raises ClusterError where none can be used."""
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
                    self._tasks.create_task(self._pass_on(link))
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
        """Note whether a slot can train, and how busy it is."""
        while True:
            try:
                theirs = await link.call("version", seconds=PATIENCE_SECONDS)
                if theirs != (ours := fingerprint()):
                    raise UnusableError(sentence("other_version", theirs=theirs, ours=ours))
                if failed := await link.call("ready", seconds=PATIENCE_SECONDS):
                    reason, _, _ = failed.partition(":")  # a page has no room for the remedy
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
                    self._tell(messages.Event("refused", sentence("node_refused", why=error)))
            except UnavailableError:
                pass
            self._use(link, is_ready=False)
            await asyncio.sleep(SURVEY_SECONDS)

    def _use(self, link: Link, *, is_ready: bool) -> None:
        """Note whether a slot can be used; tell the client how many can, where that changes."""
        link.is_ready = is_ready
        if (count := len(self._ready)) != self._slots_told:
            self._slots_told = count
            self._tell(messages.Event("ready", count=count))

    async def _assign(self) -> None:
        """Hand each command to the slot that it is for."""
        while True:
            data = await self._commands.get()
            command: Command = decode(data, Command)
            link = None
            match command:
                case messages.Ask(question=messages.FIND_RUN, arguments=arguments):
                    self._tasks.create_task(self._find(command.id, arguments["run_id"]))
                case messages.Steer(verb="watch"):
                    if found := self._found.pop(command.id, None):
                        self._follow(command.id, found, is_owner=False)
                    else:
                        self._tell_lost(command.id, sentence("slot_gone"))
                case messages.Steer(verb="unwatch"):
                    self._forget(command.id)
                case messages.Start() | messages.Ask():
                    while (link := self._least_busy()) is None:  # later commands wait, too
                        await asyncio.sleep(GATHER_SECONDS)
                    link.load = link.load[0], link.load[1] + 1
                    self._where[command.id] = link
                case messages.Prepare():
                    link = self._least_busy()
                case messages.Steer(verb="drop") | messages.Cancel():
                    link = self._where.get(command.id)
                    self._forget(command.id)
                case messages.Steer():
                    link = self._where.get(command.id)
            if link is not None:
                link.commands.put_nowait((command, data))

    def _least_busy(self) -> Link | None:
        ready = self._ready
        random.shuffle(ready)  # so that servers choose different ones of equally busy slots
        return min(ready, key=lambda link: link.load, default=None)

    async def _pass_on(self, link: Link) -> None:
        """Send a slot its commands, one after the other."""
        while True:
            command, data = await link.commands.get()
            try:
                await link.call("take", data, seconds=ANSWER_SECONDS)
            except UnavailableError as error:
                self._use(link, is_ready=False)
                match command:
                    case messages.Start() | messages.Ask():
                        if self._where.get(command.id) is link:  # it wasn't dropped meanwhile
                            self.take(data)  # another slot gets it
                    case messages.Steer() | messages.Cancel():
                        self._lose(command.id, f"{error}")
            else:
                match command:
                    case messages.Start() | messages.Ask() if self._where.get(command.id) is link:
                        self._follow(command.id, link)

    def _follow(self, job_id: str, link: Link, *, is_owner: bool = True) -> None:
        """Pass on a job's news from now on."""
        self._where[job_id] = link
        news = self._fetch(job_id, link, is_owner=is_owner)
        self._followed[job_id] = self._tasks.create_task(news)

    async def _fetch(self, job_id: str, link: Link, *, is_owner: bool) -> None:
        number, is_last = 0, False
        try:
            while not is_last:
                news = await link.call("news", job_id, number, is_owner, seconds=ANSWER_SECONDS)
                if news is None:
                    self._lose(job_id, sentence("slot_gone"))
                    return
                found, number, is_last = news
                for data in found:
                    self._send(data)
                await asyncio.sleep(GATHER_SECONDS)
        except UnavailableError as error:
            self._use(link, is_ready=False)
            self._lose(job_id, f"{error}")
        else:
            self._forget(job_id)

    def _forget(self, job_id: str) -> bool:
        """Fetch no more news of a job; return whether the job was unfinished."""
        if (task := self._followed.pop(job_id, None)) and task is not asyncio.current_task():
            task.cancel()
        return self._where.pop(job_id, None) is not None

    def _lose(self, job_id: str, how: str) -> None:
        """Tell the client that an unfinished job is lost; the client starts a run again."""
        if self._forget(job_id):
            self._tell_lost(job_id, how)

    def _tell_lost(self, job_id: str, how: str) -> None:
        self._tell(messages.Lost(job_id, sentence("slot_lost", how=how)))

    async def _find(self, question_id: str, run_id: str) -> None:
        """Ask all slots for a run; answer the question with the run's card, or None."""
        ready = self._ready
        found = None
        calls = [link.call("find", run_id, seconds=1.0) for link in ready]
        cards = await asyncio.gather(*calls, return_exceptions=True)
        for link, card in zip(ready, cards, strict=True):
            if isinstance(card, bytes):
                self._found[run_id] = link
                found = card
        self._tell(messages.Answer(question_id, {"card": found}))
