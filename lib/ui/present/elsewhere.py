"""The talks of a cluster's other page servers for followers here, and this server's for theirs.

A talk is a note on the cluster's board, under what its followers know of it and under what its
notes do. Who gives it leaves it again every few seconds, so that others know that it goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import Literal

from lib.newest import remember
from lib.training.messages import WireError, decode, encode
from lib.training.shared import LOST_SECONDS, TELL_SECONDS, Shared
from lib.ui import clock
from lib.ui.present.talk import Shown, Talk

MOST = 200
"""Talks of other servers that are remembered; and talks whose wishes are."""
Key = Literal["talk", "notes", "wish"]


@dataclass(frozen=True, slots=True)
class _Note:
    talk: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class _Wish:
    total: int
    """Of all scenes on, or back, that were ever wished for: of quick ones only the last is read."""
    source: str
    """Who has added that up."""


class Elsewhere:
    """What crosses between the talks of several servers; nothing where `shared` gives None.

    `told` is called with a talk of another server and what it shows now, `wished` with one of this
    server and how many scenes on its notes want it.
    """

    def __init__(
        self,
        shared: Callable[[], Shared | None],
        is_given: Callable[[Talk], bool],
        told: Callable[[Talk, Shown], object],
        wished: Callable[[Talk, int], object],
    ) -> None:
        self._shared, self._is_given, self._told, self._wished = shared, is_given, told, wished
        self._far: dict[str, Talk] = {}
        """By key."""
        self._own: dict[str, Talk] = {}
        """This server's, by id."""
        self._wishes: dict[str, dict[str, int]] = {}
        """By talk of this server, and by who wishes, the total that was heard last. It is kept when
        a talk isn't given any more: after a reload the last note is read again."""
        self._wished_for: dict[str, _Wish] = {}
        """By talk of another server, as it was sent last."""
        self._lock, self._telling = threading.Lock(), threading.Lock()

    def begin(self, talk: Talk) -> None:
        """Tell of a talk of this server from now on, as long as it is given."""
        if (shared := self._shared()) is None:
            return
        with self._lock:
            is_first, is_new = not self._own, talk.id not in self._own
            self._own[talk.id] = talk
            remember(self._wishes, talk.id, self._wishes.get(talk.id, {}), MOST)
        if is_new:
            shared.follow(f"wish:{talk.id}", partial(self._hear_wish, talk))
        if is_first:
            threading.Thread(target=self._keep_telling, daemon=True).start()

    def tell(self, talk: Talk) -> None:
        """Tell the other servers what a talk shows."""
        shared = self._shared()
        if shared is None or talk.shown is None or talk.is_far:
            return
        with self._telling:  # no older note follows a newer one
            note = encode(_Note(talk.id, talk.shown))
            for key in (f"talk:{talk.id}", f"notes:{talk.notes}"):
                shared.leave(key, note, LOST_SECONDS)

    def find(self, key: Key, name: str) -> Talk | None:
        """A talk of another server, by its id or by that of its notes."""
        if not name or (shared := self._shared()) is None:
            return None
        whole = f"{key}:{name}"
        if (talk := self._far.get(whole)) is not None:
            return talk
        try:
            note = decode(shared.note(whole) or b"", _Note)
        except WireError:
            return None
        talk = Talk(None, "", clock.now(), is_far=True, heard=clock.now())
        talk.id, talk.shown, talk.notes = note.talk, note.shown, name if key == "notes" else ""
        with self._lock:
            talk = self._far.get(whole, talk)
            old = remember(self._far, whole, talk, MOST)
        shared.follow(whole, partial(self._hear, talk))
        for each, _ in old:
            shared.unfollow(each)
        return talk

    def is_given(self, talk: Talk) -> bool:
        """Whether the server of a talk has told of it lately."""
        return clock.now() - talk.heard < LOST_SECONDS

    def wish(self, talk: Talk, by: int) -> None:
        """Ask for so many scenes on, or back."""
        if (shared := self._shared()) is None:
            return
        with self._telling:
            before = self._wished_for.get(talk.id) or _Wish(0, token_hex(4))
            wish = replace(before, total=before.total + by)
            remember(self._wished_for, talk.id, wish, MOST)
            shared.leave(f"wish:{talk.id}", encode(wish), LOST_SECONDS)

    def _hear(self, talk: Talk, value: bytes) -> None:
        talk.heard = clock.now()
        self._told(talk, decode(value, _Note).shown)

    def _hear_wish(self, talk: Talk, value: bytes) -> None:
        wish = decode(value, _Wish)
        heard = self._wishes.setdefault(talk.id, {})
        by = wish.total - heard.get(wish.source, 0)
        heard[wish.source] = wish.total
        if by:  # else it was read again
            self._wished(talk, by)

    def _keep_telling(self) -> None:
        time.sleep(TELL_SECONDS)
        while self.tell_again():
            time.sleep(TELL_SECONDS)

    def tell_again(self) -> bool:
        """Tell of the talks that are still given, and forget others; whether there are any."""
        shared = self._shared()
        with self._lock:
            gone = [key for key, talk in self._own.items() if not self._is_given(talk)]
            for key in gone:
                del self._own[key]
            own = list(self._own.values())
        for key in gone:
            if shared is not None:
                shared.unfollow(f"wish:{key}")
        for talk in own:
            self.tell(talk)
        return bool(own)
