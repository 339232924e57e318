"""What all charts share: margins, fonts, axes, and the way a figure is built. Draws no data."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.figures.marks import GLYPHS, Entry
from lib.figures.palette import Palette

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": [
        "pan2d",
        "zoomIn2d",
        "zoomOut2d",
        "autoScale2d",
        "select2d",
        "lasso2d",
    ],
    "toImageButtonOptions": {"scale": 2},
}
"""For `st.plotly_chart(config=…)`: picture, zoom, reset and full screen, on hover alone."""

FONT_SIZE = 14
LEFT, BOTTOM = 64, 46
"""Margins in pixels: of the tick labels, and of the timesteps."""
ROW = 19
"""The height of a row of the key, in pixels."""
NOTE = 16
"""The height of words beside a plot, in pixels."""
VALUE = ",.5~r"
"""How hover texts write a number, in d3's terms: five digits that count, thousands apart."""


class Chart(go.Figure):
    """A figure that nobody changes any more: it is written out once, however often it is asked.

    Plotly copies all of a figure for that, which takes longer than to draw it up; and a chart that
    gives way to another (`lib.ui.steady`) is asked for four times.
    """

    _written: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain dicts, arrays as Plotly sends them. Not to be changed."""
        if self._written is None:
            self._written = super().to_dict()
        return self._written


def figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> Chart:
    """A figure from plain dicts that the tests have validated.

    Plotly checks every property of every figure, which takes most of the time: 1.8 ms of 2.7 ms
    for a chart that four viewers may ask for sixteen times a second. So it isn't asked to here.
    Traces' names are written out as they are; hover texts are their authors' to escape.
    """
    for trace in data:
        trace["name"] = plain(trace["name"])
    # Plotly looks for pandas where another thread may be in the middle of importing it; an import
    # here waits for that one. Nobody else needs pandas for a chart, so it isn't imported otherwise.
    if "pandas" in sys.modules:
        importlib.import_module("pandas")
    return Chart(data=data, layout=layout, _validate=False)


def layout(
    palette: Palette,
    x: dict[str, Any],
    y: dict[str, Any],
    key: Sequence[Sequence[Entry]],
    *,
    name: str,
    height: int,
    left: int = LEFT,
    right: int = 16,
    notes: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The layout of a chart with the axes `x` and `y`, and its key above the plot.

    Plotly's own legend wraps as it likes and takes its room from the plot: half of it, on a phone.
    The key has its lines fixed, and so are the margins: nothing jumps while numbers grow. There
    is no drag, so that a finger on a phone scrolls the page (the zoom button turns it on). `name`
    keeps a zoom over updates.
    """
    font = {"size": FONT_SIZE, "color": palette.muted}
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.border,
        "zeroline": False,
        "tickfont": font,
        "automargin": False,
    }
    if "ticktext" in x:  # half of the last name stands right of the plot, or isn't drawn at all
        right = max(right, round(3.6 * len(x["ticktext"][-1])) - 4)
    for own in (x, y):
        own["title"] = {"text": plain(own["title"]), "font": font, "standoff": 6}
    return {
        # Plotly's default template is nine tenths of a figure; Streamlit adds its own anyway.
        "template": {},
        "height": height,
        "margin": {"l": left, "r": right, "t": top(key), "b": BOTTOM, "pad": 0},
        "paper_bgcolor": palette.background,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": FONT_SIZE, "color": palette.ink},
        "xaxis": {**axis, "showgrid": False, "showline": True, **x},
        "yaxis": {**axis, "showgrid": True, **y},
        "annotations": [_key(key, left), *notes],
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": palette.background,
            "bordercolor": palette.border,
            "font": {"size": FONT_SIZE, "color": palette.ink},
        },
        "dragmode": False,
        "uirevision": name,
    }


def plain(words: str) -> str:
    """Words as Plotly writes them out: a column's name is no markup."""
    return escape(words, quote=False)


def with_unit(title: str, unit: str) -> str:
    """An axis's title: "typical error (°C)"."""
    return f"{title} ({unit})" if unit else title


def top(key: Sequence[Sequence[Entry]]) -> int:
    """The margin above the plot in pixels, which holds the key."""
    return 14 + ROW * len(key)


def _key(rows: Sequence[Sequence[Entry]], left: int) -> dict[str, Any]:
    """The key as an annotation above the plot, flush with the chart's left edge."""
    lines = [
        "&nbsp;&nbsp; ".join(
            f'<span style="color:{entry.color}">{GLYPHS[entry.glyph]}</span> '
            f'<span style="color:{entry.text}">{plain(entry.words)}</span>'
            for entry in row
        )
        for row in rows
    ]
    return {
        "text": "<br>".join(lines),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "xshift": -left,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 8,
        "align": "left",
        "showarrow": False,
        "font": {"size": FONT_SIZE},
    }


def timestep_axis(names: Sequence[str]) -> dict[str, Any]:
    """The x axis of T timesteps, 1 to T: few enough names that they never overlap."""
    steps = len(names)
    longest = max(map(len, names))
    # What fits beside each other on a phone, where a plot is about 230 pixels wide.
    most = 12 if longest <= 2 else max(2, min(6, round(230 / (7.5 * longest + 12))))
    # The last step is what all is about: it is always named, and the others back from it.
    ticks = list(range(steps, 0, -_stride(steps, most)))[::-1]
    room = max(0.35, 0.03 * (steps - 1))
    return {
        "title": "timestep",
        "range": [1 - room, steps + room],
        "tickvals": ticks,
        "ticktext": [plain(names[k - 1]) for k in ticks],
        "tickangle": 0,
        "unifiedhovertitle": {"text": "timestep %{x}"},
    }


def _stride(steps: int, most: int) -> int:
    """How many timesteps lie from tick to tick, so that about `most` ticks count back from T.

    A number that people count in and that T is a multiple of: 4, 8, 12, … 24. Else one that
    leads to the first step: 1, 6, 11. Else any that T is a multiple of, or that people count in.
    """
    least = max(1, math.ceil((steps - 1) / (most - 1)))
    near = range(least, min(2 * least, steps - 1) + 1)
    nice = [k for k in (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 25, 50) if k in near]
    multiples = [k for k in near if steps % k == 0]
    to_the_first = [k for k in near if (steps - 1) % k == 0]
    return [*(k for k in multiples if k in nice), *to_the_first, *multiples, *nice, least][0]


def epoch_axis(epochs: int) -> dict[str, Any]:
    """The x axis of a run of `epochs`: fixed from the start, so that the line grows into it."""
    last = max(1, epochs)
    return {
        "title": "epoch",
        "range": [-0.01 * last, 1.02 * last],
        "tickformat": ",d",
        "nticks": 4,  # as many as stay apart on the narrowest chart
        "tickangle": 0,
        "unifiedhovertitle": {"text": "epoch %{x:,d}"},
    }


def linear_axis(title: str, values: np.ndarray, core: np.ndarray) -> dict[str, Any]:
    """A y axis that holds `values`, and stands still while they move a little.

    `core` are the values that never move, such as the targets. Beyond them the axis grows in
    steps: quarters of their span, doubled until few of them do.
    """
    low, high = _span(core)
    least, most = _span(np.concatenate([np.ravel(core), np.ravel(values)]))
    step = (high - low) / 4
    while most - least > 8 * step:
        step *= 2
    bottom = low - step * math.ceil(max(0.0, (low - least) / step - 0.2))
    peak = high + step * math.ceil(max(0.0, (most - high) / step - 0.2))
    room = 0.07 * (peak - bottom)
    return {
        "title": title,
        "range": [bottom - room, peak + room],
        "nticks": 6,
        "exponentformat": "none",
        "separatethousands": True,
    }


def _span(values: np.ndarray) -> tuple[float, float]:
    """The least and greatest finite value, a little apart; 0 and 1 where there is none."""
    known = values[np.isfinite(values)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if high - low < 1e-9 * max(1.0, abs(high)):
        room = 0.5 * max(abs(high), 1.0)
        return low - room, high + room
    return low, high


def log_axis(title: str, values: Iterable[float], *, least_decades: float = 1.0) -> dict[str, Any]:
    """A logarithmic y axis that holds the positive ones of `values`, growing by half decades."""
    powers = [math.log10(v) for v in values if v > 0 and math.isfinite(v)] or [-1.0, 0.0]
    low = math.floor(2 * min(powers) - 0.2) / 2
    high = math.ceil(2 * max(powers) + 0.2) / 2
    if high - low < least_decades:
        low = high - least_decades
    decades = range(math.ceil(low), math.floor(high) + 1)
    stride = max(1, math.ceil(len(decades) / 6))
    shown = [k for k in decades if k % stride == 0]
    ticks = [(1, k) for k in shown]
    if len(shown) < 3 and high - low <= 2.5:
        extra = [(m, k) for k in range(math.floor(low), math.ceil(high)) for m in (2, 5)]
        ticks += [(m, k) for m, k in extra if low <= math.log10(m) + k <= high]
    return {
        "title": title,
        "type": "log",
        "range": [low, high],
        "tickvals": [m * 10.0**k for m, k in ticks],
        "ticktext": [_power(m, k) for m, k in ticks],
    }


def _power(times: int, power: int) -> str:
    """A tick's name, the same on every axis: 0.001, 20, 100,000, and beyond these 2·10⁶ or 10⁻⁶.

    Written out as far as sentences do (`lib.english.number`) and the margin has room.
    """
    if -5 <= power <= 5:
        return f"{times * 10.0**power:,.{max(0, -power)}f}"
    return f"{f'{times}·' if times > 1 else ''}10<sup>{power}</sup>".replace("-", "−")


def side_notes(
    notes: Sequence[tuple[str, float, str]], axis: Sequence[float], plot: int, together: str
) -> list[dict[str, Any]]:
    """Words to the right of a logarithmic plot, beside the levels that they name.

    Words that would touch are moved apart; two of one colour become one, `together`.

    Args:
        notes: (words, value, colour); values that aren't positive are left out.
        axis: the range of the y axis, as powers of ten.
        plot: the height of the plot in pixels.
        together: what two levels that can hardly be told apart are called.
    """
    pixels = plot / (axis[1] - axis[0])
    placed: list[dict[str, Any]] = []
    below = -math.inf
    for words, value, color in sorted(notes, key=lambda note: note[1]):
        if not value > 0:
            continue
        power = math.log10(value)
        same = [note for note in placed if note["font"]["color"] == color]
        if same and (power - same[-1]["y"]) * pixels < NOTE:
            same[-1]["text"] = together
            continue
        shift = max(0.0, below + NOTE - power * pixels)
        below = power * pixels + shift
        placed.append(
            {
                "text": words,
                "x": 1,
                "xref": "paper",
                "xanchor": "left",
                "xshift": 4,
                "y": power,
                "yanchor": "middle",
                "yshift": round(shift),
                "showarrow": False,
                "font": {"size": FONT_SIZE - 1, "color": color},
            }
        )
    return placed


def all_zero(values: Sequence[float], palette: Palette) -> list[dict[str, Any]]:
    """The note of a logarithmic plot that has nothing to draw, since all of `values` are 0."""
    if not values or any(values):
        return []
    return [empty("every value is 0:<br>a constant target is learned at once", palette)]


def empty(words: str, palette: Palette) -> dict[str, Any]:
    """Words in the middle of a plot that has no data yet; no line of a level runs through them."""
    return {
        "text": words,
        "x": 0.5,
        "xref": "paper",
        "y": 0.5,
        "yref": "paper",
        "showarrow": False,
        "bgcolor": palette.background,
        "borderpad": 4,
        "font": {"size": FONT_SIZE, "color": palette.muted},
    }
