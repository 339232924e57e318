"""Checks for data leakage in a dataset's own arrays, each with a sentence of what was found."""

from dataclasses import dataclass

import numpy as np

from lib.data.caches import remembered
from lib.data.dataset import Dataset, Origin
from lib.data.tables.cutting import rows_by_part, series_by_part
from lib.text import counted, joined, number

SAME = 0.9999  # two columns are one if they, and their changes, correlate more closely than this
CLOSE = 1e-3
"""How far a mean may be from 0 and a deviation from 1, which are computed in another order here."""
FEWEST = 30  # timesteps; with fewer a copy can't be distinguished from chance


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    about: str
    clean: bool | None
    """None where it can't be decided, or where the finding is no leak but worth knowing."""
    sentence: str
    looked: str  # the data that were checked
    splits: bool = False  # whether the check compares parts


@remembered
def find_leaks(dataset: Dataset) -> list[Finding]:
    """All checks that can be made of these data."""
    findings, origin = [_answers(dataset)], dataset.origin
    if len(dataset.parts) < 2:
        return findings
    if origin is None:
        return [*findings, _shared_samples(dataset)]
    used = rows_by_part(dataset, origin)
    findings += [_shared_rows(used), _scaling(dataset, origin)]
    if len(origin.names) > 1:
        findings.append(_shared_series(dataset, origin, used))
    return findings


def _answers(dataset: Dataset) -> Finding:
    """Inputs that tell a target at its own timestep."""
    about, origin = "Answers among the inputs", dataset.origin
    x, y = dataset.samples.x, dataset.samples.y
    steps = x.shape[0] * x.shape[1]
    if steps < FEWEST:
        sentence = f"{counted(steps, 'timestep')} are too few to tell a copy from chance."
        return Finding(about, None, sentence, "nothing.")
    of_changes = _correlations(np.diff(x, axis=1), np.diff(y, axis=1))
    same = np.minimum(_correlations(x, y), of_changes) > SAME
    if origin and all(origin.horizons):  # a target's own past is known, which a season repeats
        columns = np.repeat(origin.columns, len(origin.horizons))
        same &= np.array(dataset.feature_names)[:, None] != columns
    pairs = [
        f"the input {dataset.feature_names[f]} is the target {dataset.target_labels[k]}"
        for f, k in np.argwhere(same)
    ]
    sentence = "No single input tells its target nearly exactly."
    if pairs:
        sentence = f"All {x.shape[1]} outputs can read their target: {joined(pairs[:3])}."
    both = f"{counted(x.shape[2], 'input')} beside {counted(y.shape[2], 'target')}"
    looked = f"{both} at {steps:,} timesteps, without those of the test part: |r| > {SAME}."
    return Finding(about, not pairs, sentence, looked)


def _correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|correlation| of each of a (N, T, F) with each of b (N, T, K), (F, K)."""

    def normalised(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        flat -= flat.mean(axis=0)
        size = np.sqrt((flat**2).sum(axis=0))
        moves = size > 1e-5 * np.abs(values).max(initial=0.0) * np.sqrt(len(flat))  # or rounding
        return flat / np.where(moves, size, np.inf)

    return np.abs(normalised(a).T @ normalised(b))


def _shared_samples(dataset: Dataset) -> Finding:
    """Of samples without rows: those that are there twice, also one timestep on."""
    learned, kept = dataset.x[: dataset.train], dataset.x[dataset.train :]
    whole, begin, end = slice(None), slice(None, -1), slice(1, None)
    twice = np.zeros(len(kept), bool)
    for steps, others in ((whole, whole), (begin, end), (end, begin)):
        known = {hash(sample.tobytes()) for sample in learned[:, others]}
        twice |= [hash(sample.tobytes()) in known for sample in kept[:, steps]]
    sentence = "No sample that is kept for checking is in the training part too."
    if twice.any():
        many = f"{twice.sum():,} of {len(kept):,} samples"
        sentence = f"{many} kept for checking are in training too, as they are or one timestep on."
    looked = f"{len(kept):,} samples beside {dataset.train:,}."
    return Finding("The same samples in two parts", not twice.any(), sentence, looked, splits=True)


def _shared_rows(used: dict[str, np.ndarray]) -> Finding:
    """Rows (R,) that several parts read or have as targets."""
    shared = int((np.sum([*used.values()], axis=0) > 1).sum())
    rows = counted(shared, "row is", "rows are") if shared else "No row is"
    sizes = joined([f"{int(rows.sum()):,}" for rows in used.values()])
    looked = f"the {sizes} rows that {joined(list(used))} read or have as targets."
    about, sentence = "The same rows in two parts", f"{rows} in two parts."
    return Finding(about, not shared, sentence, looked, splits=True)


def _scaling(dataset: Dataset, origin: Origin) -> Finding:
    """How far inputs are from a mean of 0 and a deviation of 1 in the training rows."""
    group = origin.series if origin.x_scale.by_series else np.zeros_like(origin.series)
    known, off = origin.training, 0.0
    for column in origin.inputs.T:  # one by one: there may be a million rows
        mean, deviation = moments(column[known], group[known])
        varies = deviation > CLOSE**3 * np.abs(mean)  # nor is it without training rows
        off = np.abs([*mean[varies], *deviation[varies] - 1]).max(initial=off)
    sentence = "Means and deviations are those of the training rows alone."
    if off >= CLOSE:
        away = f"{number(off)} off a mean of 0 or a deviation of 1"
        sentence = f"In the training rows inputs are {away}."
    columns = counted(dataset.shape[2], "input")
    looked = f"{columns} in {int(known.sum()):,} training rows of {len(group):,}."
    return Finding("Scaling on everything", bool(off < CLOSE), sentence, looked)


def moments(column: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mean and deviation of the rows (R,) of each group, (2, G); both are 0 where there is none."""
    count, values = np.maximum(np.bincount(group), 1), column.astype(np.float64)
    mean = np.bincount(group, values) / count
    return np.array([mean, np.sqrt(np.bincount(group, (values - mean[group]) ** 2) / count)])


def _shared_series(dataset: Dataset, origin: Origin, used: dict[str, np.ndarray]) -> Finding:
    """Series in several parts; where there is none, dates in several parts."""
    total, shared_dates = len(origin.names), 0
    series = [each for part in series_by_part(dataset, origin).values() for each in part]
    sentence, looked = "No series is in two parts", f"{total:,} series"
    if shared := int((np.bincount(series) > 1).sum()):
        sentence = (
            f"{shared:,} of {total:,} series are in two parts, so no new series is checked on"
        )
    elif origin.times is not None:
        dates, found = origin.times.factorize()
        by_part = [np.bincount(dates[own], minlength=len(found)) > 0 for own in used.values()]
        shared_dates = int((np.sum(by_part, axis=0) > 1).sum())
        if shared_dates:
            sentence += f", but {number(100 * shared_dates / len(found))}% of the dates are"
        looked += f", {len(found):,} dates"
    about, clean = "Series and dates in two parts", None if shared or shared_dates else True
    return Finding(about, clean, f"{sentence}.", f"{looked}.", splits=True)
