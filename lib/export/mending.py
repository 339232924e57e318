"""How a script reads a person's file as the app did, and mends its entries: `frame`."""

from __future__ import annotations

from collections.abc import Callable

from lib.dataset import Dataset, Mending
from lib.export.python import laid_out, quoted, raw


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
    arrays, lengths, columns = (names[k * int(count) :][: int(count)] for k in range(3))
    columns = names[2 * int(count) :]
    parts = [
        f"{f'frame[{quoted(name)}]' if name else 'frame'}.reshape({n}, {length}, -1)"
        for name, length in zip(arrays, lengths, strict=True)
    ]
    rows = int(n) * int(steps)
    return [
        laid_out("parts = [", parts, "]"),
        f"parts = [np.broadcast_to(part, ({n}, {steps}, part.shape[2])) for part in parts]",
        laid_out("columns = [", [*map(quoted, columns)], "]"),
        f"values = np.concatenate(parts, axis=2).reshape({rows}, -1)",
        "frame = pd.DataFrame(values, columns=columns)",
        *([f"frame[{column}] = np.repeat(np.arange({n}) + 1, {steps})"] if column != '""' else []),
    ]


def _times(column: str, form: str, *names: str) -> list[str]:
    """Times from a column's entries, or from those of several."""
    if not form:
        return []
    first, *others = [f"frame[{quoted(name)}]" for name in names]
    clock = "hour"
    if form.startswith("year "):
        parts = dict(zip(form.split(), (first, *others), strict=True))
        others = [parts.pop("hour")] if "hour" in parts else []
        items = [
            f'"{part.partition(":")[0].replace("quarter", "month")}": {_PARTS[part](code)}'
            for part, code in parts.items()
        ]
        items += [] if "day" in parts else ['"day": 1']
        lines = [laid_out("parts = {", items, "}"), "times = pd.to_datetime(parts)"]
    else:
        form, _, clock = form.partition("|")
        usual = [
            f"times = pd.to_datetime({first}.str.strip(), format={quoted(form)}, utc=True)",
            "times = times.dt.tz_localize(None)",
        ]
        usual = [f"times = {first}"] if not form else usual
        lines = [line.format(first) for line in _FORMS[form]] if form in _FORMS else usual
    if others and clock == "time":
        lines += [
            f"clock = {others[0]}.str.strip()",
            'clock = clock.where(clock.str.count(":") > 1, clock + ":00")',
            "times = times + pd.to_timedelta(clock)",
        ]
    elif others:
        lines.append(f'times = times + pd.to_timedelta({others[0]}, unit="h")')
    return [*lines, f"frame[{column}] = times"]


_DIGITS = "times = {0}.astype(int).astype(str)"
_FORMS = {
    "utc": ['times = {0}.dt.tz_convert("UTC").dt.tz_localize(None)'],
    "%Y": [_DIGITS, 'times = pd.to_datetime(times, format="%Y")'],
    "%Y%m%d": [_DIGITS, 'times = pd.to_datetime(times, format="%Y%m%d")'],
    "s": ['times = pd.to_datetime({0}.astype(float), unit="s")'],
    "ms": ['times = pd.to_datetime({0}.astype(float), unit="ms")'],
    "D": ['times = pd.to_datetime({0}.astype(float), unit="D", origin="1899-12-30")'],
    "quarter": [
        'times = {0}.str.replace("[- ]", "", regex=True)',
        'times = pd.PeriodIndex(times, freq="Q").to_timestamp()',
    ],
}
"""A form of `lib.tables.times.Times` that is no format of `pandas.to_datetime` → code."""
_PARTS: dict[str, Callable[[str], str]] = {
    "year": str,
    "month": str,
    "day": str,
    "quarter": lambda code: f"3 * {code} - 2",
    "month:text": lambda code: f'pd.to_datetime({code}.str[:3], format="%b").dt.month',
    "quarter:text": lambda code: f"3 * {code}.str[1:].astype(int) - 2",
}
"""A part of a date in a column of its own → the number that `pd.to_datetime` reads."""


def _numbers(column: str, *repairs: str) -> list[str]:
    pairs = zip(repairs[::2], repairs[1::2], strict=True)
    return [
        f"texts = frame[{column}].str.strip()",
        *(
            f'texts = texts.str.replace(r"{pattern}", {raw(by)}, regex=True)'
            for pattern, by in pairs
        ),
        f'frame[{column}] = pd.to_numeric(texts, errors="coerce")',
    ]


def _joined(column: str, *names: str) -> list[str]:
    codes = [f"frame[{quoted(name)}].astype(str)" for name in names]
    return [f"frame[{column}] = " + ' + ", " + '.join(codes)]


def _unroll(column: str, label: str, series: str, *names: str) -> list[str]:
    """A row a month or quarter, with its time in the column `label`, which has the year's."""
    width, by, times = len(names), f"frame[{quoted(series)}]", f"frame[{quoted(label)}]"
    dates = [
        f'"year": {times}.dt.year.repeat({width}).array',
        f'"month": np.tile(np.arange(1, 13, {12 // width}), len(frame))',
        '"day": 1',
    ]
    return [
        *([f"by = {by}.repeat({width}).array"] if series else []),
        *([laid_out("dates = {", dates, "}")] if label else []),
        laid_out("columns = [", [*map(quoted, names)], "]"),
        f"frame = pd.DataFrame({{{column}: frame[columns].astype(float).to_numpy().ravel()}})",
        *([f"{by} = by"] if series else []),
        *([f"{times} = pd.to_datetime(dates)"] if label else []),
        f"known = np.flatnonzero(frame[{column}].notna())",
        "frame = frame[known[0] : known[-1] + 1]",
    ]


def _texts(column: str) -> list[str]:
    """Whole numbers without a point."""
    entries = f"frame[{column}]"
    return [f'{entries} = {entries}.map(str, na_action="ignore").str.removesuffix(".0")']


MENDINGS: dict[Mending, Callable[..., list[str]]] = {
    "arrays": _arrays,
    "index": lambda _: ["frame = frame.reset_index()"],
    "empty rows": lambda _: ['frame = frame.dropna(how="all")'],
    "undated ends": lambda _, first, last: [
        f"frame = frame[{first}:{last}]  # the other rows have no date"
    ],
    "duplicates": lambda _: ["frame = frame.drop_duplicates()"],
    "newest first": lambda _: ["frame = frame[::-1]"],
    "order": lambda column: [f'frame = frame.sort_values({column}, kind="stable")'],
    "texts": _texts,
    "numbers": _numbers,
    "huge": lambda column, limit: [
        f"frame[{column}] = frame[{column}].mask(frame[{column}].abs() > {limit})"
    ],
    "times": _times,
    "joined": _joined,
    "unroll": _unroll,
}
"""What `lib.uploads` may have done to a file's entries → the same in pandas, from the column's name
as code and the details of `lib.dataset.Mended`."""
