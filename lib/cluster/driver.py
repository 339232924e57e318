"""What stands between a page server and the cluster: a client's worker, made of many slots.

It speaks the worker's protocol with its client, passes each command on to the slot that it is for,
and each message back. It chooses slots for new runs, tells which runs have lost theirs, and keeps
no run itself: its client has their checkpoints, and starts them again. It knows no Ray (`on_ray`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from lib.cluster import said
from lib.cluster.errors import ClusterError, UnavailableError
from lib.cluster.version import fingerprint
from lib.training import messages
from lib.training.messages import Command, Message, encode

LOOK_SECONDS = 10.0
"""How long a slot is asked for messages at a time. It answers with the first that comes."""
GATHER_SECONDS = 0.05
"""Between two looks at one slot at least, so that many runs' messages come together."""
SURVEY_SECONDS = 2.0
"""Between two looks for slots that have come."""
ASKED = 8
"""Of so many slots, chosen by chance, the least busy one gets a new run: asking all of a thousand
would cost more than it brings. Two are nearly as good (Mitzenmacher, "The power of two choices in
randomized load balancing", 2001)."""
NO_SLOT_SECONDS = 30.0
"""A cluster without a slot for so long can't be used."""
RUN_NOTE_SECONDS = 4 * 3600.0
"""How long the board knows where a run is; a client forgets its runs before."""
FIND_SECONDS = 60.0
"""How long a run that is watched is looked for where its slot is gone: its own server has it go on
elsewhere."""


class Actor(Protocol):
    """A slot, or the board."""

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What the method returns. Raises UnavailableError where nobody answers."""


class Cluster(Protocol):
    """What `on_ray` has, or what stands for it."""

    board: Actor

    async def slots(self) -> dict[str, Actor]:
        """All slots by name."""


@dataclass(slots=True, eq=False)
class Link:
    """A slot, as this driver sees it."""

    name: str
    actor: Actor
    is_usable: bool = False
    runs: set[str] = field(default_factory=set)
    """Of this server, also those that are over."""
    watched: set[str] = field(default_factory=set)
    """Of other servers, which this one is told of."""
    questions: set[str] = field(default_factory=set)


class Driver:
    """The cluster as one worker of `server`, whose messages go to `send`.

    `run` ends with ClusterError where the cluster can't be used (any more).
    """

    def __init__(self, server: str, cluster: Cluster, send: Callable[[Message], None]) -> None:
        self._server, self._cluster, self._send = server, cluster, send
        self._board = cluster.board
        self._links: dict[str, Link] = {}
        self._places: dict[str, Link] = {}
        """Run → where it is."""
        self._why = ""
        """Why a slot can't be used, of the last that couldn't."""
        self._counted = -1
        self._notes: dict[str, messages.Note] = {}
        """What this server has left on the board."""
        self._known: dict[str, int] = {}
        """Keys that this server follows → the version of each that it has."""
        self._followed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, commands: asyncio.Queue[tuple[Command, bytes]]) -> None:
        """Serve until the cluster is gone."""
        first = asyncio.ensure_future(self._survey())
        others = [self._serve(commands), self._read_board()]
        waiting = [first, *(asyncio.ensure_future(each) for each in others)]
        try:
            await asyncio.gather(*waiting)
        finally:
            for task in (*waiting, *self._tasks):
                task.cancel()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _survey(self) -> None:
        """Find slots, now and then; give up where there is none for long."""
        since = asyncio.get_running_loop().time()
        while True:
            for name, actor in (await self._cluster.slots()).items():
                if name not in self._links:
                    link = self._links[name] = Link(name, actor)
                    self._do(self._keep(link))
            now = asyncio.get_running_loop().time()
            if any(link.is_usable for link in self._links.values()):
                since = now
            elif now - since > NO_SLOT_SECONDS:
                raise ClusterError(self._why or said("no_slot"))
            await asyncio.sleep(SURVEY_SECONDS)

    async def _keep(self, link: Link) -> None:
        """Pass on what a slot says, from when it can train until the driver ends."""
        while True:
            try:
                theirs = await link.actor.call("version", seconds=3600)
                if theirs != (ours := fingerprint()):
                    self._why = said("other_version", theirs=theirs, ours=ours)
                elif failed := await link.actor.call("ready", seconds=3600):
                    self._why = said("not_connected", why=failed)
                else:
                    link.is_usable = True
                    self._count()
                    await self._listen(link)
            except UnavailableError as error:
                self._why = f"{error}"
                self._lose(link, f"{error}")
            await asyncio.sleep(SURVEY_SECONDS)

    async def _listen(self, link: Link) -> None:
        while True:
            look = link.actor.call("look", self._server, LOOK_SECONDS, seconds=LOOK_SECONDS + 10)
            for data in await look:
                message = messages.decode(data, Message)
                if isinstance(message, messages.Answer):
                    link.questions.discard(message.question_id)
                self._send(message)
            await asyncio.sleep(GATHER_SECONDS)

    def _count(self) -> None:
        """Tell the client when the first slot is there, and then how many there are."""
        count = sum(link.is_usable for link in self._links.values())
        if count != self._counted and (count or self._counted > 0):
            kind: Any = "ready" if self._counted < 0 else "places"
            self._counted = count
            self._send(messages.Event(kind, count=count))

    def _lose(self, link: Link, how: str) -> None:
        """Tell the client what has been lost with a slot."""
        link.is_usable = False
        runs, watched, link.runs, link.watched = link.runs, link.watched, set(), set()
        for question_id in link.questions:
            words = said("ask_again", how=how)
            self._send(messages.Answer(question_id, error=words))
        link.questions.clear()
        for run_id in runs | watched:
            self._places.pop(run_id, None)
        self._count()
        if runs:
            self._send(messages.Lost(sorted(runs), said("slot_lost", how=how)))
        for run_id in watched:
            self._do(self._watch(run_id, FIND_SECONDS))

    async def _serve(self, commands: asyncio.Queue[tuple[Command, bytes]]) -> None:
        """Do what the client says, one command after another."""
        while True:
            command, data = await commands.get()
            if isinstance(command, messages.Start | messages.Show):
                await self._place(command, data)
            elif isinstance(command, messages.Steer):
                if link := self._places.get(command.run_id):
                    await self._pass(link, data)
            elif isinstance(command, messages.Ask):
                if link := await self._least_busy():
                    link.questions.add(command.question_id)
                    await self._pass(link, data)
                else:
                    words = said("ask_again", how=said("ended"))
                    self._send(messages.Answer(command.question_id, error=words))
            elif isinstance(command, messages.Prepare):
                if link := await self._least_busy():
                    await self._pass(link, data)
            elif isinstance(command, messages.Find):
                self._do(self._find(command.run_id))
            elif isinstance(command, messages.Watch):
                self._do(self._watch(command.run_id, 0.0))
            elif isinstance(command, messages.Note):
                self._notes[command.key] = command
                self._do(self._leave(command))
            elif isinstance(command, messages.Follow):
                self._known.setdefault(command.key, 0)
                self._followed.set()

    async def _pass(self, link: Link, data: bytes) -> None:
        try:
            await link.actor.call("take", self._server, [data])
        except UnavailableError as error:
            self._lose(link, f"{error}")

    async def _least_busy(self) -> Link | None:
        """Of some usable slots the one with the least to do; None where there is none."""
        usable = [link for link in self._links.values() if link.is_usable]
        if len(usable) <= 1:
            return usable[0] if usable else None
        some = random.sample(usable, min(ASKED, len(usable)))  # noqa: S311  no secret
        loads = await asyncio.gather(*(self._load(link) for link in some))
        return min(zip(loads, some, strict=True), key=lambda pair: pair[0])[1]

    async def _load(self, link: Link) -> tuple[float, float]:
        try:
            grown, runs = await link.actor.call("load", seconds=0.5)
        except UnavailableError:
            return float("inf"), 0
        return grown, runs

    async def _place(self, command: messages.Start | messages.Show, data: bytes) -> None:
        """Give a run to a slot: to the one that has it, where a driver before this one placed it."""
        is_start = isinstance(command, messages.Start)
        run_id = command.run_id if isinstance(command, messages.Start) else command.snapshot.run_id
        link = await self._where(run_id) if is_start and command.again else None
        link = link or await self._least_busy()
        if link is None:
            if is_start:
                self._send(messages.Lost([run_id], said("slot_lost", how=said("ended"))))
            return
        self._places[run_id] = link
        link.runs.add(run_id)
        await self._pass(link, data)
        self._do(self._leave(messages.Note(_key(run_id), link.name.encode(), RUN_NOTE_SECONDS)))

    async def _where(self, run_id: str) -> Link | None:
        """The slot that has a run, as the board says."""
        try:
            name = await self._board.call("get", _key(run_id))
        except UnavailableError:
            return None
        link = self._links.get(name.decode()) if name else None
        return link if link and link.is_usable else None

    async def _find(self, run_id: str) -> None:
        card = None
        if link := await self._where(run_id):
            try:
                card = await link.actor.call("card", run_id)
            except UnavailableError:
                card = None
        self._send(messages.Found(run_id, card))

    async def _watch(self, run_id: str, seconds: float) -> None:
        """Have this server told of a run of another; look for it for so long where it is gone."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            link = await self._where(run_id)
            try:
                if link and await link.actor.call("watch", self._server, run_id):
                    self._places[run_id] = link
                    link.watched.add(run_id)
                    return
            except UnavailableError:
                pass  # it is looked for again
            if loop.time() >= until:
                self._send(messages.Lost([run_id], said("slot_lost", how=said("ended"))))
                return
            await asyncio.sleep(1)

    async def _leave(self, note: messages.Note) -> None:
        """Leave a note on the board, now or when there is one again: see `_read_board`."""
        try:
            await self._board.call("put", note.key, note.value, note.seconds)
        except UnavailableError:
            return

    async def _read_board(self) -> None:
        """Pass on the notes that the client follows; a new board gets this server's notes again."""
        birth = ""
        while True:
            try:
                if (now := await self._board.call("birth")) != birth:
                    birth, self._known = now, dict.fromkeys(self._known, 0)
                    for note in list(self._notes.values()):
                        await self._leave(note)
                    for run_id, link in list(self._places.items()):
                        if run_id in link.runs:
                            name = link.name.encode()
                            await self._leave(messages.Note(_key(run_id), name, RUN_NOTE_SECONDS))
                if not self._known:
                    self._followed.clear()
                    await asyncio.wait(
                        [asyncio.ensure_future(self._followed.wait())], timeout=LOOK_SECONDS
                    )
                    continue
                await self._read_news()
            except UnavailableError:
                await asyncio.sleep(1)

    async def _read_news(self) -> None:
        """Wait for a change of what is followed, or for another key to be."""
        self._followed.clear()
        news = asyncio.ensure_future(
            self._board.call("news", dict(self._known), LOOK_SECONDS, seconds=LOOK_SECONDS + 10)
        )
        another = asyncio.ensure_future(self._followed.wait())
        await asyncio.wait([news, another], return_when=asyncio.FIRST_COMPLETED)
        another.cancel()
        if not news.done():
            news.cancel()
            return
        for key, (version, value) in news.result().items():
            self._known[key] = version
            self._send(messages.Noted(key, value))


def _key(run_id: str) -> str:
    return f"run:{run_id}"
