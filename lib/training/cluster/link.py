"""A slot as a driver sees it: whether it may be used, what it has, and which one has the least."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from lib.training.cluster import said
from lib.training.cluster.actor import Actor
from lib.training.cluster.errors import UnavailableError, UnusableError
from lib.training.cluster.version import fingerprint

ASKED = 8
"""Of so many slots, chosen by chance, the least busy one gets a new run: asking all of a thousand
would cost more than it brings. Two are nearly as good (Mitzenmacher, "The power of two choices in
randomized load balancing", 2001)."""
LOAD_SECONDS = 0.5
"""How long a slot may take to say how busy it is."""
PATIENCE_SECONDS = 3600.0
"""How long a slot is waited for that has no processor yet, or imports TensorFlow."""


@dataclass(slots=True, eq=False)
class Link:
    """A slot, as this driver sees it."""

    name: str
    actor: Actor
    is_usable: bool = False
    is_coming: bool = False
    """Whether it has a processor, and may still import TensorFlow."""
    is_known: bool = False
    """Whether it has answered, or couldn't."""
    refused: str = ""
    """Why it isn't to be used."""
    runs: set[str] = field(default_factory=set)
    """Of this server, also those that are over."""
    watched: set[str] = field(default_factory=set)
    """Of other servers, which this one is told of."""
    questions: set[str] = field(default_factory=set)
    expected: int = 0
    """Runs and questions that it was chosen for just now: what it says of its load may be older."""


async def wait_until_it_trains(link: Link) -> None:
    """Wait until a slot can train. Raises UnusableError for one that is not to."""
    theirs = await link.actor.call("version", seconds=PATIENCE_SECONDS)
    if theirs != (ours := fingerprint()):
        raise UnusableError(said("other_version", theirs=theirs, ours=ours))
    link.is_coming = True
    if failed := await link.actor.call("ready", seconds=PATIENCE_SECONDS):
        what, _, _ = failed.partition(":")  # not what helps, for which a page has no room
        raise UnusableError(said("not_started", why=what))


async def least_busy(links: Iterable[Link]) -> Link | None:
    """Of some usable slots the one with the least to do; None where there is none.

    Several may choose at the same time: each choice counts for the others.
    """
    usable = [link for link in links if link.is_usable]
    if len(usable) <= 1:
        return usable[0] if usable else None
    some = random.sample(usable, min(ASKED, len(usable)))
    loads = await asyncio.gather(*(_load(link) for link in some))
    pairs = zip(loads, some, strict=True)
    _, chosen = min(pairs, key=lambda pair: (pair[0][0], pair[0][1] + pair[1].expected))
    chosen.expected += 1
    # By then no answer is waited for that was given before the slot had what it was chosen for.
    asyncio.get_running_loop().call_later(2 * LOAD_SECONDS, _forget_choice, chosen)
    return chosen


def _forget_choice(link: Link) -> None:
    link.expected -= 1


async def _load(link: Link) -> tuple[float, float]:
    """Whether a slot should end soon, and how much it has to do; infinite where it is silent."""
    try:
        grown, runs = await link.actor.call("load", seconds=LOAD_SECONDS)
    except UnavailableError:
        return float("inf"), 0
    return grown, runs
