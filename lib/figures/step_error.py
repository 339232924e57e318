"""The chart of error by timestep: how early could each model know?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.figures import chart, marks
from lib.figures.palette import Palette
from lib.run import Snapshot

HEIGHT = 340


def step_error_figure(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, palette: Palette
) -> go.Figure:
    """Root of the mean squared error on the judged samples, by timestep.

    The root, since it is in the unit of the target, and small errors stay visible beside great
    ones. The last-step model was asked at T alone, so its line is dotted up to the diamond, as in
    the predictions. Columns with different raw units are judged in the unit of y, and the axis
    says so.
    """
    scale, head = dataset.raw_scale, experiment.model.head
    unit = "scaled" if scale is None else dataset.target_unit

    def root(mse: np.ndarray) -> np.ndarray:
        return (1.0 if scale is None else scale) * np.sqrt(marks.finite(mse))

    errors = {mode: root(result.step_mse) for mode, result in snapshot.results.items()}
    naive = root(dataset.naive_mse)
    hover = f"%{{y:{chart.VALUE}}} {chart.plain(unit)}".rstrip()
    key: list[list[marks.Entry]] = [[], [marks.naive_key(dataset.naive_label, palette)]]
    data = [
        marks.line(dataset.naive_label, naive, marks.naive_style(palette), hover),
        *marks.by_timestep(errors, head, palette, hover),
    ]
    if dataset.best_mse is not None:  # above the line that reaches it, where it can be seen
        best = root(dataset.best_mse)
        data.append(marks.line(dataset.best_label, best, marks.best_style(palette), hover))
        key[1].insert(0, marks.best_key(dataset.best_label, palette))
    if "sequence" in errors:
        key[0].append(marks.sequence_key(palette))
    if "last" in errors:
        key.insert(1, marks.last_key(head, palette))
    return chart.figure(
        data,
        chart.layout(
            palette,
            chart.timestep_axis(dataset.timestep_names),
            chart.linear_axis(
                chart.with_unit("typical error", unit),
                np.concatenate([naive, *errors.values()]),
                np.append(naive, 0.0),
            ),
            [row for row in key if row],
            name=f"step error {dataset.name}",
            height=HEIGHT,
        ),
    )
