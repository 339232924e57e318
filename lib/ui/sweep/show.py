"""A sweep as it goes: buttons, progress, and its pictures with what was found. One fragment."""

from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from lib.english import number
from lib.experiment import MODES as WORDS
from lib.figures.palette import Palette
from lib.figures.sweep import curve_figure, map_figure, parallel_figure
from lib.narrate.sweep import found_details, found_takeaway
from lib.sweep.plan import Plan
from lib.sweep.runner import State
from lib.swept import MODES, PointResult, axes_of, findings, named
from lib.toml import beside
from lib.ui import runs
from lib.ui.fragment import fragment
from lib.ui.linked import Linked, linked_buttons, linked_toggle
from lib.ui.load import turn
from lib.ui.session import Loaded
from lib.ui.steady import steady_chart
from lib.ui.sweep.sweeps import Shown, begin, may_steer, shown
from lib.ui.text import hint, press, takeaway

LOOK_SECONDS = 1.0
RELATIVE = Linked("relative", ("", "yes"), 0, "sweep_relative")
SAID: dict[str, str] = beside(__file__)
"""By state: a badge, and what it means."""


def show(plan: Plan | None, loaded: Loaded, palette: Palette) -> None:
    """Draw the sweep that is shown, and keep it up to date while it goes."""
    going = shown().is_going
    fragment(_panel, run_every=LOOK_SECONDS if going else None)(plan, loaded, palette, going)


def _panel(plan: Plan | None, loaded: Loaded, palette: Palette, going: bool) -> None:
    with turn(first=False):
        now = shown()
        if now.is_going != going:
            st.rerun()
        with st.container(horizontal=True, gap="xxsmall", key="sweep_controls"):
            _buttons(now, plan, loaded)
        _progress(now)
        takeaway(found_takeaway(now.points), *found_details(now.points))
        if now.points:
            _pictures(now, palette)
            st.html(_table(now.points))


def _buttons(now: Shown, plan: Plan | None, loaded: Loaded) -> None:
    """Start, pause or go on, stop; what can't be done is dimmed."""
    state = now.progress.state if now.progress else State.DONE
    runner = now.sweep.runner if now.sweep and may_steer(now.sweep) else None
    idle = runner is None or state.is_over

    start = partial(begin, plan, loaded) if plan else _nothing
    press("Start", "play_arrow", "sweep_start", start, type="primary", disabled=not plan)
    paused = state is State.PAUSED
    act = (runner.go_on if paused else runner.pause) if runner else _nothing
    label, icon = ("Go on", "play_arrow") if paused else ("Pause", "pause")
    press(label, icon, f"sweep_{icon}", act, disabled=idle)
    press("Stop", "stop", "sweep_stop", runner.stop if runner else _nothing, disabled=idle)


def _nothing() -> None:
    """What a dimmed button does."""


def _progress(now: Shown) -> None:
    done, total = len(now.points), len(now.plan.points)
    state = f"{now.progress.state}" if now.progress else "example"
    words = f"{SAID[state]} {done} of {total} points"
    left = now.progress.seconds_left if now.progress else None
    if left is not None:
        unit, size = ("min", 60) if left > 90 else ("s", 1)
        words += f" · about {number(left / size, 2)} {unit} left"
    st.progress(now.progress.share if now.progress else 1.0, text=words)
    if now.sweep and not may_steer(now.sweep):
        hint(SAID["watching"])
    elif now.progress and now.progress.reason:
        hint(now.progress.reason)


def _pictures(now: Shown, palette: Palette) -> None:
    """A curve of one setting; of two a curve for each value of the other, and maps; else lines."""
    points, words = now.points, found_takeaway(now.points)
    axes = sorted(axes_of(points), key=lambda axis: not axis.is_number)
    if len(axes) > 2:
        steady_chart(parallel_figure(points, palette), words, "sweep_parallel")
        return
    with st.container(horizontal=True, key="sweep_pickers"):
        relative = linked_toggle("As a share of the best guess's", RELATIVE)
        if len(axes) == 2:
            other = axes[1]
            texts = [f"{value}" for value in other.values]
            choice = Linked("at", texts, 0, f"sweep_at_{other.key}_{len(texts)}")
            names = [*map(other.name, other.values)]
            at = linked_buttons(other.key, names, choice, label_visibility="collapsed")
            points = tuple(p for p in points if p.values[other.key] == other.values[at])
    curve = curve_figure(points, axes[0].key, palette, relative=relative)
    steady_chart(curve, words, "sweep_curve")
    if len(axes) == 2:
        keys = axes[0].key, axes[1].key
        for what in ("difference", *MODES):
            steady_chart(map_figure(now.points, keys, what, palette), words, f"sweep_{what}")


def _table(points: Sequence[PointResult]) -> str:
    """All points with links to their runs in Explore; to their settings where there is no run."""
    clear = {found.point: found.clear for found in findings(points)}
    head = "".join(f"<th>{w}</th>" for w in ("Open in Explore", *(WORDS[m].label for m in MODES)))
    rows = []
    for point in points:
        run = f"&run={point.run_id}" if runs.client().get(point.run_id) else ""
        link = f'<a href="./?{escape(point.settings + run)}">{escape(named(point.values))}</a>'
        cells = [number(float(np.median(point.errors(mode)))) for mode in MODES]
        if better := clear.get(point):
            best = MODES.index(better)
            cells[best] = f"<b>{cells[best]}</b>"
        said = f"<td>{'</td><td>'.join(cells)}</td>"
        if not point.is_finished:
            said = f'<td colspan="2">{point.status}: {escape(point.reason)}</td>'
        rows.append(f"<tr><td>{link}</td>{said}</tr>")
    caption = "Median error at the last step; bold where one mode is clearly better"
    body = f"<caption>{caption}</caption><tr>{head}</tr>{''.join(rows)}"
    region = 'class="points" tabindex="0" role="region" aria-label="All points"'
    return f"<div {region}><table>{body}</table></div>"
