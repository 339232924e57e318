"""How many runs and sweeps visitors may have going: a browser, an address, all without a cookie.

A browser is known by its cookie. Visitors without one, as in a frame of another site, share a
limit, so that they can't take all places. Cookies can be made up, so there is a limit for a network
address, too. Scripts have no limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.data import Dataset
from lib.experiment import MAX_VALUES
from lib.training.sentences import sentence

MAX_RUNS_EACH = 8
"""Runs that one browser may have going, in all its tabs."""
MAX_VALUES_EACH = 4 * MAX_VALUES
"""Numbers of data that these may hold together, two of the largest; and those of all browsers
without a cookie."""
MAX_RUNS_NAMELESS = 8
"""Runs of all browsers without a cookie together, for each place where runs train side by side."""
MAX_RUNS_ADDRESS = 36
"""Runs from one network address, for each such place: a class of 32 fits. It is three quarters of
`lib.training.limits.MAX_RUNS`, since behind a proxy, or a school's router, all have one address."""
MAX_SWEEPS, MAX_SWEEPS_NAMELESS, MAX_SWEEPS_ADDRESS = 16, 2, 12
"""Sweeps that are watched: all of a page server, those of all browsers without a cookie together,
and those from one network address. A browser has one: it stops when another begins."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who starts a run or a sweep on a page."""

    browser: str | None
    """The id of the browser; None where it has no cookie."""
    address: str | None = None
    """Its network address; None where Streamlit knows none, as on localhost or behind a proxy."""


def run_refusal(
    visitor: Visitor | None, dataset: Dataset, going: Sequence[tuple[Visitor, Dataset]], places: int
) -> str:
    """A sentence that says why a visitor can't start one more run on a dataset; empty if possible.

    visitor: None for a script.
    going: all other visitors' runs that are going.
    places: how many runs can train side by side.
    """
    if visitor is None:
        return ""
    mine = [data for other, data in going if other.browser == visitor.browser]
    from_address = _from_address(visitor, [other for other, _ in going])
    values = sum(data.x.size + data.y.size for data in [dataset, *mine])
    who, most = "many", MAX_RUNS_EACH
    if not visitor.browser:
        who, most = "nameless", MAX_RUNS_NAMELESS * places
    if values > MAX_VALUES_EACH:
        return sentence(f"{who}_values", most=MAX_VALUES_EACH, count=values)
    return _reached(
        (f"{who}_runs", most, len(mine)),
        ("address_runs", MAX_RUNS_ADDRESS * places, from_address),
    )


def sweep_refusal(visitor: Visitor, going: Sequence[Visitor]) -> str:
    """As `run_refusal`, of one more sweep. `going` are the visitors of other watched sweeps."""
    nameless = 0 if visitor.browser else sum(not other.browser for other in going)
    return _reached(
        ("nameless_sweeps", MAX_SWEEPS_NAMELESS, nameless),
        ("address_sweeps", MAX_SWEEPS_ADDRESS, _from_address(visitor, going)),
        ("many_sweeps", MAX_SWEEPS, len(going)),
    )


def _reached(*limits: tuple[str, int, int]) -> str:
    """The sentence of the first limit (its name, the most, how many there are) that is reached."""
    for name, most, count in limits:
        if count >= most:
            return sentence(name, most=most, count=count)
    return ""


def _from_address(visitor: Visitor, others: Sequence[Visitor]) -> int:
    """How many others come from the visitor's address; 0 where that isn't known."""
    return sum(other.address == visitor.address for other in others) if visitor.address else 0
