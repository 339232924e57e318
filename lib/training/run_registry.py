"""The runs that a client knows: their workers, and when to pause or forget unwatched runs."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.data import share
from lib.results import Run, Snapshot, Status, WeightHistory, memory_of
from lib.training.limits import MAX_RUNS, run_refusal
from lib.training.messages import Checkpoint, Report, Start, Steer, sentence
from lib.training.worker_pool import Supervisor, WorkerPool
from lib.training.worker_process import WorkerProcess

TIDY_SECONDS = 5.0  # between two searches for runs to pause or forget
WATCH_SECONDS = 600  # an unwatched run trains for so long: other runs want the processor
KEEP_RUNS = 40  # finished runs that are kept; as many more of sweeps, which push out no others
KEEP_BYTES = int(20_000_000 * share())  # for finished and for abandoned runs; the newest stays
KEEP_SECONDS = 3 * 3600  # a finished run, or a paused and unwatched one, is kept for so long
TWICE_SECONDS = 60.0  # a run that loses two workers within this time may be what kills them


@dataclass(slots=True, eq=False)
class ClientRun:
    """A run, and what the client knows of it. Times are in seconds of the client's clock."""

    run: Run
    worker: WorkerProcess
    owner: str | None  # the browser that started it, "" without a cookie; None for a script
    start: Start  # the command that starts it from the beginning, at its newest pace
    snapshot: Snapshot  # the newest; another object whenever something in it changes
    seen_at: float  # when somebody last looked at it, or when it ended
    is_foreign: bool = False  # whether another page server has started it, and sees to it
    reason: str = ""  # shown where its worker gives none, such as why the run began again
    unwatched: bool = False  # whether the client has paused the run because nobody looked at it
    last_verb: str = "start"  # a person's last command
    resumed_at: int = -1  # the epoch of a pause that a command ended, until training goes on
    lost_at: float = -math.inf  # when the run last began again because its worker died
    checkpoint: Checkpoint | None = None  # the newest; None before the first and after the end
    weights: WeightHistory = field(default_factory=WeightHistory)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def over(self) -> bool:
        """Whether the run can't go on."""
        return self.snapshot.status.over

    @property
    def is_going(self) -> bool:
        """Whether the run is neither over, nor told to stop, nor paused as unwatched."""
        return not (self.over or self.unwatched or self.last_verb == "stop")

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the run holds, about, without its dataset."""
        saved = len(self.checkpoint.state) if self.checkpoint else 0
        return saved + len(self.start.card) + memory_of(self.snapshot) + self.weights.nbytes

    def note_command(self, verb: str) -> None:
        """Note a person's command. A paused run counts as RUNNING until its worker answers."""
        self.unwatched, self.last_verb, self.resumed_at = False, verb, -1
        if verb != "pause" and self.snapshot.status is Status.PAUSED:
            self.resumed_at = self.snapshot.epoch
            self.snapshot = replace(self.snapshot, status=Status.RUNNING)

    def take(self, snapshot: Snapshot, now: float) -> None:
        """Make this the newest snapshot, and keep the weights that are new in it."""
        self.weights.take(snapshot)
        is_paused = snapshot.status is Status.PAUSED
        if not is_paused or snapshot.epoch > self.resumed_at:
            self.resumed_at = -1
        if self.resumed_at >= 0:  # this pause was sent before the command came
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif is_paused and self.unwatched:
            snapshot = replace(snapshot, reason=sentence("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=self.reason)
        self.snapshot = snapshot
        if self.over:
            self.seen_at, self.checkpoint = now, None

    def end(self, reason: str, now: float) -> None:
        """Mark the run as failed for this reason, or as stopped if a person stopped it."""
        stopped = self.last_verb == "stop"
        status, why = (Status.STOPPED, "") if stopped else (Status.FAILED, reason)
        self.snapshot = replace(self.snapshot, status=status, reason=why, seconds_left=None)
        self.seen_at, self.checkpoint = now, None

    def begin_again(self, worker: WorkerProcess, how: str) -> None:
        """Start the run with another worker, from its checkpoint if any; `how` says why."""
        saved, verb = self.checkpoint, self.last_verb
        rests = self.unwatched or verb in ("pause", "step") or self.snapshot.status is Status.PAUSED
        if verb == "step":
            self.last_verb = "pause"  # the step isn't repeated
        self.worker, self.resumed_at = worker, -1
        epoch, state = (saved.epoch, saved.state) if saved else (0, b"")
        self.weights.cut(epoch if saved else -1)
        self.reason = sentence("continued" if saved else "restarted", how=how, epoch=epoch)
        self.snapshot = replace(  # figures stay until the new worker sends others
            self.snapshot,
            status=Status.QUEUED,
            reason=self.reason,
            epoch=epoch,
            epochs_per_second=0.0,
            seconds_left=None,
        )
        worker.post(structs.replace(self.start, paused=rests, checkpoint=state))


class RunRegistry:
    """All runs by their ids, in `runs`, each with a worker of the `pool`."""

    def __init__(self, pool: WorkerPool, clock: Callable[[], float]) -> None:
        self.runs: dict[str, ClientRun] = {}
        self._pool, self._clock = pool, clock
        self._tidied = clock()

    def start(self, run: Run, start: Start, owner: str | None, supervisor: Supervisor) -> None:
        """Give a new run to a worker; a run beyond its owner's limits is FAILED."""
        self.tidy()
        # Where no place is free, forget the paused run that was last looked at the longest ago.
        own = [r for r in self.runs.values() if not (r.over or r.is_foreign or r.start.background)]
        left = [each for each in own if self._may_forget(each)]
        if left and len(own) >= MAX_RUNS * self._pool.places:
            self.drop(min(left, key=lambda each: each.seen_at).id)
        going = [
            (each.owner, each.run.dataset)
            for each in self.runs.values()
            if each.owner is not None and each.is_going and not self._may_forget(each)
        ]
        refused = run_refusal(owner, run.dataset, going, self._pool.places)
        refusal = supervisor.unavailable or refused
        worker = supervisor.need()
        if not refusal:
            worker.post(start)
            supervisor.end_delay()
        added = self._add(run, worker, start, owner)
        added.reason = self._pool.away
        if refusal:
            added.end(refusal, self._clock())

    def adopt(self, run: Run) -> None:
        """Watch a run that another page server of the cluster has started."""
        if (cluster := self._pool.cluster) and run.id not in self.runs:
            start = Start(run.id, run.experiment, run.dataset.samples)
            self._add(run, cluster.need(), start, None).is_foreign = True
            cluster.need().post(Steer("watch", run.id))

    def _add(self, run: Run, worker: WorkerProcess, start: Start, owner: str | None) -> ClientRun:
        reason = "" if worker.ready else sentence("starting")
        epochs = run.experiment.training.epochs
        queued = Snapshot(run.id, Status.QUEUED, epochs=epochs, reason=reason)
        added = self.runs[run.id] = ClientRun(run, worker, owner, start, queued, self._clock())
        added.last_verb = "pause" if start.paused else "start"
        return added

    def unfinished(self, worker: WorkerProcess) -> list[ClientRun]:
        """The runs of a worker that aren't over."""
        return [run for run in self.runs.values() if run.worker is worker and not run.over]

    def going(self, worker: WorkerProcess) -> int:
        """Number of this server's own runs that a worker trains or is to train."""
        return sum(run.is_going and not run.is_foreign for run in self.unfinished(worker))

    def _may_forget(self, run: ClientRun) -> bool:
        """Whether a run is over, or paused with nobody looking for WATCH_SECONDS."""
        is_left = run.seen_at < self._clock() - WATCH_SECONDS
        return run.over or (run.snapshot.status is Status.PAUSED and is_left)

    def look_at(self, run_id: str) -> ClientRun | None:
        """Note that somebody looks at a run, and return it; None for an unknown id."""
        if run := self.runs.get(run_id):
            run.seen_at = self._clock()
        return run

    def drop(self, run_id: str) -> None:
        """End a run and forget it; another server's run is only forgotten."""
        if (run := self.runs.pop(run_id, None)) and not run.over:
            run.worker.post(Steer("unwatch" if run.is_foreign else "drop", run_id))

    def take(self, worker: WorkerProcess, message: Report | Checkpoint) -> None:
        """Take a snapshot or a checkpoint of a worker's run."""
        if (run := self.runs.get(message.id)) and run.worker is worker and not run.over:
            if isinstance(message, Checkpoint):
                run.checkpoint = message
            else:
                run.take(message.snapshot, self._clock())
        self.tidy(TIDY_SECONDS)  # here too, since perhaps no page asks for snapshots

    def fail_over(self, lost: Iterable[ClientRun], how: str, *, is_suspect: bool = True) -> None:
        """Start runs whose worker died with another worker; `how` is a sentence that says why.

        A run fails where no worker can train, and where, with `is_suspect`, it loses a second
        worker within TWICE_SECONDS. Another server's runs are forgotten; a page finds them again.
        """
        now = self._clock()
        for run in lost:
            twice = is_suspect and now - run.lost_at < TWICE_SECONDS
            if run.is_foreign:
                self.runs.pop(run.id, None)
            elif self._pool.unavailable:
                run.end(how, now)
            elif twice or run.last_verb == "stop":
                run.end(sentence("lost_twice", how=how), now)
            else:
                run.begin_again(self._pool.least_busy(self.going).need(), how)
                run.lost_at = now if is_suspect else run.lost_at

    def tidy(self, at_least_seconds: float = 0.0) -> None:
        """Forget old runs and pause unwatched ones, `at_least_seconds` after the last time."""
        if (now := self._clock()) - self._tidied < at_least_seconds:
            return
        self._tidied = now
        self._forget_old_runs()
        for run in self.runs.values():
            is_ours = run.snapshot.status.active and not (run.is_foreign or run.unwatched)
            if is_ours and now - run.seen_at > WATCH_SECONDS:
                run.unwatched = True
                run.worker.post(Steer("pause", run.id))

    def _forget_old_runs(self) -> None:
        """Forget runs seen too long ago, and the oldest where too many or too large together.

        Runs older than those that fill half of KEEP_BYTES keep the weights of only a few epochs.
        """
        runs = sorted(self.runs.values(), key=lambda run: run.seen_at, reverse=True)
        counts: Counter[tuple[bool, ...]] = Counter()
        held, datasets = 0, set[int]()
        for place, run in enumerate(filter(self._may_forget, runs)):
            # Refused runs, which have no figures, push out no others.
            kind = run.start.background, run.is_foreign, bool(run.snapshot.results)
            counts[kind] += run.over
            data = run.run.dataset
            size = 0 if id(data) in datasets else data.nbytes  # several runs share one
            if held + size + run.nbytes > KEEP_BYTES / 2:
                run.weights.keep_few()
            size += run.nbytes
            is_old = run.seen_at < self._clock() - KEEP_SECONDS
            if is_old or counts[kind] > KEEP_RUNS or (held + size > KEEP_BYTES and place > 0):
                self.drop(run.id)
            else:
                held += size
                datasets.add(id(data))
