"""A forecast as CSV: first evaluated dates with their targets, then rows after the last date."""

from contextlib import suppress
from math import inf
from typing import Any

from lib import results
from lib.data import Dataset
from lib.experiment import Experiment
from lib.export.files import frame_csv
from lib.results import Forecast, ForecastError, Snapshot


def forecast_csv(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> bytes:
    """Write a row for each series, target and date, in the raw unit; future rows have no target.

    The first seed's models predict, at the last step. Future rows are forecast directly, with a
    90% band. Raises ValueError if the dataset wasn't cut from a table.
    """
    import pandas as pd  # noqa: PLC0415  heavy, and only a download needs it

    origin, models, frames = dataset.cut_from, snapshot.weights[0], list[pd.DataFrame]()
    given, horizons = results.predict(experiment, dataset, models, budget=inf), len(origin.horizons)
    for target, label in enumerate(dataset.target_labels):
        column, place = divmod(target, horizons)
        for series, name in enumerate(origin.names):
            about: dict[str, Any] = {"series": name, "target": label}
            known = results.by_row(dataset, given, target, series)
            predicted = known.last | {f"baseline_{n}": v for n, v in known.baselines.items()}
            about["time"] = [origin.label(row) for row in known.rows.tolist()]
            past = pd.DataFrame({**about, "value": known.targets, **predicted})
            frames.append(past.dropna(subset=[*predicted], how="all"))
            pick: dict[str, Any] = {"series": series, "column": column, "evaluated": given}
            rows = slice(place, place + 1) if horizons > 1 else slice(None)
            with suppress(ForecastError):  # for example, too few rows for a window
                ahead = _rows_ahead(dataset, results.forecast(experiment, dataset, models, **pick))
                frames.append(pd.DataFrame({**about, **ahead}).iloc[rows])
    return frame_csv(pd.concat([each for each in frames if len(each)]), dataset.target_unit)


def _rows_ahead(dataset: Dataset, forecast: Forecast) -> dict[str, Any]:
    """Return the columns of future rows: the time, and each mode's forecast with its band."""
    values, form = forecast.values, dataset.cut_from.time_format
    columns: dict[str, Any] = {"time": [f"+{k + 1}" for k in range(forecast.rows)]}
    if forecast.times is not None and form:
        columns["time"] = forecast.times.strftime(form)
    for mode, value in values.items():
        half = forecast.widths[mode]
        columns |= {mode: value, f"{mode}_low": value - half, f"{mode}_high": value + half}
    return columns
