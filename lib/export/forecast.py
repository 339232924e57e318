"""The forecast of a table's models as CSV: evaluated dates with their targets, then rows ahead."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lib import results
from lib.charts import with_unit
from lib.data import Dataset
from lib.experiment import Experiment
from lib.export.files import baseline_column, frame_csv
from lib.results import ForecastError, Predictions, Snapshot


def forecast_csv(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> bytes:
    """Write a row for each series, target and date, in the raw unit; rows ahead have no target.

    Predictions are those of the first seed's models at the last step. Rows ahead are forecast
    directly, with a 90% band. Raises ValueError for data that weren't cut from a table.
    """
    import pandas as pd  # noqa: PLC0415  heavy, and only a download needs it

    origin, models = dataset.cut_from, snapshot.weights[0]
    samples = np.arange(len(dataset.x))[dataset.evaluated]
    x = dataset.x[samples]
    last = {m: results.model_outputs(experiment, own, x)[:, -1] for m, own in models.items()}
    given = Predictions(samples, 1, last, None)
    records = list[dict[str, Any]]()
    for series, name in enumerate(origin.names):
        for target, label in enumerate(dataset.target_labels):
            about = {"series": name, "target": label}
            records += (about | row for row in _evaluated(dataset, given, target, series))
            column, place = divmod(target, len(origin.horizons))
            of: dict[str, Any] = {"series": series, "column": column, "evaluated": given}
            try:
                ahead = results.forecast(experiment, dataset, models, **of)
            except ForecastError:  # such as a series with too few rows for a window
                continue
            rows = list(_ahead(dataset, ahead))
            rows = [rows[place]] if len(origin.horizons) > 1 else rows
            records += (about | row for row in rows)
    names = ["series", "target", "time"]
    numbers = ["value", *models, *map(baseline_column, dataset.baselines)]
    numbers += [f"{mode}_{edge}" for mode in models for edge in ("low", "high")]
    frame = pd.DataFrame(records, columns=[*names, *numbers])
    return frame_csv(frame.rename(columns={n: with_unit(n, dataset.target_unit) for n in numbers}))


def _evaluated(
    dataset: Dataset, given: Predictions, target: int, series: int
) -> Iterator[dict[str, Any]]:
    """Yield a record of each date on which an evaluated window has its last target."""
    known = results.by_row(dataset, given, target, series)
    columns = known.last | {
        baseline_column(one): known.guesses[one.name] for one in dataset.baselines
    }
    for place, row in enumerate(known.rows.tolist()):
        predicted = {name: values[place] for name, values in columns.items()}
        if np.isfinite([*predicted.values()]).any():
            yield {"time": dataset.cut_from.label(row), "value": known.truth[place], **predicted}


def _ahead(dataset: Dataset, forecast: results.Forecast) -> Iterator[dict[str, Any]]:
    """Yield a record of each row after the last one, with its band."""
    times, form = forecast.times, dataset.cut_from.time_format
    for place in range(len(next(iter(forecast.values.values())))):
        record: dict[str, Any] = {"time": f"+{place + 1}"}
        if times is not None and form:
            record["time"] = times[place].strftime(form)
        for mode, values in forecast.values.items():
            value, half = values[place], forecast.widths[mode][place]
            record |= {mode: value, f"{mode}_low": value - half, f"{mode}_high": value + half}
        yield record
