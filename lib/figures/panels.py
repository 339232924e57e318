"""Charts as panels of one figure, which Plotly's slider and buttons move through their frames.

Plotly moves only what is in one figure. A panel keeps its chart's marks, axes and colours; its key
and notes are left out, since panels are small: one key serves them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.figures import chart
from lib.figures.html import png_uri
from lib.figures.palette import Palette, mix

EDGE, SHADES = 8, 64
"""Of a heatmap's entry in its picture, in pixels, and of the picture."""
Traces = list[dict[str, Any]]
Place = tuple[float, float, float, float]
"""Of the figure's plot, from its left and bottom edges, in shares: left, right, bottom and top."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart that moves."""

    title: str
    still: Traces
    """What doesn't move, below what does."""
    frames: Sequence[Traces]
    """What moves, in each frame: always as many traces, of which x and y change."""
    axes: Mapping[str, dict[str, Any]]
    """By "xaxis", "yaxis" and maybe "yaxis2", as a layout has them."""

    @classmethod
    def of(cls, title: str, figure: go.Figure, frames: Sequence[Traces]) -> "Panel":
        """A chart some of whose traces move, perhaps with others that it doesn't have itself."""
        layout, moving = figure.to_dict()["layout"], {trace["name"] for trace in frames[0]}
        still = [trace.to_plotly_json() for trace in figure.data]
        still = [{**t, "name": unescape(t["name"])} for t in still if t["name"] not in moving]
        names = [name for name in layout if name[1:5] == "axis"]
        return cls(title, still, frames, {name: layout[name] for name in names})


def together(
    panels: Sequence[Panel], places: Iterable[Place], palette: Palette, start: int
) -> tuple[Traces, list[dict[str, Any]], dict[str, Any]]:
    """The figure's traces as in the frame `start`, all frames, and the layout's axes and titles."""
    data: Traces = []
    frames: list[dict[str, Any]] = [{"data": [], "traces": []} for _ in panels[0].frames]
    layout: dict[str, Any] = {"annotations": [], "images": []}
    for number, (panel, (left, right, bottom, top)) in enumerate(zip(panels, places, strict=False)):
        # A figure's axes are numbered, but for the first; a panel has one of x and up to two of y.
        names = {"x": f"x{number + 1}", "y": f"y{2 * number + 1}", "y2": f"y{2 * number + 2}"}
        names |= {} if number else {"x": "x", "y": "y"}
        for frame, traces in zip(frames, panel.frames, strict=True):
            first = len(data) + len(panel.still)
            frame["traces"] += range(first, first + len(traces))
            frame["data"] += map(_values, traces)
        moving = [{**t, **_values(t)} for t in panel.frames[start]]
        for trace in (*panel.still, *moving):
            own = {"xaxis": names["x"], "yaxis": names[trace.get("yaxis", "y")]}
            data.append({**trace, **own})
            if trace["type"] == "heatmap":
                layout["images"].append(_image(trace, own))
        for name, axis in panel.axes.items():
            is_x, mine = name == "xaxis", names[name.replace("axis", "")]
            low, high = (left, right) if is_x else (bottom, top)
            layout[f"{mine[0]}axis{mine[1:]}"] = {
                **axis,
                "domain": [low + share * (high - low) for share in axis.get("domain", (0, 1))],
                "anchor": names[axis.get("anchor", "y")] if is_x else names["x"],
            }
        title = chart.note(f"<b>{chart.escaped(panel.title)}</b>", left, top, palette.ink)
        above = {"xanchor": "left", "yanchor": "bottom", "yshift": 6}
        layout["annotations"].append(title | above)
    return data, frames, layout


def _image(heat: Mapping[str, Any], own: Mapping[str, str]) -> dict[str, Any]:
    """The picture below a heatmap, which Plotly (4.2) takes away when lines move, but for words."""
    z, scale = np.asarray(heat["z"], np.float64), heat["colorscale"]
    colors = [mix(scale[0][1], scale[-1][1], k / (SHADES - 1)) for k in range(SHADES)]
    low, high = heat.get("zmin", np.nanmin(z)), heat.get("zmax", np.nanmax(z))
    shares = np.nan_to_num((z - low) / max(high - low, 1e-12), nan=1.0)  # no number is no good one
    indexes = np.clip(shares * (len(colors) - 1), 0, len(colors) - 1).round().astype(np.uint8)
    large = np.kron(indexes, np.ones((EDGE, EDGE), np.uint8))  # else a browser would blur it
    corner = {"x": heat["x"][0] - 0.5, "y": heat["y"][0] - 0.5, "yanchor": "top"}
    size = {"sizex": z.shape[1], "sizey": z.shape[0], "sizing": "stretch", "layer": "below"}
    place = {"xref": own["xaxis"], "yref": own["yaxis"], **corner, **size}
    return {"source": png_uri(large, colors), **place}


def _values(trace: Mapping[str, Any]) -> dict[str, Any]:
    """What of a trace moves, as short as can be seen."""
    return {"type": trace["type"], "x": _short(trace["x"]), "y": _short(trace["y"])}


def _short(values: Sequence[Any] | np.ndarray) -> list[Any]:
    """Numbers with five digits that count, and a gap where there is none; texts as they are."""
    array = np.asarray(values)
    if array.dtype.kind != "f":
        return list(array.tolist())
    known = np.isfinite(array)
    size = np.zeros(array.shape)
    np.log10(np.abs(array), where=known & (array != 0), out=size)
    scale = 10.0 ** (4 - np.floor(size))
    short = (np.round(array * scale) / scale).astype(object)
    short[~known] = None
    return list(short.tolist())
