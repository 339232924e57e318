"""Check a dataset's arrays for data leakage. Each check describes its finding in a sentence."""

from dataclasses import dataclass

import numpy as np

from lib.data.caches import cached_with_object
from lib.data.dataset import Dataset
from lib.text import counted, joined

SAME = 0.9999  # columns are copies if their values and their changes correlate above this
FEWEST = 30  # the fewest timesteps to check: with fewer, unrelated columns may look like copies


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    about: str
    clean: bool | None  # None if the check is undecided
    sentence: str
    splits: bool = False  # whether the check compares splits


@cached_with_object
def find_leaks(dataset: Dataset) -> list[Finding]:
    """Return the findings of all checks that apply to a dataset."""
    findings, origin = [_targets_among_inputs(dataset)], dataset.origin
    if len(dataset.parts) < 2:
        return findings
    if origin is None:
        return [*findings, _shared_samples(dataset)]
    used = {}  # by part, which rows it uses as inputs or targets, (R,) bool
    for name, samples in dataset.parts.items():
        used[name] = np.zeros(len(origin.series), bool)
        rows = origin.rows(dataset.shape[1], samples)
        for ahead in (0, *origin.horizons):
            used[name][rows + ahead] = True
    shared = int((np.sum([*used.values()], axis=0) > 1).sum())
    sizes = joined([f"{each.sum():,} {name}" for name, each in used.items()])
    are = counted(shared, "row is", "rows are") if shared else "No row is"
    sentence = f"{are} in two parts ({sizes} rows)."
    return [*findings, Finding("Rows in two parts", not shared, sentence, splits=True)]


def _targets_among_inputs(dataset: Dataset) -> Finding:
    """Find inputs that equal a target at the same timestep, perhaps in another unit."""
    about, origin = "Targets among the inputs", dataset.origin
    x, y = dataset.samples.x, dataset.samples.y
    if (steps := x.shape[0] * x.shape[1]) < FEWEST:
        sentence = f"This check needs at least {FEWEST} timesteps, but there are {steps}."
        return Finding(about, None, sentence)
    of_changes = _correlations(np.diff(x, axis=1), np.diff(y, axis=1))
    same = np.minimum(_correlations(x, y), of_changes) > SAME
    if origin and all(origin.horizons):  # a seasonal target's past may equal it legitimately
        columns = np.repeat(origin.columns, len(origin.horizons))
        same &= np.array(dataset.feature_names)[:, None] != columns
    pairs = [
        f"the input {dataset.feature_names[f]} equals the target {dataset.target_labels[k]}"
        for f, k in np.argwhere(same)
    ]
    sentence = f"No input equals a target: all correlations are below {SAME}."
    if pairs:
        sentence = f"Inputs contain the target at all {x.shape[1]} timesteps: {joined(pairs[:3])}."
    return Finding(about, not pairs, sentence)


def _correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the absolute correlations (F, K) of the columns of a (N, T, F) and b (N, T, K)."""
    columns = np.concatenate([a, b], axis=-1).reshape(-1, a.shape[-1] + b.shape[-1])
    constant = columns.std(axis=0) <= 1e-5 * np.abs(columns).max(axis=0)  # constant up to rounding
    columns = np.where(constant, 0, columns - columns.mean(axis=0, dtype=np.float64))
    norms = np.sqrt((columns**2).sum(axis=0))
    columns /= np.where(constant, 1, norms)
    return np.abs(columns[:, : a.shape[-1]].T @ columns[:, a.shape[-1] :])


def _shared_samples(dataset: Dataset) -> Finding:
    """Find validation samples that equal training samples."""
    training, validation = dataset.x[: dataset.train], dataset.x[dataset.train :]
    known = {sample.tobytes() for sample in training}
    equal = sum(sample.tobytes() in known for sample in validation)
    count, occur = (f"{equal:,}", "also occur") if equal else ("None", "occurs")
    text = f"{count} of the {len(validation):,} validation samples {occur} in the training part."
    return Finding("Samples in two parts", not equal, text, splits=True)
