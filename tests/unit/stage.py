"""One run as the worker has it, given turns by the test, with programs that only count."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, wait
from typing import Any

from msgspec import structs

from lib.data.dataset import Samples
from lib.results.run import Snapshot, Status
from lib.training.architecture import Architecture
from lib.training.checkpoint import Checkpoints
from lib.training.messages import Checkpoint, Start
from lib.training.programs import ProgramCache
from lib.training.timing import USUAL, Timing
from lib.training.worker_run import WorkerRun
from tests.clock import Clock
from tests.unit.fakes import build, make_dataset, make_experiment
from tests.waiting import PATIENCE, eventually


class Shop(ProgramCache):
    """Programs, and those that the run has asked for."""

    def __init__(self, build: Callable[[Any], Any], buckets: dict[Any, bool]) -> None:
        super().__init__(build, buckets)
        self.asked: list[Future[Any]] = []

    def ask(self, key: Hashable, *, background: bool = False) -> Future[Any]:
        """The program of this key."""
        self.asked.append(super().ask(key, background=background))
        return self.asked[-1]

    def wait(self) -> None:
        """Let the threads that build go on, and not longer than that where there is news."""
        wait(self.asked, 0.02)


class Stage:
    """A run, what it has sent, and a way to give it turns until something is true."""

    def __init__(
        self,
        paused: bool = False,
        build: Callable[[Any], Any] = build,
        timing: Timing = USUAL,
        show_seconds: float | None = None,
        samples: Samples | None = None,
        *,
        buckets: Iterable[Architecture] = (),
        checkpoint: bytes = b"",
        **settings: object,
    ) -> None:
        self.sent: list[Snapshot] = []
        self.times: list[float] = []
        """When each of them was sent, by the clock."""
        self.clock = Clock(tick=1e-4)
        self.programs = Shop(build, dict.fromkeys(buckets, True))
        assert all(eventually(lambda key=key: self.programs.has(key)) for key in buckets)
        samples = samples or make_dataset().samples
        start = Start("id", make_experiment(**settings), samples, paused, show_seconds)
        start = structs.replace(start, checkpoint=checkpoint)
        self.made: list[Checkpoint] = []
        """The checkpoints that were sent."""
        self.places: list[int] = []
        """How many snapshots had been sent before each of these."""
        self.run = WorkerRun(
            start,
            self.programs,
            self._send,
            timing,
            self.clock.now,
            checkpoints=Checkpoints(self._save, self.clock.now),
        )

    def _save(self, message: Checkpoint) -> None:
        self.made.append(message)
        self.places.append(len(self.sent))

    def _send(self, snapshot: Snapshot) -> None:
        self.sent.append(snapshot)
        self.times.append(self.clock.seconds)

    @property
    def last(self) -> Snapshot:
        """The newest snapshot; before the first, what the client itself says of a new run."""
        return self.sent[-1] if self.sent else Snapshot("id", Status.QUEUED)

    @property
    def statuses(self) -> list[Status]:
        """As they were sent, each once in a row."""
        return [
            snapshot.status
            for before, snapshot in zip([None, *self.sent], self.sent, strict=False)
            if before is None or before.status != snapshot.status
        ]

    def until(self, true: Callable[[], bool], seconds: float = 1e-3) -> None:
        """Give turns until this is true; in between let programs be built, and time go by."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"never came true; {self.run.status}"
            self.run.turn(seconds)
            if not self.run.busy:
                self.programs.wait()
                self.clock.forward(self.run.rest or 0)

    def until_status(self, status: Status, seconds: float = 1e-3) -> None:
        """Give turns until the run has this status."""
        self.until(lambda: self.run.status is status, seconds)
