"""The Compare page: a list of runs, and charts of the runs that are picked from the list.

The address has the ids of picked runs, each with its name if the name is short and plain:
`runs=0123~Small,4567`. A recorded run's id is its data's key. Without ids, the page picks runs.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from lib import charts, results
from lib.data import DATASETS, suggested
from lib.experiment import MODES
from lib.results import LETTERS, Compared, compared_part, measure_of, same_data
from lib.text import capital, counted
from lib.training import recorded, with_seeds
from lib.ui import address, runs
from lib.ui.explore.live import STATUS_TEXTS
from lib.ui.fragment import following_fragment
from lib.ui.frame import PAGES
from lib.ui.session import session
from lib.ui.shown import dataset_of, draw_pickers
from lib.ui.streamlit_private import is_history_navigation
from lib.ui.widgets import bound, card, card_chart, hint, plain, press

KEY = "runs"  # the picked runs in the address
NOTHING = "-"  # the value of KEY after the user has unpicked all runs
USUAL = 3  # how many of the newest runs the page picks
STAND_INS = ("running_mean", "echo")  # data whose recorded runs fill a short list
GONE = "{} of the link or list {} gone or not shared{}. The server keeps runs for a few hours."
_PLAIN = re.compile(r"[\w .=+-]{1,24}")  # names that the address can contain
SECONDS = 1.0  # minimum seconds between two redraws, since each row has many elements


def find(run_id: str) -> Compared | None:
    """Return the run with this id: on this server, from a file, or recorded. None if unknown."""
    kept = session().kept
    if found := runs.look_at(run_id):
        run, snapshot = found
        mine, linked_name = runs.record_if_mine(run_id), session().compare.linked.get(run_id)
        name = (mine.name if mine else "") or linked_name or "another browser's run"
        return Compared(run.experiment, run.dataset, snapshot, run_id, name)
    if kept and run_id == kept.snapshot.run_id:
        content = kept.experiment, kept.dataset, kept.snapshot
        return Compared(*content, run_id, kept.name, is_kept=True)
    if run_id in DATASETS and run_id != "upload":
        dataset = dataset_of(suggested(run_id), None)
        experiment = with_seeds(suggested(run_id), dataset)
        if past := recorded(experiment):
            return Compared(experiment, dataset, past, run_id, dataset.title, is_recorded=True)
    return None


def settle_picks() -> bool:
    """Pick the runs that the address names. If some are gone, add a complaint and return False."""
    record, own, text = session().compare, _own(), address.page_value(KEY)
    if text != record.address_text:  # a link was opened, or Back was pressed
        parts = [each.partition("~") for each in text.split(",")[: len(LETTERS)]]
        named = {run_id: name for run_id, _, name in parts if run_id.strip(NOTHING)}
        named = {key: name if _PLAIN.fullmatch(name) else "" for key, name in named.items()}
        record.picks, record.address_text, record.is_chosen = list(named), text, bool(text)
        record.linked |= named
    known = [each for each in record.picks if find(each)]
    missing = len(record.picks) - len(known)
    if record.is_chosen and (known or not record.picks):
        seen = own if record.seen is None else record.seen
        known += [each for each in own if each not in {*seen, *known}]  # also pick new runs
    else:
        record.is_chosen = False
        known = own[-USUAL:] if len(own) > 1 else [*own, *_stand_ins(own)]
    record.seen, record.picks = {*own}, known[: len(LETTERS)]
    if (record.is_chosen or own) and not is_history_navigation():  # keep the address after Back
        _write_picks()
    if missing:
        verb, elsewhere = "is" if missing == 1 else "are", runs.or_elsewhere()
        complaint = GONE.format(counted(missing, "run"), verb, elsewhere)
        session().address.complaints.append(complaint)
    return not missing


def _write_picks() -> None:
    """Write the picked runs into the address, except a run from a file. Callbacks may call it."""
    record, parts = session().compare, []
    for run_id in record.picks:
        run, name = find(run_id), record.linked.get(run_id, "")
        if run:
            name = "" if run.is_recorded else run.name
        if not (run and run.is_kept):
            parts.append(f"{run_id}~{name}" if _PLAIN.fullmatch(name) else run_id)
    record.address_text = ",".join(parts) or NOTHING
    address.set_page_values({KEY: record.address_text})


def _toggle(run_id: str, _: object = None) -> None:
    record = session().compare
    record.is_chosen = True
    others = [each for each in record.picks if each != run_id]
    record.picks = others if run_id in record.picks else [*others, run_id]
    _write_picks()


def listed() -> list[Compared]:
    """Return all listed runs: first the browser's runs, oldest first, then the link's runs."""
    record, own = session().compare, _own()
    letters = dict(zip(record.picks, LETTERS, strict=False))
    ids = [*own, *record.linked]
    stand_ins = _stand_ins(own) if len({*ids}) < 2 else []
    found = map(find, dict.fromkeys([*ids, *record.picks, *stand_ins]))
    return [replace(run, letter=letters.get(run.id, "")) for run in found if run]


def _own() -> list[str]:
    """Return the ids of the browser's runs, of the session's run, and of the run from a file."""
    kept, current = session().kept, runs.current_run()
    foreign = [current[0].id] if current and not runs.record_if_mine(current[0].id) else []
    return [*runs.own_runs(), *foreign, *([kept.snapshot.run_id] if kept else [])]


def _stand_ins(own: list[str]) -> list[str]:
    """Return at most two recorded runs for a short list. The data of an own run go first."""
    names = [run.experiment.data.name for run in map(find, own) if run]
    return [each for each in dict.fromkeys([*names, *STAND_INS]) if find(each)][:2]


def side_by_side(palette: charts.Palette) -> None:
    """Draw the list of runs and the charts of picked runs; redraw while a run trains."""

    def changing(rows: Sequence[Compared]) -> set[str]:
        return {run.id for run in rows if run.snapshot.status.active}

    following_fragment(listed, partial(_panel, palette), changing, SECONDS)


def _panel(palette: charts.Palette, rows: Sequence[Compared]) -> None:
    compared = sorted((run for run in rows if run.letter), key=lambda run: run.letter)
    picks = session().compare.picks
    st.markdown(f"# {plain(charts.compare.headline(compared))}")
    with st.container(key="compare_list", gap=None):
        for run, settings in zip(rows, charts.compare.differences(rows), strict=True):
            key, is_picked = f"compare_row_{run.id}", run.id in picks
            with st.container(key=key, horizontal=True, vertical_alignment="center"):
                full = len(picks) == len(LETTERS) and not is_picked
                control = bound(f"pick_{run.id}", is_picked, partial(_toggle, run.id))
                st.checkbox(plain(run.name), is_picked, disabled=full, **control)
                st.html(_row(run, settings, palette))
                with st.popover("More"):
                    _more(run)
    drawn = [run for run in compared if run.snapshot.results]
    if not drawn:
        return
    measures = results.ERROR, results.ACCURACY
    kinds = [[run for run in drawn if measure_of(run.experiment) is each] for each in measures]
    if all(kinds):
        hint(charts.compare.MIXED)
    with st.container(key="compare_pictures"):
        for kind in filter(None, kinds):
            _draw_charts(kind, palette)
        with card("Predictions for one sample" if kinds[0] else "Probability of the true class"):
            if not same_data(drawn):
                hint("Pick runs on the same data to compare their predictions.")
            else:
                picked = draw_pickers(drawn[0])
                text = charts.compare.predictions_words(drawn, *picked)
                figure = charts.compare.predictions_figure(drawn, *picked, palette)
                card_chart(figure, *text, "compare_predictions")


def _draw_charts(runs: Sequence[Compared], palette: charts.Palette) -> None:
    """Draw the losses of runs, and their errors or, for labels, accuracies by timestep."""
    measure = measure_of(runs[0].experiment)
    loss, key = ("Cross-entropy", "_labels") if measure is results.ACCURACY else ("Loss", "")
    with card(f"{loss} over epochs"):
        text = charts.ranking.losses_words(runs)
        card_chart(charts.compare.losses_figure(runs, palette), *text, f"compare_losses{key}")
    with card(f"{capital(measure.name)} at each timestep"):
        text = charts.ranking.errors_words(runs)
        card_chart(charts.compare.errors_figure(runs, palette), *text, f"compare_errors{key}")


def _row(run: Compared, settings: str, palette: charts.Palette) -> str:
    """Return a run's values as an HTML list. `settings` is the text of settings that differ."""
    badge = "recorded" if run.is_recorded else "from a file"
    if not (run.is_recorded or run.is_kept):
        badge = STATUS_TEXTS[run.snapshot.status]["badge"]
    part, measure = compared_part([run]), measure_of(run.experiment)
    losses = charts.ranking.Loss(part)
    terms = {
        badge: charts.compare.reached(run),
        "settings": settings,
        f"{measure.name} at the last step": {
            mode: f"{MODES[mode].label} {charts.ranking.spread(run, mode, measure)}"
            for mode in run.results
        },
        f"{part} loss": {m: charts.ranking.median_text(run, m, losses) for m in run.results},
    }
    return charts.render("ui/compare.html", "row", run.letter, terms, palette)


def _more(run: Compared) -> None:
    """Draw a run's actions. Only this browser's own runs can be renamed and removed."""
    explore, icon = PAGES["Explore"]
    run_id, pace = None if run.is_recorded or run.is_kept else run.id, address.page_value("pace")
    link = address.query_of(run.experiment, run_id, {"pace": pace} if pace else {})
    st.page_link(explore, label="Open in Explore", icon=icon, query_params=link)
    record = runs.record_if_mine(run.id)
    if not record or not record.name:
        other = "A run from a file." if run.is_kept else "Another browser started this run."
        hint("A recorded run." if run.is_recorded else other)
        return

    def rename(name: str) -> None:
        record.name = name.strip() or record.name
        _write_picks()

    def remove() -> None:
        record.is_listed = False
        if known := runs.client().get(run.id):
            runs.client().stop(known)
        session().compare.linked.pop(run.id, None)
        if run.id in session().compare.picks:
            _toggle(run.id)

    st.text_input("Name", run.name, 40, **bound(f"name_{run.id}", run.name, rename))
    hover = "Removes the run and stops training. Other browsers that opened it keep its results."
    press("Remove", "delete", f"remove_{run.id}", remove, help=hover)
