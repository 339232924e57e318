"""The sentences of the Data page: what a dataset holds, which rows of a table that is, what leaks.

What a model makes of them is told elsewhere (`lib.narrate.explore`, `.worth`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lib.dataset import Dataset, Origin
from lib.english import ALMOST_0, apart, capital, counted, joined, listed, number
from lib.tables.leaks import Finding, look, moments
from lib.tables.parts import part_spans

LONGEST_TITLE = 40
"""Of a person's file, in letters, so that the page's heading takes two lines on a narrow screen."""
LEVELS_APART = 2.0
"""Series whose levels deviate so many times as much as their values do are better scaled each."""
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
    steps = "both" if dataset.shape[1] == 2 else f"all {dataset.shape[1]}"
    learns, by = ("learns", "from") if sample < dataset.train else ("is judged", "on")
    sequence = f"Sequence mode {learns} {by} {steps} steps' targets"
    return f"{sequence}, last-step mode {by} the last step's."


def sample_sentence(dataset: Dataset, sample: int) -> str:
    """One sample's targets in the raw unit, where they begin, move and end, and their use."""
    y = raw_targets(dataset, sample)[:, 0]
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    of_steps = f"the targets of all {len(y)} timesteps, the last-step mode"
    use = f"The sequence mode learns from {of_steps} from the last one's."
    if sample >= dataset.train:
        judged = "Neither mode learns from it: the sequence mode is judged on"
        use = f"{judged} {of_steps} on the last one's."
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
    value = f"the value in {dataset.target_unit}" if dataset.target_unit else "the value"
    beside = f"Beside each y is {value} that it stands for, as in the chart."
    return f"{words}: both standardised, as the models see them. {beside}"


def window_takeaway(dataset: Dataset, origin: Origin, sample: int, step: int) -> str:
    """What one timestep, 0 to T-1, reads and has to say."""
    row, ahead = int(origin.starts[sample]) + origin.rate * step, origin.horizons
    says = _rows(origin, row + ahead[0], row + ahead[-1]) if any(ahead) else "the same row"
    change = "the change to " if dataset.base is not None and len(ahead) == 1 else ""
    reads = f"Sample {sample + 1}, timestep {step + 1} reads {origin.label(row)}"
    return f"{reads} and must say {change}{says}."


def window_sentence(dataset: Dataset, origin: Origin, sample: int) -> str:
    """The rows of one sample, and those of its targets in both modes."""
    ahead, first = origin.horizons, int(origin.starts[sample])
    last = first + origin.rate * (dataset.shape[1] - 1)
    series = origin.names[origin.series[first]]
    series = f", {series}," if series else ""
    every = f", every {origin.rate} rows" if origin.rate > 1 else ""
    far = f"{counted(ahead[-1], origin.step)} later" if ahead[-1] else "in the same row"
    far = f"{ahead[0]} to {far}" if len(ahead) > 1 else far
    return (
        f"Sample {sample + 1}{series} reads {_rows(origin, first, last)}{every}. The sequence mode "
        f"has a target for each timestep, {far}: "
        f"{_rows(origin, first + ahead[0], last + ahead[-1])}. The last-step mode has the last "
        f"timestep's: {_rows(origin, last + ahead[0], last + ahead[-1])}."
    )


def shapes_sentence(dataset: Dataset) -> str:
    """What one sample is made of, by shape."""
    (_, t, f), k = dataset.shape, dataset.targets
    return f"x ({t}, {f}) → y ({t}, {k}) for the sequence mode, y_last ({k},) for the last step."


def _rows(origin: Origin, first: int, last: int) -> str:
    return " to ".join(dict.fromkeys((origin.label(first), origin.label(last))))


def slip_sentence(dataset: Dataset, origin: Origin) -> str:
    """Whether what has to be said is also read, or in the same row, and when that is right."""
    among = joined([name for name in origin.columns if name in dataset.feature_names])
    if any(origin.horizons):
        are = "are" if " and " in among else "is"
        right = f"{are} among inputs and targets, and that is right: a timestep reads it up to its"
        return among and f"{among} {right} own row, and must say a later one."
    if among:
        return (
            f"Each timestep reads the {among} that it must say: models learn to copy it. Take it "
            "out of the inputs, or look one row ahead."
        )
    return (
        "Targets are in the row that is read. That is right where they aren't known yet when the "
        "inputs are, such as another measurement of that time. Nothing is foretold."
    )


def keras_sentence(dataset: Dataset, origin: Origin) -> str:
    """How targets line up in `timeseries_dataset_from_array`, and the slip that is usual there."""
    back, ahead = origin.rate * (dataset.shape[1] - 1), origin.horizons[0]
    return (
        "Keras gives targets[i] to the window that begins at row i. So targets are shifted by "
        f"{counted(back + ahead, 'row')}: {back} to the window's last one, and {ahead} ahead. The "
        "usual slip is to pass them as they are: then each window must say its own first row."
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
    if (origin := dataset.origin) and origin.every == 1:
        for (_, end, before), (begin, _, after) in pairwise(part_spans(dataset, origin, 0)):
            if between := begin - end - 1:
                said.append(f"Left out between {before} and {after}: {counted(between, 'row')}.")
    return " ".join([*said, *(each.sentence for each in look(dataset) if each.splits)])


def range_hint(dataset: Dataset) -> str:
    """That many targets are such as training has never seen, and what helps; "" if they aren't.

    Of a table's first target column, where the targets are values and not changes.
    """
    origin, changes = dataset.origin, dataset.base is not None
    if not origin or changes or 0 in origin.horizons or not dataset.has_validation:
        return ""
    training, judged = slice(dataset.train), dataset.judged
    seen = [edge(dataset.y[training], axis=1) for edge in (np.min, np.max)]
    lows, highs = (dataset.raw(edge, training, last=True)[:, 0] for edge in seen)
    low, high = float(lows.min()), float(highs.max())
    values = dataset.raw(dataset.y[judged, -1], judged, last=True)[:, 0]
    outside = float(((values < low) | (values > high)).mean())
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    words = f"{100 * outside:.0f}% of the validation targets lie outside what training has seen"
    span = f"({' to '.join(apart(low, high))}{unit})"
    return f"{words} {span}: predict the change instead." if outside >= OUTSIDE else ""


def levels_hint(dataset: Dataset) -> str:
    """That series are on levels of their own, and what helps; "" if they aren't.

    Of a table's first target column, where all series are scaled alike and are in both parts.
    """
    origin = dataset.origin
    if origin is None or len(origin.names) < 2 or origin.x_scale.by_series:
        return ""
    of_samples = origin.series[origin.starts]
    if not np.isin(of_samples[dataset.judged], of_samples[: dataset.train]).all():
        return ""
    values, series = origin.targets[origin.training, 0], origin.series[origin.training]
    levels, own = moments(values, series)[:, series]
    between, within = float(levels.std()), math.sqrt((own**2).mean())
    if not within or between < LEVELS_APART * within:
        return ""
    times = number(between / within)
    return f"The series lie {times} times as far apart as each one moves: scale each by itself."


def series_hint(dataset: Dataset) -> str:
    """That not all series are checked on, where some should be, and what helps; "" otherwise."""
    origin = dataset.origin
    if origin is None or not dataset.has_validation:
        return ""
    series = origin.series[origin.starts]
    seen, judged = np.unique(series[: dataset.train]), np.unique(series[dataset.judged])
    if not np.isin(judged, seen).all() or len(judged) == len(origin.names):
        return ""
    which = f"{len(judged)} of {len(origin.names)} series alone"
    ends = f"({listed([origin.names[s] for s in judged])}): others end before it begins."
    return f"Validation is of {which} {ends} Split by series to check on whole ones."


def thinned(dataset: Dataset) -> str:
    """That not every window is used, where N is smaller for it than one thinks."""
    return next((note for note in dataset.notes if " window is used, " in note), "")


def leak_takeaway(findings: Sequence[Finding]) -> str:
    """Whether something has seen what it must not."""
    if found := [finding.about.lower() for finding in findings if finding.clean is False]:
        return f"{counted(len(found), 'leak')} found: {joined(found)}."
    looked = counted(sum(finding.clean is True for finding in findings), "check")
    none = f"None found, in {looked} of the numbers themselves."
    return none if any(finding.clean for finding in findings) else "Too few samples to tell."


def leak_sentence(finding: Finding) -> str:
    """One finding, with what was looked at."""
    verdict = {True: "none", False: "found", None: "to know"}[finding.clean]
    return f"{finding.about}: {verdict}. {finding.sentence} (Looked at: {finding.looked})"
