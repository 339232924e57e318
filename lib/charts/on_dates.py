"""The charts over dates: what was said of the rows of a part, and what is said of rows to come.

The sequence mode answers a date at several timesteps of several windows: that is the band around
its line, which is the last of these answers. A forecast's band says how far off it may be.
"""

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.data import Baseline, Dataset, Origin, every_kth
from lib.experiment import MODES
from lib.results import ByRow, Forecast

HEIGHT = 380
OPACITY = 0.3
"""Of bands."""


def on_dates_figure(
    dataset: Dataset, origin: Origin, said: ByRow, target: int, rival: Baseline, *, palette: Palette
) -> chart.Chart:
    """The target on the dates of a part, both modes' last-step answers, and a baseline."""
    every = drawn_every(len(said.rows), origin.period)
    x, axis = _dates(origin, said.rows[::every])
    truth, guess = said.truth[::every], said.guesses[rival.name][::every]
    answers = {mode: values[::every] for mode, values in said.last.items()}
    unit, wide = dataset.target_unit, 3 if len(x) <= 200 else 2
    data, sequence_key = [], list[Entry]()
    if said.steps is not None:
        low, high = (edge[::every] for edge in said.steps)
        sequence_key = marks.mode_keys(["sequence"])
        if said.most > 1:
            color = palette.sequence
            data.append(marks.band("every step's answers", x, low, high, color, OPACITY))
            sequence_key += [Entry("squares", "all its answers for a date", "sequence", "muted")]
        else:
            answers["sequence"] = low
    data.append(_line("target", x, truth, {"color": palette.ink, "width": wide}, unit))
    data.append(_line(rival.label, x, guess, marks.naive_style(palette), unit))
    for mode, values in answers.items():
        data.append(_line(MODES[mode].name, x, values, _style(mode, palette, wide - 1), unit))
    key = [[Entry("line", f"target{dataset.ahead}")], sequence_key]
    key[0] += marks.mode_keys(["last"] * ("last" in answers), last="dashed")
    key.append([Entry("dotted", rival.label, "baseline")])
    title = chart.with_unit(origin.columns[target // len(origin.horizons)], unit)
    y = axes.linear_axis(title, np.concatenate([truth, *answers.values()]), axes.with_room(truth))
    name, key = f"on dates {dataset.name} {target}", [row for row in key if row]
    return chart.plotted(data, palette, axis, y, key, name=name, height=HEIGHT)


def drawn_every(count: int, period: int) -> int:
    """Every which date is drawn."""
    return every_kth(count / chart.MOST_POINTS, period)


def forecast_figure(
    dataset: Dataset, origin: Origin, said: Forecast, series: int, column: int, *, palette: Palette
) -> chart.Chart:
    """The last known rows of a series, and after them what each model says, with its band."""
    ahead = len(said.errors)
    before = min(max(30, 3 * ahead, 2 * origin.period), chart.MOST_POINTS)
    rows = np.flatnonzero(origin.series == series)[-before:]
    x, axis = _dates(origin, rows, said)
    after, truth, unit = x[len(rows) :], origin.targets[rows, column], dataset.target_unit
    bands, drawn = [], [truth]
    lines = [_line("known", x[: len(rows)], truth, {"color": palette.ink, "width": 3}, unit)]
    for mode, values in said.values.items():
        name, color = MODES[mode].name, palette.mode(mode)
        low, high = values - said.widths[mode], values + said.widths[mode]
        told = np.isfinite(low)
        edges = low[told], high[told]
        bands.append(marks.band(f"{name}'s band", after[told], *edges, color, OPACITY))
        lines.append(_line(name, after, values, _style(mode, palette, 2), unit))
        drawn += [values, low, high]
    band = Entry("squares", "as wide as 90% of validation errors", "baseline")
    key = [[Entry("line", "known"), *marks.mode_keys(said.values, last="dashed")], [band]]
    title = chart.with_unit(origin.columns[column], unit)
    y = axes.linear_axis(title, np.concatenate(drawn), truth)
    name = f"forecast {dataset.name} {series} {column}"
    return chart.plotted(bands + lines, palette, axis, y, key, name=name, height=HEIGHT)


def _dates(
    origin: Origin, rows: np.ndarray, coming: Forecast | None = None
) -> tuple[np.ndarray, Part]:
    """Where rows, and those that are coming, stand by dates or else by number, and the x axis."""
    times, more = (coming.times, len(coming.errors)) if coming else (None, 0)
    if origin.times is not None and origin.time_format and (times is not None or not more):
        dates = origin.times[rows] if times is None else origin.times[rows].append(times)
        axis = {"title": "", "type": "date", "nticks": 5, "tickangle": 0}
        title = {"text": f"%{{x|{origin.time_format}}}"}
        return dates.to_numpy().astype("M8[s]").astype(str), axis | {"unifiedhovertitle": title}
    names = [origin.label(int(row)) for row in rows]
    if len(set(names)) < len(names):
        names = [f"row {row + 1}" for row in rows]
    names += [f"+{k + 1}" for k in range(more)]
    ticks, x = axes.row_ticks(dict(enumerate(names))), [chart.escaped(name) for name in names]
    axis = {"title": "", "type": "category", "categoryorder": "array", "categoryarray": x}
    range_ = [-0.5, len(x) - 0.5]
    return np.array(x), axis | ticks | {"tickvals": ticks["ticktext"], "range": range_}


def _style(mode: str, palette: Palette, width: int) -> Part:
    """Both are lines here; the last-step mode's is dashed, so that colour isn't all."""
    dash = "solid" if mode == "sequence" else "6px"
    return {"color": palette.mode(mode), "width": width, "dash": dash}


def _line(name: str, x: np.ndarray, y: np.ndarray, style: Part, unit: str) -> Part:
    """A line over what there is of y; with a dot at each where they are few."""
    known, hover = np.isfinite(y), chart.hover(unit)
    dots = 6 if known.sum() <= 60 else 0  # a single one makes no line
    return marks.line(name, y[known], style, hover, x=x[known], dots=dots)
