"""The runs that a client knows: how each stands, whose it is, and which ones it may forget.

The `client` starts, steers and ends runs, and tells it; it only has those go on that lost their
worker (`begin_again`). It isn't locked: the client calls it from one thread at a time.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.memory import share
from lib.run import Run, Snapshot, Status, weight_bytes
from lib.training import said
from lib.training.limits import MAX_RUNS
from lib.training.messages import Checkpoint, Start
from lib.training.past import Past
from lib.training.quotas import Going, Visitor, run_refusal
from lib.training.supervisor import Keeper
from lib.training.worker_process import WorkerProcess

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
KEEP_BYTES = int(64_000_000 * share())
"""Bytes of data and of weights, of now and before, that these may hold; data that several share
count once. The newest always stays."""
KEEP_SECONDS = 3 * 3600
"""How long a run is known that is over, or that is paused and that nobody looks at."""
HEARD_SECONDS = 10.0
"""How long a worker may take to hear a command, however busy it is."""
TWICE_SECONDS = 60.0
"""A run that loses its worker twice within this time is not restarted: it may be what kills it."""

SILENT_BEATS_SHOWN = 4


@dataclass(slots=True, eq=False)
class RunEntry:
    """A run, and what the client knows of it."""

    run: Run
    supervisor: Keeper
    """Keeps the worker that has it, and the next one if that is lost."""
    worker: WorkerProcess
    owner: Visitor | None
    """Who started it on a page; None for a script, or a sweep."""
    start: Start
    """The command that starts it from the beginning, at its newest pace."""
    snapshot: Snapshot
    touched: float = 0.0
    """When it was last looked at, or ended; on the book's clock."""
    waiting: int = 0
    """Calls of `wait` that look at it now."""
    yields: bool = False
    """Whether it gives way to others because nobody looks at it."""
    unwatched: bool = False
    """Whether the client has paused it because nobody looked at it."""
    verb: str = "start"
    """The last command of a person."""
    epoch_then: int = 0
    """The epoch that was known when that command was given."""
    steered_at: float = -math.inf
    """When that was, on the book's clock."""
    restart_reason: str = ""
    """Why it began again or went on; empty for a run that did neither."""
    restarted_at: float = -math.inf
    """When its worker died and it did so, on the book's clock."""
    checkpoint: Checkpoint | None = None
    """From where it can go on, the newest; None before the first, and when it is over."""
    past: Past = field(default_factory=Past)
    """Its weights by epoch, some of them."""
    is_foreign: bool = False
    """Whether another page server has started it, and sees to it."""
    attended: float = -math.inf
    """When that was last told that somebody looks at it here."""
    annotated: tuple[Snapshot, str, Snapshot] | None = None
    """A snapshot, what has to be said of its worker, and the snapshot that says it."""

    @property
    def over(self) -> bool:
        """Whether the run can't go on."""
        return self.snapshot.status.over

    @property
    def weight_bytes(self) -> int:
        """What its weights take, those of earlier epochs too."""
        return (1 + len(self.past.points)) * weight_bytes(self.snapshot.weights)

    @property
    def is_going(self) -> bool:
        """Whether it isn't over, nor told to stop, nor paused since nobody looked at it."""
        return not (self.over or self.unwatched or self.verb == "stop")

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot; it says so where the worker is starting, or has fallen silent.

        The same object until something in it changes: pages compare snapshots by identity.
        """
        snapshot, silent = self.snapshot, self.worker.silent_beats
        if silent >= SILENT_BEATS_SHOWN and snapshot.status.active:
            reason, speed = said("silent", seconds=silent), 0.0
        elif snapshot.status is Status.QUEUED and not (snapshot.reason or self.worker.ready):
            reason, speed = said("starting"), snapshot.epochs_per_second
        else:
            self.annotated = None
            return snapshot
        if self.annotated is None or self.annotated[:2] != (snapshot, reason):
            shown = replace(snapshot, reason=reason, epochs_per_second=speed)
            self.annotated = snapshot, reason, shown
        return self.annotated[2]

    def is_older_than_command(self, snapshot: Snapshot, now: float) -> bool:
        """Whether a snapshot of a paused run was sent before the worker had the last command.

        A while after that it has: then another page server has paused the run.
        """
        late = now - self.steered_at > HEARD_SECONDS
        if snapshot.status is not Status.PAUSED or self.unwatched or late:
            return False
        going = self.verb == "step" and snapshot.epoch <= self.epoch_then
        return going or self.verb in ("resume", "stop")

    @property
    def may_begin_again(self) -> bool:
        """Whether it isn't told to stop, and wouldn't lose where it rests.

        It would without a checkpoint, unless it rests untrained.
        """
        going = self.snapshot.status.active and self.verb in ("start", "resume")
        is_safe = self.checkpoint is not None or not self.snapshot.epoch
        keeps = is_safe or (going and not self.unwatched)
        return keeps and self.verb != "stop"

    def begin_again(self, now: float, keeper: Keeper, text: str) -> None:
        """Start it with this keeper's worker, from its checkpoint if there is one. `text` says why.

        It waits if it did, or if a person had it go on for some epochs only.
        """
        saved, waits = self.checkpoint, self.unwatched or self.verb in ("pause", "step")
        waits = waits or (self.verb == "start" and self.start.paused)
        waits = waits or self.snapshot.status is Status.PAUSED  # as another page server may say
        if self.verb == "step":
            self.verb = "pause"  # no epoch more is to be waited for
        if not waits:
            self.steered_at = now  # a slot that still has it is told once more
        self.supervisor, self.yields = keeper, False
        self.worker = keeper.need()
        epoch, state = (saved.epoch, saved.state) if saved else (0, b"")
        self.past.cut(epoch if saved else -1)
        words = "goes_on" if saved else "begins_again"
        self.restart_reason = said(words, how=text, epoch=epoch)
        self.snapshot = replace(  # the figures stay until there are others
            self.snapshot,
            status=Status.QUEUED,
            reason=self.restart_reason,
            epoch=epoch,
            epochs_per_second=0.0,
            seconds_left=None,
        )
        command = structs.replace(self.start, paused=waits, checkpoint=state, again=True)
        self.worker.post(command)

    def is_abandoned(self, since: float) -> bool:
        """Whether it is paused, and nobody has looked at it since then."""
        return self.snapshot.status is Status.PAUSED and self.touched < since and not self.waiting

    def take(self, snapshot: Snapshot) -> None:
        """Make this the newest snapshot, and keep the weights that are new in it."""
        self.past.take(snapshot)
        self.snapshot = replace(snapshot, past=())


class RunBook:
    """All runs by their ids. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.entries: dict[str, RunEntry] = {}
        self._clock = clock

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
        self.touch(entry)
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
        now = self._clock()
        abandoned = [
            # Who has paused it may still look at it, and a page that shows it asks for nothing.
            e
            for e in unfinished
            if e.is_abandoned(now - (CROWDED_SECONDS if e.unwatched else WATCH_SECONDS))
        ]
        return min(abandoned, key=lambda entry: entry.touched, default=None)

    def touch(self, entry: RunEntry) -> None:
        """Note that somebody looked at a run. For a finished run the time of its end is kept."""
        if not entry.over:
            entry.touched = self._clock()

    def take(self, snapshot: Snapshot) -> None:
        """Note what a worker says of a run, unless it is over or forgotten here."""
        entry = self.entries.get(snapshot.run_id)
        if entry is None or entry.over:
            return
        if entry.is_older_than_command(snapshot, self._clock()):  # who looks now has to look again
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif entry.unwatched and snapshot.status is Status.PAUSED:
            snapshot = replace(snapshot, reason=said("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=entry.restart_reason)
        entry.take(snapshot)
        if entry.over:
            entry.touched, entry.checkpoint = self._clock(), None

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep from where a run can go on, instead of what was kept before, until it is over."""
        entry = self.entries.get(checkpoint.run_id)
        if entry is not None and not entry.over:
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
            why = said("lost_twice") if twice else ""
            self.fail([entry], said("lost", how=text, twice=why))

    def _unseen(self, seconds: float) -> list[RunEntry]:
        """Runs that train, nobody having looked at them for so long, and aren't to be paused."""
        since, entries = self._clock() - seconds, self.entries.values()
        active = [e for e in entries if e.snapshot.status.active and e.touched < since]
        return [e for e in active if not (e.unwatched or e.waiting or e.is_foreign)]

    def unwatched(self) -> list[RunEntry]:
        """Runs that train and that nobody has looked at for long, unless paused for it already."""
        since, entries = self._clock() - WATCH_SECONDS, self.entries.values()
        active = [e for e in entries if e.snapshot.status.active and not e.start.background]
        among, unseen = Counter(id(e.supervisor) for e in active), self._unseen(CROWDED_SECONDS)
        return [
            e
            for e in unseen
            if e.touched < since or among[id(e.supervisor)] > CROWD * max(1, e.supervisor.places)
        ]

    def unheeded(self) -> list[RunEntry]:
        """Runs that train, that nobody looks at now, and that don't yield yet."""
        unseen = self._unseen(YIELD_SECONDS)
        return [entry for entry in unseen if not (entry.yields or entry.start.background)]

    def stale(self) -> list[RunEntry]:
        """The runs to forget: over and too old, or too many, or paused and unseen for as long."""
        since = self._clock() - KEEP_SECONDS
        stale = []
        groups: dict[tuple[bool, ...], list[RunEntry]] = defaultdict(list)
        for entry in self.entries.values():
            if entry.over:  # those without figures, as refused ones, push out no others
                kind = entry.start.background, entry.is_foreign, bool(entry.snapshot.results)
                groups[kind].append(entry)
        for entries in groups.values():
            entries.sort(key=lambda entry: entry.touched, reverse=True)
            held: dict[int, int] = {}
            for rank, entry in enumerate(entries):
                held[id(entry.run.dataset)] = entry.run.dataset.nbytes
                held[id(entry)] = entry.weight_bytes + len(entry.start.card)
                full = rank > 0 and sum(held.values()) > KEEP_BYTES
                if rank >= KEEP_RUNS or full or entry.touched < since:
                    stale.append(entry)
        return stale + [entry for entry in self.entries.values() if entry.is_abandoned(since)]
