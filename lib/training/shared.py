"""What the page servers of one cluster know of each other: runs by name, and notes by key.

It sends and receives nothing itself: the `client` posts its commands, and gives it the answers. All
methods may be called from any thread.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from lib.newest import remember
from lib.training.messages import Command, Find, Follow, Found, Message, Note, Noted

MOST_NOTES, MOST_ASKED = 1000, 100
"""Notes of this server's that are left again where the cluster has lost them; and keys that are
followed only because somebody has asked for them, perhaps with a made-up link."""
TELL_SECONDS, LOST_SECONDS = 15.0, 50.0
"""How often others are told of what goes on here, as a talk, and how long they may not be until it
counts as gone with its server."""
log = logging.getLogger(__name__)


class Shared:
    """The way to other page servers. `post` takes a command for the cluster's driver.

    It is called without a lock: the client has one, and holds it while it calls `again`.
    """

    def __init__(self, post: Callable[[Command], object]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._searches: dict[str, Future[bytes | None]] = {}
        self._left: dict[str, tuple[Note, float]] = {}
        """This server's notes, and until when they hold."""
        self._followed: dict[str, list[Callable[[bytes], object]]] = {}
        self._notes: dict[str, bytes] = {}
        """The newest of each key that is followed."""

    def find(self, run_id: str) -> Future[bytes | None]:
        """What another server has given to show a run; None where nobody knows it."""
        with self._lock:
            is_new = run_id not in self._searches
            search = self._searches.setdefault(run_id, Future())
        if is_new:
            self._post(Find(run_id))
        return search

    def leave(self, key: str, value: bytes, seconds: float) -> None:
        """Leave a note for all servers."""
        note = Note(key, value, seconds)
        with self._lock:
            remember(self._left, key, (note, time.monotonic() + seconds), MOST_NOTES)
        self._post(note)

    def note(self, key: str, seconds: float = 2.0) -> bytes | None:
        """The newest note with this key, which is followed from now on.

        Where it wasn't followed before, this waits for it so long. None where there is none.
        """
        is_new = self.follow(key)
        with self._changed:
            self._changed.wait_for(lambda: key in self._notes, seconds if is_new else 0)
            return self._notes.get(key)

    def follow(self, key: str, call: Callable[[bytes], object] | None = None) -> bool:
        """Have `call` called with each new note of this key, from another thread.

        Returns whether the key wasn't followed before.
        """
        with self._lock:
            is_new = key not in self._followed
            calls = self._followed.setdefault(key, [])
            if call is not None and call not in calls:
                calls.append(call)
            asked = [each for each, calls in self._followed.items() if not calls]
        for old in asked[:-MOST_ASKED]:
            self.unfollow(old)
        if is_new:
            self._post(Follow(key))
        return is_new

    def unfollow(self, key: str) -> None:
        """Hear of this key no more."""
        with self._lock:
            self._followed.pop(key, None)
            self._notes.pop(key, None)
        self._post(Follow(key, ends=True))

    def take(self, message: Message) -> bool:
        """Note what the driver says, if that is for this; returns whether it was."""
        if isinstance(message, Found):
            with self._lock:
                search = self._searches.pop(message.run_id, None)
            if search is not None:
                search.set_result(message.card)
            return True
        if isinstance(message, Noted):
            with self._changed:
                if message.key in self._followed:
                    self._notes[message.key] = message.value
                self._changed.notify_all()
                calls = list(self._followed.get(message.key, ()))
            for call in calls:
                try:
                    call(message.value)
                except Exception as error:  # anybody may have left it: it must not end the driver
                    log.warning("a note %r was passed over: %s", message.key, error)
            return True
        return False

    def again(self) -> None:
        """Tell a driver, or a board, that follows another what that one was told."""
        now = time.monotonic()
        with self._lock:
            left = [note for note, until in self._left.values() if until > now]
            followed, searches = list(self._followed), list(self._searches)
        for run_id in searches:
            self._post(Find(run_id))
        for note in left:
            self._post(note)
        for key in followed:
            self._post(Follow(key))
