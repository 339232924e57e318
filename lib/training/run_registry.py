"""The runs that a client knows: who trains each, and what becomes of those nobody looks at.

A run whose worker dies begins again with another. A run that nobody looks at yields to others,
pauses, and is forgotten. It isn't locked: the client calls it from one thread at a time.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable

from lib.data import share
from lib.results import Run, Snapshot, Status
from lib.training.client_run import ClientRun
from lib.training.limits import MAX_RUNS
from lib.training.messages import Checkpoint, Command, Lost, Start, Steer, Watch
from lib.training.quotas import Going, Visitor, run_refusal
from lib.training.sentences import sentence
from lib.training.worker_pool import Supervisor, WorkerPool
from lib.training.worker_process import WorkerProcess

TIDY_SECONDS = 5.0
"""Between two looks for what can be paused or forgotten; and, of another server's run, between two
signs to that one that somebody looks here."""
YIELD_SECONDS = 15
"""A run nobody has looked at for so long gives way to watched ones; open tabs look every 5 s."""
WATCH_SECONDS = 600
"""How long a run goes on that nobody looks at: others want the processor."""
CROWD, CROWDED_SECONDS = 8, 90
"""With more runs that train it goes on for less: a browser looks once a minute, though its tab is
hidden."""
KEEP_RUNS = 40
"""Runs that are over and still known; and as many of those in the background, so that a sweep
leaves people theirs."""
KEEP_BYTES = int(20_000_000 * share())
"""Bytes that all of these may hold, and unfinished runs that nobody looks at; the newest stays."""
EMPTY_BYTES = KEEP_BYTES // 4
"""The limit once the last visitor has gone."""
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
        self._make_room(supervisor)
        refusal = run_refusal(owner, run.dataset, self._of_visitors(), self._pool.places)
        added = self._add(run, supervisor, start, owner)
        if supervisor.unavailable or refusal:
            added.end(supervisor.unavailable or refusal, self._clock())
        else:
            added.worker.post(start)
            supervisor.end_delay()

    def adopt(self, run: Run) -> None:
        """Watch a run that another page server of the cluster has started."""
        if (cluster := self._pool.cluster) is not None and run.id not in self.runs:
            start = Start(run.id, run.experiment, run.dataset.samples)
            added = self._add(run, cluster, start, is_foreign=True)
            added.worker.post(Watch(run.id))

    def _add(
        self,
        run: Run,
        supervisor: Supervisor,
        start: Start,
        owner: Visitor | None = None,
        *,
        is_foreign: bool = False,
    ) -> ClientRun:
        self.runs[run.id] = ClientRun(
            run,
            supervisor,
            supervisor.need(),
            owner,
            start,
            Snapshot(run.id, Status.QUEUED, epochs=run.experiment.training.epochs),
            self._clock(),
            reason="" if is_foreign else self._pool.away,
            is_foreign=is_foreign,
        )
        return self.runs[run.id]

    def _of_visitors(self) -> list[Going]:
        since = self._clock() - WATCH_SECONDS
        return [
            Going(run.owner, run.run.dataset, run.is_abandoned(since))
            for run in self.runs.values()
            if run.owner and run.is_going
        ]

    def unfinished(self, worker: WorkerProcess) -> list[ClientRun]:
        """The runs of a worker that aren't over."""
        return [run for run in self.runs.values() if run.worker is worker and not run.over]

    def _own(self, supervisor: Supervisor) -> list[ClientRun]:
        """The runs of a supervisor's workers that this server has started."""
        return [r for r in self.runs.values() if r.supervisor is supervisor and not r.is_foreign]

    def going(self, supervisor: Supervisor) -> int:
        """How many runs of a supervisor's workers are going."""
        return sum(run.is_going for run in self._own(supervisor))

    def _make_room(self, supervisor: Supervisor) -> None:
        """Where no place is left, forget the paused run that was left the longest ago."""
        unfinished = [r for r in self._own(supervisor) if not (r.over or r.start.background)]
        left = [run for run in unfinished if self._may_forget(run)]
        if left and len(unfinished) >= MAX_RUNS * max(1, supervisor.places):
            self.drop(min(left, key=lambda run: run.seen_at).run.id)

    def _may_forget(self, run: ClientRun) -> bool:
        """Whether a run is over, or paused and left.

        Who has paused it may still look at it, and a page that shows it asks for nothing.
        """
        seconds = CROWDED_SECONDS if run.unwatched else WATCH_SECONDS
        return run.over or run.is_abandoned(self._clock() - seconds)

    def look_at(self, run_id: str) -> ClientRun | None:
        """Note that somebody looks at a run, and tell the worker where it yields.

        Returns the run; None where it isn't known.
        """
        run = self.runs.get(run_id)
        if run is not None:
            now = run.seen_at = self._clock()
            tells = run.is_foreign and now - run.attended_at > TIDY_SECONDS
            if (run.yields or tells) and not run.over:
                run.yields, run.attended_at = False, now
                run.worker.post(Steer("attend", run_id))
        return run

    def drop(self, run_id: str) -> None:
        """End a run and forget it; another server's is only forgotten."""
        run = self.runs.pop(run_id, None)
        if run is not None and not (run.over or run.is_foreign):
            run.worker.post(Steer("drop", run_id))
            run.supervisor.replace_grown(self.unfinished)

    def fail(self, runs: Iterable[ClientRun], reason: str) -> None:
        """Mark runs as failed, or as stopped if a person has stopped them; those over stay."""
        for run in runs:
            if not run.over:
                run.end(reason, self._clock())

    def take(self, worker: WorkerProcess, snapshot: Snapshot) -> None:
        """Take a snapshot of a worker's run."""
        run = self.runs.get(snapshot.run_id)
        if run is not None and run.worker is worker and not run.over:
            run.take(snapshot, self._clock())
        self.tidy(TIDY_SECONDS)  # here too: perhaps nobody looks at anything

    def keep(self, worker: WorkerProcess, checkpoint: Checkpoint) -> None:
        """Keep the checkpoint of a worker's run instead of the one before."""
        run = self.runs.get(checkpoint.run_id)
        if run is not None and run.worker is worker and not run.over:
            run.checkpoint = checkpoint

    def fail_over(
        self, supervisor: Supervisor, worker: WorkerProcess, unsent: list[Command], how: str
    ) -> WorkerProcess | None:
        """Give the runs of a worker that is gone to another one: see `_begin_again`.

        Runs whose commands are `unsent` lose nothing: they get these again. Where no worker can
        train, runs fail, with `how` as the reason. Returns the other worker, if there is one.
        """
        if self._pool.unavailable:
            self.fail(self.unfinished(worker), how)
            return None
        other = self._pool.instead_of(supervisor, self.going)
        starts = {command.run_id for command in unsent if isinstance(command, Start)}
        waiting = starts & self.runs.keys() if other.worker else set()
        for command in unsent:
            if isinstance(command, Start | Steer) and command.run_id in waiting:
                run = self.runs[command.run_id]
                run.supervisor, run.worker = other, other.need()
                if math.isinf(run.restarted_at):  # else the reason says why it began again
                    run.reason = self._pool.away
                run.worker.post(command)
        lost = self.unfinished(worker)
        self._begin_again(lost, other, how, by_chance=supervisor is self._pool.cluster)
        return other.worker

    def lose(self, supervisor: Supervisor, lost: Lost) -> None:
        """Continue the runs of lost slots in other slots of the cluster."""
        found = [self.runs.get(run_id) for run_id in lost.ids]
        own = [run for run in found if run is not None and run.supervisor is supervisor]
        self._begin_again([run for run in own if not run.over], supervisor, lost.how)

    def _begin_again(
        self, lost: list[ClientRun], supervisor: Supervisor, how: str, *, by_chance: bool = False
    ) -> None:
        """Start runs whose worker died with another one, from their checkpoints if there are any.

        Where there is no other, where `may_begin_again` says no, or for the second time within
        TWICE_SECONDS, they fail, and a person may start them again. What came about `by_chance`
        isn't a run's own fault. Another server's runs are forgotten: they may go on,
        and who looks again looks for them.
        """
        now = self._clock()
        for run in lost:
            twice = not by_chance and now - run.restarted_at < TWICE_SECONDS
            if run.is_foreign:
                self.runs.pop(run.run.id, None)
            elif supervisor.worker and run.may_begin_again and not twice:
                run.begin_again(supervisor, how)
                if not by_chance:
                    run.restarted_at = now
            else:
                why = sentence("lost_twice") if twice else ""
                self.fail([run], sentence("lost", how=how, twice=why))

    def tidy(self, at_least_seconds: float = 0.0, most_bytes: int | None = None) -> None:
        """Forget old runs, and tell unwatched ones to yield or to pause.

        It does so `at_least_seconds` after the last time. `most_bytes` is instead of KEEP_BYTES.
        """
        if self._clock() - self._tidied < at_least_seconds:
            return
        now = self._tidied = self._clock()
        for run in self._stale(KEEP_BYTES if most_bytes is None else most_bytes):
            self.drop(run.run.id)
        active = [run for run in self.runs.values() if run.snapshot.status.active]
        among = Counter(id(run.supervisor) for run in active if not run.start.background)
        for run in active:
            if run.unwatched or run.waiters or run.is_foreign:
                continue
            unseen, crowd = now - run.seen_at, CROWD * max(1, run.supervisor.places)
            is_crowded = among[id(run.supervisor)] > crowd
            if unseen > (CROWDED_SECONDS if is_crowded else WATCH_SECONDS):
                run.unwatched = True
                run.worker.post(Steer("pause", run.run.id))
            elif unseen > YIELD_SECONDS and not (run.yields or run.start.background):
                run.yields = True
                run.worker.post(Steer("yield", run.run.id))

    def _stale(self, most: int) -> list[ClientRun]:
        """The runs to forget: seen too long ago, too many, or holding too much memory together.

        Runs that were seen last stay. Once half of the `most` bytes is held, older ones keep the
        weights of a few epochs. Unwatched runs that can't be forgotten yet count, too.
        """
        now, known = self._clock(), self.runs.values()
        runs = [r for r in known if self._may_forget(r) or r.seen_at < now - CROWDED_SECONDS]
        # Those without figures, as refused ones, push out no others.
        runs.sort(key=lambda r: (not self._may_forget(r), bool(r.snapshot.results), r.seen_at))
        runs.reverse()
        newest = next(filter(self._may_forget, runs), None)
        counts: Counter[tuple[bool, ...]] = Counter()
        held, datasets, stale = 0, set[int](), list[ClientRun]()
        for run in runs:
            kind = run.start.background, run.is_foreign, bool(run.snapshot.results)
            counts[kind] += run.over
            data = run.run.dataset
            size = 0 if id(data) in datasets else data.nbytes  # several runs share one
            if held + size + run.nbytes > most / 2:
                run.weights.thin()
            size += run.nbytes
            is_full = held + size > most and run is not newest
            is_old = run.seen_at < now - KEEP_SECONDS
            if self._may_forget(run) and (is_old or is_full or counts[kind] > KEEP_RUNS):
                stale.append(run)
            else:
                held += size
                datasets.add(id(data))
        return stale
