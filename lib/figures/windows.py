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
from lib.figures.marks import Entry
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
TICKS = 61
"""Of so many rows, evenly apart, a few are ticks: 60 is a multiple of one less than these are."""


def window_figure(
    dataset: Dataset, origin: Origin, sample: int, step: int, palette: Palette
) -> go.Figure:
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

    def placed(name: str, which: np.ndarray, level: int, marker: dict[str, Any]) -> dict[str, Any]:
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
    key = [
        [Entry("squares", "read as x", palette.muted, palette.muted)],
        [Entry("dots", "sequence mode: y, for each", palette.sequence, palette.sequence_text)],
        [Entry("diamond", "last-step mode: y_last", palette.last, palette.last_text)],
    ]
    low, high = reads[0] - around - 0.7, end + around + 0.7
    stripes, notes = _parts(dataset, origin, series, (low, high), palette)
    y = {"tickvals": [READS, SEQUENCE, LAST], "ticktext": ["x", "y", "y_last"]}
    layout = chart.layout(
        palette,
        {"title": "row of the table", "range": [low, high], **axes.row_ticks(named)},
        {"title": "", "range": [LAST - 0.5, READS + 0.8], **y},
        key,
        name=f"window {dataset.name}",
        height=chart.top(key) + PLOT + chart.BOTTOM,
        right=4 * len(names[rows[-1]]),  # Plotly hides a label that doesn't fit as a whole
        notes=notes,
    )
    return chart.figure(data, layout | {"hovermode": "closest", "shapes": stripes})


def _parts(
    dataset: Dataset, origin: Origin, series: int, seen: tuple[float, float], palette: Palette
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A stripe for each part and for what is left out between two, and their names."""
    spans = [(a - 0.5, b + 0.5, name) for a, b, name in part_spans(dataset, origin, series)]
    spans += [(end, begin, "left out") for (_, end, _), (begin, _, _) in pairwise(spans)]
    stripes, notes = [], []
    for begin, end, name in spans:
        fill = palette.surface if name in ("validation", "test") else "rgba(0,0,0,0)"
        stripes.append(marks.stripe(begin, end, fill, palette.border))
        left, right = max(begin, seen[0]), min(end, seen[1])
        if right - left > NAMED * (seen[1] - seen[0]):
            middle, small = (left + right) / 2, chart.FONT_SIZE - 1
            note = chart.note(name, middle, 1, palette.muted, small)
            notes.append(note | {"xref": "x", "yanchor": "top"})
    return stripes, notes
