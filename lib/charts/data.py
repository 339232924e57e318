"""The pictures of the Data page: a sample, the rows of a table that it is of, and the split.

A sample's inputs and targets stand timestep by timestep, before any model. The rows around a window
stand side by side, whatever time lies between them, without their values. Samples to learn from and
those kept back are on their dates, where there are any.
"""

from __future__ import annotations

import math
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.by_timestep import gaps_of, input_squares
from lib.charts.marks import Entry, Part
from lib.charts.narrate.data import raw_targets
from lib.charts.palette import Palette
from lib.data import Dataset, Origin, part_spans, series_by_part
from lib.text import beside

if TYPE_CHECKING:
    import pandas as pd

_LOOKS = beside(__file__)
PLOT, GAP, ROW = 170, 32, 22
"""Pixels: a sample's targets or a window's marks, the room below, each feature's squares."""
MOST_LINES = 8

READS, SEQUENCE, LAST = 2, 1, 0
"""Where on the y axis the rows stand that are read, and the targets of each mode."""
AROUND = 0.12
"""How many rows are seen on each side of a window, as a part of its own."""
TICKS = 61
"""Of so many rows, evenly apart, a few are ticks: 60 is a multiple of one less than these are."""

MOST_SERIES = 12


def frame_of_sample(dataset: Dataset, sample: int) -> pd.DataFrame:
    """One sample's numbers by timestep: features, targets, and raw ones beside what is scaled."""
    import pandas as pd  # noqa: PLC0415  the first page shows no table

    x, raw = dataset.x[sample], raw_targets(dataset, sample)
    columns = {f"x: {name}": x[:, f] for f, name in enumerate(dataset.feature_names)}
    for k, name in enumerate(dataset.target_names):
        columns[f"y: {name}"] = dataset.y[sample, :, k]
        if dataset.is_scaled:
            columns[chart.with_unit(name, dataset.target_unit or "raw")] = raw[:, k]
    return pd.DataFrame(columns, pd.Index(dataset.timestep_names, name="timestep"))


def sample_figure(dataset: Dataset, sample: int, palette: Palette) -> chart.Chart:
    """Targets of one sample over its timesteps, above the inputs as squares, features by steps.

    Targets are in the raw unit; of several rows ahead the nearest and the farthest are drawn. The
    last timestep's, which is all that the last-step mode has, stands out as a diamond.
    """
    _, steps, features = dataset.shape
    targets, shown = raw_targets(dataset, sample), np.append(dataset.shown, sample)
    ahead = len(dataset.origin.horizons) if dataset.origin else 1
    drawn = [k for k in range(dataset.targets) if k % ahead in (0, ahead - 1)][:MOST_LINES]
    data, entries = [], []
    hover, size = chart.hover(), marks.dot_size(steps)
    for k, (dash, glyph) in zip(drawn, cycle(_LOOKS["targets"]), strict=False):
        name, style = dataset.target_names[k], {"color": palette.ink, "width": 2.5, "dash": dash}
        data.append(marks.line(name, targets[:, k], style, hover, dots=size))
        entries.append(Entry(glyph, name))
    if dataset.targets == 1:
        entries = [Entry("dots", f"target y{dataset.ahead}")]
    which = f"last-step mode {'learns from' if sample < dataset.train else 'is judged on'}"
    marker = {"color": palette.last, "size": 14, "symbol": "diamond"}
    diamonds = [steps] * len(drawn), targets[-1, drawn]
    data.append(marks.points(f"what the {which}", *diamonds, marker, ""))
    short = [chart.shortened(name) for name in dataset.feature_names]
    higher = "darker" if palette.theme == "light" else "brighter"
    key = [
        *(entries[k : k + 2] for k in range(0, len(entries), 2)),
        [Entry("diamond", f"what {which}", "last")],
        [Entry("squares", f"input x, {higher} is higher", "muted")],
    ]
    zero = axes.from_zero(dataset.raw(dataset.y[shown], shown))
    y = chart.with_unit("target y", dataset.target_unit)
    squares = ROW * max(4, features)
    inner = PLOT + GAP + squares
    shades, axis = input_squares(dataset, sample, palette, squares / inner, short)
    return chart.plotted(
        [*data, shades],
        palette,
        axes.timestep_axis(dataset.steps_of(sample)) | {"anchor": "y2"},
        axes.linear_axis(y, targets.ravel(), targets.ravel(), zero=zero)
        | {"domain": [(squares + GAP) / inner, 1.0]},
        key,
        name=f"sample {dataset.name}",
        height=chart.top(key) + inner + chart.BOTTOM,
        left=chart.left_of(short),
        hovermode="closest",
        yaxis2=axis,
        **gaps_of(dataset, sample, palette),
    )


def window_figure(
    dataset: Dataset, origin: Origin, sample: int, step: int, palette: Palette
) -> chart.Chart:
    """The rows around sample `sample`, 0 to N-1: those it reads, and those it must say.

    Timestep `step`, 0 to T-1, stands out, with a line to its targets; that of the last timestep
    goes on to those of the last-step mode.
    """
    steps = dataset.shape[1]
    reads = origin.rows(steps, sample)
    targets = reads[:, None] + np.array(origin.horizons)  # (T, H)
    series = int(origin.series[reads[0]])
    own = np.flatnonzero(origin.series == series)
    end = max(reads[-1], targets.max())
    around = 2 + int(AROUND * (end - reads[0]))
    rows = range(max(own[0], reads[0] - around), min(own[-1], end + around) + 1)
    ticks = {rows[k] for k in np.linspace(0, len(rows) - 1, TICKS).round().astype(int)}
    # Of up to fifty thousand rows in sight no others are named: each takes a while.
    names = {row: origin.label(row) for row in ticks.union(reads.tolist(), targets.flat)}
    named = {row: names[row] for row in sorted(ticks)}
    size = max(2.5, min(12.0, 200 / len(rows)))  # they stand apart on a phone

    def placed(name: str, which: np.ndarray, level: int, marker: Part) -> Part:
        hover, y = f"{name}: %{{text}}<extra></extra>", np.full(len(which), level)
        trace = marks.points(name, which, y, {"size": size, **marker}, hover)
        return trace | {"text": [chart.escaped(names[row]) for row in which]}

    square, dot = {"color": palette.muted, "symbol": "square"}, {"color": palette.sequence}
    diamond = {"color": palette.last, "symbol": "diamond", "size": size + 3}
    stands_out = {"size": size + 5, "line": {"color": palette.ink, "width": 2}}
    number, line = f"timestep {step + 1}", {"color": palette.muted, "width": 1.5}
    ink = {"color": palette.ink}
    across = [x for end in targets[step, [0, -1]] for x in (reads[step], end, end, None)]
    down = 2 * [READS, SEQUENCE, LAST if step == steps - 1 else None, None]
    data = [
        marks.line("from a timestep to its targets", down, line, "", x=across),
        placed("read", reads, READS, square),
        placed(f"{number} reads", reads[[step]], READS, square | stands_out | ink),
        placed("a target of the sequence mode", np.unique(targets), SEQUENCE, dot),
        placed(f"{number} must say", targets[step], SEQUENCE, dot | stands_out),
        placed("last-step mode must say", targets[-1], LAST, diamond),
    ]
    key = [[Entry(*row)] for row in _LOOKS["window"]]
    low, high = reads[0] - around - 0.7, end + around + 0.7
    stripes, notes = _parts(dataset, origin, series, (low, high), palette)
    stripes += marks.gap_lines(origin.segment[np.array(rows)], rows[0], palette)
    y = {"tickvals": [READS, SEQUENCE, LAST], "ticktext": ["x", "y", "y_last"]}
    return chart.plotted(
        data,
        palette,
        {"title": "row of the table", "range": [low, high], **axes.row_ticks(named)},
        {"title": "", "range": [LAST - 0.5, READS + 0.8], **y},
        key,
        name=f"window {dataset.name}",
        height=chart.top(key) + PLOT + chart.BOTTOM,
        right=4 * len(names[rows[-1]]),  # Plotly hides a label that doesn't fit as a whole
        notes=notes,
        hovermode="closest",
        shapes=stripes,
    )


def _parts(
    dataset: Dataset, origin: Origin, series: int, seen: tuple[float, float], palette: Palette
) -> tuple[list[Part], list[Part]]:
    """A stripe for each part and for what is left out between two, and their names."""
    spans = [(a - 0.5, b + 0.5, name) for a, b, name in part_spans(dataset, origin, series)]
    spans += [(end, begin, "left out") for (_, end, _), (begin, _, _) in pairwise(spans)]
    stripes, notes = [], []
    for begin, end, name in spans:
        fill = palette.surface if name in ("validation", "test") else "rgba(0,0,0,0)"
        stripes.append(marks.stripe(begin, end, fill, palette.border))
        left, right = max(begin, seen[0]), min(end, seen[1])
        if right - left > 0.17 * (seen[1] - seen[0]):  # else there is no room for its name
            middle, small = (left + right) / 2, chart.FONT_SIZE - 1
            note = chart.note(name, middle, 1, palette.muted, small)
            notes.append(note | {"xref": "x", "yanchor": "top"})
    return stripes, notes


def split_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """The last target of every sample: those to learn from, then those kept back.

    Of several target columns it is the first, and the axis says which. Of several series each has
    a band of its own, from its lowest value to its highest; `series_shown` says which are drawn.
    """
    origin, numbers, shown = dataset.origin, np.arange(len(dataset.y)), series_shown(dataset)
    if origin and shown:
        numbers = numbers[np.isin(origin.series[origin.starts], shown)]
    numbers = numbers[:: math.ceil(len(numbers) / chart.MOST_POINTS)]
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
    texts, data, key = np.array([chart.escaped(name) for name in names]), [], []
    for name, part in dataset.parts.items():
        own = (numbers >= part.start) & (numbers < part.stop)
        color, symbol, glyph = _LOOKS["parts"][name]
        size = 4 if len(shown) > 1 else 6
        marker = {"color": getattr(palette, color), "size": size, "symbol": symbol}
        which = f" ({name})" if shown else ""
        hover = f"%{{text}}{which}: %{{customdata:{chart.VALUE}}}<extra></extra>"
        trace = marks.points(name, places[own], heights[own], marker, hover)
        data.append(trace | {"customdata": values[own], "text": texts[own]})
        key.append(Entry(glyph, name, color, "ink"))
    stripes = [marks.stripe(*edge, palette.surface, palette.muted) for edge in edges]
    look: Part = {"name": f"split {dataset.name}", "height": 400, "left": left}
    return chart.plotted(data, palette, x, y, [key], hovermode="closest", shapes=stripes, **look)


def series_shown(dataset: Dataset) -> list[int]:
    """Up to `MOST_SERIES` series by parts, one of each at least; none where each has one sample."""
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
) -> tuple[np.ndarray, Part]:
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
) -> tuple[np.ndarray, list[str], Part, list[tuple[Any, Any]]]:
    """Where samples stand by their last target's row, their names, the axis, and parts' edges."""

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
    axis: Part = {"title": title, "nticks": 4, "tickangle": 0}
    if origin.times is not None and not origin.time_format and len(shown) == 1:
        axis |= axes.row_ticks({int(at(row)): origin.label(row) for row in np.unique(rows)})
    return at(rows), names, axis, edges
