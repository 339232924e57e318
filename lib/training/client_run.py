"""A run as the client knows it: its start command, worker, newest snapshot and checkpoint."""

import math
from dataclasses import dataclass, field, replace

from msgspec import structs

from lib.results import Run, Snapshot, Status, WeightHistory, memory_of
from lib.training.messages import Checkpoint, Start
from lib.training.quotas import Visitor
from lib.training.sentences import sentence
from lib.training.worker_process import WorkerProcess

SILENT_BEATS_SHOWN = 4
"""After so many seconds of a worker's silence a page says so."""


@dataclass(slots=True, eq=False)
class ClientRun:
    """A run, and what the client knows of it. Times are in seconds of the client's clock."""

    run: Run
    worker: WorkerProcess
    owner: Visitor | None
    """Who started it on a page; None for a script, or a sweep."""
    start: Start
    """The command that starts it from the beginning, at its newest pace."""
    snapshot: Snapshot
    seen_at: float
    """When somebody last looked at it, or when it ended."""
    is_foreign: bool = False
    """Whether another page server has started it, and sees to it."""
    reason: str = ""
    """Shown where its worker gives none: why it began again, or isn't trained by the cluster."""
    waiters: int = 0
    """Calls of `wait` that look at it now."""
    unwatched: bool = False
    """Whether the client has paused it because nobody looked at it."""
    last_verb: str = "start"
    """The last command of a person."""
    epoch_at_command: int = 0
    awaits_start: bool = False
    """Whether its worker may not have got yet the command that ends a pause."""
    lost_at: float = -math.inf
    """When it was last started again because its worker died."""
    checkpoint: Checkpoint | None = None
    """The newest one; None before the first, and when the run is over."""
    weights: WeightHistory = field(default_factory=WeightHistory)
    """All models' weights by epoch, of some epochs."""
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
        snapshot, silent, reason = self.snapshot, self.worker.silent_beats, ""
        if silent >= SILENT_BEATS_SHOWN and snapshot.status.active:
            reason = sentence("silent", seconds=silent)
        elif snapshot.status is Status.QUEUED and not (snapshot.reason or self.worker.ready):
            reason = sentence("starting")
        if not reason:
            return snapshot
        if self.annotated is None or self.annotated[:2] != (snapshot, reason):
            shown = replace(snapshot, reason=reason, epochs_per_second=0.0)
            self.annotated = snapshot, reason, shown
        return self.annotated[2]

    def is_abandoned(self, since: float) -> bool:
        """Whether it is paused, and nobody has looked at it since then."""
        return self.snapshot.status is Status.PAUSED and self.seen_at < since and not self.waiters

    def note_command(self, verb: str) -> None:
        """Note a person's command, which makes a paused run count as RUNNING unless it pauses.

        So pages keep asking for news until the worker has answered, also where it is to stop.
        """
        self.unwatched, self.last_verb = False, verb
        self.epoch_at_command = self.snapshot.epoch
        self.awaits_start = verb != "pause" and self.snapshot.status is Status.PAUSED
        if self.awaits_start:
            self.snapshot = replace(self.snapshot, status=Status.RUNNING)

    def take(self, snapshot: Snapshot, now: float) -> None:
        """Make this the newest snapshot, and keep the weights that are new in it."""
        self.weights.take(snapshot)
        is_paused = snapshot.status is Status.PAUSED
        has_stepped = self.last_verb == "step" and snapshot.epoch > self.epoch_at_command
        if not is_paused or has_stepped:
            self.awaits_start = False
        if is_paused and self.awaits_start:  # it was sent before the command came
            snapshot = replace(snapshot, status=Status.RUNNING)
        elif is_paused and self.unwatched:
            snapshot = replace(snapshot, reason=sentence("unwatched"))
        elif not snapshot.reason:
            snapshot = replace(snapshot, reason=self.reason)
        self.snapshot = replace(snapshot, past=())
        if self.over:
            self.seen_at, self.checkpoint = now, None

    def end(self, reason: str, now: float) -> None:
        """Mark it as failed, or as stopped if a person has stopped it."""
        stopped = self.last_verb == "stop"
        status, why = (Status.STOPPED, "") if stopped else (Status.FAILED, reason)
        self.snapshot = replace(self.snapshot, status=status, reason=why, seconds_left=None)
        self.seen_at, self.checkpoint = now, None

    def begin_again(self, worker: WorkerProcess, how: str) -> None:
        """Start it with another worker, from its checkpoint if there is one. `how` says why.

        It begins paused if it was, or if a person had it train for some epochs only.
        """
        saved, verb = self.checkpoint, self.last_verb
        rests = self.unwatched or verb in ("pause", "step") or self.snapshot.status is Status.PAUSED
        rests = rests or (verb == "start" and self.start.paused)
        if verb == "step":
            self.last_verb = "pause"  # no further epoch is waited for
        self.worker, self.awaits_start = worker, False
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
        worker.post(structs.replace(self.start, paused=rests, checkpoint=state))
