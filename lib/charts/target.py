"""Draw how a loss pairs an output with a target, and what a wrong target shape does to training."""

from collections.abc import Sequence

from lib import shapes
from lib.charts import chart
from lib.charts.chart import Entry, Part
from lib.charts.html import Scale, render, tensor_image
from lib.charts.palette import Palette, mix
from lib.charts.sentences import Words
from lib.shapes import Axis, AxisPair, Damage, Diagnosis, Role, Tensor, shape_of
from lib.text import number

HEIGHT = 300
VERDICTS = {"correct": "Correct", "silent": "Silently wrong", "error": "Error"}
OUTCOMES = {  # a title for each verdict
    "correct": "y {} matches the output {}",
    "silent": "y {} doesn't match the output {}",
    "error": "Keras refuses y {} for the output {}",
}
LETTERS: dict[str, tuple[str, Role]] = {  # an axis's letter and role by what the axis counts
    "sample": ("N", "batch"),
    "timestep": ("T", "time"),
    "column": ("K", "features"),
    "number": ("K", "features"),
}


def axes_of(shape: Sequence[int | None], output: shapes.Sizes | None = None) -> Tensor:
    """Return a shape as axes with roles. For a target (N, T) or (N, K), `output` decides which."""
    ends: tuple[str, ...] = ("timestep", "column")
    if len(shape) == 2:
        counts_steps = output and len(output) == 3 and shape[1] == output[1] != output[2]
        ends = ("timestep",) if counts_steps else ("column",)
    samples = ("sample",) * max(1, len(shape) - 2)
    pairs = [LETTERS[name] for name in (*samples, *ends)]
    return tuple(Axis(letter, n, role) for (letter, role), n in zip(pairs, shape, strict=False))


def lineup_picture(diagnosis: Diagnosis, sentence: str, palette: Palette) -> str:
    """Draw the output, the target and the compared tensor, above the outcome for each axis."""
    target = axes_of(diagnosis.target_shape, diagnosis.output_shape)
    output = axes_of(diagnosis.output_shape)
    is_compared = diagnosis.broadcast_shape is not None
    compared = _compared([pair for pair, *_ in diagnosis.axes]) if is_compared else ()
    scale = Scale.of((output, target, compared), height=100, width=90)
    images = [
        ("", shape_of(output), tensor_image(output, scale, palette, palette.ink), "the output"),
        ("and", shape_of(target), tensor_image(target, scale, palette, palette.ink), "y"),
    ]
    if is_compared:
        color = palette.best if diagnosis.verdict == "correct" else palette.silent
        image = tensor_image(compared, scale, palette, color)
        images.append(("⇒", shape_of(compared), image, "compared per batch"))
    colors = {"correct": palette.best, "error": palette.wrong, "silent": palette.silent}
    rows = []
    for pair, verdict, words in diagnosis.axes:
        ground = mix(palette.background, colors[verdict], 0.3 if verdict == "silent" else 0.16)
        rows.append((pair, f"{shapes.SIGNS[verdict]} {words}".rstrip(), ground))
    return render("charts/target.html", "lineup", images, rows, LETTERS, sentence, palette)


def shapes_picture(some: Sequence[Sequence[int | None]], palette: Palette) -> str:
    """Draw tensors of these shapes side by side, all to the same scale, with sizes alone."""
    tensors = [tuple(Axis(f"{a.size}", a.size, a.role) for a in axes_of(each)) for each in some]
    scale = Scale.of(tensors)
    images = [(shape_of(each), tensor_image(each, scale, palette, palette.ink)) for each in tensors]
    return render("charts/target.html", "shapes", images, palette)


def _compared(pairs: list[AxisPair]) -> Tensor:
    """Return the compared tensor: each axis comes from the side that isn't repeated."""
    free: list[Role] = ["features", "time", "batch"]  # roles that no axis has yet
    tensor = []
    for pair in pairs:
        name = pair.target_unit if pair.output == 1 or not pair.output_unit else pair.output_unit
        letter, role = LETTERS.get(name or "column", ("N", "batch"))
        spot = role if role in free else free[0]
        free = [role for role in free if role != spot] or ["batch"]
        tensor.append(Axis(letter, max(pair.output, pair.target), spot))
    return tuple(tensor)


def verdict_title(diagnosis: Diagnosis) -> str:
    """Return the diagnosis of an output and a target as a title."""
    outcome = OUTCOMES[diagnosis.verdict].format(diagnosis.target_shape, diagnosis.output_shape)
    return f"{VERDICTS[diagnosis.verdict]}: {outcome}"


def compared_sentence(diagnosis: Diagnosis) -> str:
    """Return what the loss compares, and why, in sentences."""
    if not (batch := diagnosis.decisive) or not batch.broadcast:
        return diagnosis.cause
    how = "compared as" if diagnosis.verdict == "correct" else "broadcast to"
    return f"A batch of {batch.size} is {how} {batch.broadcast}. {diagnosis.cause}"


def compared_takeaway(diagnosis: Diagnosis) -> str:
    """Return what the loss compares, or that the shapes don't fit, as a takeaway."""
    if diagnosis.verdict == "correct":
        return "Every output is compared with its own target."
    if diagnosis.verdict == "error" or not (batch := diagnosis.decisive):
        return "Keras raises an error: this loss refuses these shapes."
    return f"No error, but a batch of {batch.size} is broadcast to {batch.broadcast}."


def damage_predictions_figure(damage: Damage, palette: Palette) -> chart.Chart:
    """Draw predictions by target: the right setup's predictions are on the diagonal."""
    targets, predicted = damage.truth, damage.predictions
    ends = float(targets.min()), float(targets.max())
    right = {"color": palette.best, "size": 7}
    wrong = {"color": palette.wrong, "size": 8, "symbol": "x"}
    hover = f"predicted {chart.hover()}"
    data = [
        chart.line("target", ends, {"color": palette.ink, "width": 1.5}, "", x=ends),
        chart.points("right setup", targets, chart.finite(predicted["right"]), right, hover),
        chart.points("wrong setup", targets, chart.finite(predicted["wrong"]), wrong, hover),
    ]
    key = [Entry("dots", "right setup", "best"), Entry("cross", "wrong setup", "wrong")]
    key.append(Entry("line", "prediction = target"))
    x, y = {"title": "target at the last timestep"}, {"title": "prediction"}
    look: Part = {"name": "damage predictions", "height": HEIGHT, "hovermode": "closest"}
    return chart.plotted(data, palette, x, y, [key], **look)


def damage_words(mistake: shapes.damage.Mistake, damage: Damage) -> Words:
    """Return both setups' errors, and that both losses fall although the predictions differ."""
    right, wrong = (number(damage.error(side)) for side in ("right", "wrong"))
    takeaway = f"Keras raises no error. Last-step MSE: {wrong}; with the right setup: {right}."
    begin, end = (number(float(loss)) for loss in damage.loss["wrong"][[0, -1]])
    return takeaway, (
        f"With {mistake.title}, Keras raises no error. In {shapes.DAMAGE_EPOCHS} epochs the loss "
        f"goes from {begin} to {end}. But {mistake.learns}. The mean squared error at the last "
        f"timestep is {wrong}. With {mistake.right}, the error is {right}. Always predicting the "
        "mean gives 1."
    )
