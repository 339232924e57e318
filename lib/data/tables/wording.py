"""Names and sentences for the windows of a table: timesteps, targets, and notes."""

from collections.abc import Sequence

import numpy as np

from lib.data.origin import Origin
from lib.data.tables.cutting import Cut
from lib.data.tables.series import Rows
from lib.experiment import DataSettings
from lib.text import counted, joined, listed


def timestep_names(rows: Rows, origin: Origin, data: DataSettings) -> tuple[str, ...]:
    """Their times where these are the same in all samples, else their numbers."""
    if rows.times is not None and not np.ptp(rows.rank[origin.starts]):
        return tuple(origin.label(row) for row in origin.rows(data.timesteps, 0))
    step = "" if origin.step == "row" else f"{origin.step} "
    return tuple(f"{step}{1 + t * data.rate}" for t in range(data.timesteps))


def target_names(targets: Sequence[str], step: str, data: DataSettings) -> tuple[str, ...]:
    """K names: "sales", or with a target for each row ahead "sales, 2 days ahead"."""
    if data.ahead == "one" or not data.horizon:
        return tuple(targets)
    ahead = [counted(h, step) for h in range(1, data.horizon + 1)]
    return tuple(f"{name}, {far} ahead" for name in targets for far in ahead)


def lead(step: str, data: DataSettings) -> str:
    """How far ahead the farthest target lies: "one day"; "" for a row's own target."""
    if data.horizon == 1:
        return f"one {step}"
    return f"{data.horizon} {step}s" if data.horizon else ""


def about(
    inputs: Sequence[str], targets: Sequence[str], changed: Sequence[str], step: str,
    data: DataSettings,
) -> str:  # fmt: skip
    """One sentence: what has to be predicted from what. `changed` are inputs read as changes."""
    read = joined([f"the change of {name}" if name in changed else name for name in inputs])
    target = f"{'the change of ' if data.form == 'change' else ''}{joined(targets)}"
    if data.ahead == "each" and data.horizon:
        target += f" 1 to {data.horizon} {step}s ahead"
    elif data.horizon:
        target += f" {lead(step, data)} ahead"
    return f"At every step, {target}, from {read}."


def flat_notes(names: Sequence[str]) -> list[str]:
    """Sentences on columns that don't vary in training."""
    why = "is the same in all training rows, so nothing can be learned from it."
    return [f"{name} {why}" for name in dict.fromkeys(names)]


def window_notes(
    rows: Rows, cut: Cut, origin: Origin, data: DataSettings, changed: Sequence[str]
) -> list[str]:
    """Sentences on the windows: which are used, the parts, the scale."""
    notes, stop = list[str](), data.at_gaps == "stop"
    if data.test and not cut.sizes[2]:
        notes.append("There are too few rows for a test part.")
    if stop and origin.gaps:
        notes.append(f"No window crosses a gap of time ({counted(origin.gaps, 'gap')}).")
    if changed:
        notes.append(
            f"Inputs that are targets, too ({joined(changed)}), are read as changes from one "
            "timestep to the next; the first is 0."
        )
    used = set(origin.series[origin.starts].tolist())
    if unused := [name for s, name in enumerate(origin.names) if s not in used]:
        whole = " without a gap" if stop else ""
        notes.append(
            f"Series without a window, of too few rows{whole} in every part: {listed(unused)}."
        )
    whose = "each series'" if origin.x_scale.by_series else "the"
    notes.append(_series_note(rows, cut) if data.split == "id" else _times_note(rows, cut, origin))
    notes.append(f"Columns are standardised with the mean and deviation of {whose} training rows.")
    return notes


def _series_note(rows: Rows, cut: Cut) -> str:
    """How many series are for training, validation and test."""
    train, validation, test = (len(np.unique(rows.series[cut.part == p])) for p in range(3))
    and_test = f" and {test} for the test" if test else ""
    return (
        f"{counted(train, 'series is', 'series are')} for training, {validation} for "
        f"validation{and_test}, drawn by the seed; the same times may be in both."
    )


def _times_note(rows: Rows, cut: Cut, origin: Origin) -> str:
    """Up to which time rows are for training, validation and test."""
    order = np.argsort(rows.rank, kind="stable")
    parts = (order[cut.part[order] == p] for p in range(cut.part.max() + 1))
    (_, end), *later = ((origin.label(p[0]), origin.label(p[-1])) for p in parts)
    several = len(rows.names) > 1 and rows.times is not None
    each = " Each series is cut at the same times." if several else ""
    if len(later) == 1:
        [(validation, _)] = later
        return (
            f"Rows up to {end} are for training and rows from {validation} on for validation; none "
            f"is in both.{each}"
        )
    (validation, last), (test, _) = later
    return (
        f"Rows up to {end} are for training, rows from {validation} to {last} for validation, and "
        f"rows from {test} on for the test; none is in two parts.{each}"
    )
