"""Compiled programs, built in helper threads and shared by all runs."""

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from operator import itemgetter
from types import MappingProxyType
from typing import Any, TypeAlias

from lib.training.architecture import bucket_of
from lib.training.machine import HELPER_NICE, IDLE_NICE, give_way

Key: TypeAlias = Hashable
Request: TypeAlias = tuple[int, Key, Future[Any]]
WANTED, FASTER, LIKELY, BACKGROUND, BUCKET = range(5)  # kinds of requests; lower ones come first
IDLE_SECONDS = 0.5  # between two checks whether there is time for a size bucket


class ProgramCache:
    """Programs by key. No program is dropped: TensorFlow would keep its XLA code all the same.

    Three threads build programs:
    - two build what a run waits for (WANTED), or would train faster with (FASTER);
    - the first of them also builds what a visitor is likely to start (LIKELY);
    - the third, of low priority, works while no run waits: for runs in the BACKGROUND, and, while
      the worker `has_time`, on each size BUCKET that `buckets` marks as wanted from the start.
    A program that a run can do without is built only while memory `may_grow()`.
    """

    def __init__(
        self,
        build: Callable[[Any], Any],
        buckets: Mapping[Any, bool] = MappingProxyType({}),
        has_time: Callable[[], bool] = lambda: True,
        may_grow: Callable[[], bool] = lambda: True,
    ) -> None:
        self._build, self._has_time, self._may_grow = build, has_time, may_grow
        self._changed = threading.Condition()
        self._programs = dict[Key, Future[Any]]()
        self._buckets = sorted(buckets, key=lambda bucket: bucket.work)
        self._requests: list[Request] = [  # not begun yet, the oldest first
            (BUCKET, key, self._find(key)) for key, at_once in buckets.items() if at_once
        ]
        self._building = 0  # how many programs the first two threads are building
        threads = (HELPER_NICE, {WANTED, FASTER, LIKELY}), (HELPER_NICE, {WANTED, FASTER})
        for nice, kinds in (*threads, (IDLE_NICE, {BACKGROUND, BUCKET})):
            threading.Thread(target=self._work, args=(nice, kinds), daemon=True).start()

    def ask(self, key: Key, kind: int = WANTED) -> Future[Any]:
        """The program of this key, as a future; build it if it isn't there."""
        with self._changed:
            future = self._find(key)
            if not (future.running() or future.done()):
                self._requests.append((kind, key, future))
                self._changed.notify_all()
            return future

    def leave(self, future: Future[Any], kind: int = WANTED) -> None:
        """Take back a run's request; a program that no other run wants isn't begun then."""
        with self._changed:
            own = [each for each in self._requests if each[0] == kind and each[2] is future]
            if own:
                self._requests.remove(own[0])

    def ahead(self, key: Key) -> None:
        """Build this program when no run waits for one; it replaces the last one asked for here."""
        with self._changed:
            self._requests = [each for each in self._requests if each[0] != LIKELY]
        self.ask(key, LIKELY)

    def bucket_for(self, key: Any) -> Any:
        """The smallest bucket that holds this key and is near it; the key itself where none is.

        Where memory may not grow: the smallest that holds the key and is built, else the smallest.
        """
        holding = [bucket for bucket in self._buckets if bucket.holds(key)]
        if not holding or self.may_ask(key):
            return bucket_of(key, holding) or key
        return next(filter(self.has, holding), holding[0])

    def has(self, key: Key) -> bool:
        """Whether the program of this key is built."""
        future = self._programs.get(key)
        return future is not None and future.done() and not future.exception()

    def may_ask(self, key: Key) -> bool:
        """Whether a run may ask for a program that it can do without."""
        return self.has(key) or self._may_grow()

    def _find(self, key: Key) -> Future[Any]:
        future = self._programs.get(key)
        if future is None or (future.done() and future.exception()):
            future = self._programs[key] = Future()
        return future

    def _work(self, nice: int, kinds: set[int]) -> None:
        give_way(nice)
        while True:
            with self._changed:
                while (request := self._next(kinds)) is None:
                    self._changed.wait(IDLE_SECONDS if BUCKET in kinds else None)
                _, key, future = request
                self._requests = [each for each in self._requests if each[2] is not future]
                future.set_running_or_notify_cancel()
                self._building += WANTED in kinds
            try:
                future.set_result(self._build(key))
            except BaseException as error:  # of any kind: the runs that wait must get it
                future.set_exception(error)
            with self._changed:
                self._building -= WANTED in kinds
                self._changed.notify_all()

    def _next(self, kinds: set[int]) -> Request | None:
        first = min(self._requests, key=itemgetter(0), default=None)
        if first is None or (WANTED not in kinds and (first[0] == WANTED or self._building)):
            return None
        may = [each for each in self._requests if each[0] in kinds]
        found = min(may, key=itemgetter(0), default=None)
        return found if found and (found[0] != BUCKET or self._has_time()) else None
