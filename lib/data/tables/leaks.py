"""What has seen what it must not: looked for in a dataset's own arrays, and said with numbers.

Nothing is believed of how the arrays were made, and nothing is mended here. `Finding.clean` is True
only where it was looked, and None where that can't be told, or is no leak but worth knowing.
"""

from dataclasses import dataclass

import numpy as np

from lib.data.caches import remembered
from lib.data.dataset import Dataset, Origin
from lib.data.tables.cutting import rows_by_part, series_by_part
from lib.text.english import counted, joined, number

ALIKE = 0.9999
"""Two columns are one if they go together, and their changes do, more closely than this."""
CLOSE = 1e-3
"""How far a mean may be from 0 and a deviation from 1, which are computed in another order here."""
FEWEST = 30
"""Timesteps; of fewer a copy can't be told from chance."""
NEARLY, OPEN, MOST = 0.95, 0.05, 2000
"""An input tells what a target's past leaves open if |r| is more than this (rounded, it still
does), and that is this share of the change or more; timesteps that are drawn to see it."""


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


@remembered
def look(dataset: Dataset) -> list[Finding]:
    """All that can be looked for in these data."""
    found, origin, several = [_answers(dataset)], dataset.origin, len(dataset.parts) > 1
    if several and not origin:
        return [*found, _shared_samples(dataset)]
    if several and origin:
        used = rows_by_part(dataset, origin)
        found += [_shared_rows(used), _scaling(dataset, origin)]
        found += [_series(dataset, origin, used)] if len(origin.names) > 1 else []
    return found


def _answers(dataset: Dataset) -> Finding:
    """Inputs that say a target at its own timestep."""
    about, origin = "Answers among the inputs", dataset.origin
    x, y = dataset.samples.x, dataset.samples.y
    steps = x.shape[0] * x.shape[1]
    if steps < FEWEST:
        words = f"{counted(steps, 'timestep')} are too few to tell a copy from chance."
        return Finding(about, None, words, "nothing.")
    alike = np.minimum(_alike(x, y), _alike(np.diff(x, axis=1), np.diff(y, axis=1))) > ALIKE
    past = _told(dataset, origin) if origin and max(origin.horizons) else None
    told = alike if past is None else alike | (past > NEARLY)
    if origin and all(origin.horizons):  # a target's own past is known, which a season repeats
        columns = np.repeat(origin.columns, len(origin.horizons))
        told &= np.array(dataset.feature_names)[:, None] != columns
    pairs = [
        f"the input {dataset.feature_names[f]} {'is' if alike[f, k] else 'tells'} the target "
        f"{dataset.target_labels[k]}"
        for f, k in np.argwhere(told)
    ]
    words = "No single input tells its target nearly exactly."
    if pairs:
        words = f"All {x.shape[1]} outputs can read their target: {joined(pairs[:3])}."
    both = f"{counted(x.shape[2], 'input')} beside {counted(y.shape[2], 'target')}"
    looked = f"{both} at {steps:,} timesteps, without those of the test part: |r| > {ALIKE}"
    if past is not None:
        looked += f", or {NEARLY} of three rows with what a target's past leaves open"
    return Finding(about, not pairs, words, f"{looked}.")


def _told(dataset: Dataset, origin: Origin) -> np.ndarray | None:
    """How much each input tells of what a target's past leaves open, |partial r|, (F, K).

    The past: four values and that of a season before; of an input three. None for too few rows.
    """
    (n, timesteps, width), rng = dataset.samples.shape, np.random.default_rng(0)
    drawn = rng.choice(n * timesteps, min(n * timesteps, MOST), replace=False)
    rows = np.unique(origin.starts[drawn // timesteps] + origin.rate * (drawn % timesteps))
    first = np.searchsorted(origin.series, origin.series[rows])
    rows, first = rows[rows >= first + 3], first[rows >= first + 3]
    found, free = np.zeros((width, dataset.targets)), len(rows) - 9
    if free < FEWEST:
        return None
    read = origin.inputs[rows[:, None] - np.arange(3)].astype(np.float64)  # (R, 3, F)
    read = np.moveaxis(origin.x_scale.raw(read, origin.series[rows][:, None]), 2, 0)
    read = np.stack([read, [_ranks(three) for three in read]])
    read -= read.mean(axis=2, keepdims=True)
    read /= np.maximum(np.linalg.norm(read, axis=2, keepdims=True), 1e-9)
    for k in range(dataset.targets):
        column, ahead = divmod(k, len(origin.horizons))
        far = origin.horizons[ahead]
        season = np.maximum(rows + far - origin.period * -(-far // origin.period), first)
        lags = np.stack([rows + far, *(rows - back for back in range(4)), season], axis=1)
        own = np.stack([origin.targets[lags, column], _ranks(origin.targets[lags, column])])
        own -= own.mean(axis=1, keepdims=True)
        past = np.linalg.qr(own[..., 1:])[0][:, None]
        left, other = (it - past @ (past.mT @ it) for it in (own[:, None, :, :1], read))
        change, size = np.std(own[..., 0] - own[..., 1], axis=1), own[..., 0].std(axis=1)
        if (left.std(axis=(1, 2, 3)) > np.maximum(OPEN * change, 1e-6 * size)).all():
            fit = np.linalg.solve(other.mT @ other + 1e-10 * np.eye(3), other.mT @ left)
            rest = ((left - other @ fit) ** 2).sum(axis=(2, 3)) / free
            share = 1 - rest / ((left**2).sum(axis=(2, 3)) / (free + 3))
            found[:, k] = np.sqrt(share.max(axis=0, initial=0))
    return found


def _ranks(values: np.ndarray) -> np.ndarray:
    """How many of the first column lie below each value, and half of those that are equal."""
    ordered = np.sort(values[:, 0])
    return np.searchsorted(ordered, values) / 2 + np.searchsorted(ordered, values, "right") / 2


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
    learned, kept = dataset.x[: dataset.train], dataset.x[dataset.train :]
    whole, begin, end = slice(None), slice(None, -1), slice(1, None)
    twice = np.zeros(len(kept), bool)
    for steps, others in ((whole, whole), (begin, end), (end, begin)):
        known = {hash(sample.tobytes()) for sample in learned[:, others]}
        twice |= [hash(sample.tobytes()) in known for sample in kept[:, steps]]
    words = "No sample that is kept for checking is in the training part too."
    if twice.any():
        words = f"{twice.sum():,} of {len(kept):,} samples that are kept for checking are in the "
        words += "training part too, as they are or one timestep on."
    looked = f"{len(kept):,} samples beside {dataset.train:,}, as they are and one timestep on."
    return Finding("The same samples in two parts", not twice.any(), words, looked, splits=True)


def _shared_rows(used: dict[str, np.ndarray]) -> Finding:
    about, both = "The same rows in two parts", int((np.sum([*used.values()], axis=0) > 1).sum())
    words = f"{counted(both, 'row is', 'rows are') if both else 'No row is'} in two parts."
    sizes = joined([f"{int(rows.sum()):,}" for rows in used.values()])
    looked = f"the {sizes} rows that {joined(list(used))} read or have as targets."
    return Finding(about, not both, words, looked, splits=True)


def _scaling(dataset: Dataset, origin: Origin) -> Finding:
    """How far inputs are from a mean of 0 and a deviation of 1 in the training rows."""
    group = origin.series if origin.x_scale.by_series else np.zeros_like(origin.series)
    known, off = origin.training, 0.0
    for column in origin.inputs.T:  # one by one: there may be a million rows
        mean, scale = moments(column[known], group[known])
        varies = scale > CLOSE**3 * np.abs(mean)  # nor is it without training rows
        off = np.abs([*mean[varies], *scale[varies] - 1]).max(initial=off)
    words = "Means and deviations are those of the training rows alone."
    if off >= CLOSE:
        words = (
            f"In the training rows inputs are {number(off)} off a mean of 0 or a deviation of 1."
        )
    columns = counted(dataset.shape[2], "input")
    looked = f"{columns} in {int(known.sum()):,} training rows of {len(group):,}."
    return Finding("Scaling on everything", bool(off < CLOSE), words, looked)


def moments(column: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mean and deviation of the rows (R,) of each group, (2, G); both are 0 where there is none."""
    count, values = np.maximum(np.bincount(group), 1), column.astype(np.float64)
    mean = np.bincount(group, values) / count
    return np.array([mean, np.sqrt(np.bincount(group, (values - mean[group]) ** 2) / count)])


def _series(dataset: Dataset, origin: Origin, used: dict[str, np.ndarray]) -> Finding:
    """Series in several parts; where there is none, dates in several parts."""
    about, total, both = "Series and dates in two parts", len(origin.names), 0
    series = [each for part in series_by_part(dataset, origin).values() for each in part]
    words, looked = "No series is in two parts", f"{total:,} series"
    if several := int((np.bincount(series) > 1).sum()):
        words = f"{several:,} of {total:,} series are in two parts, so no new series is checked on"
    elif origin.times is not None:
        dates, found = origin.times.factorize()
        by_part = [np.bincount(dates[own], minlength=len(found)) > 0 for own in used.values()]
        both = int((np.sum(by_part, axis=0) > 1).sum())
        words += f", but {number(100 * both / len(found))}% of the dates are" if both else ""
        looked += f", {len(found):,} dates"
    return Finding(about, None if several or both else True, f"{words}.", f"{looked}.", splits=True)
