"""Parts of a page that run alone, and keep their place when they do."""

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui.load import RHYTHM, turn
from lib.ui.streamlit_private import PRIVATE, drawing_as, fragment_id, look_every

AFRESH = 5
"""Every fifth look draws all of a fragment. A browser (Streamlit 1.67) keeps replaced charts,
unseen, until the fragment that drew them runs: two hundred after half a minute."""
WHOLE_SECONDS = 1.0  # least seconds between two looks where each look draws all of a fragment
T = TypeVar("T")
R = TypeVar("R")


def fragment(draw: Callable[..., object], *args: object, run_every: float | None = None) -> None:
    """Draw an `st.fragment` in a container of the page.

    When a fragment runs again before the page's messages were sent, Streamlit (1.67,
    `ForwardMsgQueue.clear`) drops what the page drew of the fragment, with its place, and what
    stood below moves up. A container that the page draws stays.
    """
    with st.container():
        st.fragment(draw, run_every=run_every)(*args)


def following_fragment(
    look: Callable[[], T],
    draw: Callable[[T], Callable[[T], object] | None],
    going: Callable[[T], object],
    seconds: float = 0.0,
    *,
    about: Callable[[T], object] = lambda _: None,
) -> None:
    """Draw what `look` returns, and look again while something of it is `going`.

    The page runs again when something else is going or nothing any more, and when what the page is
    `about` has changed.

    Args:
        look: returns what is shown.
        draw: draws it, and returns what updates the drawing, in a `Place` for what changes; None
            where each look has to draw all of it.
        going: what of it is still changing, compared by equality; falsy where nothing is.
        seconds: between two looks at least; more on a busy server.
        about: what the rest of the page shows of it, compared by equality.
    """
    first, is_first_run = look(), True
    before = going(first), about(first)

    def in_turn(part: Callable[[T], R]) -> R:
        with turn(first=is_first_run):  # drawn with the page, for which somebody waits
            now = first if is_first_run else look()
            if (going(now), about(now)) != before:
                st.rerun()
            return part(now)

    def draw_and_follow() -> None:
        update, owner, looks = in_turn(draw), fragment_id() if before[0] else "", count()
        interval = RHYTHM.interval(seconds)

        def follow() -> None:
            if update and next(looks) % AFRESH:
                with drawing_as(owner):
                    in_turn(update)
            else:  # at first, and whenever all is drawn anew
                look_every(interval)

        if owner and update:
            st.fragment(follow)()  # it draws nothing where it stands: it needs no container
        if owner:
            look_every(AFRESH * interval if update else interval)

    every = None if PRIVATE or not before[0] else RHYTHM.interval(max(seconds, WHOLE_SECONDS))
    try:
        fragment(draw_and_follow, run_every=every)
    finally:
        is_first_run = False


class Place:
    """Where one element stands, to be drawn again when it has changed, also by other fragments."""

    def __init__(self) -> None:
        self._at: DeltaGenerator | None = None
        self._shows: tuple[object, ...] = ()

    def show(self, method: str, *what: object, **options: Any) -> None:
        """Call this one of Streamlit's methods, as `markdown`, unless its result is shown here."""
        shows = (method, what, options)
        if self._at is None or self._shows != shows:
            self._at, self._shows = getattr(self._at or st, method)(*what, **options), shows


def slot() -> DeltaGenerator:
    """A place for one element, which a fragment that stands elsewhere may write into."""
    return st.container().empty()
