"""The shape strip: every tensor of the experiment's models, from the input to the prediction.

An HTML fragment for `st.html`: words, which wrap on a phone, and each tensor as an image. This
module computes no shapes (`lib.stack`) and no states (`lib.recurrence`).
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from lib.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.figures.grid import EDGE, Grid, Room, levels_of
from lib.figures.html import block, code_words, div, fitting, span
from lib.figures.palette import Palette
from lib.recurrence import Trace
from lib.stack.models import model_layers
from lib.stack.tensors import Tensor, has_time, letters, readable_shape
from lib.stack.tracing import TracedLayer

Traces = Mapping[str, tuple[Sequence[Trace], np.ndarray]]
"""By mode: what `lib.recurrence.forward` returned for one sample; a mode whose weights aren't known
is left out."""

BESIDE, BELOW = Room(74.0, 104.0, 13), Room(42.0, 96.0, 8)
"""The room for tensors of one layer, where the two modes stand beside each other, and of more,
where one stands below the other."""
LEGEND = (
    "N samples · T timesteps · F features · U units · K targets. No weight depends on N or T: "
    "each layer uses the same ones at every step."
)
"""What the letters of shapes mean."""


def shape_strip(
    experiment: Experiment,
    dataset: Dataset,
    sentence: str,
    palette: Palette,
    *,
    traces: Traces,
    sample: int,
) -> str:
    """The modes beside each other where there is room; `sentence` says what is seen.

    All of it has the same height whatever the mode, T and the number of layers are.

    Sample `sample`, 0 to N-1, shades the input; its `traces`, `forward(experiment, weights,
    dataset.x[sample : sample + 1])` by mode, shade hidden states and predictions. These are flat in
    a mode that has none.
    """
    _, timesteps, features = dataset.shape
    models = model_layers(experiment.model, timesteps, features, dataset.targets)
    widest = max(_width(step) for steps in models.values() for step in steps)
    beside = experiment.model.layers == 1
    grid = Grid.of(timesteps, widest, palette, BESIDE if beside else BELOW)
    read, modes = levels_of(dataset.x[sample]), []
    for mode, steps in models.items():
        above = _output_levels(experiment, dataset.y[sample], traces.get(mode))
        modes.append(_mode(mode, experiment, steps, [read, *above], grid))
    columns = fitting("26rem") if beside else "grid-template-columns:minmax(0,1fr)"
    return (
        f'<div role="img" aria-label="{escape(sentence)}" class="strip" '
        f'style="color:{palette.ink}">{block("modes", *modes, style=columns)}'
        f"{block('legend', LEGEND)}</div>"
    )


def _mode(
    mode: str,
    experiment: Experiment,
    steps: Sequence[TracedLayer],
    levels: Sequence[np.ndarray | None],
    grid: Grid,
) -> str:
    """One mode: a heading, then the input, then each layer with what comes out of it."""
    palette = grid.palette
    choice, words, muted = MODES[mode], palette.words(mode), palette.muted
    brief = experiment.model.layers > 1
    image = _rows(grid.image(_width(steps[0]), levels[0], palette.shades(palette.ink)), grid)
    with_time = block("with-time", '<span class="muted">time →</span>', image)
    parts = [_tensor(steps[0].tensors[0], with_time, "input", muted, palette, brief=brief)]
    shades = palette.shades(palette.mode(mode))
    for place, step in enumerate(steps[1:], start=1):
        is_top, is_head = place == experiment.model.layers, place == len(steps) - 1
        width, only_last = _width(step), not has_time(step.tensors[0])
        outlined = only_last or (is_top and experiment.model.mode == "both")
        image = grid.image(width, levels[place], shades, only_last=only_last, outlined=outlined)
        name, color = "hidden states", muted
        if is_top and only_last:
            name, color = "the last row alone", words
        elif is_head:
            values = "one value" if width == 1 else f"{width} values"
            name = f"{values} a step" if not only_last else f"{values}{', once' * (width > 1)}"
        room = max(4.75, grid.size(width)[0])  # of the tensor and its name, in rem
        image = image if only_last else _rows(image, grid)
        wide = f"{room:.2f}rem"
        box = _tensor(step.tensors[0], image, name, color, palette, room=wide, brief=brief)
        at_last = not has_time(steps[place - 1].tensors[0])
        arrow = _arrow(step, grid, 1 if brief else 2, at_last=at_last)
        longest = f"max-width:{12.25 + room:.2f}rem"  # arrows don't get longer than 12
        parts.append(block("step", arrow, box, style=longest))
    label = f'<span class="label" style="color:{words}">{choice.label}</span>'
    heading = block("heading", label, code_words(choice.keras, words))
    return block("mode brief" if brief else "mode", heading, block("chain", *parts))


def _tensor(
    tensor: Tensor,
    image: str,
    name: str,
    color: str,
    palette: Palette,
    *,
    brief: bool,
    room: str = "auto",
) -> str:
    """A tensor with its shape above, in letters and in numbers, and its name below.

    In `brief` it is the numbers alone, and a pointer that rests on them is told the letters.
    """
    shape = code_words(readable_shape(tensor), palette.ink, bold=True)
    above = "" if brief else f"{code_words(letters(tensor), palette.muted)}<br>"
    below = "" if brief else block("name", name, style=f"color:{color}")
    return (
        f'<div title="{letters(tensor)}: {name}" style="flex:none;width:{room}">'
        f"{above}{shape}{div('margin:0.125rem 0', image)}{below}</div>"
    )


def _rows(image: str, grid: Grid) -> str:
    """A tensor's image whose rows are timesteps, which `lib.ui.listener` marks."""
    middles = " ".join(f"{middle:.4f}" for middle in grid.middles())
    return f'<div class="timesteps" data-middles="{middles}">{image}</div>'


def _arrow(step: TracedLayer, grid: Grid, lines: int, *, at_last: bool) -> str:
    """A layer as an arrow, with its name above and its parameters below.

    It stands at the middle of the tensors, which have so many `lines` above them, or by their last
    row where that alone goes on.
    """
    height, row = grid.size(1)[1], grid.pitch / 16
    down = 1.05 * lines + 0.2 + (height - row / 2 - EDGE / 16 if at_last else height / 2)
    head = span("arrow-head", f"border-left-color:{grid.palette.muted}")
    return (
        f'<div title="{step.outputs.product} parameters" class="arrow" '
        f'style="padding-top:{down - 1.35:.2f}rem">'
        f"{block('keras', f'{step.layer.keras} {_width(step)}')}"
        f"{block('line', head)}"
        f"{block('params', f'{step.parameters:,} params')}</div>"
    )


def _width(step: TracedLayer) -> int:
    """The last axis of a layer's output."""
    return step.tensors[0][-1].size or 0


def _output_levels(
    experiment: Experiment, target: np.ndarray, trace: tuple[Sequence[Trace], np.ndarray] | None
) -> list[np.ndarray | None]:
    """Shades of each layer's output, where it is known; a head's are beside its `target` (T, K)."""
    head = experiment.model.head == "dense"
    if trace is None:
        return [None] * (experiment.model.layers + head)
    recurrent, outputs = trace
    levels: list[np.ndarray | None] = []
    for layer in recurrent:
        # In quarters, so that the shades of all don't move whenever the largest state does.
        reach = np.ceil(4 * np.nanmax(np.abs(layer.hidden[0]), initial=0.25)) / 4
        levels.append(levels_of(layer.hidden[0], -reach, reach))
    if head:
        levels.append(levels_of(outputs[0], float(np.min(target)), float(np.max(target))))
    return levels
