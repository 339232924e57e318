"""Which program a run trains by: a room that holds it, and then one of its own where that pays.

A program of a larger size does for a run, and is there already, so that nobody waits for a compiler
(`room`). Its own is faster, by a half to three times mostly, and more for the smallest: it is built
while the run trains, and takes over between two batches. The run says nothing of that, since
nothing changes but its speed, and rounding. A run stays in its room, and repeats to the last bit,
as long as it keeps the pace at which it is shown; and where there is no memory for its own program.
"""

from concurrent.futures import Future
from typing import Any

from lib.training.architecture import CHEAP, Architecture
from lib.training.cache import ProgramCache

DEAR, CHEAP_TO_SEVERAL = 3, CHEAP / 4
"""From so many times the price of a run's own program on, a large room is dear. To several seeds
any is that isn't as cheap: it trains each of their models alone and in one thread."""


class CompileError(Exception):
    """A program can't be built, because of its `__cause__`."""


class RunProgram:
    """What a run needs of the programs.

    In the `background`, other runs' programs are built before. A run that `repeats` has no program
    of its own at first, even where that is there.
    """

    def __init__(
        self, programs: ProgramCache, key: Architecture, *, background: bool, repeats: bool
    ) -> None:
        self._programs, self._key, self._background = programs, key, background
        self._asked: dict[Architecture, Future[Any]] = {}
        """The first program, and the run's own once it was asked for."""
        is_there = not repeats and programs.has(key)
        self._first = key if is_there else programs.room_for(key)
        self._has_own = self._first == key
        self._ask(self._first)

    @property
    def is_awaited(self) -> bool:
        """Whether the run waits for its first one."""
        return not self._asked[self._first].done()

    @property
    def is_being_built(self) -> bool:
        """Whether a compiler works on the first one."""
        return self._asked[self._first].running()

    @property
    def is_better_due(self) -> bool:
        """Whether its own is asked for, and not there."""
        own = self._asked.get(self._key)
        return own is not None and not (self._has_own or own.done())

    @property
    def is_dear(self) -> bool:
        """Whether it costs a multiple of its own, and that is much."""
        price = self._first.price(self._key)
        if self._key.threads == 1:
            return price > max(DEAR * self._key.work, CHEAP)
        return price > CHEAP_TO_SEVERAL

    def first(self) -> Any | None:
        """The first program, or None as long as it isn't there. Raises CompileError.

        Where a room can't be built, that is the run's own, which is smaller.
        """
        future = self._asked[self._first]
        if not future.done():
            return None
        if (error := future.exception()) and self._has_own:
            raise CompileError from error
        if error:
            self._first, self._has_own = self._key, True
            self._ask(self._key)
            return None
        return future.result()

    def better(self, pays: bool) -> Any | None:
        """The run's own program, once, when it is there. It is asked for where it `pays`."""
        if self._has_own:
            return None
        if (own := self._asked.get(self._key)) is None:
            if pays and self._programs.may_ask(self._key):
                self._ask(self._key)
        elif own.done() and not own.exception():
            self._has_own = True
            return own.result()
        return None

    def leave(self) -> None:
        """Wait for nothing any more."""
        for key, future in self._asked.items():
            self._programs.leave(key, future, background=self._background)

    def _ask(self, key: Architecture) -> None:
        self._asked[key] = self._programs.ask(key, background=self._background)
