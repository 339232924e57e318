"""The shape strip: every tensor of the experiment's models, from the input to the prediction.

An HTML fragment for `st.html`, of strip.html. Each tensor is an image: a grid of shaded entries,
(T, columns), in which time runs down, as NumPy prints a sample. A row is the same timestep in all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from lib.charts.html import render, svg_image
from lib.charts.palette import LEVELS, Palette
from lib.data import Dataset
from lib.experiment import MODES, Experiment
from lib.recurrence import Trace
from lib.shapes import TracedLayer, has_time, model_layers, readable_shape, total
from lib.text import capital, counted

CSS = Path(__file__).with_suffix(".css").read_text("utf-8")
WHOLE = 16  # the most rows or columns that are all drawn; of more an ellipsis stands for the rest
BESIDE = 74.0, 104.0, 13  # of the largest tensor: height and width in pixels, and rows as WHOLE
BELOW = 42.0, 96.0, 8  # the same for models of several layers, whose modes are one below the other
GROWING_PITCH = 5.7  # the most from entry to entry, in pixels, where the height isn't fixed
EDGE = 3.0  # room around the entries for the outline of a row, in pixels
Traces = Mapping[str, tuple[Sequence[Trace], np.ndarray]]  # by mode, of `recurrence.forward`


def levels_of(values: np.ndarray, *ends: float) -> np.ndarray:
    """Return values (T, …) as shades, 0 to LEVELS-1, between two ends or their own; NaN as 0."""
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=np.nan, neginf=np.nan)
    low, high = ends or (float(known.min()), float(known.max()))
    share = (known - low) / max(high - low, 1e-12)
    return np.clip(share * LEVELS, 0, LEVELS - 1).astype(int)


def _drawn(count: int, whole: int = WHOLE) -> list[int | None]:
    """Return which of `count` rows or columns are drawn, in order; None is the ellipsis."""
    if count <= whole:
        return [*range(count)]
    # More of a large tensor is drawn than of a small one, so that a moving slider shows.
    drawn = round(whole + whole / 8 * np.log2(count / whole))
    tail = drawn // 3
    return [*range(drawn - tail), None, *range(count - tail, count)]


@dataclass(frozen=True, slots=True)
class Grid:
    """How the tensors of one picture are drawn: all with the same rows, and entries of one size."""

    rows: list[int | None]  # which timesteps are drawn, and None for those that are left out
    pitch: float  # the distance from entry to entry, in pixels
    palette: Palette

    def size(self, width: int) -> tuple[float, float]:
        """Return width and height in pixels of a tensor with `width` columns."""
        across, down = len(_drawn(width)), len(self.rows)
        return across * self.pitch + 2 * EDGE, down * self.pitch + 2 * EDGE

    def middles(self) -> str:
        """Return the middle of each timestep's row as a share of the height, or the ellipsis's."""
        steps = range((self.rows[-1] or 0) + 1)
        places = [self.rows.index(step if step in self.rows else None) for step in steps]
        height = self.size(1)[1]
        return " ".join(f"{(EDGE + self.pitch * (k + 0.5)) / height:.4f}" for k in places)

    def image(
        self, width: int, levels: np.ndarray | None, color: str, *, pale: bool, outlined: bool
    ) -> Markup:
        """Return a tensor with `width` columns as an image element.

        Its entries have the `levels` (T, width), 0 to LEVELS-1, of the shades up to `color`; None
        draws it flat. If `pale`, all rows but the last are; `outlined` marks the last row.
        """
        columns = _drawn(width)
        inner = self.pitch * 0.86 - 2  # the stroke's round corners add 2
        entry = f"h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"
        start, middle = EDGE + self.pitch * 0.07 + 1, EDGE + self.pitch / 2
        paths: dict[tuple[bool, int], str] = defaultdict(str)
        dots, known = "", None if levels is None else levels.tolist()
        for y, row in enumerate(self.rows):
            is_pale, down = pale and y < len(self.rows) - 1, self.pitch * y
            for x, column in enumerate(columns):
                across = self.pitch * x
                if row is not None and column is not None:
                    level = known[row][column] if known else 3
                    paths[is_pale, level] += f"M{start + across:.1f} {start + down:.1f}{entry}"
                elif row is not column:  # dots where rows or columns are left out
                    dots += f"M{middle + across:.1f} {middle + down:.1f}h0"
        wide, high = self.size(width)
        outline = (high - self.pitch - 2 * EDGE + 1, wide, high) if outlined else None
        shades = self.palette.shades(color)
        body = render("charts/strip.html", "entries", paths, shades, dots, outline, self.palette)
        return svg_image(body, wide, high, 'stroke-width="2" stroke-linejoin="round"')


class _Stage(NamedTuple):
    """The output of one layer, as the strip draws it."""

    step: TracedLayer
    image: Markup
    name: str
    color: str  # of the name
    room: float = 0  # the width of the tensor and its name, in rem; 0 for as wide as they are
    down: float = 0  # above the arrow, in rem: it points from the tensor's middle, or last row


def shape_strip(
    experiment: Experiment,
    dataset: Dataset,
    palette: Palette,
    *,
    traces: Traces,
    sample: int,
    grows: bool = False,
) -> str:
    """Draw both modes, side by side where there is room.

    The picture has a fixed height or, if it `grows`, entries of a fixed size.

    Sample `sample`, 0 to N-1, shades the input; its `traces` shade hidden states and predictions.
    What isn't known is flat: a mode without traces, and the input of data whose rows are hidden.
    """
    _, timesteps, features = dataset.shape
    models = model_layers(experiment.model, timesteps, features, dataset.targets)
    widest = max(_width(step) for steps in models.values() for step in steps)
    brief = experiment.model.layers > 1
    height, width, whole = BELOW if brief else BESIDE
    rows = _drawn(timesteps, whole)
    limit = GROWING_PITCH if grows else height / len(rows)
    pitch = min(max(min(limit, width / len(_drawn(widest))), 3.0), 16.0)
    grid = Grid(rows, round(pitch, 1), palette)
    read = levels_of(dataset.x[sample]) if dataset.has_rows else None
    modes = []
    for mode, steps in models.items():
        above = _output_levels(experiment, dataset.y[sample], traces.get(mode))
        stages = _stages(mode, experiment, steps, [read, *above], grid)
        modes.append((MODES[mode], palette.words(mode), stages))
    sentence = strip_sentence(experiment, dataset)
    return render("charts/strip.html", "strip", modes, grid.middles(), brief, sentence, palette)


def strip_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Return every shape on the way through each model, and its number of parameters."""
    models = model_layers(experiment.model, *dataset.shape[1:], dataset.targets)
    parts = []
    for mode, (start, *steps) in models.items():
        way = [f"{step.layer.keras} {readable_shape(step.tensors[0])}" for step in steps]
        shapes = " → ".join([readable_shape(start.tensors[0]), *way])
        parts.append(f"{capital(MODES[mode].name)}: {shapes}.")
    parameters = counted(total(next(iter(models.values()))), "parameter")
    return " ".join([*parts, f"{parameters}{' each' if len(models) > 1 else ''}."])


def _stages(
    mode: str,
    experiment: Experiment,
    steps: Sequence[TracedLayer],
    levels: Sequence[np.ndarray | None],
    grid: Grid,
) -> list[_Stage]:
    """Return a mode's input, and then each layer's output."""
    palette, layers, height = grid.palette, experiment.model.layers, grid.size(1)[1]
    image = grid.image(_width(steps[0]), levels[0], palette.ink, pale=False, outlined=False)
    stages = [_Stage(steps[0], image, "input", palette.muted)]
    for place, step in enumerate(steps[1:], start=1):
        is_top, width, only_last = place == layers, _width(step), not has_time(step.tensors[0])
        outlined = only_last or (is_top and experiment.model.mode == "both")
        name, color = "hidden states", palette.muted
        if is_top and only_last:
            name, color = "the last row alone", palette.words(mode)
        elif place > layers:
            name = f"{counted(width, 'value')}{', once' if only_last else ' a step'}"
        shown = width, levels[place], palette.mode(mode)
        image = grid.image(*shown, pale=only_last, outlined=outlined)
        reads_last = not has_time(steps[place - 1].tensors[0])
        middle = height - grid.pitch / 2 - EDGE if reads_last else height / 2
        words = 1.05 * (1 if layers > 1 else 2)  # the lines above the tensors
        room = max(4.75, grid.size(width)[0] / 16)
        stages.append(_Stage(step, image, name, color, room, words + middle / 16 - 1.15))
    return stages


def _width(step: TracedLayer) -> int:
    return step.tensors[0][-1].size or 0


def _output_levels(
    experiment: Experiment, target: np.ndarray, trace: tuple[Sequence[Trace], np.ndarray] | None
) -> list[np.ndarray | None]:
    """Return shades of each layer's output, if known; a head's on the scale of `target` (T, K)."""
    head = experiment.model.head == "dense"
    if trace is None:
        return [None] * (experiment.model.layers + int(head))
    recurrent, outputs = trace
    levels: list[np.ndarray | None] = []
    for layer in recurrent:
        # In quarters, so that the shades of all don't move whenever the largest state does.
        reach = np.ceil(4 * np.nanmax(np.abs(layer.hidden[0]), initial=0.25)) / 4
        levels.append(levels_of(layer.hidden[0], -reach, reach))
    if head:
        levels.append(levels_of(outputs[0], float(np.min(target)), float(np.max(target))))
    return levels
