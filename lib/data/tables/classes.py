"""A text column as the target: its texts are classes."""

from dataclasses import replace

import numpy as np
import pandas as pd

from lib.data.dataset import Dataset, Rows, Scale
from lib.data.labels import one_hot, with_label_baselines
from lib.data.tables.table import MOST_CATEGORIES, WindowError, may_be_classes
from lib.text import listed

OTHER = "other"  # the class of rare texts, if there are more than `MOST_CATEGORIES` texts


def with_classes(
    rows: Rows, column: pd.Series, training: np.ndarray, notes: list[str]
) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows with class numbers as targets (R, 1), and the class names; add a note.

    `rows` have numbers of the column's categories. `training` (R,) are the training rows, which
    determine the most frequent classes. Raises WindowError for a single class.
    """
    names = [f"{name}" for name in column.cat.categories]
    codes = rows.targets[:, 0].astype(int)
    counts = np.bincount(codes[training], minlength=len(names))
    if not may_be_classes(column) or np.count_nonzero(counts) < 2:
        raise WindowError(
            "labels must be at least two texts that repeat, also in the training rows, got "
            f"{column.nunique():,} different texts in {column.count():,} rows of {column.name}. "
            "Choose another target column, or more rows for training."
        )
    kept = used = [names[code] for code in np.unique(column.cat.codes) if code >= 0]
    if rare := len(used) > MOST_CATEGORIES:
        often = sorted(used, key=lambda name: -counts[names.index(name)])
        kept = [name for name in often if name != OTHER][: MOST_CATEGORIES - 1]
    try:
        kept = sorted(kept, key=float)
    except ValueError:  # at least one text isn't a number
        kept = sorted(kept, key=str.casefold)
    classes = (*kept, OTHER) if rare else (*kept,)
    of_names = np.array([classes.index(n) if n in kept else len(kept) for n in names], np.float64)
    notes.append(f"{column.name} has {len(used):,} classes, numbered from 0: {listed(classes)}.")
    if rare:
        notes[-1] += f" The {len(kept)} most frequent in the training rows are kept."
    return replace(rows, targets=of_names[codes][:, None]), classes


def with_labels(dataset: Dataset, classes: tuple[str, ...]) -> Dataset:
    """Return a table's dataset with labels as y in place of class numbers, and their baselines."""
    scale = Scale(np.zeros(1), np.ones(1))
    origin = replace(dataset.cut_from, y_scale=scale, period=1)
    rows, numbers, (horizon,) = origin.rows(dataset.shape[1]), origin.targets[:, 0], origin.horizons
    y = one_hot(numbers[rows + horizon].astype(int), len(classes))
    dataset = replace(
        dataset,
        y=y,
        origin=origin,
        classes=classes,
        target_names=classes[-y.shape[-1] :],
        target_column=origin.columns[0],
        target_scale=None,
        target_offset=None,
    )
    known = numbers[rows].astype(int) if horizon else None  # 0 steps ahead, no label is known
    return with_label_baselines(dataset, known)
