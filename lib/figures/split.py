"""Which samples are to learn from and which are kept back: on their dates, where there are any."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.dataset import Dataset, Origin
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.tables.parts import part_spans, series_by_part

HEIGHT = 400
MOST_SERIES = 12
MOST_POINTS = 1500
"""Of more samples every k-th is drawn, so that a chart stays small."""


def split_figure(dataset: Dataset, palette: Palette) -> go.Figure:
    """The last target of every sample: those to learn from, then those kept back.

    Of several target columns it is the first, and the axis says which. Of several series each has
    a band of its own, from its lowest value to its highest; `series_shown` says which are drawn.
    """
    origin, numbers, shown = dataset.origin, np.arange(len(dataset.y)), series_shown(dataset)
    if origin and shown:
        numbers = numbers[np.isin(origin.series[origin.starts], shown)]
    numbers = numbers[:: math.ceil(len(numbers) / MOST_POINTS)]
    values = dataset.raw(dataset.y[numbers, -1], numbers, last=True)[:, 0]
    if origin and len(shown) > 1:
        heights, y = _bands(values, origin.series[origin.starts[numbers]], shown, origin)
        left = chart.left_of(y["ticktext"])
    else:
        heights, left = values, chart.LEFT
        target = dataset.target_names[0] if dataset.targets > 1 else "target y"
        title = chart.with_unit(f"{target} at the last step", dataset.target_unit)
        y = axes.linear_axis(title, values, values, zero=axes.from_zero(values))
    if origin and shown:
        places, names, x, edges = _on_rows(dataset, origin, numbers, shown)
    else:
        places, n = numbers + 1, len(dataset.y)
        names = [dataset.short_sample_name(int(k)) for k in numbers]
        room = max(0.5, 0.03 * n)  # so that no mark is cut
        x = {"title": "sample", "range": [1 - room, n + room]}
        x |= {"nticks": 6, "tickformat": ",d"} if n > 6 else {"dtick": 1}
        edges = [(part.start + 0.5,) * 2 for part in dataset.parts.values()][1:]
    looks = {
        "training": (palette.ink, "circle", "dots"),
        "validation": (palette.baseline, "circle-open", "rings"),
        "test": (palette.muted, "x-thin-open", "cross"),
    }
    texts, data, key = np.array([chart.escaped(name) for name in names]), [], []
    for name, part in dataset.parts.items():
        own = (numbers >= part.start) & (numbers < part.stop)
        color, symbol, glyph = looks[name]
        marker = {"color": color, "size": 4 if len(shown) > 1 else 6, "symbol": symbol}
        which = f" ({name})" if shown else ""
        hover = f"%{{text}}{which}: %{{customdata:{chart.VALUE}}}<extra></extra>"
        trace = marks.points(name, places[own], heights[own], marker, hover)
        data.append(trace | {"customdata": values[own], "text": texts[own]})
        key.append(Entry(glyph, name, color, palette.ink))
    name, fill, line = f"split {dataset.name}", palette.surface, palette.muted
    layout = chart.layout(palette, x, y, [key], name=name, height=HEIGHT, left=left)
    stripes = [marks.stripe(begin, end, fill, line) for begin, end in edges]
    return chart.figure(data, layout | {"hovermode": "closest", "shapes": stripes})


def series_shown(dataset: Dataset) -> list[int]:
    """Up to `MOST_SERIES` series in order of their parts, of each part one at least.

    None where each has one sample: then all samples are drawn.
    """
    origin = dataset.origin
    if origin is None or len(set(origin.series[origin.starts].tolist())) == len(dataset.x):
        return []
    of_parts = [sorted(each) for each in series_by_part(dataset, origin).values()]
    order = list(dict.fromkeys(series for part in of_parts for series in part))
    spread = np.linspace(0, len(order) - 1, min(MOST_SERIES, len(order))).round().astype(int)
    chosen = dict.fromkeys([*(part[0] for part in of_parts), *(order[k] for k in spread)])
    return sorted(list(chosen)[:MOST_SERIES], key=order.index)


def _bands(
    values: np.ndarray, series: np.ndarray, shown: list[int], origin: Origin
) -> tuple[np.ndarray, dict[str, Any]]:
    """Where values stand, each in the band of its series, the first one on top; the y axis."""
    heights, upwards = np.empty(len(values)), shown[::-1]
    for level, each in enumerate(upwards):
        own = series == each
        if own.any():
            low, high = values[own].min(), values[own].max()
            heights[own] = level + 0.1 + 0.8 * (values[own] - low) / ((high - low) or 1)
    names = [chart.escaped(chart.shortened(origin.names[each])) for each in upwards]
    ticks = {"tickvals": np.arange(len(shown)) + 0.5, "ticktext": names, "showgrid": False}
    return heights, {"title": "", "range": [0, len(shown)], **ticks}


def _on_rows(
    dataset: Dataset, origin: Origin, numbers: np.ndarray, shown: list[int]
) -> tuple[np.ndarray, list[str], dict[str, Any], list[tuple[Any, Any]]]:
    """By the row of the last target, on its date; of rows without dates by its number.

    Where samples stand on the x axis, their names, the axis, and from where to where parts meet.
    """

    def at(rows: np.ndarray | list[int]) -> np.ndarray:
        if origin.times is not None and origin.time_format:
            return np.asarray(origin.times[rows])
        return rows - np.searchsorted(origin.series, origin.series[rows]) + 1

    rows = origin.starts[numbers] + origin.rate * (dataset.shape[1] - 1) + origin.horizons[0]
    names = [f"{origin.names[origin.series[row]]} {origin.label(row)}".strip() for row in rows]
    spans = [span for each in shown for span in part_spans(dataset, origin, each)]
    edges = []
    for before, after in pairwise(dataset.parts):
        end = at([end for _, end, name in spans if name == before]).max()
        begin = at([begin for begin, _, name in spans if name == after]).min()
        if end < begin:  # else it is series that are split
            edges.append((end, begin))
    title = "time of the target" if origin.time_format else "row of the target"
    axis: dict[str, Any] = {"title": title, "nticks": 4, "tickangle": 0}
    if origin.times is not None and not origin.time_format and len(shown) == 1:
        axis |= axes.row_ticks({int(at(row)): origin.label(row) for row in np.unique(rows)})
    return at(rows), names, axis, edges
