"""The talks of this server: what each shows now, and whether somebody gives it.

A browser gives one talk, which it finds again after a reload. Pages of presenters, followers and
notes look for changes once a second (LOOK_SECONDS). A talk belongs to the page server that it began
on: others of a cluster don't know it.
"""

from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock

from lib.ui import clock
from lib.ui.browser import browser_id
from lib.ui.session import Query, session

MOST = 200  # talks that are remembered: those that were given last
LOOK_SECONDS, ABSENT_SECONDS = 1.0, 5.0  # between looks, and until a page counts as closed


@dataclass(frozen=True, slots=True)
class Shown:
    """What the audience sees of a talk: a scene by name, with the presenter's settings."""

    scene: str
    query: Query
    answers: tuple[int, ...] = ()  # the picked option of each question that is revealed


@dataclass(slots=True, eq=False)
class Talk:
    """A talk that somebody gives. Times are seconds of `lib.ui.clock`."""

    began: float
    given: float  # when the presenter's page looked last
    id: str = field(default_factory=lambda: token_hex(8))  # in the followers' link
    # In the link of the notes, which have the answers: followers must not know it.
    notes: str = field(default_factory=lambda: token_hex(8))
    shown: Shown | None = None
    wishes: list[int] = field(default_factory=list)  # steps that the notes window asks for

    @property
    def is_given(self) -> bool:
        """Whether the presenter's page is still open."""
        return clock.now() - self.given < ABSENT_SECONDS


_TALKS: dict[str, Talk] = {}  # by browser, or session without a cookie; last given last
_LOCK = Lock()


def mine() -> Talk:
    """The talk that this browser gives."""
    presenter, now = browser_id() or session().id, clock.now()
    with _LOCK:
        talk = _TALKS.pop(presenter, None) or Talk(now, now)
        talk.given = now
        _TALKS[presenter] = talk
        if len(_TALKS) > MOST:
            del _TALKS[next(iter(_TALKS))]
    return talk


def find(*, follow: str = "", notes: str = "") -> Talk | None:
    """The talk with this id for followers or for the notes."""
    with _LOCK:
        talks = [*_TALKS.values()]
    return next((talk for talk in talks if talk.id == follow or talk.notes == notes), None)
