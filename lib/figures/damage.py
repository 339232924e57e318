"""The two charts of the damage done: what both trainings report, and what both models then say."""

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
    y, key = axes.log_axis("training loss", values), _key("line", "dashed", palette)
    layout = chart.layout(palette, x, y, [key], name="damage loss", height=HEIGHT)
    return chart.figure(data, layout)


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
    diagonal = Entry("line", "said = true", palette.ink, palette.ink)
    key = [*_key("dots", "cross", palette), diagonal]
    x, y = {"title": "true value at the last timestep"}, {"title": "what the model says"}
    layout = chart.layout(palette, x, y, [key], name="damage predictions", height=HEIGHT)
    return chart.figure(data, layout | {"hovermode": "closest"})


def _key(right: str, wrong: str, palette: Palette) -> list[Entry]:
    """The key of both setups, by their glyphs."""
    return [
        Entry(right, "right setup", palette.best, palette.best_text),
        Entry(wrong, "wrong setup", palette.wrong, palette.wrong),
    ]
