"""A run that a slot holds, and what is new of it for a page server that has some of it already."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lib.results import Snapshot, WeightHistory, memory_of
from lib.training.messages import Attended, Checkpoint, Message, Report, encode

MOST_EPOCHS = 32
"""Epochs whose weights are kept of a run, for servers that come later."""

Mark = tuple[int, int]
"""How much of a run a page server has: the number of its newest message, the epoch of its newest
weights."""
UNSEEN: Mark = (0, -1)


class News(NamedTuple):
    """What a slot says of a run."""

    messages: list[bytes]
    mark: Mark
    """Of a server that has these messages."""
    is_last: bool
    """Whether nothing follows: the run is over or, without messages, isn't here any more."""


@dataclass(slots=True, eq=False)
class Held:
    """A run in a slot."""

    owner: str
    """The page server that has started it."""
    card: bytes
    """What other page servers need to show it."""
    wanted_at: float
    """When a page server last asked for it, on the slot's clock."""
    number: int = 0
    """How many messages there have been."""
    snapshot: Snapshot | None = None
    snapshot_number: int = 0
    """Which of the messages the snapshot was."""
    checkpoint: Checkpoint | None = None
    checkpoint_number: int = 0
    is_attended: bool = False
    """Whether somebody looks at it on another server, of which the owner hasn't heard yet."""
    weights: WeightHistory = field(default_factory=lambda: WeightHistory(MOST_EPOCHS))

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.snapshot is not None and self.snapshot.status.over

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.card) + memory_of(self.snapshot) + self.weights.nbytes

    def note(self, message: Report | Checkpoint) -> None:
        """Keep what the worker says of it."""
        self.number += 1
        if isinstance(message, Checkpoint):
            self.checkpoint, self.checkpoint_number = message, self.number
        else:
            self.weights.take(message.snapshot)
            self.snapshot, self.snapshot_number = replace(message.snapshot, past=()), self.number
        if self.over:
            self.checkpoint = None

    def news(self, server: str, mark: Mark) -> News | None:
        """What a server doesn't have yet; None where there is nothing."""
        number, epoch = mark
        messages: list[Message] = []
        if self.snapshot and self.is_attended and server == self.owner:
            messages.append(Attended(self.snapshot.run_id))
            self.is_attended = False
        if self.checkpoint and self.checkpoint_number > number and server == self.owner:
            messages.append(self.checkpoint)
        points = self.weights.points
        if self.snapshot and self.snapshot_number > number:
            past = tuple(point for point in points if point[0] > epoch)
            if not self.over:  # the newest weights are those of the snapshot's own results
                past = past[:-1]
            messages.append(Report(replace(self.snapshot, past=past)))
        if not messages:
            return None
        newest = points[-1][0] if points else epoch
        return News([encode(each) for each in messages], (self.number, newest), self.over)
