"""Compiled programs: made in helper threads, kept while they are of use, shared by all runs.

It doesn't know what a program is: `build` makes one from its key.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from lib.training.machine import LAST, NICE, give_way


class ProgramCache:
    """Programs by key, the least recently asked for dropped first.

    What a run waits for goes first. What is only likely to be wanted soon (`ahead`) keeps one
    thread busy at most, and is given up where something else is likelier before it has begun. What
    runs in the background wait for has a thread of its own, which comes after all others, and is
    dropped first.
    """

    THREADS = 2
    LIMIT = 64
    """Programs that are kept."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._changed = threading.Condition()
        self._programs: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._wanted, self._later = Counter[Hashable](), Counter[Hashable]()
        """How many runs, and runs in the background, wait for each: the first is built next."""
        self._likely: dict[Hashable, None] = {}
        self._building = 0
        """How many are built that aren't the background's."""
        jobs = [(NICE, self._wanted, self._likely), (LAST, self._later)]
        for job in (*jobs, *[(NICE, self._wanted)] * (self.THREADS - 1)):
            threading.Thread(target=self._work, args=job, daemon=True).start()

    def ask(self, key: Hashable, *, background: bool = False) -> Future[Any]:
        """The program of this key, for a run that waits for it."""
        with self._changed:
            future = self._find(key, last=not background)
            if not background:
                self._likely.pop(key, None)
            if not (future.running() or future.done()):
                (self._later if background else self._wanted)[key] += 1
            self._changed.notify_all()
            return future

    def leave(self, key: Hashable, *, background: bool = False) -> None:
        """Note that a run waits for this no more. What no other run waits for isn't begun."""
        waiting = self._later if background else self._wanted
        with self._changed:
            if key in waiting:
                waiting[key] -= 1
                if not waiting[key]:
                    del waiting[key]
                    if not any(key in queue for queue in (self._wanted, self._likely, self._later)):
                        del self._programs[key]

    def ahead(self, key: Hashable) -> None:
        """Build this when no run waits for a program, in place of what was given here before."""
        with self._changed:
            for old in self._likely.keys() - {key} - self._later.keys():
                del self._programs[old]
            future = self._find(key)
            self._likely.clear()
            if not (future.running() or future.done() or key in self._wanted):
                self._likely[key] = None
            self._changed.notify_all()

    def _find(self, key: Hashable, *, last: bool = True) -> Future[Any]:
        """The future of a key; a new one, first unless `last`, if it isn't known or failed."""
        known = key in self._programs
        future = self._programs.get(key)
        if future is None or (future.done() and future.exception()):
            future = self._programs[key] = Future()
        if last or not known:
            self._programs.move_to_end(key, last)
        done = [known for known, program in self._programs.items() if program.done()]
        for oldest in done[: -self.LIMIT]:  # a run that has asked for it has it in its hands
            del self._programs[oldest]
        return future

    def _work(self, nice: int, *queues: dict[Hashable, Any]) -> None:
        """The life of a helper thread, which builds what is first in the first of these queues."""
        give_way(nice)
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: any(queues) and (nice < LAST or not (self._wanted or self._building))
                )
                key = next(key for queue in queues for key in queue)
                for keys in (self._wanted, self._likely, self._later):
                    keys.pop(key, None)
                future = self._programs[key]
                future.set_running_or_notify_cancel()
                self._building += nice < LAST
            try:
                future.set_result(self._build(key))
            except BaseException as error:  # whatever it is, who waits must hear of it
                future.set_exception(error)
            with self._changed:
                self._building -= nice < LAST
                self._changed.notify_all()
