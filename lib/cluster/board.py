"""The board: short notes that the page servers of one cluster leave for one another.

One actor of Ray's, which `on_ray` makes; it knows no Ray itself. A note is bytes under a key, and
what they mean is between those who read them: which slot has a run, what a talk shows, how a sweep
stands. Nobody polls: who follows keys is answered when one of them changes.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

LOOK_SECONDS = 20.0
"""How long a server waits for a change at most."""
MOST, MOST_BYTES, MOST_BYTES_ALL = 1_000_000, 2_000_000, 500_000_000
"""Notes that are kept, bytes of one, and of all."""


@dataclass(frozen=True, slots=True)
class Note:
    """Bytes, their version, which only grows, and until when they are kept."""

    value: bytes
    version: int
    until: float


class Board:
    """All notes, by key. The oldest go where there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._notes: dict[str, Note] = {}
        self._version = self._size = 0
        self._waiting: dict[str, set[asyncio.Event]] = {}
        """By key, those who wait for a change of it: others aren't woken."""
        self._id = secrets.token_hex(4)

    async def birth(self) -> str:
        """What tells this board from one that was there before: it begins empty."""
        return self._id

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Leave a note for so many seconds. Raises ValueError for one that is too long."""
        if len(value) > MOST_BYTES:
            raise ValueError(f"a note may have {MOST_BYTES:,} bytes, got {len(value):,}")
        self._version += 1
        self._remove(key)
        self._notes[key] = Note(value, self._version, self._clock() + seconds)
        self._size += len(value)
        while len(self._notes) > MOST or self._size > MOST_BYTES_ALL:
            self._remove(next(iter(self._notes)))
        for each in self._waiting.get(key, ()):
            each.set()

    async def get(self, key: str) -> bytes | None:
        """A note; None where there is none, or none any more."""
        note = self._holding(key)
        return note.value if note else None

    async def news(
        self, known: dict[str, int], seconds: float = LOOK_SECONDS
    ) -> dict[str, tuple[int, bytes]]:
        """Of these keys, with the versions that are known, those that have changed, or will next.

        Empty where none does within so many seconds.
        """

        def changed() -> dict[str, tuple[int, bytes]]:
            found = ((key, self._holding(key)) for key in known)
            return {k: (n.version, n.value) for k, n in found if n and n.version != known[k]}

        if not changed():
            sign = asyncio.Event()
            for key in known:
                self._waiting.setdefault(key, set()).add(sign)
            try:
                await asyncio.wait_for(sign.wait(), seconds)
            except TimeoutError:
                return {}
            finally:
                for key in known:
                    self._waiting[key].discard(sign)
                    if not self._waiting[key]:
                        del self._waiting[key]
        return changed()

    def _holding(self, key: str) -> Note | None:
        """A note that hasn't run out."""
        note = self._notes.get(key)
        if note is not None and note.until < self._clock():
            self._remove(key)
            return None
        return note

    def _remove(self, key: str) -> None:
        if note := self._notes.pop(key, None):
            self._size -= len(note.value)
