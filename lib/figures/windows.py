"""Which rows of a table become one sample, and which are its targets in either mode.

The rows around one window stand side by side, whatever time lies between them. No values are drawn
here: `lib.figures.data` does.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.dataset import Dataset, Origin
from lib.figures import axes, chart, marks
from lib.figures.palette import Palette
from lib.tables.parts import part_spans

READS, SEQUENCE, LAST = 2, 1, 0
"""Where on the y axis the rows stand that are read, and the targets of each mode."""
PLOT = 170
"""In pixels, the height of the three."""
AROUND = 0.12
"""How many rows are seen on each side of a window, as a part of its own."""
NAMED = 0.17
"""A part that has less of the width than this is not named."""


def window_figure(
    dataset: Dataset, origin: Origin, sample: int, step: int, palette: Palette
) -> go.Figure:
    """The rows around sample `sample`, 0 to N-1: those it reads, and those it must say.

    Timestep `step`, 0 to T-1, stands out, with a line to its targets; that of the last timestep
    goes on to those of the last-step mode.
    """
    steps = dataset.shape[1]
    reads = origin.starts[sample] + origin.rate * np.arange(steps)
    targets = reads[:, None] + np.array(origin.horizons)  # (T, H)
    series = np.flatnonzero(origin.series == origin.series[reads[0]])
    end = max(reads[-1], targets.max())
    around = 2 + int(AROUND * (end - reads[0]))
    rows = np.arange(max(series[0], reads[0] - around), min(series[-1], end + around) + 1)
    names = {int(row): origin.label(row) for row in rows}
    size = max(2.5, min(12.0, 200 / len(rows)))  # they stand apart on a phone

    def placed(name: str, which: np.ndarray, level: int, **marker: Any) -> dict[str, Any]:
        marker = {"size": size, **marker}
        hover = f"{name}: %{{text}}<extra></extra>"
        trace = marks.points(name, which, np.full(len(which), level), marker, hover)
        return {**trace, "text": [chart.escaped(names[row]) for row in which], "cliponaxis": False}

    stands_out = {"size": size + 5, "line": {"color": palette.ink, "width": 2}}
    blue, vermilion = {"color": palette.sequence}, {"color": palette.last, "symbol": "diamond"}
    square = {"symbol": "square"}
    key = [
        [marks.Entry("squares", "read as x", palette.muted, palette.muted)],
        [
            marks.Entry(
                "dots", "sequence mode: y, for each", palette.sequence, palette.sequence_text
            )
        ],
        [marks.Entry("diamond", "last-step mode: y_last", palette.last, palette.last_text)],
    ]
    number = f"timestep {step + 1}"
    data = [
        _line(reads[step], targets[step], palette, further=step == steps - 1),
        placed("read", reads, READS, color=palette.muted, **square),
        placed(f"{number} reads", reads[[step]], READS, color=palette.ink, **square, **stands_out),
        placed("a target of the sequence mode", np.unique(targets), SEQUENCE, **blue),
        placed(f"{number} must say", targets[step], SEQUENCE, **blue, **stands_out),
        placed("last-step mode must say", targets[-1], LAST, **vermilion | {"size": size + 3}),
    ]
    layout = chart.layout(
        palette,
        {
            "title": "row of the table",
            "range": [reads[0] - around - 0.7, end + around + 0.7],
            **axes.row_ticks(names),
        },
        {
            "title": "",
            "range": [LAST - 0.5, READS + 0.8],
            "tickvals": [READS, SEQUENCE, LAST],
            "ticktext": ["x", "y", "y_last"],
        },
        key,
        name=f"window {dataset.name}",
        height=chart.top(key) + PLOT + chart.BOTTOM,
        right=4 * len(names[int(rows[-1])]),  # Plotly hides a label that doesn't fit as a whole
    )
    layout["hovermode"] = "closest"
    _name_parts(layout, dataset, origin, rows, palette)
    return chart.figure(data, layout)


def _line(read: int, targets: np.ndarray, palette: Palette, *, further: bool) -> dict[str, Any]:
    """From a row that is read to the nearest and the farthest of its targets."""
    path = []
    for end in sorted({int(targets.min()), int(targets.max())}):
        path += [(read, READS), (end, SEQUENCE), (end, LAST if further else None), (end, None)]
    x, y = zip(*path, strict=True)
    style = {"color": palette.muted, "width": 1.5}
    trace = {"type": "scatter", "name": "from a timestep to its targets", "x": x, "y": y}
    return {**trace, "mode": "lines", "line": style, "hoverinfo": "skip"}


def _name_parts(
    layout: dict[str, Any], dataset: Dataset, origin: Origin, rows: np.ndarray, palette: Palette
) -> None:
    """Lines where parts begin and end among these rows, and what each is called."""
    spans = [
        (begin - 0.5, end + 0.5, name)
        for begin, end, name in part_spans(dataset, origin, int(origin.series[rows[0]]))
    ]
    gaps = [(end, begin, "left out") for (_, end, _), (begin, _, _) in pairwise(spans)]
    low, high = layout["xaxis"]["range"]
    layout["shapes"] = []
    for begin, end, name in [*spans, *gaps]:
        left, right = max(begin, low), min(end, high)
        if left >= right:
            continue
        box = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "x0": left, "x1": right}
        fill = palette.surface if name in ("validation", "test") else "rgba(0,0,0,0)"
        edge = {"color": palette.border, "width": 1}
        layout["shapes"].append({**box, "fillcolor": fill, "line": edge, "layer": "below"})
        if right - left > NAMED * (high - low):
            layout["annotations"].append(
                {
                    "text": name,
                    "x": (left + right) / 2,
                    "y": 1,
                    "yref": "paper",
                    "yanchor": "top",
                    "showarrow": False,
                    "font": {"size": chart.FONT_SIZE - 1, "color": palette.muted},
                }
            )
