"""The driver's way to the board: it leaves its server's notes there, and reads those it follows.

A board that is lost begins empty. Then the driver's own notes are left again, and the server, which
knows what else it has left, is told.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from lib.cluster.actor import Actor
from lib.cluster.errors import UnavailableError
from lib.newest import remember
from lib.training.messages import Event, Message, Note, Noted

LOOK_SECONDS = 10.0
"""How long the board is asked at a time for what is new."""
GATHER_SECONDS = 0.2
"""Between two calls of the board for other keys at least."""
MOST = 10_000
"""Notes of its own that are left again at most: the newest."""


def now() -> float:
    """Seconds, on the clock of the loop that runs."""
    return asyncio.get_running_loop().time()


class Notes:
    """The notes of one page server; those of others go to `send`."""

    def __init__(self, board: Actor, send: Callable[[Message], None]) -> None:
        self._board, self._send = board, send
        self._places: dict[str, tuple[Note, float]] = {}
        """Notes of this driver's own, where runs are, and until when they hold."""
        self._known: dict[str, int] = {}
        """Keys that are followed, each with the version that was sent."""
        self._changed = asyncio.Event()
        """Whether another key is to be followed."""

    async def leave(self, note: Note, *, is_own: bool = False) -> None:
        """Leave a note of the server's, or the driver's own."""
        if is_own:
            remember(self._places, note.key, (note, now() + note.seconds), MOST)
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
                if (found := await self._board.call("birth")) != birth:
                    if birth:
                        self._send(Event("notes"))
                    birth, self._known = found, dict.fromkeys(self._known, 0)
                    for note, until in list(self._places.values()):
                        if until > now():
                            await self._put(note)
                await self._read_news()
            except UnavailableError:
                await asyncio.sleep(1)

    async def _put(self, note: Note) -> None:
        """Put a note on the board, unless it refuses it."""
        try:
            await self._board.call("put", note.key, note.value, note.seconds)
        except ValueError as error:
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
            await asyncio.sleep(GATHER_SECONDS)  # the board goes on with the call: not too often
            return
        for key, (version, value) in news.result().items():
            if key in self._known:
                self._known[key] = version
                self._send(Noted(key, value))
