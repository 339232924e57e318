"""What stands between a page server and the cluster: to its client a worker, made of many slots.

It passes each command on to a slot, and each message of a slot to the client. Commands of one run
keep their order; others don't wait for them, since a slot may take seconds to answer. It tells the
client which runs are lost with a slot, and keeps no run itself: the client has their checkpoints,
and starts them again. It knows no Ray (`on_ray`).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from weakref import WeakValueDictionary

from lib.training import messages
from lib.training.cluster.link import (
    Cluster,
    ClusterError,
    Link,
    State,
    UnavailableError,
    UnusableError,
)
from lib.training.cluster.slot import LOOK_SECONDS
from lib.training.messages import BEAT_SECONDS, Command, Message, Steer, WireError, decode, encode
from lib.training.sentences import sentence

GATHER_SECONDS = 0.05
"""Between two looks at a slot at least, so that messages of many runs come together."""
SURVEY_SECONDS, HEAD_SECONDS = 2.0, 6.0
"""Between two looks for new slots, and how long the head may take to answer one."""
NO_SLOT_SECONDS = 30.0
"""A cluster without a slot for so long can't be used."""
SETTLE_SECONDS = 10.0
"""How long slots that haven't answered yet are asked for the runs of an earlier driver."""
FIND_SECONDS = 60.0
"""How long another server's run is looked for that is gone from its slot: that server starts it
again, in another one."""
ANSWER_SECONDS = 3600.0
"""How long an answer may take; the end of its slot comes before."""


class Driver:
    """The cluster as one worker of a page `server`, whose client gets messages by `send`."""

    def __init__(self, server: str, cluster: Cluster, send: Callable[[bytes], object]) -> None:
        self._server, self._cluster, self._send = server, cluster, send
        self._links: dict[str, Link] = {}
        """The slots by name."""
        self._watched: set[str] = set()
        """Runs that other page servers have started."""
        self._asked: dict[str, Link] = {}
        """The slots of open questions."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By run: held while one of its commands is passed on."""
        self._slots_told = 0
        """How many slots the client knows of."""
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Serve until something goes wrong: raises ClusterError, in a group, without a cluster."""
        self._settled_at = _now() + SETTLE_SECONDS
        async with self._tasks:
            self._tasks.create_task(self._survey())
            self._tasks.create_task(self._beat())

    def take(self, data: bytes) -> None:
        """Begin with a command of the client's."""
        try:
            command = decode(data, Command)
        except WireError as error:
            self._refuse(error)
        else:
            self._tasks.create_task(self._act(command, data))

    def _tell(self, message: Message) -> None:
        self._send(encode(message))

    def _refuse(self, error: object) -> None:
        self._tell(messages.Event("refused", sentence("not_agreed", why=error)))

    async def _beat(self) -> None:
        while True:
            self._tell(messages.Event("alive"))
            await asyncio.sleep(BEAT_SECONDS)

    async def _survey(self) -> None:
        """Find new slots, now and then. Raises ClusterError where none can be used."""
        since = _now()
        while True:
            try:
                found = await asyncio.wait_for(self._cluster.slots(), HEAD_SECONDS)
            except TimeoutError:
                raise ClusterError(sentence("head_gone")) from None
            for name in found.keys() - self._links.keys():
                link = self._links[name] = Link(found[name])
                self._tasks.create_task(self._keep(link))
            refused = [link.refused for link in self._links.values()]
            if refused and all(refused):
                raise ClusterError(refused[0])
            if self._with(State.STARTING) or self._with(State.READY):
                since = _now()
            elif _now() - since > NO_SLOT_SECONDS:
                raise ClusterError(sentence("no_slot"))
            await asyncio.sleep(SURVEY_SECONDS)

    def _with(self, state: State) -> list[Link]:
        return [link for link in self._links.values() if link.state is state]

    async def _keep(self, link: Link) -> None:
        """Pass on what a slot says, whenever it can train."""
        while True:
            try:
                await link.wait_until_ready()
                self._count()
                while link.state is State.READY:
                    await self._look(link)
                    await asyncio.sleep(GATHER_SECONDS)
            except UnusableError as error:
                self._lose(link, sentence("slot_gone"))
                if f"{error}" != link.refused:
                    link.refused = f"{error}"
                    text = sentence("node_refused", why=error)
                    self._tell(messages.Event("refused", text))
            except UnavailableError as error:
                self._lose(link, f"{error}")
            await asyncio.sleep(SURVEY_SECONDS)

    async def _look(self, link: Link) -> None:
        """Wait for news of this server's runs in a slot, and pass them on."""
        for run_id in link.lost:
            await link.actor.call("take", self._server, encode(Steer("drop", run_id)))
        link.lost.clear()
        link.load, found = await link.actor.call(
            "look", self._server, dict(link.runs), LOOK_SECONDS, seconds=2 * LOOK_SECONDS
        )
        for run_id in found.keys() & link.runs.keys():
            news = found[run_id]
            link.runs[run_id] = news.mark
            for data in news.messages:
                self._send(data)
            if news.is_last:
                del link.runs[run_id]
                if not news.messages:
                    self._lose_runs([run_id], sentence("slot_gone"))

    def _count(self) -> None:
        """Tell the client how many slots there are, when that has changed."""
        count = len(self._with(State.READY))
        if count != self._slots_told:
            self._slots_told = count
            self._tell(messages.Event("ready", count=count))

    def _lose(self, link: Link, how: str) -> None:
        """Give up the runs of a slot."""
        link.state = State.LOST
        runs, link.runs = link.runs, {}
        link.lost |= runs.keys() - self._watched
        self._count()
        self._lose_runs(sorted(runs), how)

    def _lose_runs(self, run_ids: list[str], how: str) -> None:
        """Tell the client which of its runs are gone, and look for those of other servers."""
        if own := [run_id for run_id in run_ids if run_id not in self._watched]:
            self._tell(messages.Lost(own, sentence("slot_lost", how=how)))
        for run_id in self._watched.intersection(run_ids):
            self._tasks.create_task(self._watch(run_id, FIND_SECONDS))

    async def _act(self, command: Command, data: bytes) -> None:
        """Do a command, after those before it of the same run."""
        run_id = getattr(command, "run_id", "")
        lock = self._locks.setdefault(run_id, asyncio.Lock()) if run_id else None
        async with lock or contextlib.nullcontext():
            match command:
                case messages.Start():
                    await self._start(command, data)
                case messages.Steer():
                    await self._steer(command, data)
                case messages.Watch():
                    self._watched.add(run_id)
                    await self._watch(run_id)
                case messages.Ask(question=messages.FIND_RUN):
                    _, card = await self._find(command.arguments["run_id"])
                    self._tell(messages.Answer(command.question_id, {"card": card}))
                case messages.Ask():
                    await self._ask(command, data)
                case messages.Cancel():
                    await self._pass(self._asked.get(command.question_id), data)
                case messages.Prepare():
                    await self._pass(self._least_busy(), data)
                case _:
                    self._refuse(f"a cluster takes no {type(command).__name__}")

    async def _start(self, command: messages.Start, data: bytes) -> None:
        """Give a run to a slot: to the one that has it, where an earlier driver has placed it.

        Without any slot it waits for the first one, and later commands of the run wait with it.
        """
        link = (await self._find(command.run_id))[0] if command.again else None
        while link is None and (link := self._least_busy()) is None:
            await asyncio.sleep(GATHER_SECONDS)
        link.add(command.run_id)
        await self._pass(link, data)

    async def _steer(self, command: Steer, data: bytes) -> None:
        own = (link for link in self._links.values() if command.run_id in link.runs)
        link = next(own, None) or (await self._find(command.run_id))[0]
        if link and command.verb == "drop":
            link.runs.pop(command.run_id, None)
        await self._pass(link, data)

    async def _watch(self, run_id: str, seconds: float = 0.0) -> None:
        """Have news of another server's run, which is looked for so long; else it is lost."""
        until = _now() + seconds
        while (link := (await self._find(run_id))[0]) is None:
            if _now() >= until:
                self._watched.discard(run_id)
                self._lose_runs([run_id], sentence("slot_gone"))
                return
            await asyncio.sleep(1)
        link.add(run_id)
        await self._pass(link, encode(messages.Watch(run_id)))

    async def _ask(self, command: messages.Ask, data: bytes) -> None:
        answer, how = b"", sentence("slot_gone")
        if link := self._least_busy():
            link.add_load()
            self._asked[command.question_id] = link
            try:
                answer = await link.actor.call("ask", data, seconds=ANSWER_SECONDS)
            except UnavailableError as error:
                how = f"{error}"
            del self._asked[command.question_id]
        none = messages.Answer(command.question_id, error=sentence("ask_again", how=how))
        self._send(answer or encode(none))

    async def _pass(self, link: Link | None, data: bytes) -> None:
        """Send a command to a slot, if there is one."""
        if link is None:
            return
        try:
            await link.actor.call("take", self._server, data)
        except UnavailableError as error:
            self._lose(link, f"{error}")
        except WireError as error:
            self._refuse(error)

    def _least_busy(self) -> Link | None:
        """Of all slots that can be used the one with the least to do; None where there is none."""
        ready = self._with(State.READY)
        random.shuffle(ready)  # so that not all servers choose the same of those that are alike
        return min(ready, key=lambda link: link.load, default=None)

    async def _find(self, run_id: str) -> tuple[Link | None, bytes | None]:
        """The slot that holds a run, and the run's card. A new driver waits for all slots."""
        while True:
            ready = self._with(State.READY)
            calls = [link.actor.call("find", run_id) for link in ready]
            cards = await asyncio.gather(*calls, return_exceptions=True)
            for link, card in zip(ready, cards, strict=True):
                if isinstance(card, bytes):
                    return link, card
            is_settled = not (self._with(State.NEW) or self._with(State.STARTING))
            if is_settled or _now() > self._settled_at:
                return None, None
            await asyncio.sleep(GATHER_SECONDS)


def _now() -> float:
    """Seconds, on the clock of the loop that runs."""
    return asyncio.get_running_loop().time()
