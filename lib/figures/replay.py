"""A run's pictures over its epochs in one figure: Plotly's slider and buttons move them.

All that moves are lines and marks, which Plotly moves without drawing the figure anew. The maps
of the error by epoch and timestep stand still, and a line on them is at the epoch.
"""

from itertools import chain
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.baselines import best_possible
from lib.dataset import Dataset
from lib.english import readable
from lib.experiment import MODES, Experiment
from lib.figures import axes, chart, marks
from lib.figures.by_epoch import loss_figure
from lib.figures.by_timestep import (
    answers_by_mode,
    error_unit,
    errors_by_mode,
    mode_traces,
    predictions_figure,
    step_error_figure,
    typical_error,
)
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.figures.panels import Panel, Traces, together
from lib.replay import Frame, step_errors
from lib.run import Snapshot
from lib.seeds import middle
from lib.toml import beside

_LOOK = beside(__file__)
MOST_DOTS = 30
"""Of a line with more timesteps the dots are left out: each is an element that has to be moved."""
Frames = tuple[Frame, ...]


def replay_figure(
    experiment: Experiment,
    dataset: Dataset,
    frames: Frames,
    sample: int,
    target: int,
    *,
    palette: Palette,
    start: int = -1,
    earlier: bool = False,
    layout: str = "wide",
) -> go.Figure:
    """Answers, error by timestep, loss, and maps of the error, for each of the frames.

    `sample` and `target` are as in `predictions_figure`; `start` is which frame is shown at first.
    The panels' `layout` is "wide", "narrow", one below the other, or "page", for a sheet of paper.
    The axes are those of the last frame.
    """
    about, end = (experiment, dataset), frames[-1].snapshot
    whole = middle(end)
    picked, head = (sample, target), experiment.model.head
    units = chart.hover(dataset.target_unit), chart.hover(error_unit(dataset))
    moving: list[list[Traces]] = [[], [], []]  # of answers, errors and losses, by frame
    for frame in frames:
        says = (
            answers_by_mode(dataset, frame.snapshot, *picked),
            errors_by_mode(dataset, frame.snapshot),
        )
        for of, values, unit in zip(moving, says, units, strict=False):
            of.append(mode_traces(values, head, palette, unit, earlier))
        moving[2].append(_here(frame, whole, palette))
    if dataset.shape[1] > MOST_DOTS:
        for trace in chain.from_iterable([*moving[0], *moving[1]]):
            trace["mode"] = trace["mode"].removesuffix("+markers")
    room: dict[str, Any] = _LOOK[layout]
    answer = predictions_figure(*about, end, *picked, palette=palette, earlier=earlier)
    known = step_error_figure(*about, end, palette, earlier=earlier)
    panels = [
        Panel.of("The answers", answer, moving[0]),
        Panel.of("How early could each know?", known, moving[1]),
        Panel.of("Loss", loss_figure(*about, end, palette), moving[2]),
        *_maps(dataset, frames, palette, room["map"]),
    ]
    *places, one, other = room["places"]
    if len(end.results) == 1:
        one = one[0], max(one[1], other[1]), *one[2:]
    place = range(len(frames))[start]
    data, moves, placed = together(panels, [*places, one, other], palette, place)
    named = [{"name": frame.name, **move} for frame, move in zip(frames, moves, strict=True)]
    best = best_possible(*about)
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
    errors = {mode: typical_error(dataset, mse) for mode, mse in step_errors(frames).items()}
    known = np.concatenate([values[values > 0] for values in errors.values()])
    low, high = np.log10([known.min(), known.max()]) if len(known) else (0.0, 1.0)
    names = [frame.label for frame in frames]
    unit = chart.escaped(error_unit(dataset))
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
