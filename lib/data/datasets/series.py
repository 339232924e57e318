"""Real series: Seattle's weather, the US economy, and life expectancy by country.

All are tables that are cut into windows; the third is a panel, each country a series. Where they
are from, and their licences, is in `files/README.md` and in every `Dataset.source`.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.data.datasets.spec import DatasetSpec
from lib.data.tables import Table, default_columns
from lib.data.tables.features import prepared
from lib.experiment import Experiment, ExperimentError
from lib.text import beside

FILES = Path(__file__).parent / "files"

_ABOUT: dict[str, dict[str, Any]] = {
    name: {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    for name, row in beside(__file__).items()
}


@cache
def seattle() -> Table:
    """Daily weather, 1,461 rows."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py

    raw = pd.read_csv(FILES / "seattle-weather.csv")
    frame = raw[["precipitation", "temp_max", "temp_min", "wind"]]
    times = pd.DatetimeIndex(pd.to_datetime(raw["date"], format="%Y/%m/%d"))
    return Table(frame=frame, times=times, **_ABOUT["seattle"])


@cache
def macro() -> Table:
    """US quarters, 202 rows, in percent: growth, changes and inflation, and the levels beside."""
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
    units = dict.fromkeys(frame.columns, "%")
    frame = frame[1:].reset_index(drop=True)  # the first quarter has no change yet
    return Table(frame=frame, times=times[1:], inputs=steady, units=units, **_ABOUT["macro"])


@cache
def gapminder() -> Table:
    """142 countries every fifth year from 1952 to 2007, 1,704 rows: a panel."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py
    import plotly.data  # noqa: PLC0415 - a second that only this dataset is worth

    raw = plotly.data.gapminder().sort_values(["country", "year"], ignore_index=True)
    columns = {
        "life expectancy": raw["lifeExp"].astype(np.float64),
        "log GDP a head": np.log10(raw["gdpPercap"]),
        "log population": np.log10(raw["pop"]),
        "country": raw["country"].astype("category"),
    }
    times = pd.Index(raw["year"].astype(str))
    return Table(frame=pd.DataFrame(columns), times=times, **_ABOUT["gapminder"])


def columns_of(
    experiment: Experiment, table: Table | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The input and target columns that are used: the person's choice, else the table's own."""
    inputs, targets = default_columns(table) if table else ((), ())
    return experiment.data.inputs or inputs, experiment.data.targets or targets


TABLES = {"seattle": seattle, "macro": macro, "gapminder": gapminder}
"""What loads the bundled tables, by dataset."""


def make_windowed(known: DatasetSpec, experiment: Experiment, own: Table | None) -> Dataset:
    """The windows of a bundled table or the person's own, with the experiment's T and horizon."""
    from lib.data.tables.windows import make_windows  # noqa: PLC0415  brings pandas along

    if (table := known.table() if known.table else own) is None:
        raise ExperimentError("your own data needs an uploaded table, and none is there yet.")
    table = prepared(table, experiment.data)
    inputs, targets = columns_of(experiment, table)
    return make_windows(table, inputs, targets, experiment.data, seed=experiment.seed)
