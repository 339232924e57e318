"""One run in a worker: the test gives it turns, with fake programs."""

import time
from concurrent.futures import wait
from itertools import groupby

from msgspec import structs

from lib.results.run import Snapshot, Status
from lib.training.messages import Checkpoint, Start
from lib.training.programs import ProgramCache
from lib.training.timing import USUAL
from lib.training.worker_run import WorkerRun
from tests.clock import Clock
from tests.unit.fakes import build, make_dataset, make_experiment
from tests.waiting import PATIENCE, eventually


class RecordingPrograms(ProgramCache):
    """Programs that record the run's requests."""

    def __init__(self, build, buckets, may_grow):
        super().__init__(build, buckets, may_grow=may_grow)
        self.asked = []

    def request(self, key, *kind):
        """Return and record the program with this key."""
        self.asked.append(super().request(key, *kind))
        return self.asked[-1]

    def wait(self):
        """Let the building threads continue, until there is news."""
        wait(self.asked, 0.02)


class RunRig:
    """A run, its messages, and a way to give it turns."""

    def __init__(
        self,
        paused=False,
        build=build,
        timing=USUAL,
        show_seconds=None,
        samples=None,
        *,
        buckets=(),
        built=(),
        may_grow=lambda: True,
        checkpoint=b"",
        **settings,
    ):
        self.sent = []
        self.times = []  # when each of them was sent, by the clock
        self.clock = Clock(tick=1e-4)
        self.programs = RecordingPrograms(build, dict.fromkeys(buckets, True), may_grow)
        wait([self.programs.request(key) for key in built])
        assert all(eventually(lambda key=key: self.programs.has(key)) for key in buckets)
        self.programs.asked.clear()
        samples = samples or make_dataset().samples
        start = Start("id", make_experiment(**settings), samples, paused, show_seconds)
        start = structs.replace(start, checkpoint=checkpoint)
        self.made = []  # the checkpoints that were sent
        self.sent_before = []  # how many snapshots had been sent before each of these
        self.run = WorkerRun(start, self.programs, self._send, timing=timing, clock=self.clock.now)

    def _send(self, message):
        if isinstance(message, Checkpoint):
            self.made.append(message)
            self.sent_before.append(len(self.sent))
        else:
            self.sent.append(message.snapshot)
            self.times.append(self.clock.seconds)

    @property
    def last(self):
        """The newest snapshot; before the first, the client's own."""
        return self.sent[-1] if self.sent else Snapshot("id", Status.QUEUED)

    @property
    def statuses(self):
        """The sent statuses, without repeats."""
        return [status for status, _ in groupby(snapshot.status for snapshot in self.sent)]

    def until(self, true, seconds=1e-3):
        """Give turns until a condition is true; build programs and advance time in between."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"never came true; {self.run.status}"
            self.run.turn(seconds)
            if self.run.rest != 0:
                self.programs.wait()
                self.clock.forward(self.run.rest or 0)

    def until_status(self, status, seconds=1e-3):
        """Give turns until the run has this status."""
        self.until(lambda: self.run.status is status, seconds)
