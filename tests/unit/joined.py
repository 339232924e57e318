"""Page servers of one cluster that hear of each other's runs at once."""

from __future__ import annotations

from lib.training.messages import Command, Find, Found
from lib.training.shared import Shared


class Joined:
    """What stands for the board, and for the drivers of all servers."""

    def __init__(self) -> None:
        self.cards: dict[str, bytes] = {}
        """Of runs, by id."""
        self.found: list[str] = []
        """The runs that were looked for."""

    def server(self) -> Shared:
        """One more."""
        return (shared := Shared(lambda command: self._take(shared, command)))

    def _take(self, shared: Shared, command: Command) -> None:
        assert isinstance(command, Find)
        self.found.append(command.run_id)
        shared.take(Found(command.run_id, self.cards.get(command.run_id)))
