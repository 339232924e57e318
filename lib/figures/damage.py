"""The two charts of the damage done: what both trainings report, and what both models then say."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.doctor.damage import Damage
from lib.figures import axes, chart
from lib.figures.marks import Entry, finite
from lib.figures.palette import Palette

HEIGHT = 300


def _key(palette: Palette) -> list[Entry]:
    return [
        Entry("line", "right setup", palette.best, palette.best_text),
        Entry("dashed", "wrong setup", palette.wrong, palette.wrong),
    ]


def damage_loss_figure(damage: Damage, palette: Palette) -> go.Figure:
    """Both losses over the epochs: each falls, and neither says that something is wrong."""
    epochs = np.arange(1, len(damage.loss["right"]) + 1)
    styles = {
        "right": {"color": palette.best, "width": 2.5},
        "wrong": {"color": palette.wrong, "width": 2.5, "dash": "dash"},
    }
    data = [
        {
            "type": "scatter",
            "name": f"{side} setup",
            "x": epochs,
            "y": finite(damage.loss[side]),
            "mode": "lines",
            "line": style,
            "hovertemplate": f"%{{y:{chart.VALUE}}}",
        }
        for side, style in styles.items()
    ]
    values = [float(value) for loss in damage.loss.values() for value in loss]
    return chart.figure(
        data,
        chart.layout(
            palette,
            axes.epoch_axis(len(epochs)),
            axes.log_axis("training loss", values),
            [_key(palette)],
            name="proof loss",
            height=HEIGHT,
        ),
    )


def damage_predictions_figure(damage: Damage, palette: Palette) -> go.Figure:
    """What each model says against what is true: the right one lies on the diagonal."""
    low, high = float(damage.truth.min()), float(damage.truth.max())
    marks = {
        "right": {"color": palette.best, "size": 7},
        "wrong": {"color": palette.wrong, "size": 8, "symbol": "x"},
    }
    data = [
        {
            "type": "scatter",
            "name": "truth",
            "x": [low, high],
            "y": [low, high],
            "mode": "lines",
            "line": {"color": palette.ink, "width": 1.5},
            "hoverinfo": "skip",
        },
        *(
            {
                "type": "scatter",
                "name": f"{side} setup",
                "x": damage.truth,
                "y": finite(damage.predictions[side]),
                "mode": "markers",
                "marker": mark,
                "hovertemplate": f"said %{{y:{chart.VALUE}}}",
            }
            for side, mark in marks.items()
        ),
    ]
    key = [
        Entry("dots", "right setup", palette.best, palette.best_text),
        Entry("cross", "wrong setup", palette.wrong, palette.wrong),
        Entry("line", "said = true", palette.ink, palette.ink),
    ]
    layout = chart.layout(
        palette,
        {"title": "true value at the last timestep"},
        {"title": "what the model says"},
        [key],
        name="proof predictions",
        height=HEIGHT,
    )
    layout["hovermode"] = "closest"
    return chart.figure(data, layout)
