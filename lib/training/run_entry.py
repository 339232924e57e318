"""A run, and what the client knows of it: its newest snapshot, its worker, who looks at it."""

import math
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.results import Run, Snapshot, Status, memory_of
from lib.training.keepers import Keeper
from lib.training.messages import Checkpoint, Start
from lib.training.past import Past
from lib.training.quotas import Visitor
from lib.training.sentences import sentence
from lib.training.worker_process import WorkerProcess

HEARD_SECONDS = 10.0
"""How long a worker may take to hear a command, however busy it is."""
SILENT_BEATS_SHOWN = 4
"""From so many seconds of a worker's silence on a page says so."""


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
    def nbytes(self) -> int:
        """About how much memory it holds, without its dataset."""
        saved = self.checkpoint.state if self.checkpoint else b""
        own = len(saved) + len(self.start.card)
        return own + memory_of(self.snapshot) + self.past.nbytes

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
            reason, speed = sentence("silent", seconds=silent), 0.0
        elif snapshot.status is Status.QUEUED and not (snapshot.reason or self.worker.ready):
            reason, speed = sentence("starting"), snapshot.epochs_per_second
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
        self.restart_reason = sentence(words, how=text, epoch=epoch)
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
