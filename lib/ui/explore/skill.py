"""Explore's card for a table's models: errors beside baselines, on dates, and a forecast.

While a run trains it stays as it was. It counts how often the test part was looked at.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from lib import charts, results
from lib.data import DATASETS, Origin, WindowError, check_season
from lib.experiment import MODES
from lib.text import capital, counted, readable
from lib.ui import runs, widgets
from lib.ui.session import Loaded, once, session
from lib.ui.settings import advice, one_control
from lib.ui.shown import Epochs, ShownRun, shown_run
from lib.ui.widgets import PART, Linked, hint, open_part, plain

T = TypeVar("T")

TITLES = {"worth": "What is it worth?", "dates": "On its dates", "ahead": "Beyond the last row"}
_WAY = Linked("way", ("direct", "fed"), 0, "skill_way")
_STEPS = Linked("steps", ("7", "12", "24", "48", "96", "168"), 2, "skill_steps")
KEYS = (PART, _WAY.name, _STEPS.name)  # in the address
MOST_NAMES = 200  # so many a menu offers: all are sent to the browser


def skill_card(loaded: Loaded, palette: charts.Palette) -> None:
    """Draw the card, if the shown data were cut from a table."""
    with st.container(key="skill_place"):  # there always: nothing below it moves
        shown = Epochs(shown_run(loaded.experiment, loaded.dataset)).at_picked_epoch
        dataset, run, table = shown.dataset, shown.run, None
        if run and not dataset.has_rows:  # this browser may not see them
            whole, weights = runs.client().get(run.id) or run, _weights(shown)
            if whole.dataset.origin:
                of = whole.experiment, whole.dataset, weights
                table = _once(shown, "hidden", partial(results.skill_of_seeds, *of))
        if not (table or dataset.origin):
            once("skill", (), dict)  # what was computed of other data may be large
            return
        with st.container(border=True, key="skill", gap="xsmall"):
            if table:
                st.markdown(f"### {TITLES['worth']}")
                target = _pick("Target", dataset.target_labels, "target")
                st.markdown(_markdown(table, target, dataset.target_unit))
                hint(results.ROWS_HIDDEN)
                return
            # Show a run beside the baselines of the season that is set now: they need no training.
            experiment = shown.experiment.set(period=loaded.experiment.data.period)
            same = experiment.data == loaded.experiment.data
            if same and np.array_equal(dataset.y, loaded.dataset.y):
                shown = replace(shown, experiment=experiment, dataset=loaded.dataset)
            part = open_part(TITLES, "skill_part")
            of_data: dict[str, Any] = once("skill", (shown.dataset,), dict)
            if shown.polling:
                hint("As it was before: this follows when the run pauses or ends.")
            else:
                of_data["shown"] = shown
            shown = of_data.get("shown", shown)
            if part != "worth" and len(_weights(shown)) > 1:
                hint(f"Of the models with seed {shown.experiment.seed}, the first of the seeds.")
            draw = {"worth": _errors, "dates": _dates, "ahead": _ahead}[part]
            draw(shown, shown.dataset.cut_from, palette)


def _weights(shown: ShownRun) -> results.SeedWeights:
    """The trained weights to evaluate, by seed; ({},) where there are none."""
    return shown.snapshot.weights if shown.snapshot.epoch and not shown.polling else ({},)


def _once(shown: ShownRun, name: str, make: Callable[[], T], *others: object) -> T:
    """Call `make` once for the same data, weights and others: see `once`."""
    return once(name, (_weights(shown), *others), make, once("skill", (shown.dataset,), dict))


def _answers(shown: ShownRun, part: results.Part = "evaluated") -> results.Predictions:
    run, weights = (shown.experiment, shown.dataset), _weights(shown)
    make = partial(results.predict, *run, weights[0], part, seeds=len(weights))
    return _once(shown, f"answers {part}", make)


def _looks(shown: ShownRun) -> tuple[set[tuple[str, int]], tuple[str, int]]:
    """The looks taken at the test part of these data, and what one would be now."""
    looked = session().looked.setdefault(shown.dataset.title, set())
    return looked, (shown.snapshot.run_id, shown.snapshot.epoch)


def _pick(label: str, names: Sequence[str], key: str) -> int:
    """Draw a menu of several names; returns the picked index, 0 for a single name."""
    if len(names) < 2:
        return 0
    which, place = range(len(names))[:MOST_NAMES], f"skill_{key}_{len(names)}"
    hover = f"The first {MOST_NAMES} of {len(names):,}." if len(names) > MOST_NAMES else None
    return int(st.selectbox(label, which, 0, names.__getitem__, key=place, width=240, help=hover))


def _errors(shown: ShownRun, origin: Origin, _: charts.Palette) -> None:
    """Draw the table of the validation part, and of the test part once somebody looks."""
    dataset, weights = shown.dataset, _weights(shown)
    target = _pick("Target", dataset.target_labels, "target")

    def table(part: results.Part) -> None:
        make = partial(results.skill_of_seeds, shown.experiment, dataset, weights, part)
        found = _once(shown, f"medians {part}", make)
        st.markdown(_markdown(found, target, dataset.target_unit))
        details = charts.skill.skill_sentence(dataset, found, target, part)
        if len(weights) > 1:
            details += f" The modes' figures are medians over {len(weights)} seeds."
        if part == "evaluated" and shown.snapshot.keeps_best:
            details += charts.skill.PICKED
        widgets.takeaway(charts.skill.skill_takeaway(found, target, part), details)

    table("evaluated")
    chosen, asked = shown.experiment.data.period, session().subject.experiment.data.period
    hint(charts.skill.season_sentence(origin, chosen))
    one_control("period", shown.experiment)
    if asked != chosen:
        try:
            check_season(origin, asked)
            hint("The season you chose applies to the next run: other data settings differ, too.")
        except WindowError as error:
            st.warning(plain(capital(f"{error}")), icon=":material/info:")
    advice(dataset, DATASETS[shown.experiment.data.name].uses)
    if not (dataset.test and weights[0] and shown.snapshot.status.over):
        return
    looked, look = _looks(shown)
    seen, act = look in looked, partial(looked.add, look)
    st.button("Look at the test part", "look_at_test", disabled=seen, on_click=act)
    if seen:
        table("test")
        times = f"Looked at {counted(len(looked), 'time')} in this session"
        hint(f"{times}. Who chooses by what it says has no test any more.")


def _markdown(table: results.SkillTable, target: int, unit: str) -> str:
    """A Markdown table: the models in their colours, then the baselines, the best first."""
    where = plain(charts.with_unit("at the last step", unit))
    lines = [f"| {where} | MAE | RMSE | MASE | skill |", "|:--|--:|--:|--:|--:|"]
    named = [(MODES[one.name].colored(f"**{plain(one.label)}**"), one) for one in table.models]
    named += [(plain(one.label), one) for one in table.baselines(target)]
    for name, score in named:
        values = [score.mae[target], score.rmse[target], score.mase[target]]
        numbers = [readable(value) if isfinite(value) else "–" for value in values]
        skill = table.skill(score, target)
        share = f"{round(skill):,}%".replace("-", "−") if isfinite(skill) else "–"
        lines.append(f"| {name} | {' | '.join(numbers)} | {share} |")
    return "\n".join(lines)


def _dates(shown: ShownRun, origin: Origin, palette: charts.Palette) -> None:
    """Draw the validation part on dates, for one series and one target."""
    dataset, answered = shown.dataset, _answers(shown)
    there = np.unique(origin.series[origin.starts[answered.samples]])
    with st.container(horizontal=True):
        series = int(there[_pick("Series", [origin.names[s] for s in there], "series")])
        target = _pick("Target", dataset.target_labels, "target")
        best_first = [one.name for one in results.evaluate(dataset, answered).baselines(target)]
        guesses = sorted(dataset.baselines, key=lambda one: best_first.index(one.name))
        guess = guesses[_pick("Baseline", [one.label for one in guesses], "baseline")]
    rows = results.by_row(dataset, answered, target, series)
    figure = charts.skill.on_dates_figure(dataset, rows, target, guess, palette)
    widgets.told_chart(figure, *charts.skill.dates_words(dataset, rows, target), "skill_on_dates")


def _ahead(shown: ShownRun, origin: Origin, palette: charts.Palette) -> None:
    dataset, weights, feed = shown.dataset, _weights(shown)[0], 0
    if not weights:
        hint("Not trained yet: once it is, this shows what the models say of the rows to come.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series = _pick("Series", origin.names, "any_series")
        column = _pick("Target", origin.columns, "column")
        why = results.why_not_fed_back(dataset)
        fed = widgets.linked_buttons("Forecast", ("Direct", "Fed back"), _WAY, disabled=bool(why))
        if fed and not why:
            feed = int(_STEPS.texts[widgets.linked_slider("Rows ahead", _STEPS.texts, _STEPS)])
    if why:
        hint(why)
    looked, look = _looks(shown)
    tested = _answers(shown, "test") if look in looked else None
    options: dict[str, Any] = {"series": series, "column": column, "feed": feed, "tested": tested}
    run = shown.experiment, dataset, weights
    try:
        make = partial(results.forecast, *run, evaluated=_answers(shown), **options)
        coming = _once(shown, "coming", make, *options.values())
    except results.ForecastError as error:
        hint(f"{error}")
        return
    figure = charts.skill.forecast_figure(dataset, coming, series, column, palette)
    kept = shown.snapshot.keeps_best
    texts = charts.skill.forecast_words(dataset, coming, fed_back=feed > 0, picked=kept)
    widgets.told_chart(figure, *texts, "skill_ahead")
