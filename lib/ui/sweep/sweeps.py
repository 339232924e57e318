"""The sweeps of a server: each outlives a reload of its page, and whoever has its link watches.

Only the browser that started one may steer it. What is shown without one is a recorded sweep.
"""

import secrets
from dataclasses import dataclass

import streamlit as st

from lib.sweep.plan import Plan
from lib.sweep.ready import READY, recorded
from lib.sweep.runner import Progress, Runner, State
from lib.swept import PointResult
from lib.ui import runs
from lib.ui.address import page_value, set_page_value
from lib.ui.browser import browser_id
from lib.ui.made import dataset_of
from lib.ui.session import Loaded, session

KEYS = ("sweep", "ready", "vary", "each", "at", "relative")
"""The page's own in the address: a sweep's id or a ready one's name, and what is picked."""
MOST = 24
"""Sweeps that are kept; of more the oldest that are over are forgotten."""
GONE = "The link's sweep is gone: sweeps last until the server restarts, or many others have come."


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """One that was started here."""

    id: str
    runner: Runner
    title: str
    """Of its data."""
    owner: runs.Owner


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the page shows now."""

    title: str
    plan: Plan
    points: tuple[PointResult, ...]
    sweep: Sweep | None = None
    progress: Progress | None = None

    @property
    def is_going(self) -> bool:
        """Whether results come by themselves."""
        return self.progress is not None and self.progress.state is State.GOING


@st.cache_resource(show_spinner=False)
def _sweeps() -> dict[str, Sweep]:
    return {}


def shown() -> Shown:
    """The sweep that the address names, which has been watched with this; else a recorded one."""
    if sweep := _sweeps().get(page_value("sweep")):
        progress, plan = sweep.runner.watch(), sweep.runner.plan
        for point in progress.results:
            runs.adopt(point.run_id, sweep.owner)
        return Shown(sweep.title, plan, progress.results, sweep, progress)
    ready = READY.get(page_value("ready")) or next(iter(READY.values()))
    title = dataset_of(ready.plan.points[0].experiment, None).title
    return Shown(title, ready.plan, recorded(ready.name))


def is_gone() -> bool:
    """Whether the address names a sweep that isn't known here."""
    return bool(name := page_value("sweep")) and name not in _sweeps()


def may_steer(sweep: Sweep) -> bool:
    """Whether this browser started it."""
    browser = sweep.owner.browser
    return sweep.id in session().run.sweeps or (browser is not None and browser == browser_id())


def begin(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it; others of this browser are stopped."""
    known, browser = _sweeps(), browser_id()
    for other in known.values():
        if may_steer(other):
            other.runner.stop()
    over = [each.id for each in known.values() if each.runner.progress().state.is_over]
    for old in over[: max(0, len(known) + 1 - MOST)]:
        known.pop(old, None)
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    runner = Runner(plan, runs.client(), table, rests=True)
    owner, title = runs.Owner(browser, table, is_listed=False), loaded.dataset.title
    sweep = Sweep(secrets.token_hex(8), runner, title, owner)
    known[sweep.id] = sweep
    session().run.sweeps.add(sweep.id)
    set_page_value("sweep", sweep.id)
    runner.start()
