"""What has seen what it must not: looked for in a dataset's own arrays, and said with numbers.

Nothing is believed of how the arrays were made, and nothing is mended here. `Finding.clean` is True
only where it was looked, and None where that can't be told, or is no leak but worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from lib.dataset import Dataset, Origin
from lib.english import counted, joined, number
from lib.tables.parts import rows_by_part, series_by_part

ALIKE = 0.9999
"""Two columns are one if they go together, and their changes do, more closely than this."""
CLOSE = 1e-3
"""How far a mean may be from 0 and a deviation from 1, which are computed in another order here."""
FEWEST = 30
"""Timesteps; of fewer a copy can't be told from chance."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    about: str
    clean: bool | None
    sentence: str
    """What is there, or that there is none."""
    looked: str
    """What was looked at."""
    splits: bool = False
    """Whether it is about what is in several parts."""


_found: WeakKeyDictionary[Dataset, list[Finding]] = WeakKeyDictionary()
"""What `look` returned: of a million rows it takes 0.2 s."""


def look(dataset: Dataset) -> list[Finding]:
    """All that can be looked for in these data."""
    if dataset not in _found:
        _found[dataset] = list(_look(dataset))
    return _found[dataset]


def _look(dataset: Dataset) -> list[Finding]:
    findings, origin = [_answers(dataset)], dataset.origin
    if len(dataset.parts) > 1 and origin is None:
        findings.append(_shared_samples(dataset))
    elif len(dataset.parts) > 1 and origin:
        used = rows_by_part(dataset, origin)
        findings += [_shared_rows(used), _scaling(dataset, origin)]
        if len(origin.names) > 1:
            findings.append(_series(dataset, origin, used))
    return findings


def _answers(dataset: Dataset) -> Finding:
    """Inputs that say a target at its own timestep."""
    about, origin = "Answers among the inputs", dataset.origin
    seen = slice(0, len(dataset.x) - dataset.test)
    x, y = dataset.x[seen], dataset.y[seen]
    steps = x.shape[0] * x.shape[1]
    if steps < FEWEST:
        words = f"{counted(steps, 'timestep')} are too few to tell a copy from chance."
        return Finding(about, None, words, "nothing.")
    alike = np.minimum(_alike(x, y), _alike(np.diff(x, axis=1), np.diff(y, axis=1))) > ALIKE
    for f, k in np.argwhere(alike):
        column, ahead = divmod(k, len(origin.horizons)) if origin else (0, 0)
        if origin and dataset.feature_names[f] == origin.columns[column] and origin.horizons[ahead]:
            alike[f, k] = False  # its own past, which a season repeats
    pairs = [
        f"the input {dataset.feature_names[f]} is the target {dataset.target_labels[k]}"
        for f, k in np.argwhere(alike)
    ]
    return Finding(
        about,
        not pairs,
        f"All {x.shape[1]} outputs can read their target: {joined(pairs[:3])}."
        if pairs
        else "No output can read its own target in its inputs.",
        f"{counted(x.shape[2], 'input')} beside {counted(y.shape[2], 'target')} at {steps:,} "
        "timesteps, without those of the test part.",
    )


def _alike(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How closely each of a (N, T, F) goes with each of b (N, T, K): |correlation|, (F, K)."""

    def upright(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        flat -= flat.mean(axis=0)
        size = np.sqrt((flat**2).sum(axis=0))
        moves = size > 1e-5 * np.abs(values).max(initial=0.0) * np.sqrt(len(flat))  # or rounding
        return flat / np.where(moves, size, np.inf)

    return np.abs(upright(a).T @ upright(b))


def _shared_samples(dataset: Dataset) -> Finding:
    """Of samples without rows: those that are there twice, also one timestep on."""

    def prints(samples: slice, steps: slice) -> list[int]:
        return [hash(sample.tobytes()) for sample in dataset.x[samples, steps]]

    learned, kept = slice(0, dataset.train), slice(dataset.train, None)
    whole, begin, end = slice(None), slice(None, -1), slice(1, None)
    pairs = ((whole, whole), (begin, end), (end, begin))
    known = [set(prints(learned, steps)) for _, steps in pairs]
    twice = [
        any(one in those for one, those in zip(sample, known, strict=True))
        for sample in zip(*(prints(kept, steps) for steps, _ in pairs), strict=True)
    ]
    return Finding(
        "The same samples in two parts",
        not any(twice),
        f"{sum(twice):,} of {len(twice):,} samples that are kept for checking are in the training "
        "part too, as they are or one timestep on."
        if any(twice)
        else "No sample that is kept for checking is in the training part too.",
        f"{len(twice):,} samples beside {dataset.train:,}, as they are and one timestep on.",
        splits=True,
    )


def _shared(by_part: dict[str, np.ndarray]) -> int:
    """How many entries (rows, dates) are in two parts or more."""
    return int((np.sum(list(by_part.values()), axis=0) > 1).sum())


def _shared_rows(used: dict[str, np.ndarray]) -> Finding:
    both, sizes = _shared(used), joined([f"{int(rows.sum()):,}" for rows in used.values()])
    return Finding(
        "The same rows in two parts",
        not both,
        f"{counted(both, 'row is', 'rows are') if both else 'No row is'} in two parts.",
        f"the {sizes} rows that {joined(list(used))} read or have as targets.",
        splits=True,
    )


def _scaling(dataset: Dataset, origin: Origin) -> Finding:
    """How far means and deviations of all rows are from those of the training rows."""
    per_series = dataset.target_scale is not None and dataset.target_scale.ndim == 2
    group = origin.series if per_series else np.zeros_like(origin.series)
    everything, off, moved, grown = np.ones(len(group), bool), 0.0, 0.0, 0.0
    columns = [*origin.inputs.T, *origin.targets.T]  # one by one: there may be a million rows
    for c, column in enumerate(columns):
        mean, scale, known = _moments(column, group, origin.training)
        all_mean, all_scale, _ = _moments(column, group, everything)
        varies = known & (scale > CLOSE**3 * np.abs(mean))
        if not varies.any():
            continue
        scale = scale[varies]
        if c < dataset.shape[2]:
            off = max(off, *(np.abs(each).max() for each in (mean[varies], scale - 1)))
        moved = max(moved, (np.abs(all_mean - mean)[varies] / scale).max())
        grown = max(grown, np.abs(all_scale[varies] / scale - 1).max())
    own = "Means and deviations are those of the training rows alone."
    if off >= CLOSE:
        own = f"In the training rows inputs are {number(off)} off a mean of 0 or a deviation of 1."
    return Finding(
        "Scaling on everything",
        bool(off < CLOSE),
        f"{own} Those of all rows would move values by up to {number(moved)} deviations, and "
        f"change a deviation by up to {number(100 * grown)}%.",
        f"{counted(len(columns), 'column')} in {int(origin.training.sum()):,} training rows of "
        f"{len(group):,}.",
    )


def _moments(
    column: np.ndarray, group: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the chosen rows of each group: mean, deviation, and whether there are any, (G,) each."""
    groups = int(group[-1]) + 1
    group, values = group[chosen], column[chosen].astype(np.float64)
    count = np.bincount(group, minlength=groups)
    mean = np.bincount(group, values, groups) / np.maximum(count, 1)
    squares = np.bincount(group, (values - mean[group]) ** 2, groups)
    return mean, np.sqrt(squares / np.maximum(count, 1)), count > 0


def _series(dataset: Dataset, origin: Origin, used: dict[str, np.ndarray]) -> Finding:
    """Series in several parts; where there is none, dates in several parts."""
    about, total = "Series and dates in two parts", len(origin.names)
    by_part = series_by_part(dataset, origin).values()
    both, looked = 0, f"{total:,} series"
    if several := sum(sum(s in part for part in by_part) > 1 for s in range(total)):
        words = f"{several:,} of {total:,} series are in two parts, so no new series is checked on"
    else:
        words = "No series is in two parts"
        if origin.times is not None:
            dates, found = origin.times.factorize()
            counts = {p: np.bincount(dates[rows], minlength=len(found)) for p, rows in used.items()}
            both = _shared({name: count > 0 for name, count in counts.items()})
            words += f", but {number(100 * both / len(found))}% of the dates are" if both else ""
            looked += f", {len(found):,} dates"
    return Finding(about, None if several or both else True, f"{words}.", f"{looked}.", splits=True)
