"""Pictures of a sweep: errors against one setting, maps of two, and all settings side by side."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.english import number, short
from lib.experiment import MODES as WORDS
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette, mix
from lib.swept import MODES, VARIABLE, Axis, PointResult, axes_of, findings

HEIGHT, ROW, PARALLEL = 330, 34, 360
"""Of a curve, of a row of a map, and of the settings side by side, in pixels."""
WIDE = 8
"""Numbers that go this many times up stand on a logarithmic axis."""
MOST_RATIO = 2.0
"""A map's colours end where one error is four times the other: two doublings."""
GUESS = "best guess without learning"
LETTERS = {"sequence": "S", "last": "L"}


def curve_figure(
    points: Sequence[PointResult], key: str, palette: Palette, *, relative: bool
) -> go.Figure:
    """Errors against one setting: each mode's median, the band of its seeds, and a dot for each.

    `points` differ in that setting alone. Each has a best guess of its own to be held against.
    """
    axis, measured = Axis.of(key, points), [point for point in points if point.is_finished]
    spread = axis.is_number and 0 < WIDE * axis.values[0] <= axis.values[-1]
    place = {v: v if axis.is_number else k for k, v in enumerate(axis.values)}
    measured.sort(key=lambda point: place[point.values[key]])
    x = [place[point.values[key]] for point in measured]
    sizes = {point.values[key]: f"<br>{point.parameters:,}" for point in measured}
    counted = len(set(sizes.values())) > 1
    ticks = [axis.name(value) + (sizes.get(value, "") if counted else "") for value in place]
    label = f"{VARIABLE[key]['label']}{', and parameters' if counted else ''}"
    places = list(place.values())
    ends = np.log10(places) if spread else np.array(places, float)
    room = 0.06 * (ends[-1] - ends[0]) or 0.5
    across = {
        "title": label,
        "type": "log" if spread else "linear",
        "range": [ends[0] - room, ends[-1] + room],
        "tickvals": places,
        "ticktext": ticks,
        "tickangle": 0,
        "unifiedhovertitle": {"text": f"{escape(label)}: %{{x}}"},
    }
    data: list[dict[str, Any]] = []
    guess = [1.0 if relative else point.baseline for point in measured]
    everything = [value for value in guess if value > 0]
    key_rows = [[], [marks.naive_key(GUESS, palette)]]
    for mode in MODES:
        errors = [point.errors(mode, relative=relative) for point in measured]
        everything += [float(value) for each in errors for value in each]
        color, name = palette.mode(mode), WORDS[mode].name
        key_rows[0].append(Entry("line", name, color, palette.mode_text(mode)))
        low, high = [each.min() for each in errors], [each.max() for each in errors]
        band = {"x": [*x, *x[::-1]], "y": [*high, *low[::-1]], "hoverinfo": "skip"}
        fill = {"fill": "toself", "fillcolor": color, "opacity": 0.15, "line": {"width": 0}}
        data.append({"type": "scatter", "mode": "lines", "name": f"{name}, seeds", **band, **fill})
        seeds = np.repeat(x, [len(each) for each in errors])
        dots = {"color": color, "size": 5, "opacity": 0.5}
        each_one = np.concatenate(errors) if errors else np.zeros(0)
        data.append(marks.points(f"{name}, a seed", seeds, each_one, dots, ""))
        hover, style = f"%{{y:{chart.VALUE}}}", {"color": color, "width": 2.5}
        middle = np.array([np.median(each) for each in errors])
        data.append(marks.line(f"{name}, median", middle, style, hover, x=x, dots=7))
    up = axes.log_axis("MSE / best guess's" if relative else "MSE at the last step", everything)
    data.append(marks.line(GUESS, guess, marks.naive_style(palette), "", x=x))
    lost = [place[p.values[key]] for p in points if not p.is_finished]
    if lost:
        top = 10 ** (up["range"][1] - 0.06)
        cross = {"color": palette.wrong, "size": 10, "symbol": "x"}
        data.append(marks.points("no figures", lost, np.full(len(lost), top), cross, ""))
        key_rows[1].append(Entry("cross", "diverged, or failed", palette.wrong, palette.wrong))
    layout = chart.layout(palette, across, up, key_rows, name=f"sweep {key}", height=HEIGHT)
    layout["margin"]["b"] += 16 * counted
    return chart.figure(data, layout)


def map_figure(
    points: Sequence[PointResult], keys: tuple[str, str], what: str, palette: Palette
) -> go.Figure:
    """Two settings across and up, and in each square a mode's median error, "sequence" or "last".

    Or their "difference": which mode's is smaller, how many times, and "?" where that isn't clear.
    """
    across, up = (Axis.of(key, points) for key in keys)
    squares, signed = {}, what == "difference"
    if signed:
        for found in findings(points):
            first, second = (float(np.median(found.point.errors(mode))) for mode in MODES)
            by = np.log2(second / first) if first > 0 and second > 0 else 0.0
            letter, mark = LETTERS["sequence" if by > 0 else "last"], "" if found.clear else "?"
            shade = float(np.clip(by / MOST_RATIO, -1, 1))
            squares[found.point] = (shade, f"{letter} {number(2 ** abs(by), 2)}×{mark}")
        colors = [palette.last, palette.surface, palette.sequence]
        key = [("squares", f"{LETTERS[m]}: {WORDS[m].name} lower", m) for m in MODES]
        entries = [Entry(g, w, palette.mode(m), palette.mode_text(m)) for g, w, m in key]
        rows = [entries, [Entry("squares", "?: may be chance", palette.baseline, palette.muted)]]
    else:
        middle = {p: float(np.median(p.errors(what))) for p in points if p.is_finished}
        both = [np.median(p.errors(m)) for p in middle for m in MODES]
        logs = np.log10([value for value in both if value > 0])
        low, span = (logs.min(), np.ptp(logs) or 1.0) if len(logs) else (0.0, 1.0)
        for point, error in middle.items():
            shade = 0.1 + 0.9 * (np.log10(error) - low) / span if error > 0 else 0.0
            squares[point] = (float(shade), short(error))
        colors = [palette.surface, mix(palette.surface, palette.mode(what), 0.5)]
        colors.append(palette.mode(what))
        name, text = f"{WORDS[what].name}: median error", palette.mode_text(what)
        rows = [[Entry("squares", name, palette.mode(what), text)]]
    z = np.full((len(up.values), len(across.values)), np.nan)
    notes = []
    for point in points:
        x, y = (a.values.index(point.values[a.key]) for a in (across, up))
        shade, words = squares.get(point, (0.0, "✕"))
        z[y, x] = shade
        ends = (colors[1], colors[2 if shade > 0 else 0]) if signed else (colors[0], colors[2])
        ink = palette.text_on(mix(*ends, abs(shade)))
        square = chart.note(words, x, y, ink, chart.FONT_SIZE - 2)
        notes.append(square | {"xref": "x", "yref": "y"})
    heat = {"type": "heatmap", "name": what, "z": z, "showscale": False, "hoverinfo": "skip"}
    heat |= {"zmin": -1.0 if signed else 0.0, "zmax": 1.0, "xgap": 2, "ygap": 2}
    heat["colorscale"] = [[k / 2, color] for k, color in enumerate(colors)]
    x_axis, y_axis = (_steps(a) for a in (across, up))
    height = chart.top(rows) + chart.BOTTOM + ROW * max(3, len(up.values))
    left = chart.left_of([*y_axis["ticktext"], "  "]) + 22
    layout = chart.layout(
        palette, x_axis, y_axis, rows, name=f"map {what}", height=height, left=left, notes=notes
    )
    return chart.figure([heat], layout)


def _steps(axis: Axis) -> dict[str, Any]:
    """An axis on which all values are equally far apart."""
    look = {"range": [-0.5, len(axis.values) - 0.5], "showgrid": False, "tickangle": 0}
    return {"title": VARIABLE[axis.key]["label"], **look, **_ticks(axis)}


def _ticks(axis: Axis) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(axis.values))),
        "ticktext": [*map(axis.name, axis.values)],
    }


def parallel_figure(points: Sequence[PointResult], palette: Palette) -> go.Figure:
    """A line for each point through all that varies and both modes' errors, as powers of ten.

    Its colour is the mode's whose median error is smaller.
    """
    finished = [point for point in points if point.is_finished]
    dimensions = []
    for axis in axes_of(finished):
        places = [axis.values.index(point.values[axis.key]) for point in finished]
        label = VARIABLE[axis.key]["label"]
        dimensions.append({"label": label, "values": places, **_ticks(axis)})
    least = np.finfo(np.float64).tiny
    logs = {m: np.log10([max(np.median(p.errors(m)), least) for p in finished]) for m in MODES}
    ends = [min(map(min, logs.values())), max(map(max, logs.values()))]
    for mode, values in logs.items():
        label = f"log₁₀ {WORDS[mode].label.lower()}"
        dimensions.append({"label": label, "values": values, "range": ends})
    better = (logs["last"] < logs["sequence"]).astype(float)
    scale = [[0.0, palette.sequence], [1.0, palette.last]]
    line = {"color": better, "cmin": 0, "cmax": 1, "colorscale": scale}
    font = {"color": palette.ink, "size": chart.FONT_SIZE - 2}
    unseen = {**font, "color": palette.background}
    fonts = {"labelfont": font, "tickfont": font, "rangefont": unseen}
    trace = {"type": "parcoords", "name": "points", "dimensions": dimensions, "line": line, **fonts}
    margin = {"l": 60, "r": 60, "t": 60, "b": 24}
    look = {"template": {}, "height": PARALLEL, "margin": margin, "uirevision": "parallel"}
    return chart.figure([trace], {**look, "paper_bgcolor": palette.background})
