"""Trains a plan's points one after another, in the background of a `TrainingClient`.

    runner = Runner(plan, client)
    runner.start()
    runner.progress().results

All methods but `run` return at once, and may be called from any thread. It draws nothing and keeps
no file.
"""

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
from lib.swept import MODES, PointResult
from lib.tables import Table
from lib.training import limits
from lib.training.client import TrainingClient
from lib.training.run_book import WATCH_SECONDS

LOOK_SECONDS = 1.0
"""Between two looks whether anybody still watches."""
COMPILE_SECONDS = 1.5
"""What a point takes besides training."""


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
    """One sweep, a run at a time. Points that are `done` already aren't trained again.

    `keep` is told all results after each. With `rests` it rests while nobody calls `watch`.
    """

    def __init__(
        self,
        plan: Plan,
        client: TrainingClient,
        table: Table | None = None,
        *,
        done: Iterable[PointResult] = (),
        keep: Callable[[Sequence[PointResult]], None] = lambda _: None,
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
        self._run: Run | None = None
        """The one that trains `_left[0]`."""
        self._data: tuple[Experiment, Dataset] | None = None
        self._weights: dict[Point, float] = {}
        """By point, about how many seconds it takes."""
        self._worked = 0.0
        """Weights of what was trained here."""
        self._spent, self._since = 0.0, clock()
        """Seconds of going before the last pause, and when it went on."""
        self._watched = clock()

    def start(self) -> None:
        """Train all of it in a thread of its own."""
        threading.Thread(target=self.run, args=(lambda _: None,), daemon=True).start()

    def run(self, look: Callable[[Progress], object]) -> None:
        """Train all of it, and call `look` about every second, and at the end.

        Whatever is raised, Ctrl-C too, stops it first; of its own errors only notes them.
        """
        try:
            while (point := self._next()) is not None:
                result = self._train(point, look)
                with self._changed:
                    self._run = None
                    if result is not None:
                        self._take(point, result)
        except Exception as error:  # a full disk, a closed client: whoever looks must hear of it
            self.error = error
        finally:
            self.stop()
        look(self.progress())

    def pause(self) -> None:
        """Let it rest where it is."""
        self._rest(State.PAUSED)

    def go_on(self) -> None:
        """Go on after a pause."""
        with self._changed:
            if self._state in (State.PAUSED, State.RESTING):
                self._state = State.GOING
                self._since = self._watched = self._clock()
                if self._run is not None:
                    self._client.resume(self._run)
                self._changed.notify_all()

    def stop(self) -> None:
        """End it; results stay, and a run that hasn't finished has none."""
        with self._changed:
            if not self._state.is_over:
                self._rest(State.STOPPED)
                if self._run is not None:
                    self._client.stop(self._run)

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
            points, known = self.plan.points, self._results
            results = tuple(known[p.settings] for p in points if p.settings in known)
            snapshot = self._client.latest(self._run) if self._run is not None else None
            share = snapshot.epoch / max(1, snapshot.epochs) if snapshot else 0.0
            partly = share * self._weight(self._left[0]) if self._left else 0.0
            ahead = sum(map(self._weight, self._left)) - partly
            whole = sum(map(self._weight, points))
            left = None
            if self._state is State.GOING and self._weights:
                spent = self._spent + self._clock() - self._since
                # Before the first result mostly the start of a process was measured.
                left = ahead * spent / (self._worked + partly) if self._worked else ahead
            reason = f"It ended by itself: {self.error}" if self.error else ""
            share = max(0.0, 1 - ahead / whole)
            return Progress(self._state, results, len(points), share, left, reason)

    def _weight(self, point: Point) -> float:
        return self._weights.get(point, 1.0)

    def _rest(self, state: State) -> None:
        with self._changed:
            if self._state is State.GOING:
                self._spent += self._clock() - self._since
                if self._run is not None:
                    self._client.pause(self._run)
            if not self._state.is_over:
                self._state = state
            self._changed.notify_all()

    def _next(self) -> Point | None:
        with self._changed:
            self._changed.wait_for(lambda: self._state is State.GOING or self._state.is_over)
            if not self._left and not self._state.is_over:
                self._state = State.DONE
            return None if self._state.is_over else self._left[0]

    def _take(self, point: Point, result: PointResult) -> None:
        self._results[point.settings] = result
        self._left.remove(point)
        self._worked += self._weight(point)
        self._keep(self.progress().results)

    def _train(self, point: Point, look: Callable[[Progress], object]) -> PointResult | None:
        """What comes of a point; None where the sweep was stopped before."""
        try:
            dataset = self._dataset(point)
            limits.check(point.experiment, dataset)
        except ExperimentError as error:
            return result_of(point, None, Snapshot("", Status.FAILED, reason=f"{error}."))
        while True:
            with self._changed:
                run = self._run = self._client.start(point.experiment, dataset, background=True)
                if self._state is not State.GOING:
                    (self._client.stop if self._state.is_over else self._client.pause)(run)
            with suppress(KeyError):  # it was forgotten while it rested: once more, then
                snapshot = self._wait(run, look)
                if self._state is State.STOPPED and snapshot.status is not Status.FINISHED:
                    return None
                return result_of(point, dataset, snapshot)

    def _wait(self, run: Run, look: Callable[[Progress], object]) -> Snapshot:
        while True:
            try:
                return self._client.wait(run, LOOK_SECONDS)
            except TimeoutError:
                with self._changed:
                    unseen = self._clock() - self._watched >= WATCH_SECONDS
                    if self._rests and unseen and self._state is State.GOING:
                        self._rest(State.RESTING)
                look(self.progress())

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
    figures: dict[str, dict[str, np.ndarray]] = {}
    for name, (read, none) in READ.items():
        is_told = finished or name == "epochs"
        told = {m: [read(seed[m]) for seed in snapshot.seeds if m in seed] for m in MODES}
        figures[name] = {m: np.array((is_told and told[m]) or [none] * len(seeds)) for m in MODES}
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


def _validation_loss(result: ModeResult) -> float:
    return result.final_validation_loss if len(result.validation_loss) else math.nan


READ: dict[str, tuple[Callable[[ModeResult], float], float]] = {
    "last_step_error": (lambda result: result.final_mse, math.nan),
    "validation_loss": (_validation_loss, math.nan),
    "epochs": (lambda result: int(max(result.loss_epochs, default=0)), 0),
}
"""How each of FIGURES is read, and what stands for it where there is none."""
