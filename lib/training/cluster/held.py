"""A run or a question that a slot holds, and the messages that a page server doesn't have yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lib.results import Snapshot, WeightHistory, memory_of
from lib.training.messages import Answer, Attended, Cancel, Checkpoint, Report, Steer, encode

MOST_EPOCHS = 32
"""Epochs whose weights are kept of a run, for page servers that come later."""

Mark = tuple[int, int]
"""How much a page server has of a run: the number of its newest message, the epoch of its newest
weights."""
UNSEEN: Mark = (0, -1)


class News(NamedTuple):
    """What a page server gets of a run or a question."""

    messages: list[bytes]
    mark: Mark
    """Of a server that has these messages."""
    is_last: bool
    """Whether nothing follows: it is over or, if there are no messages, the slot lost it."""


@dataclass(slots=True, eq=False)
class Held:
    """A run or a question in a slot."""

    owner: str
    """The page server that has sent it."""
    end: Steer | Cancel
    """The command that ends it in the worker."""
    card: bytes
    """What other page servers need to show a run."""
    wanted_at: float
    """When a page server last asked for it, on the slot's clock."""
    number: int = 0
    """How many messages there have been."""
    newest: dict[type, tuple[int, Report | Checkpoint | Attended | Answer]] = field(
        default_factory=dict
    )
    """The newest message of each kind, and its number."""
    snapshot: Snapshot | None = None
    """The newest of a run, without weights of its past."""
    weights: WeightHistory = field(default_factory=lambda: WeightHistory(MOST_EPOCHS))

    @property
    def is_answered(self) -> bool:
        """Whether it is a question that has its answer."""
        return Answer in self.newest

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.is_answered or (self.snapshot is not None and self.snapshot.status.over)

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.card) + memory_of(self.snapshot) + self.weights.nbytes

    def note(self, message: Report | Checkpoint | Attended | Answer) -> None:
        """Keep a message of the worker's, or that somebody looks at the run."""
        self.number += 1
        if isinstance(message, Report):
            self.weights.take(message.snapshot)
            message = Report(replace(message.snapshot, past=()))
            self.snapshot = message.snapshot
        self.newest[type(message)] = self.number, message
        if self.over:
            self.newest.pop(Checkpoint, None)

    def news(self, server: str, mark: Mark) -> News | None:
        """The messages that a server with this mark doesn't have; None if it has them all.

        Checkpoints, answers and `Attended` are for the owner alone.
        """
        number, epoch = mark
        if number >= self.number:
            return None
        points, found = self.weights.points, []
        for kind, (sent, message) in self.newest.items():
            if sent <= number or (server != self.owner and kind is not Report):
                continue
            if self.snapshot and kind is Report:
                past = [point for point in points if point[0] > epoch]
                if not self.over:  # the newest weights are in the snapshot's results already
                    past = past[:-1]
                found.append(encode(Report(replace(self.snapshot, past=tuple(past)))))
            else:
                found.append(encode(message))
        newest = points[-1][0] if points else epoch
        return News(found, (self.number, newest), self.over) if found else None
