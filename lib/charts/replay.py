"""A run's pictures over its epochs in one figure: Plotly's slider and buttons move them.

All that moves are lines and marks, which Plotly moves without drawing the figure anew. The maps
of the error by epoch and timestep stand still, and a line on them is at the epoch. Since Plotly
moves only what is in one figure, each chart is a panel with its own marks, axes and colours. Its
key and notes are left out, since panels are small: one key serves them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import Any

import numpy as np

from lib.charts import axes, by_timestep, chart, marks
from lib.charts.by_epoch import loss_figure
from lib.charts.html import png_uri
from lib.charts.marks import Entry
from lib.charts.palette import Palette, mix
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import Frame, RunAt, Snapshot, best_possible, step_errors
from lib.text import beside, readable

_LOOK = beside(__file__)
MOST_DOTS = 30
"""Of a line with more timesteps the dots are left out: each is an element that has to be moved."""
Frames = tuple[Frame, ...]
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
    def of(cls, title: str, figure: chart.Chart, frames: Sequence[Traces]) -> "Panel":
        """A chart some of whose traces move, perhaps with others that it doesn't have itself."""
        layout, moving = figure.to_dict()["layout"], {trace["name"] for trace in frames[0]}
        traces = [{**trace, "name": unescape(trace["name"])} for trace in figure.traces]
        still = [trace for trace in traces if trace["name"] not in moving]
        names = [name for name in layout if name[1:5] == "axis"]
        return cls(title, still, frames, {name: layout[name] for name in names})


def replay_figure(
    run: RunAt,
    frames: Frames,
    sample: int,
    target: int,
    *,
    palette: Palette,
    start: int = -1,
    earlier: bool = False,
    layout: str = "wide",
) -> chart.Chart:
    """Answers, error by timestep, loss, and maps of the error, for each of the frames.

    `sample` and `target` are as in `predictions_figure`; `start` is which frame is shown at first.
    The panels' `layout` is "wide", "narrow", one below the other, or "page", for a sheet of paper.
    The axes are those of the last frame.
    """
    dataset, end = run.dataset, run.snapshot
    whole = end.middle
    picked, head = (sample, target), run.experiment.model.head
    units = chart.hover(dataset.target_unit), chart.hover(by_timestep.error_unit(dataset))
    moving: list[list[Traces]] = [[], [], []]  # of answers, errors and losses, by frame
    for frame in frames:
        says = (
            by_timestep.answers_by_mode(dataset, frame.snapshot, *picked),
            by_timestep.errors_by_mode(dataset, frame.snapshot),
        )
        for of, values, unit in zip(moving, says, units, strict=False):
            of.append(by_timestep.mode_traces(values, head, palette, unit, earlier))
        moving[2].append(_here(frame, whole, palette))
    if dataset.shape[1] > MOST_DOTS:
        for trace in chain.from_iterable([*moving[0], *moving[1]]):
            trace["mode"] = trace["mode"].removesuffix("+markers")
    room: dict[str, Any] = _LOOK[layout]
    answer = by_timestep.predictions_figure(run, *picked, palette=palette, earlier=earlier)
    known = by_timestep.step_error_figure(run, palette, earlier=earlier)
    panels = [
        Panel.of("The answers", answer, moving[0]),
        Panel.of("How early could each know?", known, moving[1]),
        Panel.of("Loss", loss_figure(run, palette), moving[2]),
        *_maps(dataset, frames, palette, room["map"]),
    ]
    *places, one, other = room["places"]
    if len(end.results) == 1:
        one = one[0], max(one[1], other[1]), *one[2:]
    place = range(len(frames))[start]
    data, moves, placed = together(panels, [*places, one, other], palette, place)
    named = [{"name": frame.name, **move} for frame, move in zip(frames, moves, strict=True)]
    best = best_possible(run.experiment, dataset)
    key = [
        Entry("dots", f"target{dataset.ahead}"),
        *marks.mode_keys(end.results, "dots", "open diamond"),
        *([Entry("dashed", best.label, "best")] if best else []),
        Entry("dotted", dataset.naive_label, "baseline"),
        *[marks.SEEDS] * bool(end.others),
    ]
    ground = chart.plotted(
        [],
        palette,
        {"title": ""},
        {"title": ""},
        [key[:3], key[3:]] if layout != "wide" else [key],
        name=f"replay {dataset.name}",
        height=room["height"],
        notes=placed.pop("annotations"),
    ).to_dict()["layout"]
    ground["annotations"][0]["yshift"] += _LOOK["titles"]
    ground["margin"]["t"] += _LOOK["titles"] + room["controls"]
    return chart.figure(data, ground | placed | _controls(frames, place, palette, room), named)


def _controls(
    frames: Frames, start: int, palette: Palette, layout: dict[str, Any]
) -> dict[str, Any]:
    """Play, pause, and a slider over the epochs."""
    font = {"size": chart.FONT_SIZE, "color": palette.ink}
    box = {"bgcolor": palette.surface, "bordercolor": palette.border, "font": font}
    at_once, slowly = _LOOK["at_once"], _LOOK["slowly"]
    steps = [
        {"label": frame.label, "method": "animate", "args": [[frame.name], at_once]}
        for frame in frames
    ]
    buttons = [
        {"label": "▶ Play", "method": "animate", "args": [None, slowly]},
        {"label": "❚❚ Pause", "method": "animate", "args": [[None], at_once]},
    ]
    current = {"prefix": "after epoch ", "font": font, "xanchor": "left"}
    slider = {"active": start, "steps": steps, "currentvalue": current, **_LOOK["slider"], **box}
    slider |= layout["slider"]
    slider |= {"activebgcolor": palette.muted, "tickcolor": palette.muted}
    return {
        "sliders": [slider],
        "updatemenus": [{"buttons": buttons, **_LOOK["buttons"], **layout["buttons"], **box}],
        "hovermode": "closest",
    }


def _here(frame: Frame, end: Snapshot, palette: Palette) -> Traces:
    """The marks that go along the lines of the loss, which are those of the `end`."""
    marked = []
    for mode, result in end.results.items():
        ring = {"color": palette.background, "width": 2}
        marker = {"color": palette.mode(mode), "size": 13, "line": ring}
        stopped = all(seed[mode].kept_epoch is not None for seed in frame.snapshot.seeds)
        epoch = float((result.kept_epoch if stopped else None) or frame.snapshot.epoch)
        loss = float(np.median(frame.snapshot.by_seed(mode, "final_loss")))
        name = f"{MODES[mode].name}, here"
        marked.append(marks.points(name, [epoch], marks.finite(np.array([loss])), marker, ""))
    return marked


def _maps(dataset: Dataset, frames: Frames, palette: Palette, title: str) -> list[Panel]:
    """The error by epoch and timestep of each mode, on one logarithmic scale for both."""
    errors = {
        mode: by_timestep.typical_error(dataset, mse) for mode, mse in step_errors(frames).items()
    }
    known = np.concatenate([values[values > 0] for values in errors.values()])
    low, high = np.log10([known.min(), known.max()]) if len(known) else (0.0, 1.0)
    names = [frame.label for frame in frames]
    unit = chart.escaped(by_timestep.error_unit(dataset))
    about = {"low": readable(10.0**low, 2), "high": readable(10.0**high, 2)}
    x = axes.timestep_axis(dataset.timestep_names)
    ends = [0.5, dataset.shape[1] + 0.5]
    panels: list[Panel] = []
    for mode, values in errors.items():
        shades = palette.shades(palette.mode(mode))
        hover = _LOOK["hover"].format(value=chart.VALUE, unit=unit)
        z = np.log10(np.maximum(values, 10.0**low))
        reach = {"zmin": low, "zmax": max(high, low + 0.1)}
        heat = marks.heatmap(MODES[mode].name, z, shades, hover, **reach)
        heat |= {"customdata": values, "text": np.tile(np.c_[names], (1, values.shape[1]))}
        y: dict[str, Any] = {"title": "" if panels else "epoch", "showgrid": False}
        y |= {"range": [len(names) - 0.5, -0.5], **axes.row_ticks(dict(enumerate(names)))}
        figure = chart.plotted([heat], palette, {**x, "range": ends}, y, [], name="", height=0)
        style = {"color": palette.ink, "width": 2}
        lines = [[marks.line("here", [row, row], style, "", x=ends)] for row in range(len(names))]
        about |= {"mode": MODES[mode].name, "asked": _LOOK["asked"] * (mode == "last")}
        panels.append(Panel.of(title.format(**about), figure, lines))
    return panels


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
