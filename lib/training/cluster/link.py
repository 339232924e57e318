"""A slot as a driver sees it: whether it can be used, and what the server has sent to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

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


Call = Callable[..., Awaitable[Any]]
"""A slot: `call(method, *arguments, seconds=5.0)` returns what the method returns. It raises what
the method raises, and UnavailableError if there is no answer in time."""


@dataclass(slots=True, eq=False)
class Link:
    """A slot, and what a driver knows of it."""

    call: Call
    is_ready: bool = False
    refused: str = ""
    """Why it isn't to be used."""
    load: Load = (False, 0)
    """How busy it was at the last look, with what it was given since."""
    marks: dict[str, Mark] = field(default_factory=dict)
    """The runs and questions to fetch news of, each with what the client has of it."""

    async def wait_until_ready(self) -> None:
        """Wait until it can train. Raises UnusableError if it isn't to be used."""
        theirs = await self.call("version", seconds=PATIENCE_SECONDS)
        if theirs != (ours := fingerprint()):
            raise UnusableError(sentence("other_version", theirs=theirs, ours=ours))
        if failed := await self.call("ready", seconds=PATIENCE_SECONDS):
            reason, _, _ = failed.partition(":")  # without what helps: a page has no room for it
            raise UnusableError(sentence("node_fails", why=reason))
        self.is_ready, self.refused = True, ""

    def add(self, name: str) -> None:
        """Fetch news of a run or a question from now on."""
        self.marks[name] = UNSEEN
        has_grown, count = self.load
        self.load = has_grown, count + 1
