"""What Explore leaves out when a session first runs it: its pictures come sooner.

The browser is busy then: of 3 s from a cold request to the charts, more than half were spent in
drawing what lies below the first screen, and in highlighting code that nobody had scrolled to.
"""

from lib.ui.fragment import asking_fragment
from lib.ui.session import session

REST_SECONDS = 1.0
"""How long the browser has for the first charts before the page asks for the rest."""


def is_whole() -> bool:
    """Whether the whole page may be drawn now: the session's first run leaves the rest out."""
    return session().charts.is_painted


def schedule_rest() -> None:
    """A moment later the page runs once more by itself. To be called where the rest will stand."""
    asking_fragment(lambda: None, run_every=REST_SECONDS)()
    session().charts.is_painted = True
