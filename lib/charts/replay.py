"""A run's charts over its epochs in one figure, which Plotly's slider and buttons move.

Only lines and marks move, which Plotly does without drawing the figure anew; maps of the
error by epoch and timestep stand still, and a line on them is at the epoch. Plotly moves only what
is in one figure, so each chart becomes a panel with its own axes. One key serves them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np

from lib.charts import axes, chart, loss, marks, predictions, step_error
from lib.charts.html import png_uri
from lib.charts.marks import Entry
from lib.charts.over_time import mode_traces
from lib.charts.palette import Palette, mix
from lib.charts.step_error import error_unit, typical_error
from lib.charts.words import Words, no_verdict, off_unit
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import (
    Frame,
    RunAt,
    Snapshot,
    best_possible,
    independent_samples,
    outcomes,
    step_errors,
)
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

    `sample` and `target` are as in `predictions.facts_of`; `start` is the frame shown first.
    The panels' `layout` is "wide", "narrow", one below the other, or "page", for a sheet of paper.
    The axes are those of the last frame.
    """
    look, place = _LOOK[layout], range(len(frames))[start]
    answers, errors = _moving_traces(run, frames, sample, target, palette, earlier=earlier)
    figures = (
        predictions.figure(predictions.facts_of(run, sample, target, earlier), palette),
        step_error.figure(step_error.facts_of(run, earlier), palette),
        loss.figure(loss.facts_of(run), palette),
    )
    losses = [_loss_marks(frame, run.snapshot.middle, palette) for frame in frames]
    panels = [
        Panel.of("The answers", figures[0], answers),
        Panel.of("How early could each know?", figures[1], errors),
        Panel.of("Loss", figures[2], losses),
        *_maps(run.dataset, frames, palette, look["map"]),
    ]
    *places, one, other = look["places"]
    if len(run.snapshot.results) == 1:  # its map has the room of both
        one = one[0], max(one[1], other[1]), *one[2:]
    data, moves, placed = together(panels, [*places, one, other], palette, place)
    named = [{"name": frame.name, **move} for frame, move in zip(frames, moves, strict=True)]
    key, nothing = _key(run), {"title": ""}
    ground = chart.plotted(
        [],
        palette,
        nothing,
        {**nothing},
        [key] if layout == "wide" else [key[:3], key[3:]],
        name=f"replay {run.dataset.name}",
        height=look["height"],
        notes=placed.pop("annotations"),
    ).to_dict()["layout"]
    ground["annotations"][0]["yshift"] += _LOOK["titles"]
    ground["margin"]["t"] += _LOOK["titles"] + look["controls"]
    return chart.figure(data, ground | placed | _controls(frames, place, palette, look), named)


def _moving_traces(
    run: RunAt, frames: Frames, sample: int, target: int, palette: Palette, *, earlier: bool
) -> tuple[list[Traces], list[Traces]]:
    """The modes' traces of the answers and of the errors, by frame."""
    dataset, head = run.dataset, run.experiment.model.head
    unit, error = chart.hover(dataset.target_unit), chart.hover(error_unit(dataset))
    answers, errors = [], []
    for frame in frames:
        values = predictions.answers_by_mode(dataset, frame.snapshot, sample, target)
        answers.append(mode_traces(values, head, palette, unit, earlier=earlier))
        values = step_error.errors_by_mode(dataset, frame.snapshot)
        errors.append(mode_traces(values, head, palette, error, earlier=earlier))
    if dataset.shape[1] > MOST_DOTS:
        for traces in answers + errors:
            for trace in traces:
                trace["mode"] = trace["mode"].removesuffix("+markers")
    return answers, errors


def _key(run: RunAt) -> list[Entry]:
    """One key for all panels."""
    best = best_possible(run.experiment, run.dataset)
    key = [Entry("dots", f"target{run.dataset.ahead}")]
    key += marks.mode_keys(run.snapshot.results, "dots", "open diamond")
    if best:
        key.append(Entry("dashed", best.label, "best"))
    key.append(Entry("dotted", run.dataset.naive_label, "baseline"))
    return [*key, marks.SEEDS] if run.snapshot.others else key


def _controls(frames: Frames, start: int, palette: Palette, look: dict[str, Any]) -> dict[str, Any]:
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
    slider = {
        **_LOOK["slider"],
        **box,
        **look["slider"],
        "active": start,
        "steps": steps,
        "currentvalue": {"prefix": "after epoch ", "font": font, "xanchor": "left"},
        "activebgcolor": palette.muted,
        "tickcolor": palette.muted,
    }
    return {
        "sliders": [slider],
        "updatemenus": [{**_LOOK["buttons"], **look["buttons"], **box, "buttons": buttons}],
        "hovermode": "closest",
    }


def _loss_marks(frame: Frame, end: Snapshot, palette: Palette) -> Traces:
    """The marks that go along the lines of the loss, which are those of the `end`."""
    traces = []
    for mode, result in end.results.items():
        ring = {"color": palette.background, "width": 2}
        marker = {"color": palette.mode(mode), "size": 13, "line": ring}
        stopped = all(seed[mode].kept_epoch is not None for seed in frame.snapshot.seeds)
        epoch = float((result.kept_epoch if stopped else None) or frame.snapshot.epoch)
        value = marks.finite(np.median(frame.snapshot.by_seed(mode, "final_loss"), keepdims=True))
        name = f"{MODES[mode].name}, here"
        traces.append(marks.points(name, [epoch], value, marker, ""))
    return traces


def _maps(dataset: Dataset, frames: Frames, palette: Palette, title: str) -> list[Panel]:
    """The error by epoch and timestep of each mode, on one logarithmic scale for both."""
    errors = {mode: typical_error(dataset, mse) for mode, mse in step_errors(frames).items()}
    known = np.concatenate([values[values > 0] for values in errors.values()])
    low, high = np.log10([known.min(), known.max()]) if len(known) else (0.0, 1.0)
    names, unit = [frame.label for frame in frames], chart.escaped(error_unit(dataset))
    hover = (
        "timestep %{x}, after epoch %{text}: "
        f"%{{customdata:{chart.VALUE}}} {unit}<extra></extra>"
    )
    ends, style = [0.5, dataset.shape[1] + 0.5], {"color": palette.ink, "width": 2}
    lines = [[marks.line("here", [row, row], style, "", x=ends)] for row in range(len(names))]
    x = axes.timestep_axis(dataset.timestep_names) | {"range": ends}
    panels: list[Panel] = []
    for mode, values in errors.items():
        z, name = np.log10(np.maximum(values, 10.0**low)), MODES[mode].name
        reach = {"zmin": low, "zmax": max(high, low + 0.1)}
        heat = marks.heatmap(name, z, palette.shades(palette.mode(mode)), hover, **reach)
        heat |= {"customdata": values, "text": np.tile(np.c_[names], (1, values.shape[1]))}
        y: dict[str, Any] = {"title": "" if panels else "epoch", "range": [len(names) - 0.5, -0.5]}
        y |= {"showgrid": False, **axes.row_ticks(dict(enumerate(names)))}
        figure = chart.plotted([heat], palette, {**x}, y, [], name="", height=0)
        about = title.format(
            mode=name,
            asked=", if asked" if mode == "last" else "",  # its earlier steps nobody asks for
            low=readable(10.0**low, 2),
            high=readable(10.0**high, 2),
        )
        panels.append(Panel.of(about, figure, lines))
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


def replay_words(dataset: Dataset, frames: Frames) -> Words:
    """From which epoch on each mode beats the guess or baseline at the last step, by its history.

    The details have that error, the median over the seeds, after each of the frames' epochs.
    """
    guess, samples = float(dataset.naive_mse[-1]), independent_samples(dataset)
    since: list[str] = []
    for mode, result in frames[-1].snapshot.middle.results.items():
        beats = outcomes(np.asarray(result.last_step_mse), guess, samples)
        when = _since(result.checked_epochs, beats == "clear")
        if "unclear" in beats[-1:]:
            when = "unclear"
        elif not any("epoch" in each for each in since):  # no room for the word twice
            when = when.replace("from", "from epoch")
        since.append(f"{MODES[mode].name} {when}")
    takeaway = no_verdict(dataset, 1) or f"Last step beats {dataset.rival}: {', '.join(since)}."
    is_raw = dataset.raw_scale is not None
    scale, unit = (dataset.raw_scale, off_unit(dataset)) if is_raw else (1.0, ", scaled")
    modes, rows = list(frames[-1].snapshot.results), []
    for frame in frames:
        mse = [np.median(frame.snapshot.by_seed(mode)) for mode in modes]
        errors = [readable(scale * np.sqrt(error), 3) for error in mse]
        rows.append(f"{frame.label} {', '.join(errors)}")
    names = ", then ".join(MODES[mode].name for mode in modes)
    details = f"Typical error at the last step ({names}{unit}), by epoch: {'; '.join(rows)}."
    if any(frame.is_estimated for frame in frames):
        details += " Before the end some samples stand for all."
    return takeaway, details


def _since(epochs: np.ndarray, beats: np.ndarray) -> str:
    """In words, the first of the epochs (Q,) from which on a model is always better, (Q,) bool."""
    worse = np.flatnonzero(~beats)
    first = int(worse[-1]) + 1 if len(worse) else 0
    if first == len(epochs):
        return "no more" if beats.any() else "never"
    return f"from {epochs[first]:,}"
