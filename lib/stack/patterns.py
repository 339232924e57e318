"""Stacks to start from, each with the name that people search for; they are in patterns.toml."""

from dataclasses import dataclass

from lib.stack.kinds import Stack
from lib.stack.link import from_text
from lib.toml import beside


@dataclass(frozen=True, slots=True)
class Pattern:
    """A stack with its name and what it is for."""

    title: str
    about: str
    """In 15 words at most."""
    stack: Stack


PATTERNS = {
    name: Pattern(**{**row, "stack": from_text(row["stack"])})
    for name, row in beside(__file__).items()
}
"""By name in the address and the widgets."""


def pattern_of(stack: Stack) -> str | None:
    """The name of the pattern that a stack is; None where it is none."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
