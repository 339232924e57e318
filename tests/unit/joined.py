"""Page servers of one cluster that hear of each other's notes at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lib.training.messages import Command, Find, Follow, Found, Note, Noted
from lib.training.shared import Shared


class Joined:
    """What stands for the board, and for the drivers of all servers."""

    def __init__(self) -> None:
        self.notes: dict[str, bytes] = {}
        self.cards: dict[str, bytes] = {}
        """Of runs, by id."""
        self.found: list[str] = []
        """The runs that were looked for."""
        self.is_silent = False
        """Whether nobody answers who looks for a run, until a test calls `answer`."""
        self._unanswered: list[Callable[[], object]] = []
        self._followed: set[tuple[Shared, str]] = set()

    def server(self) -> Shared:
        """One more."""
        shared = Shared(lambda command: self._take(shared, command))
        shared.note = partial(shared.note, seconds=0.0)  # type: ignore[method-assign]  all is known
        return shared

    def followed(self, shared: Shared) -> set[str]:
        """What a server follows."""
        return {key for each, key in self._followed if each is shared}

    def _take(self, shared: Shared, command: Command) -> None:
        if isinstance(command, Note):
            self.put(command.key, command.value)
        elif isinstance(command, Find):
            self.found.append(command.run_id)
            self._unanswered.append(partial(self._answer, shared, command.run_id))
            if not self.is_silent:
                self.answer()
        elif isinstance(command, Follow):
            pair = shared, command.key
            (self._followed.discard if command.ends else self._followed.add)(pair)
            if command.key in self.notes and not command.ends:
                shared.take(Noted(command.key, self.notes[command.key]))

    def _answer(self, shared: Shared, run_id: str) -> None:
        shared.take(Found(run_id, self.cards.get(run_id)))

    def answer(self) -> None:
        """Say what is known of the runs that were looked for."""
        while self._unanswered:
            self._unanswered.pop()()

    def put(self, key: str, value: bytes) -> None:
        """A note of whoever it is."""
        self.notes[key] = value
        tell = [partial(each.take, Noted(key, value)) for each, own in self._followed if own == key]
        for each in tell:
            each()
