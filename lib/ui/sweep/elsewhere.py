"""Sweeps that another page server of a cluster trains, and what this one tells of its own.

A sweep is a note on the cluster's board, left anew after each point. Who may steer it there may
from here, too: that is another note, which its own server reads.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from secrets import token_hex
from typing import Literal

from lib.sweep.rows import from_csv, to_csv
from lib.sweep.runner import Runner, State
from lib.swept import PointResult
from lib.training.messages import decode, encode
from lib.training.run_book import KEEP_SECONDS
from lib.training.shared import LOST_SECONDS, TELL_SECONDS, Shared

WATCH_SECONDS = 20.0
"""Between two signs that somebody watches."""
GONE = "the page server that trained it is gone, and with that the rest."
Verb = Literal["watch", "pause", "go_on", "stop"]


@dataclass(frozen=True, slots=True)
class FarPlan:
    """What the page says of a plan."""

    keys: tuple[str, ...]
    seeds: int


@dataclass(frozen=True, slots=True)
class SweepNote:
    """How a sweep stands."""

    title: str
    plan: FarPlan
    browser: str | None
    total: int
    state: State
    share: float
    seconds_left: float | None
    error: str
    points: str
    """Its results: see `lib.sweep.rows.to_csv`."""


@dataclass(frozen=True, slots=True)
class _Wish:
    verb: Verb
    each: str
    """Makes two of the same different notes."""


class FarRunner:
    """What of a `Runner` the page asks for, of a sweep that another server trains."""

    def __init__(self, shared: Shared, sweep_id: str, note: SweepNote) -> None:
        self._shared, self._id = shared, sweep_id
        self._watched = 0.0
        self.take(note)
        shared.follow(f"sweep:{sweep_id}", self._hear)

    def take(self, note: SweepNote) -> None:
        """Be as its server says now; of what makes no sense nothing is taken."""
        self.results: tuple[PointResult, ...] = tuple(from_csv(note.points))
        self._note, self._heard = note, time.monotonic()
        self.plan, self.total, self.share = note.plan, note.total, note.share

    @property
    def _is_lost(self) -> bool:
        return not self._note.state.is_over and time.monotonic() - self._heard > LOST_SECONDS

    @property
    def state(self) -> State:
        """Where it stands; stopped where its server is gone."""
        return State.STOPPED if self._is_lost else self._note.state

    @property
    def seconds_left(self) -> float | None:
        """As its server has said."""
        return None if self._is_lost else self._note.seconds_left

    @property
    def error(self) -> str:
        """What ended it, where that was no person."""
        return GONE if self._is_lost else self._note.error

    def forget(self) -> None:
        """Hear of it no more."""
        self._shared.unfollow(f"sweep:{self._id}")

    def _hear(self, value: bytes) -> None:
        self.take(decode(value, SweepNote))

    def watch(self) -> None:
        """Let its server know that somebody looks."""
        if time.monotonic() - self._watched > WATCH_SECONDS:
            self._wish("watch")

    def pause(self) -> None:
        """Ask for a pause."""
        self._wish("pause")

    def go_on(self) -> None:
        """Ask it to go on."""
        self._wish("go_on")

    def stop(self) -> None:
        """Ask for its end."""
        self._wish("stop")

    def _wish(self, verb: Verb) -> None:
        self._watched = time.monotonic()  # any wish is a sign; another would take its place
        wish = encode(_Wish(verb, token_hex(4)))
        self._shared.leave(f"steer:{self._id}", wish, WATCH_SECONDS)


def find(
    shared: Shared, sweep_id: str, *, waits: bool = True
) -> tuple[FarRunner, SweepNote] | None:
    """A sweep of another server, which is followed from now on; None where nobody has it.

    Without `waits` None also where its note hasn't come yet.
    """
    key = f"sweep:{sweep_id}"
    try:
        note = decode(
            (shared.note(key) if waits else shared.note(key, seconds=0.0)) or b"", SweepNote
        )
        return FarRunner(shared, sweep_id, note), note
    except Exception:  # a stranger's table may raise anything
        return None


class Teller:
    """Tells the other servers how a sweep of this one stands; nothing where there are none."""

    def __init__(
        self, shared: Shared | None, sweep_id: str, title: str, browser: str | None
    ) -> None:
        self._shared, self._id, self._title, self._browser = shared, sweep_id, title, browser
        self._runner: Runner | None = None
        self._told: tuple[object, ...] = ()
        self._told_at = 0.0
        self._heard = ""
        self._telling = threading.Lock()
        """So that no older note follows a newer one: the runner's thread tells, and pages do."""

    def follow(self, runner: Runner) -> None:
        """Tell of this one from now on, and do what is asked for elsewhere."""
        self._runner = runner
        if self._shared is not None:
            self._shared.follow(f"steer:{self._id}", self._steer)
            self.tell()

    def forget(self) -> None:
        """Do no more what is asked for elsewhere."""
        if self._shared is not None:
            self._shared.unfollow(f"steer:{self._id}")

    def tell(self, _: object = None) -> None:
        """Leave a note where something has changed, and now and then as a sign of life."""
        runner, shared = self._runner, self._shared
        if runner is None or shared is None:
            return
        with self._telling:
            results, state = runner.results, runner.state
            error = f"{runner.error}" if runner.error else ""
            now, is_late = (state, len(results), error), False
            if not state.is_over:
                is_late = time.monotonic() - self._told_at > TELL_SECONDS
            if now == self._told and not is_late:
                return
            self._told, self._told_at = now, time.monotonic()
            how = runner.share, runner.seconds_left, error, to_csv(results, runner.plan.keys)
            plan = FarPlan(runner.plan.keys, runner.plan.seeds)
            note = SweepNote(self._title, plan, self._browser, runner.total, state, *how)
            seconds = KEEP_SECONDS if state.is_over else LOST_SECONDS
            shared.leave(f"sweep:{self._id}", encode(note), seconds)
        if state.is_over:
            self.forget()

    def _steer(self, value: bytes) -> None:
        wish = decode(value, _Wish)
        if wish.each != self._heard:  # a note may be read again
            self._heard = wish.each
            getattr(self._runner, wish.verb)()
            self.tell()
