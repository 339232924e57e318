"""A sweep in progress: buttons, progress, and pictures with the findings, as one fragment."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from lib import charts, results
from lib.charts import Palette
from lib.experiment import MODES as WORDS
from lib.results import PointResult
from lib.sweep import Plan, State
from lib.text import beside, duration, number, sentence
from lib.ui import runs
from lib.ui.fragment import following_fragment
from lib.ui.linked import Linked, linked_buttons, linked_toggle
from lib.ui.session import Loaded
from lib.ui.sweep.choose import RELATIVE
from lib.ui.sweep.sweeps import Sweep, begin, shown
from lib.ui.text import hint, plain, press, steady_chart, takeaway

LOOK_SECONDS = 1.0
SAID: dict[str, str] = beside(__file__)  # badges by the sweep's state, and sentences
_HTML = charts.templates(
    __file__, MODES=results.MODES, WORDS=WORDS, named=results.named, number=number
)


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
