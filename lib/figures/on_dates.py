"""The charts over dates: what was said of the rows of a part, and what is said of rows to come.

The sequence mode answers a date at several timesteps of several windows: that is the band around
its line, which is the last of these answers. A forecast's band says how far off it may be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from lib.dataset import Dataset, Origin
from lib.experiment import MODES
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.forecast import Forecast
from lib.worth import ByRow

if TYPE_CHECKING:
    import pandas as pd

DATES_HEIGHT = 380
MOST_POINTS = 1500
"""Of more dates every k-th is drawn, so that a chart stays small."""
FEW_POINTS = 60
"""Up to so many dates each has a dot: a single one makes no line."""
MANY_POINTS = 200
"""Of more dates lines are thinner."""
LEAST_KNOWN = 30
"""How many rows before a forecast are drawn, and three times as many as it has, or a season."""
_BAND = 0.3
"""How opaque a band is."""


def on_dates_figure(
    dataset: Dataset, said: ByRow, target: int, baseline: str, palette: Palette
) -> go.Figure:
    """The target on the dates of a part, both modes' last-step answers, and a baseline.

    `baseline` is the name of one of `Dataset.baselines`; "" for none.
    """
    origin = _origin(dataset)
    every = drawn_every(len(said.rows), origin.period)
    rows = slice(None, None, every)
    x, axis = _dates(origin, said.rows[rows])
    hover, wide = _hover(dataset), 3 if len(x) <= MANY_POINTS else 2
    data: list[dict[str, Any]] = []
    key = [[Entry("line", f"target{dataset.ahead}", palette.ink, palette.ink)]]
    answers = {mode: values[rows] for mode, values in said.last.items()}
    if said.steps is not None:
        low, high = (edge[rows] for edge in said.steps)
        if said.most > 1:
            data += _band("every step's answers", x, low, high, palette.sequence)
        else:
            answers["sequence"] = low
    truth = said.truth[rows]
    data.append(_line("target", x, truth, {"color": palette.ink, "width": wide}, hover))
    label = {one.name: one.label for one in dataset.baselines}.get(baseline, "")
    if label:
        guess = said.guesses[baseline][rows]
        data.append(_line(label, x, guess, marks.naive_style(palette), hover))
    for mode in ("sequence", "last"):
        if mode in answers:
            style = _style(mode, palette) | {"width": wide - 1}
            data.append(_line(MODES[mode].name, x, answers[mode], style, hover))
    if "last" in answers:
        key[0].append(_entry("last", palette))
    if "sequence" in answers:
        band = Entry("squares", "all its answers for a date", palette.sequence, palette.muted)
        key.append([_entry("sequence", palette), *([band] if said.most > 1 else [])])
    if label:
        key.append([marks.naive_key(label, palette)])
    drawn = [truth, *answers.values()]
    return chart.figure(
        data,
        chart.layout(
            palette,
            axis,
            axes.linear_axis(
                chart.with_unit(
                    origin.columns[target // len(origin.horizons)], dataset.target_unit
                ),
                np.concatenate(drawn),
                axes.with_room(truth),
            ),
            key,
            name=f"on dates {dataset.name} {target}",
            height=DATES_HEIGHT,
        ),
    )


def drawn_every(count: int, period: int) -> int:
    """Every which date is drawn: of a season never the same hours alone."""
    every = max(1, math.ceil(count / MOST_POINTS))
    while math.gcd(every, max(1, period)) > 1:
        every += 1
    return every


def forecast_figure(
    dataset: Dataset, coming: Forecast, series: int, column: int, palette: Palette
) -> go.Figure:
    """The last known rows of a series, and after them what each model says, with its band."""
    origin = _origin(dataset)
    ahead = len(next(iter(coming.values.values())))
    mine = np.flatnonzero(origin.series == series)
    shown = max(LEAST_KNOWN, 3 * ahead, 2 * origin.period)
    rows = mine[-min(shown, MOST_POINTS) :]
    x, axis = _dates(origin, rows, ahead, coming.times)
    truth, hover = origin.targets[rows, column], _hover(dataset)
    before, after = x[: len(rows)], x[len(rows) :]
    data = []
    for mode, values in coming.values.items():
        width = coming.widths[mode]
        told = np.isfinite(values) & np.isfinite(width)
        edges = (values - width)[told], (values + width)[told]
        data += _band(f"{MODES[mode].name}'s band", after[told], *edges, palette.mode(mode))
    data.append(_line("known", before, truth, {"color": palette.ink, "width": 3}, hover))
    for mode, values in coming.values.items():
        data.append(_line(MODES[mode].name, after, values, _style(mode, palette), hover))
    widest = [
        v + sign * np.nan_to_num(coming.widths[mode])
        for mode, v in coming.values.items()
        for sign in (-1, 1)
    ]
    key = [
        [
            Entry("line", "known", palette.ink, palette.ink),
            *(_entry(mode, palette) for mode in coming.values),
        ],
        [Entry("squares", "where 90 of 100 should lie", palette.baseline, palette.muted)],
    ]
    return chart.figure(
        data,
        chart.layout(
            palette,
            axis,
            axes.linear_axis(
                chart.with_unit(origin.columns[column], dataset.target_unit),
                np.concatenate([truth, *widest]),
                truth,
            ),
            key,
            name=f"forecast {dataset.name} {series} {column}",
            height=DATES_HEIGHT,
        ),
    )


def _origin(dataset: Dataset) -> Origin:
    if dataset.origin is None:
        raise ValueError("a chart over dates needs data with an origin, got none")
    return dataset.origin


def _dates(
    origin: Origin, rows: np.ndarray, more: int = 0, times: pd.DatetimeIndex | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Where these rows, and `more` after them at `times`, stand on an x axis, and that axis.

    By their dates, or else by number, with a few of their names below.
    """
    if origin.time_format and origin.times is not None and (times is not None or not more):
        dates = origin.times[rows].to_numpy()
        if times is not None:
            dates = np.concatenate([dates, times.to_numpy()])
        clock = origin.time_format.replace("%Y-%m-%d", "").strip()
        form = f"%Y-%m-%d {clock}".strip()
        return np.datetime_as_string(dates.astype("M8[s]")), {
            "title": "",
            "type": "date",
            "nticks": 5,
            "tickangle": 0,
            "unifiedhovertitle": {"text": f"%{{x|{form}}}"},
        }
    names = [origin.label(int(row)) for row in rows]
    if len(set(names)) < len(names):
        names = [f"row {row + 1}" for row in rows]
    names = [chart.escaped(name) for name in [*names, *(f"+{k + 1}" for k in range(more))]]
    ticks = np.unique(np.linspace(0, len(names) - 1, min(4, len(names))).round().astype(int))
    return np.array(names), {
        "title": "",
        "type": "category",
        "categoryorder": "array",
        "categoryarray": names,
        "range": [-0.5, len(names) - 0.5],
        "tickvals": [names[k] for k in ticks],
        "ticktext": [names[k] for k in ticks],
        "tickangle": 0,
    }


def _hover(dataset: Dataset) -> str:
    return f"%{{y:{chart.VALUE}}} {chart.escaped(dataset.target_unit)}".rstrip()


def _style(mode: str, palette: Palette) -> dict[str, Any]:
    """Both are lines here; the last-step mode's is dashed, so that colour isn't all."""
    return {
        "color": palette.mode(mode),
        "width": 2,
        "dash": "solid" if mode == "sequence" else "6px",
    }


def _entry(mode: str, palette: Palette) -> Entry:
    glyph = "line" if mode == "sequence" else "dashed"
    return Entry(glyph, MODES[mode].name, palette.mode(mode), palette.mode_text(mode))


def _line(
    name: str, x: np.ndarray, y: np.ndarray, style: dict[str, Any], hover: str
) -> dict[str, Any]:
    """A line over what there is of y; with a dot at each where they are few."""
    known = np.isfinite(y)
    trace = {
        "type": "scatter",
        "name": name,
        "x": x[known],
        "y": y[known],
        "mode": "lines",
        "line": style,
        "hovertemplate": hover,
    }
    if known.sum() <= FEW_POINTS:
        trace |= {"mode": "lines+markers", "marker": {"color": style["color"], "size": 6}}
    return trace


def _band(
    name: str, x: np.ndarray, low: np.ndarray, high: np.ndarray, color: str
) -> list[dict[str, Any]]:
    """An area between two lines that aren't drawn; of a single date it is a bar."""
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    fill = f"rgba({red},{green},{blue},{_BAND})"
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    width = 8 if len(x) == 1 else 0
    if width:
        style = {"color": fill, "width": width}
        return [{**edge, "name": name, "x": [x[0], x[0]], "y": [low[0], high[0]], "line": style}]
    line = {"width": 0, "color": fill}
    return [
        {**edge, "name": name, "x": x, "y": low, "line": line},
        {
            **edge,
            "name": name,
            "x": x,
            "y": high,
            "line": line,
            "fill": "tonexty",
            "fillcolor": fill,
        },
    ]
