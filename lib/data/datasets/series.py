"""Bundled tables: Seattle's weather, the US economy, and life expectancy by country, a panel.

Their licences are in `files/README.md` and in every `Dataset.source`.
"""

from functools import cache
from pathlib import Path

import numpy as np

from lib.data.tables.table import Table

FILES = Path(__file__).parent / "files"


@cache
def seattle() -> Table:
    """Load daily weather, 1,461 rows."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py

    raw = pd.read_csv(FILES / "seattle-weather.csv")
    return Table(
        name="Seattle weather",
        frame=raw[["precipitation", "temp_max", "temp_min", "wind"]],
        times=pd.DatetimeIndex(pd.to_datetime(raw["date"], format="%Y/%m/%d")),
        step="day",
        targets=("temp_max",),
        units={"precipitation": "mm", "temp_max": "°C", "temp_min": "°C", "wind": "m/s"},
        source="NOAA, daily weather in Seattle, 2012–2015 (vega_datasets). Public domain.",
    )


@cache
def macro() -> Table:
    """Load US quarters, 202 rows, in percent: growth, changes and inflation, and their levels."""
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
    return Table(
        name="US economy",
        frame=frame[1:].reset_index(drop=True),  # the first quarter has no change yet
        times=times[1:],
        step="quarter",
        notes=(
            "Growth is the change of the logarithm from quarter to quarter, in % a year.",
            "The levels of unemployment and interest drift over decades, so their changes are the "
            "inputs to start from.",
        ),
        inputs=steady,
        targets=("inflation",),
        units=dict.fromkeys(frame.columns, "%"),
        source="FRED and BLS, US quarters 1959–2009 (statsmodels). Public domain.",
    )


@cache
def gapminder() -> Table:
    """Load 142 countries every fifth year from 1952 to 2007, 1,704 rows: a panel."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py
    import plotly.data  # noqa: PLC0415 - a second that only this dataset is worth

    raw = plotly.data.gapminder().sort_values(["country", "year"], ignore_index=True)
    columns = {
        "life expectancy": raw["lifeExp"].astype(np.float64),
        "log GDP a head": np.log10(raw["gdpPercap"]),
        "log population": np.log10(raw["pop"]),
        "country": raw["country"].astype("category"),
    }
    return Table(
        name="Life expectancy",
        frame=pd.DataFrame(columns),
        times=pd.Index(raw["year"].astype(str)),
        step="five-year step",
        targets=("life expectancy",),
        units={"life expectancy": "years"},
        source="Gapminder (gapminder.org), 142 countries 1952–2007, by way of Plotly. CC BY 4.0.",
        series="country",
    )


TABLES = {"seattle": seattle, "macro": macro, "gapminder": gapminder}  # what loads each
