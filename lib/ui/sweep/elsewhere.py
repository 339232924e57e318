"""Sweeps that another page server of a cluster trains, and what this one tells of its own.

A sweep is a note on the cluster's board, left anew after each point. Who may steer it there may
from here, too: that is another note, which its own server reads.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Literal

from lib.sweep.rows import from_csv, to_csv
from lib.sweep.runner import Runner, State
from lib.swept import PointResult
from lib.training.messages import decode, encode
from lib.training.run_book import KEEP_SECONDS
from lib.training.shared import Shared

WATCH_SECONDS = 20.0
"""Between two signs that somebody watches."""
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

    def take(self, note: SweepNote) -> None:
        """Be as its server says now."""
        self.plan = note.plan
        self.total, self.state, self.share = note.total, note.state, note.share
        self.seconds_left, self.error = note.seconds_left, note.error or None
        self.results: tuple[PointResult, ...] = tuple(from_csv(note.points))

    def watch(self) -> None:
        """Let its server know that somebody looks."""
        if time.monotonic() - self._watched > WATCH_SECONDS:
            self._watched = time.monotonic()
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
        wish = encode(_Wish(verb, token_hex(4)))
        self._shared.leave(f"steer:{self._id}", wish, WATCH_SECONDS)


def find(shared: Shared, sweep_id: str) -> tuple[FarRunner, SweepNote] | None:
    """A sweep of another server, which is followed from now on; None where nobody has it."""
    try:
        note = decode(shared.note(f"sweep:{sweep_id}") or b"", SweepNote)
        runner = FarRunner(shared, sweep_id, note)
    except Exception:  # a stranger's table may raise anything
        return None
    shared.follow(f"sweep:{sweep_id}", lambda value: runner.take(decode(value, SweepNote)))
    return runner, note


class Teller:
    """Tells the other servers how a sweep of this one stands; nothing where there are none."""

    def __init__(
        self, shared: Shared | None, sweep_id: str, title: str, browser: str | None
    ) -> None:
        self._shared, self._id, self._title, self._browser = shared, sweep_id, title, browser
        self._runner: Runner | None = None
        self._told: tuple[object, ...] = ()
        self._heard = ""

    def follow(self, runner: Runner) -> None:
        """Tell of this one from now on, and do what is asked for elsewhere."""
        self._runner = runner
        if self._shared is not None:
            self._shared.follow(f"steer:{self._id}", self._steer)
            self.tell()

    def tell(self, _: Sequence[PointResult] = ()) -> None:
        """Leave a note where something has changed."""
        runner = self._runner
        if runner is None or self._shared is None:
            return
        results, error = runner.results, f"{runner.error}" if runner.error else ""
        now = runner.state, len(results), error
        if now == self._told:
            return
        self._told = now
        how = runner.share, runner.seconds_left, error, to_csv(results, runner.plan.keys)
        plan = FarPlan(runner.plan.keys, runner.plan.seeds)
        note = SweepNote(self._title, plan, self._browser, runner.total, runner.state, *how)
        self._shared.leave(f"sweep:{self._id}", encode(note), KEEP_SECONDS)

    def _steer(self, value: bytes) -> None:
        wish = decode(value, _Wish)
        if wish.each != self._heard:  # a note may be read again
            self._heard = wish.each
            getattr(self._runner, wish.verb)()
            self.tell()
