"""Compiled programs: made in helper threads, kept while they are of use, shared by all runs.

It doesn't know what a program is: `build` makes one from its key.
"""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from types import MappingProxyType
from typing import Any, TypeAlias

from lib.training.machine import LAST, NICE, give_way

Key: TypeAlias = Hashable
SOON = 0.5
"""Seconds until it is looked again whether there is leisure to build a room."""


class ProgramCache:
    """Programs by key. None is dropped: TensorFlow keeps what XLA has made of it all the same.

    What a run waits for goes first. What is only likely to be wanted soon (`ahead`) keeps one
    thread busy at most, and is given up where something else is likelier before it has begun. What
    runs in the background wait for has a thread of its own, which comes after all others. That
    thread also builds those of the `rooms`, which do for many keys, of which it is said that they
    are wanted from the start; a room tells which keys it `holds`, which of them it `is_near`, and
    its `work` beside that of others. What a run gains by, but can do without, is built while what
    is built `may_grow`.
    """

    THREADS = 2

    def __init__(
        self,
        build: Callable[[Any], Any],
        rooms: Mapping[Any, bool] = MappingProxyType({}),
        has_leisure: Callable[[], bool] = lambda: True,
        may_grow: Callable[[], bool] = lambda: True,
    ) -> None:
        self._build = build
        self._may_grow = may_grow
        self._has_leisure = has_leisure
        """Whether there are memory and time for one more room."""
        self._changed = threading.Condition()
        self._programs = dict[Key, Future[Any]]()
        self._wanted, self._later = Counter[Key](), Counter[Key]()
        """How many runs, and runs in the background, want each: the first is built next."""
        self._likely: dict[Key, None] = {}
        self._rooms = sorted(rooms, key=lambda room: room.work)
        self._missing: dict[Key, None] = {room: None for room, at_once in rooms.items() if at_once}
        """The rooms that are to be built next."""
        self._building = 0
        """How many are built that somebody waits for, or soon may."""
        jobs = [(NICE, self._wanted, self._likely), (LAST, self._later, self._missing)]
        for job in (*jobs, *[(NICE, self._wanted)] * (self.THREADS - 1)):
            threading.Thread(target=self._work, args=job, daemon=True).start()

    def ask(self, key: Key, *, background: bool = False) -> Future[Any]:
        """The program of this key, for a run that waits for it or gains by it."""
        with self._changed:
            future = self._find(key)
            if not background:
                self._likely.pop(key, None)
            if not (future.running() or future.done()):
                (self._later if background else self._wanted)[key] += 1
            self._changed.notify_all()
            return future

    def leave(self, key: Key, future: Future[Any], *, background: bool = False) -> None:
        """Note that a run wants what it asked for no more. What no other wants isn't begun."""
        waiting = self._later if background else self._wanted
        with self._changed:
            if key in waiting and self._programs.get(key) is future:
                waiting[key] -= 1
                if not waiting[key]:
                    del waiting[key]
                    self._forget(key)

    def ahead(self, key: Key) -> None:
        """Build this when no run waits for a program, in place of what was given here before."""
        with self._changed:
            before = list(self._likely)
            self._likely.clear()
            future = self._find(key)
            if not (future.running() or future.done() or key in self._wanted):
                self._likely[key] = None
            for other in before:
                self._forget(other)
            self._changed.notify_all()

    def room_for(self, key: Key) -> Any:
        """The smallest room that holds this key and is near it; the key itself where none is.

        Where what is built may not grow, the smallest that holds it and is there, else any.
        """
        holding = [room for room in self._rooms if room.holds(key)]
        if not holding or self.may_ask(key):
            return next((room for room in holding if room.is_near(key)), key)
        return next(filter(self.has, holding), holding[0])

    def has(self, key: Key) -> bool:
        """Whether the program of this key is there."""
        future = self._programs.get(key)
        return future is not None and future.done() and not future.exception()

    def may_ask(self, key: Key) -> bool:
        """Whether a run may ask for this, which it can do without."""
        return key in self._programs or self._may_grow()

    def _forget(self, key: Key) -> None:
        """Drop what hasn't begun and nobody wants."""
        if not any(key in queue for queue in (self._wanted, self._likely, self._later)):
            future = self._programs[key]
            if not (future.running() or future.done()):
                del self._programs[key]

    def _find(self, key: Key) -> Future[Any]:
        """The future of a key; a new one if it isn't known or failed."""
        future = self._programs.get(key)
        if future is None or (future.done() and future.exception()):
            future = self._programs[key] = Future()
        return future

    def _work(self, nice: int, *queues: dict[Key, Any]) -> None:
        """The life of a helper thread, which builds what is first in the first of these queues."""
        give_way(nice)
        while True:
            with self._changed:
                while not self._may_build(nice, queues):
                    # That there is leisure, nobody says.
                    looks = nice == LAST and self._missing
                    self._changed.wait(SOON if looks else None)
                key = next(key for queue in queues for key in queue)
                future = self._find(key)
                for keys in (self._wanted, self._likely, self._later, self._missing):
                    keys.pop(key, None)
                future.set_running_or_notify_cancel()
                self._building += nice < LAST
            try:
                future.set_result(self._build(key))
            except BaseException as error:  # whatever it is, who waits must hear of it
                future.set_exception(error)
            with self._changed:
                self._building -= nice < LAST
                self._changed.notify_all()

    def _may_build(self, nice: int, queues: tuple[dict[Key, Any], ...]) -> bool:
        if nice < LAST:
            return any(queues)
        waits = self._wanted or self._building
        return not waits and bool(self._later or (self._missing and self._has_leisure()))
