"""A cluster without Ray: real slots with fake workers, on an event loop that never sleeps."""

import asyncio
from functools import partial

from lib.results import Snapshot, Status
from lib.training.cluster.driver import Driver, UnavailableError
from lib.training.cluster.slot import Slot
from lib.training.messages import Event, Message, Report, Start, decode, encode
from tests.unit.fakes import FakeWorker, fake_dataset, make_experiment


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer as soon as nothing is ready to run."""

    seconds = 0.0

    def time(self):
        """Return the loop's time in seconds."""
        return self.seconds

    def _run_once(self):
        ahead = [each._when for each in self._scheduled if not each._cancelled]
        if ahead and not self._ready:
            self.seconds = max(self.seconds, min(ahead))
        super()._run_once()


def run(work):
    """Return the result of a coroutine on a `FastLoop`."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)


async def until(condition):
    """Wait until `condition` returns True, at most 150 s of the loop's clock."""
    async with asyncio.timeout(150):
        while not condition():
            await asyncio.sleep(0.05)


def start_of(run_id, **options):
    """Return the command that starts a small run."""
    return Start(run_id, make_experiment(), fake_dataset().samples, **options)


class SlotRig:
    """A slot on which a test acts like Ray: call, lose or restart it."""

    def __init__(self, *, is_ready=True):
        self.is_silent = False  # whether the slot works without responding to calls
        self.ended = []
        self.begin(is_ready=is_ready)

    def begin(self, *, is_ready=True):
        """Start or restart the slot without jobs."""
        loop = asyncio.get_running_loop()
        self._is_lost = loop.create_future()
        self._is_ready = is_ready
        self.worker = None
        ends = {"leave": partial(self.ended.append, "left"), "end": self.ended.append}
        self.slot = Slot(1000, make_worker=self._make, clock=loop.time, **ends)

    def _make(self, *arguments):
        self.worker = FakeWorker(*arguments)
        self.worker.ready = self._is_ready
        return self.worker

    def lose(self):
        """Lose the slot, as if its node failed."""
        self._is_lost.set_result(None)

    async def call(self, method, *arguments, seconds):
        """Return a method's result; raise UnavailableError if the slot is lost or silent."""
        if self.is_silent:
            raise UnavailableError("stopped responding")
        called = asyncio.ensure_future(getattr(self.slot, method)(*arguments))
        waits = {called, self._is_lost}
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if called.done() and not self._is_lost.done():
            return called.result()
        called.cancel()
        raise UnavailableError("is gone" if self._is_lost.done() else "stopped responding")

    async def report(self, run_id, status=Status.RUNNING, epoch=1, **figures):
        """Let the worker send a snapshot of a run."""
        self.worker.send(Snapshot(run_id, status, epoch, 5, **figures))
        await asyncio.sleep(0)

    async def take(self, *commands):
        """Send commands to the slot, like a page server."""
        for each in commands:
            await self.slot.take(encode(each))

    @property
    def runs(self):
        """The ids of the runs that the slot has started."""
        return [each.id for each in self.worker.posted if isinstance(each, Start)]


class FakeCluster:
    """A cluster's slots, to which a test may add more."""

    def __init__(self, *slots):
        self.slots = [*slots]

    async def find_slots(self):
        """Return all slots."""
        return {f"slot-{number}": each.call for number, each in enumerate(self.slots)}


class DriverRig:
    """A page server's driver, which runs inside an `async with` block."""

    def __init__(self, cluster):
        self.sent = []
        self.driver = Driver(
            cluster.find_slots, lambda data: self.sent.append(decode(data, Message))
        )

    async def __aenter__(self):
        self.work = asyncio.ensure_future(self.driver.run())
        await asyncio.sleep(0.2)
        return self

    async def __aexit__(self, *_):
        self.work.cancel()
        await asyncio.gather(self.work, return_exceptions=True)

    async def take(self, *commands):
        """Send the client's commands to the driver, one at a time."""
        for each in commands:
            self.driver.take(encode(each))
            await asyncio.sleep(0.1)

    async def wait_for(self, message):
        """Wait until the client has received a message."""
        await until(lambda: message in self.sent)

    def received(self, kind):
        """Return the messages of one kind that the client has received, without heartbeats."""
        return [m for m in self.sent if isinstance(m, kind) and m != Event("alive")]

    def epochs(self, run_id):
        """Return the epochs of a run's snapshots that the client has received."""
        snapshots = [each.snapshot for each in self.received(Report)]
        return [each.epoch for each in snapshots if each.run_id == run_id]
