"""The sentences of the Data page: what a dataset holds, said in words."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from lib.dataset import Dataset
from lib.english import ALMOST_0, apart, capital, counted
from lib.tables.leaks import look
from lib.tables.parts import part_spans

LONGEST_TITLE = 40
"""Of a person's file, in letters, so that the page's heading takes two lines on a narrow screen."""

OUTSIDE = 0.05
"""Up to such a share of the validation targets may lie outside the range of those of training."""


def raw_targets(dataset: Dataset, sample: int) -> np.ndarray:
    """One sample's targets to be read, (T, K) in the raw unit: float64.

    Of what is standardised in 32 bits six digits are true, and the others are left out: 0 is 0.
    """
    y = dataset.y[sample]
    raw = dataset.raw(y, sample).astype(np.float64)
    if not dataset.is_scaled:
        return raw
    size = np.abs([raw, raw - dataset.raw(np.zeros_like(y), sample)]).max()
    return raw.round(max(0, 5 - math.floor(math.log10(max(1e-12, size)))))


def data_sentence(dataset: Dataset) -> str:
    """What there is."""
    (n, t, f), title = dataset.shape, dataset.title
    title = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    return f"{title}: {n:,} samples of {t} timesteps and {counted(f, 'feature')}."


def sample_takeaway(dataset: Dataset, sample: int) -> str:
    """Which of its targets each mode has to do with."""
    steps = dataset.shape[1]
    which = "both" if steps == 2 else f"all {steps}"
    learns, by = ("learns", "from") if sample < dataset.train else ("is judged", "on")
    return (
        f"Sequence mode {learns} {by} {which} steps' targets, last-step mode {by} the last step's."
    )


def sample_sentence(dataset: Dataset, sample: int) -> str:
    """One sample's targets in the raw unit, where they begin, move and end, and their use."""
    y = raw_targets(dataset, sample)[:, 0]
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    of_steps = f"the targets of all {len(y)} timesteps, the last-step mode"
    use = f"The sequence mode learns from {of_steps} from the last one's."
    if sample >= dataset.train:
        use = "Neither mode learns from it: the sequence mode is judged on "
        use += f"{of_steps} on the last one's."
    comma = "," if dataset.lead else ""
    low, high = int(np.argmin(y)), int(np.argmax(y))
    begin = f"{capital(dataset.sample_name(sample))}: {dataset.target_labels[0]}{comma} "
    least, most, first, last = apart(y[low], y[high], y[0], y[-1], nothing=ALMOST_0)
    if y[low] == y[high]:
        return f"{begin}is {first}{unit} at every timestep. {use}"
    return (
        f"{begin}starts at {first}{unit} and ends at {last}{unit}; it is lowest at timestep "
        f"{low + 1} ({least}) and highest at timestep {high + 1} ({most}). {use}"
    )


def numbers_hint(dataset: Dataset) -> str:
    """What the columns of a sample's numbers are."""
    words = f"x is what a model reads, y what it should answer{dataset.ahead}"
    if not dataset.is_scaled:
        return f"{words}."
    unit = f" in {dataset.target_unit}" if dataset.target_unit else ""
    return (
        f"{words}: both standardised, as the models see them. Beside each y is the value{unit} "
        "that it stands for, as in the chart."
    )


def split_takeaway(dataset: Dataset) -> str:
    """How many samples are for training and how many for checking."""
    if not dataset.has_validation:
        return f"All {len(dataset.x)} samples are for training: none is kept for checking."
    judged = len(dataset.x[dataset.judged])
    use = f"to check on, {dataset.test:,} for the end" if dataset.test else "kept for checking"
    return f"{dataset.train:,} samples to learn from, {judged:,} {use}."


def split_sentence(dataset: Dataset) -> str:
    """The same at length, with what was found of rows, series and dates in two parts."""
    if not dataset.has_validation:
        return (
            f"All {len(dataset.x)} samples are for training: there are too few to keep any back, "
            "so errors are measured on what was learned from."
        )
    others = f"{'next' if dataset.test else 'other'} {len(dataset.x[dataset.judged]):,}"
    first = f"The models learn from the first {dataset.train:,} samples and are judged on the"
    said = [f"{first} {others}."]
    if dataset.test:
        said.append(f"The last {dataset.test:,} are the test part: to be looked at once.")
    if origin := dataset.origin:
        for (_, end, before), (begin, _, after) in pairwise(part_spans(dataset, origin, 0)):
            if between := begin - end - 1:
                said.append(f"Left out between {before} and {after}: {counted(between, 'row')}.")
    return " ".join([*said, *(each.sentence for each in look(dataset) if each.splits)])


def range_hint(dataset: Dataset) -> str:
    """That many targets are such as training has never seen, and what helps; "" if they aren't.

    Of a table's first target column, where the targets are values and not changes.
    """
    if dataset.origin is None or dataset.base is not None or not dataset.has_validation:
        return ""

    training, judged = slice(dataset.train), dataset.judged
    seen = [edge(dataset.y[training], axis=1) for edge in (np.min, np.max)]
    lows, highs = (dataset.raw(edge, training, last=True)[:, 0] for edge in seen)
    low, high = float(lows.min()), float(highs.max())
    values = dataset.raw(dataset.y[judged, -1], judged, last=True)[:, 0]
    outside = float(((values < low) | (values > high)).mean())
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    return (
        ""
        if outside < OUTSIDE
        else (
            f"{100 * outside:.0f}% of the validation targets lie outside what training has seen "
            f"({' to '.join(apart(low, high))}{unit}): predict the change instead."
        )
    )
