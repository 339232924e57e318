"""Models of a table beside baselines: their errors, their answers by date, and their forecasts."""

import math

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import CONSTANT, Words, nth, off_unit, too_few
from lib.data import Baseline, Dataset, Origin, every_kth, season_length
from lib.experiment import MODES
from lib.results import ByRow, Forecast, SkillTable, outcomes
from lib.results import Part as DataPart
from lib.text import beside, capital, counted, filled, joined, number, readable

_TEXTS = beside(__file__)
HEIGHT = 380
OPACITY = 0.3  # of bands
PICKED = " The best epoch was picked on these samples, so a test part says more."
"""Of models and bands, where the best epoch on the validation part was kept."""


def skill_takeaway(table: SkillTable, target: int, part: DataPart = "evaluated") -> str:
    """Say which modes clearly beat the best baseline, by squared error."""
    best, where = table.baselines(target)[0], "In the test" if part == "test" else "In this run"
    if not any(one.rmse[target] for one in table.guesses):
        return CONSTANT
    if not table.models:
        return f"To be beaten: {best.label}, the best baseline."
    errors = np.array([one.rmse[target] for one in table.models]) ** 2
    beats = outcomes(errors, float(best.rmse[target]) ** 2, table.independent)
    winners = [one.label for one, beat in zip(table.models, beats, strict=True) if beat == "clear"]
    if not winners and "unclear" in beats:
        return too_few(table.independent)
    who = f"{winners[0]} beats" if winners else "no mode clearly beats"
    if len(winners) > 1:
        who = "both modes beat"
    return f"{where} {who} {best.label}, the best baseline."


def skill_sentence(
    dataset: Dataset, table: SkillTable, target: int, part: DataPart = "evaluated"
) -> str:
    """Say how wrong models and the best baseline are, on how many samples, and by which measure."""
    best, unit, origin = table.baselines(target)[0], off_unit(dataset), dataset.cut_from
    kept = "validation" if dataset.has_validation else "training"
    samples = counted(len(table.samples), f"{'test' if part == 'test' else kept} sample")
    few = f", every {nth(table.every)} of the part," if table.every > 1 else ""
    parts = [
        f"Of {dataset.target_labels[target]}, at the last step of {samples}{few} {best.label} has "
        f"the smallest RMSE of all baselines, {readable(best.rmse[target])}{unit}."
    ]
    for score in table.models:
        skill, share = table.skill(score, target), ""
        if math.isfinite(skill):
            share = f", {readable(abs(skill))}% {'less' if skill >= 0 else 'more'}"
        parts.append(f"{capital(score.label)}'s is {readable(score.rmse[target])}{unit}{share}.")
    parts.append(filled(_TEXTS, "measures", season=season_length(origin, origin.period)))
    return " ".join(parts)


def season_sentence(origin: Origin, chosen: int) -> str:
    """Say how long the season is, `chosen` or found, and the baseline's."""
    length = season_length(origin, origin.period)
    if chosen:
        return f"A season is {length}, as chosen."
    text = "No season was found in the training rows."
    if origin.period > 1:
        text = f"A season is taken to be {length}, the shortest of nearly least error in training."
    if origin.baseline_period > origin.period:
        usual = season_length(origin, origin.baseline_period)
        text += f" The calendar's usual season, {usual}, is listed as a baseline all the same."
    return text


def on_dates_figure(
    dataset: Dataset, by_row: ByRow, target: int, rival: Baseline, palette: Palette
) -> chart.Chart:
    """Draw the target on the dates of a part, both modes' last-step predictions, and a baseline."""
    origin = dataset.cut_from
    every = every_kth(len(by_row.rows) / chart.MOST_POINTS, origin.period)
    x, axis = _dates(origin, by_row.rows[::every])
    truth, guess = by_row.truth[::every], by_row.guesses[rival.name][::every]
    answers = {mode: values[::every] for mode, values in by_row.last.items()}
    unit, wide = dataset.target_unit, 3 if len(x) <= 200 else 2
    grey = {"color": palette.baseline, "width": 2, "dash": "dot"}
    data, band = [], list[Entry]()
    if by_row.steps is not None and by_row.most > 1:
        low, high = (edge[::every] for edge in by_row.steps)
        data.append(chart.band("every step's answers", x, (low, high), palette.sequence, OPACITY))
        band = [Entry("squares", "all its answers for a date", "sequence", "muted")]
    elif by_row.steps is not None:
        answers["sequence"] = by_row.steps[0][::every]
    data.append(_line("target", x, truth, {"color": palette.ink, "width": wide}, unit))
    data.append(_line(rival.label, x, guess, grey, unit))
    for mode, values in answers.items():
        data.append(_line(MODES[mode].name, x, values, _style(mode, palette, wide - 1), unit))
    key = [
        [Entry("line", f"target{dataset.ahead}")],
        chart.mode_keys(answers, last="dashed"),
        band,
        [Entry("dotted", rival.label, "baseline")],
    ]
    title = chart.with_unit(origin.columns[target // len(origin.horizons)], unit)
    y = axes.linear_axis(title, np.concatenate([truth, *answers.values()]), axes.with_room(truth))
    name = f"on dates {dataset.name} {target}"
    return chart.plotted(data, palette, axis, y, key, name=name, height=HEIGHT)


def dates_words(dataset: Dataset, by_row: ByRow, target: int) -> Words:
    """Say how far off predictions are at the last step, and which dates are drawn."""
    origin = dataset.cut_from
    every = every_kth(len(by_row.rows) / chart.MOST_POINTS, origin.period)
    unit, name = off_unit(dataset), origin.names[origin.series[by_row.rows[0]]]
    first, last = (origin.label(int(by_row.rows[k])) for k in (0, -1))
    rows = f"{first} to {last}{f', every {nth(every)} row' if every > 1 else ''}"
    column = capital(origin.columns[target // len(origin.horizons)])
    details = f"{column}{f' of {name}' if name else ''}, {rows}."
    if by_row.steps is not None and by_row.most > 1:
        details += f" Sequence mode answers a date up to {by_row.most} times: the band has all."
    off = [
        f"{MODES[mode].name} by {readable(float(np.nanmean(np.abs(values - by_row.truth))))}{unit}"
        for mode, values in by_row.last.items()
    ]
    if not off:
        return "Not trained yet: the target, and what a baseline says of it.", details
    return f"At the last step, on average, off: {joined(off)}.", details


def forecast_figure(
    dataset: Dataset, forecast: Forecast, series: int, column: int, palette: Palette
) -> chart.Chart:
    """Draw the last known rows of a series, and each model's forecast with its band after them."""
    origin, ahead = dataset.cut_from, _rows_ahead(forecast)
    before = min(max(30, 3 * ahead, 2 * origin.period), chart.MOST_POINTS)
    rows = np.flatnonzero(origin.series == series)[-before:]
    x, axis = _dates(origin, rows, forecast)
    after, truth, unit = x[len(rows) :], origin.targets[rows, column], dataset.target_unit
    bands, drawn = [], [truth]
    lines = [_line("known", x[: len(rows)], truth, {"color": palette.ink, "width": 3}, unit)]
    for mode, values in forecast.values.items():
        name, color = MODES[mode].name, palette.mode(mode)
        low, high = values - forecast.widths[mode], values + forecast.widths[mode]
        has_band = np.isfinite(low)
        edges = low[has_band], high[has_band]
        bands.append(chart.band(f"{name}'s band", after[has_band], edges, color, OPACITY))
        lines.append(_line(name, after, values, _style(mode, palette, 2), unit))
        drawn += [values, low, high]
    band = Entry("squares", "as wide as 90% of validation errors", "baseline")
    key = [[Entry("line", "known"), *chart.mode_keys(forecast.values, last="dashed")], [band]]
    title = chart.with_unit(origin.columns[column], unit)
    y = axes.linear_axis(title, np.concatenate(drawn), truth)
    name = f"forecast {dataset.name} {series} {column}"
    return chart.plotted(bands + lines, palette, axis, y, key, name=name, height=HEIGHT)


def forecast_words(
    dataset: Dataset, forecast: Forecast, *, fed_back: bool, picked: bool = False
) -> Words:
    """Say the forecast of the last row, how it is made, and how often such bands held."""
    origin, count = dataset.cut_from, _rows_ahead(forecast)
    unit = dataset.spaced_unit
    when = capital(f"{counted(count, origin.step)} on")
    if forecast.times is not None and origin.time_format:
        when = str(forecast.times[-1].strftime(origin.time_format))
    answers = [
        f"{MODES[mode].name} {_with_band(float(v[-1]), float(forecast.widths[mode][-1]))}{unit}"
        for mode, v in forecast.values.items()
    ]
    details = _TEXTS["direct"]
    if fed_back:
        details = filled(_TEXTS, "fed_back", times=counted(count, "time"))
    details += f" {_TEXTS['bands']}{PICKED if picked else ''}"
    held = [
        f"{100 * inside / of:.0f}% of {of:,} with {MODES[mode].name}"
        for mode, (inside, of) in forecast.covered.items()
    ]
    if held:
        details += f" Of the test part's targets such bands hold {joined(held)}."
    return f"{when}: {', '.join(answers)}.", details


def _rows_ahead(forecast: Forecast) -> int:
    return len(next(iter(forecast.values.values())))


def _with_band(value: float, width: float) -> str:
    """Write a value to the second digit of its band's width, "356.94 ± 0.66", if it has one."""
    if not (math.isfinite(value) and 1e-5 < width < 1e9):
        return number(value)
    decimals = max(0, 1 - math.floor(math.log10(width)))
    return f"{value:,.{decimals}f} ± {width:,.{decimals}f}"


def _dates(
    origin: Origin, rows: np.ndarray, forecast: Forecast | None = None
) -> tuple[np.ndarray, Part]:
    """Return the x of rows and of forecast rows, as dates or else as names, and the x axis."""
    times = forecast.times if forecast else None
    if origin.times is not None and origin.time_format and (times is not None or not forecast):
        dates = origin.times[rows] if times is None else origin.times[rows].append(times)
        axis = {"title": "", "type": "date", "nticks": 5, "tickangle": 0}
        title = {"text": f"%{{x|{origin.time_format}}}"}
        return dates.to_numpy().astype("M8[s]").astype(str), axis | {"unifiedhovertitle": title}
    names = [origin.label(int(row)) for row in rows]
    if len(set(names)) < len(names):
        names = [f"row {row + 1}" for row in rows]
    names += [f"+{k + 1}" for k in range(_rows_ahead(forecast) if forecast else 0)]
    ticks, x = axes.row_ticks(dict(enumerate(names))), [chart.escaped(name) for name in names]
    axis = {"title": "", "type": "category", "categoryorder": "array", "categoryarray": x}
    range_ = [-0.5, len(x) - 0.5]
    return np.array(x), axis | ticks | {"tickvals": ticks["ticktext"], "range": range_}


def _style(mode: str, palette: Palette, width: int) -> Part:
    """Return a mode's line style: last-step mode is dashed, so that not only colour tells."""
    dash = "solid" if mode == "sequence" else "6px"
    return {"color": palette.mode(mode), "width": width, "dash": dash}


def _line(name: str, x: np.ndarray, y: np.ndarray, style: Part, unit: str) -> Part:
    """Return a line through the finite values of y, with dots if they are few."""
    known, hover = np.isfinite(y), chart.hover(unit)
    dots = 6 if known.sum() <= 60 else 0  # a single one makes no line
    return chart.line(name, y[known], style, hover, x=x[known], dots=dots)
