"""Draw a sweep: scores by one setting, or a map of two settings; and describe its result.

A score is the error at the last step, or for labels the accuracy there.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from lib import results
from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette, mix
from lib.experiment import MODES
from lib.results import ACCURACY, BOTH_MODES, ERROR, VARIABLE, Measure, PointResult
from lib.text import capital, counted, joined, number, times

HEIGHT, ROW = 330, 34  # heights in pixels: a chart, and a row of the map
WIDE = 8  # an axis is logarithmic if its largest value is at least this many times the smallest
BASELINE = "baseline"
LETTERS = {"sequence": "S", "last": "L"}


def curve_figure(points: Sequence[PointResult], key: str, palette: Palette) -> chart.Chart:
    """Draw scores by one setting: each mode's median, a dot for each seed, and the seeds' range."""
    settings = results.axes_of(points)[key]
    place = {v: v if results.is_number(key) else k for k, v in enumerate(settings)}  # x by value
    measured = sorted((p for p in points if p.is_finished), key=lambda p: place[p.values[key]])
    x = np.array([place[point.values[key]] for point in measured])
    measure = _measure_of(points)
    baseline = [measure.scale * point.baseline for point in measured]
    data, medians = [chart.level(BASELINE, baseline, "baseline", palette, x=x)], {}
    for mode in BOTH_MODES:
        color, name = palette.mode(mode), MODES[mode].name
        seeds = np.array([point.scores(mode) for point in measured])
        seeds = measure.scale * seeds.reshape(len(x), len(points[0].rows) // len(BOTH_MODES))
        edges = seeds.max(axis=1), seeds.min(axis=1)
        data.append(chart.band(f"{name}, seeds", x, edges, color, 0.15))
        dots, each_x = {"color": color, "size": 5, "opacity": 0.5}, np.repeat(x, seeds.shape[1])
        data.append(chart.points(f"{name}, a seed", each_x, seeds.ravel(), dots, ""))
        medians[mode], style = np.median(seeds, axis=1), {"color": color, "width": 2.5}
        line = chart.line(f"{name}, median", medians[mode], style, chart.hover(), x=x, dots=7)
        data.append(line | {"customdata": [results.point_words(p.values) for p in measured]})
    values = chart.all_y(data)
    if measure is ACCURACY:
        y_axis = axes.linear_axis("accuracy at the last step (%)", values, values)
    else:
        y_axis = axes.log_axis("MSE at the last step", values)
    x_axis = _across(key, place)
    ends = chart.mode_ends(medians)
    ends += [chart.End(BASELINE, error, "baseline") for error in baseline[-1:]]
    look: Part = {"name": f"sweep {key}", "height": HEIGHT, "ends": ends}
    return chart.plotted(data, palette, x_axis, y_axis, [], **look)


def _measure_of(points: Sequence[PointResult]) -> Measure:
    return ACCURACY if any(point.measure is ACCURACY for point in points) else ERROR


def _across(key: str, place: Mapping[Any, float]) -> Part:
    """Return the axis of a setting's values at x = `place`."""
    label, places = VARIABLE[key]["label"], list(place.values())
    is_wide = results.is_number(key) and 0 < WIDE * places[0] <= places[-1]
    ends = np.log10(places) if is_wide else np.array(places, float)
    padding = 0.06 * (ends[-1] - ends[0]) or 0.5
    return {
        "title": label,
        "type": "log" if is_wide else "linear",
        "range": [ends[0] - padding, ends[-1] + padding],
        "tickvals": places,
        "ticktext": [results.value_words(key, value) for value in place],
        "tickangle": 0,
        "unifiedhovertitle": {"text": f"{escape(label)}: %{{x}}, click to open"},
    }


def map_figure(
    points: Sequence[PointResult], keys: tuple[str, str], palette: Palette, *, is_over: bool
) -> chart.Chart:
    """Draw which mode is better, and by how much, on a grid of two settings.

    "?" marks a difference that isn't significant. Until the sweep `is_over`, it marks all
    differences, because the correction for multiple tests needs all points.
    """
    values, squares = results.axes_of(points), _differences(points, is_over=is_over)
    example, means = "2×", "error is 2 times smaller"
    if _measure_of(points) is ACCURACY:
        example, means = "+2", "accuracy is 2 points higher"
    texts = {m: f"{LETTERS[m]} {example}: {MODES[m].name}'s {means}" for m in BOTH_MODES}
    rows = [[Entry("squares", words, mode)] for mode, words in texts.items()]
    rows.append([Entry("unclear", "not significant (pale)", "muted")])
    sequence, last = map(palette.mode, BOTH_MODES)
    z = np.full((len(values[keys[1]]), len(values[keys[0]])), np.nan)
    names, notes = np.full(z.shape, "", object), []
    for point in points:
        x, y = (values[key].index(point.values[key]) for key in keys)
        shade, text = squares.get(point, (0.0, "✕"))
        z[y, x], names[y, x] = shade, results.point_words(point.values)
        ink = palette.text_on(mix(palette.surface, sequence if shade > 0 else last, abs(shade)))
        notes.append(chart.note(text, x, y, ink, chart.FONT_SIZE - 2) | {"xref": "x", "yref": "y"})
    look: Part = {"zmin": -1.0, "zmax": 1.0, "xgap": 2, "ygap": 2, "customdata": names.tolist()}
    look |= {"x": np.arange(z.shape[1]), "hoverinfo": "none"}
    heat = chart.heatmap("difference", z, [last, palette.surface, sequence], "", **look)
    x_axis, y_axis = (_evenly_spaced(key, values[key]) for key in keys)
    height = max(HEIGHT, chart.top(rows) + chart.BOTTOM + ROW * len(z))
    left = chart.left_of([*y_axis["ticktext"], "  "]) + 22
    size: Part = {"name": "map difference", "height": height, "left": left, "notes": notes}
    return chart.plotted([heat], palette, x_axis, y_axis, rows, **size)


def _differences(
    points: Sequence[PointResult], *, is_over: bool
) -> dict[PointResult, tuple[float, str]]:
    """Return each finished point's shade, -1 (last-step mode is better) to 1, and its text.

    A color is full if an error is 4 times smaller, or an accuracy 10 points higher.
    """
    squares = {}
    for point, found in results.findings(points).items():
        if point.measure is ACCURACY:
            size, text = found.gain / 0.1, f"+{number(100 * found.gain, 2)}"
        else:
            ratio = min(found.ratio, 1e6)  # The ratio is huge if an error is 0.
            size, text = np.log2(ratio) / 2, f"{times(ratio).removesuffix(' times')}×"
        shade = min(size, 1.0) * (-1 if found.better else 1)
        is_certain = found.is_clear and is_over
        text = f"{LETTERS[BOTH_MODES[found.better]]} {text}"
        squares[point] = (shade, text) if is_certain else (0.3 * shade, f"{text}?")
    return squares


def _evenly_spaced(key: str, values: Sequence[Any]) -> Part:
    """Return an axis of the map, with a setting's values as evenly spaced ticks."""
    return {
        "title": VARIABLE[key]["label"],
        "showgrid": False,
        "range": [-0.5, len(values) - 0.5],
        "tickvals": [*range(len(values))],
        "ticktext": [results.value_words(key, value) for value in values],
        "tickangle": 0,
    }


def found_takeaway(points: Sequence[PointResult]) -> str:
    """Return the takeaway: at how many points each mode is clearly better."""
    found = list(results.findings(points).values())
    if not found:
        return "No point has a result: see the table." if points else "No point is trained yet."
    total, seeds = counted(len(found), "point"), found[0].seeds
    if seeds == 1:
        return "One seed decides nothing: train several seeds to compare the modes."
    clear = [results.clear_mode(each) for each in found]
    if not any(clear):
        return f"Neither mode is clearly better at any point ({total}, {seeds} seeds each)."
    counts = {MODES[mode].name: clear.count(mode) for mode in BOTH_MODES}
    better, other = sorted(counts, key=lambda name: not counts[name])  # A count of 0 is last.
    at = f"{counts[better]} of {total}, {other} at {counts[other] or 'none'}"
    return f"{capital(better)} is clearly better at {at}."


def found_details(points: Sequence[PointResult]) -> list[str]:
    """Return the smallest error, the test, and the points with too few samples or no result."""
    finished = [point for point in points if point.is_finished]
    tests, details = counted(len(finished), "point"), []
    if finished:
        medians = {(p, mode): p.median(mode) for p in finished for mode in BOTH_MODES}
        measure = finished[0].measure
        point, mode = measure.best(medians, key=medians.__getitem__)
        best = f"{capital(measure.superlative)} median {measure.name}"
        score, where = measure.text(medians[point, mode]), results.point_words(point.values)
        found = f"{best}: {score}, {MODES[mode].name} at {where}."
        details.append(f"{found} Whether it beats the other points wasn't tested.")
        if len(point.rows) > len(BOTH_MODES):
            test = f"paired t-test on {measure.tested}, corrected for {tests} by Holm's method"
            details.append(f'"Clearly" means p < 0.05 ({test}).')
            if len(point.values) > 1:  # two settings have a map
                details.append("A number on the map is a median of comparisons within a seed.")
    if few := sum(not point.has_samples for point in finished):
        where = f"{'all ' if few == len(finished) > 1 else ''}{counted(few, 'point')}"
        details.append(f"At {where} there are too few independent samples to tell the modes apart.")
    if lost := len(points) - len(finished):
        details.append(f"{counted(lost, 'point')} without a result: see the table.")
    return details


def sweep_title(title: str, keys: Sequence[str], seeds: int, measure: Measure = ERROR) -> str:
    """Return the page's title: "Seattle weather: error by steps ahead, 4 seeds"."""
    varied = joined([VARIABLE[key]["label"] for key in keys])
    return f"{title}: {measure.name} by {varied}, {counted(seeds, 'seed')}"
