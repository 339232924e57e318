"""A run as the client knows it: its start command, worker, newest snapshot and checkpoint."""

import math
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.results import Run, Snapshot, Status, WeightHistory, memory_of
from lib.training.messages import Checkpoint, Start
from lib.training.quotas import Visitor
from lib.training.sentences import sentence
from lib.training.worker_pool import Supervisor
from lib.training.worker_process import WorkerProcess

COMMAND_SECONDS = 10.0
"""How long a worker may take to receive a command, however busy it is."""
SILENT_BEATS_SHOWN = 4
"""After so many seconds of a worker's silence a page says so."""


@dataclass(slots=True, eq=False)
class ClientRun:
    """A run, and what the client knows of it. Times are in seconds of the client's clock."""

    run: Run
    supervisor: Supervisor
    """Keeps the worker alive that trains it."""
    worker: WorkerProcess
    owner: Visitor | None
    """Who started it on a page; None for a script, or a sweep."""
    start: Start
    """The command that starts it from the beginning, at its newest pace."""
    snapshot: Snapshot
    seen_at: float
    """When somebody last looked at it, or when it ended."""
    reason: str = ""
    """Shown where its worker gives none: why it began again, or isn't trained by the cluster."""
    waiters: int = 0
    """Calls of `wait` that look at it now."""
    yields: bool = False
    """Whether other runs come first because nobody looks at it."""
    unwatched: bool = False
    """Whether the client has paused it because nobody looked at it."""
    last_verb: str = "start"
    """The last command of a person."""
    epoch_at_command: int = 0
    command_at: float = -math.inf
    restarted_at: float = -math.inf
    """When it was last started again because its worker died."""
    checkpoint: Checkpoint | None = None
    """The newest one; None before the first, and when the run is over."""
    weights: WeightHistory = field(default_factory=WeightHistory)
    """All models' weights by epoch, of some epochs."""
    is_foreign: bool = False
    """Whether another page server has started it, and sees to it."""
    attended_at: float = -math.inf
    """When that server was last told that somebody looks at it here."""
    annotated: tuple[Snapshot, str, Snapshot] | None = None
    """A snapshot, what has to be said of its worker, and the snapshot that says it."""

    @property
    def over(self) -> bool:
        """Whether the run can't go on."""
        return self.snapshot.status.over

    @property
    def is_going(self) -> bool:
        """Whether it isn't over, nor told to stop, nor paused because nobody looked at it."""
        return not (self.over or self.unwatched or self.last_verb == "stop")

    @property
    def nbytes(self) -> int:
        """About how much memory it holds, without its dataset."""
        saved = self.checkpoint.state if self.checkpoint else b""
        own = len(saved) + len(self.start.card)
        return own + memory_of(self.snapshot) + self.weights.nbytes

    @property
    def latest(self) -> Snapshot:
        """The newest snapshot; its reason says if the worker is starting, or has fallen silent.

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

    def is_abandoned(self, since: float) -> bool:
        """Whether it is paused, and nobody has looked at it since then."""
        return self.snapshot.status is Status.PAUSED and self.seen_at < since and not self.waiters

    def note_command(self, verb: str, now: float) -> None:
        """Note a person's command, which makes a paused run count as RUNNING unless it pauses.

        So pages keep asking for news until the worker has answered, also where it is to stop.
        """
        self.unwatched, self.last_verb = False, verb
        self.epoch_at_command, self.command_at = self.snapshot.epoch, now
        if verb != "pause" and self.snapshot.status is Status.PAUSED:
            self.snapshot = replace(self.snapshot, status=Status.RUNNING)

    def take(self, snapshot: Snapshot, now: float) -> None:
        """Make this the newest snapshot, and keep the weights that are new in it."""
        self.weights.take(snapshot)
        if self._was_sent_before_command(snapshot, now):
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif self.unwatched and snapshot.status is Status.PAUSED:
            snapshot = replace(snapshot, reason=sentence("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=self.reason)
        self.snapshot = replace(snapshot, past=())
        if self.over:
            self.seen_at, self.checkpoint = now, None

    def _was_sent_before_command(self, snapshot: Snapshot, now: float) -> bool:
        """Whether a snapshot of a paused run is older than a command that ends the pause.

        Not long after the command: then another page server has paused the run.
        """
        late = now - self.command_at > COMMAND_SECONDS
        if snapshot.status is not Status.PAUSED or self.unwatched or late:
            return False
        steps = self.last_verb == "step" and snapshot.epoch <= self.epoch_at_command
        return steps or self.last_verb in ("resume", "stop")

    def end(self, reason: str, now: float) -> None:
        """Mark it as failed, or as stopped if a person has stopped it."""
        stopped = self.last_verb == "stop"
        status, why = (Status.STOPPED, "") if stopped else (Status.FAILED, reason)
        self.snapshot = replace(self.snapshot, status=status, reason=why, seconds_left=None)
        self.seen_at, self.checkpoint = now, None

    @property
    def may_begin_again(self) -> bool:
        """Whether it isn't told to stop, and wouldn't lose the epoch that it rests at.

        It would without a checkpoint, unless it rests untrained.
        """
        trains = self.snapshot.status.active and self.last_verb in ("start", "resume")
        keeps_epoch = self.checkpoint is not None or not self.snapshot.epoch
        return self.last_verb != "stop" and (keeps_epoch or (trains and not self.unwatched))

    def begin_again(self, supervisor: Supervisor, how: str) -> None:
        """Start it with another worker, from its checkpoint if there is one. `how` says why.

        It begins paused if it was, or if a person had it train for some epochs only.
        """
        saved, verb = self.checkpoint, self.last_verb
        rests = (
            self.unwatched or verb in ("pause", "step") or (verb == "start" and self.start.paused)
        )
        rests = rests or self.snapshot.status is Status.PAUSED  # by another page server
        if verb == "step":
            self.last_verb = "pause"  # no further epoch is waited for
        self.supervisor, self.worker, self.yields = supervisor, supervisor.need(), False
        epoch, state = (saved.epoch, saved.state) if saved else (0, b"")
        self.weights.cut(epoch if saved else -1)
        self.reason = sentence("goes_on" if saved else "begins_again", how=how, epoch=epoch)
        self.snapshot = replace(  # the figures stay until there are others
            self.snapshot,
            status=Status.QUEUED,
            reason=self.reason,
            epoch=epoch,
            epochs_per_second=0.0,
            seconds_left=None,
        )
        self.worker.post(structs.replace(self.start, paused=rests, checkpoint=state))
