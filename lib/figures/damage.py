"""The two charts of the damage done: what both trainings report, and what both models then say."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.doctor.damage import Damage
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette

DAMAGE_HEIGHT = 300


def _key(palette: Palette) -> list[Entry]:
    return [
        Entry("line", "right setup", palette.best, palette.best_text),
        Entry("dashed", "wrong setup", palette.wrong, palette.wrong),
    ]


def damage_loss_figure(damage: Damage, palette: Palette) -> go.Figure:
    """Both losses over the epochs: each falls, and neither says that something is wrong."""
    styles = {
        "right": {"color": palette.best, "width": 2.5},
        "wrong": {"color": palette.wrong, "width": 2.5, "dash": "dash"},
    }
    data = [
        marks.line(f"{side} setup", marks.finite(damage.loss[side]), style, f"%{{y:{chart.VALUE}}}")
        for side, style in styles.items()
    ]
    values = [float(value) for loss in damage.loss.values() for value in loss]
    return chart.figure(
        data,
        chart.layout(
            palette,
            axes.epoch_axis(len(damage.loss["right"])),
            axes.log_axis("training loss", values),
            [_key(palette)],
            name="damage loss",
            height=DAMAGE_HEIGHT,
        ),
    )


def damage_predictions_figure(damage: Damage, palette: Palette) -> go.Figure:
    """What each model says against what is true: the right one lies on the diagonal."""
    ends = float(damage.truth.min()), float(damage.truth.max())
    markers = {
        "right": {"color": palette.best, "size": 7},
        "wrong": {"color": palette.wrong, "size": 8, "symbol": "x"},
    }
    data = [
        marks.level("truth", 0.0, ends, {"color": palette.ink, "width": 1.5}) | {"y": ends},
        *(
            marks.points(
                f"{side} setup",
                damage.truth,
                marks.finite(damage.predictions[side]),
                marker,
                f"said %{{y:{chart.VALUE}}}",
            )
            for side, marker in markers.items()
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
        name="damage predictions",
        height=DAMAGE_HEIGHT,
    )
    layout["hovermode"] = "closest"
    return chart.figure(data, layout)
