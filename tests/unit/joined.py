"""Page servers of one cluster that hear of each other's runs at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lib.training.lookup import Lookups
from lib.training.messages import Command, Find, Found


class Joined:
    """What stands for the board, and for the drivers of all servers."""

    def __init__(self) -> None:
        self.cards: dict[str, bytes] = {}
        """Of runs, by id."""
        self.found: list[str] = []
        """The runs that were looked for."""
        self.is_silent = False
        """Whether nobody answers who looks for a run, until a test calls `answer`."""
        self._unanswered: list[Callable[[], object]] = []

    def server(self, clock: Callable[[], float]) -> Lookups:
        """The lookups of one more server."""
        return (lookups := Lookups(lambda command: self._take(lookups, command), clock))

    def _take(self, lookups: Lookups, command: Command) -> None:
        assert isinstance(command, Find)
        self.found.append(command.run_id)
        self._unanswered.append(partial(self._answer, lookups, command.run_id))
        if not self.is_silent:
            self.answer()

    def _answer(self, lookups: Lookups, run_id: str) -> None:
        lookups.answer(Found(run_id, self.cards.get(run_id)))

    def answer(self) -> None:
        """Say what is known of the runs that were looked for."""
        while self._unanswered:
            self._unanswered.pop()()
