"""How a dataset is split, and what to check before training on it."""

import math
from collections.abc import Sequence

import numpy as np

from lib.charts import axes, chart, classes
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import Words, nth
from lib.data import Dataset, Finding, class_numbers, find_leaks
from lib.experiment import MAX_VALUES
from lib.text import all_of, apart, beside, capital, counted, filled, joined, percent

_TEXTS = beside(__file__)["hints"]
MARKS = {  # the mark of each part's samples: color, shape, and glyph in the key
    "training": ("ink", "circle", "dots"),
    "validation": ("baseline", "circle-open", "rings"),
    "test": ("muted", "x-thin-open", "cross"),
}
LONGEST_TITLE = 40  # letters of a title, which fill two lines on a narrow screen


def data_sentence(dataset: Dataset) -> str:
    """Return the dataset's title and shape as a sentence."""
    (n, t, f), title = dataset.shape, dataset.title
    title = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    parts = [f"{n:,} samples of {t} timesteps", counted(f, "feature")]
    parts += [f"{len(dataset.classes)} classes"] if dataset.has_labels else []
    return f"{title}: {joined(parts)}."


def split_figure(dataset: Dataset, palette: Palette) -> chart.Chart:
    """Draw each sample's last target, with a mark by part; a table's samples by date or row."""
    origin, count, left = dataset.origin, len(dataset.y), chart.LEFT
    numbers = np.arange(count)[:: math.ceil(count / chart.MOST_POINTS)]
    if dataset.has_labels:
        values = class_numbers(dataset.last_y[numbers]).astype(np.float64)
        y = classes.class_axis(dataset)
        left = chart.left_of(y["ticktext"])
    else:
        values = dataset.raw(dataset.y[numbers, -1], numbers, last=True)[:, 0]
        target = dataset.target_names[0] if dataset.targets > 1 else "target y"
        title = chart.with_unit(f"{target} at the last step", dataset.target_unit)
        y = axes.linear_axis(title, values, values, zero=axes.from_zero(values))
    names, title = [f"sample {k + 1:,}" for k in numbers], "sample"
    if origin is not None:
        title = "row of the target"
        last = origin.rows(dataset.shape[1], numbers)[:, -1] + origin.horizons[0]
        names = [f"{origin.names[origin.series[row]]} {origin.label(row)}".strip() for row in last]
    ticks = (name.removeprefix("sample ") for name in names)
    room = max(0.5, 0.03 * count)  # Marks at the ends aren't cut off.
    x = axes.row_ticks(dict(zip((numbers + 1).tolist(), ticks, strict=True)))
    x |= {"title": title, "range": [1 - room, count + room]}
    names_of, data, key = np.array([chart.escaped(name) for name in names]), [], []
    for name, part in dataset.parts.items():
        is_in = (numbers >= part.start) & (numbers < part.stop)
        color, symbol, glyph = MARKS[name]
        marker = {"color": getattr(palette, color), "size": 6, "symbol": symbol}
        hover = f"%{{customdata}} ({name}): {chart.hover(dataset.target_unit)}<extra></extra>"
        trace = chart.points(name, numbers[is_in] + 1, values[is_in], marker, hover)
        trace["customdata"] = names_of[is_in]
        if dataset.has_labels:
            trace["text"] = [*map(chart.escaped, classes.names_of(dataset, values[is_in]))]
        data.append(trace)
        key.append(Entry(glyph, name, color, "ink"))
    look = {"type": "line", **chart.FULL_HEIGHT, "line": {"color": palette.muted, "width": 1}}
    edges = [part.start + 0.5 for part in dataset.parts.values()][1:]
    about: Part = {"name": f"split {dataset.name}", "height": 400, "left": left}
    about |= {"shapes": [{**look, "x0": edge, "x1": edge} for edge in edges]}
    return chart.plotted(data, palette, x, y, [key], hovermode="closest", **about)


def split_words(dataset: Dataset) -> Words:
    """Return the number of samples in each part; the details also report rows in two parts."""
    train, evaluated, test = dataset.train, dataset.seen - dataset.train, dataset.test
    if not evaluated:
        takeaway = f"{capital(all_of(train))} samples are for training, none for validation."
        return takeaway, _TEXTS["none_kept"]
    takeaway = f"{train:,} training samples, {evaluated:,} validation samples."
    details = [f"Samples 1 to {train:,} are for training, the next {evaluated:,} for validation."]
    if test:
        takeaway = f"{train:,} training samples, {evaluated:,} validation, {test:,} test."
        details.append(f"The last {test:,} are the test part. Evaluate on it only once.")
    details += [finding.sentence for finding in find_leaks(dataset) if finding.splits]
    return takeaway, " ".join(details)


def range_hint(dataset: Dataset) -> str:
    """Return a hint if validation targets are outside the range of training targets, else "".

    Only a table's first target column counts. There is no hint for a share below 5%, for targets
    that are changes, or if both parts' means differ by less than a standard deviation in training.
    """
    origin, changes = dataset.origin, dataset.base is not None
    if not origin or changes or 0 in origin.horizons or not dataset.has_validation:
        return ""
    training, evaluated, y = slice(dataset.train), dataset.evaluated, dataset.y.astype(np.float64)

    def raw(values: np.ndarray, samples: slice) -> np.ndarray:
        return dataset.raw(values, samples, last=True)[:, 0]

    low = float(raw(y[training].min(axis=1), training).min())
    high = float(raw(y[training].max(axis=1), training).max())
    known, values = (raw(y[part, -1], part) for part in (training, evaluated))
    outside = float(((values < low) | (values > high)).mean())
    if outside < 0.05 or abs(values.mean() - known.mean()) < known.std():
        return ""
    ends, unit = " to ".join(apart(low, high)), dataset.spaced_unit
    return filled(_TEXTS, "range", share=percent(100 * outside), ends=ends, unit=unit)


def gaps_sentence(dataset: Dataset) -> str:
    """Return how many windows cross time gaps; "" if none do."""
    origin = dataset.origin
    crosses = np.zeros(1) if origin is None else origin.crosses_gap(dataset.shape[1])
    if origin is None or not crosses.any():
        return ""
    windows, gaps = int(crosses.sum()), counted(origin.gaps, "gap")
    return filled(_TEXTS, "gaps", windows=windows, all=len(origin.starts), gaps=gaps)


def thinned(dataset: Dataset) -> str:
    """Return that only every k-th window is used, which limits N; "" if all windows are used."""
    if dataset.origin is None or (every := dataset.origin.every) == 1:
        return ""
    return filled(_TEXTS, "thinned", nth=nth(every), count=len(dataset.x), most=MAX_VALUES)


def leak_words(findings: Sequence[Finding]) -> tuple[str, list[str]]:
    """Return how many leaks the checks found; the details describe each check."""
    takeaway = "Too few samples for a check."
    if found := [finding.about.lower() for finding in findings if finding.clean is False]:
        takeaway = f"{counted(len(found), 'leak')} found: {joined(found)}."
    elif passed := sum(finding.clean is True for finding in findings):
        unclear = len(findings) - passed
        others = f", {counted(unclear, 'check')} no clear leak" if unclear else ""
        takeaway = f"{counted(passed, 'check')} found no leak{others}."
    return takeaway, [f"{'Leak: ' if f.clean is False else ''}{f.sentence}" for f in findings]
