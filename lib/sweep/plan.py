"""Plan the points of a sweep, write and read its results as CSV, and load recorded sweeps."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lib import results
from lib.data import Dataset, Table, find_spec, locked, options_of, settle, suggested
from lib.experiment import POOLINGS, SETTINGS, Experiment, ExperimentError, to_query
from lib.results import BOTH_MODES, VARIABLE, PointResult, Snapshot, Status, point_words
from lib.text import beside, listed
from lib.training import limits

MOST_RUNS = 96  # the maximum of points × seeds


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One combination of values, which one run trains in both modes with all seeds."""

    values: dict[str, Any]  # the settings that vary, by URL key
    experiment: Experiment
    settings: str  # the experiment and its file as a URL query, which identifies the point


@dataclass(frozen=True, slots=True)
class Plan:
    """All points of a sweep, and notes on values that the dataset or a sweep doesn't allow."""

    points: tuple[Point, ...]  # at least one
    notes: tuple[str, ...] = ()


def make_plan(
    base: Experiment,
    vary: Mapping[str, Iterable[Any]],
    seeds: int,
    table: Table | None = None,
    file: str = "",
) -> Plan:
    """Return the plan of a sweep: `base` with all combinations of `vary`, values or texts by key.

    Seeds start at the seed of `base`. `file` identifies the uploaded `table`. Raises
    ExperimentError for a setting that can't vary, an invalid value, or more than MOST_RUNS runs.
    """
    if not (seeds := read_value("seeds", seeds)):
        raise ExperimentError("expected at least 1 seed, got 0")
    notes, pooling = list[str](), POOLINGS[base.model.pooling].label
    if base.model.pooling != "none":
        notes.append(f"A sweep trains sequence and last-step mode, without pooling ({pooling}).")
    base = settle(base.set(mode="both", pool="none", seeds=seeds), table)
    axes = {key: _values(key, values, base) for key, values in vary.items()}
    if not axes:
        raise ExperimentError(f"expected a setting to vary: one of {listed(offered(base))}")
    count = math.prod(map(len, axes.values()))
    if count * base.seeds > MOST_RUNS:
        raise ExperimentError(
            f"expected at most {MOST_RUNS} runs (points × seeds), got {count:,} × {base.seeds} = "
            f"{count * base.seeds:,}. Use fewer values or seeds"
        )
    points, data = dict[Experiment, Point](), base.data.name
    for values in product(*axes.values()):
        given = dict(zip(axes, values, strict=True))
        settled = settle(base.set(**given), table)
        used = {key: settled.get(key) for key in given}
        # Include settings that differ from the defaults, or from the dataset's suggested settings.
        texts = {"data": data, **to_query(settled), **to_query(settled, suggested(data))}
        query = urlencode(texts | ({"file": file} if file else {}), doseq=True)
        points.setdefault(settled, Point(used, settled, query))
        if used != given:
            notes.append(f"These data change {point_words(given)} to {point_words(used)}.")
    return Plan(tuple(points.values()), tuple(notes))


def offered(base: Experiment) -> dict[str, list[str]]:
    """Return the options of settings that can vary with these data, by URL key; [] for numbers."""
    free = [key for key in VARIABLE if key not in locked(base)]
    options = {key: [*options_of(key, base)] for key in free}
    return {key: names for key, names in options.items() if len(names) != 1}


def parse_vary(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return values by key from texts such as "T=8,16,32". Raises ExperimentError."""
    vary: dict[str, list[str]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        words = [word.strip() for word in values.split(",") if word.strip()]
        if not equals or not words or key.strip() in vary:
            raise ExperimentError(f"expected each setting once, as in T=8,16,32, got {text!r:.80}")
        vary[key.strip()] = words
    return vary


def read_value(key: str, value: Any) -> Any:
    """Return a setting's checked value, from the value or its text. Raises ExperimentError."""
    setting = SETTINGS[key]
    if setting.limit is not None:
        with suppress(TypeError, ValueError):  # `float` also converts NumPy's numbers
            value = float(value)
            if isinstance(setting.default, int) and value.is_integer():
                value = int(value)
    setting.check(value)
    return value


def base_of(data: str, settings: Mapping[str, Any]) -> Experiment:
    """Return a dataset's suggested experiment, changed by `settings`. Raises ExperimentError."""
    if taken := settings.keys() & {"mode", "seeds", "data"}:
        raise ExperimentError(f"the sweep sets {listed(sorted(taken))} itself: remove that setting")
    find_spec(Experiment().set(data=data, **settings))
    values = {
        key: tuple(value) if isinstance(value, list | tuple) else read_value(key, value)
        for key, value in settings.items()
    }
    return suggested(data).set(**values)


def _values(key: str, values: Iterable[Any], base: Experiment) -> list[Any]:
    """Return the checked values of a setting that varies, without duplicates."""
    if key not in VARIABLE:
        raise ExperimentError(f"{key!r:.40} can't vary. Expected one of {', '.join(VARIABLE)}")
    if key not in (can := offered(base)):
        why = (locked(base).get(key) or f"{find_spec(base).title} allows only one value").rstrip(
            "."
        )
        raise ExperimentError(f"{key} can't vary here: {why}. Vary one of {', '.join(can)}")
    if checked := list(dict.fromkeys(read_value(key, value) for value in values)):
        return checked
    example = ",".join(can[key]) or VARIABLE[key]["values"]
    raise ExperimentError(f"{key} needs at least one value, as in {example}")


def _real(text: str) -> float:
    return float(text or "nan")


KINDS: dict[str, Callable[[str], Any]] = {
    "seed": int,
    "mode": str,
    "last_step_error": _real,
    "last_step_accuracy": _real,
    "validation_loss": _real,
    "epochs": int,
    "status": str,
    "reason": str,
    "parameters": int,
    "baseline_error": _real,
    "baseline_accuracy": _real,
    "independent_samples": _real,
    "run": str,
    "settings": str,
}
"""Columns of results, and functions that parse their cells; an empty cell is NaN."""


def result_of(point: Point, dataset: Dataset | None, snapshot: Snapshot) -> PointResult:
    """Return a point's result from its run's last snapshot; no `dataset` means no run started."""
    experiment, is_finished = point.experiment, snapshot.status is Status.FINISHED
    of_all = dict.fromkeys(KINDS, math.nan) | {
        "status": snapshot.status.value,
        "reason": "" if is_finished else snapshot.reason,
        "parameters": 0,
        "run": snapshot.run_id,
        "settings": point.settings,
    }
    if dataset is not None:
        _, _, features = dataset.shape
        of_all["parameters"] = limits.parameter_count(experiment, features, dataset.targets)
        of_all["baseline_error"] = float(dataset.baseline_mse[-1])
        of_all["independent_samples"] = results.independent_samples(dataset)
        if dataset.has_labels:
            of_all["baseline_accuracy"] = results.baseline_accuracy(dataset)[1]
    rows = []
    for place, of_seed in enumerate(experiment.each_seed):
        by_mode = snapshot.seeds[place] if place < len(snapshot.seeds) else {}
        for mode in BOTH_MODES:
            row, result = of_all | {"seed": of_seed.seed, "mode": mode}, by_mode.get(mode)
            row["epochs"] = int(max(result.loss_epochs, default=0)) if result else 0
            if result and is_finished:
                row["last_step_error"] = result.final_mse
                row["last_step_accuracy"] = result.final_accuracy
                row["validation_loss"] = result.final_validation_loss
            rows.append(row)
    return PointResult(point.values, rows)


def from_csv(text: str) -> list[PointResult]:
    """Return the results in a CSV of `write`. Raises ValueError or KeyError for other texts."""
    reader = csv.DictReader(io.StringIO(text))
    names = list(reader.fieldnames or [])
    keys = names[: names.index("seed")]
    if not {*KINDS} - {"last_step_accuracy", "baseline_accuracy"} <= {*names}:  # not in old files
        raise ValueError("the columns aren't those of a sweep")
    points = []
    for _, group in groupby(reader, itemgetter("settings")):
        cells = list(group)
        rows = [{name: parse(row.get(name, "")) for name, parse in KINDS.items()} for row in cells]
        points.append(PointResult({key: read_value(key, cells[0][key]) for key in keys}, rows))
    return points


def write(points: Iterable[PointResult], keys: Sequence[str], path: Path) -> None:
    """Write results to a CSV with all digits; replace an existing file in one step."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*keys, *KINDS], lineterminator="\n")
    writer.writeheader()
    for point in points:
        for row in point.rows:
            cells = {**point.values, **row}
            writer.writerow({k: "" if v != v else v for k, v in cells.items()})  # noqa: PLR0124  nan
    part = path.with_name(f".{path.name}.part")
    part.write_text(text.getvalue(), encoding="utf-8", newline="")
    part.replace(path)


def read_done(path: Path, plan: Plan) -> list[PointResult]:
    """Return a plan's results in a file, except failed ones. Raises ExperimentError."""
    if not path.exists():
        return []
    known = {point.settings: point for point in plan.points}
    try:
        points = from_csv(path.read_text(encoding="utf-8"))
        is_ours = all(p.values == known[p["settings"]].values for p in points)
    except (ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise ExperimentError(
            f"expected results of this sweep in {path}, got other content. Name another file, or "
            "remove this one"
        )
    return [point for point in points if point["status"] != Status.FAILED]


@dataclass(frozen=True)
class Ready:
    """A recorded sweep: a row of `ready.toml`."""

    name: str
    title: str
    about: str
    data: str
    settings: dict[str, Any]
    vary: list[str]
    seeds: int

    @cached_property
    def plan(self) -> Plan:
        """The plan of the sweep."""
        return make_plan(base_of(self.data, self.settings), parse_vary(self.vary), self.seeds)

    @property
    def path(self) -> Path:
        """The path of the CSV with the recorded results."""
        return Path(__file__).with_name("recorded") / f"{self.name}.csv"

    @cached_property
    def recorded(self) -> list[PointResult]:
        """The recorded results."""
        return from_csv(self.path.read_text(encoding="utf-8"))


READY = {name: Ready(name, **row) for name, row in beside(__file__, "ready").items()}
