"""Models of a table compared with baselines: errors, predictions by date, and forecasts."""

import math
from collections.abc import Sequence

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import End, Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import CONSTANT, Words, beating, nth, off_unit, too_few
from lib.data import Dataset, Origin, every_kth, season_length
from lib.experiment import MODES
from lib.results import ERROR, ByRow, Forecast, Score, SkillTable, Snapshot
from lib.results import Part as DataPart
from lib.text import apart, beside, capital, counted, filled, joined, percent, readable

_TEXTS = beside(__file__)
HEIGHT = 380
OPACITY = 0.3  # the opacity of bands
MEASURES = ("MAE", "RMSE", "MASE", "skill")
PICKED = " The best epoch was picked on validation samples, so only a test part is independent."


def skill_takeaway(table: SkillTable, target: int, part: DataPart) -> str:
    """Return which modes clearly beat the best baseline by squared error, as a sentence."""
    best = table.baselines(target)[0]
    if not any(one.rmse[target] for one in table.baseline_scores):
        return CONSTANT
    if not table.models:
        return f"Best baseline to beat: {best.label}."
    errors = np.array([one.rmse[target] for one in table.models]) ** 2
    beats = ERROR.outcomes(errors, float(best.rmse[target]) ** 2, table.independent)
    if "clear" not in beats and "unclear" in beats:
        return too_few(table.independent)
    return verdict([one.label for one in table.models], beats, best.label, part)


def verdict(models: Sequence[str], beats: np.ndarray, best: str, part: DataPart) -> str:
    """Return which models beat the best baseline; `beats` has "clear" for each that does."""
    winners = [name for name, beat in zip(models, beats, strict=True) if beat == "clear"]
    where = "On test samples" if part == "test" else "In this run"
    return f"{where}, {beating(winners, len(models))} the best baseline, {best}."


def skill_sentence(
    dataset: Dataset, table: SkillTable, target: int, part: DataPart, snapshot: Snapshot
) -> str:
    """Return the target, the samples, and the definitions of the measures."""
    origin, kind = dataset.cut_from, "validation" if dataset.has_validation else "training"
    samples = counted(len(table.samples), f"{'test' if part == 'test' else kind} sample")
    few = f" (every {nth(table.every)} one)" if table.every > 1 else ""
    text = f"The target is {dataset.target_labels[target]}, at the last step of {samples}{few}. "
    text += filled(_TEXTS, "measures", season=season_length(origin))
    if table.models and snapshot.others:
        text += f" The modes' errors are medians over {len(snapshot.seeds)} seeds."
    picked = bool(table.models) and part == "evaluated" and snapshot.keeps_best
    return text + (PICKED if picked else "")


def score_texts(table: SkillTable, score: Score, target: int) -> list[str]:
    """Return the texts below the MEASURES in a table; an unknown number is "–"."""
    errors = [float(each[target]) for each in (score.mae, score.rmse, score.mase)]
    texts = [readable(each) if math.isfinite(each) else "–" for each in errors]
    return [*texts, percent(table.skill(score, target))]


def season_sentence(origin: Origin) -> str:
    """Describe the season of the baseline and of MASE."""
    if origin.period == 1:
        return "No season was found in the training rows."
    length = season_length(origin)
    return f"Season: {length}, found in the training rows or else usual in the calendar."


def on_dates_figure(
    dataset: Dataset, by_row: ByRow, target: int, baseline: Score, palette: Palette
) -> chart.Chart:
    """Draw the target by date, with last-step predictions of both modes and of a baseline."""
    origin = dataset.cut_from
    every = every_kth(len(by_row.rows) / chart.MOST_POINTS, origin.period)
    x, axis = _dates(origin, by_row.rows[::every])
    targets, predicted = by_row.targets[::every], by_row.baselines[baseline.name][::every]
    last = {mode: values[::every] for mode, values in by_row.last.items()}
    unit, wide = dataset.target_unit, 3 if len(x) <= 200 else 2
    data, band = [], list[Entry]()
    if by_row.steps is not None and by_row.most > 1:
        low, high = (edge[::every] for edge in by_row.steps)
        data.append(chart.band("every step", x, (low, high), palette.sequence, OPACITY))
        band = [Entry("squares", "all predictions of a date", "sequence", "muted")]
    elif by_row.steps is not None:
        last["sequence"] = by_row.steps[0][::every]
    data.append(_line("target", x, targets, {"color": palette.ink, "width": wide}, unit))
    data.append(_line(baseline.label, x, predicted, _style("baseline", palette, 2), unit))
    for mode, values in last.items():
        data.append(_line(MODES[mode].name, x, values, _style(mode, palette, wide - 1), unit))
    ends = [End("target", targets[-1], "ink"), *chart.mode_ends(last)]
    ends.append(End(baseline.label, predicted[-1], "baseline"))
    key = [[Entry("line", f"target{dataset.ahead}")] if dataset.ahead else [], band]
    title = chart.with_unit(origin.columns[target // len(origin.horizons)], unit)
    y = axes.linear_axis(title, np.concatenate([targets, *last.values()]), axes.with_room(targets))
    look: Part = {"name": f"on dates {dataset.name} {target}", "height": HEIGHT, "ends": ends}
    return chart.plotted(data, palette, axis, y, key, **look)


def dates_words(dataset: Dataset, by_row: ByRow, target: int) -> Words:
    """Return the mean absolute errors at the last step, and the dates of the chart."""
    origin = dataset.cut_from
    every = every_kth(len(by_row.rows) / chart.MOST_POINTS, origin.period)
    unit, name = off_unit(dataset), origin.names[origin.series[by_row.rows[0]]]
    first, last = (origin.label(int(by_row.rows[k])) for k in (0, -1))
    rows = f"{first} to {last}" + (f", every {nth(every)} row" if every > 1 else "")
    column = capital(origin.columns[target // len(origin.horizons)])
    details = f"{column} of {name}, {rows}." if name else f"{column}, {rows}."
    if by_row.steps is not None and by_row.most > 1:
        details += f" The band spans sequence mode's predictions, up to {by_row.most} for a date."
    errors = [
        f"{MODES[mode].name} {readable(float(np.nanmean(np.abs(values - by_row.targets))))}{unit}"
        for mode, values in by_row.last.items()
    ]
    if not errors:
        return "Not trained yet: the chart shows the target and a baseline.", details
    return f"Mean absolute error at the last step: {', '.join(errors)}.", details


def forecast_figure(
    dataset: Dataset, forecast: Forecast, series: int, column: int, palette: Palette
) -> chart.Chart:
    """Draw a series' last rows, its test part, the models' forecasts, and baselines."""
    origin, ahead = dataset.cut_from, forecast.rows
    before = min(max(30, 3 * ahead, 2 * origin.period), chart.MOST_POINTS)
    rows = np.flatnonzero(origin.series == series)[-before:]
    x, axis = _dates(origin, rows, forecast)
    after, targets, unit = x[len(rows) :], origin.targets[rows, column], dataset.target_unit
    bands = []
    lines = [_line("known", x[: len(rows)], targets, {"color": palette.ink, "width": 3}, unit)]
    for mode, values in forecast.values.items():
        name, color = MODES[mode].name, palette.mode(mode)
        low, high = values - forecast.widths[mode], values + forecast.widths[mode]
        has_band = np.isfinite(low)
        edges = low[has_band], high[has_band]
        bands.append(chart.band(f"{name}'s band", after[has_band], edges, color, OPACITY))
        lines.append(_line(name, after, values, _style(mode, palette, 2), unit))
    ends = chart.mode_ends(forecast.values)
    for name, values in forecast.baselines.items():
        bands.append(_line(name, after, values, _style("baseline", palette, 2), unit))
        ends.append(End(name, values[-1], "baseline"))
    key = [[Entry("line", "known"), Entry("squares", "90% band", "baseline")], []]
    if ground := _test_part(dataset, series, rows, x, palette):
        shares = forecast.covered.items()
        words = "test part, in the band:" if shares else "test part"
        key[1] = [Entry("squares", words, "border", "muted")]
        key[1] += [Entry("line", percent(100 * k / n), mode) for mode, (k, n) in shares]
    title = chart.with_unit(origin.columns[column], unit)
    y = axes.linear_axis(title, chart.all_y(bands + lines), targets)
    look: Part = {"name": f"forecast {dataset.name} {series} {column}", "height": HEIGHT}
    look |= {"ends": ends, "shapes": ground}
    return chart.plotted(bands + lines, palette, axis, y, key, **look)


def _test_part(
    dataset: Dataset, series: int, rows: np.ndarray, x: np.ndarray, palette: Palette
) -> list[Part]:
    """Return a rectangle behind the rows of a series that are test targets, at their `x`."""
    origin = dataset.cut_from
    starts = origin.starts[dataset.seen :]
    first = min(starts[origin.series[starts] == series], default=np.inf) + origin.horizons[0]
    inside = x[: len(rows)][rows >= first + origin.rate * (dataset.shape[1] - 1)]
    look = {"type": "rect", **chart.FULL_HEIGHT, "line": {"color": palette.border, "width": 1}}
    look["fillcolor"] = palette.surface
    return [{**look, "x0": inside[0], "x1": inside[-1]}] if len(inside) else []


def forecast_words(dataset: Dataset, forecast: Forecast, *, fed_back: bool, picked: bool) -> Words:
    """Return the forecast for the row furthest ahead, and how forecasts and bands are computed."""
    origin, count, unit = dataset.cut_from, forecast.rows, dataset.spaced_unit
    when = f"{counted(count, origin.step)} ahead"
    if forecast.times is not None and origin.time_format:
        when = str(forecast.times[-1].strftime(origin.time_format))
    values = [
        f"{MODES[mode].name} {_with_band(float(v[-1]), float(forecast.widths[mode][-1]))}{unit}"
        for mode, v in forecast.values.items()
    ]
    details = _TEXTS["direct"]
    if fed_back:
        details = filled(_TEXTS, "fed_back", times=counted(count, "time"))
    details += f" {_TEXTS['bands']}{PICKED if picked else ''}"
    shares = [
        f"{percent(100 * inside / of)} of {of:,} targets in {MODES[mode].name}"
        for mode, (inside, of) in forecast.covered.items()
    ]
    details += f" In the test part, the bands contain {joined(shares)}." if shares else ""
    return f"{when}: {', '.join(values)}.", details


def _with_band(value: float, width: float) -> str:
    """Return a value ± half of its band's height: "356.9 ± 0.66"."""
    if not (math.isfinite(value) and 0 < width < math.inf):
        return readable(value)
    return f"{apart(value, value + width)[0]} ± {readable(width, 2)}"


def _dates(
    origin: Origin, rows: np.ndarray, forecast: Forecast | None = None
) -> tuple[np.ndarray, Part]:
    """Return the x of known and forecast rows, and the x axis: dates, or names if unknown."""
    times = forecast.times if forecast else None
    if origin.times is not None and origin.time_format and (times is not None or not forecast):
        dates = origin.times[rows] if times is None else origin.times[rows].append(times)
        axis = {"title": "", "type": "date", "nticks": 5, "tickangle": 0}
        title = {"text": f"%{{x|{origin.time_format}}}"}
        return dates.to_numpy().astype("M8[s]").astype(str), axis | {"unifiedhovertitle": title}
    names = [origin.label(int(row)) for row in rows]
    if len(set(names)) < len(names):
        names = [f"row {row + 1}" for row in rows]
    names += [f"+{k + 1}" for k in range(forecast.rows if forecast else 0)]
    ticks, x = axes.row_ticks(dict(enumerate(names))), [chart.escaped(name) for name in names]
    axis = {"title": "", "type": "category", "categoryorder": "array", "categoryarray": x}
    range_ = [-0.5, len(x) - 0.5]
    return np.array(x), axis | ticks | {"tickvals": ticks["ticktext"], "range": range_}


def _style(mode: str, palette: Palette, width: int) -> Part:
    """Return the line style of a mode or of the "baseline", each with its own dash."""
    dash = {"sequence": "solid", "last": "6px", "pooled": "longdash", "baseline": "dot"}[mode]
    return {"color": palette.mode(mode), "width": width, "dash": dash}


def _line(name: str, x: np.ndarray, y: np.ndarray, style: Part, unit: str) -> Part:
    """Return a line through the finite values of y, with dots if there are at most 60."""
    known, hover = np.isfinite(y), chart.hover(unit)
    dots = 6 if known.sum() <= 60 else 0  # A single value has no line.
    return chart.line(name, y[known], style, hover, x=x[known], dots=dots)
