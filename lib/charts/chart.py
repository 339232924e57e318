"""What all charts are made of: traces that mean the same everywhere, a key, and the figure."""

import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.text import beside

Part = dict[str, Any]  # a trace, an axis, a style or another part of a figure, as Plotly has it
Values = Sequence[Any] | np.ndarray
_LOOK = beside(__file__)
CONFIG: Part = _LOOK["config"]  # for `st.plotly_chart(config=…)`
GLYPHS: dict[str, str] = _LOOK["glyphs"]  # how a key draws marks and lines

FONT_SIZE = 14
LEFT, BOTTOM = 64, 46  # margins in pixels: of the tick labels, and of the timesteps
ROW, NOTE = 19, 16  # heights in pixels: of a row of the key, and of words beside a plot
MOST_POINTS = 1500  # of more samples or dates every k-th is drawn, so that a chart stays small
LEVELS = {"baseline": ("dot", "dotted"), "best": ("dash", "dashed")}  # dash of the line, glyph
VALUE = ",.5~r"  # of numbers in hover texts, as d3 has it: five significant digits, thousands apart
# Of a line or rectangle from the bottom of a plot to its top, below the curves.
FULL_HEIGHT: Part = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a chart's key: a mark or a line, and what it stands for."""

    glyph: str  # a key of GLYPHS
    words: str
    color: str = "ink"  # of the mark, a field of `Palette`; the words have its text colour
    text: str = ""  # the words' own, where it is another


SEEDS = Entry("thin", "each seed", "muted")  # the key of `seed_lines`


class Chart(go.Figure):
    """A figure made of plain dicts, which `st.plotly_chart` sends: it calls `to_dict` alone.

    Plotly's own objects take longer than all else of a chart, so they are made only when somebody
    asks for an attribute of Plotly's, as tests do. `traces` are as given, with arrays.
    """

    traces: Sequence[Part] = ()

    def __init__(self, data: Sequence[Part], layout: Part, written: Part | None = None) -> None:
        """Make a figure of these traces and this layout; `written` is what `to_dict` returns."""
        self.traces, self._layout_given = data, layout
        self._written: Part = written or _written({"data": data, "layout": layout})

    def __getattr__(self, name: str) -> Any:
        """Return what Plotly's own `__init__` sets."""
        if name.startswith("__") or "_layout_given" not in self.__dict__:
            raise AttributeError(name)
        layout = self.__dict__.pop("_layout_given")
        super().__init__(data=[*self.traces], layout=layout)
        return getattr(self, name)

    def to_dict(self) -> Part:
        """Return plain dicts, with arrays as Plotly sends them. Not to be changed."""
        return self._written

    def of_height(self, height: int | None) -> "Chart":
        """Return the same figure in this height in pixels; itself if that is None."""
        if height in (None, self._written["layout"]["height"]):
            return self
        layout = {**self._written["layout"], "height": height}
        return Chart(self.traces, layout, {**self._written, "layout": layout})


def _written(part: Any) -> Any:
    """Return a part of a figure as it is sent, without numpy arrays and None."""
    if isinstance(part, dict):
        return {key: _written(value) for key, value in part.items() if value is not None}
    if isinstance(part, list | tuple):
        return [_written(value) for value in part]
    if isinstance(part, np.ndarray) and part.dtype.kind in "if" and part.size:
        # As `BaseFigure.to_dict` of Plotly 6 and 7 writes arrays: JSON takes long.
        numbers = part.astype(np.int32) if part.dtype.kind == "i" else part
        code = f"{numbers.dtype.kind}{numbers.dtype.itemsize}"
        shape = {"shape": ", ".join(map(str, part.shape))} if part.ndim > 1 else {}
        return {"dtype": code, "bdata": b64encode(numbers.tobytes()).decode("ascii"), **shape}
    if isinstance(part, np.ndarray):
        return (np.datetime_as_string(part) if part.dtype.kind == "M" else part).tolist()
    return part.item() if isinstance(part, np.generic) else part


def finite(values: np.ndarray) -> np.ndarray:
    """Return `values` as float64 with a gap (nan) wherever there is no finite number."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def line(
    name: str, values: Values, style: Part, hover: str, *, x: Values | None = None, dots: int = 0
) -> Part:
    """Return a line of values (T,) over `x`, else 1 to T, with dots of this size."""
    x = np.arange(1, len(values) + 1) if x is None else x
    trace = _trace(name, x, values, hover) | {"mode": "lines", "line": style}
    if dots:
        trace |= {"mode": "lines+markers", "marker": {"color": style["color"], "size": dots}}
        trace["cliponaxis"] = False
    return trace


def seed_lines(name: str, lines: Sequence[tuple[np.ndarray, np.ndarray]], style: Part) -> Part:
    """Return one thin line for each seed, of its x and y: one trace with gaps between them."""
    x, y = (
        np.concatenate([np.append(np.float64(v), np.nan) for v in axis])
        for axis in zip(*lines, strict=True)
    )
    return line(name, y, {"width": 1.2, **style}, "", x=x) | {"opacity": 0.5, "connectgaps": False}


def mode_keys(modes: Iterable[str], sequence: str = "line", last: str = "line") -> list[Entry]:
    """Return entries of the key for the modes' lines or marks, by the glyphs of both modes."""
    glyphs = {"sequence": sequence, "last": last}
    return [Entry(glyphs[mode], MODES[mode].name, mode) for mode in modes]


def points(name: str, x: Values, y: Values, marker: Part, hover: str) -> Part:
    """Return a mark at each (x, y), without a line."""
    trace = _trace(name, x, y, hover)
    return trace | {"mode": "markers", "marker": marker, "cliponaxis": False}


def _trace(name: str, x: Values, y: Values, hover: str) -> Part:
    about = {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    return {"type": "scatter", "name": name, "x": x, "y": y, **about}


def band(
    name: str, x: np.ndarray, edges: tuple[np.ndarray, np.ndarray], color: str, opacity: float
) -> Part:
    """Return an area, along one edge and back along the other; of a single x it is a bar."""
    style = {"color": color, "width": 8 if len(x) == 1 else 0}
    around = np.concatenate([edges[0], edges[1][::-1]])
    area = line(name, around, style, "", x=np.concatenate([x, x[::-1]]))
    return area | {"fill": "toself", "fillcolor": color, "opacity": opacity}


def heatmap(name: str, values: np.ndarray, shades: Sequence[str], hover: str, **more: Any) -> Part:
    """Return values (rows, T) as shades from low to high, over the timesteps 1 to T."""
    rows, steps = values.shape
    place = {"x": np.arange(1, steps + 1), "y": np.arange(rows), "z": values}
    scale = [[k / (len(shades) - 1), shade] for k, shade in enumerate(shades)]
    look = {"colorscale": scale, "showscale": False, "hovertemplate": hover}
    return {"type": "heatmap", "name": name, **place, **look, **more}


def dot_size(steps: int) -> int:
    """Return the diameter of a timestep's dot: a hundred of them don't touch."""
    return 7 if steps <= 30 else 4


def gap_lines(segment: np.ndarray, first: int, palette: Palette) -> list[Part]:
    """Return up to 12 lines where the `Origin.segment` (R,) of rows at x from `first` changes."""
    places = first + 0.5 + np.flatnonzero(np.diff(segment))
    style = {"color": palette.muted, "width": 1, "dash": "dot"}
    font = {"size": 12, "color": palette.muted}
    label = {"text": "gap", "textposition": "end", "textangle": 0, "font": font}
    look = {"type": "line", **FULL_HEIGHT, "line": style, "label": label}
    return [{**look, "x0": x, "x1": x} for x in places] if len(places) <= 12 else []


def level(
    name: str, y: Values, color: str, palette: Palette, hover: str = "", *, x: Values | None = None
) -> Part:
    """Return the line of a naive guess, "baseline" (grey, dotted), or of the "best" possible."""
    style = {"color": getattr(palette, color), "width": 2}
    return line(name, y, style | {"dash": LEVELS[color][0]}, hover, x=x)


def plotted(
    data: list[Part],
    palette: Palette,
    x: Part,
    y: Part,
    key: Sequence[Sequence[Entry]],
    *,
    name: str,
    height: int,
    left: int = LEFT,
    right: int = 16,
    notes: Sequence[Part] = (),
    **more: Any,
) -> Chart:
    """Return traces as a chart with axes `x` and `y`, its key above, and `more` of a layout.

    Plotly's legend would take half of the plot on a phone. All margins are fixed: nothing jumps
    while numbers grow. `name` keeps a zoom over updates.
    """
    key = [row for row in key if row]
    font = {"size": FONT_SIZE, "color": palette.muted}
    axis = {"gridcolor": palette.grid, "linecolor": palette.border, "tickfont": font}
    axis |= _LOOK["axis"]
    has_two_lines = any("<br>" in tick for tick in x.get("ticktext", ()))
    bottom = BOTTOM + (16 if has_two_lines else 0)
    if "ticktext" in x:  # half of the last name stands right of the plot, or isn't drawn at all
        right = max(right, round(3.6 * len(x["ticktext"][-1])) - 4)
    for each in (x, y):
        each["title"] = {"text": escaped(each["title"]), "font": font, "standoff": 6}
    box = {"bgcolor": palette.background, "bordercolor": palette.border}
    layout = {
        **_LOOK["layout"],
        "height": height,
        "margin": {"l": left, "r": right, "t": top(key), "b": bottom, "pad": 0},
        "paper_bgcolor": palette.background,
        "font": {"size": FONT_SIZE, "color": palette.ink},
        "xaxis": {**axis, "showgrid": False, "showline": True, **x},
        "yaxis": {**axis, "showgrid": True, **y},
        "annotations": [_key(key, left, palette), *notes],
        "hoverlabel": {**box, "font": {"size": FONT_SIZE - 2, "color": palette.ink}},
        "uirevision": name,
    }
    for trace in data:  # callers escape their hover texts
        trace["name"] = escaped(trace["name"])
    return Chart(data, layout | more)


def hover(unit: str = "") -> str:
    """Return the hover text of a value, with its unit."""
    return f"%{{y:{VALUE}}} {escaped(unit)}".rstrip()


def escaped(words: str) -> str:
    """Return a text that Plotly shows as it is: a column's name is no markup."""
    return escape(words, quote=False)


def shortened(name: str) -> str:
    """Return a name of 13 letters at most, for the room left of a plot."""
    return name if len(name) <= 13 else f"{name[:12].rstrip()}…"


def left_of(names: Sequence[str]) -> int:
    """Return the left margin in pixels that such names need."""
    return max(LEFT, round(8 + 8.4 * max(map(len, names))))


def with_unit(title: str, unit: str) -> str:
    """Return an axis's title: "typical error (°C)"."""
    return f"{title} ({unit})" if unit else title


def top(key: Sequence[Sequence[Entry]]) -> int:
    """Return the margin above the plot, with the key, in pixels."""
    return 14 + ROW * len(key)


def _key(rows: Sequence[Sequence[Entry]], left: int, palette: Palette) -> Part:
    """Return the key as an annotation above the plot, flush with the chart's left edge."""
    lines = [
        "&nbsp;&nbsp; ".join(
            f'<span style="color:{getattr(palette, entry.color)}">{GLYPHS[entry.glyph]}</span> '
            f'<span style="color:{palette.words(entry.text or entry.color)}">'
            f"{escaped(entry.words)}</span>"
            for entry in row
        )
        for row in rows
    ]
    flush = {"xanchor": "left", "xshift": -left, "yanchor": "bottom", "yshift": 8, "align": "left"}
    return note("<br>".join(lines), 0, 1, palette.ink) | flush


def note(words: str, x: float, y: float, color: str, size: int = FONT_SIZE) -> Part:
    """Return a text on a chart, at shares x and y of its plot."""
    place = {"x": x, "xref": "paper", "y": y, "yref": "paper"}
    return {"text": words, **place, "showarrow": False, "font": {"size": size, "color": color}}


def side_notes(notes: list[tuple[str, float, str]], axis: Sequence[float], plot: int) -> list[Part]:
    """Return texts with values and colours right of a logarithmic plot of `plot` pixels."""
    placed, below = [], -math.inf
    for words, value, color in sorted(notes, key=lambda note: note[1]):
        if value > 0:
            power = math.log10(value)
            pixel = power * plot / (axis[1] - axis[0])
            shift, below = max(0.0, below + NOTE - pixel), max(pixel, below + NOTE)
            beside = {"xanchor": "left", "xshift": 4, "yanchor": "middle", "yshift": round(shift)}
            placed.append(note(words, 1, power, color, FONT_SIZE - 1) | beside | {"yref": "y"})
    return placed
