"""The labels of a dataset before any model: classes, labels by timestep, lengths of sequences."""

import math
from typing import Any

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.data import Dataset, class_numbers
from lib.results import spread_places
from lib.text import beside, counted, filled, listed, percent

_TEXTS = beside(__file__)["words"]
BAR, CELL = 12, 9  # heights in pixels: a bar, and a row of cells
KEY_LETTERS = 42  # letters in a row of the key on a phone
PART_COLORS = {"training": "ink", "validation": "baseline", "test": "border"}


def labels_of(dataset: Dataset, samples: Any = slice(None)) -> np.ndarray:
    """Return the class numbers of samples by timestep, (…, T) float64; NaN at padded steps."""
    numbers = class_numbers(dataset.y[samples]).astype(np.float64)
    return numbers if dataset.mask is None else np.where(dataset.mask[samples], numbers, np.nan)


def names_of(dataset: Dataset, numbers: np.ndarray) -> list[str]:
    """Return the escaped class names of class numbers (R,); "padded" for NaN."""
    names = [chart.escaped(name) for name in dataset.classes]
    return ["padded" if math.isnan(k) else names[int(k)] for k in numbers.tolist()]


def class_axis(dataset: Dataset, title: str = "") -> Part:
    """Return a y axis of classes, with class 0 on top."""
    count = len(dataset.classes)
    ticks = [chart.escaped(chart.shortened(name)) for name in dataset.classes]
    axis: Part = {"title": title, "range": [count - 0.5, -0.5], "zeroline": False}
    return axis | {"tickvals": [*range(count)], "ticktext": ticks}


def in_order(dataset: Dataset) -> str:
    """Return the classes with their numbers: "0 = balanced, 1 = open, 2 = broken"."""
    return ", ".join(f"{k} = {name}" for k, name in enumerate(dataset.classes))


def _shares(dataset: Dataset, labels: np.ndarray) -> np.ndarray:
    """Return the share of each class, (C,), among labels (…); NaN counts as none."""
    known = labels[~np.isnan(labels)].astype(int)
    return np.bincount(known, minlength=len(dataset.classes)) / max(1, len(known))


def balance_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """Draw the share of each class among the labels of each part, as bars."""
    parts, bars = dataset.parts, list[Part]()
    for name, part in parts.items():
        shares = _shares(dataset, labels_of(dataset, part))
        texts = [f"{percent(100 * share)} of the labels ({name})" for share in shares]
        bar: Part = {"type": "bar", "name": name, "orientation": "h", "x": 100 * shares}
        bar |= {"y": np.arange(len(shares)), "text": texts, "hovertemplate": "%{text}"}
        color = getattr(palette, PART_COLORS[name])
        bars.append(bar | {"textposition": "none", "marker": {"color": color}})
    y = class_axis(dataset)
    colors = zip(palette.classes, y["ticktext"], strict=False)
    y["ticktext"] = [f'{tick} <span style="color:{color}">■</span>' for color, tick in colors]
    x = {"title": "share of the labels in %", "rangemode": "tozero", "showgrid": True}
    key = [Entry("square", name, PART_COLORS[name], "ink") for name in parts]
    rows = len(dataset.classes) * (BAR * len(parts) + 8)
    height = chart.top([key]) + max(chart.LEAST_PLOT, rows) + chart.BOTTOM
    names = [f"{chart.shortened(name)}  ■" for name in dataset.classes]
    look: Part = {"name": f"balance {dataset.name}", "height": height, "bargap": 0.25}
    look |= {"left": chart.left_of(names), "hovermode": "closest"}
    return chart.plotted(bars, palette, x, y, [key], **look)


def balance_words(dataset: Dataset) -> Words:
    """Return the most frequent class and its shares; the details have the order of the classes."""
    by_part = {n: _shares(dataset, labels_of(dataset, part)) for n, part in dataset.parts.items()}
    training, shares = by_part["training"], list[str]()
    most = int(training.argmax())
    for name, of_classes in by_part.items():
        shares.append(f"{percent(100 * of_classes[most])} of {name} labels")
    name = chart.shortened(dataset.classes[most])
    column = chart.shortened(dataset.target_column)
    takeaway = f"Most frequent {column}: {name}, {', '.join(shares[:2])}."
    missing = [n for n, share in zip(dataset.classes, training, strict=True) if not share]
    if missing:
        takeaway = f"No training label is {chart.shortened(missing[0])}: models can't learn it."
    last = _shares(dataset, class_numbers(dataset.last_y[dataset.evaluated]))
    about = {"order": in_order(dataset), "column": dataset.target_column, "name": name}
    about |= {"last": percent(100 * last[most]), "shares": ", ".join(shares)}
    missing_words = f" No training label is {listed(missing)}." if missing else ""
    return takeaway, filled(_TEXTS, "balance", **about) + missing_words


def labels_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """Draw the labels of the shown samples: a row of cells each, in the colors of classes."""
    shown = dataset.shown
    labels, steps, count = labels_of(dataset, shown), dataset.shape[1], len(dataset.classes)
    gap = 1 if steps <= 30 else 0
    more: Part = {"zmin": 0, "zmax": count - 1, "xgap": gap, "ygap": 1, "hoverongaps": False}
    names = [chart.escaped(dataset.sample_name(index)) for index in shown]
    rows = zip(names, labels, strict=True)
    more["text"] = [[f"{n}: {each}" for each in names_of(dataset, row)] for n, row in rows]
    hover = "%{text}, timestep %{x}<extra></extra>"
    cells = chart.heatmap("labels", labels, palette.classes[:count], hover, **more)
    x = axes.timestep_axis(dataset.timestep_names) | {"range": [0.5, steps + 0.5]}
    places = spread_places(len(shown), 5)
    y: Part = {"title": "sample", "range": [len(shown) - 0.5, -0.5], "showgrid": False}
    y |= {"tickvals": places, "ticktext": [f"{shown[k] + 1:,}" for k in places]}
    key = class_key(dataset, palette)
    height = chart.top(key) + max(chart.LEAST_PLOT, CELL * len(shown)) + chart.BOTTOM
    look: Part = {"name": f"labels {dataset.name}", "height": height, "hovermode": "closest"}
    return chart.plotted([cells], palette, x, y, key, **look)


def class_key(dataset: Dataset, palette: Palette) -> list[list[Entry]]:
    """Return rows of a key with the color of each class."""
    colors = zip(dataset.classes, palette.classes, strict=False)
    entries = [Entry("square", chart.shortened(name), color, "ink") for name, color in colors]
    each = max(1, KEY_LETTERS // (3 + max(map(len, dataset.classes))))
    return [entries[k : k + each] for k in range(0, len(entries), each)]


def labels_words(dataset: Dataset) -> Words:
    """Return how often labels change from step to step; the details name the samples."""
    labels = labels_of(dataset)
    known = ~np.isnan(labels[:, 1:]) & ~np.isnan(labels[:, :-1])
    changes = (labels[:, 1:] != labels[:, :-1])[known]
    takeaway = "Each sample has one label, the same at all its steps."
    if changes.any():
        share = percent(100 * changes.mean())
        takeaway = f"{share} of the labels differ from the label one step before."
    shown, evaluated = len(dataset.shown), dataset.evaluated
    about = {"shown": shown, "all": evaluated.stop - evaluated.start}
    about["part"] = "validation" if dataset.has_validation else "training"
    blank = "" if dataset.mask is None else _TEXTS["blank"]
    return takeaway, filled(_TEXTS, "labels", **about) + blank


def lengths_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """Draw how many samples have each number of real steps."""
    lengths, steps = _real(dataset).sum(axis=1), dataset.shape[1]
    counts = np.bincount(lengths, minlength=steps + 1)[1:]
    texts = [f"{counted(count, 'sample')} of length {k}" for k, count in enumerate(counts, 1)]
    bar: Part = {"type": "bar", "name": "lengths", "x": np.arange(1, steps + 1), "y": counts}
    bar |= {"text": texts, "textposition": "none", "hovertemplate": "%{text}"}
    bar["marker"] = {"color": palette.ink}
    x: Part = {"title": "length in timesteps", "range": [0.4, steps + 0.6], "nticks": 6}
    y: Part = {"title": "samples", "rangemode": "tozero"}
    look: Part = {"name": f"lengths {dataset.name}", "height": 220, "bargap": 0.15}
    return chart.plotted([bar], palette, x, y, [], **look)


def lengths_words(dataset: Dataset) -> Words:
    """Return the range of lengths and the share of padded steps; details say what padding does."""
    real = _real(dataset)
    lengths = real.sum(axis=1)
    padded = percent(100 * (1 - real.mean()))
    takeaway = f"{lengths.min()} to {lengths.max()} real steps; {padded} of all steps are padding."
    side = "after" if real[:, 0].all() else "before"
    about = {"side": side, "mean": f"{lengths.mean():.1f}", "steps": real.shape[1]}
    return takeaway, filled(_TEXTS, "lengths", **about, first=dataset.classes[0])


def _real(dataset: Dataset) -> np.ndarray:
    """Return which steps are real, (N, T) bool."""
    return np.ones(dataset.shape[:2], bool) if dataset.mask is None else dataset.mask


def padding_of(dataset: Dataset, sample: int, palette: Palette) -> list[Part]:
    """Return a named rectangle over a sample's padded steps; [] if it has none."""
    padded = np.flatnonzero(~_real(dataset)[sample]) + 1
    if not len(padded):
        return []
    font = {"size": chart.FONT_SIZE - 1, "color": palette.muted}
    look: Part = {"type": "rect", **chart.FULL_HEIGHT, "layer": "above", "line": {"width": 0}}
    has_room = len(padded) > 0.17 * dataset.shape[1]
    label = {"text": "padding" if has_room else "", "font": font}
    look |= {"label": label, "fillcolor": palette.surface}
    return [look | {"x0": padded[0] - 0.5, "x1": padded[-1] + 0.5}]
