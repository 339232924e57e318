"""Bundled tables and sequences, described in bundled.toml. `files/README.md` has their licenses."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.data.labels import label_dataset
from lib.data.tables.table import Table
from lib.experiment import Experiment
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


def digits(experiment: Experiment) -> tuple[np.ndarray, np.ndarray, int, None]:
    """Return images (1797, 8, 8) in an order by seed, labels (N, T), and the number to train on."""
    with np.load(FILES / "digits.npz") as file:
        images, labels = file["images"], file["labels"]
    order = np.random.default_rng([experiment.seed, 0]).permutation(len(images))
    labels = np.repeat(labels[order, None], images.shape[1], axis=1)
    return images[order] / 16, labels, len(images) * 3 // 4, None


def vowels(experiment: Experiment) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """Return utterances (640, 29, 12), labels (N, T), the number to train on, and the mask."""
    with np.load(FILES / "vowels.npz") as file:
        frames, lengths, speakers = (file[k] for k in ("coefficients", "lengths", "speakers"))
    train, steps = 270, np.arange(lengths.max())
    mask = steps < lengths[:, None]
    if experiment.data.padding == "before":
        mask = mask[:, ::-1]
    known = frames[: lengths[:train].sum(dtype=int)]  # the training samples' frames
    x = np.zeros((*mask.shape, frames.shape[1]))
    x[mask] = (frames - known.mean(axis=0)) / known.std(axis=0)
    return x, (speakers[:, None] - 1) * mask, train, mask


SEQUENCES = {"digits": digits, "vowels": vowels}  # functions by name of the dataset


def make_sequences(experiment: Experiment, **texts: Any) -> Dataset:
    """Return bundled sequences for a settled experiment; `texts` are fields such as classes."""
    name = experiment.data.name
    x, labels, train, mask = SEQUENCES[name](experiment)
    about = _ABOUT[name] | {"notes": tuple(_ABOUT[name]["notes"])}
    for axis, key in ((1, "timestep_names"), (2, "feature_names")):
        about[key] = tuple(about[key].format(k + 1) for k in range(x.shape[axis]))
    return label_dataset(x, labels, train, mask=mask, name=name, **about, **texts)
