"""The Sweep page: the form of the next sweep, the sweeps of a page server, and the shown sweep.

A sweep survives a reload, and its link shows it to others on this page server. Only the browser
that started the sweep controls it. If there is no sweep, the page shows a recorded sweep.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import streamlit as st

from lib import charts, export, results, sweep
from lib.data import DATASETS
from lib.experiment import SETTINGS, ExperimentError
from lib.results import VARIABLE, PointResult, Status
from lib.sweep import READY, Plan, Ready, Runner
from lib.text import beside, counted, duration, joined, listed, with_full_stop
from lib.training import KEEP_SECONDS, MAX_SWEEPS, WATCH_SECONDS, sweep_refusal
from lib.ui import runs, widgets
from lib.ui.address import change, page_value, set_page_value, set_page_values
from lib.ui.browser import browser_id, save_button
from lib.ui.fragment import following_fragment
from lib.ui.session import Loaded, session
from lib.ui.widgets import Linked, hint, plain, press

KEYS = ("sweep", "ready", "vary", "each", "at")  # the page's keys in the address
SEEDS = Linked("each", ("1", "4", "8", "16"), 1, "sweep_seeds")
MOST = 24  # sweeps in memory, at most MAX_SWEEPS of them unfinished; the oldest are dropped first
GONE = "The link's sweep is gone{}, or uses another user's file. A sweep is kept for a few hours."
UNWATCHED = "no page showed it, and another sweep needed its place. Press Start to run it again"
LOOK_SECONDS = 1.0
TEXTS: dict[str, str] = beside(__file__)


def draw_form(loaded: Loaded) -> Plan | None:
    """Draw the form of the next sweep; return its plan, or None after showing an error."""
    offered = sweep.offered(loaded.experiment)
    labels: dict[str, str] = {key: VARIABLE[key]["label"] for key in offered}
    parts = [part.partition("=") for part in page_value("vary").split(";") if part]
    of_link = {key: text for key, _, text in parts}
    typed = {key: text for key, text in of_link.items() if key in offered}
    if unknown := [key for key in of_link if key and key not in offered]:
        names = listed(VARIABLE.get(key, {"label": key})["label"] for key in unknown)
        text = TEXTS["unknown"].format(unknown=names, offered=joined([*labels.values()]))
        st.warning(plain(text), icon=":material/link_off:")
    usual = {key: ",".join(names) or VARIABLE[key]["values"] for key, names in offered.items()}
    typed = typed or dict([*usual.items()][:1])
    settings, values, seeds = st.columns([4, 4, 5])
    widgets.set_widget("sweep_keys", list(typed))
    hover = "Trains all combinations of the values. Other settings come from the sidebar."
    write = partial(_write_vary, usual)
    picked: Any = {"key": "sweep_keys", "on_change": write, "format_func": labels.__getitem__}
    settings.multiselect("Vary", list(offered), help=hover, **picked)
    for key, text in typed.items():
        label, options, name = labels[key], offered[key], f"sweep_{key}"
        control: Any = {"key": name, "on_change": write}
        if options:
            widgets.set_widget(name, [word for word in text.split(",") if word in options])
            control["format_func"] = partial(results.value_words, key)
            values.multiselect(f"Values of {label}", options, **control)
        else:
            widgets.set_widget(name, text)
            values.text_input(f"Values of {label}, separated by commas", **control)
    with seeds:
        widgets.linked_buttons("Seeds", SEEDS.texts, SEEDS)
        plan = _plan(loaded, [f"{key}={text}" for key, text in typed.items()])
    with st.container(horizontal=True, vertical_alignment="center", key="sweep_ready"):
        hint("Recorded sweeps")
        for name, ready in READY.items():
            act = partial(_use_ready_sweep, ready)
            st.button(ready.title, f"ready_{name}", ready.about, on_click=act)
    return plan


def _plan(loaded: Loaded, vary: list[str]) -> Plan | None:
    """Show the size of a sweep and return its plan; None if the sweep can't be trained."""
    seeds, table = int(SEEDS.texts[SEEDS.index]), session().upload.table
    with st.container():
        try:
            plan = sweep.make_plan(loaded.experiment, sweep.parse_vary(vary), seeds, table)
        except ExperimentError as error:
            text = with_full_stop(f"This sweep can't start: {error}")
            st.error(plain(text), icon=":material/error:")
            return None
        seconds = sweep.estimated_seconds(plan, loaded.dataset, runs.client().pool.places)
        points = len(plan.points)
        size = f"{counted(points, 'point')} × {counted(seeds, 'seed')} = {points * seeds} runs"
        hint(f"{size} (at most {sweep.MOST_RUNS}), {duration(seconds)}.")
        for note in plan.notes[:3]:
            hint(note)
    return None if loaded.obstacle else plan


def _write_vary(usual: Mapping[str, str]) -> None:
    """Write the picked settings into the address, each with its values or the `usual` values."""
    texts, keys = {}, st.session_state.get("sweep_keys")
    if keys is None:  # an overlapping script run has dropped the widget
        return
    # After a change of data, Streamlit may return a label in place of a key that isn't offered.
    for key in keys:
        if key in usual:
            picked = st.session_state.get(f"sweep_{key}", usual[key])
            texts[key] = picked if isinstance(picked, str) else ",".join(picked)
    set_page_value("vary", ";".join(f"{key}={text}" for key, text in texts.items()))


def _use_ready_sweep(ready: Ready) -> None:
    base = sweep.base_of(ready.data, ready.settings)
    change({key: base.get(key) for key in SETTINGS if key != "seeds"})
    values = {"vary": ";".join(ready.vary), "each": f"{ready.seeds}", "ready": ready.name}
    set_page_values({**values, "sweep": "", "at": ""})


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep of this page server, or a recorded sweep."""

    id: str  # "" for a recorded sweep
    runner: Runner
    title: str  # the title of its data
    record: runs.RunRecord  # the owner and the upload of its runs

    @property
    def is_mine(self) -> bool:
        """Whether this browser started the sweep and controls it."""
        return runs.is_mine(self.id, self.record)


_SWEEPS: dict[str, Sweep] = {}  # sweeps of all sessions of this page server, by id


def current_sweep() -> Sweep:
    """Return the address's sweep, else this browser's newest or a recorded one. Mark it watched."""
    found, known = _SWEEPS.get(page_value("sweep")), list(_SWEEPS.values())
    if not (page_value("sweep") or page_value("ready")):
        found = next((each for each in reversed(known) if each.is_mine), None)
    if found is None or (found.record.table is not None and not found.is_mine):
        ready = READY.get(page_value("ready")) or next(iter(READY.values()))
        runner = Runner(ready.plan, runs.client(), done=ready.recorded)
        return Sweep("", runner, DATASETS[ready.data].title, runs.NO_OWNER)
    found.runner.watch()
    for point in found.runner.results:
        runs.adopt(point["run"], found.record)
    return found


def _start(plan: Plan, loaded: Loaded) -> None:
    """Start and show a sweep, and stop this browser's others. If it can't start, show why."""
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    record = runs.RunRecord(browser_id(), table, is_listed=False)
    runner = Runner(plan, runs.client(), table, rests=True)
    new = Sweep(secrets.token_hex(8), runner, loaded.dataset.title, record)
    if refusal := _admit():
        st.toast(plain(refusal), icon=":material/block:", duration="infinite")
        return
    _SWEEPS[new.id] = new
    session().started.add(new.id)
    set_page_value("sweep", new.id)
    runner.start()


def _admit() -> str:
    """Stop and drop sweeps so that a new one can start. Return why it can't start, else ""."""
    known = list(_SWEEPS.values())
    unfinished = [each for each in known if not (each.is_mine or each.runner.state.over)]
    watched = [each for each in unfinished if each.runner.unwatched_seconds < WATCH_SECONDS]
    if refusal := sweep_refusal(len(watched)):
        return refusal
    if len(unfinished) >= MAX_SWEEPS:  # at least one of them is unwatched
        max(unfinished, key=lambda each: each.runner.unwatched_seconds).runner.stop(UNWATCHED)
    for each in known:
        if each.is_mine:
            each.runner.stop()
    over = [each for each in known if each.runner.state.over]
    old = [each for each in over if each.runner.unwatched_seconds >= KEEP_SECONDS]
    for each in {*old, *over[: max(0, len(known) + 1 - MOST)]}:
        _SWEEPS.pop(each.id, None)
    return ""


def draw_sweep(plan: Plan | None, loaded: Loaded, palette: charts.Palette) -> None:
    """Draw the shown sweep, and update it while it may change."""

    def may_change(now: Sweep) -> bool:
        if now.is_mine:
            return now.runner.state is Status.RUNNING
        return bool(now.id) and not now.runner.state.over  # the browser that started it may resume

    draw = partial(_draw_panel, plan, loaded, palette)
    following_fragment(current_sweep, draw, may_change, LOOK_SECONDS)


def _draw_panel(plan: Plan | None, loaded: Loaded, palette: charts.Palette, now: Sweep) -> None:
    """Draw the buttons, the progress, the takeaway, the charts and the table of a sweep."""
    runner, args, points = now.runner, (plan, loaded), now.runner.results
    idle = runner.state.over or not now.is_mine
    label, kind = ("Start", "primary") if idle else ("Restart", "secondary")
    with st.container(horizontal=True, vertical_alignment="center", key="sweep_controls"):
        press(label, "play_arrow", "sweep_start", _start, args=args, type=kind, disabled=not plan)
        if runner.state is Status.PAUSED:
            press("Resume", "play_arrow", "sweep_play_arrow", runner.resume, disabled=idle)
        else:
            press("Pause", "pause", "sweep_pause", runner.pause, disabled=idle)
        press("Stop", "stop", "sweep_stop", runner.stop, disabled=idle)
        text = f"{TEXTS[runner.state if now.id else 'example']} {len(points)}"
        left = "" if runner.seconds_left is None else f" · {duration(runner.seconds_left)} left"
        st.progress(runner.share, text=f"{text} of {len(runner.plan.points)} points{left}")
    if words := _state_words(now, plan, loaded):
        hint(words)
    text = charts.sweep.found_takeaway(points) if runner.state.over else TEXTS["early"]
    widgets.takeaway(text, *charts.sweep.found_details(points))
    if points:
        _draw_pictures(points, text, palette, is_over=runner.state.over)
        st.html(_table(points, is_over=runner.state.over))
        name = f"sweep-{'-'.join(points[0].values)}.csv"
        save_button("Download the table", partial(export.sweep_csv, points), name, "text/csv")


def _state_words(now: Sweep, plan: Plan | None, loaded: Loaded) -> str:
    """Return sentences on the sweep's state, and on how it differs from the form's sweep."""
    runner, title, sentences = now.runner, loaded.dataset.title, list[str]()
    if runner.error:
        sentences.append(with_full_stop(f"The sweep ended early: {runner.error}"))
    elif not now.id:
        start = loaded.obstacle or (TEXTS["start"] if now.title == title else "")
        sentences.append(TEXTS["recorded"].format(start=start))
    elif not now.is_mine:
        sentences.append(TEXTS["watching"])
    if now.title != title:
        sentences.append(TEXTS["other_data"].format(now.title, title))
    elif plan:
        swept = [point.experiment for point in runner.plan.points]
        if swept != [point.experiment for point in plan.points]:
            sentences.append(TEXTS["other_settings"])
    return " ".join(map(str.strip, sentences))


def _draw_pictures(
    points: Sequence[PointResult], text: str, palette: charts.Palette, *, is_over: bool
) -> None:
    """Draw curves over one setting for picked values of the others, and a map if two vary."""
    axes = results.axes_of(points)
    across, *others = sorted(axes, key=lambda key: not results.is_number(key))
    combined = list(product(*(axes[key] for key in others)))
    with st.container(horizontal=True, key="sweep_pickers"):
        texts = [",".join(map(str, values)) for values in combined]
        names = [", ".join(map(results.value_words, others, values)) for values in combined]
        choice = Linked("at", texts, 0, f"sweep_at_{'_'.join(others)}_{len(combined)}")
        at = widgets.linked_buttons(joined(others), names, choice, label_visibility="collapsed")
    picked = dict(zip(others, combined[at], strict=True))
    of_curve = [point for point in points if picked.items() <= point.values.items()]
    with st.container(key="sweep_pictures"):
        curve = charts.sweep.curve_figure(of_curve, across, palette)
        widgets.steady_chart(curve, text, "sweep_curve")
        if len(others) == 1:
            figure = charts.sweep.map_figure(points, (across, others[0]), palette, is_over=is_over)
            widgets.steady_chart(figure, text, "sweep_difference")


def _table(points: Sequence[PointResult], *, is_over: bool) -> str:
    """Return an HTML table of all points, with links to Explore; a clearly better mode is bold."""
    findings = results.findings(points) if is_over else {}  # p-values need all points
    rows = []
    for point in points:
        run = f"&run={point['run']}" if runs.client().get(point["run"]) else ""
        better = results.clear_mode(findings[point]) if point in findings else ""
        rows.append((point, results.point_words(point.values), point["settings"] + run, better))
    return charts.render("ui/sweeps.html", "points", rows)
