"""How a script gets a table's rows, and cuts them into windows as `lib.tables` does.

First `frame`, with a column for each feature and target: its rows are in the file's order, but for
what was mended on the way in. Only what the chosen columns need is written, by rows.toml.

Then `x`, `y` and `train`, by cutting.toml. Of one series in two parts with nothing between, slices
tell the windows. Else each row has a time and a part, and of several series a series: whatever
window is of one of each is taken. A setting that changes nothing has no line: before each stands
what it is for (`lib.export.python.chosen`).
"""

from collections.abc import Callable

from lib.dataset import Dataset, Mending, Origin
from lib.datasets import find_spec
from lib.datasets.series import FILE_NAMES
from lib.experiment import Experiment
from lib.export.python import DataCode, chosen, comment, laid_out, quoted, true
from lib.toml import beside

_FILE = beside(__file__)
_LINES = _FILE["lines"]
_CUTTING = beside(__file__, "cutting")
FRAMES = {
    name: code.replace("{file}", FILE_NAMES.get(name, "")) for name, code in _FILE["frames"].items()
}
"""How a script gets the rows of a table, by dataset."""
IMPORTS = {"gapminder": ("import plotly.data",)}
"""What that needs besides NumPy and pandas."""
CALENDAR: dict[str, str] = _FILE["calendar"]
"""What dates can be as an input (`lib.tables.features.CALENDAR`) → the same in pandas."""
_OF_COLUMNS = ("texts", "numbers", "huge", "joined")
"""What is done to a column for itself."""


def rows_code(experiment: Experiment, dataset: Dataset) -> list[str]:
    """Lines that make `frame`, and do to it what the app did."""
    steps, kinds = dataset.mended, {what for what, *_ in dataset.mended}
    cut_by = bool(kinds & {"calendar", "average", "series"}) or _stops(experiment, dataset)
    used = {*dataset.feature_names, *(dataset.origin.columns if dataset.origin else ())}
    for what, column, details in reversed(steps):
        if what in ("category", "series", "unroll") or (what == "joined" and column in used):
            used |= {column, *details}
    opened = laid_out("with open(", [quoted(dataset.title), '"rb"'], ") as file:")
    known = {"known"} if dataset.fingerprint else ()
    lines = chosen(_LINES["check"], known, fingerprint=quoted(dataset.fingerprint), opened=opened)
    lines.append(FRAMES[experiment.data.name].replace("{read}", reading_code(dataset)))
    for what, column, details in steps:
        if what == "calendar":
            part = CALENDAR[column].format(times_of(dataset))
            lines += chosen(_LINES["calendar"], (), name=column, part=part)
        elif what == "category":
            lines += _category(column, *details)
        elif what == "unroll" and not cut_by:
            lines += MENDINGS[what](quoted(column), "", *details[1:])
        elif what == "times" and not (cut_by or "order" in kinds):
            continue
        elif what in MENDINGS and (column in used or what not in _OF_COLUMNS):
            lines += MENDINGS[what](quoted(column), *details)
    return lines


def times_of(dataset: Dataset) -> str:
    """The frame's column of dates, as code; "" where rows have none."""
    labels = [column for what, column, _ in dataset.mended if what == "times"]
    return f"frame[{quoted(labels[-1])}]" if labels else ""


def _category(column: str, others: str, *names: str) -> list[str]:
    """A feature for each name, and one that all other texts share."""
    return chosen(
        _LINES["category"],
        ["rest"] if others else (),
        names=laid_out("names = [", [*map(quoted, names)], "]"),
        prefix=quoted(f"{column} = "),
        texts=f"frame[{quoted(column)}]",
        rest=quoted(f"{column} = {others}"),
    )


def reading_code(dataset: Dataset) -> str:
    """The call that reads the file."""
    reading = dict(dataset.reading)
    function, arguments = reading.pop("function", "pd.read_csv"), [quoted(dataset.title)]
    for name, value in reading.items():
        if isinstance(value, list):
            texts = [quoted(text) for text in value]
            arguments.append(laid_out(f"{name}=[", texts, "]", indent=4, reserved=len(",")))
        else:
            arguments.append(f"{name}={quoted(value) if isinstance(value, str) else value}")
    return laid_out(f"{function}(", arguments, ")", reserved=len("frame = "))


def _arrays(column: str, n: str, steps: str, count: str, *names: str) -> list[str]:
    """A table of arrays, with as many rows as there are timesteps in all."""
    k = int(count)
    parts = [
        f"{f'frame[{quoted(name)}]' if name else 'frame'}.reshape({n}, {length}, -1)"
        for name, length in zip(names[:k], names[k : 2 * k], strict=True)
    ]
    return chosen(
        _LINES["arrays"],
        ["samples"] if column != '""' else (),
        parts=laid_out("parts = [", parts, "]"),
        columns=laid_out("columns = [", [*map(quoted, names[2 * k :])], "]"),
        column=column,
        n=n,
        steps=steps,
        rows=int(n) * int(steps),
    )


def _times(column: str, form: str, *names: str) -> list[str]:
    """Times from a column's entries, or from those of several."""
    if not form:
        return []
    first, *others = [f"frame[{quoted(name)}]" for name in names]
    (form, _, clock), forms = form.partition("|"), _FILE["forms"]
    if form.startswith("year "):
        parts = dict(zip(form.split(), (first, *others), strict=True))
        others = [parts.pop("hour")] if "hour" in parts else []
        items = [_FILE["parts"][part].format(code) for part, code in parts.items()]
        items += [] if "day" in parts else ['"day": 1']
        lines = [laid_out("parts = {", items, "}"), "times = pd.to_datetime(parts)"]
    else:
        code = forms.get(form, forms["usual"]).splitlines()
        lines = [line.format(first, quoted(form)) for line in code]
    if others:
        code = _FILE["clocks"][clock or "hour"].splitlines()
        lines += [line.format(others[0]) for line in code]
    return [*lines, f"frame[{column}] = times"]


def _numbers(column: str, *repairs: str) -> list[str]:
    pairs = zip(repairs[::2], repairs[1::2], strict=True)
    return [
        f"texts = frame[{column}].str.strip()",
        *(f'texts = texts.str.replace(r"{old}", r"{new}", regex=True)' for old, new in pairs),
        f'frame[{column}] = pd.to_numeric(texts, errors="coerce")',
    ]


def _joined(column: str, *names: str) -> list[str]:
    codes = [f"frame[{quoted(name)}].astype(str)" for name in names]
    return [f"frame[{column}] = " + ' + ", " + '.join(codes)]


def _unroll(column: str, label: str, series: str, *names: str) -> list[str]:
    """A row a month or quarter, with its time in the column `label`, which has the year's."""
    width = len(names)
    dates = [
        f'"year": frame[{quoted(label)}].dt.year.repeat({width}).array',
        f'"month": np.tile(np.arange(1, 13, {12 // width}), len(frame))',
        '"day": 1',
    ]
    return chosen(
        _LINES["unroll"],
        {"series" if series else "", "dated" if label else ""},
        column=column,
        columns=laid_out("columns = [", [*map(quoted, names)], "]"),
        dates=laid_out("dates = {", dates, "}"),
        label=quoted(label),
        series=quoted(series),
        width=width,
    )


MENDINGS: dict[Mending, Callable[..., list[str]]] = {
    "arrays": _arrays,
    "numbers": _numbers,
    "times": _times,
    "joined": _joined,
    "unroll": _unroll,
    **{
        name: lambda column, *details, code=code: [code.format(column, *details)]
        for name, code in _FILE["mendings"].items()
    },
}
"""What `lib.uploads` may have done to a file's entries → the same in pandas, from the column's name
as code and the details of `lib.dataset.Mended`."""


def table_code(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The part of a script that makes a table's data. Raises ValueError for data of no table."""
    data, origin = experiment.data, dataset.cut_from
    names, targets, times = dataset.feature_names, origin.columns, times_of(dataset)
    by = next((column for what, column, _ in dataset.mended if what == "series"), "")
    on = {data.missing, *(what for what, *_ in dataset.mended)} | true(
        dated=times,
        gaps="missing" in find_spec(experiment).uses,
        each=len(origin.horizons) > 1,
        change=data.form == "change",
        drawn=data.split == "id",
        test=dataset.test,
        gap=data.gap and data.split == "time",
        stride=data.stride > 1,
        rate=data.rate > 1,
        every=origin.every > 1,
        own=origin.x_scale.by_series,
        stops=_stops(experiment, dataset),
        weekdays=_on_weekdays(origin),
        differs=data.form == "change" and {*targets} & {*names},
    )
    if not on & {"series", "test", "gap", "stride", "every", "stops"}:
        on.add("slices")
    elif "drawn" not in on:
        on.add("by_time")
    if on & {"series", "average"}:
        on.add("grouped")
    columns = {0: "inputs + targets", len(targets): "inputs"}.get(len({*targets} & {*names}))
    columns = columns or "list(dict.fromkeys(inputs + targets))"
    fields = {
        "experiment": experiment,
        "dataset": dataset,
        "data": data,
        "reach": max(origin.horizons),
        "inputs": laid_out("[", [*map(quoted, names)], "]", reserved=len("inputs = ")),
        "targets": laid_out("[", [*map(quoted, targets)], "]", reserved=len("targets = ")),
        "by": by,
        "column": quoted(by),
        "times": times,
        "each": ".groupby(level=0)" if by else "",
        "within": _within(on),
        "read": "read" if "differs" in on else "frame",
        "changing": laid_out("changing = [", [quoted(n) for n in names if n in targets], "]"),
        "frame": f"frame[{columns}].astype(float)",
        "parts": 3 if dataset.test else 2,
        "others": 2 if dataset.test else 1,
        "columns": "np.repeat(targets, horizon)" if "each" in on else "targets",
        "all": "len(drawn)" if "drawn" in on else "windows",
    }
    lines = [
        *comment(dataset.about),
        *rows_code(experiment, dataset),
        *chosen(_CUTTING["rows"], on, **fields),
        *chosen(_CUTTING["standards"], on, y="", scaled="scaled", rows=fields["read"], **fields),
    ]
    if "change" in on:
        lines += chosen(_CUTTING["changes"], on, **fields)
        lines += chosen(_CUTTING["standards"], on, y="y_", scaled="moved", rows="moved", **fields)
    lines += chosen(_CUTTING["samples"], on, **fields)
    imports = ("import pandas as pd", *IMPORTS.get(data.name, ()))
    if dataset.fingerprint:
        imports += ("import hashlib",)
    scaler = tuple(chosen(_CUTTING["scaler"], on, **fields))
    return DataCode("\n".join(lines), imports=imports, scaler=scaler)


def _stops(experiment: Experiment, dataset: Dataset) -> bool:
    """Whether there are gaps of time, and windows that stop there."""
    origin = dataset.cut_from
    return experiment.data.at_gaps == "stop" and bool(origin.segment[-1] >= len(origin.names))


def _on_weekdays(origin: Origin) -> bool:
    """Whether the rows have dates without weekends."""
    if origin.times is None:
        return False
    from lib.tables.order import on_weekdays  # noqa: PLC0415  brings pandas along

    return on_weekdays(origin.times.to_numpy())


def _within(on: set[str]) -> str:
    """What keeps a shift of rows inside a series, or between two gaps, as code."""
    if "stops" in on:
        return ".groupby(segment)"
    return ".groupby(level=0)" if "series" in on else ""


def keras_windows(dataset: Dataset, origin: Origin, stride: int) -> str:
    """Code by which Keras's `timeseries_dataset_from_array` cuts rows, for both modes.

    From `x_rows` (R, F) and `y_rows` (R, C), of one part of one series. Windows begin `stride` rows
    after one another; the dataset may have every k-th of them alone.
    """
    ahead = origin.horizons
    on = true(
        each=len(ahead) > 1,
        change=dataset.base is not None,
        every=origin.every > 1,
        series=len(origin.names) > 1,
    )
    fields = {"dataset": dataset, "steps": dataset.shape[1], "origin": origin, "most": max(ahead)}
    return "\n".join(chosen(_CUTTING["keras"], on, **fields, stride=stride * origin.every))
