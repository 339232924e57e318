"""Which program a run trains by: the first that does, and then one of its own where that pays.

A program of a larger size does for a run, and is there already, so that nobody waits for a compiler
(`room`); where a fresh worker has none yet, it is what a run waits for. Its own is about twice as
fast, and much faster for the smallest. It is built while the run trains, and takes over between two
steps. The run says nothing of that, since nothing changes but its speed.
"""

from concurrent.futures import Future
from typing import Any

from lib.training.architecture import Architecture
from lib.training.cache import Key, ProgramCache


class CompileError(Exception):
    """A program can't be built, because of its `__cause__`."""


class RunProgram:
    """What a run needs of the programs. `background`: other runs' programs are built before."""

    def __init__(self, programs: ProgramCache, key: Architecture, *, background: bool) -> None:
        self._programs, self._key, self._background = programs, key, background
        self._asked: Future[Any] | None = None
        """The run's own, or a room for it, where that was asked for."""
        self._wanted: Key = key
        """Which of the two."""
        self._has_own = False
        self._seen = -1
        """How many programs there were when it last looked for one."""
        if programs.ready(key) is None:
            self._ask(programs.nearest(key))

    @property
    def is_awaited(self) -> bool:
        """Whether there was none that does, and so one was asked for."""
        return self._asked is not None

    @property
    def is_being_built(self) -> bool:
        """Whether a compiler works on it."""
        return self._asked is not None and self._asked.running()

    def first(self) -> Any | None:
        """A program that does, or None as long as there is none. Raises CompileError."""
        if self._seen != self._programs.built:
            self._seen = self._programs.built
            if found := self._programs.ready(self._key):
                program, self._has_own = found
                self.leave()
                return program
        if self._asked is None:  # what was there is no more
            self._ask(self._programs.nearest(self._key))
        elif self._asked.done():
            if error := self._asked.exception():
                raise CompileError from error
            self._has_own = self._wanted == self._key
            return self._asked.result()  # the cache has dropped it already
        return None

    def better(self, pays: bool) -> Any | None:
        """The run's own program, once, when it is there. It is asked for where it `pays`."""
        if self._has_own:
            return None
        if self._wanted != self._key or self._asked is None:
            if pays:
                self._ask(self._key)
        elif self._asked.done() and not self._asked.exception():
            self._has_own = True
            return self._asked.result()
        return None

    def leave(self) -> None:
        """Ask for nothing any more."""
        if self._asked is not None:
            self._programs.leave(self._wanted, self._asked, background=self._background)
            self._asked = None

    def _ask(self, key: Architecture) -> None:
        self.leave()
        self._wanted = key
        self._asked = self._programs.ask(key, background=self._background)
