"""The talks that go on, what each shows now, and who follows it.

Who begins to present has a talk. It is known by the session, and by the browser: after a reload the
talk that this browser has left is found again. What it shows is the presenter's address with what
was revealed. Followers only read it: their browsers' own sessions draw it.

Nobody polls, but where CAN_REDRAW is false. When a talk moves, the presenter's run asks each
follower's session for a run of the fragment that shows it, on Streamlit's event loop, as if its
browser had asked: a third of what the whole page costs. Threads that wait within a fragment were no
way: nothing but a timer starts a fragment alone, so that each follower's browser would send a
message every second, and a scene that comes within that second would be late; and while they wait,
a page counts as running, and keeps what it showed before. What a fragment of the presenter's
changes alone, as a playhead that is moved, comes with the next run of the page.

A talk belongs to the page server that it began on: others of a cluster don't know it.
"""

import threading
from collections.abc import Callable

from lib.ui import clock
from lib.ui.browser import browser_id
from lib.ui.present.talk import Shown, Talk
from lib.ui.streamlit_private.others import is_connected, redraw
from lib.ui.streamlit_private.script import fragment_id, session_id

MOST = 200
"""So many talks are remembered, those that moved last."""


class Talks:
    """All of a server. What it knows of sessions it asks `is_there`, and tells with `redraw`."""

    def __init__(
        self, is_there: Callable[[str], bool], redraw: Callable[[str, str], object]
    ) -> None:
        self._is_there, self._redraw = is_there, redraw
        self._lock = threading.Lock()
        self._talks: dict[str, Talk] = {}

    def given_by(self, session: str, browser: str | None) -> Talk:
        """The talk of a session; else one that its browser has left; else a new one.

        One that is followed goes before one that isn't: a reload may come before the session that
        it ends is known to have ended.
        """
        with self._lock:
            talks = [
                talk
                for talk in [*self._talks.values()][::-1]
                if talk.session == session
                or (browser and talk.browser == browser and not self.is_given(talk))
            ]
            talks.sort(key=lambda talk: (not talk.followers, talk.session != session))
            talk = talks[0] if talks else Talk(browser, session, clock.now())
            talk.session = session
            self._keep(talk)
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
        self._redraw(talk.session, "")

    def granted(self, talk: Talk) -> int:
        """What its notes have asked for since the last time."""
        with self._lock:
            by, talk.wish = talk.wish, 0
        return by

    def follow(self, talk: Talk, session: str, fragment: str) -> None:
        """Let this fragment of a session be drawn anew whenever the talk moves."""
        with self._lock:
            talk.followers = {**self._there(talk), session: fragment}

    def is_given(self, talk: Talk) -> bool:
        """Whether who gives it is still there."""
        return self._is_there(talk.session)

    def show(self, talk: Talk, shown: Shown) -> None:
        """Let all who follow see this; nothing is drawn anew where it shows that already."""
        with self._lock:
            self._keep(talk)
            there = self._there(talk)
            moved, talk.shown, talk.followers = shown != talk.shown, shown, there
        for session, fragment in there.items() if moved else ():
            self._redraw(session, fragment)

    def _there(self, talk: Talk) -> dict[str, str]:
        return {each: at for each, at in talk.followers.items() if self._is_there(each)}

    def _keep(self, talk: Talk) -> None:
        """Forget the oldest where there are too many: first those that nobody gives or follows."""
        self._talks.pop(talk.id, None)
        self._talks[talk.id] = talk
        if len(self._talks) > MOST:
            known = self._talks.values()
            idle = [each.id for each in known if not (self.is_given(each) or self._there(each))]
            del self._talks[[*idle, *self._talks][0]]


TALKS = Talks(is_connected, redraw)
"""Those of this server."""


def here() -> tuple[str, str]:
    """The ids of the session whose page is run, and of the fragment that is."""
    return session_id(), fragment_id()


def mine() -> Talk:
    """The talk that this session gives."""
    return TALKS.given_by(here()[0], browser_id())
