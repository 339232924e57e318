"""Compiled programs: made in helper threads, kept while they are of use, shared by all runs.

It doesn't know what a program is: `build` makes one from its key.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from typing import Any

from lib.training.priority import give_way


class ProgramCache:
    """Programs by key, the least recently asked for dropped first.

    What a run waits for goes first. What is only likely to be wanted soon (`ahead`) keeps one
    thread busy at most, and is given up where something else is likelier before it has begun.
    """

    THREADS = 2
    LIMIT = 64
    """Programs that are kept."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._changed = threading.Condition()
        self._programs: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._wanted: Counter[Hashable] = Counter()
        """How many runs wait for each of these, the first of which is built next."""
        self._likely: dict[Hashable, None] = {}
        for number in range(self.THREADS):
            threading.Thread(target=self._work, args=(number == 0,), daemon=True).start()

    def ask(self, keys: Sequence[Hashable]) -> list[Future[Any]]:
        """The programs of these keys, for a run that waits for them."""
        with self._changed:
            futures = [self._find(key) for key in keys]
            for key, future in zip(keys, futures, strict=True):
                self._likely.pop(key, None)
                if not (future.running() or future.done()):
                    self._wanted[key] += 1
            self._changed.notify_all()
            return futures

    def leave(self, keys: Sequence[Hashable]) -> None:
        """Note that a run waits for these no more. What no other run waits for isn't begun."""
        with self._changed:
            for key in keys:
                if key in self._wanted:
                    self._wanted[key] -= 1
                    if not self._wanted[key]:
                        del self._wanted[key], self._programs[key]

    def ahead(self, keys: Sequence[Hashable]) -> None:
        """Build these when no run waits for a program, in place of what was given here before."""
        with self._changed:
            for key in self._likely:
                if key not in keys:
                    del self._programs[key]
            found = {key: self._find(key) for key in keys}
            not_begun = [key for key, f in found.items() if not (f.running() or f.done())]
            self._likely = dict.fromkeys(k for k in not_begun if k not in self._wanted)
            self._changed.notify_all()

    def _find(self, key: Hashable) -> Future[Any]:
        """The future of a key, new where it isn't known, or where building it failed."""
        future = self._programs.get(key)
        if future is None or (future.done() and future.exception()):
            future = self._programs[key] = Future()
        self._programs.move_to_end(key)
        done = [known for known, program in self._programs.items() if program.done()]
        for oldest in done[: -self.LIMIT]:
            del self._programs[oldest]
        return future

    def _work(self, any_key: bool) -> None:
        """The life of a helper thread; all but one leave alone what is only likely."""
        give_way()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or (any_key and self._likely))
                keys: dict[Hashable, Any] = self._wanted or self._likely
                key = next(iter(keys))
                del keys[key]
                future = self._programs[key]
                future.set_running_or_notify_cancel()
            try:
                future.set_result(self._build(key))
            except BaseException as error:  # whatever it is, who waits must hear of it
                future.set_exception(error)
