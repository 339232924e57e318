"""A part of a page that can run alone, and keeps its place whenever it does."""

from collections.abc import Callable
from itertools import count
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui.load import RHYTHM, turn
from lib.ui.streamlit_private.script import CAN_FOLLOW, drawing_as, fragment_id, look_every

AFRESH = 5
"""At every so many looks all of a fragment is drawn anew: a browser (Streamlit 1.67) keeps charts
that others have replaced, unseen, until the fragment that drew them runs. A run that trained had
two hundred after half a minute."""
WHOLE_SECONDS = 1.0
"""Between two looks, at least, where all of a fragment has to be drawn anew at each."""
P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def fragment(draw: Callable[P, object], run_every: float | None = None) -> Callable[P, None]:
    """`st.fragment`, in a container of the page's own.

    When a fragment runs again before all that the page has drawn was sent, Streamlit (1.67,
    `ForwardMsgQueue.clear`) drops what the page drew of that fragment, with its place. The browser
    closes the gap, and then the fragment comes in place of what stood below it: seen on a busy
    machine, where the code at the end of a page was gone. A container that is the page's stays.

    It runs alone every `run_every` seconds, again and again; with None only with the page.
    """

    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        with st.container():
            st.fragment(draw, run_every=run_every)(*args, **kwargs)

    return drawn


def asking_fragment(draw: Callable[P, object]) -> Callable[P, None]:
    """A fragment that draws with the page alone: alone it asks for a run of the page.

    Where the browser asked for that run, Streamlit (1.67) would end the one that goes on, and
    forget a click that waits for its end. And a click that the browser sends in the same moment
    has been done with this fragment, but is drawn elsewhere.
    """

    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        runs = count()

        def draw_or_ask() -> None:
            if next(runs):
                st.rerun()
            draw(*args, **kwargs)

        fragment(draw_or_ask)()

    return drawn


def following_fragment(
    look: Callable[[], T],
    draw: Callable[[T], Callable[[T], object] | None],
    going: Callable[[T], object],
    seconds: float = 0.0,
    *,
    about: Callable[[T], object] = lambda _: None,
) -> None:
    """A fragment that shows what it looks at, and looks again while something of that is `going`.

    Every `seconds`, or less often where many watch. It asks for a run of the page when something
    else goes or nothing any more, and when what the page is `about` is another.

    What `draw` returns brings up to date what it has drawn, into a `Place` where that changes: a
    message to the browser costs as much as a small computation. Where that is nothing, all is drawn
    anew at each look. Else it is at some looks, since the browser keeps what was replaced until
    then.
    """
    seen, is_drawn = look(), list[bool]()
    before = going(seen), about(seen)
    interval, owner = 0.0, ""

    def rerun_if_outdated(now: T) -> None:
        if (going(now), about(now)) != before:
            st.rerun()

    def drawn(part: Callable[[T], R]) -> R:
        with turn(first=not is_drawn):  # drawn with the page, for which somebody waits
            now = seen
            if is_drawn:
                rerun_if_outdated(now := look())
            return part(now)

    def look_again() -> None:
        """Check again soon: the run may have ended since the last check."""
        nonlocal interval
        if before[0] and (not interval or RHYTHM.is_off(interval, seconds)):
            look_every(interval := RHYTHM.interval(seconds))
            if owner:
                look_every(AFRESH * interval, owner)
        rerun_if_outdated(look())

    def fixed() -> None:
        drawn(draw)
        rerun_if_outdated(look())

    def whole() -> None:
        nonlocal interval, owner
        again, owner = drawn(draw), ""
        if again is None or not before[0]:
            look_again()
            return
        owner, runs, interval = fragment_id(), count(), 0.0

        def follow() -> None:
            if next(runs) % AFRESH:  # else all is drawn anew in this moment
                with drawing_as(owner):
                    drawn(again)
            look_again()

        st.fragment(follow)()  # it draws nothing where it stands, and so needs no container

    try:
        if CAN_FOLLOW:
            fragment(whole)()
        else:
            every = RHYTHM.interval(max(seconds, WHOLE_SECONDS)) if before[0] else None
            fragment(fixed, run_every=every)()
    finally:
        is_drawn.append(True)


class Place:
    """Where one element stands, to be drawn anew when it is another.

    It stands where it was drawn first. Later a fragment may draw it that stands elsewhere.
    """

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
