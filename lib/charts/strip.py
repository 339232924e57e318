"""The shape strip: every tensor of the experiment's models, from the input to the prediction.

The strip is HTML for `st.html`, from strip.html. Each tensor is an image of shaded entries (T,
columns). Time runs downwards, as NumPy prints a sample. A row is the same timestep in all tensors.
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
from lib.charts.pytorch import torch_line
from lib.data import Dataset, keras_target
from lib.experiment import MODES, POOLINGS, Experiment
from lib.recurrence import forward, pooled
from lib.results import activated
from lib.shapes import TracedLayer, has_time, model_layers, readable_shape, total
from lib.text import capital, counted, joined

CSS = Path(__file__).with_suffix(".css").read_text("utf-8")
WHOLE = 16  # the most columns without an ellipsis
# A tensor's largest height and width in pixels, and the most rows drawn without an ellipsis.
BESIDE = 74.0, 96.0, 13  # for modes side by side
BELOW = 42.0, 96.0, 8  # for modes below each other: models of several layers, or with a pool
THREE = 30.0, 66.0, 6  # for three modes below each other
MOST_PITCH = 5.7  # the most pixels from entry to entry with `fixed_entry_size`
PACKED = "PyTorch's layers have no mask: pack the sequences with pack_padded_sequence."
EDGE = 3.0  # pixels around the entries, for the outline of a row


def levels_of(values: np.ndarray, *ends: float) -> np.ndarray:
    """Return shades, 0 to LEVELS-1, of values (T, …); `ends`: limits, by default the range."""
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=np.nan, neginf=np.nan)
    low, high = ends or (float(known.min()), float(known.max()))
    share = (known - low) / max(high - low, 1e-12)
    return np.clip(share * LEVELS, 0, LEVELS - 1).astype(int)


def _drawn(count: int, whole: int = WHOLE) -> list[int | None]:
    """Return the indexes of the rows or columns to draw; None marks the ellipsis."""
    if count <= whole:
        return [*range(count)]
    # A much larger tensor gets a few more entries, so that a large change of its size is visible.
    drawn = round(whole + whole / 8 * np.log2(count / whole))
    tail = drawn // 3
    return [*range(drawn - tail), None, *range(count - tail, count)]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid that all tensors of one picture share: the same rows, and entries of one size."""

    rows: list[int | None]  # the timesteps to draw; None marks the ellipsis
    pitch: float  # the distance from entry to entry, in pixels
    palette: Palette
    masked: frozenset[int] = frozenset()  # the timesteps to fade: padded and masked

    def size(self, width: int) -> tuple[float, float]:
        """Return the width and height in pixels of a tensor with `width` columns."""
        across, down = len(_drawn(width)), len(self.rows)
        return across * self.pitch + 2 * EDGE, down * self.pitch + 2 * EDGE

    def middles(self) -> str:
        """Return each timestep's middle as a share of the height; the ellipsis's if not drawn."""
        steps = range((self.rows[-1] or 0) + 1)
        places = [self.rows.index(step if step in self.rows else None) for step in steps]
        height = self.size(1)[1]
        return " ".join(f"{(EDGE + self.pitch * (k + 0.5)) / height:.4f}" for k in places)

    def image(
        self, width: int, levels: np.ndarray | None, color: str, *, pale: bool, outline: str
    ) -> Markup:
        """Return a tensor with `width` columns as an image element.

        `levels` (T, width) are its entries' shades from 0 to LEVELS-1, which is `color`; None draws
        all entries in one shade. `pale` fades all rows but the last, and `outline` is its color.
        """
        columns = _drawn(width)
        inner = self.pitch * 0.86 - 2  # the stroke's round corners add 2
        entry = f"h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"
        start, middle = EDGE + self.pitch * 0.07 + 1, EDGE + self.pitch / 2
        paths: dict[tuple[bool, int], str] = defaultdict(str)
        dots, known = "", None if levels is None else levels.tolist()
        for y, row in enumerate(self.rows):
            is_pale = row in self.masked or (pale and y < len(self.rows) - 1)
            down = self.pitch * y
            for x, column in enumerate(columns):
                across = self.pitch * x
                if row is not None and column is not None:
                    level = known[row][column] if known else 3
                    paths[is_pale, level] += f"M{start + across:.1f} {start + down:.1f}{entry}"
                elif row is not column:  # a dot of the ellipsis; none where both are left out
                    dots += f"M{middle + across:.1f} {middle + down:.1f}h0"
        wide, high = self.size(width)
        box = (outline, high - self.pitch - 2 * EDGE + 1, wide, high) if outline else None
        shades = self.palette.shades(color)
        body = render("charts/strip.html", "entries", paths, shades, dots, box, self.palette)
        return svg_image(body, wide, high)


class _Stage(NamedTuple):
    """The output of one layer, ready to draw."""

    step: TracedLayer
    image: Markup
    name: str
    color: str  # the name's color
    layer: str = ""  # the layer on the arrow
    room: float = 0  # the width of tensor and name, in rem; 0 is the width of their content
    down: float = 0  # the space above the arrow of the layer, in rem
    above: str = ""  # what is before `layer` on the arrow, in a line above it


def shape_strip(
    experiment: Experiment,
    dataset: Dataset,
    palette: Palette,
    *,
    weights: Mapping[str, Sequence[np.ndarray]],
    sample: int,
    fixed_entry_size: bool = False,
) -> str:
    """Draw a panel for each mode, both of the same height, side by side if they fit.

    The picture has a fixed height unless the entries have a fixed size. The values of sample
    `sample`, 0 to N-1, shade the input, and with a mode's `weights` the hidden states and the
    predictions. Tensors of a mode without weights have a single shade.
    """
    models = _models(experiment, dataset)
    widest = max(_width(step) for steps in models.values() for step in steps)
    brief = _is_brief(experiment)
    height, width, whole = (THREE if len(models) > 2 else BELOW) if brief else BESIDE
    rows = _drawn(dataset.shape[1], whole)
    limit = MOST_PITCH if fixed_entry_size else height / len(rows)
    pitch = min(max(min(limit, width / len(_drawn(widest))), 3.0), 16.0)
    x, mask = inputs = dataset.model_inputs(experiment, slice(sample, sample + 1))
    masked = [] if mask is None else np.flatnonzero(~mask[0]).tolist()
    grid = Grid(rows, round(pitch, 1), palette, frozenset(masked))
    modes, target = [], keras_target(experiment, dataset)
    for mode, steps in models.items():
        of_mode = experiment, mode, dataset.y[sample], weights.get(mode)
        levels = [levels_of(x[0]), *_output_levels(*of_mode, inputs)]
        stages = _stages(mode, experiment, steps, levels, grid)
        if target.layers["masks"]:
            stages[1] = stages[1]._replace(above="Masking")
        if activation := target.layers["activation"]:
            stages[-1] = stages[-1]._replace(layer=activation, above=stages[-1].layer)
        modes.append(
            (mode, MODES[mode], torch_output(experiment, mode), palette.words(mode), stages)
        )
    labels = target if experiment.has_labels else None
    shown = labels, torch_line(experiment.model.cell), grid.middles(), brief
    sentence = strip_sentence(experiment, dataset)
    return render("charts/strip.html", "strip", modes, *shown, sentence, palette)


def strip_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Return the shapes of all tensors in each mode, the parameters, and PyTorch's names."""
    target = keras_target(experiment, dataset)
    models = _models(experiment, dataset)
    parts, masking = [], ["Masking"] if target.layers["masks"] else []
    for mode, (start, *steps) in models.items():
        names = [_name(experiment, step) for step in steps]
        names[-1] = f"{names[-1]} {target.layers['activation']}".strip()
        outputs = [f"{n} {readable_shape(s.tensors[0])}" for n, s in zip(names, steps, strict=True)]
        shapes = " → ".join([readable_shape(start.tensors[0]), *masking, *outputs])
        if experiment.has_labels:
            shapes += f", for a target {target.shapes[mode]} of {target.values}"
        parts.append(f"{capital(MODES[mode].name)}: {shapes}.")
    parameters = counted(total(next(iter(models.values()))), "parameter")
    parts.append(f"{parameters}{' each' if len(models) > 1 else ''}.")
    names = [f"{torch_output(experiment, mode)} in {MODES[mode].name}" for mode in models]
    line = f"PyTorch, {torch_line(experiment.model.cell)}: {joined(names)}."
    parts.append(PACKED if masking else line)
    return " ".join(parts)


def torch_output(experiment: Experiment, mode: str) -> str:
    """Return PyTorch's code of a mode's output, from the results of the recurrent layer."""
    return MODES[mode].torch or POOLINGS[experiment.model.pooling].torch


def _is_brief(experiment: Experiment) -> bool:
    """Return whether modes are below each other, because their rows have many tensors."""
    return experiment.model.layers > 1 or experiment.model.pooling != "none"


def _models(experiment: Experiment, dataset: Dataset) -> dict[str, tuple[TracedLayer, ...]]:
    """Return the layers to draw by mode. Attention's query is a part of its layer."""
    models = model_layers(experiment.model, *dataset.shape[1:], dataset.targets)
    inner = "last", "attend"  # Flatten has the output of Attention
    return {m: tuple(s for s in each if s.layer.kind not in inner) for m, each in models.items()}


def _name(experiment: Experiment, step: TracedLayer) -> str:
    """Return a layer's name; of the layer that ends a pooling, the pooling's."""
    is_pool = step.layer.kind in ("flatten", "pool", "gmaxpool")
    return POOLINGS[experiment.model.pooling].keras if is_pool else step.layer.keras


def _stages(
    mode: str,
    experiment: Experiment,
    steps: Sequence[TracedLayer],
    levels: Sequence[np.ndarray | None],
    grid: Grid,
) -> list[_Stage]:
    """Return a mode's input, followed by the output of each layer."""
    palette, layers, height = grid.palette, experiment.model.layers, grid.size(1)[1]
    image = grid.image(_width(steps[0]), levels[0], palette.ink, pale=False, outline="")
    stages = [_Stage(steps[0], image, "input", palette.muted)]
    for place, step in enumerate(steps[1:], start=1):
        is_top, width, only_last = place == layers, _width(step), not has_time(step.tensors[0])
        outline = palette.mode(mode) if only_last else ""
        if is_top and mode == "sequence" and experiment.model.mode == "both":
            outline = palette.last  # the row that last-step mode returns
        name, color = "hidden states", palette.muted
        is_pool = place == layers + 1 and mode == "pooled"
        if is_top and only_last:
            name, color = "last step only", palette.words(mode)
        elif is_pool:
            name, color = "pooled states", palette.words(mode)
        elif place > layers and experiment.has_labels:
            name = experiment.model.output  # "probabilities" or "logits"
        elif place > layers:
            name = f"{counted(width, 'value')}{'' if only_last else ' per step'}"
        shown = width, levels[place], palette.mode(mode)
        image = grid.image(*shown, pale=only_last, outline=outline)
        reads_last = not has_time(steps[place - 1].tensors[0])
        middle = height - grid.pitch / 2 - EDGE if reads_last else height / 2
        words = 1.05 * (1 if _is_brief(experiment) else 2)  # height of the lines above the tensors
        room = max(4.75, grid.size(width)[0] / 16)
        down = words + middle / 16 - 1.15
        above, layer = "", f"{step.layer.keras} {width}"
        if is_pool:  # a long name has two lines
            above, pooling, end = _name(experiment, step).rpartition("Pooling1D")
            layer = pooling or end
        stages.append(_Stage(step, image, name, color, layer, room, down, above))
    return stages


def _width(step: TracedLayer) -> int:
    return step.tensors[0][-1].size or 0


def _output_levels(
    experiment: Experiment,
    mode: str,
    target: np.ndarray,
    weights: Sequence[np.ndarray] | None,
    inputs: tuple[np.ndarray, np.ndarray | None],  # x (1, T, F), and the mask (1, T)
) -> list[np.ndarray | None]:
    """Return each layer's shades; None if unknown. `target` (T, K) sets the scale of the head.

    Probabilities are shades from 0 to 1. Logits have the same shades, as sigmoid or softmax.
    """
    head, pooling = experiment.model.head == "dense", experiment.model.pooling_of(mode)
    if weights is None:
        return [None] * (experiment.model.layers + int(mode == "pooled") + int(head))
    recurrent, outputs = forward(experiment, weights, *inputs, pooling=pooling)
    levels: list[np.ndarray | None] = []
    for layer in recurrent:
        # Rounded up to quarters: no shade shifts when the largest state changes a little.
        reach = np.ceil(4 * np.nanmax(np.abs(layer.hidden[0]), initial=0.25)) / 4
        levels.append(levels_of(layer.hidden[0], -reach, reach))
    if mode == "pooled":
        levels.append(levels_of(pooled(pooling, recurrent[-1].hidden, inputs[1])[0], -reach, reach))
    if head:
        ends = (0, 1) if experiment.has_labels else (float(np.min(target)), float(np.max(target)))
        levels.append(levels_of(activated(experiment, outputs[0]), *ends))
    return levels
