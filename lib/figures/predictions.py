"""The chart of what each model says at every timestep of one sample, beside the target."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.figures import chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.run import Snapshot

HEIGHT = 340


def predictions_figure(
    experiment: Experiment,
    dataset: Dataset,
    snapshot: Snapshot,
    sample: int,
    target: int,
    *,
    palette: Palette,
) -> go.Figure:
    """One sample and one target column, in the raw unit.

    The last-step model's answer is a single diamond at T. The dotted line to it is what its head
    (without one, its output) would have said at each earlier step, where it was never asked.

    Args:
        experiment: says whether there is a head.
        dataset: the data that the run was started with.
        snapshot: with `samples`; without `results` the target stands alone.
        sample: which of the shown samples, 0 to S-1 (`Snapshot.samples`).
        target: which target column, 0 to K-1.
        palette: the colours of the page's theme.

    Raises:
        ValueError: when the snapshot doesn't say which samples it shows.
    """
    if not len(snapshot.samples):
        raise ValueError("the snapshot must say which samples it shows, got none")
    index = int(snapshot.samples[sample])
    truth = marks.finite(dataset.raw(dataset.y[index])[:, target])
    said = {
        mode: marks.finite(dataset.raw(result.predictions[sample])[:, target])
        for mode, result in snapshot.results.items()
    }
    unit, head = dataset.target_unit, experiment.model.head
    hover = f"%{{y:{chart.VALUE}}} {chart.plain(unit)}".rstrip()
    # Wider than the models' lines and below them: a model that is right runs inside the target.
    goal = marks.line("target", truth, {"color": palette.ink, "width": 4}, hover)
    if dataset.has_named_steps:
        after = f"{dataset.lead} after " if dataset.lead else ""
        goal["customdata"] = [chart.plain(f"{after}{name}") for name in dataset.timestep_names]
        goal["hovertemplate"] += " · %{customdata}"
    goal["mode"] = "lines+markers"
    goal["marker"] = {"color": palette.ink, "size": round(1.5 * marks.dot_size(len(truth)))}

    key = [[Entry("dots", f"target{dataset.ahead}", palette.ink, palette.ink)]]
    if "sequence" in said:
        key[0].append(marks.sequence_key(palette))
    if "last" in said:
        key.append(marks.last_key(head, palette))
    return chart.figure(
        [goal, *marks.by_timestep(said, head, palette, hover)],
        chart.layout(
            palette,
            chart.timestep_axis(dataset.timestep_names),
            chart.linear_axis(
                chart.with_unit(dataset.target_names[target], unit),
                np.concatenate([truth, *said.values()]),
                truth,
            ),
            key,
            name=f"predictions {dataset.name} {target}",
            height=HEIGHT,
        ),
    )
