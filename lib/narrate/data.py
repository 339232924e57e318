"""The sentences of the Data page: what a dataset holds, said in words."""

from __future__ import annotations

import numpy as np

from lib.dataset import Dataset
from lib.english import capital, counted, number

LONGEST_TITLE = 40
"""Of a person's file, in letters, so that the page's heading takes two lines on a narrow screen."""


def data_sentence(dataset: Dataset) -> str:
    """What there is."""
    n, t, f = dataset.shape
    title = dataset.title
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
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
    y = dataset.raw(dataset.y[sample], sample)[:, 0]
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    if sample < dataset.train:
        use = (
            f"The sequence mode learns from the targets of all {len(y)} timesteps, the last-step "
            "mode from the last one's."
        )
    else:
        use = (
            "Neither mode learns from it: the sequence mode is judged on the targets of all "
            f"{len(y)} timesteps, the last-step mode on the last one's."
        )
    comma = "," if dataset.lead else ""
    low, high = int(np.argmin(y)), int(np.argmax(y))
    begin = f"{capital(dataset.sample_name(sample))}: {dataset.target_labels[0]}{comma} "
    if y[low] == y[high]:
        return f"{begin}is {number(y[0])}{unit} at every timestep. {use}"
    return (
        f"{begin}starts at {number(y[0])}{unit} and ends at "
        f"{number(y[-1])}{unit}; it is lowest at timestep {low + 1} ({number(y[low])}) and highest "
        f"at timestep {high + 1} ({number(y[high])}). {use}"
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
    judged = len(dataset.x) - dataset.train
    return f"{dataset.train:,} samples to learn from, {judged:,} kept for checking."


def split_sentence(dataset: Dataset) -> str:
    """The same at length, and what it is good for."""
    if not dataset.has_validation:
        return (
            f"All {len(dataset.x)} samples are for training: there are too few to keep any back, "
            "so errors are measured on what was learned from."
        )
    judged = len(dataset.x) - dataset.train
    return (
        f"The models learn from the first {dataset.train:,} samples and are judged on the other "
        f"{judged:,}, which share no rows with them."
    )
