"""Typical tables for which careless reading leads to wrong conclusions.

Each function returns a DataFrame as `pandas.read_csv` would; `csv` returns its file.
"""

import numpy as np
import pandas as pd

from lib.data import Table
from lib.data.tables.windows import make_windows
from lib.experiment import DataSettings, Experiment
from lib.recurrence import initial_model_weights


def csv(frame):
    """Return the bytes of a CSV file."""
    return frame.to_csv(index=False).encode()


def panel(days=200, stores=3):
    """Return stores of very different size, with `days` days each, sorted by date.

    Within a store a weekday resembles the previous week's (noise of 30). The previous row belongs
    to another store.
    """
    rng = np.random.default_rng(0)
    dates = pd.date_range("2024-01-01", periods=days)
    week = np.array([-60, -80, -40, 0, 60, 130, -10])
    levels = {"north": 400.0, "south": 1000.0, "west": 2000.0}
    levels |= {f"s{k}": 100.0 * k for k in range(3, stores)}
    frames = []
    for store, level in levels.items():
        sales = (level + week[dates.day_of_week] + rng.normal(0, 30, days)).round(1)
        columns = {"date": dates.strftime("%Y-%m-%d"), "store": store, "sales": sales}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames).sort_values(["date", "store"]).reset_index(drop=True)


def load(weeks=12):
    """Return an hourly load with a daily pattern, lower at weekends, and noise of 6."""
    rng = np.random.default_rng(1)
    times = pd.date_range("2024-01-01", periods=weeks * 168, freq="h")
    hour, weekend = times.hour.to_numpy(), times.day_of_week.to_numpy() >= 5
    day = 30 * np.sin((hour - 8) * 2 * np.pi / 24) + 8 * np.sin(hour * 4 * np.pi / 24)
    values = 200 + day * np.where(weekend, 0.5, 1) - 35 * weekend + rng.normal(0, 6, len(times))
    return pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "load": values.round(2)})


def trend(weeks=1600):
    """Return a rising level (like CO₂) with a yearly pattern: later rows are higher."""
    rng = np.random.default_rng(2)
    times = pd.date_range("1970-01-04", periods=weeks, freq="7D")
    t = np.arange(weeks)
    values = 320 + 0.025 * t + 3 * np.sin(t * 2 * np.pi / 52.18) + rng.normal(0, 0.25, weeks)
    return pd.DataFrame({"week": times.strftime("%Y-%m-%d"), "co2": values.round(2)})


def table(frame, step, series=""):
    """Return the frame as an uploaded table; its first column has the times."""
    columns = frame.iloc[:, 1:].copy()
    for name in columns.select_dtypes(exclude="number"):
        columns[name] = columns[name].astype("category")
    times = pd.DatetimeIndex(pd.to_datetime(frame.iloc[:, 0]))
    return Table("mine", columns, times, step, series=series)


def cut(table, inputs, targets, **settings):
    """Return the experiment for settings by URL key, its dataset, and weights for both modes."""
    experiment = Experiment().set(**{"U": 4, "T": 6} | settings)
    dataset = make_windows(table, inputs, targets, experiment.data)
    start = tuple(initial_model_weights(experiment, dataset.shape[2], dataset.targets))
    other = tuple(array + np.float32(0.1) for array in start)
    return experiment, dataset, {"sequence": start, "last": other}


def windows_of_stores(timesteps=14, *, days=200, stores=3, inputs=("sales",), **data):
    """Return the panel's windows: sales of the next day."""
    mine = table(panel(days, stores), "day", "store")
    return make_windows(mine, inputs, ["sales"], DataSettings(timesteps=timesteps, **data))


def windows_of_load(timesteps=24, *, more=None, inputs=("load",), weeks=12, **data):
    """Return the load's windows; `more` are other columns by name."""
    mine = table(load(weeks).assign(**(more or {})), "hour")
    return make_windows(mine, inputs, ["load"], DataSettings(timesteps=timesteps, **data))


def sales(**settings):
    """Return the panel's sales from earlier ones, like `cut`."""
    return cut(table(panel(), "day", "store"), ("sales",), ("sales",), **settings)
