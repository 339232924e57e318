"""The labels of a dataset before any model: how frequent classes are, and their colors."""

import math
from typing import Any

import numpy as np

from lib.charts import chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.data import Dataset, class_numbers
from lib.text import beside, filled, percent

_TEXTS = beside(__file__)["words"]
KEY_LETTERS, MARK = 46, 2.8  # letters in a row of the key on a phone; a mark is as wide as 2.8
PART_COLORS = {"training": "ink", "validation": "baseline", "test": "muted"}


def labels_of(dataset: Dataset, samples: Any = slice(None)) -> np.ndarray:
    """Return the class numbers of samples by timestep, (…, T) float64; NaN at padded steps."""
    numbers = class_numbers(dataset.y[samples]).astype(np.float64)
    return numbers if dataset.mask is None else np.where(dataset.mask[samples], numbers, np.nan)


def names_of(dataset: Dataset, numbers: np.ndarray) -> list[str]:
    """Return the class names of class numbers (R,); "padded" for NaN. Charts must escape them."""
    return ["padded" if math.isnan(k) else dataset.classes[int(k)] for k in numbers.tolist()]


def class_axis(dataset: Dataset) -> Part:
    """Return a y axis of classes, with class 0 on top."""
    count = len(dataset.classes)
    ticks = [chart.escaped(chart.shortened(name)) for name in dataset.classes]
    axis: Part = {"title": "", "range": [count - 0.5, -0.5], "zeroline": False}
    return axis | {"tickvals": [*range(count)], "ticktext": ticks}


def class_key(dataset: Dataset, palette: Palette) -> list[list[Entry]]:
    """Return the classes' colors as rows of a key that fit on a phone."""
    names = map(chart.shortened, dataset.classes)
    entries = [Entry("square", *each, "ink") for each in zip(names, palette.classes, strict=False)]
    if dataset.mask is not None:
        entries.append(Entry("squares", "padded", "border", "muted"))
    width = sum(len(entry.words) + MARK for entry in entries) / len(entries)
    count = max(1, int(KEY_LETTERS / width))
    return [entries[k : k + count] for k in range(0, len(entries), count)]


def _shares(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the share of each class among the labels of each part, (C,) by part."""
    shares, count = {}, len(dataset.classes)
    for name, part in dataset.parts.items():
        labels = labels_of(dataset, part)
        known = labels[~np.isnan(labels)].astype(int)
        shares[name] = np.bincount(known, minlength=count) / len(known)
    return shares


def balance_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """Draw the share of each class among the labels of each part, as bars."""
    bars, y, shares = [], class_axis(dataset), _shares(dataset)
    for name, values in shares.items():
        texts = [f"{percent(100 * value)} of the labels ({name})" for value in values]
        bar: Part = {"type": "bar", "name": name, "orientation": "h", "x": 100 * values}
        bar |= {"y": y["tickvals"], "text": texts, "textposition": "none"}
        marker: Part = {"color": getattr(palette, PART_COLORS[name])}
        marker["pattern"] = {"shape": "/" if name == "test" else ""}
        bars.append(bar | {"hovertemplate": "%{text}", "marker": marker})
    x: Part = {"title": "share of the labels in %", "rangemode": "tozero"}
    key = [Entry("square", name, PART_COLORS[name], "ink") for name in shares]
    height = chart.top([key]) + len(dataset.classes) * (12 * len(bars) + 8) + chart.BOTTOM
    look: Part = {"name": f"balance {dataset.name}", "height": height, "bargap": 0.25}
    look |= {"left": chart.left_of(y["ticktext"]), "hovermode": "closest"}
    return chart.plotted(bars, palette, x, y, [key], **look)


def balance_words(dataset: Dataset) -> Words:
    """Return the most frequent class and its shares; the details also describe labels in time."""
    by_part = _shares(dataset)
    most = int(by_part["training"].argmax())
    shares = [f"{percent(100 * each[most])} of {name} labels" for name, each in by_part.items()]
    names = [chart.shortened(name) for name in (dataset.target_column, *dataset.classes)]
    takeaway = f"Most frequent {names[0]}: {names[1 + most]}, {', '.join(shares[:2])}."
    if (missing := by_part["training"] == 0).any():
        takeaway = f"No training label is {names[1 + missing.argmax()]}: models can't learn it."
    order = ", ".join(f"{k} = {name}" for k, name in enumerate(dataset.classes))
    about = {"name": dataset.classes[most], "shares": ", ".join(shares), "order": order}
    about["column"] = dataset.target_column
    return takeaway, f"{filled(_TEXTS, 'balance', **about)} {_over_time(dataset)}"


def _over_time(dataset: Dataset) -> str:
    """Return how often labels change from step to step and, if steps are padded, the lengths."""
    changes = np.diff(labels_of(dataset))
    share = percent(100 * (changes[~np.isnan(changes)] != 0).mean())
    text = f"{share} of the labels differ from the label one step before."
    if dataset.mask is not None:
        lengths, padded = dataset.mask.sum(axis=1), percent(100 * (1 - dataset.mask.mean()))
        about = {"shortest": lengths.min(), "longest": lengths.max(), "padded": padded}
        text += f" {filled(_TEXTS, 'padding', first=dataset.classes[0], **about)}"
    return text
