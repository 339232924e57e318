"""The chart of the one number that compares the modes: last-step error over the epochs."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.dataset import Dataset
from lib.figures import chart, marks
from lib.figures.palette import Palette
from lib.run import Snapshot

HEIGHT = 260


def compare_figure(dataset: Dataset, snapshot: Snapshot, palette: Palette) -> go.Figure:
    """Mean squared error at the last step on the judged samples, by epoch, for each mode.

    Here the two lines count the same thing, so one naive level and one best possible level serve
    both. The error of scaled targets has no unit, and the axis says so. The axis is logarithmic; a
    best possible error of exactly 0 is told in the key.
    """
    errors = {
        mode: (result.checked_epochs, marks.finite(result.last_step_mse))
        for mode, result in snapshot.results.items()
    }
    naive = float(dataset.naive_mse[-1])
    scaled = " (scaled)" if dataset.is_scaled else ""
    best = None if dataset.best_mse is None else float(dataset.best_mse[-1])
    drawn = [float(value) for _, error in errors.values() for value in error]
    x = chart.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    data = [
        marks.level(dataset.naive_label, naive, x["range"], marks.naive_style(palette)),
        *marks.by_epoch(errors, palette, f"%{{y:{chart.VALUE}}}"),
    ]
    key = [marks.mode_key(errors, palette), [marks.naive_key(dataset.naive_label, palette)]]
    if best is not None:
        zero = "" if best > 0 else ": 0"
        key[1].insert(0, marks.best_key(dataset.best_label, palette, zero))
    if best:  # above a line that reaches it, where it can be seen
        data.append(marks.level(dataset.best_label, best, x["range"], marks.best_style(palette)))
    return chart.figure(
        data,
        chart.layout(
            palette,
            x,
            chart.log_axis(f"last-step MSE{scaled}", [naive, best or 0.0, *drawn]),
            key,
            name=f"compare {dataset.name}",
            height=HEIGHT,
            notes=chart.all_zero([naive, *drawn], palette) if drawn else [],
        ),
    )
