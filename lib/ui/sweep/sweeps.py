"""The sweeps of a page server, and the shown one: buttons, progress, and pictures with findings.

Each outlives a reload, and its link shows it to others; only the browser that started it may steer
it. Without a sweep the page shows a recorded one. Other page servers of a cluster show the runs of
a sweep, but not its page.
"""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from lib import charts, results
from lib.charts import Palette
from lib.data import DATASETS
from lib.experiment import MODES as WORDS
from lib.results import TITLE, PointResult
from lib.sweep import READY, Plan, Runner, State
from lib.text import beside, duration, number, sentence
from lib.training import KEEP_SECONDS, MAX_SWEEPS, WATCH_SECONDS, sweep_refusal
from lib.ui import runs
from lib.ui.address import page_value, set_page_value
from lib.ui.browser import browser_id
from lib.ui.fragment import following_fragment
from lib.ui.linked import Linked, linked_buttons, linked_toggle
from lib.ui.session import Loaded, session
from lib.ui.sweep.choose import RELATIVE
from lib.ui.text import hint, plain, press, steady_chart, takeaway

KEYS = ("sweep", "ready", "vary", "each", "at", "relative")  # of the page, in the address
MOST = 24  # sweeps kept, of which MAX_SWEEPS may go on; then finished ones are forgotten
GONE = "The link's sweep is gone{}: sweeps last a few hours, and not beyond a restart."
UNWATCHED = "nobody watched it, and another sweep needed its place. Press Start to train it again."
LOOK_SECONDS = 1.0
SAID: dict[str, str] = beside(__file__)  # badges by the sweep's state, and sentences
_HTML = charts.templates(
    __file__, MODES=results.MODES, WORDS=WORDS, named=results.named, number=number
)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep that was started here, or a recorded one."""

    id: str  # "" for a recorded sweep
    runner: Runner
    data: str  # the title of its data
    owner: runs.Owner

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
        return Sweep("", runner, DATASETS[ready.data].title, runs.NOBODY)
    sweep.runner.watch()
    for point in sweep.runner.results:
        runs.adopt(point["run"], sweep.owner)
    return sweep


def begin(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it, and stop this browser's others; notify if there are too many."""
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    owner = runs.Owner(browser_id(), table, is_listed=False)
    # An upload's rows would go along with each of its runs: those are shown here alone.
    card = (lambda _: b"") if table else partial(runs.card_for, owner=owner)
    runner = Runner(plan, runs.client(), table, card=card, rests=True)
    sweep = Sweep(secrets.token_hex(8), runner, loaded.dataset.title, owner)
    with _LOCK:  # two sessions must not both take the last place
        refusal = _make_room(owner.browser)
        if not refusal:
            _SWEEPS[sweep.id] = sweep
    if refusal:
        st.toast(plain(refusal), icon=":material/block:", duration="infinite")
        return
    session().started.add(sweep.id)
    set_page_value("sweep", sweep.id)
    runner.start()


def _make_room(browser: str | None) -> str:
    """Stop and forget sweeps so that one more can start; returns why it can't, else ""."""
    known = list(_SWEEPS.values())
    others = [each for each in known if not (each.is_mine or each.runner.state.is_over)]
    watched = [each for each in others if each.runner.unwatched_seconds < WATCH_SECONDS]
    if refusal := sweep_refusal(browser, [each.owner.browser for each in watched]):
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


def show(plan: Plan | None, loaded: Loaded, palette: Palette) -> None:
    """Draw the shown sweep, and keep it up to date while it may change by itself."""

    def may_change(sweep: Sweep) -> bool:
        if sweep.is_mine:
            return sweep.runner.state is State.GOING
        return bool(sweep.id) and not sweep.runner.state.is_over  # its owner may resume it

    following_fragment(shown, partial(_panel, plan, loaded, palette), may_change, LOOK_SECONDS)


def _panel(plan: Plan | None, loaded: Loaded, palette: Palette, sweep: Sweep) -> None:
    _buttons(sweep, plan, loaded)
    points = sweep.runner.results
    _progress(sweep, plan, loaded, len(points))
    words = charts.found_takeaway(points) if sweep.runner.state.is_over else SAID["early"]
    takeaway(words, *charts.found_details(points))
    if points:
        _pictures(points, words, palette)
        st.html(_table(points, hides_columns=sweep.is_redacted))


def _buttons(sweep: Sweep, plan: Plan | None, loaded: Loaded) -> None:
    """Draw Start, Pause or Go on, and Stop."""
    runner, args = sweep.runner, (plan, loaded)
    idle = runner.state.is_over or not sweep.is_mine
    label, kind = ("Start", "primary") if idle else ("Start anew", "secondary")
    with st.container(horizontal=True, gap="xxsmall", key="sweep_controls"):
        press(label, "play_arrow", "sweep_start", begin, args=args, type=kind, disabled=not plan)
        act, label, icon = runner.pause, "Pause", "pause"
        if runner.state is State.PAUSED:
            act, label, icon = runner.go_on, "Go on", "play_arrow"
        press(label, icon, f"sweep_{icon}", act, disabled=idle)
        press("Stop", "stop", "sweep_stop", runner.stop, disabled=idle)


def _progress(sweep: Sweep, plan: Plan | None, loaded: Loaded, done: int) -> None:
    runner = sweep.runner
    state = f"{runner.state}" if sweep.id else "example"
    words = f"{SAID[state]} {done} of {len(runner.plan.points)} points"
    if (left := runner.seconds_left) is not None:
        words += f" · {duration(left)} left"
    st.progress(runner.share, text=words)
    if runner.error:
        why = "" if sweep.is_redacted else f": {runner.error}"  # it may name columns of the upload
        hint(plain(sentence(f"It ended by itself{why}")))
    elif sweep.id and not sweep.is_mine:
        hint(SAID["watching"])
    elif not sweep.id:
        hint(SAID["recorded"].format(start=runs.client().unavailable or SAID["start"]))
    of_sidebar = loaded.dataset.title
    if sweep.title != of_sidebar:
        hint(SAID["other_data"].format(plain(sweep.title), plain(of_sidebar)))
    elif plan and not sweep.is_redacted:
        shown, planned = ([p.experiment for p in each.points] for each in (runner.plan, plan))
        if shown != planned:
            hint(SAID["other_settings"])


def _pictures(points: Sequence[PointResult], words: str, palette: Palette) -> None:
    """Draw a curve of one setting; for two also maps; for more, parallel coordinates."""
    axes = results.axes_of(points)
    if len(axes) > 2:
        steady_chart(charts.parallel_figure(points, palette), words, "sweep_parallel")
        return
    across, *others = sorted(axes, key=lambda key: not results.is_number(key))
    of_curve = points
    with st.container(horizontal=True, key="sweep_pickers"):
        relative = linked_toggle("As a share of the best guess's", RELATIVE)
        for key in others:
            values = axes[key]
            choice = Linked("at", [f"{v}" for v in values], 0, f"sweep_at_{key}_{len(values)}")
            names = [results.worded(key, value) for value in values]
            at = linked_buttons(key, names, choice, label_visibility="collapsed")
            of_curve = [point for point in points if point.values[key] == values[at]]
    curve = charts.curve_figure(of_curve, across, palette, relative=relative)
    steady_chart(curve, words, "sweep_curve")
    for key in others:
        for what in ("difference", *results.MODES):
            figure = charts.map_figure(points, (across, key), what, palette)
            steady_chart(figure, words, f"sweep_{what}")


def _table(points: Sequence[PointResult], *, hides_columns: bool) -> str:
    """A table of all points with links to their runs, or else their settings, in Explore."""
    found, rows = results.findings(points), []
    for point in points:
        run = f"&run={point['run']}" if runs.client().get(point["run"]) else ""
        better = results.clear_mode(found[point]) if point in found else ""
        hidden = results.COLUMN_SETTINGS if hides_columns else ()
        kept = [each for each in parse_qsl(point["settings"]) if each[0] not in hidden]
        rows.append((point, urlencode(kept) + run, better))
    return str(_HTML.points(rows, hides_columns))
