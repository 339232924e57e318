"""The two charts of the damage done: what both trainings report, and what both models then say."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from lib.doctor.damage import Damage
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette

HEIGHT = 300


def damage_loss_figure(damage: Damage, palette: Palette) -> go.Figure:
    """Both losses over the epochs: each falls, and neither says that something is wrong."""
    styles = {"right": {"color": palette.best}, "wrong": {"color": palette.wrong, "dash": "dash"}}
    hover = f"%{{y:{chart.VALUE}}}"
    data = [
        marks.line(f"{side} setup", marks.finite(damage.loss[side]), style | {"width": 2.5}, hover)
        for side, style in styles.items()
    ]
    values = [float(value) for loss in damage.loss.values() for value in loss]
    x = axes.epoch_axis(len(damage.loss["right"]))
    y = axes.log_axis("training loss", values)
    return chart.figure(data, _layout(palette, x, y, ("line", "dashed"), name="damage loss"))


def damage_predictions_figure(damage: Damage, palette: Palette) -> go.Figure:
    """What each model says against what is true: the right one lies on the diagonal."""
    truth, said = damage.truth, damage.predictions
    ends = float(truth.min()), float(truth.max())
    right = {"color": palette.best, "size": 7}
    wrong = {"color": palette.wrong, "size": 8, "symbol": "x"}
    hover = f"said %{{y:{chart.VALUE}}}"
    data = [
        marks.level("truth", 0.0, ends, {"color": palette.ink, "width": 1.5}) | {"y": ends},
        marks.points("right setup", truth, marks.finite(said["right"]), right, hover),
        marks.points("wrong setup", truth, marks.finite(said["wrong"]), wrong, hover),
    ]
    diagonal = Entry("line", "said = true", palette.ink, palette.ink)
    x, y = {"title": "true value at the last timestep"}, {"title": "what the model says"}
    layout = _layout(palette, x, y, ("dots", "cross"), diagonal, name="damage predictions")
    return chart.figure(data, layout | {"hovermode": "closest"})


def _layout(
    palette: Palette,
    x: dict[str, Any],
    y: dict[str, Any],
    glyphs: tuple[str, str],
    *more: Entry,
    name: str,
) -> dict[str, Any]:
    """With a key of both setups, by their glyphs, and of `more`."""
    right = Entry(glyphs[0], "right setup", palette.best, palette.best_text)
    wrong = Entry(glyphs[1], "wrong setup", palette.wrong, palette.wrong)
    return chart.layout(palette, x, y, [[right, wrong, *more]], name=name, height=HEIGHT)
