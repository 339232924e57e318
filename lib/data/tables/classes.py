"""A text column as the target: its texts are classes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lib.data.dataset import Rows
from lib.data.tables.table import MOST_CATEGORIES, Table, WindowError
from lib.experiment import DataSettings
from lib.text import listed, percent

OTHER = "other"  # the class of rare texts, if there are more than `MOST_CATEGORIES` texts


def class_count(table: Table, targets: Sequence[str]) -> int:
    """Return the number of classes of a single text target, at most 12; 0 for number columns."""
    if len(targets) != 1 or targets[0] not in table.categories:
        return 0
    return min(table.frame[targets[0]].nunique(), MOST_CATEGORIES)


def check_label(table: Table, targets: Sequence[str], data: DataSettings) -> bool:
    """Return whether the target is a text column. Raises WindowError for unusable settings."""
    texts = [name for name in targets if name in table.categories]
    if not texts:
        return False
    if len(targets) > 1:
        raise WindowError(
            f"a text column must be the only target, got {list(targets)}. Choose {texts[0]} alone, "
            "or only number columns."
        )
    if data.ahead == "each" and data.horizon > 1:
        raise WindowError(
            f"a text column has one target for each timestep, got {data.horizon} steps ahead. "
            "Choose only the furthest step ahead."
        )
    if data.form == "change":
        raise WindowError(
            f"classes can't be predicted as changes, and {texts[0]} has classes. Choose targets as "
            "they are."
        )
    return True


def with_classes(
    rows: Rows, column: pd.Series, training: np.ndarray, horizon: int
) -> tuple[Rows, tuple[str, ...], str]:
    """Return the rows with class numbers as targets (R, 1), the class names, and a note.

    `rows` have numbers of the column's categories. `training` (R,) are the training rows, which
    determine the most frequent classes. Raises WindowError for a single class.
    """
    names = [f"{name}" for name in column.cat.categories]
    codes = rows.targets[:, 0].astype(int)
    counts = np.bincount(codes[training], minlength=len(names))
    if np.count_nonzero(counts) < 2:
        raise WindowError(
            f"a target needs at least two classes in the training rows, got only "
            f"{names[int(counts.argmax())]!r} in {column.name}. Choose another target column, or "
            "more rows for training."
        )
    used = [names[code] for code in np.unique(column.cat.codes) if code >= 0]
    kept, order = used, "in alphabetical order"
    if is_cut := len(used) > MOST_CATEGORIES:
        often = sorted(used, key=lambda name: -counts[names.index(name)])
        kept = [name for name in often if name != OTHER][: MOST_CATEGORIES - 1]
    try:
        kept, order = sorted(kept, key=float), "in numeric order"
    except ValueError:  # at least one text isn't a number
        kept = sorted(kept, key=str.casefold)
    classes = (*kept, OTHER) if is_cut else (*kept,)
    of_names = np.array([classes.index(n) if n in kept else len(kept) for n in names], np.float64)
    numbers = of_names[codes]
    notes = [f"{column.name} has {len(used)} classes, {order}: {listed(classes)}."]
    if is_cut:
        notes = [
            f"{column.name} has {len(used):,} classes. The {len(kept)} most frequent in the "
            f"training rows are kept, {order}. The others become {OTHER!r}."
        ]
    shares = np.bincount(numbers.astype(int)) / len(numbers)
    often = f"The most frequent is {classes[int(shares.argmax())]}, in {percent(shares.max())} of "
    notes.append(f"{often}the rows.")
    same_series = rows.series[horizon:] == rows.series[: len(numbers) - horizon]
    if horizon and same_series.any():
        same = (numbers[horizon:] == numbers[:-horizon])[same_series].mean()
        earlier = "the row" if horizon == 1 else f"{horizon} rows"
        notes.append(f"In {percent(same)} of the rows, it is the same as {earlier} before.")
    return replace(rows, targets=numbers[:, None]), classes, " ".join(notes)
