"""Fragments, parts of a page that run alone; how often they do; and turns of all sessions.

A server's scripts compute in turns, and look for new figures as often as the processor allows.
Without turns Python would switch between busy threads every few milliseconds, so that all end late;
with turns the first ends at once, and a person's action comes before looks. With 16 training
sessions (`tests/bench/load.py`) charts change twice as often, and the median slider waits 0.1 s,
not 0.6 s.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui import clock
from lib.ui.streamlit_private import PRIVATE, drawing_as, fragment_id, look_every

FASTEST, SLOWEST = 0.2, 5.0  # seconds between two looks, at least (as the worker reports), at most
BUSY = 0.75  # the share of time in which somebody is to have a turn: above it pages poll less often
STEP = 1.3  # most the interval changes in a second, as a factor up or down
MEMORY = 0.1  # the weight of the newest turn in the mean time of turns
# Every fifth look draws the whole fragment, which frees its replaced charts in browsers (1.67).
AFRESH = 5
OFF = 1.2  # a page whose interval is wrong by this factor takes up the server's
WHOLE_SECONDS = 1.0  # least seconds between two looks where each look draws all of a fragment
T = TypeVar("T")
R = TypeVar("R")


class Rhythm:
    """The polling interval of all pages of a server, which share a processor."""

    def __init__(self) -> None:
        self._seconds = FASTEST
        self._busy = self._since = self._each = 0.0

    def took(self, seconds: float, now: float, waiting: int = 0) -> None:
        """Note a turn that took so many `seconds` until `now`, and how many threads are waiting."""
        # Where a whole class begins at once, all who wait need so long together.
        self._each += MEMORY * (seconds - self._each)
        self._seconds = min(SLOWEST, max(self._seconds, waiting * self._each / BUSY))
        self._busy += seconds
        elapsed = now - self._since
        if elapsed >= 1:
            most = STEP ** min(elapsed, 5)
            factor = min(most, max(1 / most, self._busy / elapsed / BUSY))
            self._seconds = min(SLOWEST, max(FASTEST, self._seconds * factor))
            self._since, self._busy = now, 0.0

    def interval(self, least: float = 0.0) -> float:
        """Seconds between two looks of each page, at least `least`."""
        return round(max(least, self._seconds), 2)


class Turns:
    """Lets one thread compute at a time; threads that ask with `first` come before others."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._lock = threading.Lock()
        self._holder: int | None = None  # the thread that has the turn
        self._is_taken = False
        # Each thread waits for an event of its own, so that a turn's end wakes only the next one.
        self._first, self._others = deque[threading.Event](), deque[threading.Event]()

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn."""
        return self._holder == threading.get_ident()

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[None]:
        """Run a block while no other one computes; `first` for what a person has asked for.

        Raises RuntimeError within another turn, which would never end.
        """
        if self.is_mine:
            raise RuntimeError("a turn was asked for within another one")
        sign = threading.Event()
        with self._lock:
            (self._first if first else self._others).append(sign)
            if not self._is_taken:
                self._next()
        sign.wait()
        start, self._holder = clock.now(), threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            with self._lock:
                waiting = len(self._first) + len(self._others)
                self._rhythm.took(clock.now() - start, clock.now(), waiting)
                self._next()

    def _next(self) -> None:
        queue = self._first or self._others
        self._is_taken = bool(queue)
        if queue:
            queue.popleft().set()


RHYTHM = Rhythm()  # of this server
TURNS = Turns(RHYTHM)
turn = TURNS.turn  # of all its sessions


def fragment(draw: Callable[..., object], *args: object, run_every: float | None = None) -> None:
    """Draw an `st.fragment` in a container of the page.

    Where it runs again before the page's messages were sent, Streamlit (1.67) drops its place, and
    what stood below moves up (`ForwardMsgQueue.clear`). A container that the page draws stays.
    """
    with st.container():
        st.fragment(draw, run_every=run_every)(*args)


def following_fragment(
    look: Callable[[], T],
    draw: Callable[[T], Callable[[T], object] | None],
    going: Callable[[T], object],
    seconds: float = 0.0,
    *,
    page_state: Callable[[T], object] = lambda _: None,
) -> None:
    """Draw what `look` returns, and look again while something of it is `going`.

    The page runs again when something else is going or nothing any more, and when its `page_state`
    has changed.

    Args:
        look: returns what is shown.
        draw: draws it, and returns what updates the drawing, in a `Place` for what changes; None
            where each look has to draw all of it.
        going: what of it is still changing, compared by equality; falsy where nothing is.
        seconds: between two looks at least; more on a busy server.
        page_state: what the rest of the page shows of it, compared by equality.
    """
    first, is_first_run = look(), True
    before = going(first), page_state(first)

    def rerun_if_outdated(now: T) -> None:
        if (going(now), page_state(now)) != before:
            st.rerun()

    def in_turn(part: Callable[[T], R]) -> R:
        with turn(first=is_first_run):  # drawn with the page, for which somebody waits
            now = first if is_first_run else look()
            rerun_if_outdated(now)
            return part(now)

    def draw_and_follow() -> None:
        update, owner, looks = in_turn(draw), fragment_id() if before[0] else "", count()
        interval = 0.0

        def follow() -> None:
            nonlocal interval
            is_between = next(looks) % AFRESH > 0  # else all is drawn anew at this moment
            if update and is_between:
                with drawing_as(owner):
                    in_turn(update)
            # Not st.rerun(scope="fragment") (1.67): it has no interval, and reaches `follow` alone.
            wanted = RHYTHM.interval(seconds)
            if max(wanted, interval) > OFF * min(wanted, interval):
                look_every(interval := wanted)
                with drawing_as(owner):
                    look_every(AFRESH * interval)
            if not is_between:  # it took a while: what has changed since is drawn at once
                rerun_if_outdated(look())

        if owner and update:
            st.fragment(follow)()  # it draws nothing where it stands: it needs no container
        elif owner:
            look_every(RHYTHM.interval(seconds))

    every = None if PRIVATE or not before[0] else RHYTHM.interval(max(seconds, WHOLE_SECONDS))
    try:
        fragment(draw_and_follow, run_every=every)
    finally:
        is_first_run = False


class Place:
    """The place of one element, which is drawn again when it changes, also by other fragments."""

    def __init__(self) -> None:
        self._at: DeltaGenerator | None = None
        self._shows: tuple[object, ...] = ()

    def show(self, method: str, *what: object, **options: Any) -> None:
        """Call a method of Streamlit, such as `markdown`, unless these arguments are shown here."""
        shows = (method, what, options)
        if self._at is None or self._shows != shows:
            self._at, self._shows = getattr(self._at or st, method)(*what, **options), shows
