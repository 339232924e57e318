"""A table → the `Dataset` of its windows: (N, T, F), and targets some rows ahead, (N, T, K).

`rows_of` puts the rows in order, `cut` says where windows begin, and here values are standardised
and put into arrays. `y[n, t]` are the targets of timestep t: so both modes have the same windows.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import product

import numpy as np
import pandas as pd

from lib.data.dataset import Dataset, Origin, Rows, Scale
from lib.data.tables.baselines import check_season, find_season, with_baselines
from lib.data.tables.cutting import Cut, cut
from lib.data.tables.order import rows_of
from lib.data.tables.table import MAX_COLUMNS, Table, TooShortError, WindowError
from lib.experiment import MAX_VALUES, DataSettings, Experiment, validate
from lib.text import counted, joined, listed

MAX_TARGETS = 64  # how many target columns there can be, with one for each row ahead
_FARTHEST = 1e15  # a standardised value beyond this would overflow when squared as float32


def make_windows(
    table: Table, inputs: Sequence[str], targets: Sequence[str], data: DataSettings, seed: int = 0
) -> Dataset:
    """Cut a table into windows: x (N, T, F) and y (N, T, K), standardised by the training rows.

    Inputs are columns of numbers or texts, or `calendar_names`; targets are columns of numbers.
    Raises ExperimentError for settings beyond their limits, WindowError for columns that can't be
    used so, and TooShortError for too few rows.
    """
    validate(Experiment(data))
    inputs, targets, change = tuple(inputs), tuple(targets), data.form == "change"
    horizons = _horizons(table, targets, data)
    features, rows, rank, done = rows_of(table, inputs, targets, data)
    width = max(len(features), len(targets) * len(horizons))
    segment = rows.segment if data.at_gaps == "stop" else None
    most = MAX_VALUES / (data.timesteps * width)
    try:
        windows = cut(rows.series, rank, data, seed, most, segment=segment)
    except TooShortError as error:
        raise TooShortError(" ".join([f"{error}", *done]), error.cure) from None
    columns = zip([*features, *targets], [*rows.inputs.T, *rows.targets.T], strict=True)
    if flat := {name: None for name, of in columns if not np.ptp(of[windows.part == 0])}:
        done.append(f"The same in all training rows, nothing to learn from: {listed(flat)}.")
    starts = windows.starts
    read = starts[:, None] + data.rate * np.arange(data.timesteps)  # (N, T)
    changed = [name for name in features if change and name in targets]
    x, x_scale, y, y_scale = _standardised(rows, windows, targets, horizons, data, names=features)
    time_format = ""  # the shortest that distinguishes the times
    if isinstance(rows.times, pd.DatetimeIndex):
        hours = "" if (rows.times == rows.times.floor("D")).all() else " %H:%M"
        seconds = "" if (rows.times == rows.times.floor("min")).all() else ":%S"
        time_format = f"%Y-%m-%d{hours}{seconds}"
    own = {field.name: getattr(rows, field.name) for field in fields(rows)}
    origin = Origin(
        **own | {"inputs": x},
        step=table.step,
        starts=starts,
        rate=data.rate,
        horizons=horizons,
        training=windows.part == 0,
        period=data.period,
        baseline_period=data.period,
        time_format=time_format,
        columns=targets,
        x_scale=x_scale,
        y_scale=y_scale,
        every=windows.every,
    )
    check_season(origin, data.period)
    if not data.period:
        period, usual = find_season(origin)
        origin = replace(origin, period=period, baseline_period=usual)
    offset, deviation = origin.y_scale.of(rows.series[starts])
    units = {table.units.get(column, "") for column in targets}
    lead = f"one {table.step}" if data.horizon == 1 else f"{data.horizon} {table.step}s"
    read_as = [f"the change of {name}" if name in changed else name for name in inputs]
    predicted = f"{'the change of ' if change else ''}{joined(targets)}"
    if data.horizon:
        predicted += f" {'1 to ' if len(horizons) > 1 else ''}{lead} ahead"
    target_names = targets
    if data.ahead == "each" and data.horizon:
        leads = [counted(h, table.step) for h in horizons]
        target_names = tuple(f"{column}, {ahead} ahead" for column in targets for ahead in leads)
    step = "" if table.step == "row" else f"{table.step} "
    timestep_names = tuple(f"{step}{1 + t * data.rate}" for t in range(data.timesteps))
    if rows.times is not None and not np.ptp(rank[starts]):  # the same times in all samples
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
        naive=y,  # until `with_baselines` replaces it
        naive_label="",
        origin=origin,
        target_scale=deviation,
        target_offset=offset,
        base=np.repeat(rows.targets[read], len(horizons), axis=-1) if change else None,
        target_unit=units.pop() if len(units) == 1 else "",
        lead=lead if data.ahead == "one" and data.horizon else "",
        about=f"At every step, {predicted}, from {joined(read_as)}.",
        notes=(*table.notes, *done, *_notes(windows, origin, data, changed), parts),
        source=table.source,
        fingerprint=table.fingerprint,
    )
    return with_baselines(dataset)


def _standardised(
    rows: Rows,
    windows: Cut,
    targets: tuple[str, ...],
    horizons: tuple[int, ...],
    data: DataSettings,
    *,
    names: list[str],
) -> tuple[np.ndarray, Scale, np.ndarray, Scale]:
    """Return inputs (R, F), called `names`, and y (N, T, K), standardised, with their scales."""
    training, rate, change = windows.part == 0, data.rate, data.form == "change"
    read = windows.starts[:, None] + rate * np.arange(data.timesteps)
    # What belongs together when a change is computed: rows of a series, or between two gaps.
    block = rows.segment if data.at_gaps == "stop" else rows.series
    by_series = data.scale == "id" and data.split == "time" and len(rows.names) > 1
    groups = (rows.series, len(rows.names)) if by_series else None
    own = [f for f, name in enumerate(names) if change and name in targets]
    raw = rows.inputs
    if own:  # a model fails on levels that it has never seen; the first change is 0
        raw = raw.copy()
        raw[:, own] = 0.0
        same = (block[rate:] == block[:-rate])[:, None]
        raw[rate:, own] = same * (rows.inputs[rate:, own] - rows.inputs[:-rate, own])
    x_scale = scale_of(raw, training, groups)
    x = x_scale.standard(raw, rows.series)
    _check_size(x, names)
    y, y_scale = np.empty((*read.shape, len(targets) * len(horizons)), np.float32), list[Scale]()
    for k, (c, h) in enumerate(product(range(len(targets)), horizons)):
        raw, end = rows.targets[:, [c]], len(rows.targets) - h
        if change:
            known = training[:end] & training[h:] & (block[:end] == block[h:])
            within = groups and (groups[0][:end], groups[1])
            y_scale.append(scale_of(raw[h:] - raw[:end], known, within))
        else:
            y_scale.append(scale_of(raw, training, groups))
        target = raw[read + h] - (raw[read] if change else 0.0)
        y[..., k : k + 1] = target = y_scale[k].standard(target, rows.series[read])
        _check_size(target.reshape(-1, 1), targets[c : c + 1])
    offset = np.concatenate([scale.offset for scale in y_scale], axis=-1)
    deviation = np.concatenate([scale.deviation for scale in y_scale], axis=-1)
    return x.astype(np.float32), x_scale, y, Scale(offset, deviation)


def _horizons(table: Table, targets: tuple[str, ...], data: DataSettings) -> tuple[int, ...]:
    """Return H horizons in rows. Raises WindowError for columns that can't be predicted."""
    if wrong := [name for name in targets if name not in table.numbers]:
        raise WindowError(
            f"the target column {wrong[0]!r} isn't a number column of {table.name}, and only "
            f"numbers can be predicted: choose among {list(table.numbers)}."
        )
    if not 1 <= len(set(targets)) == len(targets) <= MAX_COLUMNS:
        raise WindowError(
            f"1 to {MAX_COLUMNS} different target columns are allowed, got {len(targets)}: "
            f"{list(targets)}."
        )
    each = data.ahead == "each" and data.horizon > 0
    horizons = tuple(range(1, data.horizon + 1)) if each else (data.horizon,)
    if data.form == "change" and not data.horizon:
        raise WindowError(
            "a row's change from itself is always 0: look a row ahead at least, or predict values."
        )
    if len(targets) * len(horizons) > MAX_TARGETS:
        raise WindowError(
            f"there can be {MAX_TARGETS} targets at most, a column for each row ahead, got "
            f"{len(targets)} times {len(horizons)}: look less far ahead, or at one row alone."
        )
    return horizons


def scale_of(values: np.ndarray, known: np.ndarray, groups: tuple[np.ndarray, int] | None) -> Scale:
    """Return the scale of columns (R, C) by known rows, maybe of each of S series (R,)."""
    offset, deviation = _offset_and_deviation(values[known])
    if groups is None:
        return Scale(offset, deviation)
    series, count = groups
    offset, deviation = (np.tile(of, (count, 1)) for of in (offset, deviation))
    rows = np.flatnonzero(known)
    own, first = np.unique(series[rows], return_index=True)  # each series' rows lie together
    for s, of_series in zip(own, np.split(values[rows], first[1:]), strict=True):
        offset[s], deviation[s] = _offset_and_deviation(of_series)
    return Scale(offset, deviation)


def _offset_and_deviation(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means and deviations (C,) of rows (R, C); 1 for a constant column's deviation."""
    offset, deviation = known.mean(axis=0), known.std(axis=0)
    constant = known.max(axis=0) == known.min(axis=0)
    constant |= deviation <= 1e-12 * np.abs(offset)
    return offset, np.where(constant, 1.0, deviation)


def _check_size(deviations: np.ndarray, names: Sequence[str]) -> None:
    """Raise WindowError where a standardised column (R, C) can't be computed with."""
    farthest = np.abs(deviations).max(axis=0)
    if farthest.max() > _FARTHEST:
        raise WindowError(
            f"{names[int(farthest.argmax())]} gets {farthest.max():.1g} deviations away from its "
            f"mean in the training rows, and at most {_FARTHEST:.0g} can be computed with: mend "
            "its values or leave it out."
        )


def _notes(cut: Cut, origin: Origin, data: DataSettings, changed: Sequence[str]) -> list[str]:
    """Return sentences on the windows: which are used, the inputs, the scale."""
    notes = list[str]()
    if data.test and not cut.sizes[2]:
        notes.append("There are too few rows for a test part.")
    if data.at_gaps == "stop" and origin.gaps:
        notes.append(f"No window crosses a gap of time ({counted(origin.gaps, 'gap')}).")
    if changed:
        notes.append(
            f"Inputs that are targets, too ({joined(changed)}), are read as changes from one "
            "timestep to the next; the first is 0."
        )
    used = set(origin.series[origin.starts].tolist())
    if unused := [name for s, name in enumerate(origin.names) if s not in used]:
        notes.append(f"Series of too few rows for a window: {listed(unused)}.")
    whose = "each series'" if origin.x_scale.by_series else "the"
    notes.append(f"Columns are standardised with the mean and deviation of {whose} training rows.")
    return notes


def _parts_note(part: np.ndarray, origin: Origin, rank: np.ndarray, *, by_series: bool) -> str:
    """Say how many series, or which rows, each part has, by the part and rank of each row (R,)."""
    parts = list[str]()
    for number, name in enumerate(("training", "validation", "the test")[: part.max() + 1]):
        rows = np.flatnonzero(part == number)
        if by_series:
            parts.append(f"{np.unique(origin.series[rows]).size:,} for {name}")
        else:
            ends = rows[rank[rows].argmin()], rows[rank[rows].argmax()]
            parts.append(f"{' to '.join(map(origin.label, ends))} for {name}")
    if by_series:
        shared = "the same times may be in several parts"
        return f"Series, drawn by the seed: {joined(parts)}; {shared}."
    each = " Each series is cut at the same times." if len(origin.names) > 1 else ""
    return f"Rows: {joined(parts)}; none is in two parts.{each}"
