"""Fragments (parts of a page that rerun alone), their polling interval, and turns of threads.

All script runs of a server compute in turns, and poll for results as often as the processor allows.
Otherwise, Python would switch between busy threads every few milliseconds, and all would end late.
With turns, the first thread ends soon, and a user's action runs before polls. With 16 training
sessions (`tests/bench/load.py`), charts change twice as often, and a slider waits 0.1 s, not 0.6 s.
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

FASTEST, SLOWEST = 0.2, 5.0  # polling interval in seconds: minimum (as in workers) and maximum
BUSY = 0.75  # target share of time in which a thread has the turn: above it, pages poll less often
STEP = 1.3  # largest change of the interval in a second, as a factor
MEMORY = 0.1  # the weight of the newest turn in the mean duration of turns
AFRESH = 5  # every fifth poll redraws the whole fragment, so that browsers free old charts (1.67)
OFF = 1.2  # a page adopts the server's interval if its own differs by more than this factor
WHOLE_SECONDS = 1.0  # minimum seconds between two polls that each draw a whole fragment
T = TypeVar("T")
R = TypeVar("R")


class Rhythm:
    """The polling interval of all pages of a server, since the pages share a processor."""

    def __init__(self) -> None:
        self._seconds = FASTEST
        self._busy = self._since = self._mean_turn = 0.0

    def took(self, seconds: float, now: float, waiting: int = 0) -> None:
        """Record a turn of `seconds` that ended at `now`, and the number of waiting threads."""
        # If many users start at once, poll only as often as all waiting threads can have a turn.
        self._mean_turn += MEMORY * (seconds - self._mean_turn)
        self._seconds = min(SLOWEST, max(self._seconds, waiting * self._mean_turn / BUSY))
        self._busy += seconds
        elapsed = now - self._since
        if elapsed >= 1:
            most = STEP ** min(elapsed, 5)
            factor = min(most, max(1 / most, self._busy / elapsed / BUSY))
            self._seconds = min(SLOWEST, max(FASTEST, self._seconds * factor))
            self._since, self._busy = now, 0.0

    def interval(self, least: float = 0.0) -> float:
        """Return the seconds between two polls of a page, at least `least`."""
        return round(max(least, self._seconds), 2)


class Turns:
    """A lock that lets one thread compute at a time. Threads with `first` get it before others."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._lock = threading.Lock()
        self._holder: int | None = None  # the thread that has the turn
        self._is_taken = False
        # Each thread waits for its own event, so that the end of a turn wakes only the next thread.
        self._first, self._others = deque[threading.Event](), deque[threading.Event]()

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn."""
        return self._holder == threading.get_ident()

    @contextmanager
    def turn(self, *, first: bool) -> Iterator[None]:
        """Run a block while no other block computes. Use `first` for a user's action."""
        if self.is_mine:  # the inner turn would never start
            raise RuntimeError("a turn was requested within another turn")
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


RHYTHM = Rhythm()  # shared by all sessions of this server
TURNS = Turns(RHYTHM)
turn = TURNS.turn


def fragment(draw: Callable[..., object], *args: object, run_every: float | None = None) -> None:
    """Draw an `st.fragment` in a container of the page.

    If a fragment reruns before the page's messages are sent, Streamlit (1.67) drops the fragment's
    place, and elements below move up (`ForwardMsgQueue.clear`). The container keeps the place.
    """
    with st.container():
        st.fragment(draw, run_every=run_every)(*args)


def following_fragment(
    look: Callable[[], T],
    draw: Callable[[T], Callable[[T], object] | None],
    still_changes: Callable[[T], object],
    seconds: float = 0.0,
    *,
    page_state: Callable[[T], object] = lambda _: None,
) -> None:
    """Draw the data that `look` returns. While the data `still_changes`, poll for new data.

    The page reruns when `still_changes` or `page_state` returns another value than before.

    Args:
        look: returns the data to show.
        draw: draws the data, and returns a function that updates the drawing, in a `Place` for each
            changing element. Returns None if each poll must draw everything.
        still_changes: returns what still changes, such as the active runs; falsy if nothing does.
        seconds: the minimum interval between two polls; a busy server takes longer.
        page_state: returns the part of the data that other elements of the page show.
    """
    first, is_first_run = look(), True
    before = still_changes(first), page_state(first)

    def in_turn(part: Callable[[T], R]) -> R:
        with turn(first=is_first_run):  # a user waits for the first drawing
            now = first if is_first_run else look()
            if (still_changes(now), page_state(now)) != before:
                st.rerun()
            return part(now)

    def draw_and_follow() -> None:
        update, looks, interval = in_turn(draw), count(), 0.0
        owner = fragment_id() if before[0] else ""  # "" if nothing changes

        def follow() -> None:
            nonlocal interval
            if update and next(looks) % AFRESH:  # otherwise, the whole fragment was just redrawn
                with drawing_as(owner):
                    in_turn(update)
            # `st.rerun(scope="fragment")` (1.67) takes no interval, and would rerun only `follow`.
            wanted = RHYTHM.interval(seconds)
            if max(wanted, interval) > OFF * min(wanted, interval):
                look_every(interval := wanted)
                with drawing_as(owner):
                    look_every(AFRESH * interval)

        if owner and update:
            st.fragment(follow)()  # needs no container: `follow` draws only in the owner's places
        elif owner:
            look_every(RHYTHM.interval(seconds))

    every = None if PRIVATE or not before[0] else RHYTHM.interval(max(seconds, WHOLE_SECONDS))
    try:
        fragment(draw_and_follow, run_every=every)
    finally:
        is_first_run = False


class Place:
    """The place of an element that changes. Any fragment can redraw the element."""

    def __init__(self) -> None:
        self._at: DeltaGenerator | None = None
        self._shows: tuple[object, ...] = ()

    def show(self, method: str, *values: object, **options: Any) -> None:
        """Call a Streamlit method, such as `markdown`, unless the arguments are unchanged."""
        shows = (method, values, options)
        if self._at is None or self._shows != shows:
            self._at, self._shows = getattr(self._at or st, method)(*values, **options), shows
