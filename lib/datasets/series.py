"""Real series: Seattle's weather, the US economy, and life expectancy by country.

The first two are tables that are cut into windows; the third is a panel, each country a sample.
Where they are from, and their licences, is in `files/README.md` and in every `Dataset.source`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from lib.dataset import Dataset
from lib.datasets.spec import DatasetSpec
from lib.experiment import Experiment
from lib.tables import Table, default_columns
from lib.tables.windows import make_windows

FILES = Path(__file__).parent / "files"
FILE_NAMES = {"seattle": "seattle-weather.csv", "macro": "macrodata.csv"}
"""What the bundled files are called, by dataset; an exported script reads them by these names."""


@cache
def seattle() -> Table:
    """Daily weather, 1,461 rows."""
    import pandas as pd  # noqa: PLC0415  see lib/tables/table.py

    frame = pd.read_csv(FILES / FILE_NAMES["seattle"])
    return Table(
        name="Seattle weather",
        frame=frame[["precipitation", "temp_max", "temp_min", "wind"]],
        times=pd.DatetimeIndex(pd.to_datetime(frame["date"], format="%Y/%m/%d")),
        step="day",
        targets=("temp_max",),
        units={"precipitation": "mm", "temp_max": "°C", "temp_min": "°C", "wind": "m/s"},
        source="NOAA, daily weather in Seattle, 2012–2015 (vega_datasets). Public domain.",
    )


@cache
def macro() -> Table:
    """US quarters, 202 rows, in percent: growth, changes and inflation, and the levels beside."""
    import pandas as pd  # noqa: PLC0415  see lib/tables/table.py

    raw = pd.read_csv(FILES / FILE_NAMES["macro"])
    frame = 400 * raw[["realgdp", "realcons", "realinv"]].apply(np.log).diff()
    frame.columns = pd.Index(["gdp_growth", "consumption_growth", "investment_growth"])
    frame["unemployment_change"] = raw["unemp"].diff()
    frame["interest_change"] = raw["tbilrate"].diff()
    frame["inflation"] = raw["infl"]
    steady = tuple(frame.columns)
    frame["unemployment"] = raw["unemp"]
    frame["interest"] = raw["tbilrate"]
    times = raw["year"].astype(str) + " Q" + raw["quarter"].astype(str)
    return Table(
        name="US economy",
        frame=frame[1:].reset_index(drop=True),  # the first quarter has no change yet
        times=pd.Index(times[1:]),
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
def file_text(name: str) -> str:
    """The bundled file of a dataset, a key of `FILE_NAMES`, as it is."""
    return (FILES / FILE_NAMES[name]).read_text(encoding="utf-8")


@cache
def _panel() -> tuple[np.ndarray, tuple[str, ...], tuple[int, ...]]:
    """Life expectancy, log GDP a head, log population: (142, 12, 3); countries; years."""
    import plotly.data  # noqa: PLC0415 - a second that only this dataset is worth

    frame = plotly.data.gapminder().sort_values(["country", "year"])
    countries = tuple(frame["country"].unique())
    years = tuple(int(year) for year in frame["year"].unique())
    columns = [frame["lifeExp"], np.log10(frame["gdpPercap"]), np.log10(frame["pop"])]
    values = np.stack([np.asarray(column, np.float64) for column in columns], axis=-1)
    return values.reshape(len(countries), len(years), 3), countries, years


def _gapminder(experiment: Experiment, _table: object) -> Dataset:
    values, countries, years = _panel()
    order = np.random.default_rng([experiment.seed, 0]).permutation(len(countries))
    values = values[order]
    train = len(countries) * 3 // 4
    known = values[:train]
    offset, scale = known.mean(axis=(0, 1)), known.std(axis=(0, 1))
    scaled = ((values - offset) / scale).astype(np.float32)
    spec = SERIES["gapminder"]
    return Dataset(
        name=spec.name,
        title=spec.title,
        x=scaled[:, :-1].copy(),
        y=scaled[:, 1:, :1].copy(),
        train=train,
        feature_names=("life expectancy", "log GDP a head", "log population"),
        target_names=("life expectancy",),
        timestep_names=tuple(str(year) for year in years[:-1]),
        naive=scaled[:, :-1, :1].copy(),
        naive_label="guessing no change",
        lead="five years",
        target_scale=scale[:1],
        target_offset=offset[:1],
        target_unit="years",
        sample_names=tuple(countries[i] for i in order),
        about=spec.about,
        notes=(
            f"{train} countries, drawn by the seed, are for training and the other "
            f"{len(countries) - train} for validation.",
            "Columns are standardised with the mean and deviation of the training countries.",
        ),
        source="Gapminder (gapminder.org), 142 countries 1952–2007, by way of Plotly. CC BY 4.0.",
    )


def columns_of(
    experiment: Experiment, table: Table | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The input and target columns that are used: the person's choice, else the table's own."""
    inputs, targets = default_columns(table) if table else ((), ())
    return experiment.data.inputs or inputs, experiment.data.targets or targets


def cut(name: str, experiment: Experiment, table: Table) -> Dataset:
    """The windows of a table, with the columns, T and horizon of the experiment."""
    inputs, targets = columns_of(experiment, table)
    return make_windows(table, inputs, targets, experiment.data, seed=experiment.seed, name=name)


F_OF_TABLE = "As many as the input columns make."
TABLE_USES = frozenset(
    ("horizon", "inputs", "targets", "ahead", "form", "stride", "rate", "train", "test", "gap")
) | {"period"}
"""The settings that matter for every table."""

SERIES = {
    "seattle": DatasetSpec(
        name="seattle",
        group="Series",
        title="Seattle weather",
        shows="Noisy: tomorrow is much like today.",
        about="Every day, the next day's highest temperature from the weather up to that day.",
        make=lambda experiment, _: cut("seattle", experiment, seattle()),
        why={"F": F_OF_TABLE},
        suggested={"T": 24, "U": 32, "lr": 0.001, "batch": 64, "epochs": 40},
        uses=TABLE_USES,
        targets=None,
        table=seattle,
    ),
    "macro": DatasetSpec(
        name="macro",
        group="Series",
        title="US economy",
        shows="Few rows: 202 quarters.",
        about="Every quarter, the next quarter's inflation from growth and changes up to then.",
        make=lambda experiment, _: cut("macro", experiment, macro()),
        why={"F": F_OF_TABLE},
        suggested={"T": 8, "U": 8, "lr": 0.003, "batch": 16, "epochs": 24},
        uses=TABLE_USES,
        targets=None,
        table=macro,
    ),
    "gapminder": DatasetSpec(
        name="gapminder",
        group="Series",
        title="Life expectancy",
        shows="Each country is a sample, 11 steps long.",
        about="Every fifth year, a country's life expectancy five years later.",
        make=_gapminder,
        fixed={"T": 11, "F": 3},
        why={
            "T": "Of 12 years of data 11 have a next one.",
            "F": "Life expectancy, GDP and population.",
        },
        suggested={"cell": "gru", "lr": 0.003, "batch": 16, "epochs": 150},
    ),
}
"""The specs of all series, by name."""
