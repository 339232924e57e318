"""Trains a plan's points one after another, in the background of a `TrainingClient`.

    runner = Runner(plan, client)
    runner.start()
    runner.results

One thread trains, that of `run`. All else returns at once and may be called from any thread: it
only notes what that thread is to do within LOOK_SECONDS. It draws nothing and keeps no file.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache, partial

from lib.dataset import Dataset, Samples
from lib.datasets import make_settled_dataset
from lib.experiment import Experiment, ExperimentError
from lib.run import Run, Snapshot, Status
from lib.sweep.plan import Plan, Point
from lib.swept import MODES, PointResult
from lib.tables import Table
from lib.training import limits
from lib.training.client import TrainingClient
from lib.training.run_book import KEEP_SECONDS, WATCH_SECONDS

LOOK_SECONDS = 0.25
"""Between two looks at what is to be done."""
FULL_SECONDS = 2.0
"""Until a run is asked for again that the worker had no place for."""
COMPILE_SECONDS = 1.5
"""What a point takes besides training."""


class State(StrEnum):
    """Where a sweep stands."""

    GOING = "going"
    PAUSED = "paused"
    RESTING = "resting"
    """As paused, since nobody watched; it goes on when somebody does, if that is soon enough."""
    STOPPED = "stopped"
    DONE = "done"

    @property
    def is_over(self) -> bool:
        """Whether no more results come."""
        return self in (State.STOPPED, State.DONE)


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
        self._client, self._keep, self._rests, self._clock = client, keep, rests, clock
        # Points of which only the model differs share their data.
        self._data = lru_cache(maxsize=1)(partial(make_settled_dataset, table=table))
        self._known = {result["settings"]: result for result in done}
        self._to_train = self._left
        self._run: Run | None = None
        self._weights: dict[str, float] = {}
        """By a point's settings, about how many seconds it takes; empty before the first."""
        self._spent = 0.0
        """Seconds of training."""
        self._is_paused = self._is_ended = False
        self._watched = clock()

    def start(self) -> None:
        """Train all of it in a thread of its own."""
        threading.Thread(target=self.run, daemon=True).start()

    def run(self, look: Callable[["Runner"], object] = lambda _: None) -> None:
        """Train all of it, and call `look` a few times a second, and at the end.

        Whatever is raised, Ctrl-C too, stops it first; of its own errors only notes them.
        """
        try:
            while not self.state.is_over:
                if self.state is not State.GOING:
                    time.sleep(LOOK_SECONDS)
                elif result := self._train(self._left[0], look):
                    self._known[result["settings"]], self._run = result, None
                    self._keep(self.results)
        except Exception as error:  # a full disk, a closed client: whoever looks must hear of it
            self.error = error
        finally:
            self.stop()
            if self._run is not None:
                self._client.stop(self._run)
            self._data.cache_clear()
        look(self)

    def pause(self) -> None:
        """Let it rest where it is."""
        self._is_paused = True

    def go_on(self) -> None:
        """Go on after a pause."""
        self.watch()
        self._is_paused = False

    def stop(self) -> None:
        """End it; results stay, and a run that hasn't finished has none."""
        self._is_ended = True

    def watch(self) -> None:
        """Note that somebody looks; it goes on if it rested for the lack of that."""
        self._watched = self._clock()

    @property
    def state(self) -> State:
        """Where it stands."""
        if not self._left:
            return State.DONE
        unseen = self._clock() - self._watched if self._rests else 0.0
        if self._is_ended or unseen >= KEEP_SECONDS:
            return State.STOPPED
        if self._is_paused:
            return State.PAUSED
        return State.RESTING if unseen >= WATCH_SECONDS else State.GOING

    @property
    def is_forgotten(self) -> bool:
        """Whether it is over, and nobody has looked at it for hours."""
        return self.state.is_over and self._clock() - self._watched >= KEEP_SECONDS

    @property
    def results(self) -> tuple[PointResult, ...]:
        """In the order of the plan."""
        known = map(self._known.get, (point.settings for point in self.plan.points))
        return tuple(result for result in known if result is not None)

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1, with a part of the run that goes on."""
        return max(0.0, 1 - self._ahead() / self._work(self.plan.points))

    @property
    def seconds_left(self) -> float | None:
        """None where nothing goes on, or nothing is known yet."""
        if self.state is not State.GOING or not self._weights:
            return None
        is_first, ahead = len(self._left) == len(self._to_train), self._ahead()
        # Before the first result mostly the start of a process was measured.
        return ahead if is_first else ahead * self._spent / (self._work(self._to_train) - ahead)

    @property
    def _left(self) -> list[Point]:
        return [point for point in self.plan.points if point.settings not in self._known]

    def _work(self, points: Iterable[Point]) -> float:
        return sum(self._weights.get(point.settings, 1.0) for point in points)

    def _ahead(self) -> float:
        """The work that isn't done yet."""
        left, run = self._left, self._run
        snapshot = self._client.latest(run) if run else None
        share = snapshot.epoch / max(1, snapshot.epochs) if snapshot else 0.0
        return self._work(left) - share * self._work(left[:1])

    def _train(self, point: Point, look: Callable[["Runner"], object]) -> PointResult | None:
        """What comes of a point; None where it was stopped or lost, or the worker had no place."""
        experiment, told = point.experiment, State.GOING
        try:
            dataset = self._data(Experiment(data=experiment.data, seed=experiment.seed))
            limits.check(experiment, dataset)
        except ExperimentError as error:
            return result_of(point, None, Snapshot("", Status.FAILED, reason=f"{error}."))
        if not self._weights:
            self._weights = {each.settings: weight(each, dataset) for each in self.plan.points}
        run = self._run = self._client.start(experiment, dataset, background=True)
        while not self.state.is_over:
            state, begun = self.state, self._clock()
            if state is not told:
                (self._client.resume if state is State.GOING else self._client.pause)(run)
                told = state
            try:
                snapshot = self._client.wait(run, LOOK_SECONDS)
            except TimeoutError:
                look(self)
            except KeyError:  # it was forgotten while it rested: once more, then
                return None
            else:
                if snapshot.reason.endswith(f"{limits.FULL}."):
                    time.sleep(FULL_SECONDS)
                    return None
                return result_of(point, dataset, snapshot)
            finally:
                self._spent += (self._clock() - begun) * (state is State.GOING)
        return None


def weight(point: Point, like: Samples) -> float:
    """About how many seconds a point takes, if its samples are as many and as wide as these."""
    seconds = limits.seconds(point.experiment, like)
    return COMPILE_SECONDS + seconds * point.experiment.data.timesteps / like.shape[1]


def result_of(point: Point, dataset: Dataset | None, snapshot: Snapshot) -> PointResult:
    """What a run's last snapshot says of a point; `dataset` is None where there was no run."""
    experiment, is_finished = point.experiment, snapshot.status is Status.FINISHED
    parameters, baseline = 0, math.nan
    if dataset is not None:
        parameters = limits.parameter_count(experiment, dataset.shape[2], dataset.targets)
        baseline = float(dataset.naive_mse[-1])
    about = {
        "status": snapshot.status.value,
        "reason": "" if is_finished else snapshot.reason,
        "parameters": parameters,
        "baseline_error": baseline,
        "run": snapshot.run_id,
        "settings": point.settings,
    }
    rows = []
    for place, each in enumerate(experiment.each_seed):
        results = snapshot.seeds[place] if place < len(snapshot.seeds) else {}
        for mode in MODES:
            result = results.get(mode)
            judged = result if is_finished else None
            figures = {
                "last_step_error": judged.final_mse if judged else math.nan,
                "validation_loss": judged.final_validation_loss if judged else math.nan,
                "epochs": int(max(result.loss_epochs, default=0)) if result else 0,
            }
            rows.append({"seed": each.seed, "mode": mode, **figures, **about})
    return PointResult(point.values, rows)
