"""What Explore leaves out when a session first runs it: its pictures come sooner.

The browser is busy then: of 3 s from a cold request to the charts, more than half were spent in
drawing what lies below the first screen, and in highlighting code that nobody had scrolled to.
"""

from lib.ui.fragment import asking_fragment
from lib.ui.session import session

REST_SECONDS = 1.0
"""How long the browser has for the first charts before the page asks for the rest."""


def schedule_rest() -> bool:
    """Whether the whole page may be drawn now.

    The session's first run leaves the rest out; a moment later the page runs once more by itself.
    """
    painted = session().charts.is_painted
    # Always a fragment: a click that the browser sends in the same moment, with a request of it,
    # would be lost without, and where one goes, Streamlit moves all that stands below it.
    asking_fragment(lambda: None, run_every=None if painted else REST_SECONDS)()
    session().charts.is_painted = True
    return painted
