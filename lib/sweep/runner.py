"""Trains a plan's points one after another, in the background of a `TrainingClient`.

    runner = Runner(plan, client)
    runner.start()
    runner.progress().results

Threads of its own wait for the runs; all methods may be called from any other thread, and return
at once. It draws nothing and keeps no file: `keep` is told of each result.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lib.dataset import Dataset, Samples
from lib.datasets import make_settled_dataset
from lib.experiment import Experiment, ExperimentError, ModelSettings, TrainingSettings
from lib.run import ModeResult, Run, Snapshot, Status
from lib.sweep.plan import Plan, Point
from lib.swept import FIGURES, MODES, PointResult
from lib.tables import Table
from lib.training import limits
from lib.training.client import TrainingClient
from lib.training.run_book import WATCH_SECONDS

LOOK_SECONDS = 1.0
"""Between two looks whether anybody still watches."""
COMPILE_SECONDS = 1.5
"""What a point takes besides training."""
Keep = Callable[[Sequence[PointResult]], None]


class State(StrEnum):
    """Where a sweep stands."""

    GOING = "going"
    PAUSED = "paused"
    RESTING = "resting"
    """As paused, since nobody watched; it goes on when somebody does."""
    STOPPED = "stopped"
    DONE = "done"

    @property
    def is_over(self) -> bool:
        """Whether no more results come."""
        return self in (State.STOPPED, State.DONE)


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """A sweep at one moment."""

    state: State
    results: tuple[PointResult, ...]
    """In the order of the plan."""
    total: int
    """Points."""
    share: float
    """How much of the work is done, 0 to 1, with the parts of runs that go on."""
    seconds_left: float | None
    """None where nothing goes on, or nothing is known yet."""
    reason: str = ""
    """Why it stopped by itself, in a sentence."""


class Runner:
    """One sweep: `abreast` runs at a time; points that are `done` already aren't trained again."""

    def __init__(
        self,
        plan: Plan,
        client: TrainingClient,
        table: Table | None = None,
        *,
        abreast: int = 1,
        done: Iterable[PointResult] = (),
        keep: Keep = lambda _: None,
        rests: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan = plan
        self.error: Exception | None = None
        """What ended it, where that was no person."""
        self._client, self._table, self._keep = client, table, keep
        self._rests, self._clock = rests, clock
        self._changed = threading.Condition(threading.RLock())
        self._state = State.GOING
        self._results = {result.settings: result for result in done}
        self._left = [point for point in plan.points if point.settings not in self._results]
        self._running: dict[Point, Run] = {}
        self._data: tuple[Experiment, Dataset] | None = None
        self._weights: dict[Point, float] = {}
        """By point, what it takes beside the others."""
        self._worked = 0.0
        """Weights of what was trained here."""
        self._spent, self._since = 0.0, clock()
        """Seconds of going before the last pause, and when it went on."""
        self._watched = clock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(abreast)]

    def start(self) -> None:
        """Begin."""
        self._since = self._watched = self._clock()
        for thread in self._threads:
            thread.start()

    def run(self, look: Callable[[Progress], object] = lambda _: None) -> None:
        """Train all of it in this thread's time, calling `look` now and then.

        Whatever is raised meanwhile, Ctrl-C too, stops it first. Raises what ended it.
        """
        self.start()
        try:
            while any(thread.is_alive() for thread in self._threads):
                look(self.progress())
                with self._changed:
                    self._changed.wait(0.2)
        finally:
            self.stop()
            for thread in self._threads:
                thread.join(2 * LOOK_SECONDS)
        look(self.progress())
        if self.error is not None:
            raise self.error

    def pause(self) -> None:
        """Let all rest where it is."""
        self._rest(State.PAUSED)

    def go_on(self) -> None:
        """Go on after a pause."""
        with self._changed:
            if self._state in (State.PAUSED, State.RESTING):
                self._state, self._since = State.GOING, self._clock()
                self._watched = self._clock()
                for run in self._running.values():
                    self._client.resume(run)
                self._changed.notify_all()

    def stop(self) -> None:
        """End it; results stay, those of runs that haven't finished are none."""
        with self._changed:
            if not self._state.is_over:
                self._rest(State.STOPPED)
                for run in self._running.values():
                    self._client.stop(run)

    def watch(self) -> Progress:
        """Note that somebody looks; it goes on if it rested for the lack of that."""
        with self._changed:
            self._watched = self._clock()
            if self._state is State.RESTING:
                self.go_on()
            return self.progress()

    def progress(self) -> Progress:
        """How it stands now."""
        with self._changed:
            points = self.plan.points
            results = [self._results[p.settings] for p in points if p.settings in self._results]
            partly = sum(self._weight(p) * self._share(run) for p, run in self._running.items())
            ahead = sum(map(self._weight, [*self._left, *self._running])) - partly
            whole = sum(map(self._weight, points)) or 1.0
            return Progress(
                self._state,
                tuple(results),
                len(points),
                1.0 if self._state is State.DONE else max(0.0, 1 - ahead / whole),
                self._seconds_left(ahead, self._worked + partly),
                f"It ended by itself: {self.error}" if self.error else "",
            )

    def _seconds_left(self, ahead: float, worked: float) -> float | None:
        if self._state is not State.GOING or not self._weights:
            return None
        spent = self._spent + self._clock() - self._since
        # Before the first result it is mostly the start of a process that was measured.
        return ahead * (spent / worked if self._worked else 1.0 / len(self._threads))

    def _share(self, run: Run) -> float:
        snapshot = self._client.latest(run)
        return snapshot.epoch / max(1, snapshot.epochs) if snapshot else 0.0

    def _weight(self, point: Point) -> float:
        return self._weights.get(point, 1.0)

    def _rest(self, state: State) -> None:
        with self._changed:
            if self._state is State.GOING:
                self._spent += self._clock() - self._since
                for run in self._running.values():
                    self._client.pause(run)
            if not self._state.is_over:
                self._state = state
            self._changed.notify_all()

    def _work(self) -> None:
        """The life of a thread: point after point."""
        try:
            while (point := self._next()) is not None:
                result = self._train(point)
                with self._changed:
                    self._running.pop(point, None)
                    if result is not None:
                        self._take(point, result)
        except Exception as error:  # a full disk, a closed client: whoever looks must hear of it
            with self._changed:
                self.error = self.error or error
                self.stop()

    def _next(self) -> Point | None:
        with self._changed:
            self._changed.wait_for(lambda: self._state is State.GOING or self._state.is_over)
            return self._left.pop(0) if self._left and not self._state.is_over else None

    def _take(self, point: Point, result: PointResult) -> None:
        self._results[point.settings] = result
        self._worked += self._weight(point)
        if not self._left and not self._running:
            self._state = State.DONE
        self._keep(self.progress().results)
        self._changed.notify_all()

    def _train(self, point: Point) -> PointResult | None:
        """What comes of a point; None where the sweep was stopped before."""
        try:
            dataset = self._dataset(point)
            limits.check(point.experiment, dataset)
        except ExperimentError as error:
            return result_of(point, None, Snapshot("", Status.FAILED, reason=f"{error}."))
        while True:
            with self._changed:
                run = self._client.start(point.experiment, dataset, background=True)
                self._running[point] = run
                if self._state is not State.GOING:
                    (self._client.stop if self._state.is_over else self._client.pause)(run)
            with suppress(KeyError):  # it was forgotten while it rested: once more, then
                snapshot = self._wait(run)
                if self._state is State.STOPPED and snapshot.status is not Status.FINISHED:
                    return None
                return result_of(point, dataset, snapshot)

    def _wait(self, run: Run) -> Snapshot:
        while True:
            try:
                return self._client.wait(run, LOOK_SECONDS)
            except TimeoutError:
                with self._changed:
                    unseen = self._clock() - self._watched >= WATCH_SECONDS
                    if self._rests and unseen and self._state is State.GOING:
                        self._rest(State.RESTING)

    def _dataset(self, point: Point) -> Dataset:
        """The point's data, shared with the one before where only the model differs."""
        experiment = point.experiment
        key = Experiment(experiment.data, ModelSettings(), TrainingSettings(), experiment.seed)
        known = self._data
        if known is None or known[0] != key:
            known = self._data = key, make_settled_dataset(experiment, self._table)
        if not self._weights:
            self._weights = {p: weight(p, known[1]) for p in self.plan.points}
        return known[1]


def weight(point: Point, like: Samples) -> float:
    """About how many seconds a point takes, if its samples are as many as these."""
    experiment, (n, _, _) = point.experiment, like.shape
    nothing = np.zeros((), np.float32)  # arrays that take no memory
    shape = n, experiment.data.timesteps
    x, y = (np.broadcast_to(nothing, (*shape, w)) for w in (experiment.data.features, like.targets))
    return COMPILE_SECONDS + limits.seconds(experiment, Samples(x, y, like.train))


def result_of(point: Point, dataset: Dataset | None, snapshot: Snapshot) -> PointResult:
    """What a run's last snapshot says of a point; `dataset` is None where there was no run."""
    experiment = point.experiment
    seeds = tuple(each.seed for each in experiment.each_seed)
    finished = snapshot.status is Status.FINISHED
    figures: dict[str, dict[str, np.ndarray]] = {name: {} for name in FIGURES}
    for mode in MODES:
        known = [seed[mode] for seed in snapshot.seeds if mode in seed]
        for name, read in READ.items():
            told = [read(result) for result in known] if finished or name == "epochs" else []
            figures[name][mode] = np.array(told or [math.nan] * len(seeds))
        figures["epochs"][mode] = np.nan_to_num(figures["epochs"][mode]).astype(int)
    return PointResult(
        dict(point.values),
        point.settings,
        snapshot.status,
        seeds,
        figures,
        limits.parameter_count(experiment, dataset.shape[2], dataset.targets) if dataset else 0,
        float(dataset.naive_mse[-1]) if dataset else math.nan,
        snapshot.run_id,
        "" if finished else snapshot.reason,
    )


READ: dict[str, Callable[[ModeResult], float]] = {
    "last_step_error": lambda result: result.final_mse,
    "validation_loss": lambda r: r.final_validation_loss if len(r.validation_loss) else math.nan,
    "epochs": lambda result: max(result.loss_epochs, default=0),
}
"""How each of FIGURES is read."""
