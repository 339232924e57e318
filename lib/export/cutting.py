"""How a script cuts a table's rows into windows, as `lib.tables` does: `x`, `y` and `train`.

Of one series in two parts with nothing between, slices tell the windows. Else each row has a time
and a part, and of several series a series: whatever window is of one of each is taken. A setting
that changes nothing has no line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.dataset import Dataset, Origin
from lib.datasets import find_spec
from lib.experiment import Experiment
from lib.export.python import DataCode, comment, laid_out, quoted
from lib.export.rows import IMPORTS, rows_code, times_of

_GAPS = {"fill": ".ffill().dropna()", "drop": ".dropna()"}
"""What is done with missing values: a key of `lib.experiment.MISSING` → pandas."""


def table_code(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The part of a script that makes a table's data. Raises ValueError for data of no table."""
    if dataset.origin is None:
        raise ValueError(f"a dataset that was cut from a table is needed, got {dataset.title}")
    cutting = _Cutting(experiment, dataset, dataset.origin)
    code = [*comment(dataset.about), *rows_code(experiment, dataset), *cutting.lines()]
    imports = ("import pandas as pd", *IMPORTS.get(experiment.data.name, ()))
    return DataCode("\n".join(code), imports=imports, scaler=cutting.scaler())


def _written(*lines: str | bool) -> list[str]:
    """The lines that are needed: the others are "" or False."""
    return [line for line in lines if isinstance(line, str) and line]


@dataclass(frozen=True, slots=True)
class _Cutting:
    """The lines from `frame`, with all its columns, to the arrays."""

    experiment: Experiment
    dataset: Dataset
    origin: Origin

    def _has(self, what: str) -> bool:
        return any(step == what for step, *_ in self.dataset.mended)

    @property
    def _own(self) -> bool:
        """Whether each series is standardised by itself."""
        return self.origin.x_scale.by_series

    @property
    def _each(self) -> bool:
        """Whether every row up to the horizon has a target."""
        return len(self.origin.horizons) > 1

    @property
    def _gap(self) -> bool:
        return self.experiment.data.gap > 0 and self.experiment.data.split == "time"

    @property
    def _plain(self) -> bool:
        """Whether slices tell the windows."""
        strides = self.experiment.data.stride * self.origin.every
        return strides == 1 and not (self._has("series") or self.dataset.test or self._gap)

    def lines(self) -> list[str]:
        """All of them."""
        parts = "two parts" if self.dataset.test else "both parts"
        of = " of one series" if self._has("series") else ""
        where = "in each of the `horizon` rows" if self._each else "`horizon` rows"
        told = f"Windows of T rows{of}, and targets {where} after each. No row is in {parts}."
        return [
            *self._columns(),
            "",
            *comment(told),
            *self._sizes(),
            *(self._slices() if self._plain else self._parts()),
            *self._scaled(),
            *self._changes(),
            *([] if self._plain else self._starts()),
            *self._arrays(),
        ]

    def _columns(self) -> list[str]:
        """The columns that are used, series after series, without gaps."""
        names, targets = self.dataset.feature_names, self.origin.columns
        columns, times = "inputs + targets", times_of(self.dataset)
        if set(targets) & set(names):
            among = set(targets) <= set(names)
            columns = "inputs" if among else "list(dict.fromkeys(inputs + targets))"
        frame, panel = f"frame[{columns}].astype(float)", self._has("series")
        gaps = _GAPS[self.experiment.data.missing]
        gaps = gaps if "missing" in find_spec(self.experiment).uses else ""
        lines = [
            laid_out("inputs = [", [*map(quoted, names)], "]"),
            laid_out("targets = [", [*map(quoted, targets)], "]"),
        ]
        mean = "rows of one time averaged" if self._has("average") else ""
        if panel:
            [by] = (column for what, column, _ in self.dataset.mended if what == "series")
            told = f"Series after series, told apart by {by}, each in order of time"
            lines += [
                *comment(f"{told}, {mean}." if mean else f"{told}."),
                f"series = pd.factorize(frame[{quoted(by)}], use_na_sentinel=False)[0]",
                f"keys = [series, {times or 'frame.groupby(series).cumcount()'}]",
            ]
        elif mean:
            lines.append(f"keys = ({times} != {times}.shift()).cumsum()  # {mean}")
        if panel or mean:
            lines.append(f"frame = {frame}.groupby(keys).mean()")
            frame = "frame"
        if panel and gaps:
            gaps = gaps.replace(".ffill", ".groupby(level=0).ffill")
        if frame != "frame" or gaps:
            lines.append(f"frame = {frame}{gaps}")
        return lines

    def _sizes(self) -> list[str]:
        """The settings that matter, and how many rows a window takes."""
        data, rate = self.experiment.data, self.origin.rate
        sizes = {"T": self.dataset.shape[1], "horizon": max(self.origin.horizons)}
        sizes |= {"rate": rate} if rate > 1 else {}
        sizes |= {"stride": data.stride} if data.stride > 1 else {}
        sizes |= {"gap": data.gap} if self._gap else {}
        span = "(T - 1) * rate + horizon + 1" if rate > 1 else "T + horizon"
        return _written(
            f"{', '.join(sizes)} = {', '.join(map(str, sizes.values()))}",
            f"span = {span}  # the rows of a window, those of its targets too",
            self._each and "ahead = np.arange(1, horizon + 1)",
            self.dataset.base is not None and not self._each and "ahead = [horizon]",
        )

    def _counts(self, of: str) -> list[str]:
        """How many of all are for each part."""
        data, test = self.experiment.data, self.dataset.test
        train = f"round({of} * {data.train} / 100)"
        return _written(
            f"train = min(max({train}, 1), {of} - {2 if test else 1})",
            test > 0 and f"test = min(max(round({of} * {data.test} / 100), 1), {of} - train - 1)",
        )

    def _slices(self) -> list[str]:
        """Where the windows of two parts begin."""
        return [
            "windows = len(frame) - 2 * (span - 1)",
            *self._counts("windows"),
            "boundary = train + span - 1  # the first row of the validation part",
            "starts = np.r_[:train, boundary : boundary + windows - train]",
            "known = frame[:boundary]",
        ]

    def _parts(self) -> list[str]:
        """The part of each row, -1 for none, and the rows that are known in training."""
        test, gap, panel = self.dataset.test, self._gap, self._has("series")
        level = "frame.index.get_level_values"
        series = panel and f"series = {level}(0).to_numpy()"
        known = "known = frame[part == 0]"
        if self.experiment.data.split == "id":
            draw = f"np.random.default_rng([{self.experiment.seed}, 0])"
            edges = "[train, len(drawn) - test]" if test else "[train]"
            return _written(
                series,
                "usable = np.flatnonzero(np.bincount(series) >= span)",
                f"drawn = {draw}.permutation(usable)",
                *self._counts("len(drawn)"),
                "part = np.full(series.max() + 1, -1)  # of each series; -1 for none",
                f"part[drawn] = np.digitize(np.arange(len(drawn)), {edges})",
                "part = part[series]",
                known,
            )
        time = "np.arange(len(frame))"
        if panel:
            time = "frame.groupby(level=0).cumcount().to_numpy()"
            if times_of(self.dataset):
                time = f"pd.factorize({level}(1), sort=True)[0]"
        gaps = f" - {'2 * ' if test else ''}gap" if gap else ""
        last = f"times - test - span + 1{' - gap' if gap else ''}, " if test else ""
        return _written(
            series,
            f"time = {time}",
            "times = time.max() + 1",
            f"windows = times - {3 if test else 2} * (span - 1){gaps}",
            *self._counts("windows"),
            "part, begin = np.full(len(frame), -1), 0  # of each row; -1 for none",
            f"for number, end in enumerate([train + span - 1, {last}times]):",
            "    part[(begin <= time) & (time < end)] = number",
            f"    begin = end{' + gap' if gap else ''}",
            known,
        )

    def _scaled(self) -> list[str]:
        return [*self._moments("", least=1), f"scaled = {self._in_deviations('frame', '')}"]

    def _changes(self) -> list[str]:
        """The changes, where these are the targets, in deviations of their own."""
        if self.dataset.base is None:
            return []
        within = ".groupby(level=0)" if self._has("series") else ""
        return [
            "",
            "",
            "def change(rows):",
            '    """From each row to those ahead, a column for each of them."""',
            f"    later = [rows[name]{within}.shift(-h) - rows[name] for name in targets for h in "
            "ahead]",
            "    return pd.concat(later, axis=1, ignore_index=True)",
            "",
            "",
            "moved, known = change(frame), change(known)",
            *self._moments("y_", least=1 + max(self.origin.horizons)),
            f"moved = {self._in_deviations('moved', 'y_')}",
        ]

    def _moments(self, name: str, least: int) -> list[str]:
        """Means and deviations of `known`; series of fewer rows than `least` have those of all."""
        mean, deviation, known = f"{name}mean", f"{name}deviation", "own" if self._own else "known"
        rows = np.bincount(self.origin.series, self.origin.training, len(self.origin.names))
        few = self._own and bool(rows.min() < least)
        of_all = ".reindex(np.unique(series)).fillna(known"
        return _written(
            self._own and "own = known.groupby(level=0)  # each series by its own training rows",
            f"{mean}, {deviation} = {known}.mean(), {known}.std(ddof=0)",
            f"{deviation} = {deviation}.where({known}.max() != {known}.min(), 1)  # that of "
            "0.1, 0.1, … isn't quite 0",
            few and "# A series without training rows by those of all.",
            few and f"{mean} = {mean}{of_all}.mean())",
            few and f"{deviation} = {deviation}{of_all}.std(ddof=0)).replace(0, 1)",
        )

    def _in_deviations(self, rows: str, name: str) -> str:
        at = ".loc[series].to_numpy()" if self._own else ""
        return f"({rows} - {name}mean{at}) / {name}deviation{at}"

    def _starts(self) -> list[str]:
        """The first row of each window that is of one series and one part."""
        panel, every = self._has("series"), self.origin.every
        blocks = "[series[starts], part[starts]]" if panel else "part[starts]"
        number = "pd.Series(starts).groupby({}).cumcount()"
        return _written(
            "starts = np.arange(len(frame) - span + 1)",
            panel and "starts = starts[series[starts] == series[starts + span - 1]]",
            "starts = starts[part[starts] == part[starts + span - 1]]",
            self._gap and "starts = starts[part[starts] >= 0]",
            self.experiment.data.stride > 1
            and f"starts = starts[{number.format(blocks)} % stride == 0]",
            panel and 'starts = starts[np.argsort(part[starts], kind="stable")]',
            every > 1 and f"every = {every}  # of all windows there would be too many",
            every > 1 and f"starts = starts[{number.format('part[starts]')} % every == 0]",
            "train = np.sum(part[starts] == 0)  # the first samples",
            self.dataset.test > 0
            and "test = np.sum(part[starts] == 2)  # the last ones, to look at once",
        )

    def _arrays(self) -> list[str]:
        """X and y, with their shapes."""
        (n, steps, features), wide = self.dataset.shape, self.dataset.targets
        later = 'scaled[name].to_numpy("float32")[rows[..., None] + ahead]'
        y = 'scaled[targets].to_numpy("float32")[rows + horizon]'
        if self._each:
            y = "np.concatenate(later, axis=-1)"
        if change := self.dataset.base is not None:
            y = 'moved.to_numpy("float32")[rows]'
        return _written(
            f"rows = starts[:, None] + np.arange(T){' * rate' if self.origin.rate > 1 else ''}",
            f'x = scaled[inputs].to_numpy("float32")[rows]  # ({n}, {steps}, {features})',
            self._each and not change and f"later = [{later} for name in targets]",
            f"y = {y}  # ({n}, {steps}, {wide})",
        )

    def scaler(self) -> tuple[str, ...]:
        """What keeps the means and deviations, by sample where each series has its own."""
        targets = "np.repeat(targets, horizon)" if self._each else "targets"
        at = ".loc[series[starts], {}]" if self._own else "[{}]"
        x, y, of = at.format("inputs"), at.format(targets), ""
        if self.dataset.base is not None:
            y, of = ".loc[series[starts]]" if self._own else "", "y_"
        return (
            *(f"x_offset=mean{x}", f"x_scale=deviation{x}"),
            *(f"y_offset={of}mean{y}", f"y_scale={of}deviation{y}"),
            *([f"base=frame[{targets}].to_numpy()[rows]"] if of else []),
        )
