"""The sweeps of a page server: each outlives a reload, and its link shows it to others.

Only the browser that started a sweep may steer it. Without a sweep the page shows a recorded one.
Other page servers of a cluster show the runs of a sweep, but not its page.
"""

import secrets
import threading
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lib.data import DATASETS
from lib.results import TITLE
from lib.sweep import READY, Plan, Runner
from lib.training import KEEP_SECONDS, MAX_SWEEPS, WATCH_SECONDS, Visitor, sweep_refusal
from lib.ui import runs
from lib.ui.address import page_value, set_page_value
from lib.ui.session import Loaded, session
from lib.ui.text import plain

KEYS = ("sweep", "ready", "vary", "each", "at", "relative")  # of the page, in the address
MOST = 24  # sweeps kept, of which MAX_SWEEPS may go on; then finished ones are forgotten
GONE = "The link's sweep is gone{}: sweeps last a few hours, and not beyond a restart."
UNWATCHED = "nobody watched it, and another sweep needed its place. Press Start to train it again."


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep that was started here, or a recorded one."""

    id: str  # "" for a recorded sweep
    runner: Runner
    data: str  # the title of its data
    owner: runs.Owner
    visitor: Visitor  # who started it

    @property
    def title(self) -> str:
        """The title that this browser may see: the name of an upload is its owner's."""
        return TITLE if self.is_redacted else self.data

    @property
    def is_redacted(self) -> bool:
        """Whether this browser may not see the names in somebody else's upload."""
        return self.owner.table is not None and not self.is_mine

    @property
    def is_mine(self) -> bool:
        """Whether this browser started it, and may steer it."""
        return runs.is_mine(self.id, self.owner)


_SWEEPS: dict[str, Sweep] = {}  # Sweeps by id, of all sessions of this server
_LOCK = threading.Lock()  # held while a place for a new sweep is found and taken


def shown() -> Sweep:
    """The address's sweep, else this browser's newest, else a recorded one; marks it as watched."""
    sweep, known = _SWEEPS.get(page_value("sweep")), list(_SWEEPS.values())
    if not (page_value("sweep") or page_value("ready")):
        sweep = next((each for each in reversed(known) if each.is_mine), None)
    if sweep is None:
        ready = READY.get(page_value("ready")) or next(iter(READY.values()))
        runner = Runner(ready.plan, runs.client(), done=ready.recorded)
        return Sweep("", runner, DATASETS[ready.data].title, runs.NOBODY, Visitor(None))
    sweep.runner.watch()
    for point in sweep.runner.results:
        runs.adopt(point["run"], sweep.owner)
    return sweep


def begin(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it, and stop this browser's others; notify if there are too many."""
    visitor = runs.visitor()
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    owner = runs.Owner(visitor.browser, table, is_listed=False)
    # An upload's rows would go along with each of its runs: those are shown here alone.
    card = (lambda _: b"") if table else partial(runs.card_for, owner=owner)
    runner = Runner(plan, runs.client(), table, card=card, rests=True)
    sweep = Sweep(secrets.token_hex(8), runner, loaded.dataset.title, owner, visitor)
    with _LOCK:  # two sessions must not both take the last place
        refusal = _make_room(visitor)
        if not refusal:
            _SWEEPS[sweep.id] = sweep
    if refusal:
        st.toast(plain(refusal), icon=":material/block:", duration="infinite")
        return
    session().started.add(sweep.id)
    set_page_value("sweep", sweep.id)
    runner.start()


def _make_room(visitor: Visitor) -> str:
    """Stop and forget sweeps so that one more can start; returns why it can't, else ""."""
    known = list(_SWEEPS.values())
    others = [each for each in known if not (each.is_mine or each.runner.state.is_over)]
    watched = [each for each in others if each.runner.unwatched_seconds < WATCH_SECONDS]
    if refusal := sweep_refusal(visitor, [each.visitor for each in watched]):
        return refusal
    if len(others) >= MAX_SWEEPS:  # some aren't watched
        max(others, key=lambda each: each.runner.unwatched_seconds).runner.stop(UNWATCHED)
    for other in known:
        if other.is_mine:
            other.runner.stop()
        if other.runner.state.is_over and other.runner.unwatched_seconds >= KEEP_SECONDS:
            del _SWEEPS[other.id]
    over = [each.id for each in _SWEEPS.values() if each.runner.state.is_over]
    for old in over[: max(0, len(_SWEEPS) + 1 - MOST)]:
        del _SWEEPS[old]
    return ""
