"""What all charts share: margins, fonts, notes, and the way a figure is built. Draws no data."""

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.charts.marks import GLYPHS, Entry, Part
from lib.charts.palette import Palette
from lib.text import beside

_LOOK = beside(__file__)
CONFIG: Part = _LOOK["config"]  # for `st.plotly_chart(config=…)`

FONT_SIZE = 14
LEFT, BOTTOM = 64, 46  # margins in pixels: of the tick labels, and of the timesteps
ROW, NOTE = 19, 16  # heights in pixels: of a row of the key, and of words beside a plot
MOST_POINTS = 1500  # of more samples or dates every k-th is drawn, so that a chart stays small
VALUE = ",.5~r"
"""How hover texts write a number, in d3's terms: five significant digits, thousands apart."""


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
        """What Plotly's own `__init__` sets."""
        if name.startswith("__") or "_layout_given" not in self.__dict__:
            raise AttributeError(name)
        layout = self.__dict__.pop("_layout_given")
        super().__init__(data=[*self.traces], layout=layout)
        return getattr(self, name)

    def to_dict(self) -> Part:
        """As plain dicts, arrays as Plotly sends them. Not to be changed."""
        return self._written

    def of_height(self, height: int | None) -> "Chart":
        """The same figure in this height in pixels; itself where that is None."""
        if height in (None, self._written["layout"]["height"]):
            return self
        layout = {**self._written["layout"], "height": height}
        return Chart(self.traces, layout, {**self._written, "layout": layout})


def _written(part: Any) -> Any:
    """A part of a figure as it is sent, without numpy and None."""
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
    """Traces as a chart with the axes `x` and `y`, its key above the plot, and `more` of a layout.

    The key replaces Plotly's legend, which takes half of the plot on a phone. All margins are
    fixed: nothing jumps while numbers grow. Dragging is off, so that a finger scrolls the page.
    `name` keeps a zoom over updates.
    """
    key = [row for row in key if row]
    font = {"size": FONT_SIZE, "color": palette.muted}
    axis = {"gridcolor": palette.grid, "linecolor": palette.border, "tickfont": font}
    axis |= _LOOK["axis"]
    below = 16 * any("<br>" in tick for tick in x.get("ticktext", ()))  # of ticks with two lines
    if "ticktext" in x:  # half of the last name stands right of the plot, or isn't drawn at all
        right = max(right, round(3.6 * len(x["ticktext"][-1])) - 4)
    for each in (x, y):
        each["title"] = {"text": escaped(each["title"]), "font": font, "standoff": 6}
    layout = {
        **_LOOK["layout"],
        "height": height,
        "margin": {"l": left, "r": right, "t": top(key), "b": BOTTOM + below, "pad": 0},
        "paper_bgcolor": palette.background,
        "font": {"size": FONT_SIZE, "color": palette.ink},
        "xaxis": {**axis, "showgrid": False, "showline": True, **x},
        "yaxis": {**axis, "showgrid": True, **y},
        "annotations": [_key(key, left, palette), *notes],
        "hoverlabel": {
            "bgcolor": palette.background,
            "bordercolor": palette.border,
            "font": {"size": FONT_SIZE - 2, "color": palette.ink},
        },
        "uirevision": name,
    }
    for trace in data:  # callers escape their hover texts
        trace["name"] = escaped(trace["name"])
    return Chart(data, layout | more)


def hover(unit: str = "") -> str:
    """The hover text of a value, with its unit."""
    return f"%{{y:{VALUE}}} {escaped(unit)}".rstrip()


def escaped(words: str) -> str:
    """Words as Plotly writes them out: a column's name is no markup."""
    return escape(words, quote=False)


def shortened(name: str) -> str:
    """A name of 13 letters at most, for the room left of a plot."""
    return name if len(name) <= 13 else f"{name[:12].rstrip()}…"


def left_of(names: Sequence[str]) -> int:
    """The left margin in pixels that such names need."""
    return max(LEFT, round(8 + 8.4 * max(map(len, names))))


def with_unit(title: str, unit: str) -> str:
    """An axis's title: "typical error (°C)"."""
    return f"{title} ({unit})" if unit else title


def top(key: Sequence[Sequence[Entry]]) -> int:
    """The margin above the plot, with the key, in pixels."""
    return 14 + ROW * len(key)


def _key(rows: Sequence[Sequence[Entry]], left: int, palette: Palette) -> Part:
    """The key as an annotation above the plot, flush with the chart's left edge."""
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
    """Words on a chart, at shares x and y of its plot."""
    place = {"x": x, "xref": "paper", "y": y, "yref": "paper"}
    return {"text": words, **place, "showarrow": False, "font": {"size": size, "color": color}}


def side_notes(
    notes: Sequence[tuple[str, float, str]], axis: Sequence[float], plot: int
) -> list[Part]:
    """Words to the right of a logarithmic plot, beside the levels that they name.

    Of `notes` (words, value, colour) those of positive values are placed, on an `axis` that goes
    from one power of ten to another over `plot` pixels. Words that would touch are moved apart.
    """
    placed, below = [], -math.inf
    for words, value, color in sorted(notes, key=lambda note: note[1]):
        if value > 0:
            power = math.log10(value)
            pixel = power * plot / (axis[1] - axis[0])
            shift, below = max(0.0, below + NOTE - pixel), max(pixel, below + NOTE)
            beside = {"xanchor": "left", "xshift": 4, "yanchor": "middle", "yshift": round(shift)}
            placed.append(note(words, 1, power, color, FONT_SIZE - 1) | beside | {"yref": "y"})
    return placed


def empty(words: str, palette: Palette) -> Part:
    """Words in the middle of a plot that has no data yet; no line of a level runs through them."""
    behind = {"bgcolor": palette.background, "borderpad": 4}
    return note(words, 0.5, 0.5, palette.muted) | behind
