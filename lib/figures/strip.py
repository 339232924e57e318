"""The shape strip: every tensor of the experiment's models, from the input to the prediction.

An HTML fragment for `st.html`, which lets words, inline styles and images through, but neither
SVG elements nor scripts: so the words are HTML, which wraps on a phone, and each tensor is an
image. This module computes no shapes (`lib.stack`) and no states (`lib.recurrence`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from lib.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.figures.grid import EDGE, Grid, levels_of
from lib.figures.html import arrow_head, code_words
from lib.figures.palette import Palette
from lib.recurrence import Trace
from lib.stack.models import model_layers
from lib.stack.tensors import Tensor, letters, readable_shape
from lib.stack.tracing import TracedLayer

Traces = Mapping[str, tuple[Sequence[Trace], np.ndarray]]
"""By mode: what `lib.recurrence.forward` returned for one sample; a mode whose weights aren't known
is left out."""

HEADING, ARROW, BOX = 11.5, 6.5, 8.0
"""The widths of a mode's heading, of a layer's arrow with its words, and the least of a tensor with
its name, in rem: so that input, arrow and hidden states share a line on a phone."""
LONGEST_ARROW = 20.0
"""How long an arrow may get where there is room, in rem."""
LETTER = 0.49
"""The width of a letter of a shape, in rem."""
SCREEN = 58.0
"""What a strip has on a usual screen, in rem. A mode that needs no more stays in one line, and that
below its heading if there is no room beside it."""
LABELS = 2.6
"""The height of a tensor's two lines of shape, in rem."""


def shape_strip(
    experiment: Experiment,
    dataset: Dataset,
    sentence: str,
    palette: Palette,
    *,
    traces: Traces,
    sample: int,
) -> str:
    """A row for each mode, side by side where there is room; `sentence` says what is seen.

    Sample `sample`, 0 to N-1, shades the input; its `traces`, `forward(experiment, weights,
    dataset.x[sample : sample + 1])` by mode, shade hidden states and predictions. These are flat in
    a mode that has none.
    """
    _, timesteps, features = dataset.shape
    models = model_layers(experiment.model, timesteps, features, dataset.targets)
    widest = max(_width(step) for steps in models.values() for step in steps)
    grid = Grid.of(timesteps, widest, palette)
    modes: list[str] = []
    for mode, steps in models.items():
        levels: list[np.ndarray | None] = [levels_of(dataset.x[sample])]
        levels += _output_levels(experiment, dataset.y[sample], traces.get(mode))
        modes.append(_mode(mode, experiment, steps, levels, grid, legend=not modes))
    return (
        f'<div role="img" aria-label="{escape(sentence)}" '
        f'style="display:flex;flex-wrap:wrap;gap:1rem 2.5rem;font-size:0.875rem;'
        f'line-height:1.35;color:{palette.ink}">{"".join(modes)}</div>'
    )


def _mode(
    mode: str,
    experiment: Experiment,
    steps: Sequence[TracedLayer],
    levels: Sequence[np.ndarray | None],
    grid: Grid,
    *,
    legend: bool,
) -> str:
    """One mode's row: a heading, then the input, then each layer with what comes out of it."""
    palette = grid.palette
    choice, words = MODES[mode], palette.mode_text(mode)
    about = [choice.about]
    if legend:
        about.append(f"{'darker' if palette.theme == 'light' else 'brighter'} is higher")
    down = (
        f'<span style="writing-mode:vertical-rl;color:{palette.muted};line-height:1">time →</span>'
    )
    image = grid.image(_width(steps[0]), levels[0], palette.shades(palette.ink))
    first = steps[0].tensors[0]
    with_time = f'<div style="display:flex;gap:0.25rem">{down}{image}</div>'
    parts = [_tensor(first, with_time, "input", palette)]
    across = max(1.5 + grid.size(_width(steps[0]))[0], LETTER * len(readable_shape(first)))
    shades = palette.shades(palette.mode(mode))
    for place, step in enumerate(steps[1:], start=1):
        is_top = place == experiment.model.layers
        only_last = not _has_time(step)
        image = grid.image(
            _width(step),
            levels[place],
            shades,
            only_last=only_last,
            outlined=only_last or (is_top and experiment.model.mode == "both"),
        )
        name, color = "hidden states", palette.muted
        if is_top and only_last:
            name, color = "the last row, and nothing else", words
        elif place == len(steps) - 1:
            name = _prediction_words(_width(step), only_last)
        room = max(BOX, grid.size(_width(step))[0])
        box = _tensor(step.tensors[0], image, name, palette, color=color, room=room)
        arrow = _arrow(step, grid, at_last=not _has_time(steps[place - 1]))
        parts.append(
            f'<div style="flex:1 0 auto;max-width:{LONGEST_ARROW + 0.375 + room:.2f}rem;'
            f'display:flex;gap:0.375rem">{arrow}{box}</div>'
        )
        across += 1 + ARROW + room
    least = across if across <= SCREEN else 20.0
    return (
        f'<div style="flex:1 1 {across + HEADING + 1:.1f}rem;min-width:0;display:flex;'
        f'flex-wrap:wrap;gap:0.5rem 1rem"><div style="flex:1 0 {HEADING}rem;display:flex;'
        'flex-wrap:wrap;align-content:flex-start;align-items:baseline;column-gap:0.75rem">'
        f'<span style="color:{words};font-size:1rem;font-weight:600">{choice.label}</span>'
        f"{code_words(choice.keras, words)}"
        + "".join(f'<span style="color:{palette.muted}">{each}</span>' for each in about)
        + "</div>"
        f'<div style="flex:99 1 {least:.1f}rem;min-width:0;display:flex;flex-wrap:wrap;'
        f'gap:0.75rem 0.375rem">{"".join(parts)}</div></div>'
    )


def _prediction_words(targets: int, only_last: bool) -> str:
    """What a prediction with so many columns is: "a value at every step"."""
    if targets == 1:
        return "one value" if only_last else "a value at every step"
    return f"{targets} values, once" if only_last else f"{targets} values at every step"


def _tensor(
    tensor: Tensor, image: str, name: str, palette: Palette, *, color: str = "", room: float = 0.0
) -> str:
    """A tensor with its shape above, in letters and in numbers, and its name below."""
    return (
        f'<div style="width:{f"{room:.2f}rem" if room else "auto"}">'
        f"{code_words(letters(tensor), palette.muted)}<br>"
        f"{code_words(readable_shape(tensor), palette.ink, bold=True)}"
        f'<div style="margin:0.25rem 0">{image}</div>'
        f'<div style="color:{color or palette.muted}">{name}</div></div>'
    )


def _arrow(step: TracedLayer, grid: Grid, *, at_last: bool) -> str:
    """A layer as an arrow, with its name above and its parameters below.

    It stands at the middle of the tensors, or by their last row where that alone goes on.
    """
    muted = grid.palette.muted
    height, row = grid.size(1)[1], grid.pitch / 16
    down = LABELS + (height - row / 2 - EDGE / 16 if at_last else height / 2)
    return (
        f'<div style="flex:1 0 {ARROW}rem;text-align:center;'
        f'padding-top:{down - 1.45:.2f}rem">'
        f'<div style="font-weight:600">{step.layer.keras} {_width(step)}</div>'
        f'<div style="position:relative;height:2px;background:{muted};margin:0.25rem 0">'
        f"{arrow_head(muted)}</div>"
        f'<div style="color:{muted};font-size:0.8125rem;white-space:nowrap">'
        f"{step.outputs.product}<br>= {step.parameters:,} params</div></div>"
    )


def _width(step: TracedLayer) -> int:
    """The last axis of a layer's output."""
    return step.tensors[0][-1].size or 0


def _has_time(step: TracedLayer) -> bool:
    """Whether a layer's output has an axis of timesteps."""
    return any(axis.role == "time" for axis in step.tensors[0])


def _output_levels(
    experiment: Experiment, target: np.ndarray, trace: tuple[Sequence[Trace], np.ndarray] | None
) -> list[np.ndarray | None]:
    """Shades of each layer's output above the input, where its values are known.

    `target` (T, K) is what the sample's predictions should be.
    """
    head = experiment.model.head == "dense"
    if trace is None:
        return [None] * (experiment.model.layers + head)
    recurrent, outputs = trace
    levels: list[np.ndarray | None] = []
    for layer in recurrent:
        # In quarters, so that the shades of all don't move whenever the largest state does.
        reach = np.ceil(4 * np.nanmax(np.abs(layer.hidden[0]), initial=0.25)) / 4
        levels.append(levels_of(layer.hidden[0], -reach, reach))
    if head:  # beside their target
        levels.append(levels_of(outputs[0], float(np.min(target)), float(np.max(target))))
    return levels
