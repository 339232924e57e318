"""Cut a table into a `Dataset` of windows (N, T, F), with targets some rows ahead (N, T, K).

`rows_of` sorts the rows and `cut` finds where windows begin. This module standardizes the values
and fills the arrays. `y[n, t]` has the targets of timestep t, so both modes use the same windows.
A horizon is the number of rows from a timestep to a target ("steps ahead" on the screen).
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import product

import numpy as np
import pandas as pd

from lib.data.dataset import Dataset, Origin, Rows, Scale
from lib.data.tables.baselines import find_season, with_baselines
from lib.data.tables.classes import with_classes, with_labels
from lib.data.tables.cutting import Cut, cut
from lib.data.tables.order import rows_of
from lib.data.tables.table import MAX_COLUMNS, Table, WindowError, count_classes
from lib.experiment import MAX_VALUES, DataSettings, Experiment
from lib.text import counted, joined, listed

MAX_TARGETS = 64  # the maximum K: target columns times rows ahead
_FARTHEST = 1e15  # a larger standardized value would overflow when squared as float32


def make_windows(
    table: Table, inputs: Sequence[str], targets: Sequence[str], data: DataSettings, seed: int = 0
) -> Dataset:
    """Cut a table into windows x (N, T, F) and y (N, T, K), standardized by the training rows.

    Inputs are number columns, text columns or `calendar_names`. Targets are number columns, or one
    text column, whose texts are classes. Raises ExperimentError for wrong settings, WindowError for
    wrong columns or too few rows.
    """
    Experiment(data).validate()
    inputs, targets, change = tuple(inputs), tuple(targets), data.form == "change"
    horizons = _horizons(table, targets, data)
    features, rows, rank, notes = rows_of(table, inputs, targets, data)
    width = max(len(features), len(targets) * len(horizons), count_classes(table, targets))
    most = MAX_VALUES / (data.timesteps * width)
    try:
        windows = cut(rows, rank, data, seed, most)
    except WindowError as error:
        raise WindowError(" ".join([f"{error}", *notes]), error.timesteps) from None
    training, classes = windows.part == 0, tuple[str, ...]()
    if count_classes(table, targets):
        rows, classes = with_classes(rows, table.frame[targets[0]], training, notes)
    columns = zip([*features, *targets], [*rows.inputs.T, *rows.targets.T], strict=True)
    if constant := [name for name, column in columns if not np.ptp(column[training])]:
        notes.append(f"Constant in all training rows: {listed(dict.fromkeys(constant))}.")
    changed = [name for name in features if change and name in targets]
    x, x_scale, y, y_scale = _standardized(rows, windows, targets, horizons, data, names=features)
    of_rows = {field.name: getattr(rows, field.name) for field in fields(rows)}
    origin = Origin(
        **of_rows | {"inputs": x},
        step=table.step,
        starts=windows.starts,
        rate=data.rate,
        horizons=horizons,
        training=training,
        period=1,  # a placeholder that the result of `find_season` replaces
        time_format=_time_format(rows.times),
        columns=targets,
        x_scale=x_scale,
        y_scale=y_scale,
        every=windows.every,
    )
    origin = replace(origin, period=find_season(origin))
    starts, read = origin.starts, origin.rows(data.timesteps)
    units = {table.units.get(column, "") for column in targets}
    lead = f"one {table.step}" if data.horizon == 1 else f"{data.horizon} {table.step}s"
    read_as = [name for name in inputs if name not in changed]
    read_as += [f"the change of {name}" for name in changed]
    predicted = f"{'the change of ' if change else ''}{'the ' if classes else ''}{joined(targets)}"
    if data.horizon:
        predicted += f" {'1 to ' if len(horizons) > 1 else ''}{lead} ahead"
    target_names = targets
    if data.ahead == "each" and data.horizon:
        leads = [counted(h, table.step) for h in horizons]
        target_names = tuple(f"{column}, {ahead} ahead" for column in targets for ahead in leads)
    step = "" if table.step == "row" else f"{table.step} "
    timestep_names = tuple(f"{step}{1 + t * data.rate}" for t in range(data.timesteps))
    if rows.times is not None and not np.ptp(rank[starts]):  # all samples have the same times
        timestep_names = tuple(origin.label(row) for row in read[0])
    parts = _parts_note(windows.part, origin, rank, by_series=data.split == "id")
    dataset = Dataset(
        name=data.name,
        title=table.name,
        x=origin.inputs[read],
        y=y,
        train=windows.sizes[0],
        test=windows.sizes[2],
        feature_names=tuple(features),
        target_names=target_names,
        timestep_names=timestep_names,
        baseline=y,  # a placeholder that `with_baselines` replaces
        baseline_label="",
        origin=origin,
        target_scale=y_scale.deviation,
        target_offset=y_scale.offset,
        base=np.repeat(rows.targets[read], len(horizons), axis=-1) if change else None,
        target_unit=units.pop() if len(units) == 1 else "",
        lead=lead if data.ahead == "one" and data.horizon else "",
        about=f"At each step, predict {predicted}, from {joined(read_as)}.",
        notes=(*table.notes, *notes, *_notes(windows, origin, data, changed), parts),
        source=table.source,
        fingerprint=table.fingerprint,
    )
    return with_labels(dataset, classes) if classes else with_baselines(dataset)


def _time_format(times: pd.Index | None) -> str:
    """Return the shortest format that distinguishes the times; "" if they aren't dates."""
    if not isinstance(times, pd.DatetimeIndex):
        return ""
    hours = "" if (times == times.floor("D")).all() else " %H:%M"
    seconds = "" if (times == times.floor("min")).all() else ":%S"
    return f"%Y-%m-%d{hours}{seconds}"


def _standardized(
    rows: Rows,
    windows: Cut,
    targets: tuple[str, ...],
    horizons: tuple[int, ...],
    data: DataSettings,
    *,
    names: list[str],
) -> tuple[np.ndarray, Scale, np.ndarray, Scale]:
    """Return standardized inputs (R, F) and y (N, T, K), with their scales; `names` are F names."""
    training, rate, change = windows.part == 0, data.rate, data.form == "change"
    read = windows.starts[:, None] + rate * np.arange(data.timesteps)
    # A change is computed only within a series, or within a stretch without gaps.
    block = rows.segment if data.at_gaps == "stop" else rows.series
    past_targets = [f for f, name in enumerate(names) if change and name in targets]
    raw = rows.inputs
    if past_targets:  # use changes: models fail on levels outside the training range
        raw = raw.copy()
        raw[:, past_targets] = 0.0  # the first change of a block
        in_block = (block[rate:] == block[:-rate])[:, None]
        levels = rows.inputs[:, past_targets]
        raw[rate:, past_targets] = in_block * (levels[rate:] - levels[:-rate])
    x_scale = scale_of(raw[training])
    x = x_scale.standard(raw)
    _check_size(x, names)
    y, y_scale = np.empty((*read.shape, len(targets) * len(horizons)), np.float32), list[Scale]()
    for k, (c, h) in enumerate(product(range(len(targets)), horizons)):
        raw, end = rows.targets[:, [c]], len(rows.targets) - h
        if change:
            known = training[:end] & training[h:] & (block[:end] == block[h:])
            y_scale.append(scale_of((raw[h:] - raw[:end])[known]))
        else:
            y_scale.append(scale_of(raw[training]))
        target = raw[read + h] - (raw[read] if change else 0.0)
        target = y_scale[k].standard(target)
        y[..., k] = target[..., 0]
        _check_size(target.reshape(-1, 1), targets[c : c + 1])
    offset = np.concatenate([scale.offset for scale in y_scale])
    deviation = np.concatenate([scale.deviation for scale in y_scale])
    return x.astype(np.float32), x_scale, y, Scale(offset, deviation)


def _horizons(table: Table, targets: tuple[str, ...], data: DataSettings) -> tuple[int, ...]:
    """Return H horizons, in rows. Raises WindowError for unusable targets or too many."""
    known = table.categories if len(targets) == 1 else ()
    if not 1 <= len({*targets} & {*table.numbers, *known}) == len(targets) <= MAX_COLUMNS:
        raise WindowError(
            f"targets must be 1 to {MAX_COLUMNS} different columns of numbers, or one text column "
            f"with labels, got {list(targets)}. {table.name} has the numbers "
            f"{listed(table.numbers)}, and the texts {listed(table.categories)}."
        )
    each = data.ahead == "each" and data.horizon > 0
    horizons = tuple(range(1, data.horizon + 1)) if each else (data.horizon,)
    if data.form == "change" and not data.horizon:
        raise WindowError(
            "a row's change from itself is always 0. Choose at least 1 step ahead, or targets as "
            "they are."
        )
    if len(targets) * len(horizons) > MAX_TARGETS:
        raise WindowError(
            f"at most {MAX_TARGETS} targets are allowed (columns × steps ahead), got "
            f"{len(targets)} × {len(horizons)}. Choose fewer steps ahead, or only the furthest one."
        )
    return horizons


def scale_of(known: np.ndarray) -> Scale:
    """Return means and standard deviations (C,) of rows (R, C); a deviation of 0 becomes 1."""
    offset, deviation = known.mean(axis=0), known.std(axis=0)
    constant = known.max(axis=0) == known.min(axis=0)
    constant |= deviation <= 1e-12 * np.abs(offset)
    return Scale(offset, np.where(constant, 1.0, deviation))


def _check_size(deviations: np.ndarray, names: Sequence[str]) -> None:
    """Raise WindowError if a standardized column (R, C) has values that would overflow."""
    farthest = np.abs(deviations).max(axis=0)
    if farthest.max() > _FARTHEST:
        raise WindowError(
            f"{names[int(farthest.argmax())]} has a value {farthest.max():.1g} standard deviations "
            f"from its training mean, and at most {_FARTHEST:.0g} are allowed. Fix the value."
        )


def _notes(cut: Cut, origin: Origin, data: DataSettings, changed: Sequence[str]) -> list[str]:
    notes = list[str]()
    if data.test and not cut.sizes[2]:
        notes.append("There are too few rows for a test part.")
    if data.at_gaps == "stop" and origin.gaps:
        notes.append(f"No window crosses a time gap ({counted(origin.gaps, 'gap')}).")
    if changed:
        notes.append(
            f"Inputs that are also targets ({joined(changed)}) are changes from one timestep to "
            "the next. The first change is 0."
        )
    used = set(origin.series[origin.starts].tolist())
    if unused := [name for s, name in enumerate(origin.names) if s not in used]:
        notes.append(f"Series with too few rows for a window: {listed(unused)}.")
    notes.append("Numbers are standardized by the mean and deviation of the training rows.")
    return notes


def _parts_note(part: np.ndarray, origin: Origin, rank: np.ndarray, *, by_series: bool) -> str:
    """Return a note on the series or rows of each split, from each row's split and rank (R,)."""
    parts = list[str]()
    for number, name in enumerate(("training", "validation", "testing")[: part.max() + 1]):
        rows = np.flatnonzero(part == number)
        if by_series:
            parts.append(f"{np.unique(origin.series[rows]).size:,} series to {name}")
        else:
            ends = rows[rank[rows].argmin()], rows[rank[rows].argmax()]
            parts.append(f"{' to '.join(map(origin.label, ends))} for {name}")
    if by_series:
        return f"The seed assigns {joined(parts)}. Parts may share dates."
    each = " Each series is cut at the same times." if len(origin.names) > 1 else ""
    return f"Rows: {joined(parts)}. No row is in two parts.{each}"
