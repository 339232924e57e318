"""How many runs and sweeps visitors may have going: a browser, an address, all without a cookie.

A browser is known by its cookie. In a frame of another site there is none, and anybody may leave it
out: visitors without one share a limit, so that they can't take the places of all others. Cookies
can be made up, too: so there is a limit for a network address. Scripts have no limits.
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
"""Runs of all browsers without a cookie together, for each place where runs train side by side: a
sixth of the runs that it takes (`lib.training.limits.MAX_RUNS`)."""
MAX_RUNS_ADDRESS = 36
"""Runs from one network address, for each such place: a class of 32 fits. It is three quarters of
what a place takes, since behind a proxy, or a school's router, all have one address."""
MAX_SWEEPS, MAX_SWEEPS_NAMELESS, MAX_SWEEPS_ADDRESS = 16, 2, 12
"""Sweeps that are watched: all of a page server, those of all browsers without a cookie together,
and those from one network address. A browser has one: it stops when another begins."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who starts a run or a sweep on a page."""

    browser: str | None
    """The id of the browser; None where it has no cookie."""
    address: str | None = None
    """The network address that it comes from; None where that isn't known, as on localhost."""


@dataclass(frozen=True, slots=True, eq=False)
class Going:
    """A run that is going."""

    visitor: Visitor
    """Who started it."""
    dataset: Dataset
    is_abandoned: bool
    """Whether it is paused and was left: then it counts for its own browser alone."""


def run_refusal(
    visitor: Visitor | None, dataset: Dataset, going: Sequence[Going], places: int
) -> str:
    """A sentence that says why a visitor can't start one more run on a dataset; empty if possible.

    visitor: None for a script.
    going: all other runs that are.
    places: how many runs can train side by side.
    """
    if visitor is None:
        return ""
    counted = [each for each in going if not each.is_abandoned]
    mine = [
        each.dataset
        for each in (going if visitor.browser else counted)
        if each.visitor.browser == visitor.browser
    ]
    many = ("many_runs", MAX_RUNS_EACH, len(mine))
    nameless = ("nameless_runs", MAX_RUNS_NAMELESS * places, len(mine))
    from_address = _from_address(visitor, [each.visitor for each in counted])
    address = ("address_runs", MAX_RUNS_ADDRESS * places, from_address)
    if reached := _reached(many if visitor.browser else nameless, address):
        return reached
    values = sum(data.x.size + data.y.size for data in [dataset, *mine])
    name = "many_values" if visitor.browser else "nameless_values"
    return sentence(name, most=MAX_VALUES_EACH, count=values) if values > MAX_VALUES_EACH else ""


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
    """How many others come from the visitor's address; 0 where that isn't known.

    Streamlit knows none on localhost, which is one person, or behind a proxy that passes none on:
    then nobody has one, and a limit for all would leave a quarter of the places empty.
    """
    return sum(other.address == visitor.address for other in others) if visitor.address else 0
