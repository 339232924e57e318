"""Trains a plan's points in the background of a `TrainingClient`, as many at once as it has places.

    runner = Runner(plan, client)
    runner.start()
    runner.results

One thread begins and steers them all, that of `run`. All else returns at once and may be called
from any thread: it only notes what that thread is to do within LOOK_SECONDS. It draws nothing and
keeps no file.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial

from lib.data import Dataset, Samples, Table, make_settled_dataset
from lib.experiment import Experiment, ExperimentError
from lib.results import MODES, PointResult, Run, Snapshot, Status, independent_samples
from lib.sweep.plan import Plan, Point, SweepError
from lib.text import counted, sentence
from lib.training import KEEP_SECONDS, WATCH_SECONDS, TrainingClient, limits

LOOK_SECONDS = 0.25
"""Between two looks at what is to be done."""
FULL_SECONDS = 2.0
"""Until runs begin again after a worker had no place for one, or one was forgotten."""
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


@dataclass(slots=True, eq=False)
class Going:
    """A point that is being trained."""

    point: Point
    dataset: Dataset
    run: Run
    told: State = State.GOING
    """Which state its run was steered for."""


class Runner:
    """One sweep. Points that are `done` already aren't trained again.

    `keep` is told all results after each. With `rests` it rests while nobody calls `watch`. Other
    page servers show a run by what `card` makes of its experiment.
    """

    def __init__(
        self,
        plan: Plan,
        client: TrainingClient,
        table: Table | None = None,
        *,
        done: Iterable[PointResult] = (),
        card: Callable[[Experiment], bytes] = lambda _: b"",
        keep: Callable[[Sequence[PointResult]], None] = lambda _: None,
        rests: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan = plan
        self.error: Exception | None = None
        """What ended it, where that was no person."""
        self._client, self._keep, self._rests, self._clock = client, keep, rests, clock
        self._card = card
        # Points of which only the model differs share their data.
        self._data = lru_cache(maxsize=1)(partial(make_settled_dataset, table=table))
        self._known = {result["settings"]: result for result in done}
        self._to_train = self._left
        self._going: dict[str, Going] = {}
        """By a point's settings, what is being trained."""
        self._begins_at = -math.inf
        """Before that, of `time.monotonic`, no run begins."""
        self._weights: dict[str, float] = {}
        """By a point's settings, about how many seconds it takes; empty before the first."""
        self._spent = 0.0
        """Seconds in which it went on."""
        self._is_paused = self._is_ended = False
        self._watched = clock()

    def start(self, look: Callable[["Runner"], object] = lambda _: None) -> None:
        """Train all of it in a thread of its own; `look` is as in `run`."""
        threading.Thread(target=self.run, args=(look,), daemon=True).start()

    def run(self, look: Callable[["Runner"], object] = lambda _: None) -> None:
        """Train all of it, and call `look` a few times a second, and at the end.

        Whatever is raised, Ctrl-C too, stops it first; of its own errors only notes them.
        """
        try:
            now = self._clock()
            while not (state := self.state).is_over:
                # One only, since its data may take a while: all are steered and taken in between.
                begun = state is State.GOING and self._begin()
                self._steer(state)
                runs = [each.run for each in self._going.values()]
                self._client.wait_any(runs, 0.0 if begun else LOOK_SECONDS)
                before, now = now, self._clock()
                self._spent += (now - before) * (state is State.GOING)
                if self._client.unavailable:
                    raise SweepError(self._client.unavailable)
                self._take()
                look(self)
        except Exception as error:  # a full disk, a closed client: whoever looks must hear of it
            self.error = error
        finally:
            self.stop()
            for each in self._going.values():
                self._client.stop(each.run)
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

    def give_way(self) -> None:
        """End it for another sweep, and say so to whoever comes back to it."""
        minutes = counted(round(self.unwatched_seconds / 60), "minute")
        why = f"nobody watched it for {minutes}, and another sweep needed its place"
        self.error = SweepError(f"{why}. Press Start to train it again.")
        self.stop()

    def watch(self) -> None:
        """Note that somebody looks; it goes on if it rested for the lack of that."""
        self._watched = self._clock()

    @property
    def state(self) -> State:
        """Where it stands."""
        if not self._left:
            return State.DONE
        unseen = self.unwatched_seconds if self._rests else 0.0
        if self._is_ended or unseen >= KEEP_SECONDS:
            return State.STOPPED
        if self._is_paused:
            return State.PAUSED
        return State.RESTING if unseen >= WATCH_SECONDS else State.GOING

    @property
    def unwatched_seconds(self) -> float:
        """How long nobody has looked at it."""
        return self._clock() - self._watched

    @property
    def is_forgotten(self) -> bool:
        """Whether it is over, and nobody has looked at it for hours."""
        return self.state.is_over and self.unwatched_seconds >= KEEP_SECONDS

    @property
    def total(self) -> int:
        """How many points it has."""
        return len(self.plan.points)

    @property
    def away(self) -> str:
        """A sentence that says why it isn't trained where it should be; mostly empty."""
        return self._client.away

    @property
    def results(self) -> tuple[PointResult, ...]:
        """In the order of the plan."""
        known = map(self._known.get, (point.settings for point in self.plan.points))
        return tuple(result for result in known if result is not None)

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1, with a part of each run that goes on."""
        return max(0.0, 1 - self._ahead() / self._work(self.plan.points))

    @property
    def seconds_left(self) -> float | None:
        """None where nothing goes on, or nothing is known yet."""
        if self.state is not State.GOING or not self._weights:
            return None
        left, ahead = len(self._left), self._ahead()
        if left == len(self._to_train):  # mostly the start of a process was measured
            return ahead / max(1, min(left, self._client.places))
        return ahead * self._spent / (self._work(self._to_train) - ahead)

    @property
    def _left(self) -> list[Point]:
        return [point for point in self.plan.points if point.settings not in self._known]

    def _work(self, points: Iterable[Point]) -> float:
        return sum(self._weights.get(point.settings, 1.0) for point in points)

    def _ahead(self) -> float:
        """The work that isn't done yet."""
        return sum(self._work([point]) * (1 - self._share(point)) for point in self._left)

    def _share(self, point: Point) -> float:
        """How much of a point that isn't known yet is trained."""
        going = self._going.get(point.settings)
        snapshot = self._client.latest(going.run) if going else None
        return snapshot.epoch / max(1, snapshot.epochs) if snapshot else 0.0

    def _begin(self) -> bool:
        """Begin the next point, if there is one and room for it; whether there was."""
        point = next((each for each in self._left if each.settings not in self._going), None)
        has_room = len(self._going) < self._client.places and time.monotonic() >= self._begins_at
        if point is None or not has_room:
            return False
        experiment = point.experiment
        try:
            dataset = self._data(Experiment(data=experiment.data, seed=experiment.seed))
            limits.check(experiment, dataset)
        except ExperimentError as error:
            failed = Snapshot("", Status.FAILED, reason=sentence(f"{error}"))
            self._note(point, result_of(point, None, failed))
            return True
        if not self._weights:
            self._weights = {each.settings: weight(each, dataset) for each in self.plan.points}
        run = self._client.start(experiment, dataset, background=True, card=self._card(experiment))
        self._going[point.settings] = Going(point, dataset, run)
        return True

    def _steer(self, state: State) -> None:
        """Have all runs go on or rest."""
        for each in self._going.values():
            if each.told is not state:
                (self._client.resume if state is State.GOING else self._client.pause)(each.run)
                each.told = state

    def _take(self) -> None:
        """Note what has come of runs that are over."""
        for each in list(self._going.values()):
            snapshot = self._client.latest(each.run)
            if snapshot is None or snapshot.is_full:
                # It was forgotten while it rested, or never had a place: once more, then.
                del self._going[each.point.settings]
                self._begins_at = time.monotonic() + FULL_SECONDS
            elif snapshot.status.over:
                self._note(each.point, result_of(each.point, each.dataset, snapshot))

    def _note(self, point: Point, result: PointResult) -> None:
        """Have a result; in this order, so that `share` never falls."""
        self._known[point.settings] = result
        self._going.pop(point.settings, None)
        self._keep(self.results)


def weight(point: Point, like: Samples) -> float:
    """About how many seconds a point takes, if its samples are as many and as wide as these."""
    seconds = limits.seconds(point.experiment, like)
    return COMPILE_SECONDS + seconds * point.experiment.data.timesteps / like.shape[1]


def result_of(point: Point, dataset: Dataset | None, snapshot: Snapshot) -> PointResult:
    """What a run's last snapshot says of a point; `dataset` is None where there was no run."""
    experiment, is_finished = point.experiment, snapshot.status is Status.FINISHED
    parameters, baseline, independent = 0, math.nan, math.nan
    if dataset is not None:
        parameters = limits.parameter_count(experiment, dataset.shape[2], dataset.targets)
        baseline = float(dataset.naive_mse[-1])
        independent = independent_samples(dataset)
    about = {
        "status": snapshot.status.value,
        "reason": "" if is_finished else snapshot.reason,
        "parameters": parameters,
        "baseline_error": baseline,
        "independent_samples": independent,
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
