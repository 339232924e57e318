"""What a target's shape does to a loss: how both tensors are lined up, and the damage done.

A line-up is an HTML fragment for `st.html`: both tensors, what is compared, and axis by axis.
`lib.doctor` decides which axes are paired; this draws the pairs.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from lib.doctor import Diagnosis
from lib.doctor.damage import Damage
from lib.doctor.lineup import AxisFate, AxisPair
from lib.doctor.loss_shapes import Sizes
from lib.figures import axes, chart, marks
from lib.figures.html import code_words, div, picture
from lib.figures.marks import Entry
from lib.figures.palette import Palette, mix
from lib.figures.tensor import Scale, tensor_image
from lib.stack.tensors import Axis, Role, Tensor, sizes
from lib.toml import beside

LETTERS: dict[str, tuple[str, Role]] = beside(__file__)
"""What one entry of an axis is called → its letter, and how it is drawn."""


def axes_of(shape: Sequence[int | None], output: Sizes | None = None) -> Tensor:
    """A shape with a meaning for each axis; `output` tells what a target's second axis counts."""
    ends: tuple[str, ...] = ("timestep", "column")
    if len(shape) == 2:
        counts_steps = output and len(output) == 3 and shape[1] == output[1] != output[2]
        ends = ("timestep",) if counts_steps else ("column",)
    names = (*("sample",) * max(1, len(shape) - 2), *ends)[: len(shape)]
    return tuple(
        Axis(letter, size, role)
        for (letter, role), size in zip(map(LETTERS.__getitem__, names), shape, strict=True)
    )


def lineup_picture(diagnosis: Diagnosis, sentence: str, palette: Palette) -> str:
    """The output, the target and what the loss compares; below, every axis with its fate."""
    axes, target = diagnosis.axes, axes_of(diagnosis.target_shape, diagnosis.output_shape)
    output, broadcast = axes_of(diagnosis.output_shape), diagnosis.broadcast_shape
    compared = _compared([pair for pair, _ in axes]) if broadcast else ()
    scale = Scale.of((output, target, compared), height=100, width=90)
    muted = f"color:{palette.muted}"
    images = [
        _tensor(output, scale, palette, palette.ink, "the output"),
        div(muted, "meets"),
        _tensor(target, scale, palette, palette.ink, "y"),
    ]
    batch = diagnosis.decisive
    if batch and batch.broadcast and compared:
        color = palette.best if diagnosis.verdict == "correct" else palette.silent
        name = "compared in a batch"
        images += [div(muted, "⇒"), _tensor(compared, scale, palette, color, name, batch.broadcast)]
    line = "display:flex;flex-wrap:wrap;gap:0.75rem 1rem;align-items:center"
    return div(
        f"font-size:0.875rem;line-height:1.35;color:{palette.ink}",
        picture(sentence, palette, *images, style=line),
        _table(axes, palette),
    )


def shapes_picture(shapes: Sequence[Sequence[int | None]], palette: Palette) -> str:
    """Some shapes beside each other, all to the same scale."""
    tensors = [axes_of(shape) for shape in shapes]
    scale = Scale.of(tensors)
    boxes = (_tensor(tensor, scale, palette, palette.ink) for tensor in tensors)
    return div("display:flex;flex-wrap:wrap;gap:0.75rem 1.5rem", *boxes)


def _compared(pairs: list[AxisPair]) -> Tensor:
    """The tensor of what is compared: each axis as the side calls it that isn't repeated.

    Each has a place of its own: samples may lie where columns were.
    """
    free: list[Role] = ["features", "time", "batch"]
    axes = []
    for pair in pairs:
        name = pair.of_target if pair.output == 1 or not pair.of_output else pair.of_output
        letter, role = LETTERS.get(name or "column", ("N", "batch"))
        spot = role if role in free else free[0]
        free = [role for role in free if role != spot] or ["batch"]
        axes.append(Axis(letter, max(pair.output, pair.target), spot))
    return tuple(axes)


def _tensor(  # noqa: PLR0917  a tensor, how it is drawn, and what is said of it
    tensor: Tensor, scale: Scale, palette: Palette, color: str, name: str = "", shape: Sizes = ()
) -> str:
    """A tensor with its numbers above it, or with those of a `shape`; and maybe a name."""
    return (
        f"<div>{div(f'color:{palette.muted}', name) if name else ''}"
        f"{code_words(f'{shape or sizes(tensor)}', palette.ink, bold=True)}"
        f"{div('margin-top:0.25rem', tensor_image(tensor, scale, palette, color))}</div>"
    )


def _table(axes: list[tuple[AxisPair, AxisFate]], palette: Palette) -> str:
    """A row for each side, a column for each axis, lined up from the right as the loss does."""
    css = "padding:0.3rem 0.75rem;text-align:center;border:1px solid " + palette.border
    rows = {
        "output": [(css, _side(pair.output, pair.of_output, palette)) for pair, _ in axes],
        "y": [(css, _side(pair.target, pair.of_target, palette)) for pair, _ in axes],
        "so": [(f"{css};{_fill(fate, palette)}", escape(fate.text)) for _, fate in axes],
    }
    lines = [
        f'<tr><th scope="row" style="{css};font-weight:600">{name}</th>'
        + "".join(f'<td style="{style}">{words}</td>' for style, words in cells)
        + "</tr>"
        for name, cells in rows.items()
    ]
    return (
        '<div style="overflow-x:auto;margin-top:0.75rem" tabindex="0">'
        f'<table style="border-collapse:collapse;font-size:0.875rem">{"".join(lines)}</table></div>'
    )


def _side(size: int, name: str, palette: Palette) -> str:
    """A size with what it counts: "12 timesteps"; a dash where the side lacks the axis."""
    muted = f'<span style="color:{palette.muted}">'
    if not name:
        return f"{muted}–</span>"
    _, role = LETTERS.get(name, ("N", "batch"))
    counts = f"{muted}{escape(name)}{'' if size == 1 else 's'}</span>"
    return f'<b style="color:{palette.axis(role)}">{size}</b> {counts}'


def _fill(fate: AxisFate, palette: Palette) -> str:
    """The colour behind an axis's fate: fits, fits by accident, doesn't fit."""
    colors = {"correct": palette.best, "error": palette.wrong, "silent": palette.silent}
    share = 0.3 if fate.verdict == "silent" else 0.16
    return f"background:{mix(palette.background, colors[fate.verdict], share)}"


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
