"""Train a plan's points as background runs of a `TrainingClient`, as many at once as it allows."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.data import Samples, Table, make_settled_dataset
from lib.experiment import ExperimentError
from lib.results import PointResult, Run, Snapshot, Status
from lib.sweep.plan import Plan, Point, base_of, make_plan, read_done, result_of, write
from lib.text import with_full_stop
from lib.training import KEEP_SECONDS, WATCH_SECONDS, TrainingClient, limits, machine

if TYPE_CHECKING:
    import pandas as pd

LOOK_SECONDS = 0.05  # the time between two checks for finished runs
FULL_SECONDS = 2.0  # the pause between starts, after a worker was full or a run was lost
COMPILE_SECONDS = 1.5  # estimated seconds of compiling per point


class Runner:
    """A sweep in training: all points of a plan, except those that are already `done`.

    The thread of `run` starts and controls all runs. Any thread may call the other methods, which
    return at once. `keep` receives all results after each new result. If `rests` is set, the sweep
    pauses unless a page calls `watch`.
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
        self.plan, self.client = plan, client
        self.error: Exception | None = None  # the error that ended the sweep
        self._keep, self._rests, self._clock = keep, rests, clock
        # Points that differ only in the model share their dataset.
        self._data = lru_cache(maxsize=1)(partial(make_settled_dataset, table=table))
        self._known = {result["settings"]: result for result in done}
        self._active: dict[str, tuple[Point, Run]] = {}  # points in training, by settings
        self._share_before = self.share  # the share that was trained before this start
        self._earliest_start = -math.inf  # no run starts before this time of the clock
        self._spent = 0.0  # seconds of training so far, without pauses
        self._runs_state = Status.RUNNING  # the state that all runs were last set to
        self._is_paused = self._is_ended = False
        self._watched = clock()

    def start(self) -> None:
        """Call `run` in a new thread."""
        threading.Thread(target=self.run, daemon=True).start()

    def run(self, progress: Callable[[Runner], object] = lambda _: None) -> None:
        """Train all points; call `progress(self)` many times a second, and at the end."""
        try:
            now = self._clock()
            while not (state := self.state).over:
                self._set_runs(state)
                # Start one run per turn: making its data takes a while, and other runs may end.
                begun = state is Status.RUNNING and self._begin()
                time.sleep(0.0 if begun else LOOK_SECONDS)
                before, now = now, self._clock()
                self._spent += now - before if state is Status.RUNNING else 0.0
                if self.client.pool.unavailable:
                    raise ExperimentError(self.client.pool.unavailable)
                self._collect()
                progress(self)
        except Exception as error:  # a full disk, for example; pages show the error
            self.error = error
        finally:
            self.stop()
            for _, run in self._active.values():
                self.client.stop(run)
            self._data.cache_clear()
        progress(self)

    def pause(self) -> None:
        """Pause all runs."""
        self._is_paused = True

    def resume(self) -> None:
        """Continue after a pause."""
        self.watch()
        self._is_paused = False

    def stop(self, why: str = "") -> None:
        """End the sweep, without results of unfinished runs. A reason `why` sets `error`."""
        self.error = ExperimentError(why) if why else self.error
        self._is_ended = True

    def watch(self) -> None:
        """Note that a page shows the sweep."""
        self._watched = self._clock()

    @property
    def state(self) -> Status:
        """The sweep's status: RUNNING, PAUSED, STOPPED or FINISHED."""
        if len(self.results) == len(self.plan.points):
            return Status.FINISHED
        unseen = self.unwatched_seconds if self._rests else 0.0
        if self._is_ended or unseen >= KEEP_SECONDS:
            return Status.STOPPED
        return Status.PAUSED if self._is_paused or unseen >= WATCH_SECONDS else Status.RUNNING

    @property
    def unwatched_seconds(self) -> float:
        """Seconds since the last `watch`."""
        return self._clock() - self._watched

    @property
    def results(self) -> tuple[PointResult, ...]:
        """The results so far, in the order of the plan."""
        known = map(self._known.get, (point.settings for point in self.plan.points))
        return tuple(result for result in known if result is not None)

    @property
    def share(self) -> float:
        """The trained share of the sweep's epochs, 0 to 1: the mean over all points."""
        active = {key: self.client.latest(run) for key, (_, run) in self._active.copy().items()}
        shares = {key: now.epoch / max(1, now.epochs) for key, now in active.items() if now}
        shares |= dict.fromkeys(self._known, 1.0)
        points = self.plan.points
        return sum(shares.get(point.settings, 0.0) for point in points) / len(points)

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds to the end, if all epochs take equally long; None if unknown."""
        share = self.share
        if self.state is not Status.RUNNING or share <= self._share_before:
            return None
        return self._spent * (1 - share) / (share - self._share_before)

    def _begin(self) -> bool:
        """Start the next point if a worker has a free place; return whether a point started."""
        begun = self._known.keys() | self._active.keys()
        point = next((each for each in self.plan.points if each.settings not in begun), None)
        is_full = len(self._active) >= self.client.pool.places
        if point is None or is_full or self._clock() < self._earliest_start:
            return False
        experiment = point.experiment
        try:
            dataset = self._data(experiment.data_only)
            limits.check_trainable(experiment, dataset)
        except ExperimentError as error:
            failed = Snapshot("", Status.FAILED, reason=with_full_stop(f"{error}"))
            self._store(point, result_of(point, None, failed))
            return True
        run = self.client.start(experiment, dataset, background=True)
        self._active[point.settings] = point, run
        return True

    def _set_runs(self, state: Status) -> None:
        """Pause or resume all runs if the sweep's state has changed."""
        if state is not self._runs_state:
            self._runs_state = state
            change = self.client.resume if state is Status.RUNNING else self.client.pause
            for _, run in self._active.values():
                change(run)

    def _collect(self) -> None:
        """Store the results of finished runs; drop lost runs, which start again later."""
        for point, run in list(self._active.values()):
            snapshot = self.client.latest(run)
            if snapshot is None or snapshot.is_full:
                del self._active[point.settings]
                self._earliest_start = self._clock() + FULL_SECONDS
            elif snapshot.status.over:
                self._store(point, result_of(point, run.dataset, snapshot))

    def _store(self, point: Point, result: PointResult) -> None:
        """Store a result. Remove the active point last, so that `share` never decreases."""
        self._known[point.settings] = result
        self._active.pop(point.settings, None)
        self._keep(self.results)


def estimated_seconds(plan: Plan, like: Samples, places: int) -> float:
    """Return the estimated seconds of a sweep with `places` runs at once, on data like `like`."""
    by_steps = sum(  # `training_seconds` estimates for the timesteps of `like`
        limits.training_seconds(point.experiment, like) * point.experiment.data.timesteps
        for point in plan.points
    )
    seconds = len(plan.points) * COMPILE_SECONDS + by_steps / like.shape[1]
    return seconds / max(1, min(len(plan.points), places))


def run_sweep(
    *,
    data: str = "",
    vary: Mapping[str, Iterable[Any]],
    seeds: int = 4,
    table: Table | str | Path | None = None,
    out: str | Path | None = None,
    progress: Callable[[Runner], object] = lambda _: None,
    **settings: Any,
) -> pd.DataFrame:
    """Train all combinations of settings' values, and return all results.

    Args:
        data: a key of `lib.data.DATASETS`; "upload" with a `table`.
        vary: values by URL key, a key of `lib.results.VARIABLE`: `{"T": [8, 16]}`.
        seeds: seeds of each point, 1 to 16; points × seeds are at most 96.
        table: a table, or the path of its file.
        out: a CSV of all rows, written after each point; the same call continues from it.
        progress: called with the `Runner`, many times a second and at the end.
        settings: fixed settings by URL key; others have the values that the dataset suggests.

    Returns a row for each point, seed and mode: the settings that vary, and `lib.sweep.plan.KINDS`.
    `last_step_error` is the mean squared error on the evaluated samples, in y's unit squared; NaN
    for an unfinished run. For labels it is the error of probabilities, and `last_step_accuracy` is
    known, too. Raises ExperimentError for invalid settings, UploadError for a bad file.
    """
    import pandas as pd  # noqa: PLC0415  pages show sweeps without it

    if table is not None and data not in ("", "upload"):
        raise ExperimentError(f"expected either data or a table, got both, with data={data!r}")
    file = ""
    if isinstance(table, Table):
        file = sha256(table.frame.to_csv().encode()).hexdigest()[:12]
    elif table is not None:
        table, file = read_table(table)
    base = base_of("upload" if table is not None else data, settings)
    plan = make_plan(base, vary, seeds, table, file)
    points = run_plan(plan, table, out=Path(out) if out else None, progress=progress)
    return pd.DataFrame([{**point.values, **row} for point in points for row in point.rows])


def run_plan(
    plan: Plan,
    table: Table | None = None,
    *,
    out: Path | None = None,
    progress: Callable[[Runner], object] = lambda _: None,
) -> tuple[PointResult, ...]:
    """Train the points of a plan that have no results in `out`; return all results in order."""
    done = read_done(out, plan) if out else []
    keep = partial(write, keys=[*plan.points[0].values], path=out) if out else lambda _: None
    keep(done)  # raise an error for a missing folder before training
    with TrainingClient(workers=machine.worker_count()) as client:
        runner = Runner(plan, client, table, done=done, keep=keep)
        runner.run(progress)
    if runner.error is not None:
        raise runner.error
    return runner.results


def read_table(path: str | Path) -> tuple[Table, str]:
    """Return the table of a user's file, and a hash that identifies it. Raises UploadError."""
    from lib.data import UploadError, read_upload  # noqa: PLC0415  imports pandas

    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UploadError(f"{path} can't be read: {error.strerror}.") from None
    return read_upload(Path(path).name, content), sha256(content).hexdigest()[:12]
