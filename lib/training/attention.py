"""Who looks at runs, and what follows: those that nobody looks at yield, pause, and are forgotten.

The `client` calls it from one thread at a time. When, and which, the `run_book` knows.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from lib.training.messages import Steer
from lib.training.run_book import RunBook
from lib.training.run_entry import RunEntry

TIDY_SECONDS = 5.0
"""Between two looks for what can be paused or forgotten; and, of another server's run, between two
signs to that one that somebody looks here."""


class Attention:
    """Of all runs of a book. `clock` gives seconds that only grow."""

    def __init__(self, book: RunBook, clock: Callable[[], float]) -> None:
        self._book, self._clock = book, clock
        self._tidied = clock()

    def attend(self, entry: RunEntry) -> None:
        """Note that somebody looks at a run; of another server's, let that know it."""
        self._book.touch(entry)
        now = self._clock()
        tells = entry.is_foreign and now - entry.attended > TIDY_SECONDS
        if (entry.yields or tells) and not entry.over:
            entry.yields, entry.attended = False, now
            entry.worker.post(Steer("attend", entry.run.id))

    def attend_to(self, run_id: str) -> RunEntry | None:
        """The same by its id, whose entry it returns; None where it isn't known."""
        if (entry := self._book.entries.get(run_id)) is not None:
            self.attend(entry)
        return entry

    @contextmanager
    def looking(self, entries: Iterable[RunEntry]) -> Iterator[None]:
        """Somebody looks at these runs as long as this lasts."""
        for entry in entries:
            self.attend(entry)
            entry.waiting += 1
        try:
            yield
        finally:
            for entry in entries:
                entry.waiting -= 1
                self._book.touch(entry)

    def tidy(self, at_least_seconds: float = 0.0) -> None:
        """Forget old runs, and have unwatched ones yield or pause.

        It does so `at_least_seconds` after the last time.
        """
        if self._clock() - self._tidied < at_least_seconds:
            return
        self._tidied = self._clock()
        for entry in self._book.stale():
            self.drop(entry.run.id)
        for entry in self._book.unwatched():
            entry.unwatched = True
            entry.worker.post(Steer("pause", entry.run.id))
        for entry in self._book.unheeded():
            entry.yields = True
            entry.worker.post(Steer("yield", entry.run.id))

    def drop(self, run_id: str) -> None:
        """End a run and forget it; another server's is only forgotten."""
        entry = self._book.entries.pop(run_id, None)
        if entry is not None and not (entry.over or entry.is_foreign):
            entry.worker.post(Steer("drop", run_id))
            entry.supervisor.replace_grown()
