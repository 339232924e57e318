"""Explore's card for a table's models: skill against baselines, predictions by date, a forecast."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from lib import charts, results
from lib.data import DATASETS, Dataset, Origin
from lib.experiment import MODES
from lib.text import counted
from lib.ui import widgets
from lib.ui.session import Loaded, once, session
from lib.ui.settings import advice, one_control
from lib.ui.shown import Epochs, ShownRun, shown_run
from lib.ui.widgets import PART, Linked, hint, open_part, plain

T = TypeVar("T")
TITLES = {"skill": "Skill", "dates": "Predictions by date", "ahead": "Forecast"}
_FORECAST = Linked("way", ("direct", "fed"), 0, "skill_way")
_STEPS = Linked("steps", ("7", "12", "24", "48", "96", "168"), 2, "skill_steps")
KEYS = (PART, _FORECAST.name, _STEPS.name)  # in the address
MOST_NAMES = 200  # most options in a menu, since all are sent to the browser


def skill_card(loaded: Loaded, palette: charts.Palette) -> None:
    """Draw the card if the shown data are numbers from a table."""
    with st.container(key="skill_place"):  # always drawn, so that nothing below it moves
        shown = Epochs(shown_run(loaded.experiment, loaded.dataset)).at_picked_epoch
        dataset = shown.dataset
        if dataset.has_labels:
            return
        if not dataset.origin:
            once("skill", (), dict)  # frees the results of other data, which may be large
            return
        with st.container(border=True, key="skill", gap="xsmall"):
            part = open_part(TITLES, "skill_part")
            of_data: dict[str, Any] = once("skill", (shown.dataset,), dict)
            if shown.polling:
                hint("Shows the previous results until the run pauses or ends.")
            else:
                of_data["shown"] = shown
            shown = of_data.get("shown", shown)
            if part != "skill" and len(_weights(shown)) > 1:
                hint(f"Models of seed {shown.experiment.seed}, the first seed.")
            draw = {"skill": _skill, "dates": _dates, "ahead": _ahead}[part]
            draw(shown, shown.dataset.cut_from, palette)


def _weights(shown: ShownRun) -> results.SeedWeights:
    """Return the trained weights by seed, or ({},) if there are none."""
    return shown.snapshot.weights if shown.snapshot.epoch and not shown.polling else ({},)


def _once(shown: ShownRun, name: str, make: Callable[[], T], *others: object) -> T:
    """Call `make` once for the same data, weights and `others`: see `once`."""
    return once(name, (_weights(shown), *others), make, once("skill", (shown.dataset,), dict))


def _predictions(shown: ShownRun, part: results.Part = "evaluated") -> results.Predictions:
    run, weights = (shown.experiment, shown.dataset), _weights(shown)
    make = partial(results.predict, *run, weights[0], part, seeds=len(weights))
    return _once(shown, f"predictions {part}", make)


def test_button(shown: ShownRun) -> bool:
    """Draw the button that evaluates a finished run on the test part. Return whether it did."""
    if not (shown.dataset.test and _weights(shown)[0] and shown.snapshot.status.over):
        return False
    looked = session().looked.setdefault(shown.dataset.title, set())
    now = shown.snapshot.run_id, shown.snapshot.epoch
    if st.button("Evaluate on the test part", "look_at_test", disabled=now in looked):
        looked.add(now)
        st.rerun()  # the downloads, too
    if now in looked:
        times = f"Evaluated {counted(len(looked), 'time')} in this session"
        hint(f"{times}. A choice based on test results needs a new test part.")
    return now in looked


def _pick(label: str, names: Sequence[str], key: str, *, drawn: bool = True) -> int:
    """Return the picked index among several names; draw the menu if it should be `drawn`."""
    key = f"skill_{key}_{len(names)}"
    if drawn and len(names) > 1:
        most, hover = MOST_NAMES, f"Lists the first {MOST_NAMES} of {len(names):,}."
        options: Any = {"key": key, "width": 240, "help": hover if len(names) > most else None}
        st.selectbox(label, range(len(names))[:most], 0, names.__getitem__, **options)
    return int(st.session_state.get(key, 0))


def _scores(shown: ShownRun, part: results.Part = "evaluated") -> results.SkillTable:
    """Return the scores of a run; without models while the run trains."""
    run = shown.experiment, shown.dataset, _weights(shown)
    return _once(shown, f"medians {part}", partial(results.skill_of_seeds, *run, part))


def label_scores(shown: ShownRun, part: results.Part) -> results.ScoreTable:
    """Return the scores of a run with labels."""
    run = shown.experiment, shown.dataset, shown.snapshot
    make = partial(results.label_scores, *run, part)
    return _once(shown, "test scores", make) if part == "test" else make()


def _skill(shown: ShownRun, origin: Origin, _: charts.Palette) -> None:
    """Draw the table of the validation part, the season beside it, and on demand the test part."""
    dataset, target = shown.dataset, _pick("Target", shown.dataset.target_labels, "target")
    tables, texts = st.columns((3, 2), gap="large")

    def draw(part: results.Part) -> None:
        table = _scores(shown, part)
        tables.markdown(_markdown(table, dataset, target, part))
        details = charts.skill.skill_sentence(dataset, table, target, part, shown.snapshot)
        widgets.takeaway(charts.skill.skill_takeaway(table, target, part), details)

    with texts:
        draw("evaluated")
        hint(charts.skill.season_sentence(origin))
        advice(dataset, DATASETS[shown.experiment.data.name].uses)
        if test_button(shown):
            draw("test")


def _markdown(
    table: results.SkillTable, dataset: Dataset, target: int, part: str = "evaluated"
) -> str:
    """Return the scores as a Markdown table: the models, then the baselines, best first."""
    heading = "test part, last step" if part == "test" else "at the last step"
    heading = plain(charts.with_unit(heading, dataset.target_unit))
    lines = [f"| {heading} | {' | '.join(charts.skill.MEASURES)} |", "|:--|--:|--:|--:|--:|"]
    labels = [MODES[one.name].colored(f"**{plain(one.label)}**") for one in table.models]
    baselines = table.baselines(target)
    labels += [plain(one.label) for one in baselines]
    for label, score in zip(labels, (*table.models, *baselines), strict=True):
        texts = charts.skill.score_texts(table, score, target)
        lines.append(f"| {label} | {' | '.join(texts)} |")
    return "\n".join(lines)


def _dates(shown: ShownRun, origin: Origin, palette: charts.Palette) -> None:
    """Draw the validation part by date, for one series and one target."""
    dataset, predicted = shown.dataset, _predictions(shown)
    known = np.unique(origin.series[origin.starts[predicted.samples]])
    with st.container(horizontal=True):
        series = int(known[_pick("Series", [origin.names[s] for s in known], "series")])
        target = _pick("Target", dataset.target_labels, "target")
        baselines = _scores(shown).baselines(target)
        baseline = baselines[_pick("Baseline", [one.label for one in baselines], "baseline")]
    rows = results.by_row(dataset, predicted, target, series)
    figure = charts.skill.on_dates_figure(dataset, rows, target, baseline, palette)
    widgets.card_chart(figure, *charts.skill.dates_words(dataset, rows, target), "skill_on_dates")


def picked_forecast(dataset: Dataset, *, drawn: bool = False) -> dict[str, int]:
    """Return the forecast's series, target column and rows fed back; draw menus if `drawn`."""
    is_recursive = _FORECAST.index and not results.why_not_fed_back(dataset)
    return {
        "series": _pick("Series", dataset.cut_from.names, "any_series", drawn=drawn),
        "column": _pick("Target", dataset.cut_from.columns, "column", drawn=drawn),
        "feed": int(_STEPS.texts[_STEPS.index]) if is_recursive else 0,
    }


def _ahead(shown: ShownRun, _: Origin, palette: charts.Palette) -> None:
    """Draw the forecast of one series and target, below the settings that it depends on."""
    dataset, weights = shown.dataset, _weights(shown)[0]
    with st.container(width=300):
        one_control("ahead", shown.experiment)
    if not weights:
        hint("Not trained yet. Press Train to see a forecast of the next rows.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picks, why = picked_forecast(dataset, drawn=True), results.why_not_fed_back(dataset)
        widgets.linked_buttons("Forecast", ("Direct", "Recursive"), _FORECAST, disabled=bool(why))
        if picks["feed"]:
            widgets.linked_slider("Forecast rows", _STEPS.texts, _STEPS)
    if why:
        hint(why)
    place = st.container()
    tested = _predictions(shown, "test") if test_button(shown) else None
    options: dict[str, Any] = {"evaluated": _predictions(shown), "tested": tested, **picks}
    make = partial(results.forecast, shown.experiment, dataset, weights, **options)
    try:
        ahead = _once(shown, "coming", make, tested, *picks.values())
    except results.ForecastError as error:
        hint(f"{error}")
        return
    figure = charts.skill.forecast_figure(dataset, ahead, picks["series"], picks["column"], palette)
    how = {"fed_back": picks["feed"] > 0, "picked": shown.snapshot.keeps_best}
    texts = charts.skill.forecast_words(dataset, ahead, **how)
    with place:
        widgets.card_chart(figure, *texts, "skill_ahead")
