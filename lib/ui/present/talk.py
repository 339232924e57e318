"""A talk, and what it shows: records."""

from dataclasses import dataclass, field
from secrets import token_hex

from lib.ui.session import Query


@dataclass(frozen=True, slots=True)
class Shown:
    """What the audience sees of a talk."""

    scene: str
    """By name."""
    query: Query
    """All that the presenter's page is about, as a link."""
    answers: tuple[int, ...] = ()
    """To its questions, those that are revealed."""


@dataclass(slots=True, eq=False)
class Talk:
    """A talk that somebody gives."""

    browser: str | None
    """Of who gives it; None where it has no cookie."""
    session: str
    """The id of the one that gives it, as Streamlit has it."""
    began: float
    """In seconds of `lib.ui.clock`."""
    id: str = field(default_factory=lambda: token_hex(8))
    """For all who follow."""
    notes: str = field(default_factory=lambda: token_hex(8))
    """For the window with the notes: who follows isn't to read the answers there."""
    shown: Shown | None = None
    """None before its first scene."""
    followers: dict[str, str] = field(default_factory=dict)
    """Session → the fragment that shows it there, both by id."""
    wish: int = 0
    """So many scenes on, or back, its notes want it to be."""
