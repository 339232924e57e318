"""A run's charts in one figure, whose frames move over the epochs.

Plotly can move lines and marks without redrawing, but only within one figure. So each chart becomes
a panel with its own axes. All panels share one key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from lib import results
from lib.charts import axes, chart
from lib.charts.accuracy import StepAccuracy
from lib.charts.chart import Entry, Part
from lib.charts.class_bands import TrueClass
from lib.charts.html import png_uri
from lib.charts.over_epochs import Losses
from lib.charts.over_time import SamplePredictions, StepValues
from lib.charts.palette import Palette, mix
from lib.charts.sentences import Words, no_verdict, off_unit
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import ACCURACY, ERROR, Frame, ModeResult, RunAt, Snapshot, measure_of
from lib.text import beside, capital, joined, readable

_LOOK = beside(__file__)
Frames = tuple[Frame, ...]
EDGE, SHADES = 8, 64  # pixels per value of a heatmap's image, and shades of the image
Traces = list[Part]
REPLAY_TITLE = "The training, epoch by epoch"


class Panel(NamedTuple):
    """A chart of the replay, with the traces that move."""

    title: str
    figure: chart.Chart
    frames: Sequence[Traces]  # the moving traces by frame; their names are the same in all frames


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
    """Draw predictions, error by timestep, loss, and error maps for each frame.

    `sample` is a shown sample, 0 to S-1, and `target` a target column. `start` is the first frame
    to show. `layout` is "wide", "narrow" (panels below one another) or "report".
    """
    look, first, dataset = _LOOK[layout], start % len(frames), run.dataset
    each_run = [run, *(replace(run, snapshot=frame.snapshot) for frame in frames)]
    samples: Sequence[SamplePredictions | TrueClass]
    if dataset.has_labels:
        samples = [TrueClass(at, sample, earlier) for at in each_run]
    else:
        samples = [SamplePredictions(at, sample, target, earlier) for at in each_run]
    kind = StepAccuracy if dataset.has_labels else StepValues
    steps = [kind(at, earlier) for at in each_run]
    losses = [_loss_marks(frame, run.snapshot.middle, palette) for frame in frames]
    panels = [
        *(
            Panel(now.title, now.figure(palette), [card.moving(palette) for card in past])
            for now, *past in (samples, steps)
        ),
        Panel("Loss", Losses(run).figure(palette), losses),
        *_maps(steps[1:], frames, palette, look["map"]),
    ]
    places, height = _places(look, len(run.snapshot.results))
    data, moves, placed = _together(panels, places, palette, first)
    key = [] if dataset.has_labels else [Entry("dots", f"target{dataset.ahead}")]
    glyphs = {"sequence": "dots", "last": "open diamond", "pooled": "open square"}
    key += [Entry(glyphs[mode], MODES[mode].name, mode) for mode in run.snapshot.results]
    if steps[0].best is not None:
        key.append(Entry("dashed", steps[0].best_label, "best"))
    key.append(Entry("dotted", dataset.baseline_label, "baseline"))
    key += [chart.SEEDS] if run.snapshot.others else []
    rows = [key] if layout == "wide" else [key[:3], key[3:]]
    if layout == "narrow" and len(run.snapshot.results) > 2:
        rows = [key[:3], key[3:5], key[5:]]
    about: Part = {"name": f"replay {dataset.name}", "height": height}
    about["notes"] = placed.pop("annotations")
    empty = chart.plotted([], palette, {"title": ""}, {"title": ""}, rows, **about)
    ground = empty.to_dict()["layout"]
    ground["annotations"][0]["yshift"] += _LOOK["titles"]
    ground["margin"]["t"] += _LOOK["titles"]
    ground["height"] += ground["margin"]["t"] + ground["margin"]["b"]
    figure = chart.Chart(data, ground | placed | _controls(frames, first))
    # Frames are plain dictionaries: building Plotly's frame objects takes as long as 24 figures.
    written = figure.to_dict()
    written["frames"] = [{"name": f.name, **move} for f, move in zip(frames, moves, strict=True)]
    return figure


def _places(look: Part, maps: int) -> tuple[list[tuple[float, ...]], int]:
    """Return each panel's left, right, bottom and top, and the height of all panels in pixels."""
    across, size = look["maps"], _LOOK["size"]
    rows = [(count, size["chart"]) for count in look["charts"]]
    rows += [(min(across, maps - first), size["map"]) for first in range(0, maps, across)]
    height = sum(each for _, each in rows) + size["gap"] * (len(rows) - 1)
    places, top = list[tuple[float, ...]](), height
    for count, each in rows:
        sides = pairwise(np.linspace(0, 1 + look["gap"], count + 1).tolist())
        ends = (top - each) / height, top / height
        places += [(left, right - look["gap"], *ends) for left, right in sides]
        top -= each + size["gap"]
    return places, height


def _controls(frames: Frames, start: int) -> Part:
    """Return buttons to play and pause, and a slider over the epochs."""
    at_once = _LOOK["at_once"]
    buttons = [
        {"label": "Play", "method": "animate", "args": [None, _LOOK["slowly"]]},
        {"label": "Pause", "method": "animate", "args": [[None], at_once]},
    ]
    steps = [{"label": f.label, "method": "animate", "args": [[f.name], at_once]} for f in frames]
    slider = _LOOK["slider"] | {"active": start, "steps": steps}
    menu = _LOOK["buttons"] | {"buttons": buttons}
    return {"sliders": [slider], "updatemenus": [menu], "hovermode": "closest"}


def _loss_marks(frame: Frame, end: Snapshot, palette: Palette) -> Traces:
    """Return a frame's marks, which move along the loss curves of the last snapshot, `end`."""
    traces = []
    for mode, result in end.results.items():
        ring = {"color": palette.background, "width": 2}
        marker = {"color": palette.mode(mode), "size": 13, "line": ring}
        kept = [seed[mode].kept_epoch for seed in frame.snapshot.seeds]
        epoch = frame.snapshot.epoch if None in kept else result.kept_epoch
        value = chart.finite(np.median(frame.snapshot.by_seed(mode, "final_loss"), keepdims=True))
        traces.append(chart.points(f"{MODES[mode].name}, here", [epoch], value, marker, ""))
    return traces


def _maps(cards: Sequence[StepValues], frames: Frames, palette: Palette, title: str) -> list[Panel]:
    """Return a map of each mode's error by epoch and timestep, on one logarithmic scale.

    For labels, it is the accuracy, from 0% to 100%. `cards` have the values of `frames`.
    """
    dataset, steps = cards[0].run.dataset, cards[0].run.dataset.shape[1]
    # Values by mode, for each frame and timestep, (E, T).
    by_mode = {
        m: np.stack([card.values[m].median[:steps] for card in cards]) for m in cards[0].values
    }
    measure = measure_of(dataset)
    if measure is ACCURACY:
        low, high, least, most = 0.0, 100.0, "0%", "100%"
    else:
        known = np.concatenate([values[values > 0] for values in by_mode.values()])
        low, high = np.log10([known.min(), known.max()]) if len(known) else (0.0, 1.0)
        least, most = readable(10.0**low, 2), readable(10.0**high, 2)
    names = [frame.label for frame in frames]
    hover = f"timestep %{{x}}, after epoch {chart.hover(cards[0].unit)}<extra></extra>"
    ends, style = [0.5, steps + 0.5], {"color": palette.ink, "width": 2}
    lines = [[chart.line("here", [row, row], style, "", x=ends)] for row in range(len(names))]
    panels: list[Panel] = []
    for mode, values in by_mode.items():
        is_log = measure is ERROR
        z = np.log10(np.maximum(values, 10.0**low)) if is_log else np.nan_to_num(values)
        more: Part = {"zmin": low, "zmax": max(high, low + 0.1)}
        rows = zip(names, map(chart.hover_texts, values), strict=True)
        more["text"] = [[f"{epoch}: {text}" for text in row] for epoch, row in rows]
        heat = chart.heatmap(MODES[mode].name, z, palette.shades(palette.mode(mode)), hover, **more)
        x = axes.timestep_axis(dataset.timestep_names) | {"range": ends}
        y: Part = {"title": "" if panels else "epoch", "range": [len(names) - 0.5, -0.5]}
        y |= {"showgrid": False, **axes.row_ticks(dict(enumerate(names)))}
        is_early = not MODES[mode].every_step and len(by_mode) < 3  # three titles are too wide
        model, early = MODES[mode].model, ", applied early" if is_early else ""
        words = {"early": early, "measure": measure.name, "low": least, "high": most}
        about = title.format(model=capital(model), **words)
        figure = chart.plotted([heat], palette, x, y, [], name="", height=0)
        panels.append(Panel(about + _unit(dataset), figure, lines))
    return panels


def _together(
    panels: Sequence[Panel], places: Iterable[Sequence[float]], palette: Palette, start: int
) -> tuple[Traces, list[Part], Part]:
    """Return the traces of frame `start`, all frames, and the layout of axes and titles."""
    data: Traces = []
    frames: list[Part] = [{"data": [], "traces": []} for _ in panels[0].frames]
    layout: Part = {"annotations": [], "images": []}
    for number, (panel, place) in enumerate(zip(panels, places, strict=True)):
        # Plotly numbers all axes except the first. A panel has one x-axis and up to two y-axes.
        names = {"x": f"x{number + 1}", "y": f"y{2 * number + 1}", "y2": f"y{2 * number + 2}"}
        names |= {} if number else {"x": "x", "y": "y"}
        moving = {trace["name"] for trace in panel.frames[0]}
        still = [trace for trace in panel.figure.traces if trace["name"] not in moving]
        for frame, traces in zip(frames, panel.frames, strict=True):
            first = len(data) + len(still)
            frame["traces"] += range(first, first + len(traces))
            frame["data"] += map(_values, traces)
        shown = [{**trace, **_values(trace)} for trace in panel.frames[start]]
        for trace in (*still, *shown):
            own = {"xaxis": names["x"], "yaxis": names[trace.get("yaxis", "y")]}
            data.append({**trace, **own})
            if trace["type"] == "heatmap":
                layout["images"].append(_image(trace, own))
        layout |= _placed_axes(panel.figure, names, place)
        title = chart.note(f"<b>{chart.escaped(panel.title)}</b>", place[0], place[3], palette.ink)
        layout["annotations"].append(title | {"xanchor": "left", "yanchor": "bottom", "yshift": 6})
    return data, frames, layout


def _placed_axes(figure: chart.Chart, names: Mapping[str, str], place: Sequence[float]) -> Part:
    """Return a panel's axes under their new `names`, within its left, right, bottom and top."""
    placed, (left, right, bottom, top) = {}, place
    for key, axis in figure.to_dict()["layout"].items():
        if key[1:5] == "axis":
            is_x, name = key == "xaxis", names[key.replace("axis", "")]
            low, high = (left, right) if is_x else (bottom, top)
            placed[f"{name[0]}axis{name[1:]}"] = axis | {
                "domain": [low + share * (high - low) for share in axis.get("domain", (0, 1))],
                "anchor": names[axis.get("anchor", "y")] if is_x else names["x"],
            }
    return placed


def _image(heat: Mapping[str, Any], own: Mapping[str, str]) -> Part:
    """Return a heatmap as an image, because Plotly (4.2) drops heatmaps when lines move."""
    z, scale = np.asarray(heat["z"], np.float64), heat["colorscale"]
    colors = [mix(scale[0][1], scale[-1][1], k / (SHADES - 1)) for k in range(SHADES)]
    low, high = heat.get("zmin", np.nanmin(z)), heat.get("zmax", np.nanmax(z))
    shares = np.nan_to_num((z - low) / max(high - low, 1e-12), nan=1.0).clip(0, 1)
    indexes = (shares * (SHADES - 1)).round().astype(np.uint8)
    large = np.kron(indexes, np.ones((EDGE, EDGE), np.uint8))  # Browsers blur small images.
    place = {"x": heat["x"][0] - 0.5, "y": heat["y"][0] - 0.5, "yanchor": "top"}
    place |= {"sizex": z.shape[1], "sizey": z.shape[0], "sizing": "stretch", "layer": "below"}
    return {"source": png_uri(large, colors), "xref": own["xaxis"], "yref": own["yaxis"], **place}


def without_heatmaps(figure: chart.Chart) -> Part:
    """Return a figure for Plotly's basic bundle, which has no heatmaps.

    Each heatmap becomes an image, and invisible points that have its texts.
    """
    written, traces = figure.to_dict(), []
    layout = dict(written["layout"])
    for trace in figure.traces:
        if trace["type"] == "heatmap":
            own = {axis: trace.get(axis, axis[0]) for axis in ("xaxis", "yaxis")}
            if "frames" not in written:  # a replay already has the image, and the axis its range
                layout["images"] = [*layout.get("images", ()), _image(trace, own)]
                axis, ends = f"yaxis{own['yaxis'][1:]}", [len(trace["y"]) - 0.5, -0.5]
                layout[axis] = layout[axis] | {"autorange": False, "range": ends}
            x, y = np.meshgrid(trace["x"], trace["y"])
            points: Part = {"type": "scatter", "mode": "markers", "marker": {"opacity": 0}, **own}
            points |= {"x": x.ravel(), "y": y.ravel(), "customdata": np.ravel(trace["z"])}
            points |= {"text": [text for row in trace.get("text", ()) for text in row]}
            points |= {key: trace[key] for key in ("name", "hoverinfo") if key in trace}
            hover = trace.get("hovertemplate", "").replace("%{z", "%{customdata")
            trace = points | ({"hovertemplate": hover} if hover else {})  # noqa: PLW2901
        traces.append(trace)
    drawn = chart.Chart(traces, layout).to_dict()
    return {**drawn, "frames": written["frames"]} if "frames" in written else drawn


def _values(trace: Mapping[str, Any]) -> Part:
    """Return the parts of a trace that differ between frames."""
    return {"type": trace["type"]} | {n: _short(trace[n]) for n in ("x", "y", "text") if n in trace}


def _short(values: Sequence[Any] | np.ndarray) -> list[Any]:
    """Return numbers with five significant digits, None for unknown ones, and texts unchanged."""
    known = np.asarray(values)
    if known.dtype.kind != "f":
        return list(known.tolist())
    return [float(f"{v:.5g}") if np.isfinite(v) else None for v in known.tolist()]


def replay_words(dataset: Dataset, frames: Frames) -> Words:
    """Return the epoch from which each mode beats the baseline, and last-step errors by epoch."""
    newest = frames[-1].snapshot.middle.results
    # A takeaway has at most 15 words.
    field, where = ("name", " at the last step") if len(newest) < 3 else ("kind", "")
    who = {mode: getattr(MODES[mode], field) for mode in newest}
    since = ", ".join(f"{who[m]} {_since(each, dataset)}" for m, each in newest.items())
    takeaway, rows = no_verdict(dataset, 1) or f"Beats the baseline{where}: {since}.", []
    measure, name = measure_of(dataset), "accuracy"
    for frame in frames:
        medians = [np.median(frame.snapshot.by_seed(mode, measure.field)) for mode in newest]
        if measure is ERROR:
            name, medians = "RMSE", list((dataset.raw_scale or 1.0) * np.sqrt(medians))
        epoch = "best epoch" if frame.name == results.BEST else f"epoch {frame.label}"
        rows.append(f"{epoch}: {joined([*map(measure.text, medians)])}{_unit(dataset)}")
    names = joined([MODES[mode].name for mode in newest])
    return takeaway, f"{capital(name)} at the last step, {names}: {'; '.join(rows)}."


def _unit(dataset: Dataset) -> str:
    return " (scaled)" if dataset.raw_scale is None else off_unit(dataset)


def _since(result: ModeResult, dataset: Dataset) -> str:
    """Return from which epoch on a model always clearly beats the baseline: "from epoch 40"."""
    samples, measure = results.independent_samples(dataset), measure_of(dataset)
    level, values = results.baseline_at_end(dataset), np.asarray(getattr(result, measure.curve))
    beats = measure.outcomes(values, level, samples)
    first = int(np.flatnonzero(np.append(True, beats != "clear"))[-1])  # clear from here on
    if first < len(beats):
        return f"from epoch {result.checked_epochs[first]:,}"
    if "unclear" in beats[-1:]:
        return "unclear"
    return "no longer" if "clear" in beats else "never"
