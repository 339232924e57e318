"""`RunRegistry`: a client's runs and their workers. It pauses and forgets unwatched runs."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.data import share
from lib.results import Run, Snapshot, Status, WeightHistory, memory_of
from lib.training.limits import MAX_RUNS, run_refusal
from lib.training.messages import Checkpoint, Drop, Report, Start, Steer, sentence
from lib.training.worker_pool import Supervisor, WorkerPool
from lib.training.worker_process import WorkerProcess

TIDY_SECONDS = 5.0  # the time between two searches for runs to pause or forget
WATCH_SECONDS = 600  # a run that no page shows for this time is paused, to free the processor
KEEP_RUNS = 40  # the number of finished runs to keep; sweeps' runs are counted separately
KEEP_BYTES = int(20_000_000 * share())  # for ended and unseen runs; the newest is always kept
KEEP_SECONDS = 3 * 3600  # a finished run, or a paused one that no page shows, is kept this long
TWICE_SECONDS = 60.0  # a run that loses two workers within this time may be the cause


@dataclass(slots=True, eq=False)
class ClientRun:
    """The client's record of a run. Times are in seconds of the client's clock."""

    run: Run
    worker: WorkerProcess
    owner: str | None  # the id of the run's browser, "" if it has no cookie; None for a script
    start: Start  # the command that restarts the run from epoch 0, at its newest pace
    snapshot: Snapshot  # the newest snapshot; a new object after every change
    seen_at: float  # when a page last showed the run, or when the run ended
    reason: str = ""  # why the run restarted or left the cluster; shown if the worker sends none
    unwatched: bool = False  # whether the client paused the run because no page showed it
    last_verb: str = "start"  # the user's last command
    resumed_at: int = -1  # the epoch of a run that was just resumed; -1 once it trains
    lost_at: float = -math.inf  # when the run last failed over because its worker died
    checkpoint: Checkpoint | None = None  # the newest; None if there is none or the run is over
    weights: WeightHistory = field(default_factory=WeightHistory)

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.snapshot.status.over

    @property
    def is_active(self) -> bool:
        """Whether the run is neither over, nor stopping, nor paused as unwatched."""
        return not (self.over or self.unwatched or self.last_verb == "stop")

    @property
    def nbytes(self) -> int:
        """The approximate memory of the run in bytes, without its dataset."""
        saved = len(self.checkpoint.state) if self.checkpoint else 0
        weights = len(self.weights.points) * self.weights.size
        return saved + weights + memory_of(self.snapshot)

    def note_command(self, verb: str) -> None:
        """Record a user's command. A paused run counts as RUNNING until its worker responds."""
        self.unwatched, self.last_verb, self.resumed_at = False, verb, -1
        if verb != "pause" and self.snapshot.status is Status.PAUSED:
            self.resumed_at = self.snapshot.epoch
            self.snapshot = replace(self.snapshot, status=Status.RUNNING)

    def take(self, snapshot: Snapshot, now: float) -> None:
        """Store the newest snapshot, and the weights in its history."""
        self.weights.take(snapshot)
        is_paused = snapshot.status is Status.PAUSED
        if not is_paused or snapshot.epoch > self.resumed_at:
            self.resumed_at = -1
        if self.resumed_at >= 0:  # the worker sent this pause before it received the command
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif is_paused and self.unwatched:
            snapshot = replace(snapshot, reason=sentence("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=self.reason)
        self.snapshot = snapshot
        if self.over:
            self.seen_at, self.checkpoint = now, None

    def end(self, reason: str, now: float) -> None:
        """Mark the run as failed with a reason, or as stopped if the user stopped it."""
        status, why = (Status.STOPPED, "") if self.last_verb == "stop" else (Status.FAILED, reason)
        self.snapshot = replace(self.snapshot, status=status, reason=why, seconds_left=None)
        self.seen_at, self.checkpoint = now, None

    def restart(self, worker: WorkerProcess, how: str) -> None:
        """Restart the run on a worker, from any checkpoint; `how` is a sentence on the cause."""
        saved, verb = self.checkpoint, self.last_verb
        was_paused = self.snapshot.status is Status.PAUSED
        paused = self.unwatched or was_paused or verb in ("pause", "step")
        if verb == "step":
            self.last_verb = "pause"  # don't repeat the step
        self.worker, self.resumed_at = worker, -1
        epoch, state = (saved.epoch, saved.state) if saved else (0, b"")
        self.weights.cut(epoch if saved else -1)
        self.reason = sentence("continued" if saved else "restarted", how=how, epoch=epoch)
        # Keep the old results until the new worker sends results.
        queued = replace(self.snapshot, status=Status.QUEUED, reason=self.reason, epoch=epoch)
        self.snapshot = replace(queued, epochs_per_second=0.0, seconds_left=None)
        worker.post(structs.replace(self.start, paused=paused, checkpoint=state))


class RunRegistry:
    """All runs of a client: `runs` by id, each with a worker of the `pool`."""

    def __init__(self, pool: WorkerPool, clock: Callable[[], float]) -> None:
        self.runs: dict[str, ClientRun] = {}
        self._pool, self._clock = pool, clock
        self._tidied = clock()

    def start(self, run: Run, start: Start, owner: str | None, supervisor: Supervisor) -> None:
        """Send a new run to a worker, or mark it as FAILED if it exceeds its owner's limits."""
        self.tidy()
        # If no place is free, forget the paused run that a page showed longest ago.
        ours = [r for r in self.runs.values() if not (r.over or r.start.background)]
        unseen = [each for each in ours if self._may_forget(each)]
        if unseen and len(ours) >= MAX_RUNS * self._pool.places:
            self.drop(min(unseen, key=lambda each: each.seen_at).run.id)
        busy = [r for r in self.runs.values() if r.is_active and not self._may_forget(r)]
        active = [(r.owner, r.run.dataset) for r in busy if r.owner is not None]
        places = self._pool.places
        refusal = supervisor.unavailable or run_refusal(owner, run.dataset, active, places)
        worker = supervisor.need()
        if not refusal:
            worker.post(start)
            supervisor.end_delay()
        reason = "" if worker.ready else sentence("starting")
        epochs = run.experiment.training.epochs
        queued = Snapshot(run.id, Status.QUEUED, epochs=epochs, reason=reason)
        added = self.runs[run.id] = ClientRun(run, worker, owner, start, queued, self._clock())
        added.last_verb = "pause" if start.paused else "start"
        added.reason = self._pool.away
        if refusal:
            added.end(refusal, self._clock())

    def unfinished(self, worker: WorkerProcess) -> list[ClientRun]:
        """Return a worker's runs that haven't ended."""
        return [run for run in self.runs.values() if run.worker is worker and not run.over]

    def active_count(self, worker: WorkerProcess) -> int:
        """Return the number of a worker's active runs."""
        return sum(run.is_active for run in self.unfinished(worker))

    def _may_forget(self, run: ClientRun) -> bool:
        """Return whether a run is over, or paused and not shown for WATCH_SECONDS."""
        is_unseen = run.seen_at < self._clock() - WATCH_SECONDS
        return run.over or (run.snapshot.status is Status.PAUSED and is_unseen)

    def look_at(self, run_id: str) -> ClientRun | None:
        """Return a run, and record that a page shows it; None for an unknown id."""
        if run := self.runs.get(run_id):
            run.seen_at = self._clock()
        return run

    def drop(self, run_id: str) -> None:
        """End and forget a run."""
        if (run := self.runs.pop(run_id, None)) and not run.over:
            run.worker.post(Drop(run_id))

    def take(self, worker: WorkerProcess, message: Report | Checkpoint) -> None:
        """Store a snapshot or a checkpoint from a worker."""
        if (run := self.runs.get(message.id)) and run.worker is worker and not run.over:
            if isinstance(message, Checkpoint):
                run.checkpoint = message
            else:
                run.take(message.snapshot, self._clock())
        self.tidy(TIDY_SECONDS)  # `latest` calls it, too, but perhaps no page is open

    def fail_over(self, lost: Iterable[ClientRun], how: str, *, is_suspect: bool = True) -> None:
        """Restart runs that lost their worker; `how` is a sentence on how the worker ended.

        Runs that may be the cause (`is_suspect`) fail if they lose two workers in TWICE_SECONDS.
        """
        now = self._clock()
        for run in lost:
            twice = is_suspect and now - run.lost_at < TWICE_SECONDS
            if self._pool.unavailable:
                run.end(how, now)
            elif twice or run.last_verb == "stop":
                run.end(sentence("lost_twice", how=how), now)
            else:
                run.restart(self._pool.least_busy(self.active_count).need(), how)
                run.lost_at = now if is_suspect else run.lost_at

    def tidy(self, min_seconds: float = 0.0) -> None:
        """Forget old runs and pause runs that no page shows, at most once per `min_seconds`."""
        if (now := self._clock()) - self._tidied < min_seconds:
            return
        self._tidied = now
        self._forget_old_runs()
        for run in self.runs.values():
            is_training = run.snapshot.status.active and not run.unwatched
            if is_training and now - run.seen_at > WATCH_SECONDS:
                run.unwatched = True
                run.worker.post(Steer("pause", run.run.id))

    def _forget_old_runs(self) -> None:
        """Forget runs not shown for KEEP_SECONDS, and the oldest beyond KEEP_RUNS or KEEP_BYTES."""
        runs = sorted(self.runs.values(), key=lambda run: run.seen_at, reverse=True)
        counts: Counter[tuple[bool, ...]] = Counter()
        held, datasets = 0, set[int]()
        for place, run in enumerate(filter(self._may_forget, runs)):
            # Count refused runs, which have no results, separately.
            kind = run.start.background, bool(run.snapshot.results)
            counts[kind] += run.over
            data = run.run.dataset
            size = 0 if id(data) in datasets else data.nbytes  # runs may share a dataset
            if held + size + run.nbytes > KEEP_BYTES / 2:
                run.weights.keep_few()
            size += run.nbytes
            is_old = run.seen_at < self._clock() - KEEP_SECONDS
            if is_old or counts[kind] > KEEP_RUNS or (held + size > KEEP_BYTES and place > 0):
                self.drop(run.run.id)
            else:
                held += size
                datasets.add(id(data))
