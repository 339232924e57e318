"""What stands between a page server and the cluster: a client's worker, made of many slots.

It speaks the worker's protocol with its client, passes each command on to the slot that it is for,
and each message back. Commands of one run are passed on in their order; those of other runs don't
wait for them, since a slot, or the board, may take seconds to answer. It chooses slots for new
runs, tells which runs have lost theirs, and keeps no run itself: its client has their checkpoints,
and starts them again. It knows no Ray (`on_ray`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

from lib.data import remember
from lib.training import messages
from lib.training.cluster import said
from lib.training.cluster.actor import Cluster
from lib.training.cluster.board import Places, now
from lib.training.cluster.errors import ClusterError, UnavailableError, UnusableError
from lib.training.cluster.link import Link, least_busy, wait_until_it_trains
from lib.training.messages import Command, Message

LOOK_SECONDS = 10.0
"""How long a slot is asked for messages at a time. It answers with the first that comes."""
GATHER_SECONDS = 0.05
"""Between two looks at one slot at least, so that many runs' messages come together."""
SURVEY_SECONDS = 2.0
"""Between two looks for slots that have come."""
NO_SLOT_SECONDS = 30.0
"""A cluster without a slot for so long can't be used."""
SETTLE_SECONDS = 10.0
"""How long a run of an earlier driver's waits for its slot, which may answer later than others."""
MOST_PLACES = 10_000
"""Runs of which it is known where they are: the newest."""
FIND_SECONDS = 60.0
"""How long a run that is watched is looked for where its slot is gone: its own server has it go on
elsewhere."""
log = logging.getLogger(__name__)


class Driver:
    """The cluster as one worker of `server`, whose messages go to `send`.

    `run` ends with ClusterError where the cluster can't be used (any more).
    """

    def __init__(self, server: str, cluster: Cluster, send: Callable[[Message], None]) -> None:
        self._server, self._cluster, self._send = server, cluster, send
        self._links: dict[str, Link] = {}
        self._places: dict[str, Link] = {}
        """Run → where it is."""
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By run: held by the command that is being passed on, and wanted by those that follow."""
        self._has_slot = asyncio.Event()
        """Set while there is a slot that can be used."""
        self._errors: asyncio.Queue[BaseException] = asyncio.Queue()
        """What ended a task that should not have ended so."""
        self._counted = -1
        self._settled_at = math.inf
        """When earlier runs wait for their slots no more, on the loop's clock."""
        self._board = Places(cluster.board)
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, command: Command, data: bytes) -> None:
        """Do this command, which came as these bytes, after those before it of the same run."""
        self._do(self._act(command, data))

    async def run(self) -> None:
        """Serve until the cluster is gone, or until an error that nobody has expected."""
        works = self._survey(), self._fail(), self._board.keep()
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in (*tasks, *self._tasks):
                task.cancel()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._errors.put_nowait(error)

    async def _fail(self) -> None:
        """Raise the first error of a task: the client starts another driver then."""
        raise await self._errors.get()

    async def _survey(self) -> None:
        """Find slots, now and then; give up where there is none for long."""
        since = now()
        self._settled_at = since + SETTLE_SECONDS
        while True:
            for name, actor in (await self._cluster.slots()).items():
                if name not in self._links:
                    link = self._links[name] = Link(name, actor)
                    self._do(self._keep(link))
            refused = [link.refused for link in self._links.values()]
            if refused and all(refused):
                raise ClusterError(refused[0])
            if any(link.is_usable or link.is_coming for link in self._links.values()):
                since = now()
            elif now() - since > NO_SLOT_SECONDS:
                raise ClusterError(said("no_slot"))
            await asyncio.sleep(SURVEY_SECONDS)

    async def _keep(self, link: Link) -> None:
        """Pass on what a slot says, from when it can train until the driver ends."""
        while True:
            try:
                await wait_until_it_trains(link)
                link.is_usable, link.is_known, link.refused = True, True, ""
                self._count()
                await self._listen(link)
            except UnusableError as error:
                self._lose(link, said("ended"))
                if f"{error}" != link.refused:
                    link.refused = f"{error}"
                    self._send(messages.Event("refused", said("node_refused", why=error)))
            except UnavailableError as error:
                self._lose(link, f"{error}")
            except Exception:  # else nobody would hear of its runs any more
                log.exception("%s is looked for again", link.name)
                self._lose(link, said("ended"))
            await asyncio.sleep(SURVEY_SECONDS)

    async def _listen(self, link: Link) -> None:
        """Pass on messages until it is lost; those of runs that train elsewhere now are none."""
        while link.is_usable:
            look = link.actor.call("look", self._server, LOOK_SECONDS, seconds=LOOK_SECONDS + 10)
            for data in await look:
                message = messages.decode(data, Message)
                if isinstance(message, messages.Answer):
                    link.questions.discard(message.question_id)
                run_id = _run_of(message)
                if isinstance(message, messages.Lost):  # its owner has it go on elsewhere
                    self._look_again(link, {*message.run_ids} & link.watched)
                elif self._places.get(run_id, link) is link:
                    self._send(message)
                    if isinstance(message, messages.Report) and message.snapshot.status.over:
                        link.watched.discard(run_id)
                else:
                    drop = messages.Steer("drop", run_id)
                    await link.actor.call("take", self._server, [messages.encode(drop)])
            await asyncio.sleep(GATHER_SECONDS)

    def _count(self) -> None:
        """Tell the client when the first slot is there, and then how many there are."""
        count = sum(link.is_usable for link in self._links.values())
        (self._has_slot.set if count else self._has_slot.clear)()
        if count != self._counted and (count or self._counted > 0):
            kind: Any = "ready" if self._counted < 0 else "places"
            self._counted = count
            self._send(messages.Event(kind, count=count))

    def _lose(self, link: Link, how: str) -> None:
        """Tell the client what has been lost with a slot."""
        link.is_usable, link.is_coming, link.is_known = False, False, True
        runs, link.runs = link.runs, set()
        for question_id in link.questions:
            words = said("ask_again", how=how)
            self._send(messages.Answer(question_id, error=words))
        link.questions.clear()
        for run_id in runs:
            self._places.pop(run_id, None)
        self._count()
        if runs:
            self._send(messages.Lost(sorted(runs), said("slot_lost", how=how)))
        self._look_again(link, {*link.watched})

    def _look_again(self, link: Link, watched: set[str]) -> None:
        """Look for runs of other servers that a slot had."""
        link.watched -= watched
        for run_id in watched:
            self._places.pop(run_id, None)
            self._do(self._watch_run(run_id, FIND_SECONDS))

    async def _act(self, command: Command, data: bytes) -> None:
        """Do a command when those before it of its run are done."""
        act = getattr(self, f"_{type(command).__name__.lower()}", None)
        if act is None:
            why = said("not_agreed", why=f"a cluster takes no {type(command).__name__}")
            self._send(messages.Event("refused", why))
            return
        run_id = _line_of(command)
        if not run_id:
            await act(command, data)
            return
        async with self._lines.setdefault(run_id, asyncio.Lock()):  # in the order of waiting
            await act(command, data)

    async def _start(self, command: messages.Start, data: bytes) -> None:
        """Give a run to a slot: to the one that has it, where an earlier driver placed it.

        Without any slot it waits for the first, and later commands of this run wait with it.
        """
        link = await self._where(command.run_id) if command.again else None
        while link is None:
            await self._has_slot.wait()
            link = await least_busy(self._links.values())
        await self._place(command.run_id, link, data)

    async def _show(self, command: messages.Show, data: bytes) -> None:
        if link := await least_busy(self._links.values()):
            await self._place(command.snapshot.run_id, link, data)

    async def _place(self, run_id: str, link: Link, data: bytes) -> None:
        link.runs.add(run_id)
        for old, its_link in remember(self._places, run_id, link, MOST_PLACES):
            its_link.runs.discard(old)
        await self._pass(link, data)
        self._do(self._board.write(run_id, link.name))

    async def _steer(self, command: messages.Steer, data: bytes) -> None:
        if link := self._places.get(command.run_id) or await self._where(command.run_id):
            await self._pass(link, data)

    async def _ask(self, command: messages.Ask, data: bytes) -> None:
        if link := await least_busy(self._links.values()):
            link.questions.add(command.question_id)
            await self._pass(link, data)
        else:
            words = said("ask_again", how=said("ended"))
            self._send(messages.Answer(command.question_id, error=words))

    async def _cancel(self, command: messages.Cancel, data: bytes) -> None:
        for link in self._links.values():
            if command.question_id in link.questions:
                link.questions.discard(command.question_id)
                await self._pass(link, data)

    async def _prepare(self, _: messages.Prepare, data: bytes) -> None:
        if link := await least_busy(self._links.values()):
            await self._pass(link, data)

    async def _find(self, command: messages.Find, _: bytes) -> None:
        card = None
        if link := await self._where(command.run_id):
            with contextlib.suppress(UnavailableError):
                card = await link.actor.call("card", command.run_id)
        self._send(messages.Found(command.run_id, card))

    async def _watch(self, command: messages.Watch, _: bytes) -> None:
        await self._watch_run(command.run_id, 0.0)

    async def _pass(self, link: Link, data: bytes) -> None:
        try:
            await link.actor.call("take", self._server, [data])
        except UnavailableError as error:
            self._lose(link, f"{error}")

    async def _where(self, run_id: str) -> Link | None:
        """The slot that has a run, as the board says, where it can be used."""
        link = await self._named(run_id)
        while link and not link.is_known and now() < self._settled_at:
            await asyncio.sleep(GATHER_SECONDS)
        return link if link and link.is_usable else None

    async def _named(self, run_id: str) -> Link | None:
        name = await self._board.read(run_id)
        return self._links.get(name) if name else None

    async def _watch_run(self, run_id: str, seconds: float) -> None:
        """Have this server told of a run of another; look for it for so long where it is gone."""
        until = now() + seconds
        while True:
            link = await self._where(run_id)
            try:
                if link and await link.actor.call("watch", self._server, run_id):
                    self._places[run_id] = link
                    link.watched.add(run_id)
                    return
            except UnavailableError:
                pass  # it is looked for again
            if now() >= until:
                self._send(messages.Lost([run_id], said("slot_lost", how=said("ended"))))
                return
            await asyncio.sleep(1)


def _line_of(command: Command) -> str:
    """The run whose commands are passed on in their order; "" for a command that may overtake."""
    if isinstance(command, messages.Start | messages.Steer):
        return command.run_id
    return command.snapshot.run_id if isinstance(command, messages.Show) else ""


def _run_of(message: Message) -> str:
    """The run whose training a message is of; "" for what no slot but its own would say."""
    if isinstance(message, messages.Report):
        return message.snapshot.run_id
    return message.run_id if isinstance(message, messages.Checkpoint) else ""
