"""The talks of this server: what each shows now, and whether somebody gives it.

Who begins to present has a talk. After a reload the talk that this browser has left is found again.
Pages of presenters, followers and notes look once a second (LOOK_SECONDS) what has changed: a
presenter's whether its notes want another scene, a follower's what the talk shows. Each look also
says that the page is still there.

A talk belongs to the page server that it began on: others of a cluster don't know it.
"""

import math
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock

from lib.ui import clock
from lib.ui.browser import browser_id
from lib.ui.session import Query, session

MOST = 200
"""So many talks are remembered."""
LOOK_SECONDS, ABSENT_SECONDS = 1.0, 5.0
"""Between two looks of a page, and after its last one until it counts as closed."""


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
    """A talk that somebody gives. Times are seconds of `lib.ui.clock`."""

    browser: str | None
    """Of who gives it; None where it has no cookie."""
    session: str
    """The id of the one that gives it."""
    began: float
    given: float = -math.inf
    """When the presenter's page looked last."""
    followed: float = -math.inf
    """When a follower's page looked last."""
    id: str = field(default_factory=lambda: token_hex(8))
    """For all who follow."""
    notes: str = field(default_factory=lambda: token_hex(8))
    """For the window with the notes: who follows isn't to read the answers there."""
    shown: Shown | None = None
    """None before its first scene."""
    wish: int = 0
    """So many scenes on, or back, its notes want it to be."""

    @property
    def is_given(self) -> bool:
        """Whether who gives it is still there."""
        return clock.now() - self.given < ABSENT_SECONDS

    @property
    def is_followed(self) -> bool:
        """Whether anybody follows it."""
        return clock.now() - self.followed < ABSENT_SECONDS


class Talks:
    """All of a server. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._talks: dict[str, Talk] = {}

    def given_by(self, session: str, browser: str | None) -> Talk:
        """The talk of a session; else one that its browser has left; else a new one.

        After a reload the page before counts as closed some seconds later, and its talk is found
        then: one that is followed goes before one that isn't, and the older one before the newer.
        """
        with self._lock:
            now = clock.now()
            talks = [
                talk
                for talk in self._talks.values()
                if talk.session == session
                or (browser and talk.browser == browser and not talk.is_given)
            ]
            talks.sort(key=lambda talk: (not talk.is_followed, talk.began))
            talk = talks[0] if talks else Talk(browser, session, now)
            for other in talks[1:]:
                if other.session == session:
                    del self._talks[other.id]
            talk.session, talk.given = session, now
            self._talks[talk.id] = talk
            if len(self._talks) > MOST:
                idle = min(self._talks.values(), key=lambda each: max(each.given, each.followed))
                del self._talks[idle.id]
        return talk

    def find(self, talk_id: str) -> Talk | None:
        """The talk that is followed by this id; None where it is gone."""
        return self._talks.get(talk_id)

    def noted(self, notes_id: str) -> Talk | None:
        """The talk whose notes have this id, which no follower knows; None where it is gone."""
        talks = [*self._talks.values()]
        return next((talk for talk in talks if talk.notes == notes_id), None)

    def wish(self, talk: Talk, by: int) -> None:
        """Ask the presenter's page to go so many scenes on, or back."""
        with self._lock:
            talk.wish += by

    def granted(self, talk: Talk) -> int:
        """What its notes have asked for since the last time."""
        with self._lock:
            by, talk.wish = talk.wish, 0
        return by


TALKS = Talks()
"""Those of this server."""


def mine() -> Talk:
    """The talk that this session gives."""
    return TALKS.given_by(session().id, browser_id())
