"""What stands between a page server and the cluster: to its client a worker, made of many slots.

It passes each command on to a slot, and each message of a slot to the client. Commands of one run
keep their order; others don't wait for them, since a slot may take seconds to answer. It tells the
client which runs and questions are lost with a slot, and keeps none itself: the client has their
checkpoints, and starts them again. It knows no Ray (`on_ray`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from lib.training import messages
from lib.training.cluster.link import Call, ClusterError, Link, UnavailableError, UnusableError
from lib.training.cluster.slot import LOOK_SECONDS
from lib.training.messages import BEAT_SECONDS, Command, Message, decode, encode
from lib.training.sentences import sentence

GATHER_SECONDS = 0.05
"""Between two looks at a slot at least, so that messages of many runs come together."""
SURVEY_SECONDS, HEAD_SECONDS = 2.0, 6.0
"""Between two looks for new slots, and how long the head may take to answer one."""
NO_SLOT_SECONDS = 60.0
"""A cluster that has had no slot that trains for so long can't be used."""
FIND_SECONDS = 1.5
"""How long a run is looked for: it may be on its way from a slot that is gone to another one."""


class Driver:
    """The cluster as one worker of a page `server`, whose client gets messages by `send`."""

    def __init__(
        self,
        server: str,
        find_slots: Callable[[], Awaitable[dict[str, Call]]],
        send: Callable[[bytes], object],
    ) -> None:
        self._server, self._find_slots, self._send = server, find_slots, send
        self._links: dict[str, Link] = {}
        """The slots by name."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By run or question: held while one of its commands is passed on."""
        self._slots_told = 0
        """How many slots the client knows of."""
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Serve until something goes wrong: raises ClusterError, in a group, without a cluster."""
        async with self._tasks:
            self._tasks.create_task(self._survey())
            self._tasks.create_task(self._beat())

    def take(self, data: bytes) -> None:
        """Begin with a command of the client's."""
        self._tasks.create_task(self._act(decode(data, Command), data))

    def _tell(self, message: Message) -> None:
        self._send(encode(message))

    async def _beat(self) -> None:
        while True:
            self._tell(messages.Event("alive"))
            await asyncio.sleep(BEAT_SECONDS)

    async def _survey(self) -> None:
        """Find new slots, now and then. Raises ClusterError where none can be used."""
        since = _now()
        while True:
            try:
                found = await asyncio.wait_for(self._find_slots(), HEAD_SECONDS)
            except TimeoutError:
                raise ClusterError(sentence("head_gone")) from None
            for name, call in found.items():
                if name not in self._links:
                    self._links[name] = Link(call)
                    self._tasks.create_task(self._keep(self._links[name]))
            refused = [link.refused for link in self._links.values()]
            if refused and all(refused):
                raise ClusterError(refused[0])
            if self._ready:
                since = _now()
            elif _now() - since > NO_SLOT_SECONDS:
                raise ClusterError(sentence("no_slot"))
            await asyncio.sleep(SURVEY_SECONDS)

    @property
    def _ready(self) -> list[Link]:
        return [link for link in self._links.values() if link.is_ready]

    async def _keep(self, link: Link) -> None:
        """Pass on what a slot says, whenever it can train."""
        while True:
            try:
                await link.wait_until_ready()
                await self._look(link, seconds=0.0)  # at least how busy it is
                self._count()
                while link.is_ready:
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

    async def _look(self, link: Link, seconds: float = LOOK_SECONDS) -> None:
        """Wait for a slot's news, and pass them on."""
        link.load, found = await link.call(
            "look", self._server, dict(link.marks), seconds, seconds=2 * LOOK_SECONDS
        )
        for name in found.keys() & link.marks.keys():
            news = found[name]
            link.marks[name] = news.mark
            for data in news.messages:
                self._send(data)
            if news.is_last:
                del link.marks[name]
                if not news.messages:
                    self._tell_lost([name], sentence("slot_gone"))

    def _count(self) -> None:
        """Tell the client how many slots there are, when that has changed."""
        count = len(self._ready)
        if count != self._slots_told:
            self._slots_told = count
            self._tell(messages.Event("ready", count=count))

    def _lose(self, link: Link, how: str) -> None:
        """Give up a slot, until it is ready again, and all that it has."""
        link.is_ready = False
        lost, link.marks = sorted(link.marks), {}
        self._count()
        if lost:
            self._tell_lost(lost, how)

    def _tell_lost(self, ids: list[str], how: str) -> None:
        self._tell(messages.Lost(ids, sentence("slot_lost", how=how)))

    async def _act(self, command: Command, data: bytes) -> None:
        """Do a command, after those before it of the same run or question."""
        name = getattr(command, "run_id", "") or getattr(command, "question_id", "")
        async with self._locks.setdefault(name, asyncio.Lock()):
            match command:
                case messages.Ask(question=messages.FIND_RUN):
                    _, card = await self._find(command.arguments["run_id"])
                    self._tell(messages.Answer(name, {"card": card}))
                case messages.Start() | messages.Ask():
                    while (link := self._least_busy()) is None:  # what follows waits, too
                        await asyncio.sleep(GATHER_SECONDS)
                    await self._pass(link, data, add=name)
                case messages.Watch():
                    link, _ = await self._find(name)
                    if link is None:
                        self._tell_lost([name], sentence("slot_gone"))
                    await self._pass(link, data, add=name)
                case messages.Steer() | messages.Cancel():
                    link = next((each for each in self._ready if name in each.marks), None)
                    if link and getattr(command, "verb", "drop") == "drop":
                        del link.marks[name]
                    await self._pass(link, data)
                case messages.Prepare():
                    await self._pass(self._least_busy(), data)

    async def _pass(self, link: Link | None, data: bytes, add: str = "") -> None:
        """Send a command to a slot, if there is one; fetch news of what is to be `add`ed."""
        if link is None:
            return
        if add:
            link.add(add)
        try:
            await link.call("take", self._server, data)
        except UnavailableError as error:
            self._lose(link, f"{error}")

    def _least_busy(self) -> Link | None:
        """Of all slots that can be used the one with the least to do; None where there is none."""
        ready = self._ready
        random.shuffle(ready)  # so that not all servers choose the same of those that are alike
        return min(ready, key=lambda link: link.load, default=None)

    async def _find(self, run_id: str) -> tuple[Link | None, bytes | None]:
        """The slot that has a run, and the run's card; None where no slot has it."""
        until = _now() + FIND_SECONDS
        while _now() < until:
            ready = self._ready
            calls = [link.call("find", run_id, seconds=FIND_SECONDS / 2) for link in ready]
            cards = await asyncio.gather(*calls, return_exceptions=True)
            for link, card in zip(ready, cards, strict=True):
                if isinstance(card, bytes):
                    return link, card
            await asyncio.sleep(2 * GATHER_SECONDS)
        return None, None


def _now() -> float:
    """Seconds, on the clock of the loop that runs."""
    return asyncio.get_running_loop().time()
