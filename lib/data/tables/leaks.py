"""Checks for data leakage in a dataset's own arrays, each with a sentence of what was found."""

from dataclasses import dataclass

import numpy as np

from lib.data.caches import cached_with_object
from lib.data.dataset import Dataset, Origin
from lib.text import counted, joined, number

SAME = 0.9999  # two columns are one if they, and their changes, correlate more closely than this
TELLS = 0.95  # an input tells its target if they correlate more closely, given the target's past
LEFT_OPEN = 0.05  # the past must leave open at least this share of the target's change for that
MOST_DRAWN = 2000  # timesteps that are drawn for the correlation given the past
CLOSE = 1e-3  # how far a mean may be from 0 and a deviation from 1
FEWEST = 30  # timesteps; with fewer a copy can't be distinguished from chance


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    about: str
    clean: bool | None  # None where it can't be decided, or is no leak but worth knowing
    sentence: str
    splits: bool = False  # whether the check compares parts


@cached_with_object
def find_leaks(dataset: Dataset) -> list[Finding]:
    """Return all checks that can be made of these data."""
    findings, origin = [_answers(dataset)], dataset.origin
    if len(dataset.parts) < 2:
        return findings
    if origin is None:
        return [*findings, _shared_samples(dataset)]
    used = _rows_by_part(dataset, origin)
    shared = int((np.sum([*used.values()], axis=0) > 1).sum())
    sizes = joined([f"{rows.sum():,} {name}" for name, rows in used.items()])
    are = counted(shared, "row is", "rows are") if shared else "No row is"
    rows = f"{are} in two parts, of {sizes} rows."
    findings.append(Finding("The same rows in two parts", not shared, rows, splits=True))
    findings.append(_scaling(origin))
    if len(origin.names) > 1:
        findings.append(_shared_series(dataset, origin, used))
    return findings


def _answers(dataset: Dataset) -> Finding:
    """Find inputs that equal or reveal a target at its own timestep."""
    about, origin = "Answers among the inputs", dataset.origin
    x, y = dataset.samples.x, dataset.samples.y
    if (steps := x.shape[0] * x.shape[1]) < FEWEST:
        sentence = f"{counted(steps, 'timestep')} are too few to tell a copy from chance."
        return Finding(about, None, sentence)
    of_changes = _correlations(np.diff(x, axis=1), np.diff(y, axis=1))
    tells = same = np.minimum(_correlations(x, y), of_changes) > SAME
    limits = f"|r| > {SAME}"
    if origin and max(origin.horizons) and (past := _given_past(dataset, origin)).any():
        tells = same | (past > TELLS)
        limits += f", or {TELLS} given the target's past"
    if origin and all(origin.horizons):  # a target's own past is known, which a season repeats
        columns = np.repeat(origin.columns, len(origin.horizons))
        tells = tells & (np.array(dataset.feature_names)[:, None] != columns)
    pairs = [
        f"the input {dataset.feature_names[f]} {'is' if same[f, k] else 'tells'} the target "
        f"{dataset.target_labels[k]}"
        for f, k in np.argwhere(tells)
    ]
    sentence = f"No single input tells its target nearly exactly ({limits})."
    if pairs:
        sentence = f"All {x.shape[1]} outputs can read their target: {joined(pairs[:3])}."
    return Finding(about, not pairs, sentence)


def _correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the |correlation| of each of a (N, T, F) with each of b (N, T, K), (F, K)."""
    columns = np.concatenate([a, b], axis=-1).reshape(-1, a.shape[-1] + b.shape[-1])
    still = columns.std(axis=0) <= 1e-5 * np.abs(columns).max(axis=0)  # or rounding
    columns = np.where(still, 0, columns - columns.mean(axis=0, dtype=np.float64))
    size = np.sqrt((columns**2).sum(axis=0))
    columns /= np.where(still, 1, size)
    return np.abs(columns[:, : a.shape[-1]].T @ columns[:, a.shape[-1] :])


def _given_past(dataset: Dataset, origin: Origin) -> np.ndarray:
    """Return |partial correlation| of inputs with targets, given the targets' past, (F, K).

    The past: four values and that of a season before; of an input, three rows. 0 for too few rows.
    """
    (n, timesteps, width), rng = dataset.samples.shape, np.random.default_rng(0)
    drawn = rng.choice(n * timesteps, min(n * timesteps, MOST_DRAWN), replace=False)
    rows = np.unique(origin.starts[drawn // timesteps] + origin.rate * (drawn % timesteps))
    first = np.searchsorted(origin.series, origin.series[rows])
    rows, first = rows[rows >= first + 3], first[rows >= first + 3]
    found = np.zeros((width, dataset.targets))
    if (freedom := len(rows) - 9) < FEWEST:
        return found
    read = origin.inputs[rows[:, None] - np.arange(3)].astype(np.float64)  # (R, 3, F)
    read = origin.x_scale.raw(read, origin.series[rows][:, None])
    for k in range(dataset.targets):
        column, h = divmod(k, len(origin.horizons))
        ahead = origin.horizons[h]
        season = np.maximum(rows + ahead - origin.period * -(-ahead // origin.period), first)
        past = origin.targets[np.stack([*(rows - back for back in range(4)), season], 1), column]
        target = origin.targets[rows + ahead, column][:, None]
        rest, change = _rest(target, past), (target - past[:, :1]).std()
        if rest.std() <= max(LEFT_OPEN * change, 1e-6 * target.std()):
            continue
        for f in range(width):
            left = _rest(rest, _rest(read[..., f], past))
            explained = 1 - (left**2).sum() / freedom / ((rest**2).sum() / (freedom + 3))
            found[f, k] = np.sqrt(max(0.0, explained))
    return found


def _rest(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the residuals of a regression of values (R, C) on columns (R, D) and an intercept."""
    known = np.c_[np.ones(len(known)), known / np.maximum(np.abs(known).max(axis=0), 1e-9)]
    return values - known @ np.linalg.lstsq(known, values)[0]


def _shared_samples(dataset: Dataset) -> Finding:
    """Find samples that are there twice, also shifted by a timestep, in data without rows."""
    learned, kept = dataset.x[: dataset.train], dataset.x[dataset.train :]
    whole, begin, end = slice(None), slice(None, -1), slice(1, None)
    twice = np.zeros(len(kept), bool)
    for steps, others in ((whole, whole), (begin, end), (end, begin)):
        known = {sample.tobytes() for sample in learned[:, others]}
        twice |= [sample.tobytes() in known for sample in kept[:, steps]]
    count = f"{twice.sum():,}" if twice.any() else "None"
    many = f"{count} of {len(kept):,} samples kept for checking are"
    sentence = f"{many} in training too, as they are or one timestep on."
    return Finding("The same samples in two parts", not twice.any(), sentence, splits=True)


def _rows_by_part(dataset: Dataset, origin: Origin) -> dict[str, np.ndarray]:
    """Return which rows each part reads or has as targets, (R,) bool, by its name."""
    by_part = {}
    for name, samples in dataset.parts.items():
        read = np.zeros(len(origin.series), bool)
        read[origin.rows(dataset.shape[1], samples)] = True
        by_part[name] = used = read.copy()
        for ahead in origin.horizons:
            used[ahead:] |= read[: len(read) - ahead]
    return by_part


def series_by_part(dataset: Dataset, origin: Origin) -> dict[str, set[int]]:
    """Return which series have windows in each part, by its name."""
    first = {name: origin.starts[samples] for name, samples in dataset.parts.items()}
    return {name: set(np.unique(origin.series[rows]).tolist()) for name, rows in first.items()}


def _scaling(origin: Origin) -> Finding:
    """Check that inputs have a mean of 0 and a deviation of 1 in the training rows."""
    group = origin.series if origin.x_scale.by_series else np.zeros_like(origin.series)
    known, off = origin.training, 0.0
    for column in origin.inputs.T:  # one by one: there may be a million rows
        mean, deviation = moments_by_group(column[known], group[known])
        varies = deviation > CLOSE**3 * np.abs(mean)  # nor is it without training rows
        off = np.abs([*mean[varies], *deviation[varies] - 1]).max(initial=off)
    clean = bool(off < CLOSE)
    sentence = "Means and deviations are those of the training rows alone"
    if not clean:
        sentence = f"Inputs of training rows are {number(off)} off a mean of 0 or a deviation of 1"
    inputs = counted(origin.inputs.shape[1], "input")
    sentence += f" ({inputs} in {known.sum():,} training rows of {known.size:,})."
    return Finding("Scaling on everything", clean, sentence)


def moments_by_group(column: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return mean and deviation of the rows (R,) of each group, (2, G); 0 for an empty one."""
    count, values = np.maximum(np.bincount(group), 1), column.astype(np.float64)
    mean = np.bincount(group, values) / count
    return np.array([mean, np.sqrt(np.bincount(group, (values - mean[group]) ** 2) / count)])


def _shared_series(dataset: Dataset, origin: Origin, used: dict[str, np.ndarray]) -> Finding:
    """Find series in several parts; if there is none, dates in several parts."""
    about = "Series and dates in two parts"
    series = [each for part in series_by_part(dataset, origin).values() for each in part]
    if shared := int((np.bincount(series) > 1).sum()):
        many = f"{shared:,} of {len(origin.names):,}"
        sentence = f"{many} series are in two parts, so no new series is checked on."
        return Finding(about, None, sentence, splits=True)
    sentence = f"None of {len(origin.names):,} series is in two parts"
    if origin.times is not None:
        dates, found = origin.times.factorize()
        by_part = [np.bincount(dates[own], minlength=len(found)) > 0 for own in used.values()]
        if shared := int((np.sum(by_part, axis=0) > 1).sum()):
            share = number(100 * shared / len(found))
            sentence += f", but {share}% of the {len(found):,} dates are."
            return Finding(about, None, sentence, splits=True)
    return Finding(about, True, f"{sentence}.", splits=True)
