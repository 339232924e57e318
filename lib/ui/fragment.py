"""A part of a page that can run alone, and keeps its place whenever it does."""

from collections.abc import Callable
from itertools import count
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui.load import RHYTHM, turn

P = ParamSpec("P")
T = TypeVar("T")


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
    look: Callable[[], T], going: Callable[[T], object], draw: Callable[[T], object], seconds: float
) -> None:
    """A fragment that draws what it looks at again and again, while something of that is `going`.

    Every `seconds`, or less often where many watch. When something else is going, or nothing any
    more, the page runs: there is more to look for then, or less.
    """
    seen, is_drawn = look(), list[bool]()
    before = going(seen)

    def follow() -> None:
        with turn(first=not is_drawn):  # drawn with the page, for which somebody waits
            now = look() if is_drawn else seen
            if is_drawn and going(now) != before:
                st.rerun()
            draw(now)

    fragment(follow, max(seconds, RHYTHM.interval()) if before else None)()
    is_drawn.append(True)


def slot() -> DeltaGenerator:
    """A place for one element, which a fragment that stands elsewhere may write into."""
    return st.container().empty()
