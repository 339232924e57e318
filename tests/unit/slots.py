"""Stand-ins for what a cluster is made of, and an event loop whose time nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from lib.training.cluster.board import Board
from lib.training.cluster.errors import UnavailableError

from lib.results.run import Snapshot, Status
from lib.training.cluster.driver import Driver
from lib.training.cluster.slot import Inbox, Slot
from lib.training.cluster.version import fingerprint
from lib.training.messages import Command, Message, Report, Start, decode, encode
from tests.clock import Clock
from tests.unit.fakes import make_dataset, make_experiment


class FastLoop(asyncio.SelectorEventLoop):
    """Its clock goes to the next thing that is to happen as soon as nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def time(self) -> float:
        """Seconds of this loop."""
        return self.seconds

    def _run_once(self) -> None:
        ahead = [each._when for each in self._scheduled if not each._cancelled]
        if ahead and not self._ready:
            self.seconds = max(self.seconds, min(ahead))
        super()._run_once()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, on such a loop."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so, on the loop's clock."""
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")


def start_of(run_id: str, **options: Any) -> Start:
    """The command that starts a small run."""
    return Start(run_id, make_experiment(), make_dataset().samples, **options)


class FakeActor:
    """Calls what is there by name, as long as it isn't gone."""

    def __init__(self, there: Any) -> None:
        self.there = there
        self.gone = ""
        self.calls: list[str] = []

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What the method returns."""
        self.calls.append(method)
        if self.gone:
            raise UnavailableError(self.gone)
        try:
            async with asyncio.timeout(seconds):  # `wait_for` may lose that it was cancelled
                return await getattr(self.there, method)(*arguments)
        except TimeoutError:
            raise UnavailableError("is silent") from None


class FakeSlot:
    """Notes what it is sent; says what a test wants, when it wants."""

    def __init__(self) -> None:
        self.theirs = fingerprint()
        self.failed = ""
        self.has_processor, self.is_ready = asyncio.Event(), asyncio.Event()
        self.has_processor.set()
        self.is_ready.set()
        self.full: tuple[int, int] = (0, 0)
        self.cards: dict[str, bytes] = {}
        """Of the runs that it has, by id."""
        self.commands: list[Command] = []
        self.says: asyncio.Queue[Message | Exception] = asyncio.Queue()

    async def version(self) -> str:
        """Of its code, as soon as that runs anywhere."""
        await self.has_processor.wait()
        return self.theirs

    async def ready(self) -> str:
        """When it is."""
        await self.is_ready.wait()
        return self.failed

    async def load(self) -> tuple[int, int]:
        """What it has to do."""
        return self.full

    async def take(self, _: str, data: list[bytes]) -> None:
        """Note it."""
        self.commands += [decode(each, Command) for each in data]

    async def look(self, _: str, __: float) -> list[bytes]:
        """What the test says next, as messages or as what is raised."""
        said = await self.says.get()
        if isinstance(said, Exception):
            raise said
        return [encode(said)]

    async def card(self, run_id: str) -> bytes | None:
        """Of a run that it has."""
        return self.cards.get(run_id)

    async def watch(self, _: str, run_id: str) -> bool:
        """Whether it has the run."""
        return run_id in self.cards

    @property
    def names(self) -> list[str]:
        """The kinds of commands that came."""
        return [type(each).__name__ for each in self.commands]


class FakeCluster:
    """Slots by name, and a board."""

    def __init__(self, count: int = 1) -> None:
        self.there = {f"slot-{place}": FakeSlot() for place in range(count)}
        self.actors = {name: FakeActor(slot) for name, slot in self.there.items()}
        self.board = FakeActor(Board(lambda: asyncio.get_running_loop().time()))

    async def slots(self) -> dict[str, FakeActor]:
        """All of them."""
        return dict(self.actors)


class Drive:
    """A driver at work, which ends with the block."""

    def __init__(self, cluster: FakeCluster) -> None:
        self.cluster = cluster
        self.sent: list[Message] = []
        self.driver = Driver("here", cluster, self.sent.append)

    async def __aenter__(self) -> Drive:
        self.work = asyncio.ensure_future(self.driver.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)

    def take(self, *commands: Command) -> None:
        """The client says this."""
        for each in commands:
            self.driver.take(each, encode(each))

    async def said(self, message: Message) -> None:
        """Wait until the client is told this."""
        await until(lambda: message in self.sent)

    def of(self, kind: type) -> list[Any]:
        """What the client was told of one kind."""
        return [each for each in self.sent if isinstance(each, kind)]


class Place:
    """A slot whose loop is the test."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ended: list[int | str] = []
        self._made, self._over = threading.Event(), threading.Event()
        self.slot = Slot(
            self._work, self.ended.append, self.clock.now, leave=lambda: self.ended.append("left")
        )
        self._made.wait(10)

    def _work(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self._made.set()
        self._over.wait()

    def close(self) -> None:
        """End the loop."""
        self._over.set()

    def say(self, *messages: Message | Snapshot) -> None:
        """The loop says this."""
        for each in messages:
            message = Report(each) if isinstance(each, Snapshot) else each
            self.inbox.send_bytes(encode(message))

    def report(self, run_id: str, status: Status = Status.RUNNING, epoch: int = 1) -> None:
        """The loop says where a run stands."""
        self.say(Snapshot(run_id, status, epoch, 5))

    @property
    def got(self) -> list[Any]:
        """What the loop has to do since the last time."""
        found = []
        while self.inbox.poll():
            found.append(decode(self.inbox.recv_bytes(), Command))
        return found

    async def take(self, server: str, *commands: Command) -> None:
        """A page server sends commands."""
        await self.slot.take(server, [encode(each) for each in commands])

    async def heard(self, server: str) -> list[Any]:
        """What a page server gets, snapshots as themselves."""
        found = [decode(data, Message) for data in await self.slot.look(server, 0.5)]
        return [each.snapshot if isinstance(each, Report) else each for each in found]

    async def epochs(self, server: str) -> list[tuple[str, int]]:
        """Of which runs a page server hears, and how far they are."""
        return [(each.run_id, each.epoch) for each in await self.heard(server)]
