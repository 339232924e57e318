"""The runs that a client knows: who trains each, and what becomes of those nobody looks at.

A run whose worker dies begins again with another. A run that nobody looks at is paused, and
forgotten later. The registry isn't locked: the client calls it from one thread at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from lib.data import Dataset, share
from lib.results import Run, Snapshot, Status
from lib.training.client_run import ClientRun
from lib.training.limits import MAX_RUNS
from lib.training.messages import Checkpoint, Start, Steer, Watch
from lib.training.quotas import Visitor, run_refusal
from lib.training.sentences import sentence
from lib.training.worker_pool import WorkerPool
from lib.training.worker_process import WorkerProcess

TIDY_SECONDS = 5.0
"""Between two looks for what can be paused or forgotten."""
WATCH_SECONDS = 600
"""How long a run goes on that nobody looks at: others want the processor."""
CROWD, CROWDED_SECONDS = 8, 90
"""With more runs that train, for each place, it goes on for less: a browser looks once a minute,
though its tab is hidden."""
KEEP_RUNS = 40
"""Runs that are over and still known; and as many of those in the background, so that a sweep
leaves people theirs."""
KEEP_BYTES = int(20_000_000 * share())
"""Bytes that all of these, and paused runs that were left, may hold; the newest stays."""
KEEP_SECONDS = 3 * 3600
"""How long a run is known that is over, or that is paused and that nobody looks at."""
TWICE_SECONDS = 60.0
"""A run that loses its worker twice within this time is not restarted: it may be what kills it."""


class RunRegistry:
    """All runs by their ids, in `runs`, each with a worker of the `pool`.

    `clock` gives seconds that only grow.
    """

    def __init__(self, pool: WorkerPool, clock: Callable[[], float]) -> None:
        self.runs: dict[str, ClientRun] = {}
        self._pool, self._clock = pool, clock
        self._tidied = clock()

    def start(self, run: Run, start: Start, owner: Visitor | None) -> None:
        """Give a new run to the least busy worker; a run beyond its owner's limits has failed."""
        self.tidy()
        supervisor = self._pool.least_busy(self.going)
        self._make_room()
        refusal = supervisor.unavailable or run_refusal(
            owner, run.dataset, self._of_visitors(), self._pool.places
        )
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
        if (cluster := self._pool.cluster) is not None and run.id not in self.runs:
            start = Start(run.id, run.experiment, run.dataset.samples)
            self._add(run, cluster.need(), start).is_foreign = True
            cluster.need().post(Watch(run.id))

    def _add(
        self, run: Run, worker: WorkerProcess, start: Start, owner: Visitor | None = None
    ) -> ClientRun:
        queued = Snapshot(run.id, Status.QUEUED, epochs=run.experiment.training.epochs)
        added = self.runs[run.id] = ClientRun(run, worker, owner, start, queued, self._clock())
        return added

    def _of_visitors(self) -> list[tuple[Visitor, Dataset]]:
        """The owner and data of each visitor's run that is going, and wasn't left paused."""
        since = self._clock() - WATCH_SECONDS
        return [
            (run.owner, run.run.dataset)
            for run in self.runs.values()
            if run.owner and run.is_going and not run.is_abandoned(since)
        ]

    def unfinished(self, worker: WorkerProcess) -> list[ClientRun]:
        """The runs of a worker that aren't over."""
        return [run for run in self.runs.values() if run.worker is worker and not run.over]

    def going(self, worker: WorkerProcess) -> int:
        """How many runs of a worker are going that this server has started."""
        return sum(run.is_going and not run.is_foreign for run in self.unfinished(worker))

    def _make_room(self) -> None:
        """Where no place is left, forget the paused run that was left the longest ago."""
        own = [r for r in self.runs.values() if not (r.over or r.is_foreign or r.start.background)]
        left = [run for run in own if self._may_forget(run)]
        if left and len(own) >= MAX_RUNS * self._pool.places:
            self.drop(min(left, key=lambda run: run.seen_at).run.id)

    def _may_forget(self, run: ClientRun) -> bool:
        """Whether a run is over, or paused and left.

        Who has paused it may still look at it, and a page that shows it asks for nothing.
        """
        seconds = CROWDED_SECONDS if run.unwatched else WATCH_SECONDS
        return run.over or run.is_abandoned(self._clock() - seconds)

    def look_at(self, run_id: str) -> ClientRun | None:
        """Note that somebody looks at a run; returns the run, None where it isn't known."""
        run = self.runs.get(run_id)
        if run is not None:
            run.seen_at = self._clock()
        return run

    def drop(self, run_id: str) -> None:
        """End a run and forget it; another server's is only forgotten."""
        run = self.runs.pop(run_id, None)
        if run is not None and not (run.over or run.is_foreign):
            run.worker.post(Steer("drop", run_id))

    def end(self, reason: str) -> None:
        """Mark all runs that aren't over as failed, or as stopped if a person has stopped them."""
        for run in self.runs.values():
            if not run.over:
                run.end(reason, self._clock())

    def take(self, worker: WorkerProcess, message: Snapshot | Checkpoint) -> None:
        """Take a snapshot or a checkpoint of a worker's run."""
        run = self.runs.get(message.run_id)
        if run is not None and run.worker is worker and not run.over:
            if isinstance(message, Checkpoint):
                run.checkpoint = message
            else:
                run.take(message, self._clock())
        self.tidy(TIDY_SECONDS)  # here too: perhaps nobody looks at anything

    def fail_over(self, lost: Iterable[ClientRun], how: str, *, is_suspect: bool = True) -> None:
        """Start runs whose worker died with another one, from their checkpoints if there are any.

        `how` is a sentence on what happened. Runs fail where no worker can train, and where they
        are `is_suspect` of having killed two workers in short order; a person may start them again.
        Those that a person has stopped are stopped. Another server's runs are forgotten: they may
        go on, and who looks again looks for them.
        """
        now = self._clock()
        for run in lost:
            twice = is_suspect and now - run.lost_at < TWICE_SECONDS
            if run.is_foreign:
                self.runs.pop(run.run.id, None)
            elif self._pool.unavailable:
                run.end(how, now)
            elif twice or run.last_verb == "stop":
                run.end(sentence("lost_twice", how=how), now)
            else:
                run.begin_again(self._pool.least_busy(self.going).need(), how)
                run.lost_at = now if is_suspect else run.lost_at

    def tidy(self, at_least_seconds: float = 0.0) -> None:
        """Forget old runs, and pause those nobody looks at, so many seconds after the last time."""
        now = self._clock()
        if now - self._tidied < at_least_seconds:
            return
        self._tidied = now
        for run in self._stale():
            self.drop(run.run.id)
        active = [run for run in self.runs.values() if run.snapshot.status.active]
        active = [run for run in active if not run.is_foreign]
        count = sum(not run.start.background for run in active)
        is_crowded = count > CROWD * self._pool.places
        seconds = CROWDED_SECONDS if is_crowded else WATCH_SECONDS
        for run in active:
            if not (run.unwatched or run.waiters) and now - run.seen_at > seconds:
                run.unwatched = True
                run.worker.post(Steer("pause", run.run.id))

    def _stale(self) -> list[ClientRun]:
        """The runs to forget: seen too long ago, too many, or holding too much memory together.

        Runs that were seen last stay. Once half of KEEP_BYTES is held, older ones keep the weights
        of a few epochs.
        """
        runs = sorted(self.runs.values(), key=lambda run: run.seen_at, reverse=True)
        counts: Counter[tuple[bool, ...]] = Counter()
        held, datasets, stale = 0, set[int](), list[ClientRun]()
        for place, run in enumerate(filter(self._may_forget, runs)):
            # Refused runs, which have no figures, push out no others.
            kind = run.start.background, run.is_foreign, bool(run.snapshot.results)
            counts[kind] += run.over
            data = run.run.dataset
            size = 0 if id(data) in datasets else data.nbytes  # several runs share one
            if held + size + run.nbytes > KEEP_BYTES / 2:
                run.weights.thin()
            size += run.nbytes
            is_old = run.seen_at < self._clock() - KEEP_SECONDS
            if is_old or counts[kind] > KEEP_RUNS or (held + size > KEEP_BYTES and place > 0):
                stale.append(run)
            else:
                held += size
                datasets.add(id(data))
        return stale
