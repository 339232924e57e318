"""A table → the `Dataset` of its windows: (N, T, F), and targets some rows ahead, (N, T, K).

`y[n, t]` are the targets of timestep t of window n, so one set of windows serves both modes.
Everything is standardised by the training rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

import numpy as np
import pandas as pd

from lib.data.dataset import Dataset
from lib.data.origin import Origin, Scale, Season
from lib.data.tables import wording
from lib.data.tables.baselines import with_baselines
from lib.data.tables.cutting import Cut, cut
from lib.data.tables.seasons import check_season, find_season
from lib.data.tables.series import Rows, rows_of
from lib.data.tables.table import Table, TooShortError, WindowError
from lib.experiment import MAX_VALUES, DataSettings, Experiment, validate

MAX_TARGETS = 64
"""How many target columns there can be, with one for each row ahead."""
_FARTHEST = 1e15
"""A standardised value beyond this would overflow when squared as float32."""

Groups: TypeAlias = tuple[np.ndarray, int]
"""Which series each row belongs to, (R,), and how many there are."""


def make_windows(
    table: Table, inputs: Sequence[str], targets: Sequence[str], data: DataSettings, seed: int = 0
) -> Dataset:
    """Cut a table into windows: x (N, T, F) and y (N, T, K), standardised by the training rows.

    Args:
        table: the rows.
        inputs: names of columns of numbers or texts, or of `calendar_names`.
        targets: names of columns of numbers, which may be inputs too.
        data: the settings; its own `inputs` and `targets` aren't looked at.
        seed: draws the series of each part.

    Returns:
        All windows; of more than `MAX_VALUES` numbers every k-th.

    Raises:
        ExperimentError: for settings beyond their limits.
        WindowError: for a column that can't be used so, none or too many.
        TooShortError: for too few rows; it says why rows are left out, too.
    """
    validate(Experiment(data))
    inputs, targets = tuple(inputs), tuple(targets)
    rows = rows_of(table, inputs, targets, data)
    horizons = tuple(range(1, data.horizon + 1)) if data.ahead == "each" else (data.horizon,)
    horizons = horizons or (0,)
    if data.form == "change" and not max(horizons):
        raise WindowError(
            "a row's change from itself is always 0: look a row ahead at least, or predict values."
        )
    features, width = len(rows.feature_names), len(targets) * len(horizons)
    if width > MAX_TARGETS:
        raise WindowError(
            f"there can be {MAX_TARGETS} targets at most, a column for each row ahead, got "
            f"{len(targets)} times {len(horizons)}: look less far ahead, or at one row alone."
        )
    most = MAX_VALUES / (data.timesteps * max(features, width))
    segment = rows.segment if data.at_gaps == "stop" else None
    try:
        windows = cut(rows.series, rows.rank, data, seed, most, segment=segment)
    except TooShortError as error:
        raise TooShortError(" ".join([f"{error}", *rows.fewer]), error.cure) from None
    return _Draft(table, rows, windows, horizons, inputs, targets, data).dataset()


@dataclass(frozen=True, slots=True)
class _Draft:
    """The table, rows and settings that a dataset is made of."""

    table: Table
    rows: Rows
    cut: Cut
    horizons: tuple[int, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    data: DataSettings

    def dataset(self) -> Dataset:
        """The arrays; `wording` has their names and notes."""
        table, rows, data = self.table, self.rows, self.data
        by_series = data.scale == "id" and data.split == "time" and len(rows.names) > 1
        groups = (rows.series, len(rows.names)) if by_series else None
        read = self.cut.starts[:, None] + data.rate * np.arange(data.timesteps)  # (N, T)
        raw_inputs = self._inputs()
        x_scale, flat_inputs = scale_of(raw_inputs, rows.feature_names, self.training, groups)
        inputs = x_scale.standard(raw_inputs, rows.series)
        _check_size(inputs, rows.feature_names)
        y, y_scale, flat_targets = self._targets(read, groups)
        origin = self._origin(inputs.astype(np.float32), x_scale, y_scale)
        offset, deviation = y_scale.of(rows.series[self.cut.starts])
        change = data.form == "change"
        units = {table.units.get(column, "") for column in self.targets}
        changed = [rows.feature_names[f] for f in self.own]
        notes = wording.flat_notes([*flat_inputs, *flat_targets])
        notes += wording.window_notes(rows, self.cut, origin, data, changed)
        dataset = Dataset(
            name=data.name,
            title=table.name,
            x=origin.inputs[read],
            y=y,
            train=self.cut.sizes[0],
            test=self.cut.sizes[2],
            feature_names=rows.feature_names,
            target_names=wording.target_names(self.targets, table.step, data),
            timestep_names=wording.timestep_names(rows, origin, data),
            naive=y,  # until `with_baselines` replaces it
            naive_label="",
            origin=origin,
            target_scale=deviation,
            target_offset=offset,
            base=np.repeat(rows.targets[read], len(self.horizons), axis=-1) if change else None,
            target_unit=units.pop() if len(units) == 1 else "",
            lead=wording.lead(table.step, data) if data.ahead == "one" else "",
            about=wording.about(self.inputs, self.targets, changed, table.step, data),
            notes=(*table.notes, *rows.notes, *rows.fewer, *notes),
            source=table.source,
            fingerprint=table.fingerprint,
        )
        return with_baselines(dataset, origin)

    @property
    def training(self) -> np.ndarray:
        """Which rows are of the training part, (R,) bool."""
        return self.cut.part == 0

    @property
    def blocks(self) -> np.ndarray:
        """Which rows are looked at together, (R,) int: those of a series, or between two gaps."""
        return self.rows.segment if self.data.at_gaps == "stop" else self.rows.series

    @property
    def own(self) -> list[int]:
        """The features that are targets, too, where targets are changes."""
        names = self.rows.feature_names if self.data.form == "change" else ()
        return [f for f, name in enumerate(names) if name in self.targets]

    def _inputs(self) -> np.ndarray:
        """The inputs (R, F); those whose change is the target as changes over one timestep.

        Their levels may leave the range of the training part, as the targets' do, and a model that
        has never seen such levels fails. First timesteps of a block have a change of 0.
        """
        inputs, own, rate = self.rows.inputs, self.own, self.data.rate
        if not own:
            return inputs
        changed, before = inputs.copy(), inputs[:-rate, own]
        changed[:rate, own] = 0.0
        same = self.blocks[rate:] == self.blocks[:-rate]
        changed[rate:, own] = np.where(same[:, None], inputs[rate:, own] - before, 0.0)
        return changed

    def _targets(
        self, read: np.ndarray, groups: Groups | None
    ) -> tuple[np.ndarray, Scale, list[str]]:
        """Y (N, T, K), its scale, and the names of targets that don't vary in training."""
        rows, training, change = self.rows, self.training, self.data.form == "change"
        y = np.empty((*read.shape, len(self.targets) * len(self.horizons)), np.float32)
        flat, offsets, deviations = list[str](), [], []
        for k, (c, h) in enumerate(product(range(len(self.targets)), self.horizons)):
            raw, name = rows.targets[:, c : c + 1], [self.targets[c]]
            if change:
                end = max(len(raw) - h, 0)
                known = training[:end] & training[h:] & (self.blocks[:end] == self.blocks[h:])
                within = None if groups is None else (groups[0][:end], groups[1])
                scale, still = scale_of(raw[h:] - raw[:end], name, known, within)
            elif h == self.horizons[0]:  # the same for all of them
                scale, still = scale_of(raw, name, training, groups)
            target = raw[read + h] - (raw[read] if change else 0.0)
            target = scale.standard(target, rows.series[read])
            _check_size(target.reshape(-1, 1), name)
            y[..., k : k + 1] = target
            offsets.append(scale.offset)
            deviations.append(scale.deviation)
            flat += still
        scale = Scale(np.concatenate(offsets, axis=-1), np.concatenate(deviations, axis=-1))
        return y, scale, flat

    def _origin(self, inputs: np.ndarray, x_scale: Scale, y_scale: Scale) -> Origin:
        """The rows, with the season that was chosen or is found in them. Raises TooShortError."""
        rows, data = self.rows, self.data
        origin = Origin(
            targets=rows.targets,
            inputs=inputs,
            series=rows.series,
            segment=rows.segment,
            names=rows.names,
            times=rows.times,
            step=self.table.step,
            starts=self.cut.starts,
            rate=data.rate,
            horizons=self.horizons,
            training=self.training,
            season=Season(data.period, data.period),
            time_format=_time_format(rows.times),
            columns=self.targets,
            x_scale=x_scale,
            y_scale=y_scale,
            every=self.cut.every,
        )
        check_season(origin, data.period)
        return origin if data.period else replace(origin, season=find_season(origin))


def scale_of(
    values: np.ndarray, names: Sequence[str], training: np.ndarray, groups: Groups | None
) -> tuple[Scale, list[str]]:
    """The scale of columns (R, C) by the training rows, of each of `groups`, and flat columns."""
    offset, deviation, constant = _moments(values[training])
    flat = [names[j] for j in np.flatnonzero(constant).tolist()]
    if groups is None:
        return Scale(offset, deviation), flat
    series, count = groups
    offset, deviation = np.tile(offset, (count, 1)), np.tile(deviation, (count, 1))
    rows = np.flatnonzero(training)
    own, first = np.unique(series[rows], return_index=True)  # each series' rows lie together
    for s, known in zip(own, np.split(values[rows], first[1:]), strict=True):
        offset[s], deviation[s], _ = _moments(known)
    return Scale(offset, deviation), flat


def _moments(known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and deviation of columns (R, C), 1 where a column is constant, and which are."""
    offset, deviation = known.mean(axis=0), known.std(axis=0)
    constant = known.max(axis=0) == known.min(axis=0)
    constant |= deviation <= 1e-12 * np.abs(offset)  # the rest is rounding
    return offset, np.where(constant, 1.0, deviation), constant


def _check_size(deviations: np.ndarray, names: Sequence[str]) -> None:
    """Raise WindowError where a standardised column (R, C) can't be computed with."""
    farthest = np.abs(deviations).max(axis=0)
    if farthest.max() > _FARTHEST:
        raise WindowError(
            f"{names[int(farthest.argmax())]} gets {farthest.max():.1g} deviations away from its "
            f"mean in the training rows, and at most {_FARTHEST:.0g} can be computed with: mend "
            "its values or leave it out."
        )


def _time_format(times: pd.Index | None) -> str:
    """The shortest `strftime` format that distinguishes the times; "" where they are texts."""
    if not isinstance(times, pd.DatetimeIndex):
        return ""
    hours = "" if (times == times.floor("D")).all() else " %H:%M"
    seconds = "" if (times == times.floor("min")).all() else ":%S"
    return f"%Y-%m-%d{hours}{seconds}"
