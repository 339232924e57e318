"""A slot as a driver sees it: whether it can be used, and which of the server's runs it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
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
    """A slot will never do; the text is a clause that says why."""


class Actor(Protocol):
    """A slot, wherever it is: `on_ray` has it, or a test."""

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What a method returns. Raises UnavailableError, and what the method raises."""


class Cluster(Protocol):
    """All slots: `on_ray` has them, or a test."""

    async def slots(self) -> dict[str, Actor]:
        """The slots by name. Raises ClusterError."""


class State(Enum):
    """Where a slot stands."""

    NEW = "has not answered yet: there may be no processor free for it"
    STARTING = "has a processor, and imports TensorFlow"
    READY = "trains"
    LOST = "is gone, or silent, or not to be used"


@dataclass(slots=True, eq=False)
class Link:
    """A slot, and what this driver knows of it."""

    actor: Actor
    state: State = State.NEW
    refused: str = ""
    """Why it isn't to be used."""
    load: Load = (False, 0)
    """How busy it was when it last said something, and what it was given since."""
    runs: dict[str, Mark] = field(default_factory=dict)
    """The runs to ask it for, each with how much of it the client has."""
    lost: set[str] = field(default_factory=set)
    """Runs that were given up when it was lost: where it comes back with them, they are to end."""

    async def wait_until_ready(self) -> None:
        """Wait until it can train. Raises UnusableError if it isn't to be used."""
        theirs = await self.actor.call("version", seconds=PATIENCE_SECONDS)
        if theirs != (ours := fingerprint()):
            raise UnusableError(sentence("other_version", theirs=theirs, ours=ours))
        self.state = State.STARTING
        if failed := await self.actor.call("ready", seconds=PATIENCE_SECONDS):
            reason, _, _ = failed.partition(":")  # without what helps: a page has no room for it
            raise UnusableError(sentence("node_fails", why=reason))
        self.state, self.refused = State.READY, ""

    def add_load(self) -> None:
        """Count what it is given now, until it says how busy it is."""
        has_grown, count = self.load
        self.load = has_grown, count + 1

    def add(self, run_id: str) -> None:
        """Ask it for a run from now on."""
        self.add_load()
        self.runs[run_id] = UNSEEN
        self.lost.discard(run_id)
