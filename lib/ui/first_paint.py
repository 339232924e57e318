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
    """Where the rest isn't drawn yet, let the page run once more by itself, a moment later.

    To be called in every run, at the same place: a click that the browser sends in the same moment,
    with a request of this fragment, would be lost where the fragment has gone.
    """
    asking_fragment(lambda: None, run_every=None if is_whole() else REST_SECONDS)()
    session().charts.is_painted = True
