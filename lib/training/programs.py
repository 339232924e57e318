"""`ProgramCache`: programs that helper threads compile and all runs share."""

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from operator import itemgetter
from types import MappingProxyType
from typing import Any, TypeAlias

from lib.training.architecture import bucket_of
from lib.training.machine import HELPER_NICE, IDLE_NICE, give_way

Request: TypeAlias = tuple[int, Hashable, Future[Any]]
WANTED, FASTER, LIKELY, BACKGROUND, BUCKET = range(5)  # kinds of requests, in order of priority
IDLE_SECONDS = 0.5  # the time between two checks whether the worker can build a size bucket


class ProgramCache:
    """Programs by key. The cache keeps all programs: TensorFlow never frees compiled XLA code.

    Three threads build programs:
    - Two threads build programs that a run waits for (WANTED), or would train faster with (FASTER).
    - The first thread also builds programs that a user is likely to need (LIKELY).
    - The third thread has a low priority and works while no run waits. It builds programs for
      BACKGROUND runs. While `has_time()`, it builds each size BUCKET that is True in `buckets`.
    Runs request optional programs only while `may_grow()`.
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
        self._programs = dict[Hashable, Future[Any]]()
        self._buckets = sorted(buckets, key=lambda bucket: bucket.work)
        self._requests: list[Request] = [  # builds that haven't started yet, the oldest first
            (BUCKET, key, self._find(key)) for key, in_advance in buckets.items() if in_advance
        ]
        self._building = 0  # the number of programs that the first two threads are building
        threads = (HELPER_NICE, {WANTED, FASTER, LIKELY}), (HELPER_NICE, {WANTED, FASTER})
        for nice, kinds in (*threads, (IDLE_NICE, {BACKGROUND, BUCKET})):
            threading.Thread(target=self._work, args=(nice, kinds), daemon=True).start()

    def request(self, key: Hashable, kind: int = WANTED) -> Future[Any]:
        """Return a future of the program with this key, and build the program if necessary."""
        with self._changed:
            future = self._find(key)
            if not (future.running() or future.done()):
                self._requests.append((kind, key, future))
                self._changed.notify_all()
            return future

    def withdraw(self, future: Future[Any], kind: int = WANTED) -> None:
        """Withdraw a run's request, so that a program without other requests isn't built."""
        with self._changed:
            same = [each for each in self._requests if each[0] == kind and each[2] is future]
            if same:
                self._requests.remove(same[0])

    def build_ahead(self, key: Hashable) -> None:
        """Build a program while no run waits for one. Withdraw the previous call's request."""
        with self._changed:
            self._requests = [each for each in self._requests if each[0] != LIKELY]
        self.request(key, LIKELY)

    def bucket_for(self, key: Any) -> Any:
        """Return the smallest near bucket that holds the key's models, else the key.

        If memory may not grow, return the smallest bucket that holds them, preferably a built one.
        """
        holding = [bucket for bucket in self._buckets if bucket.holds(key)]
        if not holding or self.may_request(key):
            return bucket_of(key, holding) or key
        return next(filter(self.has, holding), holding[0])

    def has(self, key: Hashable) -> bool:
        """Return whether the program with this key is built."""
        future = self._programs.get(key)
        return future is not None and future.done() and not future.exception()

    def may_request(self, key: Hashable) -> bool:
        """Return whether a run may request an optional program."""
        return self.has(key) or self._may_grow()

    def _find(self, key: Hashable) -> Future[Any]:
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
            except BaseException as error:  # the waiting runs must get any error
                future.set_exception(error)
            with self._changed:
                self._building -= WANTED in kinds
                self._changed.notify_all()

    def _next(self, kinds: set[int]) -> Request | None:
        a_run_waits = self._building or any(kind == WANTED for kind, *_ in self._requests)
        if a_run_waits and WANTED not in kinds:
            return None
        allowed = [each for each in self._requests if each[0] in kinds]
        request = min(allowed, key=itemgetter(0), default=None)
        is_bucket = request is not None and request[0] == BUCKET
        return None if is_bucket and not self._has_time() else request
