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
    if data.horizon:
        far = f"1 to {data.horizon} {step}s" if data.ahead == "each" else lead(step, data)
        target += f" {far} ahead"
    return f"At every step, {target}, from {read}."


def window_notes(
    rows: Rows, cut: Cut, origin: Origin, data: DataSettings, changed: Sequence[str]
) -> list[str]:
    """Sentences on the windows: which are used, the parts, the scale."""
    notes = list[str]()
    if data.test and not cut.sizes[2]:
        notes.append("There are too few rows for a test part.")
    if data.at_gaps == "stop" and origin.gaps:
        notes.append(f"No window crosses a gap of time ({counted(origin.gaps, 'gap')}).")
    if changed:
        notes.append(f"Inputs that are targets, too ({joined(changed)}), are read as changes.")
    used = set(origin.series[origin.starts].tolist())
    if unused := [name for s, name in enumerate(origin.names) if s not in used]:
        notes.append(f"Series of too few rows for a window: {listed(unused)}.")
    parts = [np.flatnonzero(cut.part == p) for p in range(cut.part.max() + 1)]
    if data.split == "id":
        counts = [counted(len(np.unique(rows.series[p])), "series", "series") for p in parts]
        notes.append(f"{_by_part(counts)}, drawn by the seed; the same times may be in each.")
    else:
        ends = [(p[rows.rank[p].argmin()], p[rows.rank[p].argmax()]) for p in parts]
        spans = [f"rows from {origin.label(a)} to {origin.label(b)}" for a, b in ends]
        each = " Each series is cut at the same times." if len(rows.names) > 1 else ""
        notes.append(f"{_by_part(spans)}; no row is in two parts.{each}")
    whose = "each series'" if origin.x_scale.by_series else "the"
    notes.append(f"Columns are standardised with the mean and deviation of {whose} training rows.")
    return notes


def _by_part(sizes: list[str]) -> str:
    """Which rows or series each part has: "5 series are for training, …"."""
    train, *rest = sizes
    others = zip(rest, ("validation", "the test"), strict=False)
    return joined(
        [f"For training there are {train}", *(f"for {name} {has}" for has, name in others)]
    )
