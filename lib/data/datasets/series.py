"""Bundled tables, described in series.toml. `files/README.md` names their licenses."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from lib.data.tables.table import Table
from lib.text import beside

FILES = Path(__file__).parent / "files"
_ABOUT: dict[str, dict[str, Any]] = beside(__file__)


def _table(name: str, frame: Any, times: Any, **more: Any) -> Table:
    about = _ABOUT[name]
    lists = {key: tuple(value) for key, value in about.items() if isinstance(value, list)}
    return Table(frame=frame, times=times, **(about | lists | more))


@cache
def seattle() -> Table:
    """Load daily weather in Seattle, 1,461 rows."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py

    raw = pd.read_csv(FILES / "seattle-weather.csv")
    times = pd.DatetimeIndex(pd.to_datetime(raw["date"], format="%Y/%m/%d"))
    frame = raw[["precipitation", "temp_max", "temp_min", "wind"]]
    frame = frame.assign(weather=raw["weather"].astype("category"))
    return _table("seattle", frame, times)


@cache
def macro() -> Table:
    """Load 202 US quarters, in percent: growth, inflation, unemployment, interest and changes."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py

    raw = pd.read_csv(FILES / "macrodata.csv")
    frame = 400 * raw[["realgdp", "realcons", "realinv"]].apply(np.log).diff()
    frame.columns = pd.Index(["gdp_growth", "consumption_growth", "investment_growth"])
    frame["unemployment_change"] = raw["unemp"].diff()
    frame["interest_change"] = raw["tbilrate"].diff()
    frame["inflation"] = raw["infl"]
    steady = tuple(frame.columns)
    frame["unemployment"] = raw["unemp"]
    frame["interest"] = raw["tbilrate"]
    times = pd.Index(raw["year"].astype(str) + " Q" + raw["quarter"].astype(str))
    frame = frame[1:].reset_index(drop=True)  # the first quarter has no change
    return _table("macro", frame, times[1:], inputs=steady, units=dict.fromkeys(frame, "%"))


@cache
def gapminder() -> Table:
    """Load a panel of 142 countries, every fifth year from 1952 to 2007: 1,704 rows."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py
    import plotly.data  # noqa: PLC0415  takes a second, and only this dataset needs it

    raw = plotly.data.gapminder().sort_values(["country", "year"], ignore_index=True)
    columns = {
        "life expectancy": raw["lifeExp"].astype(np.float64),
        "log GDP per capita": np.log10(raw["gdpPercap"]),
        "log population": np.log10(raw["pop"]),
        "country": raw["country"].astype("category"),
        "continent": raw["continent"].astype("category"),
    }
    return _table("gapminder", pd.DataFrame(columns), pd.Index(raw["year"].astype(str)))


@cache
def _labeled(load: Callable[[], Table], name: str, target: str) -> Table:
    """Load a table under another name, with a text column as the target."""
    return replace(load(), name=name, targets=(target,))


TABLES: dict[str, Callable[[], Table]] = {  # loaders by name
    "seattle": seattle,
    "macro": macro,
    "gapminder": gapminder,
    "weather": partial(_labeled, seattle, "Weather tomorrow", "weather"),
    "continents": partial(_labeled, gapminder, "Continents", "continent"),
}
