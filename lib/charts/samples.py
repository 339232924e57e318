"""A sample of a dataset before any model: its inputs, its targets, and its rows in the table."""

from itertools import cycle
from typing import Any

import numpy as np

from lib.charts import axes, chart, classes
from lib.charts.chart import Entry, Part
from lib.charts.over_time import gaps_of, input_squares, raw_targets
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.data import Dataset, class_numbers, keras_target
from lib.experiment import Experiment
from lib.results import spread_places
from lib.text import all_of, apart, beside, capital, counted, filled

_TEXTS = beside(__file__)["words"]
PLOT, GAP, ROW = 170, 32, 22  # heights in pixels: targets or marks, the gap below, one feature
DASHES = (("solid", "line"), ("dash", "dashed"), ("dot", "dotted"), ("dashdot", "dashdot"))
"""Plotly's dashes of the first, second, … target line, each with its glyph in a key."""
READS, SEQUENCE, LAST = 2, 1, 0  # the y of marks: rows read, and targets in each mode
AROUND = 0.12  # rows drawn on each side of a window, as a share of the window's rows


def frame_of_sample(dataset: Dataset, sample: int) -> Any:
    """Return a sample as a pandas frame: features, targets, and raw targets or class names."""
    import pandas as pd  # noqa: PLC0415  Explore doesn't need pandas

    x, raw = dataset.x[sample], raw_targets(dataset, sample)
    columns = {f"x: {name}": x[:, f] for f, name in enumerate(dataset.feature_names)}
    if dataset.has_labels:
        labels = classes.labels_of(dataset, sample)
        columns[f"y: {dataset.target_column}"] = class_numbers(dataset.y[sample])
        columns[dataset.target_column] = np.array(classes.names_of(dataset, labels))
    for k, name in enumerate(() if dataset.has_labels else dataset.target_names):
        columns[f"y: {name}"] = dataset.y[sample, :, k]
        if dataset.is_scaled:
            columns[chart.with_unit(name, dataset.target_unit or "raw")] = raw[:, k]
    return pd.DataFrame(columns, pd.Index(dataset.timestep_names, name="timestep"))


def sample_figure(dataset: Dataset, sample: int, palette: Palette) -> chart.Chart:
    """Draw a sample's raw targets over its inputs; of several horizons only the first and last."""
    _, steps, features = dataset.shape
    targets, shown = raw_targets(dataset, sample), np.append(dataset.shown, sample)
    names, last = dataset.target_names, dataset.last_step[sample]
    if dataset.has_labels:
        targets, names = classes.labels_of(dataset, sample)[:, None], (dataset.target_column,)
    ahead = len(dataset.origin.horizons) if dataset.origin else 1
    drawn = [k for k in range(len(names)) if k % ahead in (0, ahead - 1)][:8]
    data, entries, dots = [], [], chart.dot_size(steps)
    for k, (dash, glyph) in zip(drawn, cycle(DASHES), strict=False):
        style = {"color": palette.ink, "width": 2.5, "dash": dash}
        data.append(chart.line(names[k], targets[:, k], style, chart.hover(), dots=dots))
        entries.append(Entry(glyph, names[k]))
    if len(names) == 1:
        entries = [Entry("dots", f"target y{dataset.ahead}")]
    target_name = f"last-step mode's {'target' if sample < dataset.train else 'validation target'}"
    marker = {"color": palette.last, "size": 14, "symbol": "diamond"}
    ends = targets[last, drawn]
    data.append(chart.points(target_name, [last + 1] * len(drawn), ends, marker, ""))
    short = [chart.shortened(name) for name in dataset.feature_names]
    higher = "darker" if palette.theme == "light" else "brighter"
    key = [
        *(entries[k : k + 2] for k in range(0, len(entries), 2)),
        [Entry("diamond", target_name, "last")],
        [Entry("squares", f"input x, {higher} is higher", "muted")],
    ]
    left = chart.left_of(short)
    if dataset.has_labels:
        y = classes.class_axis(dataset)
        left = max(left, chart.left_of(y["ticktext"]))
        data[0]["text"] = [*map(chart.escaped, classes.names_of(dataset, targets[:, 0]))]
        data[0]["line"]["shape"] = "hvh"
    else:
        zero = axes.from_zero(dataset.raw(dataset.y[shown], shown))
        title = chart.with_unit("target y", dataset.target_unit)
        y = axes.linear_axis(title, targets.ravel(), targets.ravel(), zero=zero)
    squares = ROW * max(4, features)
    inner = PLOT + GAP + squares
    shades, axis = input_squares(dataset, sample, palette, squares / inner, short)
    x = axes.timestep_axis(dataset.steps_of(sample)) | {"anchor": "y2"}
    y["domain"] = [(squares + GAP) / inner, 1.0]
    look: Part = {"name": f"sample {dataset.name}", "hovermode": "closest", "yaxis2": axis}
    look |= {"height": chart.top(key) + inner + chart.BOTTOM, "left": left}
    look["shapes"] = gaps_of(dataset, sample, palette) or None
    return chart.plotted([*data, shades], palette, x, y, key, **look)


def sample_words(dataset: Dataset, sample: int) -> Words:
    """Return which targets each mode uses, and a description of the raw targets."""
    y = raw_targets(dataset, sample)[:, 0]
    does, use = ("trains", "training") if sample < dataset.train else ("is evaluated", "evaluated")
    takeaway = filled(_TEXTS, "takeaway", does=does, steps=all_of(len(y)))
    about = {"name": capital(dataset.sample_name(sample)), "unit": dataset.spaced_unit}
    about["use"] = filled(_TEXTS, use, steps=all_of(len(y)))
    if dataset.has_labels:
        return _label_words(dataset, sample, takeaway, about)
    about["target"] = f"the {'first ' * (dataset.targets > 1)}target ({dataset.target_labels[0]})"
    low, high = int(np.argmin(y)), int(np.argmax(y))
    least, most, first, last = apart(y[low], y[high], y[0], y[-1])
    places = {"low": low + 1, "high": high + 1, "least": least, "most": most}
    return takeaway, filled(_TEXTS, "moves", **about, first=first, last=last, **places)


def _label_words(dataset: Dataset, sample: int, takeaway: str, about: dict[str, Any]) -> Words:
    """Return the takeaway or the number of padded steps, and how often the label changes."""
    labels = classes.labels_of(dataset, sample)
    known, steps = labels[~np.isnan(labels)], len(labels)
    if len(known) < steps:
        takeaway = f"{len(known)} of {steps} steps are real. The others are padding."
        about["use"] = filled(_TEXTS, "padded", real=len(known), all=steps)
    about["target"] = f"the label ({dataset.target_column}{dataset.ahead})"
    about["first"], about["last"] = (dataset.classes[int(known[k])] for k in (0, -1))
    about["changes"] = counted(int(np.count_nonzero(np.diff(known))), "time")
    return takeaway, filled(_TEXTS, "labels", **about)


def window_figure(dataset: Dataset, sample: int, step: int, palette: Palette) -> chart.Chart:
    """Draw the rows around sample `sample`, 0 to N-1; mark the rows it reads and its targets."""
    origin, steps = dataset.cut_from, dataset.shape[1]
    reads = origin.rows(steps, sample)
    targets = reads[:, None] + np.array(origin.horizons)  # (T, H)
    own = np.flatnonzero(origin.series == origin.series[reads[0]])
    end = max(reads[-1], targets.max())
    around = 2 + int(AROUND * (end - reads[0]))
    rows = range(max(own[0], reads[0] - around), min(own[-1], end + around) + 1)
    # Up to 50,000 rows are in view, but only marked rows and 61 possible ticks need names.
    # `row_ticks` picks 2 to 6 of the 61 evenly, because 1 to 5 divide 60.
    ticks = [rows[place] for place in spread_places(len(rows), 61)]
    names = {row: origin.label(row) for row in {*ticks, *reads.tolist(), *targets.flat}}
    size = max(2.5, min(12.0, 200 / len(rows)))  # keeps marks apart on a phone

    def marks(name: str, which: np.ndarray, level: int, marker: Part) -> Part:
        hover, y = f"{name}: %{{text}}<extra></extra>", np.full(len(which), level)
        trace = chart.points(name, which, y, {"size": size, **marker}, hover)
        return trace | {"text": [chart.escaped(names[row]) for row in which]}

    square, dot = {"color": palette.muted, "symbol": "square"}, {"color": palette.sequence}
    diamond = {"color": palette.last, "symbol": "diamond", "size": size + 3}
    highlight = {"size": size + 5, "line": {"color": palette.ink, "width": 2}}
    ink_square = square | highlight | {"color": palette.ink}
    number, line = f"timestep {step + 1}", {"color": palette.muted, "width": 1.5}
    # From a row to its first and last target; at the last step, also down to last-step mode.
    across = [x for end in targets[step, [0, -1]] for x in (reads[step], end, end, None)]
    down = 2 * [READS, SEQUENCE, LAST if step == steps - 1 else None, None]
    data = [
        chart.line("from a timestep to its targets", down, line, "", x=across),
        marks("read", reads, READS, square),
        marks(f"{number} reads", reads[[step]], READS, ink_square),
        marks("target in sequence mode", np.unique(targets), SEQUENCE, dot),
        marks(f"target of {number}", targets[step], SEQUENCE, dot | highlight),
        marks("target in last-step mode", targets[-1], LAST, diamond),
    ]
    key = [
        [Entry("squares", "read as x", "muted")],
        [Entry("dots", "sequence mode: y for each", "sequence")],
        [Entry("diamond", "last-step mode: y_last", "last")],
    ]
    x = axes.row_ticks({row: names[row] for row in ticks})
    x |= {"title": "row of the table", "range": [rows[0] - 0.7, rows[-1] + 0.7]}
    y: Part = {"title": "", "range": [LAST - 0.5, READS + 0.5]}
    y |= {"tickvals": [READS, SEQUENCE, LAST], "ticktext": ["x", "y", "y_last"]}
    look: Part = {"name": f"window {dataset.name}", "hovermode": "closest"}
    look["height"] = chart.top(key) + PLOT + chart.BOTTOM
    look["shapes"] = chart.gap_lines(origin.segment[np.array(rows)], rows[0], palette)
    return chart.plotted(data, palette, x, y, key, **look)


def window_words(dataset: Dataset, sample: int, step: int) -> Words:
    """Return the rows that timestep `step` (0 to T-1) reads and predicts; in details, all rows."""
    origin = dataset.cut_from
    ahead, first = origin.horizons, int(origin.starts[sample])

    def rows(begin: int, end: int) -> str:
        return " to ".join(dict.fromkeys((origin.label(begin), origin.label(end))))

    row, last = (first + origin.rate * k for k in (step, dataset.shape[1] - 1))
    predicted = rows(row + ahead[0], row + ahead[-1]) if any(ahead) else "the same row"
    change = "the change to " if dataset.base is not None and len(ahead) == 1 else ""
    name, series = f"Sample {sample + 1}", origin.names[origin.series[first]]
    reads = f"{name}, timestep {step + 1} reads {origin.label(row)}"
    takeaway = f"{reads} and predicts {change}{predicted}."
    about = {"name": name, "series": f", {series}," if series else "", "reads": rows(first, last)}
    about["every"] = f", every {origin.rate} rows" if origin.rate > 1 else ""
    far = f"{counted(ahead[-1], origin.step)} later" if ahead[-1] else "in the same row"
    about["far"] = f"{ahead[0]} to {far}" if len(ahead) > 1 else far
    about["each"] = rows(first + ahead[0], last + ahead[-1])
    about["last"] = rows(last + ahead[0], last + ahead[-1])
    gap = _TEXTS["gap"] if origin.crosses_gap(dataset.shape[1], sample) else ""
    return takeaway, filled(_TEXTS, "window", **about) + gap


def shapes_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Return the shapes of x and of the modes' targets as a sentence."""
    (_, t, f), target = dataset.shape, keras_target(experiment, dataset)
    shapes, values = target.shapes, f", {target.values}" if dataset.has_labels else ""
    every, last = f"y {shapes['sequence']}{values}", shapes["last"]
    return f"x (N, {t}, {f}) → {every} in sequence mode, y_last {last} in last-step mode."


def keras_sentence(dataset: Dataset) -> str:
    """Return how to align targets in Keras's `timeseries_dataset_from_array`, as a sentence."""
    origin = dataset.cut_from
    back, ahead = origin.rate * (dataset.shape[1] - 1), origin.horizons[0]
    return filled(_TEXTS, "keras", shift=counted(back + ahead, "row"), back=back, ahead=ahead)
