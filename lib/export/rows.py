"""How a script gets a table's rows: `frame`, with a column for each feature and target.

They are in the file's order, but for what was mended on the way in; `cutting` puts them in series
and cuts them. Only what the chosen columns need is written.
"""

from __future__ import annotations

from collections.abc import Callable

from lib.dataset import Dataset
from lib.datasets.series import FILE_NAMES
from lib.experiment import Experiment
from lib.export.mending import MENDINGS, reading_code
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
