"""The sweeps of a server: each outlives a reload of its page, and whoever has its link watches.

Only the browser that started one may steer it. What is shown without one is a recorded sweep.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lib.datasets import DATASETS
from lib.redaction import TITLE
from lib.sweep.plan import Plan
from lib.sweep.rows import READY
from lib.sweep.runner import Runner
from lib.ui import runs
from lib.ui.address import page_value, set_page_value
from lib.ui.browser import browser_id
from lib.ui.session import Loaded, session
from lib.ui.sweep import elsewhere
from lib.ui.sweep.elsewhere import FarRunner, Teller

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
    runner: Runner | FarRunner
    data: str
    """The title of its data."""
    owner: runs.Owner
    tell: Callable[[], None] = lambda: None
    """Tells the other page servers of a cluster how it stands."""
    forget: Callable[[], None] = lambda: None
    """Lets go of what other servers say of it."""

    @property
    def title(self) -> str:
        """The same as this browser may see it: the name of an upload is its owner's."""
        return self.data if self.owner.table is None or self.is_mine else TITLE

    @property
    def is_mine(self) -> bool:
        """Whether this browser started it, and may steer it."""
        return runs.is_mine(self.id, self.owner)


_SWEEPS: dict[str, Sweep] = {}
"""By id, of all sessions of this server."""


def shown() -> Sweep:
    """The address's sweep, else this browser's newest, else a recorded one; it is watched now."""
    sweep, known = _find(page_value("sweep")), list(_SWEEPS.values())
    if not (page_value("sweep") or page_value("ready")):
        sweep = next((each for each in reversed(known) if each.is_mine), None)
    if sweep is None:
        ready = READY.get(page_value("ready")) or next(iter(READY.values()))
        runner = Runner(ready.plan, runs.client(), done=ready.recorded)
        return Sweep("", runner, DATASETS[ready.data].title, runs.NOBODY)
    sweep.runner.watch()
    sweep.tell()
    for point in sweep.runner.results:
        runs.adopt(point["run"], sweep.owner)
    return sweep


def _find(sweep_id: str) -> Sweep | None:
    """A sweep by its id, whichever page server trains it."""
    shared = runs.client().shared
    if sweep_id in _SWEEPS or not sweep_id or shared is None:
        return _SWEEPS.get(sweep_id)
    if (found := elsewhere.find(shared, sweep_id)) is None:
        return None
    runner, note = found
    owner = runs.Owner(note.browser, None, is_listed=False)
    far = Sweep(sweep_id, runner, note.title, owner, forget=runner.forget)
    return _SWEEPS.setdefault(sweep_id, far)


def _forget(sweep_id: str) -> None:
    if sweep := _SWEEPS.pop(sweep_id, None):
        sweep.forget()


def begin(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it; others of this browser are stopped."""
    for other in list(_SWEEPS.values()):  # a list: other sessions begin some, too
        if other.is_mine:
            other.runner.stop()
        if isinstance(other.runner, Runner) and other.runner.is_forgotten:
            _forget(other.id)
    over = [each.id for each in list(_SWEEPS.values()) if each.runner.state.is_over]
    for old in over[: max(0, len(_SWEEPS) + 1 - MOST)]:
        _forget(old)
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    owner = runs.Owner(browser_id(), table, is_listed=False)
    sweep_id, title = secrets.token_hex(8), loaded.dataset.title
    told = title if table is None else TITLE
    teller = Teller(runs.client().shared, sweep_id, told, owner.browser)
    # An upload's rows would go along with each of its runs: those are shown here alone.
    card = (lambda _: b"") if table else partial(runs.card_for, owner=owner)
    runner = Runner(plan, runs.client(), table, card=card, rests=True)
    teller.follow(runner)
    sweep = Sweep(sweep_id, runner, title, owner, teller.tell, teller.forget)
    _SWEEPS[sweep.id] = sweep
    session().run.started.add(sweep.id)
    set_page_value("sweep", sweep.id)
    runner.start(teller.tell)
