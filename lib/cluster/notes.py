"""The driver's way to the board: it leaves its server's notes there, and reads those it follows.

A board that is lost begins empty; then what was left is left again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from lib.cluster.actor import Actor
from lib.cluster.errors import UnavailableError
from lib.training.messages import Event, Message, Note, Noted

LOOK_SECONDS = 10.0
"""How long the board is asked at a time for what is new."""
MOST = 1000
"""Notes that are left again at most: the newest."""


class Notes:
    """The notes of one page server; those of others go to `send`."""

    def __init__(self, board: Actor, send: Callable[[Message], None]) -> None:
        self._board, self._send = board, send
        self._left: dict[str, Note] = {}
        self._known: dict[str, int] = {}
        """Keys that are followed, each with the version that was sent."""
        self._changed = asyncio.Event()
        """Whether another key is to be followed."""

    async def leave(self, note: Note) -> None:
        """Leave a note, now, or as soon as there is a board."""
        self._left.pop(note.key, None)
        self._left[note.key] = note
        while len(self._left) > MOST:
            del self._left[next(iter(self._left))]
        with contextlib.suppress(UnavailableError):  # `read` sees that there is another board
            await self._put(note)

    async def get(self, key: str) -> bytes | None:
        """A note; None where there is none, or no board."""
        try:
            found: bytes | None = await self._board.call("get", key)
        except UnavailableError:
            return None
        return found

    def follow(self, key: str) -> None:
        """Send each note with this key, from the newest on."""
        self._known.setdefault(key, 0)
        self._changed.set()

    def unfollow(self, key: str) -> None:
        """Send no more notes with this key."""
        self._known.pop(key, None)

    async def read(self) -> None:
        """Send what is new, for ever."""
        birth = ""
        while True:
            try:
                if (now := await self._board.call("birth")) != birth:
                    birth, self._known = now, dict.fromkeys(self._known, 0)
                    for note in list(self._left.values()):
                        await self._put(note)
                await self._read_news()
            except UnavailableError:
                await asyncio.sleep(1)

    async def _put(self, note: Note) -> None:
        """Put a note on the board. One that it refuses is forgotten."""
        try:
            await self._board.call("put", note.key, note.value, note.seconds)
        except ValueError as error:
            self._left.pop(note.key, None)
            self._send(Event("refused", f"{error}"))

    async def _read_news(self) -> None:
        """Wait for a note that is followed, or for another key to be followed."""
        self._changed.clear()
        seconds = LOOK_SECONDS + 10
        ask = self._board.call("news", dict(self._known), LOOK_SECONDS, seconds=seconds)
        tasks = asyncio.ensure_future(ask), asyncio.ensure_future(self._changed.wait())
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        news, changed = tasks
        changed.cancel()
        if not news.done():
            news.cancel()
            return
        for key, (version, value) in news.result().items():
            if key in self._known:
                self._known[key] = version
                self._send(Noted(key, value))
