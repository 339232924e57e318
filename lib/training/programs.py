"""Compiled programs: built in helper threads, shared by all runs, and the choice of one for a run.

A run begins with the program of a size bucket (`size_buckets`), which is mostly there already, so
nobody waits for the compiler. A program of exactly the run's size is faster, mostly one and a half
to three times, and more for the smallest models. A long run has it built while it trains, and
changes to it between two batches: only the speed changes, and rounding. A run that is shown at a
pace stays with its bucket, so that it repeats to the last bit; so does any where memory is short.
"""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from types import MappingProxyType
from typing import Any, TypeAlias

from lib.training.architecture import CHEAP, Architecture
from lib.training.machine import HELPER_NICE, IDLE_NICE, give_way

Key: TypeAlias = Hashable
IDLE_SECONDS = 0.5
"""Between two looks whether there is time for a size bucket that nobody waits for."""
COSTLY, COSTLY_FOR_SEEDS = 3, CHEAP / 4
"""A bucket is costly from so many times the price of the run's exact program on. For several seeds
any is that isn't as cheap: it trains each of their models alone and in one thread."""


class ProgramCache:
    """Programs by key. None is dropped: TensorFlow keeps what XLA has made of it all the same.

    `build` makes a program from its key. What a run waits for is built first. What is likely to be
    wanted soon (`ahead`) occupies one thread at most. What only background runs wait for has a
    thread of its own with the lowest priority, which also builds those `buckets` that are wanted
    from the start (True) while there `has_time`. A faster program for a run that has another one
    already is built while memory `may_grow`.
    """

    THREADS = 2

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
        self._wanted, self._wanted_later = Counter[Key](), Counter[Key]()
        """How many runs, and background runs, want each: the first is built next."""
        self._likely: dict[Key, None] = {}
        self._buckets = sorted(buckets, key=lambda bucket: bucket.work)
        self._missing = {bucket: None for bucket, at_once in buckets.items() if at_once}
        """The buckets that are to be built next."""
        self._building = 0
        """How many are built that somebody waits for, or soon may."""
        first: list[dict[Any, Any]] = [self._wanted, self._likely]
        idle: list[dict[Any, Any]] = [self._wanted_later, self._missing]
        jobs = [(HELPER_NICE, first), (IDLE_NICE, idle)]
        for nice, queues in (*jobs, *[(HELPER_NICE, first[:1])] * (self.THREADS - 1)):
            threading.Thread(target=self._work, args=(nice, queues), daemon=True).start()

    def ask(self, key: Key, *, background: bool = False) -> Future[Any]:
        """The program of this key, for a run that waits for it or gains by it."""
        with self._changed:
            future = self._find(key)
            if not background:
                self._likely.pop(key, None)
            if not (future.running() or future.done()):
                (self._wanted_later if background else self._wanted)[key] += 1
            self._changed.notify_all()
            return future

    def leave(self, key: Key, future: Future[Any], *, background: bool = False) -> None:
        """Take back what a run asked for. What no other run wants isn't begun."""
        waiting = self._wanted_later if background else self._wanted
        with self._changed:
            if key in waiting and self._programs.get(key) is future:
                waiting[key] -= 1
                if not waiting[key]:
                    del waiting[key]
                    self._forget(key)

    def ahead(self, key: Key) -> None:
        """Build this when no run waits for a program, instead of what was given here before."""
        with self._changed:
            before = list(self._likely)
            self._likely.clear()
            future = self._find(key)
            if not (future.running() or future.done() or key in self._wanted):
                self._likely[key] = None
            for other in before:
                self._forget(other)
            self._changed.notify_all()

    def bucket_for(self, key: Key) -> Any:
        """The smallest bucket that holds this key and is near it; the key itself where none is.

        Where memory may not grow, the smallest that holds it and is there, else any.
        """
        holding = [bucket for bucket in self._buckets if bucket.holds(key)]
        if not holding or self.may_ask(key):
            return next((bucket for bucket in holding if bucket.is_near(key)), key)
        return next(filter(self.has, holding), holding[0])

    def has(self, key: Key) -> bool:
        """Whether the program of this key is there."""
        future = self._programs.get(key)
        return future is not None and future.done() and not future.exception()

    def may_ask(self, key: Key) -> bool:
        """Whether a run may ask for a program that it can do without."""
        return key in self._programs or self._may_grow()

    def _forget(self, key: Key) -> None:
        """Drop a program that isn't begun and that nobody wants."""
        if not any(key in queue for queue in (self._wanted, self._likely, self._wanted_later)):
            future = self._programs[key]
            if not (future.running() or future.done()):
                del self._programs[key]

    def _find(self, key: Key) -> Future[Any]:
        """The future of a key; a new one if it isn't known or failed."""
        future = self._programs.get(key)
        if future is None or (future.done() and future.exception()):
            future = self._programs[key] = Future()
        return future

    def _work(self, nice: int, queues: list[dict[Any, Any]]) -> None:
        """Build, in a helper thread, what is first in the first of these queues, for ever."""
        give_way(nice)
        while True:
            with self._changed:
                while not (any(queues) if nice < IDLE_NICE else self._may_build_idly()):
                    is_idle = nice == IDLE_NICE and self._missing
                    self._changed.wait(IDLE_SECONDS if is_idle else None)  # time comes unnotified
                key = next(key for queue in queues for key in queue)
                future = self._find(key)
                for keys in (self._wanted, self._likely, self._wanted_later, self._missing):
                    keys.pop(key, None)
                future.set_running_or_notify_cancel()
                self._building += nice < IDLE_NICE
            try:
                future.set_result(self._build(key))
            except BaseException as error:  # whatever it is, who waits must hear of it
                future.set_exception(error)
            with self._changed:
                self._building -= nice < IDLE_NICE
                self._changed.notify_all()

    def _may_build_idly(self) -> bool:
        somebody_waits = self._wanted or self._building
        may_fill = self._missing and self._has_time()
        return not somebody_waits and bool(self._wanted_later or may_fill)


class CompileError(Exception):
    """A program can't be built, because of its `__cause__`."""


class RunProgram:
    """The programs of one run: its `first`, and then the `exact` one where that pays.

    For a `background` run other runs' programs are built before. A run that `repeats` begins with
    its bucket, even where its exact program is there.
    """

    def __init__(
        self, programs: ProgramCache, key: Architecture, *, background: bool, repeats: bool
    ) -> None:
        self._programs, self._key, self._background = programs, key, background
        self._asked: dict[Architecture, Future[Any]] = {}
        """The first program, and the exact one once it was asked for."""
        is_there = not repeats and programs.has(key)
        self._first = key if is_there else programs.bucket_for(key)
        self._has_exact = self._first == key
        self._ask(self._first)

    @property
    def is_awaited(self) -> bool:
        """Whether the run waits for its first program."""
        return not self._asked[self._first].done()

    @property
    def is_being_built(self) -> bool:
        """Whether the first program is being compiled."""
        return self._asked[self._first].running()

    @property
    def is_exact_due(self) -> bool:
        """Whether the exact program is asked for, and not there."""
        exact = self._asked.get(self._key)
        return exact is not None and not (self._has_exact or exact.done())

    @property
    def is_costly(self) -> bool:
        """Whether the first program costs a multiple of the exact one, and that is much."""
        price = self._first.price(self._key)
        if self._key.threads == 1:
            return price > max(COSTLY * self._key.work, CHEAP)
        return price > COSTLY_FOR_SEEDS

    def first(self) -> Any | None:
        """The first program, or None as long as it isn't there. Raises CompileError.

        Where a bucket can't be built, that is the exact program, which is smaller.
        """
        future = self._asked[self._first]
        if not future.done():
            return None
        if (error := future.exception()) and self._has_exact:
            raise CompileError from error
        if error:
            self._first, self._has_exact = self._key, True
            self._ask(self._key)
            return None
        return future.result()

    def exact(self, pays: bool) -> Any | None:
        """The exact program the first time that it is ready; it is asked for where it `pays`."""
        if self._has_exact:
            return None
        if (exact := self._asked.get(self._key)) is None:
            if pays and self._programs.may_ask(self._key):
                self._ask(self._key)
        elif exact.done() and not exact.exception():
            self._has_exact = True
            return exact.result()
        return None

    def leave(self) -> None:
        """Take back all that was asked for."""
        for key, future in self._asked.items():
            self._programs.leave(key, future, background=self._background)

    def _ask(self, key: Architecture) -> None:
        self._asked[key] = self._programs.ask(key, background=self._background)
