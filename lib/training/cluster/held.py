"""The runs of a slot: whose each is, who else watches it, and what whoever comes later is shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lib.results import Snapshot, memory_of
from lib.training.messages import Report
from lib.training.past import Past
from lib.training.run_book import KEEP_BYTES, KEEP_RUNS

PAST = 32
"""Epochs of a run's past that are shown with it."""


@dataclass(slots=True, eq=False)
class Held:
    """A run."""

    owner: str
    """The page server that started it."""
    card: bytes
    """What another server needs to show it: see `lib.training.messages.Start`."""
    watchers: set[str] = field(default_factory=set)
    """Other servers that are told of it."""
    snapshot: Snapshot | None = None
    past: Past = field(default_factory=lambda: Past(PAST))

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.snapshot is not None and self.snapshot.status.over

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.card) + memory_of(self.snapshot) + self.past.nbytes

    def note(self, snapshot: Snapshot) -> None:
        """Take what the slot's loop says of it."""
        self.past.take(snapshot)
        self.snapshot = replace(snapshot, past=())

    def whole(self) -> Report | None:
        """The newest snapshot with all of the past that is known; None before the first."""
        if self.snapshot is None:
            return None
        return Report(self.past.whole(self.snapshot))


class HeldRuns:
    """All of a slot, by id. Of those that are over as many are kept as a page server keeps."""

    def __init__(self) -> None:
        self.by_id: dict[str, Held] = {}

    def add(self, run_id: str, held: Held) -> None:
        """Hold one more; the oldest that are over go."""
        self.by_id.pop(run_id, None)
        self.by_id[run_id] = held
        over = [key for key, each in self.by_id.items() if each.over]
        size = sum(self.by_id[key].nbytes for key in over)
        for key in over:
            if len(over) <= KEEP_RUNS and size <= KEEP_BYTES:
                break
            size -= self.by_id.pop(key).nbytes
            over = over[1:]

    @property
    def going(self) -> int:
        """How many aren't over."""
        return sum(not each.over for each in self.by_id.values())

    def servers(self, run_id: str) -> set[str]:
        """Who is to be told of a run."""
        held = self.by_id.get(run_id)
        return {held.owner, *held.watchers} if held else set()
