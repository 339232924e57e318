"""What a slot has to say to one page server, until that fetches it.

Of a run only the newest snapshot waits, with the weights that older ones brought along; and only
its newest checkpoint. So a server that looks seldom gets less, and never half of something.
"""

import threading
from dataclasses import replace

from lib.results import SeedWeights, Snapshot, weight_bytes
from lib.training.messages import Checkpoint, Message, Report, encode
from lib.training.past import MOST, MOST_BYTES


class Mailbox:
    """The messages for one server. Put in by the slot's loop, taken out by another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshots: dict[str, Snapshot] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._others: list[Message] = []

    def put(self, message: Message) -> None:
        """Leave a message."""
        with self._lock:
            if isinstance(message, Report):
                new = message.snapshot
                old = self._snapshots.pop(new.run_id, None)
                self._snapshots[new.run_id] = merged(old.past, new) if old else new
            elif isinstance(message, Checkpoint):
                self._checkpoints[message.run_id] = message
            else:
                self._others.append(message)

    def take(self) -> list[bytes]:
        """All messages, which are gone here then."""
        with self._lock:
            reports = [Report(snapshot) for snapshot in self._snapshots.values()]
            found = [*self._others, *self._checkpoints.values(), *reports]
            self._snapshots, self._checkpoints, self._others = {}, {}, []
        return [encode(message) for message in found]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self._snapshots or self._checkpoints or self._others)


def merged(past: tuple[tuple[int, SeedWeights], ...], new: Snapshot) -> Snapshot:
    """A snapshot with the weights of epochs before those that it has; thinned, the ends stay."""
    first = new.past[0][0] if new.past else float("inf")
    whole = (*(each for each in past if each[0] < first), *new.past)
    size = max((weight_bytes(weights) for _, weights in whole), default=0)
    most = max(2, min(MOST, MOST_BYTES // max(1, size)))
    step = max(1, -(-(len(whole) - 1) // (most - 1)))
    return replace(new, past=(*whole[:-1:step], *whole[-1:]))
