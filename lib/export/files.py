"""Results of runs as files: an HTML report, CSV tables, NumPy weights, predictions as Parquet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.io
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from lib import charts, results, text
from lib.charts import PALETTES, Chart, Drawing, Palette, cards_of, html, scenes, sentences, strip
from lib.data import Dataset, locked
from lib.experiment import MODES, SETTINGS, Experiment
from lib.export.predictions import models_of
from lib.export.script import EXPORTS
from lib.recurrence import weight_names
from lib.results import Compared, PointResult, RunAt, SeedWeights, Snapshot

if TYPE_CHECKING:  # a page imports pandas only for a download that needs it
    import pandas as pd

HISTORY = ("epoch", "mode", "seed", "loss", "validation_loss", "last_step_mse")  # CSV columns
ACCURACY = "last_step_accuracy"  # a column of the history of labels, and of all results
RUN = ("run", "name", "recorded", "status", "epoch", "mode", "seed")  # columns before settings
# Columns after settings:
NUMBERS = ("last_step_mse", ACCURACY, "loss", "validation_loss", "kept_epoch")
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)
CSS, CHARTS_JS = (
    Path(__file__).with_name(name).read_text("utf-8") for name in ("report.css", "charts.js")
)
Draw = Callable[[Palette], str]  # returns HTML in the colors of a theme


def runs_csv(runs: Sequence[Compared]) -> bytes:
    """Write a row for each run, mode and seed: settings ("|" joins several names) and results."""
    settings, rows = [key for key in SETTINGS if key not in ("mode", "seed", "seeds")], []
    for run in runs:
        about = [run.id, run.name, run.is_recorded, run.snapshot.status, run.snapshot.epoch]
        why = locked(run.experiment)  # "": the setting has no effect, and gets an empty field
        values = ["" if why.get(key) == "" else run.experiment.get(key) for key in settings]
        for seed, mode, result in models_of(run.experiment, run.snapshot):
            scores = result.final_mse, result.final_accuracy
            losses = result.final_loss, result.final_validation_loss
            rows.append([*about, mode, seed, *values, *scores, *losses, result.kept_epoch])
    return _csv([*RUN, *settings, *NUMBERS], rows)


def sweep_csv(points: Sequence[PointResult]) -> bytes:
    """Write a row for each point, seed and mode: the settings that vary, all results, and skill."""
    rows = []
    for point in points:
        for row in point.rows:
            error, baseline = row["last_step_error"], row["baseline_error"]
            skill = 100 * (1 - math.sqrt(error / baseline)) if baseline > 0 else math.nan
            rows.append([*point.values.values(), *row.values(), skill])
    units = (f"{name} (y²)" if name.endswith("_error") else name for name in points[0].rows[0])
    return _csv([*points[0].values, *units, "skill (%)"], rows)


def history_csv(experiment: Experiment, _: Dataset, snapshot: Snapshot) -> bytes:
    """Write losses by epoch, mode and seed; unknown losses are empty. Epoch 0 precedes training."""
    rows, accuracy = [], (ACCURACY,) if experiment.has_labels else ()
    for seed, mode, result in models_of(experiment, snapshot):
        checked = result.checked_epochs
        curves = [(result.loss_epochs, result.loss), (checked, result.validation_loss)]
        curves += [(checked, getattr(result, name)) for name in ("last_step_mse", *accuracy)]
        columns = [dict(zip(epochs, values, strict=False)) for epochs, values in curves]
        for epoch in np.union1d(result.loss_epochs, checked):
            rows.append([epoch, mode, seed, *(column.get(epoch, "") for column in columns)])
    return _csv((*HISTORY, *accuracy), rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([columns, *(map(_field, row) for row in rows)])
    return file.getvalue().encode()


def _field(value: Any) -> Any:
    """Return a CSV cell: empty for NaN, and with a leading ' if a spreadsheet would compute it."""
    if value != value:  # noqa: PLR0124  NaN
        return ""
    cell = "|".join(value) if isinstance(value, tuple) else value
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@") else cell


def weights_npz(experiment: Experiment, _: Dataset, snapshot: Snapshot) -> bytes:
    """Write all weights for `np.load`, named as in "sequence/seed_7/lstm/lstm_cell/kernel"."""
    cell, file, arrays = experiment.model.cell, io.BytesIO(), dict[str, Any]()
    for seed, mode, result in models_of(experiment, snapshot):
        weights = result.weights or ()
        for name, array in zip(weight_names(cell, len(weights)), weights, strict=True):
            arrays[f"{mode}/seed_{seed}/{name}"] = array
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def forecast_csv(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> bytes:
    """Write a row for each series, target and date, in the raw unit; future rows have no target.

    The first seed's models predict, at the last step. Future rows are forecast directly, with a
    90% band. Raises ValueError if the dataset wasn't cut from a table.
    """
    import pandas as pd  # noqa: PLC0415  heavy, and only a download needs it

    origin, models, frames = dataset.cut_from, snapshot.weights[0], list[pd.DataFrame]()
    given = results.predict(experiment, dataset, models, budget=math.inf)
    horizons = len(origin.horizons)
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
            with suppress(results.ForecastError):  # for example, too few rows for a window
                ahead = _rows_ahead(dataset, results.forecast(experiment, dataset, models, **pick))
                frames.append(pd.DataFrame({**about, **ahead}).iloc[rows])
    return frame_csv(pd.concat([each for each in frames if len(each)]), dataset.target_unit)


def _rows_ahead(dataset: Dataset, forecast: results.Forecast) -> dict[str, Any]:
    """Return the columns of future rows: the time, and each mode's forecast with its band."""
    values, form = forecast.values, dataset.cut_from.time_format
    columns: dict[str, Any] = {"time": [f"+{k + 1}" for k in range(forecast.rows)]}
    if forecast.times is not None and form:
        columns["time"] = forecast.times.strftime(form)
    for mode, value in values.items():
        half = forecast.widths[mode]
        columns |= {mode: value, f"{mode}_low": value - half, f"{mode}_high": value + half}
    return columns


def frame_csv(frame: pd.DataFrame, unit: str) -> bytes:
    """Write a table as CSV. Numbers have seven digits, and a header with the unit: "value (°C)"."""
    for name in frame.select_dtypes(exclude="number").columns:
        frame[name] = frame[name].map(_field)
    numbers = frame.select_dtypes("float").columns
    frame = frame.rename(columns={name: charts.with_unit(name, unit) for name in numbers})
    return frame.to_csv(index=False, float_format="%.7g", lineterminator="\n").encode()


@dataclass(frozen=True, slots=True, eq=False)
class Reported(RunAt):
    """A run, with the sample, target and epochs that the page shows."""

    sample: int = 0  # index among the shown samples, 0 to S-1
    target: int = 0  # index of the target column
    earlier: bool = False  # whether to show last-step mode's outputs before the last step
    past: tuple[tuple[int, SeedWeights], ...] = ()  # epochs, increasing, with their weights
    source: str = ""  # the origin of a run that wasn't trained here: "from mine.unrolled"
    looked: bool = False  # whether the user has looked at this run's results on test samples
    series: int = 0  # index of the forecast's series
    column: int = 0  # index of the forecast's target column
    feed: int = 0  # the rows of a recursive forecast; 0 for a direct forecast

    @property
    def parts(self) -> tuple[results.Part, ...]:
        """The parts with a table of scores; none for numbers without models trained on a table."""
        is_trained = self.snapshot.epoch and self.snapshot.weights[0]
        if not (self.dataset.has_labels or (self.dataset.origin and is_trained)):
            return ()
        return ("evaluated", "test") if self.looked else ("evaluated",)


def drawings(of: Reported) -> list[Drawing]:
    """Return the charts of a run; the replay is the last."""
    names = cards_of(of.dataset, of.experiment.model.pooling)
    picks = {"sample": of.sample, "target": of.target, "earlier": of.earlier}
    shown = [scenes.chart_of(of, name, **picks) for name in names]
    if of.parts and not of.dataset.has_labels:
        with suppress(results.ForecastError):  # for example, too few rows for a window
            shown.append(_forecast(of))
    past = {epoch: weights for epoch, weights in of.past if epoch <= of.snapshot.epoch}
    if len(past) >= results.MIN_REPLAY_EPOCHS:
        frames = results.frames_of(of, past)
        words = charts.replay_words(of.dataset, frames)

        def draw(palette: Palette, layout: str = "report") -> Chart:
            options: dict[str, Any] = {"palette": palette, "earlier": of.earlier, "layout": layout}
            return charts.replay_figure(of, frames, of.sample, of.target, **options)

        shown.append(Drawing(charts.REPLAY_TITLE, draw, *words))
    return shown


def _forecast(of: Reported) -> Drawing:
    """Return the forecast that the page shows."""
    run = of.experiment, of.dataset, of.snapshot.weights[0]
    tested = results.predict(*run, "test") if of.looked else None
    picks: dict[str, Any] = {"series": of.series, "column": of.column, "feed": of.feed}
    ahead = results.forecast(*run, **picks, evaluated=results.predict(*run), tested=tested)
    draw = partial(charts.skill.forecast_figure, of.dataset, ahead, of.series, of.column)
    how = {"fed_back": of.feed > 0, "picked": of.snapshot.keeps_best}
    takeaway, details = charts.skill.forecast_words(of.dataset, ahead, **how)
    if of.snapshot.others:
        details = f"Models of seed {of.experiment.seed}, the first seed. {details}"
    name = of.dataset.cut_from.names[of.series]
    return Drawing(f"Forecast{f' of {name}' if name else ''}", draw, takeaway, details)


def _scores(of: Reported, part: results.Part) -> results.SkillTable | results.ScoreTable:
    """Return the scores of models and baselines on a part of the data."""
    if of.dataset.has_labels:
        return results.label_scores(of.experiment, of.dataset, of.snapshot, part)
    return results.skill_of_seeds(of.experiment, of.dataset, of.snapshot.weights, part)


def report(of: Reported, link: str, made: datetime, versions: Mapping[str, str]) -> bytes:
    """Return the report, an HTML page that loads nothing; `link` opens its settings in the app."""
    shown, palette = drawings(of), PALETTES["light"]
    takeaways = {each.title: each.takeaway for each in shown}
    figures = [each.draw(palette).to_dict() for each in shown]
    plots = [plotly.io.to_json(figure, validate=False) for figure in figures]
    page = TEMPLATES.get_template("report.html").render(
        **report_values(of, lambda draw: draw(palette)),
        figures=shown,
        # Escape "<", so that no text can close the <script> element.
        plots=f"[{','.join(plots)}]".replace("<", "\\u003c"),
        plotly=get_plotlyjs(),
        charts_js=CHARTS_JS,
        link=link if link.startswith("http") else "",
        made=made,
        versions=versions,
        lead=takeaways[cards_of(of.dataset)["compare"].title],
        colors=html.colors_css(palette),
        css=html.CSS + strip.CSS + CSS,
    )
    return page.encode()


def report_values(of: Reported, themed: Callable[[Draw], str]) -> dict[str, Any]:
    """Return the values of report.html that a card of the static site has, too.

    `themed` calls a function that draws HTML, with the palette of each theme.
    """
    experiment, dataset, snapshot = of.experiment, of.dataset, of.snapshot
    skills: dict[Any, Any] = {part: _scores(of, part) for part in of.parts}
    look: dict[str, Any] = {"weights": snapshot.weights[0]}
    look["sample"] = int(snapshot.samples[of.sample])
    tables = partial(charts.confusion.label_tables, of, skills) if dataset.has_labels else None
    return {
        "of": of,
        "settings": [each for key, each in SETTINGS.items() if key not in locked(experiment)],
        "sentence": strip.strip_sentence(experiment, dataset),
        "strip": themed(partial(strip.shape_strip, experiment, dataset, **look)),
        "skills": skills,
        "label_tables": themed(tables) if tables else "",
        "script": EXPORTS["keras"].write(experiment, dataset, snapshot),
        "modes": MODES,
        "measure": results.measure_of(dataset),
        "sentences": sentences,
        "english": text,
        "charts": charts,
    }
