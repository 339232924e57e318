"""A slot as a driver sees it: whether it can be used, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from lib.training.cluster.held import UNSEEN, Mark
from lib.training.cluster.slot import Load
from lib.training.cluster.version import fingerprint
from lib.training.sentences import sentence

PATIENCE_SECONDS = 3600.0
"""How long a slot is waited for that has no processor yet, or imports TensorFlow."""


class ClusterError(Exception):
    """The cluster can't be used; the text is a clause that says why."""


class UnavailableError(Exception):
    """A slot doesn't answer; the text says how: "is gone"."""


class UnusableError(UnavailableError):
    """A slot isn't to be used; the text is a clause that says why."""


class Actor(Protocol):
    """A slot, wherever it is: `on_ray` has it, or a test."""

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What a method returns. Raises UnavailableError, and what the method raises."""


@dataclass(slots=True, eq=False)
class Link:
    """A slot, and what a driver knows of it."""

    actor: Actor
    is_ready: bool = False
    refused: str = ""
    """Why it isn't to be used."""
    load: Load = (False, 0)
    """How busy it was when it last said something, and what it was given since."""
    marks: dict[str, Mark] = field(default_factory=dict)
    """The runs and questions that it is asked for, each with how much of it the client has."""

    async def wait_until_ready(self) -> None:
        """Wait until it can train. Raises UnusableError if it isn't to be used."""
        theirs = await self.actor.call("version", seconds=PATIENCE_SECONDS)
        if theirs != (ours := fingerprint()):
            raise UnusableError(sentence("other_version", theirs=theirs, ours=ours))
        if failed := await self.actor.call("ready", seconds=PATIENCE_SECONDS):
            reason, _, _ = failed.partition(":")  # without what helps: a page has no room for it
            raise UnusableError(sentence("node_fails", why=reason))
        self.is_ready, self.refused = True, ""

    def add(self, name: str) -> None:
        """Ask it for a run or a question from now on."""
        self.marks[name] = UNSEEN
        has_grown, count = self.load
        self.load = has_grown, count + 1
