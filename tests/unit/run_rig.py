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
from tests.unit.fakes import build, fake_dataset, make_experiment
from tests.waiting import PATIENCE, eventually


class RecordingPrograms(ProgramCache):
    """A cache that records the programs that a run requests."""

    def __init__(self, build, buckets, may_grow):
        super().__init__(build, buckets, may_grow=may_grow)
        self.requested = []

    def request(self, key, *kind):
        """Request the program with this key, and record its future."""
        self.requested.append(super().request(key, *kind))
        return self.requested[-1]

    def wait(self):
        """Wait for the requested programs, at most 0.02 s."""
        wait(self.requested, 0.02)


class RunRig:
    """A run to which the test gives turns, and the messages it has sent."""

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
        self.sent = []  # snapshots
        self.times = []  # the clock's time at which each snapshot was sent
        self.clock = Clock(tick=1e-4)
        self.programs = RecordingPrograms(build, dict.fromkeys(buckets, True), may_grow)
        wait([self.programs.request(key) for key in built])
        assert all(eventually(lambda key=key: self.programs.has(key)) for key in buckets)
        self.programs.requested.clear()
        samples = samples or fake_dataset().samples
        start = Start("id", make_experiment(**settings), samples, paused, show_seconds)
        start = structs.replace(start, checkpoint=checkpoint)
        self.checkpoints = []
        self.sent_before = []  # the number of snapshots sent before each checkpoint
        self.run = WorkerRun(start, self.programs, self._send, timing=timing, clock=self.clock.now)

    def _send(self, message):
        if isinstance(message, Checkpoint):
            self.checkpoints.append(message)
            self.sent_before.append(len(self.sent))
        else:
            self.sent.append(message.snapshot)
            self.times.append(self.clock.seconds)

    @property
    def last(self):
        """The newest snapshot, or a queued run's snapshot if the run has sent none."""
        return self.sent[-1] if self.sent else Snapshot("id", Status.QUEUED)

    @property
    def statuses(self):
        """The sent statuses, without repeats."""
        return [status for status, _ in groupby(snapshot.status for snapshot in self.sent)]

    def until(self, condition, seconds=1e-3):
        """Give turns until a condition is true; build programs and advance time in between."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"the condition isn't true; the run is {self.run.status}"
            self.run.turn(seconds)
            if self.run.rest != 0:
                self.programs.wait()
                self.clock.forward(self.run.rest or 0)

    def until_status(self, status, seconds=1e-3):
        """Give turns until the run has this status."""
        self.until(lambda: self.run.status is status, seconds)
