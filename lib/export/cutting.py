"""How a script cuts a table's rows into windows, as `lib.tables` does: `x`, `y` and `train`.

Of one series in two parts with nothing between, slices tell the windows. Else each row has a time
and a part, and of several series a series: whatever window is of one of each is taken. A setting
that changes nothing has no line: before each stands what it is for (`lib.export.python.chosen`).
"""

from __future__ import annotations

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.experiment import Experiment
from lib.export.python import DataCode, chosen, comment, laid_out, quoted
from lib.export.rows import IMPORTS, rows_code, times_of

_ROWS = """
                      | inputs = {inputs}
                      | targets = {targets}
series                | # Series after series, told apart by {by}, each in order of time.
series average        | # Rows of one time are averaged.
series                | series = pd.factorize(frame[{column}], use_na_sentinel=False)[0]
series dated          | keys = [series, {times}]
series !dated         | keys = [series, frame.groupby(series).cumcount()]
!series average       | keys = ({times} != {times}.shift()).cumsum()  # rows of one time averaged
grouped               | frame = {frame}.groupby(keys).mean()
grouped gaps          | frame = frame{gaps}
!grouped gaps         | frame = {frame}{gaps}
!grouped !gaps        | frame = {frame}
                      |
!series !each         | # Windows of T rows, and targets `horizon` rows after each.
series !each          | # Windows of T rows of one series, and targets `horizon` rows after each.
each                  | # Windows of T rows, and targets in each of the `horizon` rows after each.
                      | # No row is in two parts.
                      | T, horizon = {data.timesteps}, {reach}
rate                  | rate = {data.rate}  # rows from a timestep to the next
stride                | stride = {data.stride}  # rows from a window to the next
gap                   | gap = {data.gap}  # rows between two parts
!rate                 | span = T + horizon  # the rows of a window, those of its targets too
rate                  | span = (T - 1) * rate + horizon + 1  # the rows from its first to its last
each                  | ahead = np.arange(1, horizon + 1)
change !each          | ahead = [horizon]
slices                | windows = len(frame) - 2 * (span - 1)
series                | series = frame.index.get_level_values(0).to_numpy()
drawn                 | usable = np.flatnonzero(np.bincount(series) >= span)
drawn                 | drawn = np.random.default_rng([{experiment.seed}, 0]).permutation(usable)
by_time !series       | time = np.arange(len(frame))
by_time series !dated | time = frame.groupby(level=0).cumcount().to_numpy()
by_time series dated  | time = pd.factorize(frame.index.get_level_values(1), sort=True)[0]
by_time               | times = time.max() + 1
by_time !gap          | windows = times - {parts} * (span - 1)
by_time gap !test     | windows = times - {parts} * (span - 1) - gap
by_time gap test      | windows = times - {parts} * (span - 1) - 2 * gap
                      | train = min(max(round({all} * {data.train} / 100), 1), {all} - {others})
test                  | test = min(max(round({all} * {data.test} / 100), 1), {all} - train - 1)
slices                | boundary = train + span - 1  # the first row of the validation part
slices                | starts = np.r_[:train, boundary : boundary + windows - train]
slices                | known = frame[:boundary]
drawn                 | edges = [train]
drawn test            | edges = [train, len(drawn) - test]
drawn                 | part = np.full(series.max() + 1, -1)  # of each series; -1 for none
drawn                 | part[drawn] = np.digitize(np.arange(len(drawn)), edges)
drawn                 | part = part[series]
by_time               | ends = [train + span - 1, times]
by_time test !gap     | ends.insert(1, times - (test + span - 1))
by_time test gap      | ends.insert(1, times - (test + span - 1) - gap)
by_time               | part, begin = np.full(len(frame), -1), 0  # of each row; -1 for none
by_time               | for number, end in enumerate(ends):
by_time               |     part[(begin <= time) & (time < end)] = number
by_time !gap          |     begin = end
by_time gap           |     begin = end + gap
!slices               | known = frame[part == 0]
"""
_STANDARDS = """
own | own = known.groupby(level=0)  # each series by its own training rows
    | {y}mean, {y}deviation = {known}.mean(), {known}.std(ddof=0)
    | # That of 0.1, 0.1, … isn't quite 0.
    | {y}deviation = {y}deviation.where({known}.max() != {known}.min(), 1)
own | # A series without training rows by those of all.
own | each = np.unique(series)
own | {y}mean = {y}mean.reindex(each).fillna(known.mean())
own | {y}deviation = {y}deviation.reindex(each).fillna(known.std(ddof=0)).replace(0, 1)
    | {scaled} = ({rows} - {y}mean{at}) / {y}deviation{at}
"""
_CHANGES = '''
 |
 |
 | def change(rows):
 |     """From each row to those ahead, a column for each of them."""
 |     later = [rows[name]{each}.shift(-h) - rows[name] for name in targets for h in ahead]
 |     return pd.concat(later, axis=1, ignore_index=True)
 |
 |
 | moved, known = change(frame), change(known)
'''
_SAMPLES = """
!slices        | starts = np.arange(len(frame) - span + 1)
series         | starts = starts[series[starts] == series[starts + span - 1]]
!slices        | starts = starts[part[starts] == part[starts + span - 1]]
gap            | starts = starts[part[starts] >= 0]
stride series  | parts = pd.Series(starts).groupby([series[starts], part[starts]])
stride !series | parts = pd.Series(starts).groupby(part[starts])
stride         | starts = starts[parts.cumcount() % stride == 0]
series         | starts = starts[np.argsort(part[starts], kind="stable")]
every          | every = {origin.every}  # of all windows there would be too many
every          | starts = starts[pd.Series(starts).groupby(part[starts]).cumcount() % every == 0]
!slices        | train = np.sum(part[starts] == 0)  # the first samples
test           | test = np.sum(part[starts] == 2)  # the last ones, to look at once
!rate          | rows = starts[:, None] + np.arange(T)
rate           | rows = starts[:, None] + np.arange(T) * rate
               | x = scaled[inputs].to_numpy("float32")[rows]  # {dataset.x.shape}
!change        | values = scaled[targets].to_numpy("float32")
!each !change  | y = values[rows + horizon]  # {dataset.y.shape}
each !change   | later = [column[rows[..., None] + ahead] for column in values.T]
each !change   | y = np.concatenate(later, axis=-1)  # {dataset.y.shape}
change         | y = moved.to_numpy("float32")[rows]  # {dataset.y.shape}
"""


def table_code(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The part of a script that makes a table's data. Raises ValueError for data of no table."""
    data, origin = experiment.data, dataset.origin
    if origin is None:
        raise ValueError(f"a dataset that was cut from a table is needed, got {dataset.title}")
    names, targets, times = dataset.feature_names, origin.columns, times_of(dataset)
    by = next((column for what, column, _ in dataset.mended if what == "series"), "")
    holds = {
        "dated": times,
        "gaps": "missing" in find_spec(experiment).uses,
        "each": len(origin.horizons) > 1,
        "change": data.form == "change",
        "drawn": data.split == "id",
        "test": dataset.test,
        "gap": data.gap and data.split == "time",
        "stride": data.stride > 1,
        "rate": data.rate > 1,
        "every": origin.every > 1,
        "own": origin.x_scale.by_series,
    }
    on = {flag for flag, is_so in holds.items() if is_so} | {what for what, *_ in dataset.mended}
    if not on & {"series", "test", "gap", "stride", "every"}:
        on.add("slices")
    elif "drawn" not in on:
        on.add("by_time")
    if on & {"series", "average"}:
        on.add("grouped")
    columns = "inputs + targets"
    if shared := set(targets) & set(names):
        all_of_them = len(shared) == len(targets)
        columns = "inputs" if all_of_them else "list(dict.fromkeys(inputs + targets))"
    each = ".groupby(level=0)" if by else ""
    fields = {
        "experiment": experiment,
        "dataset": dataset,
        "data": data,
        "origin": origin,
        "reach": max(origin.horizons),
        "inputs": laid_out("[", [*map(quoted, names)], "]", reserved=len("inputs = ")),
        "targets": laid_out("[", [*map(quoted, targets)], "]", reserved=len("targets = ")),
        "by": by,
        "column": quoted(by),
        "times": times,
        "each": each,
        "frame": f"frame[{columns}].astype(float)",
        "gaps": {"fill": f"{each}.ffill().dropna()", "drop": ".dropna()"}[data.missing],
        "parts": 3 if dataset.test else 2,
        "others": 2 if dataset.test else 1,
        "all": "len(drawn)" if "drawn" in on else "windows",
        "known": "own" if "own" in on else "known",
        "at": ".loc[series].to_numpy()" if "own" in on else "",
    }
    lines = [
        *comment(dataset.about),
        *rows_code(experiment, dataset),
        *chosen(_ROWS, on, **fields),
        *chosen(_STANDARDS, on, y="", scaled="scaled", rows="frame", **fields),
    ]
    if "change" in on:
        lines += chosen(_CHANGES, on, **fields)
        lines += chosen(_STANDARDS, on, y="y_", scaled="moved", rows="moved", **fields)
    lines += chosen(_SAMPLES, on, **fields)
    imports = ("import pandas as pd", *IMPORTS.get(data.name, ()))
    return DataCode("\n".join(lines), imports=imports, scaler=_scaler(on))


def _scaler(on: set[str]) -> tuple[str, ...]:
    """What keeps the means and deviations, by sample where each series has its own."""
    targets = "np.repeat(targets, horizon)" if "each" in on else "targets"
    at = ".loc[series[starts], {}]" if "own" in on else "[{}]"
    x, y, of = at.format("inputs"), at.format(targets), ""
    if "change" in on:
        y, of = ".loc[series[starts]]" if "own" in on else "", "y_"
    return (
        *(f"x_offset=mean{x}", f"x_scale=deviation{x}"),
        *(f"y_offset={of}mean{y}", f"y_scale={of}deviation{y}"),
        *([f"base=frame[{targets}].to_numpy()[rows]"] if of else []),
    )
