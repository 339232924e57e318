"""How a script gets a table's rows: `frame`, with a column for each feature and target.

They are in the file's order, but for what was mended on the way in; `cutting` puts them in series
and cuts them. Only what the chosen columns need is written.
"""

from __future__ import annotations

from collections.abc import Callable

from lib.dataset import Dataset, Mending
from lib.datasets.series import FILE_NAMES
from lib.experiment import Experiment
from lib.export.python import laid_out, quoted

FRAMES = {
    "seattle": f'frame = pd.read_csv("{FILE_NAMES["seattle"]}")  # offered beside this script',
    "macro": f"""\
raw = pd.read_csv("{FILE_NAMES["macro"]}")  # offered beside this script
frame = 400 * raw[["realgdp", "realcons", "realinv"]].apply(np.log).diff()
frame.columns = ["gdp_growth", "consumption_growth", "investment_growth"]
frame["unemployment_change"] = raw["unemp"].diff()
frame["interest_change"] = raw["tbilrate"].diff()
frame["inflation"] = raw["infl"]
frame["unemployment"] = raw["unemp"]
frame["interest"] = raw["tbilrate"]
frame = frame[1:]  # the first quarter has no change yet""",
    "gapminder": """\
frame = plotly.data.gapminder().sort_values(["country", "year"])
frame["life expectancy"] = frame["lifeExp"]
frame["log GDP a head"] = np.log10(frame["gdpPercap"])
frame["log population"] = np.log10(frame["pop"])""",
    "upload": "# Your file, beside this script.\nframe = {read}",
}
"""How a script gets the rows of a table, by dataset."""
IMPORTS = {"gapminder": ("import plotly.data",)}
"""What that needs besides NumPy and pandas."""
_OF_COLUMNS = ("texts", "numbers", "huge", "joined")
"""What is done to a column for itself."""


def rows_code(experiment: Experiment, dataset: Dataset) -> list[str]:
    """Lines that make `frame`, and do to it what the app did."""
    steps, kinds = dataset.mended, {what for what, *_ in dataset.mended}
    cut_by = bool(kinds & {"calendar", "average", "series"})
    used = {*dataset.feature_names, *(dataset.origin.columns if dataset.origin else ())}
    for what, column, details in reversed(steps):
        if what in ("category", "series", "unroll") or (what == "joined" and column in used):
            used |= {column, *details}
    lines = [FRAMES[experiment.data.name].replace("{read}", reading_code(dataset))]
    for what, column, details in steps:
        if what == "calendar":
            lines += _calendar(column, times_of(dataset))
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


CALENDAR: dict[str, Callable[[str], str]] = {
    "hour of day": lambda times: f"({times}.dt.hour + {times}.dt.minute / 60) / 24",
    "day of week": lambda times: f"{times}.dt.day_of_week / 7",
    "month of year": lambda times: f"({times}.dt.month - 1) / 12",
}
"""What dates can be as an input (`lib.tables.features.CALENDAR`) → the same in pandas."""


def _calendar(name: str, times: str) -> list[str]:
    return [
        f"angle = 2 * np.pi * {CALENDAR[name](times)}",
        f'frame["{name} (sin)"], frame["{name} (cos)"] = np.sin(angle), np.cos(angle)',
    ]


def _category(column: str, others: str, *names: str) -> list[str]:
    """A feature for each name, and one that all other texts share."""
    texts = f"frame[{quoted(column)}]"
    lines = [
        laid_out("names = [", [*map(quoted, names)], "]"),
        "for name in names:",
        f"    frame[{quoted(f'{column} = ')} + name] = {texts} == name",
    ]
    if others:
        rest = f"{texts}.notna() & ~{texts}.isin(names)"
        lines.append(f"frame[{quoted(f'{column} = {others}')}] = {rest}")
    return lines


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
    arrays, lengths, columns = names[:k], names[k : 2 * k], names[2 * k :]
    parts = [
        f"{f'frame[{quoted(name)}]' if name else 'frame'}.reshape({n}, {length}, -1)"
        for name, length in zip(arrays, lengths, strict=True)
    ]
    return [
        laid_out("parts = [", parts, "]"),
        f"parts = [np.broadcast_to(part, ({n}, {steps}, part.shape[2])) for part in parts]",
        laid_out("columns = [", [*map(quoted, columns)], "]"),
        f"values = np.concatenate(parts, axis=2).reshape({int(n) * int(steps)}, -1)",
        "frame = pd.DataFrame(values, columns=columns)",
        *([f"frame[{column}] = np.repeat(np.arange({n}) + 1, {steps})"] if column != '""' else []),
    ]


def _times(column: str, form: str, *names: str) -> list[str]:
    """Times from a column's entries, or from those of several."""
    if not form:
        return []
    first, *others = [f"frame[{quoted(name)}]" for name in names]
    form, _, clock = form.partition("|")
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
        lines = [line.format(first, quoted(form)) for line in _FORMS.get(form, _USUAL)]
    if others and clock == "time":
        lines += [
            f"clock = {others[0]}.str.strip()",
            'clock = clock.where(clock.str.count(":") > 1, clock + ":00")',
            "times = times + pd.to_timedelta(clock)",
        ]
    elif others:
        lines.append(f'times = times + pd.to_timedelta({others[0]}, unit="h")')
    return [*lines, f"frame[{column}] = times"]


_USUAL = ["times = pd.to_datetime({0}.str.strip(), format={1}, utc=True)"]
_USUAL += ["times = times.dt.tz_localize(None)"]
_DIGITS = ["times = {0}.astype(int).astype(str)", "times = pd.to_datetime(times, format={1})"]
_COUNT = "times = pd.to_datetime({0}.astype(float), unit={1}"
_FORMS = {
    "": ["times = {0}"],
    "utc": ['times = {0}.dt.tz_convert("UTC").dt.tz_localize(None)'],
    "%Y": _DIGITS,
    "%Y%m%d": _DIGITS,
    "s": [f"{_COUNT})"],
    "ms": [f"{_COUNT})"],
    "D": [f'{_COUNT}, origin="1899-12-30")'],
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
        *(f'texts = texts.str.replace(r"{old}", r"{new}", regex=True)' for old, new in pairs),
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
