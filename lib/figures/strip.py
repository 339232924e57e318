"""The shape strip: every tensor of the experiment's models, from the input to the prediction.

An HTML fragment for `st.html`, which lets words, inline styles and images through, but neither
SVG elements nor scripts: so the words are HTML, which wraps on a phone, and each tensor is an
image. Time runs down, features and units run across, as NumPy prints a sample. This module
computes no shapes (`lib.shapes`) and no states (`lib.recurrence`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lib.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.figures.palette import LEVELS, Palette
from lib.recurrence import Trace
from lib.shapes import Layer, model_shapes

Traces = Mapping[str, tuple[Sequence[Trace], np.ndarray]]
"""By mode: what `lib.recurrence.forward` returned for one sample."""

WHOLE = 16
"""Up to so many rows or columns are all drawn; of more, some are left out for an ellipsis."""
HEIGHT, WIDTH = 96.0, 120.0
"""What the largest tensor of a strip may take, in pixels at the usual 16 px per rem."""
CELL = (5.0, 16.0)
"""The least and the greatest distance from cell to cell, in pixels."""
EDGE = 3.0
"""Room around the cells for the outline of a row, in pixels."""
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
FLAT = 3
"""The shade of cells whose values aren't known, 0 to LEVELS-1."""


def shape_strip(
    experiment: Experiment,
    dataset: Dataset,
    sentence: str,
    palette: Palette,
    *,
    traces: Traces | None = None,
    sample: int | None = None,
) -> str:
    """A row for each mode, side by side where there is room.

    Args:
        experiment: says which models.
        dataset: says T, F and K, and gives the input's values.
        sentence: what the picture says.
        palette: the colours of the page's theme.
        traces: `forward(experiment, weights, dataset.x[sample : sample + 1])` for each mode, to
            shade hidden states and predictions by. Without it these are flat.
        sample: which sample's values shade the input, 0 to N-1; None leaves it flat.
    """
    _, steps, features = dataset.shape
    shapes = model_shapes(experiment, steps, features, dataset.targets)
    widest = max(_width(layer) for layers in shapes.values() for layer in layers)
    drawing = _Drawing(_Axis.of(steps), _pitch(steps, widest), palette)
    modes: list[str] = []
    for mode, layers in shapes.items():
        levels = [None if sample is None else _levels(dataset.x[sample])]
        levels += _known(experiment, dataset, sample, (traces or {}).get(mode))
        shaded = not modes and any(known is not None for known in levels)
        modes.append(_mode(mode, experiment, layers, levels, drawing, legend=shaded))
    return (
        f'<div role="img" aria-label="{escape(sentence)}" '
        f'style="display:flex;flex-wrap:wrap;gap:1rem 2.5rem;font-size:0.875rem;'
        f'line-height:1.35;color:{palette.ink}">{"".join(modes)}</div>'
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Which of `count` rows or columns are drawn, and where the ellipsis stands among them."""

    kept: np.ndarray
    """Indexes of what is drawn, (D,), the first and the last among them."""
    gap: int
    """How many of these come before the ellipsis; D where there is none."""

    @classmethod
    def of(cls, count: int) -> _Axis:
        if count <= WHOLE:
            return cls(np.arange(count), count)
        # More of a large tensor is drawn than of a small one, so that a moving slider shows.
        drawn = round(WHOLE + 2 * np.log2(count / WHOLE))
        tail = drawn // 3
        return cls(np.r_[: drawn - tail, count - tail : count], drawn - tail)

    def at(self, place: int) -> float:
        """The position of the drawn row `place`, in rows: the ellipsis takes one."""
        return place + (place >= self.gap)

    @property
    def length(self) -> int:
        """Rows, with the ellipsis."""
        return len(self.kept) + (self.gap < len(self.kept))


def _pitch(steps: int, widest: int) -> float:
    """The distance from cell to cell that lets the largest tensor fit, in pixels."""
    fitting = min(HEIGHT / _Axis.of(steps).length, WIDTH / _Axis.of(widest).length)
    return round(min(max(fitting, CELL[0]), CELL[1]), 1)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How the tensors of one strip are drawn: all with the same rows and the same cells."""

    rows: _Axis
    pitch: float
    palette: Palette

    def size(self, width: int) -> tuple[float, float]:
        """Width and height in rem of a tensor with `width` columns."""
        across, down = _Axis.of(width).length, self.rows.length
        return (across * self.pitch + 2 * EDGE) / 16, (down * self.pitch + 2 * EDGE) / 16

    def image(
        self,
        width: int,
        levels: np.ndarray | None,
        shades: Sequence[str],
        *,
        only_last: bool = False,
        outlined: bool = False,
    ) -> str:
        """A tensor as an image element; its words stand elsewhere.

        Args:
            width: its columns.
            levels: shades of its cells (T, width), 0 to LEVELS-1; None draws it flat.
            shades: LEVELS colours.
            only_last: whether the layer returns the last row alone; the others are then pale.
            outlined: whether the last row is what the last-step mode takes.
        """
        columns = _Axis.of(width)
        if levels is None:
            table = np.full((len(self.rows.kept), len(columns.kept)), FLAT)
        else:
            table = levels[np.ix_(self.rows.kept, columns.kept)]
        inner = self.pitch * 0.86 - 2  # the stroke's round corners add 2
        cell = f"h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"
        start = EDGE + self.pitch * 0.07 + 1
        xs = [f"M{start + self.pitch * columns.at(c):.1f} " for c in range(len(columns.kept))]
        ys = [
            f"{start + self.pitch * self.rows.at(r):.1f}{cell}" for r in range(len(self.rows.kept))
        ]
        body = self._cells(table[-1:], xs, ys[-1:], shades)
        rest = self._cells(table[:-1], xs, ys[:-1], shades)
        body = f'<g opacity="0.22">{rest}</g>{body}' if only_last else rest + body
        body += self._ellipses(columns)
        across, down = (16 * side for side in self.size(width))
        if outlined:
            top = down - self.pitch - 2 * EDGE + 1
            body += (
                f'<rect x="1" y="{top:.1f}" width="{across - 2:.1f}" height="{down - top - 1:.1f}" '
                f'rx="3" fill="none" stroke="{self.palette.last}" stroke-width="2"/>'
            )
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:.1f} {down:.1f}" '
            f'stroke-width="2" stroke-linejoin="round">{body}</svg>'
        )
        code = b64encode(svg.encode()).decode()
        return (
            f'<img alt="" decoding="sync" src="data:image/svg+xml;base64,{code}" '
            f'style="width:{across / 16:.2f}rem;height:{down / 16:.2f}rem;max-width:none;'
            'display:block">'
        )

    def _cells(
        self, table: np.ndarray, xs: Sequence[str], ys: Sequence[str], shades: Sequence[str]
    ) -> str:
        """The cells of `table` (rows, columns): one path for each shade."""
        paths: list[list[str]] = [[] for _ in shades]
        for y, row in zip(ys, table.tolist(), strict=True):
            for x, level in zip(xs, row, strict=True):
                paths[level].append(x + y)
        return "".join(
            f'<path fill="{shade}" stroke="{shade}" d="{"".join(path)}"/>'
            for shade, path in zip(shades, paths, strict=True)
            if path
        )

    def _ellipses(self, columns: _Axis) -> str:
        """Dots where rows or columns are left out."""
        middle = EDGE + self.pitch / 2
        spots = []
        if self.rows.gap < len(self.rows.kept):
            y = middle + self.pitch * self.rows.gap
            spots += [(middle + self.pitch * columns.at(c), y) for c in range(len(columns.kept))]
        if columns.gap < len(columns.kept):
            x = middle + self.pitch * columns.gap
            spots += [
                (x, middle + self.pitch * self.rows.at(r)) for r in range(len(self.rows.kept))
            ]
        path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in spots)
        return (
            f'<path stroke="{self.palette.muted}" stroke-linecap="round" d="{path}"/>'
            if path
            else ""
        )


def _mode(
    mode: str,
    experiment: Experiment,
    layers: Sequence[Layer],
    levels: Sequence[np.ndarray | None],
    drawing: _Drawing,
    *,
    legend: bool,
) -> str:
    """One mode's row: a heading, then the input, then each layer with what comes out of it."""
    palette = drawing.palette
    choice, words = MODES[mode], palette.mode_text(mode)
    about = [choice.about]
    if legend:
        about.append(f"{'darker' if palette.theme == 'light' else 'brighter'} is higher")
    down = (
        f'<span style="writing-mode:vertical-rl;color:{palette.muted};line-height:1">time →</span>'
    )
    image = drawing.image(_width(layers[0]), levels[0], palette.shades(palette.ink))
    parts = [
        _tensor(
            layers[0],
            f'<div style="display:flex;gap:0.25rem">{down}{image}</div>',
            "input",
            palette,
        )
    ]
    across = max(1.5 + drawing.size(_width(layers[0]))[0], LETTER * len(layers[0].numbers))
    shades = palette.shades(palette.mode(mode))
    for place, layer in enumerate(layers[1:], start=1):
        is_top = place == experiment.model.layers
        only_last = "T" not in layer.letters
        image = drawing.image(
            _width(layer),
            levels[place],
            shades,
            only_last=only_last,
            outlined=only_last or (is_top and experiment.model.mode == "both"),
        )
        name, color = "hidden states", palette.muted
        if is_top and only_last:
            name, color = "the last row, and nothing else", words
        elif place == len(layers) - 1:
            name = _answers(_width(layer), only_last)
        room = max(BOX, drawing.size(_width(layer))[0])
        box = _tensor(layer, image, name, palette, color=color, room=room)
        arrow = _arrow(layer, drawing, at_last="T" not in layers[place - 1].letters)
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
        f"{_code(choice.keras, words)}"
        + "".join(f'<span style="color:{palette.muted}">{each}</span>' for each in about)
        + "</div>"
        f'<div style="flex:99 1 {least:.1f}rem;min-width:0;display:flex;flex-wrap:wrap;'
        f'gap:0.75rem 0.375rem">{"".join(parts)}</div></div>'
    )


def _answers(targets: int, only_last: bool) -> str:
    """What a prediction of so many columns is."""
    if targets == 1:
        return "one value" if only_last else "a value at every step"
    return f"{targets} values, once" if only_last else f"{targets} values at every step"


def _tensor(
    layer: Layer, image: str, name: str, palette: Palette, *, color: str = "", room: float = 0.0
) -> str:
    """A tensor with its shape above, in letters and in numbers, and its name below."""
    letters = f"({', '.join(layer.letters)})"
    return (
        f'<div style="width:{f"{room:.2f}rem" if room else "auto"}">'
        f"{_code(letters, palette.muted)}<br>{_code(layer.numbers, palette.ink, bold=True)}"
        f'<div style="margin:0.25rem 0">{image}</div>'
        f'<div style="color:{color or palette.muted}">{name}</div></div>'
    )


def _arrow(layer: Layer, drawing: _Drawing, *, at_last: bool) -> str:
    """A layer as an arrow, with its name above and its parameters below.

    It stands at the middle of the tensors, or by their last row where that alone goes on.
    """
    muted = drawing.palette.muted
    rule, _, count = layer.formula.partition(" = ")
    height, row = drawing.size(1)[1], drawing.pitch / 16
    down = LABELS + (height - row / 2 - EDGE / 16 if at_last else height / 2)
    point = (
        f"position:absolute;right:-1px;top:-4px;border-left:8px solid {muted};"
        "border-top:5px solid transparent;border-bottom:5px solid transparent"
    )
    return (
        f'<div style="flex:1 0 {ARROW}rem;text-align:center;'
        f'padding-top:{down - 1.45:.2f}rem">'
        f'<div style="font-weight:600">{layer.name} {_width(layer)}</div>'
        f'<div style="position:relative;height:2px;background:{muted};margin:0.25rem 0">'
        f'<span style="{point}"></span></div>'
        f'<div style="color:{muted};font-size:0.8125rem;white-space:nowrap">'
        f"{rule}<br>= {count} params</div></div>"
    )


def _code(words: str, color: str, *, bold: bool = False) -> str:
    weight = 600 if bold else 400
    return (
        f'<span style="font-family:monospace;font-size:0.8125rem;font-weight:{weight};'
        f'color:{color};white-space:nowrap">{escape(words)}</span>'
    )


def _width(layer: Layer) -> int:
    """The last axis of a layer's output."""
    return int(layer.shape[-1] or 0)


def _levels(values: np.ndarray, low: float | None = None, high: float | None = None) -> np.ndarray:
    """Values (T, …) as shades, 0 to LEVELS-1, from `low` to `high`; gaps as the lowest."""
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=np.nan, neginf=np.nan)
    low = float(known.min()) if low is None else low
    high = float(known.max()) if high is None else high
    share = (known - low) / max(high - low, 1e-12)
    return np.clip(share * LEVELS, 0, LEVELS - 1).astype(int)


def _known(
    experiment: Experiment,
    dataset: Dataset,
    sample: int | None,
    trace: tuple[Sequence[Trace], np.ndarray] | None,
) -> list[np.ndarray | None]:
    """Shades of each layer's output above the input, where its values are known."""
    head = experiment.model.head == "dense"
    if trace is None:
        return [None] * (experiment.model.layers + head)
    recurrent, outputs = trace
    levels: list[np.ndarray | None] = []
    for layer in recurrent:
        # In quarters, so that the shades of all don't move whenever the largest state does.
        reach = np.ceil(4 * np.nanmax(np.abs(layer.hidden[0]), initial=0.25)) / 4
        levels.append(_levels(layer.hidden[0], -reach, reach))
    if head:  # beside their target
        goal = outputs[0] if sample is None else dataset.y[sample]
        levels.append(_levels(outputs[0], float(np.min(goal)), float(np.max(goal))))
    return levels
