"""The Sweep page: the form of the next sweep, the sweeps of a page server, and the shown one.

Each sweep outlives a reload, and its link shows it to others on this page server; only the browser
that started it may steer it. Without a sweep the page shows a recorded one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from lib import charts, results, sweep
from lib.data import DATASETS
from lib.experiment import SETTINGS, ExperimentError
from lib.results import HIDDEN_TITLE, VARIABLE, PointResult, Status
from lib.sweep import READY, Plan, Ready, Runner
from lib.text import beside, counted, duration, joined, with_full_stop
from lib.training import KEEP_SECONDS, MAX_SWEEPS, WATCH_SECONDS, sweep_refusal
from lib.ui import runs, widgets
from lib.ui.address import change, page_value, set_page_value, set_page_values
from lib.ui.browser import browser_id
from lib.ui.fragment import following_fragment
from lib.ui.session import Loaded, session
from lib.ui.widgets import Linked, hint, plain, press

KEYS = ("sweep", "ready", "vary", "each", "at", "relative")  # of the page, in the address
SEEDS = Linked("each", ("1", "4", "8", "16"), 1, "sweep_seeds")
RELATIVE = Linked("relative", ("", "yes"), 0, "sweep_relative")
MOST = 24  # sweeps kept, of which MAX_SWEEPS may go on; then finished ones are forgotten
GONE = "The link's sweep is gone{}: sweeps last a few hours, and not beyond a restart."
UNWATCHED = "nobody watched it, and another sweep needed its place. Press Start to train it again."
LOOK_SECONDS = 1.0
TEXTS: dict[str, str] = beside(__file__)  # badges by the sweep's state, and sentences


def draw_form(loaded: Loaded) -> Plan | None:
    """Draw the form of the next sweep; returns its plan, or None after showing why not."""
    can = sweep.offered(loaded.experiment)
    pairs = (part.partition("=")[::2] for part in page_value("vary").split(";"))
    typed = {key: text for key, text in pairs if key in can}
    typed = typed or {key: VARIABLE[key]["values"] for key in can[:1]}
    st.markdown("### What varies")
    widgets.set_widget("sweep_keys", list(typed))
    hover = "Each value of each with each of the others; all else is as in the sidebar."
    labels: dict[str, str] = {key: VARIABLE[key]["label"] for key in can}
    picked: Any = {"key": "sweep_keys", "on_change": _write_vary, "format_func": labels.__getitem__}
    st.multiselect("Settings", can, help=hover, **picked)
    for key, text in typed.items():
        label, options, name = labels[key], SETTINGS[key].options, f"sweep_{key}"
        if options:
            widgets.set_widget(name, [word for word in text.split(",") if word in options])
            say = partial(results.value_words, key)
            st.multiselect(label, list(options), format_func=say, key=name, on_change=_write_vary)
        else:
            widgets.set_widget(name, text)
            st.text_input(f"{label}, with commas between", key=name, on_change=_write_vary)
    widgets.linked_buttons("Seeds", SEEDS.texts, SEEDS)
    plan = _plan(loaded, [f"{key}={text}" for key, text in typed.items()])
    for name, ready in READY.items():
        act = partial(_use_ready_sweep, ready)
        st.button(ready.title, f"ready_{name}", ready.about, on_click=act, width="stretch")
    return plan


def _plan(loaded: Loaded, vary: list[str]) -> Plan | None:
    """Show the size of the plan and return it; None where it can't be trained."""
    seeds, table = int(SEEDS.texts[SEEDS.index]), session().upload.table
    with st.container():
        try:
            plan = sweep.make_plan(loaded.experiment, sweep.parse_vary(vary), seeds, table)
        except ExperimentError as error:
            text = with_full_stop(f"This can't be swept: {error}")
            st.error(plain(text), icon=":material/error:")
            return None
        seconds = sweep.estimated_seconds(plan, loaded.dataset, runs.client().pool.places)
        points = len(plan.points)
        many = f"{counted(points, 'point')} × {counted(seeds, 'seed')}: {points * seeds}"
        hint(f"{many} of at most {sweep.MOST_RUNS} runs, in {duration(seconds)}.")
        for note in plan.notes[:3]:
            hint(note)
    return None if loaded.obstacle else plan


def _write_vary() -> None:
    """Write the picked settings and their values into the address."""
    texts, keys = {}, st.session_state.get("sweep_keys")
    if keys is None:  # another run of the page has dropped it
        return
    # A click may come after other data no longer have the setting; then Streamlit gives its label.
    for key in (key for key in keys if key in VARIABLE):
        picked = st.session_state.get(f"sweep_{key}", VARIABLE[key]["values"])
        texts[key] = picked if isinstance(picked, str) else ",".join(picked)
    set_page_value("vary", ";".join(f"{key}={text}" for key, text in texts.items()))


def _use_ready_sweep(ready: Ready) -> None:
    """Take over the settings and the form of a recorded sweep, and show it."""
    base = sweep.base_of(ready.data, ready.settings)
    change({key: base.get(key) for key in SETTINGS if key != "seeds"})
    own = {"vary": ";".join(ready.vary), "each": f"{ready.seeds}", "ready": ready.name}
    own["relative"] = "yes" if ready.relative else ""
    set_page_values({**own, "sweep": "", "at": ""})


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep that was started here, or a recorded one."""

    id: str  # "" for a recorded sweep
    runner: Runner
    data: str  # the title of its data
    record: runs.RunRecord  # of its runs

    @property
    def is_mine(self) -> bool:
        """Whether this browser started it, and may steer it."""
        return runs.is_mine(self.id, self.record)

    @property
    def is_redacted(self) -> bool:
        """Whether this browser may not see the names in somebody else's upload."""
        return self.record.table is not None and not self.is_mine

    @property
    def title(self) -> str:
        """The title that this browser may see: the name of an upload is its owner's."""
        return HIDDEN_TITLE if self.is_redacted else self.data


_SWEEPS: dict[str, Sweep] = {}  # Sweeps by id, of all sessions of this server


def current_sweep() -> Sweep:
    """The address's sweep, else this browser's newest, else a recorded one; marks it as watched."""
    found, known = _SWEEPS.get(page_value("sweep")), list(_SWEEPS.values())
    if not (page_value("sweep") or page_value("ready")):
        found = next((each for each in reversed(known) if each.is_mine), None)
    if found is None:
        ready = READY.get(page_value("ready")) or next(iter(READY.values()))
        runner = Runner(ready.plan, runs.client(), done=ready.recorded)
        return Sweep("", runner, DATASETS[ready.data].title, runs.NOBODY)
    found.runner.watch()
    for point in found.runner.results:
        runs.adopt(point["run"], found.record)
    return found


def _start(plan: Plan, loaded: Loaded) -> None:
    """Start a sweep and show it, and stop this browser's others; notify if there are too many."""
    table = session().upload.table if loaded.experiment.data.name == "upload" else None
    record = runs.RunRecord(browser_id(), table, is_listed=False)
    # An upload's rows would go along with each of its runs: those are shown here alone.
    card = (lambda _: b"") if table else partial(runs.card_for, record=record)
    runner = Runner(plan, runs.client(), table, card=card, rests=True)
    new = Sweep(secrets.token_hex(8), runner, loaded.dataset.title, record)
    if refusal := _make_room(record.browser):
        st.toast(plain(refusal), icon=":material/block:", duration="infinite")
        return
    _SWEEPS[new.id] = new
    session().started.add(new.id)
    set_page_value("sweep", new.id)
    runner.start()


def _make_room(browser: str | None) -> str:
    """Stop and forget sweeps so that one more can start; returns why it can't, else ""."""
    known = list(_SWEEPS.values())
    others = [each for each in known if not (each.is_mine or each.runner.state.over)]
    watched = [each for each in others if each.runner.unwatched_seconds < WATCH_SECONDS]
    if refusal := sweep_refusal(browser, [each.record.browser for each in watched]):
        return refusal
    if len(others) >= MAX_SWEEPS:  # some aren't watched
        max(others, key=lambda each: each.runner.unwatched_seconds).runner.stop(UNWATCHED)
    for own in (each for each in known if each.is_mine):
        own.runner.stop()
    over = [each for each in known if each.runner.state.over]
    old = [each for each in over if each.runner.unwatched_seconds >= KEEP_SECONDS]
    for each in {*old, *over[: max(0, len(known) + 1 - MOST)]}:
        _SWEEPS.pop(each.id, None)
    return ""


def draw_sweep(plan: Plan | None, loaded: Loaded, palette: charts.Palette) -> None:
    """Draw the shown sweep, and keep it up to date while it may change by itself."""

    def may_change(now: Sweep) -> bool:
        if now.is_mine:
            return now.runner.state is Status.RUNNING
        return bool(now.id) and not now.runner.state.over  # its owner may resume it

    draw = partial(_draw_panel, plan, loaded, palette)
    following_fragment(current_sweep, draw, may_change, LOOK_SECONDS)


def _draw_panel(plan: Plan | None, loaded: Loaded, palette: charts.Palette, now: Sweep) -> None:
    """Draw the buttons, the progress, the finding and the pictures of a sweep."""
    runner, args, points = now.runner, (plan, loaded), now.runner.results
    idle = runner.state.over or not now.is_mine
    label, kind = ("Start", "primary") if idle else ("Start anew", "secondary")
    with st.container(horizontal=True, gap="xxsmall", key="sweep_controls"):
        press(label, "play_arrow", "sweep_start", _start, args=args, type=kind, disabled=not plan)
        if runner.state is Status.PAUSED:
            press("Go on", "play_arrow", "sweep_play_arrow", runner.go_on, disabled=idle)
        else:
            press("Pause", "pause", "sweep_pause", runner.pause, disabled=idle)
        press("Stop", "stop", "sweep_stop", runner.stop, disabled=idle)
    _draw_progress(now, plan, loaded, len(points))
    text = charts.sweep.found_takeaway(points) if runner.state.over else TEXTS["early"]
    widgets.takeaway(text, *charts.sweep.found_details(points))
    if points:
        _draw_pictures(points, text, palette)
        st.html(_table(points, hides_columns=now.is_redacted))


def _draw_progress(now: Sweep, plan: Plan | None, loaded: Loaded, done: int) -> None:
    """Draw the progress bar, and how these results differ from what Start would do."""
    runner, title = now.runner, loaded.dataset.title
    text = f"{TEXTS[runner.state if now.id else 'example']} {done} of {len(runner.plan.points)}"
    left = "" if runner.seconds_left is None else f" · {duration(runner.seconds_left)} left"
    st.progress(runner.share, text=f"{text} points{left}")
    if runner.error:
        why = "" if now.is_redacted else f": {runner.error}"  # it may name columns of the upload
        hint(with_full_stop(f"It ended by itself{why}"))
    elif not now.id:
        hint(TEXTS["recorded"].format(start=runs.client().pool.unavailable or TEXTS["start"]))
    elif not now.is_mine:
        hint(TEXTS["watching"])
    if now.title != title:
        hint(TEXTS["other_data"].format(plain(now.title), plain(title)))
    elif plan and not now.is_redacted:
        swept, planned = ([p.experiment for p in each.points] for each in (runner.plan, plan))
        if swept != planned:
            hint(TEXTS["other_settings"])


def _draw_pictures(points: Sequence[PointResult], text: str, palette: charts.Palette) -> None:
    """Draw curves over one setting for picked values of others, and maps of two settings."""
    axes = results.axes_of(points)
    across, *others = sorted(axes, key=lambda key: not results.is_number(key))
    combined = list(product(*(axes[key] for key in others)))
    with st.container(horizontal=True, key="sweep_pickers"):
        relative = widgets.linked_toggle("As a share of the best guess's", RELATIVE)
        texts = [",".join(map(str, values)) for values in combined]
        names = [", ".join(map(results.value_words, others, values)) for values in combined]
        choice = Linked("at", texts, 0, f"sweep_at_{'_'.join(others)}_{len(combined)}")
        at = widgets.linked_buttons(joined(others), names, choice, label_visibility="collapsed")
    picked = dict(zip(others, combined[at], strict=True))
    of_curve = [p for p in points if all(p.values[k] == value for k, value in picked.items())]
    curve = charts.sweep.curve_figure(of_curve, across, palette, relative=relative)
    widgets.steady_chart(curve, text, "sweep_curve")
    for key in others if len(others) == 1 else ():
        for what in ("difference", *results.BOTH_MODES):
            figure = charts.sweep.map_figure(points, (across, key), what, palette)
            widgets.steady_chart(figure, text, f"sweep_{what}")


def _table(points: Sequence[PointResult], *, hides_columns: bool) -> str:
    """An HTML table of all points, with links that open their runs or settings in Explore."""
    found, rows = results.findings(points), []
    hidden = results.COLUMN_KEYS if hides_columns else ()
    for point in points:
        run = f"&run={point['run']}" if runs.client().get(point["run"]) else ""
        better = results.clear_mode(found[point]) if point in found else ""
        kept = [each for each in parse_qsl(point["settings"]) if each[0] not in hidden]
        rows.append((point, results.point_words(point.values), urlencode(kept) + run, better))
    return charts.render("ui/sweeps.html", "points", rows, hides_columns)
