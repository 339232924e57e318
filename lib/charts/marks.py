"""The marks that mean the same in every chart: lines, the levels to compare with, and their key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.text import beside

Part = dict[str, Any]  # a trace, an axis, a style or another part of a figure, as Plotly has it
Values = Sequence[Any] | np.ndarray
GLYPHS: dict[str, str] = beside(__file__)  # how a key draws marks and lines


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a chart's key: what a mark or a line stands for."""

    glyph: str  # A key of GLYPHS
    words: str
    color: str = "ink"
    """Of the mark, a field of `Palette`; the words have its text colour."""
    text: str = ""  # the words' own, where it is another


SEEDS = Entry("thin", "each seed", "muted")  # the key of `seed_lines`


def finite(values: np.ndarray) -> np.ndarray:
    """`values` as float64 with a gap (nan) wherever there is no finite number."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def line(
    name: str, values: Values, style: Part, hover: str, *, x: Values | None = None, dots: int = 0
) -> Part:
    """A line of values (T,) over `x`, else 1 to T, with a dot of this size at each.

    Dots and marks at an edge of the plot are whole. Without `hover` it has no hover text.
    """
    x = np.arange(1, len(values) + 1) if x is None else x
    trace = _trace(name, x, values, hover) | {"mode": "lines", "line": style}
    if dots:
        trace |= {"mode": "lines+markers", "marker": {"color": style["color"], "size": dots}}
        trace["cliponaxis"] = False
    return trace


def seed_lines(name: str, lines: Sequence[tuple[np.ndarray, np.ndarray]], style: Part) -> Part:
    """One thin line for each seed, of its x and y, all in one trace with gaps between them."""
    x, y = (
        np.concatenate([np.append(np.asarray(v, np.float64), np.nan) for v in axis])
        for axis in zip(*lines, strict=True)
    )
    return line(name, y, {"width": 1.2, **style}, "", x=x) | {"opacity": 0.5, "connectgaps": False}


def mode_keys(modes: Iterable[str], sequence: str = "line", last: str = "line") -> list[Entry]:
    """The key of the modes' lines or marks, by the glyphs of both modes."""
    glyphs = {"sequence": sequence, "last": last}
    return [Entry(glyphs[mode], MODES[mode].name, mode) for mode in modes]


def points(name: str, x: Values, y: Values, marker: Part, hover: str) -> Part:
    """A mark at each (x, y), without a line."""
    trace = _trace(name, x, y, hover)
    return trace | {"mode": "markers", "marker": marker, "cliponaxis": False}


def _trace(name: str, x: Values, y: Values, hover: str) -> Part:
    about = {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    return {"type": "scatter", "name": name, "x": x, "y": y, **about}


def band(  # noqa: PLR0917  as `line`, with two edges
    name: str, x: np.ndarray, one: np.ndarray, other: np.ndarray, color: str, opacity: float
) -> Part:
    """An area, along one edge and back along the other; of a single x it is a bar."""
    style = {"color": color, "width": 8 if len(x) == 1 else 0}
    around = np.concatenate([one, other[::-1]]), np.concatenate([x, x[::-1]])
    area = line(name, around[0], style, "", x=around[1])
    return area | {"fill": "toself", "fillcolor": color, "opacity": opacity}


def heatmap(name: str, values: np.ndarray, shades: Sequence[str], hover: str, **more: Any) -> Part:
    """Values (rows, T) as shades from low to high, over the timesteps 1 to T."""
    rows, steps = values.shape
    place = {"x": np.arange(1, steps + 1), "y": np.arange(rows), "z": values}
    scale = [[k / (len(shades) - 1), shade] for k, shade in enumerate(shades)]
    look = {"colorscale": scale, "showscale": False, "hovertemplate": hover}
    return {"type": "heatmap", "name": name, **place, **look, **more}


def dot_size(steps: int) -> int:
    """The diameter of a timestep's dot, so that a hundred of them don't touch."""
    return 7 if steps <= 30 else 4


def gap_lines(segment: np.ndarray, first: int, palette: Palette) -> list[Part]:
    """A line between two rows, at x from `first` on, where their `Origin.segment` (R,) changes.

    Of more than a dozen gaps none is drawn: they would hide the data.
    """
    places = first + 0.5 + np.flatnonzero(np.diff(segment))
    style = {"color": palette.muted, "width": 1, "dash": "dot"}
    font = {"size": 12, "color": palette.muted}
    label = {"text": "gap", "textposition": "end", "textangle": 0, "font": font}
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    line |= {"line": style, "label": label}
    return [{**line, "x0": x, "x1": x} for x in places] if len(places) <= 12 else []


def naive_style(palette: Palette) -> Part:
    """A guess without learning."""
    return {"color": palette.baseline, "width": 2, "dash": "dot"}


def best_style(palette: Palette) -> Part:
    """The best possible, or what `Best.label` calls it: green, dashed."""
    return {"color": palette.best, "width": 2, "dash": "dash"}
