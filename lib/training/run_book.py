"""The runs that a client knows: how each stands, who looks at it, and which ones are forgotten.

The `client` starts and steers runs, and tells it. Runs that nobody looks at yield to others, pause,
and are forgotten. It isn't locked: the client calls it from one thread at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from lib.data import share
from lib.results import Run, Snapshot, Status
from lib.training.keepers import Keeper
from lib.training.limits import MAX_RUNS
from lib.training.messages import Checkpoint, Start, Steer
from lib.training.quotas import Going, Visitor, run_refusal
from lib.training.run_entry import RunEntry
from lib.training.sentences import sentence
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
"""The same once the last visitor has gone."""
KEEP_SECONDS = 3 * 3600
"""How long a run is known that is over, or that is paused and that nobody looks at."""
TWICE_SECONDS = 60.0
"""A run that loses its worker twice within this time is not restarted: it may be what kills it."""


class RunBook:
    """All runs by their ids. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.entries: dict[str, RunEntry] = {}
        self._clock = clock
        self._tidied = clock()

    def add(
        self,
        run: Run,
        keeper: Keeper,
        start: Start,
        owner: Visitor | None = None,
        places: int = 1,
        *,
        reason: str = "",
        is_foreign: bool = False,
    ) -> RunEntry:
        """Enter a new run, which a keeper's worker has; one that its owner can't have has failed.

        `places` are as in `lib.training.quotas`. The `reason` is said wherever nothing else is.
        """
        queued = Snapshot(run.id, Status.QUEUED, epochs=run.experiment.training.epochs)
        entry = RunEntry(run, keeper, keeper.need(), owner, start, queued, is_foreign=is_foreign)
        entry.restart_reason = reason
        refusal = run_refusal(owner, run.dataset, self._runs_of_visitors(), places)
        self.entries[run.id] = entry
        entry.touched = self._clock()
        if keeper.unavailable or refusal:
            self.fail([entry], keeper.unavailable or refusal)
        return entry

    def _runs_of_visitors(self) -> list[Going]:
        since, entries = self._clock() - WATCH_SECONDS, self.entries.values()
        own = [(e, e.owner) for e in entries if e.owner and e.is_going]
        return [Going(owner, e.run.dataset, e.is_abandoned(since)) for e, owner in own]

    def of(self, worker: WorkerProcess) -> list[RunEntry]:
        """The runs of a worker that aren't over."""
        return [e for e in self.entries.values() if e.worker is worker and not e.over]

    def has(self, worker: WorkerProcess, run_id: str) -> bool:
        """Whether a worker trains a run: what another one says of it is of before."""
        entry = self.entries.get(run_id)
        return entry is not None and entry.worker is worker

    def going(self, supervisor: Keeper) -> int:
        """How many runs of a supervisor's workers are going."""
        own = [e for e in self.entries.values() if e.supervisor is supervisor and not e.is_foreign]
        return sum(entry.is_going for entry in own)

    def run_to_forget_for_room(self, supervisor: Keeper) -> RunEntry | None:
        """Where no run more fits, the paused one that nobody has looked at for longest."""
        own = [e for e in self.entries.values() if e.supervisor is supervisor and not e.is_foreign]
        unfinished = [e for e in own if not (e.over or e.start.background)]
        if len(unfinished) < MAX_RUNS * max(1, supervisor.places):
            return None
        left = filter(self._may_go, unfinished)
        return min(left, key=lambda entry: entry.touched, default=None)

    def _may_go(self, entry: RunEntry) -> bool:
        """Whether a run may be forgotten where there is no room: it is over, or paused and left.

        Who has paused it may still look at it, and a page that shows it asks for nothing.
        """
        seconds = CROWDED_SECONDS if entry.unwatched else WATCH_SECONDS
        return entry.over or entry.is_abandoned(self._clock() - seconds)

    def attend_to(self, run_id: str) -> RunEntry | None:
        """Note that somebody looks at a run, and tell the worker where it yields.

        Returns its entry; None where it isn't known.
        """
        if (entry := self.entries.get(run_id)) is not None:
            now = entry.touched = self._clock()
            tells = entry.is_foreign and now - entry.attended > TIDY_SECONDS
            if (entry.yields or tells) and not entry.over:
                entry.yields, entry.attended = False, now
                entry.worker.post(Steer("attend", run_id))
        return entry

    @contextmanager
    def looking(self, entries: Iterable[RunEntry]) -> Iterator[None]:
        """Somebody looks at these runs as long as this lasts."""
        for entry in entries:
            self.attend_to(entry.run.id)
            entry.waiting += 1
        try:
            yield
        finally:
            for entry in entries:
                entry.waiting -= 1
                entry.touched = self._clock()

    def tidy(self, at_least_seconds: float = 0.0, most_bytes: int | None = None) -> None:
        """Forget old runs, and have unwatched ones yield or pause.

        It does so `at_least_seconds` after the last time. `most_bytes` is instead of KEEP_BYTES.
        """
        if self._clock() - self._tidied < at_least_seconds:
            return
        now = self._tidied = self._clock()
        for entry in self._stale(KEEP_BYTES if most_bytes is None else most_bytes):
            self.drop(entry.run.id)
        active = [e for e in self.entries.values() if e.snapshot.status.active]
        among = Counter(id(e.supervisor) for e in active if not e.start.background)
        for entry in active:
            if entry.unwatched or entry.waiting or entry.is_foreign:
                continue
            unseen, most = now - entry.touched, CROWD * max(1, entry.supervisor.places)
            is_crowded = among[id(entry.supervisor)] > most
            if unseen > (CROWDED_SECONDS if is_crowded else WATCH_SECONDS):
                entry.unwatched = True
                entry.worker.post(Steer("pause", entry.run.id))
            elif unseen > YIELD_SECONDS and not (entry.yields or entry.start.background):
                entry.yields = True
                entry.worker.post(Steer("yield", entry.run.id))

    def drop(self, run_id: str) -> None:
        """End a run and forget it; another server's is only forgotten."""
        entry = self.entries.pop(run_id, None)
        if entry is not None and not (entry.over or entry.is_foreign):
            entry.worker.post(Steer("drop", run_id))
            entry.supervisor.replace_grown()

    def take(self, snapshot: Snapshot) -> None:
        """Note what a worker says of a run, unless it is over or forgotten here."""
        entry = self.entries.get(snapshot.run_id)
        if entry is None or entry.over:
            return
        if entry.is_older_than_command(snapshot, self._clock()):  # who looks now has to look again
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif entry.unwatched and snapshot.status is Status.PAUSED:
            snapshot = replace(snapshot, reason=sentence("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=entry.restart_reason)
        entry.take(snapshot)
        if entry.over:
            entry.touched, entry.checkpoint = self._clock(), None

    def keep(self, worker: WorkerProcess, checkpoint: Checkpoint) -> None:
        """Keep from where a worker's run can go on, instead of what was kept before."""
        entry = self.entries.get(checkpoint.run_id)
        if entry is not None and entry.worker is worker and not entry.over:
            entry.checkpoint = checkpoint

    def fail(self, entries: Iterable[RunEntry], reason: str) -> None:
        """Mark runs as failed, or as stopped if a person stopped them; those that are over stay."""
        for entry in entries:
            if not entry.over:
                stopped = entry.verb == "stop"
                status, why = (Status.STOPPED, "") if stopped else (Status.FAILED, reason)
                entry.snapshot = replace(
                    entry.snapshot, status=status, reason=why, seconds_left=None
                )
                entry.touched, entry.checkpoint = self._clock(), None

    def begin_again(
        self, lost: list[RunEntry], keeper: Keeper, text: str, *, by_chance: bool = False
    ) -> None:
        """Have runs whose worker died go on with another, or begin again without a checkpoint.

        Where the keeper has no worker any more, where `may_begin_again` says no, or for the second
        time within TWICE_SECONDS, they fail, and a person may start them again. What came about
        `by_chance` isn't a run's own fault. Another server's runs are forgotten.
        """
        now = self._clock()
        for entry in lost:
            if entry.is_foreign:  # it may go on: who looks again looks for it
                self.entries.pop(entry.run.id, None)
                continue
            twice = not by_chance and now - entry.restarted_at < TWICE_SECONDS
            if keeper.worker and entry.may_begin_again and not twice:
                entry.begin_again(now, keeper, text)
                if not by_chance:
                    entry.restarted_at = now
                continue
            why = sentence("lost_twice") if twice else ""
            self.fail([entry], sentence("lost", how=text, twice=why))

    def _stale(self, most: int) -> list[RunEntry]:
        """The runs to forget: seen too long ago, too many, or holding too much memory together.

        Runs that were seen last stay. Once half of the `most` bytes is held, older ones keep a few
        epochs of their past. Runs that nobody looks at and that can't be forgotten yet count, too.
        """
        now, known = self._clock(), self.entries.values()
        entries = [e for e in known if self._may_go(e) or e.touched < now - CROWDED_SECONDS]
        # Those without figures, as refused ones, push out no others.
        entries.sort(key=lambda e: (not self._may_go(e), bool(e.snapshot.results), e.touched))
        entries.reverse()
        newest = next(filter(self._may_go, entries), None)
        counts: Counter[tuple[bool, ...]] = Counter()
        held, datasets, stale = 0, set[int](), list[RunEntry]()
        for entry in entries:
            kind = entry.start.background, entry.is_foreign, bool(entry.snapshot.results)
            counts[kind] += entry.over
            data = entry.run.dataset
            size = 0 if id(data) in datasets else data.nbytes  # several runs share one
            if held + size + entry.nbytes > most / 2:
                entry.past.thin()
            size += entry.nbytes
            is_full = held + size > most and entry is not newest
            is_old = entry.touched < now - KEEP_SECONDS
            if self._may_go(entry) and (is_old or is_full or counts[kind] > KEEP_RUNS):
                stale.append(entry)
            else:
                held += size
                datasets.add(id(data))
        return stale
