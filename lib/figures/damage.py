"""The two charts of the damage done: what both trainings report, and what both models then say."""

from typing import Any

import plotly.graph_objects as go

from lib.doctor.damage import Damage
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette

HEIGHT = 300
HOVER = f"%{{y:{chart.VALUE}}}"


def damage_loss_figure(damage: Damage, palette: Palette) -> go.Figure:
    """Both losses over the epochs: each falls, and neither says that something is wrong."""
    styles = {"right": {"color": palette.best}, "wrong": {"color": palette.wrong, "dash": "dash"}}
    data = [
        marks.line(f"{side} setup", marks.finite(damage.loss[side]), style | {"width": 2.5}, HOVER)
        for side, style in styles.items()
    ]
    values = [float(value) for loss in damage.loss.values() for value in loss]
    x = axes.epoch_axis(len(damage.loss["right"]))
    y, key = axes.log_axis("training loss", values), _key("line", "dashed")
    return chart.plotted(data, palette, x, y, [key], name="damage loss", height=HEIGHT)


def damage_predictions_figure(damage: Damage, palette: Palette) -> go.Figure:
    """What each model says against what is true: the right one lies on the diagonal."""
    truth, said = damage.truth, damage.predictions
    ends = float(truth.min()), float(truth.max())
    right = {"color": palette.best, "size": 7}
    wrong = {"color": palette.wrong, "size": 8, "symbol": "x"}
    data = [
        marks.line("truth", ends, {"color": palette.ink, "width": 1.5}, "", x=ends),
        marks.points("right setup", truth, marks.finite(said["right"]), right, f"said {HOVER}"),
        marks.points("wrong setup", truth, marks.finite(said["wrong"]), wrong, f"said {HOVER}"),
    ]
    key = [*_key("dots", "cross"), Entry("line", "said = true")]
    x, y = {"title": "true value at the last timestep"}, {"title": "what the model says"}
    look: dict[str, Any] = {"name": "damage predictions", "height": HEIGHT, "hovermode": "closest"}
    return chart.plotted(data, palette, x, y, [key], **look)


def _key(right: str, wrong: str) -> list[Entry]:
    """The key of both setups, by their glyphs."""
    return [Entry(right, "right setup", "best"), Entry(wrong, "wrong setup", "wrong")]
