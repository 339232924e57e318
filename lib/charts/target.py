"""What a target's shape does to a loss: how both tensors are lined up, and the damage done.

A line-up is an HTML fragment for `st.html`: both tensors, what is compared, and axis by axis, as
target.html has them.
`lib.shapes.doctor` decides which axes are paired; this draws the pairs.
"""

from collections.abc import Sequence

from lib.charts import axes, chart, marks
from lib.charts.html import templates
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette, mix
from lib.charts.tensor import Scale, tensor_image
from lib.shapes import Axis, AxisFate, AxisPair, Damage, Diagnosis, Role, Sizes, Tensor
from lib.shapes import tensors_sizes as sizes
from lib.text import beside

LETTERS: dict[str, tuple[str, Role]] = beside(__file__)
"""What one entry of an axis is called → its letter, and how it is drawn."""
_HTML = templates(__file__, LETTERS=LETTERS)


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
    target = axes_of(diagnosis.target_shape, diagnosis.output_shape)
    output, broadcast = axes_of(diagnosis.output_shape), diagnosis.broadcast_shape
    compared = _compared([pair for pair, _ in diagnosis.axes]) if broadcast else ()
    scale = Scale.of((output, target, compared), height=100, width=90)
    images = [
        ("", sizes(output), tensor_image(output, scale, palette, palette.ink), "the output"),
        ("meets", sizes(target), tensor_image(target, scale, palette, palette.ink), "y"),
    ]
    batch = diagnosis.decisive
    if batch and batch.broadcast and compared:
        color = palette.best if diagnosis.verdict == "correct" else palette.silent
        image = tensor_image(compared, scale, palette, color)
        images.append(("⇒", batch.broadcast, image, "compared in a batch"))
    axes = [(pair, fate, _behind(fate, palette)) for pair, fate in diagnosis.axes]
    return str(_HTML.lineup(images, axes, sentence, palette))


def shapes_picture(shapes: Sequence[Sequence[int | None]], palette: Palette) -> str:
    """Some shapes beside each other, all to the same scale."""
    tensors = [axes_of(shape) for shape in shapes]
    scale = Scale.of(tensors)
    images = [(sizes(each), tensor_image(each, scale, palette, palette.ink)) for each in tensors]
    return str(_HTML.shapes(images, palette))


def _compared(pairs: list[AxisPair]) -> Tensor:
    """What is compared: an axis as the side calls it that isn't repeated, in its own place."""
    free: list[Role] = ["features", "time", "batch"]
    axes = []
    for pair in pairs:
        name = pair.of_target if pair.output == 1 or not pair.of_output else pair.of_output
        letter, role = LETTERS.get(name or "column", ("N", "batch"))
        spot = role if role in free else free[0]
        free = [role for role in free if role != spot] or ["batch"]
        axes.append(Axis(letter, max(pair.output, pair.target), spot))
    return tuple(axes)


def _behind(fate: AxisFate, palette: Palette) -> str:
    """The colour behind an axis's fate: fits, fits by accident, doesn't fit."""
    colors = {"correct": palette.best, "error": palette.wrong, "silent": palette.silent}
    share = 0.3 if fate.verdict == "silent" else 0.16
    return mix(palette.background, colors[fate.verdict], share)


HEIGHT = 300


def damage_loss_figure(damage: Damage, palette: Palette) -> chart.Chart:
    """Both losses over the epochs: each falls, and neither says that something is wrong."""
    styles = {"right": {"color": palette.best}, "wrong": {"color": palette.wrong, "dash": "dash"}}
    data = []
    for side, style in styles.items():
        name, losses = f"{side} setup", marks.finite(damage.loss[side])
        data.append(marks.line(name, losses, style | {"width": 2.5}, chart.hover()))
    values = [float(value) for loss in damage.loss.values() for value in loss]
    x = axes.epoch_axis(len(damage.loss["right"]))
    y, key = axes.log_axis("training loss", values), _key("line", "dashed")
    return chart.plotted(data, palette, x, y, [key], name="damage loss", height=HEIGHT)


def damage_predictions_figure(damage: Damage, palette: Palette) -> chart.Chart:
    """What each model says against what is true: the right one lies on the diagonal."""
    truth, said = damage.truth, damage.predictions
    ends = float(truth.min()), float(truth.max())
    right = {"color": palette.best, "size": 7}
    wrong = {"color": palette.wrong, "size": 8, "symbol": "x"}
    hover = f"said {chart.hover()}"
    data = [
        marks.line("truth", ends, {"color": palette.ink, "width": 1.5}, "", x=ends),
        marks.points("right setup", truth, marks.finite(said["right"]), right, hover),
        marks.points("wrong setup", truth, marks.finite(said["wrong"]), wrong, hover),
    ]
    key = [*_key("dots", "cross"), Entry("line", "said = true")]
    x, y = {"title": "true value at the last timestep"}, {"title": "what the model says"}
    look: Part = {"name": "damage predictions", "height": HEIGHT, "hovermode": "closest"}
    return chart.plotted(data, palette, x, y, [key], **look)


def _key(right: str, wrong: str) -> list[Entry]:
    """The key of both setups, by their glyphs."""
    return [Entry(right, "right setup", "best"), Entry(wrong, "wrong setup", "wrong")]
