"""A table → the `Dataset` of its windows: (N, T, F), and targets some rows ahead, (N, T, K).

`y[n, t]` are the targets of timestep t of window n, so one set of windows serves both modes.
Everything is standardised by the training rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from lib.dataset import Dataset, Origin
from lib.english import counted, joined
from lib.experiment import MAX_VALUES, DataSettings
from lib.origin import Scale
from lib.tables.baselines import Windows, find_period, table_baselines
from lib.tables.cutting import Cut, Plan, cut
from lib.tables.scaling import Groups, check_near, standards
from lib.tables.series import Rows, rows_of
from lib.tables.table import Table, TooShortError, WindowError

if TYPE_CHECKING:
    import pandas as pd


def make_windows(
    table: Table,
    inputs: Sequence[str],
    targets: Sequence[str],
    data: DataSettings,
    *,
    seed: int = 0,
    name: str = "upload",
) -> Dataset:
    """Cut a table into windows: x (N, T, F) and y (N, T, K), standardised by the training rows.

    `inputs` are names of columns of numbers or texts, or of `calendar_names`; `targets` are of
    numbers, and may be inputs too. Of `data` its `name`, `inputs` and `targets` aren't looked at;
    `seed` draws the series of each part. Of more than `MAX_VALUES` numbers, every k-th window.

    Raises WindowError for a column that can't be used so, none or too many; TooShortError says
    which rows were dropped, too.
    """
    inputs, targets = tuple(inputs), tuple(targets)
    rows = rows_of(table, inputs, targets, data)
    horizons = tuple(range(1, data.horizon + 1)) if data.ahead == "each" else (data.horizon,)
    horizons = horizons or (0,)
    if data.form == "change" and not max(horizons):
        raise WindowError(
            "a row's change from itself is always 0: look a row ahead at least, or predict values."
        )
    features, wide = len(rows.feature_names), len(targets) * len(horizons)
    if wide > MAX_TARGETS:
        raise WindowError(
            f"there can be {MAX_TARGETS} targets at most, a column for each row ahead, got "
            f"{len(targets)} times {len(horizons)}: look less far ahead, or at one row alone."
        )
    most = MAX_VALUES / (data.timesteps * max(features, wide))
    try:
        windows = cut(rows.series, rows.rank, Plan(data, seed), most)
    except TooShortError as error:
        dropped = [note for note in rows.notes if "dropped" in note]
        raise TooShortError(" ".join([f"{error}", *dropped]), error.cure) from None
    return _Draft(table, rows, windows, horizons, targets, data, name).dataset(inputs)


MAX_TARGETS = 64
"""How many target columns there can be, with one for each row ahead."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """All that a dataset is made of."""

    table: Table
    rows: Rows
    cut: Cut
    horizons: tuple[int, ...]
    targets: tuple[str, ...]
    data: DataSettings
    name: str

    def dataset(self, inputs: tuple[str, ...]) -> Dataset:
        """The arrays, with their names and notes."""
        rows, windows, data = self.rows, self.cut, self.data
        training = windows.part == 0
        by_series = data.scale == "id" and data.split == "time" and len(rows.names) > 1
        groups = (rows.series, len(rows.names)) if by_series else None
        notes = [*self.table.notes, *rows.notes]
        x_scale, flat = standards(rows.inputs, rows.feature_names, training, groups)
        x_rows = x_scale.standard(rows.inputs, rows.series)
        check_near(x_rows, rows.feature_names)
        read = windows.starts[:, None] + data.rate * np.arange(data.timesteps)
        y, y_scale, base, flat_targets = self._targets(read, training, groups)
        notes += [
            f"{column} is the same in all training rows, so nothing can be learned from it."
            for column in dict.fromkeys(flat + flat_targets)
        ]
        offset, deviation = y_scale.of(rows.series[windows.starts])
        step, h = self.table.step, data.horizon
        origin = Origin(
            targets=rows.targets,
            inputs=x_rows.astype(np.float32),
            series=rows.series,
            names=rows.names,
            times=rows.times,
            step=step,
            starts=windows.starts,
            rate=data.rate,
            horizons=self.horizons,
            training=training,
            period=data.period,
            time_format=_time_format(rows.times),
            columns=self.targets,
            x_scale=x_scale,
            y_scale=y_scale,
            every=windows.every,
        )
        longest = int(np.bincount(rows.series[training]).max())
        if data.period >= longest:
            raise WindowError(
                f"a season of {data.period:,} rows was asked for, and the training part has "
                f"{longest:,}: choose a shorter one, or 0 to look for it."
            )
        if not data.period:
            origin = replace(origin, period=find_period(origin))
        lead = "one" if h == 1 else f"{h}"
        lead = "" if not h or data.ahead == "each" else f"{lead} {step}{'s' if h > 1 else ''}"
        own = tuple(f for f, feature in enumerate(rows.feature_names) if feature in self.targets)
        x, (train, validation, test) = origin.inputs[read], windows.sizes
        cut_so = Windows(origin, x, y, train, own, data.form == "change")
        naive, baselines = table_baselines(cut_so, slice(train, train + validation))
        units = {self.table.units.get(column, "") for column in self.targets}
        when = lead or (f"1 to {h} {step}s" if h else "")
        change = "the change of " if data.form == "change" else ""
        about = f"At every step, {change}{joined(self.targets)}{f' {when} ahead' if when else ''}"
        return Dataset(
            name=self.name,
            title=self.table.name,
            x=x,
            y=y,
            train=train,
            test=test,
            feature_names=rows.feature_names,
            target_names=self._target_names(),
            timestep_names=self._timestep_names(origin),
            naive=naive,
            naive_label=baselines[0].label,
            baselines=baselines,
            origin=origin,
            target_scale=deviation,
            target_offset=offset,
            base=base,
            target_unit=units.pop() if len(units) == 1 else "",
            lead=lead,
            about=f"{about}, from {joined(inputs)}.",
            notes=(*notes, *self._said(origin, by_series=by_series)),
            source=self.table.source,
            reading=self.table.reading,
            mended=(*self.table.mended, *rows.mended),
        )

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
    ) -> tuple[np.ndarray, Scale, np.ndarray | None, list[str]]:
        """Y (N, T, K) as float32, what it was standardised with, what changes are from, and names.

        The names are of targets that don't vary in training.
        """
        rows, values, change = self.rows, self.rows.targets, self.data.form == "change"
        count, columns = len(self.horizons), len(self.targets)
        y = np.empty((*read.shape, columns * count), np.float32)
        flat, offsets, deviations = list[str](), [], []
        for k, (c, h) in enumerate(product(range(columns), self.horizons)):
            raw, name = values[:, c : c + 1], [self.targets[c]]
            if change:
                far = max(len(raw) - h, 0)
                known = training[:far] & training[h:] & (rows.series[:far] == rows.series[h:])
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
        return y, scale, np.repeat(values[read], count, axis=-1) if change else None, flat

    def _said(self, origin: Origin, *, by_series: bool) -> list[str]:
        """What is done with the windows, a sentence each: which are used, the parts, the scale."""
        said = []
        windows, used = self.cut, len(self.cut.starts)
        if windows.every > 1:
            said.append(
                f"Every {_ordinal(windows.every)} window is used, {used:,} of {windows.found:,}: "
                f"more would be over {MAX_VALUES:,} numbers."
            )
        if self.data.test and not windows.sizes[2]:
            said.append("There are too few rows for a test part.")
        said.append(self._parts(origin))
        who = "each series' training rows" if by_series else "the training rows"
        said.append(f"Columns are standardised with the mean and deviation of {who}.")
        return said

    def _parts(self, origin: Origin) -> str:
        """Which rows are in which part."""
        rows, part, label = self.rows, self.cut.part, origin.label
        if self.data.split == "id":
            count = [len(np.unique(rows.series[part == p])) for p in range(3)]
            words = f"{counted(count[0], 'series is', 'series are')} for training, {count[1]} for "
            words += f"validation and {count[2]} for the test" if count[2] else "validation"
            return f"{words}, drawn by the seed; the same times may be in both."
        order = np.argsort(rows.rank, kind="stable")
        edges = []
        for p in range(3):
            of_part = order[part[order] == p]
            edges.append((label(of_part[0]), label(of_part[-1])) if len(of_part) else ("", ""))
        begin, each = f"Rows up to {edges[0][1]} are for training", ""
        if len(rows.names) > 1 and rows.times is not None:
            each = " Each series is cut at the same times."
        if not edges[2][0]:
            return f"{begin} and rows from {edges[1][0]} on for validation; none is in both.{each}"
        return (
            f"{begin}, rows from {edges[1][0]} to {edges[1][1]} for validation, and rows from "
            f"{edges[2][0]} on for the test; none is in two parts.{each}"
        )


def _time_format(times: pd.Index | None) -> str:
    """How times are written, as short as tells all of them apart; "" where they are texts."""
    import pandas as pd  # noqa: PLC0415  see lib/tables/table.py

    if not isinstance(times, pd.DatetimeIndex):
        return ""
    hours = "" if (times == times.floor("D")).all() else " %H:%M"
    seconds = "" if (times == times.floor("min")).all() else ":%S"
    return f"%Y-%m-%d{hours}{seconds}"


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
