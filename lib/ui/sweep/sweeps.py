"""The sweeps of a page server: each outlives a reload, and whoever has its link watches.

Only the browser that started one may steer it. What is shown without one is a recorded sweep. Other
page servers of a cluster show the runs of a sweep, but not its page.
"""

import secrets
from dataclasses import dataclass
from functools import partial

from lib.datasets import DATASETS
from lib.sweep.plan import Plan
from lib.sweep.rows import READY
from lib.sweep.runner import Runner
from lib.ui import runs
from lib.ui.address import page_value, set_page_value
from lib.ui.browser import browser_id
from lib.ui.session import Loaded, session

KEYS = ("sweep", "ready", "vary", "each", "at", "relative")
"""The page's own in the address: a sweep's id or a ready one's name, and what is picked."""
MOST = 24
"""Sweeps that are kept; of more the oldest that are over are forgotten."""
GONE = "The link's sweep is gone: sweeps last a few hours, and not beyond a restart."


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """One that was started here, or a recorded one."""

    id: str
    """"" of a recorded one."""
    runner: Runner
    title: str
    """Of its data."""
    owner: runs.Owner

    @property
    def is_mine(self) -> bool:
        """Whether this browser started it, and may steer it."""
        return runs.is_mine(self.id, self.owner)


_SWEEPS: dict[str, Sweep] = {}
"""By id, of all sessions of this server."""


def shown() -> Sweep:
    """The address's sweep, else this browser's newest, else a recorded one; it is watched now."""
    sweep, known = _SWEEPS.get(page_value("sweep")), list(_SWEEPS.values())
    if not (page_value("sweep") or page_value("ready")):
        sweep = next((each for each in reversed(known) if each.is_mine), None)
    if sweep is None:
        ready = READY.get(page_value("ready")) or next(iter(READY.values()))
        runner = Runner(ready.plan, runs.client(), done=ready.recorded)
        return Sweep("", runner, DATASETS[ready.data].title, runs.NOBODY)
    sweep.runner.watch()
    for point in sweep.runner.results:
        runs.adopt(point["run"], sweep.owner)
    return sweep


def begin(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it; others of this browser are stopped."""
    for other in list(_SWEEPS.values()):  # a list: other sessions begin some, too
        if other.is_mine:
            other.runner.stop()
        if other.runner.is_forgotten:
            _SWEEPS.pop(other.id, None)
    over = [each.id for each in list(_SWEEPS.values()) if each.runner.state.is_over]
    for old in over[: max(0, len(_SWEEPS) + 1 - MOST)]:
        _SWEEPS.pop(old, None)
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    owner = runs.Owner(browser_id(), table, is_listed=False)
    # An upload's rows would go along with each of its runs: those are shown here alone.
    card = (lambda _: b"") if table else partial(runs.card_for, owner=owner)
    runner = Runner(plan, runs.client(), table, card=card, rests=True)
    sweep = Sweep(secrets.token_hex(8), runner, loaded.dataset.title, owner)
    _SWEEPS[sweep.id] = sweep
    session().run.started.add(sweep.id)
    set_page_value("sweep", sweep.id)
    runner.start()
