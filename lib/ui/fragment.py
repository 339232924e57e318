"""A part of a page that can run alone, and keeps its place whenever it does."""

from collections.abc import Callable
from itertools import count
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, enqueue_message

from lib.ui.load import RHYTHM, turn

AFRESH = 5
"""At every so many looks all of a fragment is drawn anew: a browser (Streamlit 1.67) keeps charts
that others have replaced, unseen, until the fragment that drew them runs. A run that trained had
two hundred after half a minute."""
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


def asking_fragment(draw: Callable[P, object], run_every: float | None = None) -> Callable[P, None]:
    """A fragment that draws with the page alone: alone it asks for a run of the page.

    Where the browser asked for that run, Streamlit (1.67) would end the one that goes on, and
    forget a click that waits for its end. And a click that the browser sends in the same moment
    has been done with this fragment, but is drawn elsewhere.

    It asks after `run_every` seconds; with None when a widget in it has something to tell.
    """

    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        runs = count()

        def draw_or_ask() -> None:
            if next(runs):
                st.rerun()
            draw(*args, **kwargs)

        fragment(draw_or_ask, run_every=run_every)()

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
    interval, owner = 0.0, None

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
        """Soon; and what went may have ended meanwhile: nobody would come to look."""
        nonlocal interval
        if before[0] and (not interval or RHYTHM.is_off(interval, seconds)):
            look_every(interval := RHYTHM.interval(seconds))
            if owner:
                look_every(AFRESH * interval, owner)
        rerun_if_outdated(look())

    def whole() -> None:
        nonlocal interval, owner
        again, owner = drawn(draw), None
        if again is None or not before[0]:
            look_again()
            return
        owner, runs, interval = ThreadState.get().fragment_id, count(), 0.0

        def follow() -> None:
            if next(runs) % AFRESH:  # else all is drawn anew in this moment
                # As if the fragment around had drawn it: what a fragment itself has drawn goes
                # where it isn't drawn again, and elsewhere has a container of Streamlit's own.
                with ThreadState.scoped(fragment_id=owner, delta_path=None):
                    drawn(again)
            look_again()

        st.fragment(follow)()  # it draws nothing where it stands, and so needs no container

    try:
        fragment(whole)()
    finally:
        is_drawn.append(True)


def look_every(seconds: float, fragment_id: str | None = None) -> None:
    """Have this fragment, or the one that runs now, run again at this interval from now on.

    Streamlit (1.67) has an interval set by a run of the page alone, which costs as much as ten
    looks. So this sends what that would send, by private names; a test holds the two equal.
    """
    message = ForwardMsg()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = fragment_id or ThreadState.get().fragment_id or ""
    enqueue_message(message)


class Place:
    """Where one element stands, to be drawn anew when it is another.

    It stands where it was drawn first. Later a fragment may draw it that stands elsewhere.
    """

    def __init__(self) -> None:
        self._at: DeltaGenerator | None = None
        self._shows: tuple[object, ...] = ()

    def show(self, draw: Callable[..., DeltaGenerator], *what: object, **options: Any) -> None:
        """Have `draw` draw `what`, unless that is what it shows; the `options` never change.

        It is one of Streamlit's methods, or as these: it takes where to draw, and returns it.
        """
        if self._at is None or self._shows != what:
            self._at, self._shows = draw(self._at or st._main, *what, **options), what


def slot() -> DeltaGenerator:
    """A place for one element, which a fragment that stands elsewhere may write into."""
    return st.container().empty()
