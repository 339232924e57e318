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

from lib.data.dataset import Dataset, Origin
from lib.data.origin import Scale, Season
from lib.data.tables.baselines import with_baselines
from lib.data.tables.cutting import Cut, cut
from lib.data.tables.seasons import check_season, find_season
from lib.data.tables.series import Rows, rows_of
from lib.data.tables.table import Table, TooShortError, WindowError, said
from lib.experiment import MAX_VALUES, DataSettings, Experiment, validate
from lib.text import counted, joined, listed

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

    `inputs` are names of columns of numbers or texts, or of `calendar_names`; `targets` are of
    numbers, and may be inputs too. Of `data` its `inputs` and `targets` aren't looked at;
    `seed` draws the series of each part. Of more than `MAX_VALUES` numbers, every k-th window.

    Raises ExperimentError for settings beyond their limits; WindowError for a column that can't be
    used so, none or too many; TooShortError says why rows are left out, too.
    """
    validate(Experiment(data))
    inputs, targets = tuple(inputs), tuple(targets)
    rows = rows_of(table, inputs, targets, data)
    horizons = tuple(range(1, data.horizon + 1)) if data.ahead == "each" else (data.horizon,)
    horizons = horizons or (0,)
    if data.form == "change" and not max(horizons):
        raise WindowError.of("no_change")
    features, wide = len(rows.feature_names), len(targets) * len(horizons)
    if wide > MAX_TARGETS:
        count, ahead = len(targets), len(horizons)
        raise WindowError.of("wide_targets", most=MAX_TARGETS, columns=count, ahead=ahead)
    most = MAX_VALUES / (data.timesteps * max(features, wide))
    try:
        segment = rows.segment if data.at_gaps == "stop" else None
        windows = cut(rows.series, rows.rank, data, seed, most, segment=segment)
    except TooShortError as error:
        raise TooShortError(" ".join([f"{error}", *rows.fewer]), error.cure) from None
    return _Draft(table, rows, windows, horizons, targets, data).dataset(inputs)


@dataclass(frozen=True, slots=True)
class _Draft:
    """All that a dataset is made of."""

    table: Table
    rows: Rows
    cut: Cut
    horizons: tuple[int, ...]
    targets: tuple[str, ...]
    data: DataSettings

    def dataset(self, inputs: tuple[str, ...]) -> Dataset:
        """The arrays, with their names and notes."""
        table, rows, windows, data = self.table, self.rows, self.cut, self.data
        h, step = data.horizon, table.step
        training, change = windows.part == 0, data.form == "change"
        by_series = data.scale == "id" and data.split == "time" and len(rows.names) > 1
        groups = (rows.series, len(rows.names)) if by_series else None
        read_rows = self._read_rows()
        x_scale, flat = standards(read_rows, rows.feature_names, training, groups)
        x_rows = x_scale.standard(read_rows, rows.series)
        check_near(x_rows, rows.feature_names)
        read = windows.starts[:, None] + data.rate * np.arange(data.timesteps)
        y, y_scale, flat_targets = self._targets(read, training, groups)
        base = np.repeat(rows.targets[read], len(self.horizons), axis=-1) if change else None
        offset, deviation = y_scale.of(rows.series[windows.starts])
        origin = Origin(
            targets=rows.targets,
            inputs=x_rows.astype(np.float32),
            series=rows.series,
            segment=rows.segment,
            names=rows.names,
            times=rows.times,
            step=step,
            starts=windows.starts,
            rate=data.rate,
            horizons=self.horizons,
            training=training,
            season=Season(data.period, data.period),
            time_format=_time_format(rows.times),
            columns=self.targets,
            x_scale=x_scale,
            y_scale=y_scale,
            every=windows.every,
        )
        check_season(origin, data.period)
        if not data.period:
            origin = replace(origin, season=find_season(origin))
        units = {table.units.get(column, "") for column in self.targets}
        lead = f"one {step}" if h == 1 else f"{h} {step}s"
        when = f" 1 to {h} {step}s ahead" if data.ahead == "each" else f" {lead} ahead"
        own = [rows.feature_names[f] for f in self.own]
        read_as = joined([f"the change of {name}" if name in own else name for name in inputs])
        told = f"{'the change of ' * change}{joined(self.targets)}{when if h else ''}"
        still = [said("one_is_flat", column=name) for name in dict.fromkeys(flat + flat_targets)]
        made = Dataset(
            name=data.name,
            title=table.name,
            x=origin.inputs[read],
            y=y,
            train=windows.sizes[0],
            test=windows.sizes[2],
            feature_names=rows.feature_names,
            target_names=self._target_names(),
            timestep_names=self._timestep_names(origin),
            naive=y,  # until `with_baselines` says it
            naive_label="",
            origin=origin,
            target_scale=deviation,
            target_offset=offset,
            base=base,
            target_unit=units.pop() if len(units) == 1 else "",
            lead=lead if h and data.ahead == "one" else "",
            about=f"At every step, {told}, from {read_as}.",
            notes=(*table.notes, *rows.notes, *rows.fewer, *still, *self._said(origin)),
            source=table.source,
            fingerprint=table.fingerprint,
        )
        return with_baselines(made, origin)

    @property
    def blocks(self) -> np.ndarray:
        """Which rows are looked at together, (R,) int: those of a series, or between two gaps."""
        return self.rows.segment if self.data.at_gaps == "stop" else self.rows.series

    @property
    def own(self) -> list[int]:
        """The features that are targets, too, where targets are changes."""
        names = self.rows.feature_names if self.data.form == "change" else ()
        return [f for f, name in enumerate(names) if name in self.targets]

    def _read_rows(self) -> np.ndarray:
        """The inputs (R, F); those whose change is the target as changes over one timestep.

        Their levels may leave the range of the training part, as the targets' do, and a model that
        has never seen such levels fails. First timesteps of a block have a change of 0.
        """
        inputs, own, rate = self.rows.inputs, self.own, self.data.rate
        if not own:
            return inputs
        read, before = inputs.copy(), inputs[:-rate, own]
        read[:rate, own] = 0.0
        same = self.blocks[rate:] == self.blocks[:-rate]
        read[rate:, own] = np.where(same[:, None], inputs[rate:, own] - before, 0.0)
        return read

    def _timestep_names(self, origin: Origin) -> tuple[str, ...]:
        """Their times where these are the same in all samples, else their numbers."""
        if self.rows.times is not None and not np.ptp(self.rows.rank[origin.starts]):
            return tuple(origin.label(row) for row in origin.rows(self.data.timesteps, 0))
        step = "" if origin.step == "row" else f"{origin.step} "
        return tuple(f"{step}{1 + t * self.data.rate}" for t in range(self.data.timesteps))

    def _target_names(self) -> tuple[str, ...]:
        if self.data.ahead == "one" or not self.data.horizon:
            return self.targets
        step = self.table.step
        return tuple(
            f"{name}, {counted(h, step)} ahead" for name in self.targets for h in self.horizons
        )

    def _targets(
        self, read: np.ndarray, training: np.ndarray, groups: Groups | None
    ) -> tuple[np.ndarray, Scale, list[str]]:
        """Y (N, T, K), its scale, and the names of targets that don't vary in training."""
        rows, change = self.rows, self.data.form == "change"
        y = np.empty((*read.shape, len(self.targets) * len(self.horizons)), np.float32)
        flat, offsets, deviations = list[str](), [], []
        for k, (c, h) in enumerate(product(range(len(self.targets)), self.horizons)):
            raw, name = rows.targets[:, c : c + 1], [self.targets[c]]
            if change:
                far = max(len(raw) - h, 0)
                known = training[:far] & training[h:] & (self.blocks[:far] == self.blocks[h:])
                within = None if groups is None else (groups[0][:far], groups[1])
                scale, still = standards(raw[h:] - raw[:far], name, known, within)
            elif h == self.horizons[0]:  # the same for all of them
                scale, still = standards(raw, name, training, groups)
            told = raw[read + h] - (raw[read] if change else 0.0)
            told = scale.standard(told, rows.series[read])
            check_near(told.reshape(-1, 1), name)
            y[..., k : k + 1] = told
            offsets.append(scale.offset)
            deviations.append(scale.deviation)
            flat += still
        scale = Scale(np.concatenate(offsets, axis=-1), np.concatenate(deviations, axis=-1))
        return y, scale, flat

    def _said(self, origin: Origin) -> list[str]:
        """What is done with the windows, a sentence each: which are used, the parts, the scale."""
        notes = [said("no_test")] if self.data.test and not self.cut.sizes[2] else []
        if self.data.at_gaps == "stop" and (gaps := origin.gaps):
            notes.append(said("stop", gaps=counted(gaps, "gap")))
        if self.own:
            columns = joined([self.rows.feature_names[f] for f in self.own])
            notes.append(said("own_changes", columns=columns))
        whose = "each series'" if origin.x_scale.by_series else "the"
        there = set(origin.series[origin.starts].tolist())
        if lost := [name for s, name in enumerate(origin.names) if s not in there]:
            whole = " without a gap" if self.data.at_gaps == "stop" else ""
            notes.append(said("without_windows", series=listed(lost), whole=whole))
        return [*notes, self._parts(origin), said("standardised", whose=whose)]

    def _parts(self, origin: Origin) -> str:
        rows, part = self.rows, self.cut.part
        if self.data.split == "id":
            train, validation, test = (len(np.unique(rows.series[part == p])) for p in range(3))
            return said(
                "series_parts",
                train=counted(train, "series is", "series are"),
                validation=f"{validation}",
                test=f" and {test} for the test" if test else "",
            )
        order = np.argsort(rows.rank, kind="stable")
        edges = [
            tuple(map(origin.label, order[part[order] == p][[0, -1]]))
            for p in range(part.max() + 1)
        ]
        each = ""
        if len(rows.names) > 1 and rows.times is not None:
            each = " Each series is cut at the same times."
        return said("three_parts" if len(edges) > 2 else "two_parts", edges=edges, each=each)


def standards(
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


def check_near(deviations: np.ndarray, names: Sequence[str]) -> None:
    """Raise WindowError where a standardised column (R, C) can't be computed with."""
    far = np.abs(deviations).max(axis=0)
    if far.max() > _FARTHEST:
        column = names[int(far.argmax())]
        raise WindowError.of("far", column=column, far=far.max(), most=_FARTHEST)


def _time_format(times: pd.Index | None) -> str:
    """How times are written, as short as tells all of them apart; "" where they are texts."""
    if not isinstance(times, pd.DatetimeIndex):
        return ""
    hours = "" if (times == times.floor("D")).all() else " %H:%M"
    seconds = "" if (times == times.floor("min")).all() else ":%S"
    return f"%Y-%m-%d{hours}{seconds}"
