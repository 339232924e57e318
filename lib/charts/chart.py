"""The parts of all charts: traces, keys, labels at the ends of lines, and the figure."""

import math
import textwrap
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.text import beside, number

Part = dict[str, Any]  # a trace, an axis, a style or another part of a figure, in Plotly's terms
Values = Sequence[Any] | np.ndarray
_LOOK = beside(__file__)
CONFIG: Part = _LOOK["config"]  # for `st.plotly_chart(config=…)`
GLYPHS: dict[str, str] = {"": "", **_LOOK["glyphs"]}  # characters that draw a mark in a key

FONT_SIZE = 14
LEFT, BOTTOM = 64, 46  # margins in pixels, for tick labels and titles
ROW, NOTE = 19, 16  # heights in pixels: a row of the key, a line of text right of a plot
LEAST_PLOT = 110  # the height of a plot on a small screen, in pixels
END_LETTERS, END_LETTER = 14, 7.6  # labels of lines: letters per row, a letter's width in pixels
LETTER, WIDE_LETTER = 7.2, 8.4  # the average and the largest width of a tick's letter, in pixels
MOST_POINTS = 1500  # if there are more samples or dates, only every k-th is drawn
LEVELS = {"baseline": "dot", "best": "dash"}  # the dash of each level
# A line or rectangle from the bottom of a plot to its top, below the curves.
FULL_HEIGHT: Part = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
# A curve's values recur in each update, and formatting takes a microsecond each.
_cached_number = lru_cache(20_000)(number)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a chart's key: a mark or a line, and its meaning."""

    glyph: str  # a key of GLYPHS, or "" for no mark
    words: str
    color: str = "ink"  # the mark's color, a field of `Palette`
    text: str = ""  # the words' color, a field of `Palette`; by default the same as the mark's


SEEDS = Entry("thin", "each seed", "muted")  # the key's entry for `seed_lines`


@dataclass(frozen=True, slots=True)
class End:
    """The label at the right end of a line, in the line's color."""

    words: str
    value: float  # the line's last y; NaN hides the label but keeps its space
    color: str  # a field of `Palette`

    @property
    def rows(self) -> list[str]:
        """The words in rows of at most END_LETTERS letters."""
        return textwrap.wrap(self.words, END_LETTERS)


class Chart(go.Figure):
    """A figure of plain dicts. `st.plotly_chart` calls only its `to_dict`.

    Building Plotly's own objects takes longer than the rest of a chart. So they are built only when
    a Plotly attribute is read, for example in tests. `traces` are plain dicts with NumPy arrays.
    """

    traces: Sequence[Part] = ()

    def __init__(self, data: Sequence[Part], layout: Part, written: Part | None = None) -> None:
        """Store traces and layout. `written` is the result of `to_dict`, if already computed."""
        self.traces, self._layout_given = data, layout
        self._written: Part = written or _written({"data": data, "layout": layout})

    def __getattr__(self, name: str) -> Any:
        """Build Plotly's objects, and return an attribute that Plotly's `__init__` sets."""
        if name.startswith("__") or "_layout_given" not in self.__dict__:
            raise AttributeError(name)
        super().__init__(data=[*self.traces], layout=self.__dict__.pop("_layout_given"))
        return getattr(self, name)

    def to_dict(self) -> Part:
        """Return the figure as plain dicts, with arrays encoded as Plotly does. Don't edit them."""
        return self._written

    def of_height(self, height: int | None) -> "Chart":
        """Return the figure with this height in pixels; None keeps its own height."""
        if height in (None, self._written["layout"]["height"]):
            return self
        layout = {**self._written["layout"], "height": height}
        return Chart(self.traces, layout, {**self._written, "layout": layout})


def _written(part: Any) -> Any:
    """Return a part of a figure as plain values to send, without NumPy objects and None."""
    if isinstance(part, dict):
        return {key: _written(value) for key, value in part.items() if value is not None}
    if isinstance(part, list | tuple):
        return [_written(value) for value in part]
    if isinstance(part, np.ndarray) and part.dtype.kind in "if" and part.size:
        # `BaseFigure.to_dict` of Plotly 6 and 7 uses this format. It is faster than JSON numbers.
        numbers = part.astype(np.int32) if part.dtype.kind == "i" else part
        code = f"{numbers.dtype.kind}{numbers.dtype.itemsize}"
        shape = {"shape": ", ".join(map(str, part.shape))} if part.ndim > 1 else {}
        return {"dtype": code, "bdata": b64encode(numbers.tobytes()).decode("ascii"), **shape}
    if isinstance(part, np.ndarray):
        return (np.datetime_as_string(part) if part.dtype.kind == "M" else part).tolist()
    return part.item() if isinstance(part, np.generic) else part


def finite(values: np.ndarray) -> np.ndarray:
    """Return `values` as float64, with NaN (a gap in a line) for each value that isn't finite."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def line(
    name: str, values: Values, style: Part, hover: str, *, x: Values | None = None, dots: int = 0
) -> Part:
    """Return a line of values (T,) over `x`, by default 1 to T; `dots` is the size of its dots."""
    x = np.arange(1, len(values) + 1) if x is None else x
    trace = _trace(name, x, values, hover) | {"mode": "lines", "line": style}
    if dots:
        trace |= {"mode": "lines+markers", "marker": {"color": style["color"], "size": dots}}
        trace["cliponaxis"] = False
    return trace


def seed_lines(name: str, lines: Sequence[tuple[np.ndarray, np.ndarray]], style: Part) -> Part:
    """Return a thin line for each seed's (x, y), as one trace with gaps between the lines."""
    x, y = (
        np.concatenate([np.append(np.float64(v), np.nan) for v in axis])
        for axis in zip(*lines, strict=True)
    )
    return line(name, y, {"width": 1.2, **style}, "", x=x) | {"opacity": 0.5, "connectgaps": False}


def mode_ends(lines: Mapping[str, np.ndarray]) -> list[End]:
    """Return labels at the ends of the modes' lines, (T,) each: "sequence" and "last-step"."""
    ends = {mode: float(line[-1]) if len(line) else math.nan for mode, line in lines.items()}
    return [End(MODES[mode].name.removesuffix(" mode"), end, mode) for mode, end in ends.items()]


def points(name: str, x: Values, y: Values, marker: Part, hover: str) -> Part:
    """Return a mark at each (x, y), without a line."""
    return _trace(name, x, y, hover) | {"mode": "markers", "marker": marker, "cliponaxis": False}


def _trace(name: str, x: Values, y: Values, hover: str) -> Part:
    shown = {"hovertemplate": hover, "text": hover_texts(y)} if hover else {"hoverinfo": "skip"}
    return {"type": "scatter", "name": name, "x": x, "y": y, **shown}


def all_y(traces: Sequence[Part]) -> np.ndarray:
    """Return the y values of all traces in one array, for the axis's range."""
    return np.concatenate([trace["y"] for trace in traces])


def band(
    name: str, x: np.ndarray, edges: tuple[np.ndarray, np.ndarray], color: str, opacity: float
) -> Part:
    """Return the area between two edges (T,). With a single x, the area is a bar."""
    style = {"color": color, "width": 8 if len(x) == 1 else 0}
    around = np.concatenate([edges[0], edges[1][::-1]])
    area = line(name, around, style, "", x=np.concatenate([x, x[::-1]]))
    return area | {"fill": "toself", "fillcolor": color, "opacity": opacity}


def heatmap(name: str, values: np.ndarray, shades: Sequence[str], hover: str, **more: Any) -> Part:
    """Return values (rows, T) as shades, from low to high, over the timesteps 1 to T."""
    rows, steps = values.shape
    place = {"x": np.arange(1, steps + 1), "y": np.arange(rows), "z": values}
    scale = [[k / (len(shades) - 1), shade] for k, shade in enumerate(shades)]
    look: Part = {"colorscale": scale, "showscale": False}
    look |= {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    return {"type": "heatmap", "name": name, **place, **look, **more}


def dot_size(steps: int) -> int:
    """Return the diameter of a timestep's dot, small enough to keep neighboring dots apart."""
    return 7 if steps <= 30 else 4


def gap_lines(segment: np.ndarray, first: int, palette: Palette) -> list[Part]:
    """Return lines where `segment` (R,) changes; row k is at x = `first` + k. [] if over 12."""
    places = first + 0.5 + np.flatnonzero(np.diff(segment))
    style = {"color": palette.muted, "width": 1, "dash": "dot"}
    font = {"size": 12, "color": palette.muted}
    label = {"text": "gap", "textposition": "end", "textangle": 0, "font": font}
    look = {"type": "line", **FULL_HEIGHT, "line": style, "label": label}
    return [{**look, "x0": x, "x1": x} for x in places] if len(places) <= 12 else []


def level(
    name: str, y: Values, color: str, palette: Palette, hover: str = "", *, x: Values | None = None
) -> Part:
    """Return a "baseline" line, gray and dotted, or a "best" possible line, green and dashed."""
    style = {"color": getattr(palette, color), "width": 2}
    return line(name, y, style | {"dash": LEVELS[color]}, hover, x=x)


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
    ends: Sequence[End] = (),
    notes: Sequence[Part] = (),
    **more: Any,
) -> Chart:
    """Return a chart of traces with axes `x` and `y`, a key above, and labels at lines' `ends`.

    The key replaces Plotly's legend, which would fill half of the plot on a phone. Fixed margins
    keep the plot in place. The same `name` keeps the zoom. `more` are entries of Plotly's layout.
    """
    key = [row for row in key if row]
    font = {"size": FONT_SIZE, "color": palette.muted}
    axis = {"gridcolor": palette.grid, "linecolor": palette.border, "tickfont": font}
    axis |= _LOOK["axis"]
    if "ticktext" in x:  # Plotly omits the last name if its right half doesn't fit
        right = max(right, round(LETTER / 2 * len(x["ticktext"][-1])) - 4)  # 4 are in the plot
    labels = list[Part]()
    if ends:
        right = max(right, 12 + round(END_LETTER * max(len(row) for e in ends for row in e.rows)))
        labels = end_labels(ends, y, palette)
    if "minexponent" in y:  # ticks such as "0.5×10⁻³" are wide
        left += 14
    for each in (x, y):
        own = {**font, "color": each.get("color", palette.muted)}
        each["title"] = {"text": escaped(each["title"]), "font": own, "standoff": 6}
    box = {"bgcolor": palette.background, "bordercolor": palette.border}
    layout = {
        **_LOOK["layout"],
        "height": height,
        "margin": {"l": left, "r": right, "t": top(key), "b": BOTTOM, "pad": 0},
        "paper_bgcolor": palette.background,
        "font": {"size": FONT_SIZE, "color": palette.ink},
        "xaxis": {**axis, "showgrid": False, "showline": True, **x},
        "yaxis": {**axis, "showgrid": True, **y},
        "annotations": [_key(key, left, palette), *labels, *notes],
        "hoverlabel": {**box, "font": {"size": FONT_SIZE - 2, "color": palette.ink}},
        "uirevision": name,
    }
    for trace in data:  # The callers escape hover texts.
        trace["name"] = escaped(trace["name"])
    return Chart(data, layout | more)


def hover(unit: str = "") -> str:
    """Return Plotly's template of a hover text: the value (see `hover_texts`) with its unit."""
    return f"%{{text}} {escaped(unit)}".rstrip()


def hover_texts(values: Values) -> np.ndarray:
    """Return numbers as texts with four digits, because Plotly can't write "3.214 × 10⁻⁵"."""
    return np.array([_cached_number(value, 4) for value in np.asarray(values).tolist()])


def escaped(words: str) -> str:
    """Return a text in which Plotly shows markup literally, such as "<" in a column's name."""
    return escape(words, quote=False)


def shortened(name: str) -> str:
    """Return a name cut to 19 letters, to fit left of a plot."""
    return name if len(name) <= 19 else f"{name[:18].rstrip()}…"


def left_of(names: Sequence[str]) -> int:
    """Return the left margin in pixels for these names."""
    return max(LEFT, round(WIDE_LETTER * max(map(len, names))) + 8)  # 8 pixels are free


def with_unit(title: str, unit: str) -> str:
    """Return a title with its unit: "RMSE (°C)"."""
    return f"{title} ({unit})" if unit else title


def top(key: Sequence[Sequence[Entry]]) -> int:
    """Return the margin above the plot in pixels, including the key."""
    return 14 + ROW * len(key)


def _key(rows: Sequence[Sequence[Entry]], left: int, palette: Palette) -> Part:
    """Return the key as an annotation above the plot, flush with the chart's left edge."""
    lines = [
        "&nbsp;&nbsp; ".join(
            f'<span style="color:{palette.of(entry.color)}">{GLYPHS[entry.glyph]}</span> '
            f'<span style="color:{palette.words(entry.text or entry.color)}">'
            f"{escaped(entry.words)}</span>"
            for entry in row
        )
        for row in rows
    ]
    flush = {"xanchor": "left", "xshift": -left, "yanchor": "bottom", "yshift": 8, "align": "left"}
    return note("<br>".join(lines), 0, 1, palette.ink) | flush


def note(words: str, x: float, y: float, color: str, size: int = FONT_SIZE) -> Part:
    """Return a text for a chart. The position x, y is a share of the plot's width and height."""
    place = {"x": x, "xref": "paper", "y": y, "yref": "paper"}
    return {"text": words, **place, "showarrow": False, "font": {"size": size, "color": color}}


def end_labels(ends: Sequence[End], y: Part, palette: Palette) -> list[Part]:
    """Return labels right of a plot, moved apart so that they fit a plot of LEAST_PLOT pixels."""
    is_log, (low, high), (bottom, top) = y.get("type") == "log", y["range"], y.get("domain", (0, 1))
    known = [e for e in reversed(ends) if math.isfinite(e.value) and (e.value > 0 or not is_log)]
    known.sort(key=lambda end: end.value)  # of equal values, the first in `ends` is on top
    at = np.array([math.log10(end.value) if is_log else end.value for end in known])
    plot, heights = LEAST_PLOT * (top - bottom), NOTE * np.array([len(e.rows) for e in known])
    below = np.cumsum(heights) - heights / 2  # from the plot's bottom, if all labels touch
    free = plot * (at - low) / (high - low) - below  # nondecreasing if no labels overlap
    # Overlapping labels move up to `upper`, or down to `lower`. The mean moves both ways.
    upper, lower = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    spare = plot - heights.sum()  # If it is negative, the labels extend beyond both ends.
    shifts = np.clip((upper + lower) / 2, min(0, spare / 2), max(spare, spare / 2)) - free
    look = {"xanchor": "left", "xshift": 8, "yanchor": "middle", "yref": "y", "align": "left"}
    return [
        note("<br>".join(map(escaped, end.rows)), 1, y, palette.words(end.color), FONT_SIZE - 1)
        | look
        | {"yshift": round(shift)}
        for end, y, shift in zip(known, at.tolist(), shifts.tolist(), strict=True)
    ]
