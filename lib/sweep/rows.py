"""A sweep's results as CSV, a row for each point, seed and mode; and the recorded sweeps."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from lib.data import Dataset
from lib.experiment import ExperimentError
from lib.results import MODES, PointResult, Snapshot, Status, independent_samples
from lib.sweep.plan import Plan, Point, base_of, make_plan, parse_vary, read_value
from lib.text import beside
from lib.training import limits


def _real(text: str) -> float:
    return float(text or "nan")


KINDS: dict[str, Callable[[str], Any]] = {
    "seed": int,
    "mode": str,
    "last_step_error": _real,
    "validation_loss": _real,
    "epochs": int,
    "status": str,
    "reason": str,
    "parameters": int,
    "baseline_error": _real,
    "independent_samples": _real,
    "run": str,
    "settings": str,
}
"""Columns beside the settings that vary, and their types; an empty cell is NaN."""


def result_of(point: Point, dataset: Dataset | None, snapshot: Snapshot) -> PointResult:
    """The result of a point from its run's last snapshot; `dataset` is None without a run."""
    experiment, is_finished = point.experiment, snapshot.status is Status.FINISHED
    about = {
        "status": snapshot.status.value,
        "reason": "" if is_finished else snapshot.reason,
        "parameters": 0,
        "baseline_error": math.nan,
        "independent_samples": math.nan,
        "run": snapshot.run_id,
        "settings": point.settings,
    }
    if dataset is not None:
        _, _, features = dataset.shape
        about["parameters"] = limits.parameter_count(experiment, features, dataset.targets)
        about["baseline_error"] = float(dataset.naive_mse[-1])
        about["independent_samples"] = independent_samples(dataset)
    rows = []
    for place, each in enumerate(experiment.each_seed):
        results = snapshot.seeds[place] if place < len(snapshot.seeds) else {}
        for mode in MODES:
            result = results.get(mode)
            judged = result if is_finished else None
            figures = {
                "last_step_error": judged.final_mse if judged else math.nan,
                "validation_loss": judged.final_validation_loss if judged else math.nan,
                "epochs": int(max(result.loss_epochs, default=0)) if result else 0,
            }
            rows.append({"seed": each.seed, "mode": mode, **figures, **about})
    return PointResult(point.values, rows)


def from_csv(text: str) -> list[PointResult]:
    """Read what `to_csv` has written. Raises ValueError or KeyError."""
    reader = csv.DictReader(io.StringIO(text))
    names = list(reader.fieldnames or [])
    keys = names[: names.index("seed")]
    if names != [*keys, *KINDS]:
        raise ValueError("the columns aren't those of a sweep")
    return [
        PointResult(
            {key: read_value(key, rows[0][key]) for key in keys},
            [{name: kind(row[name]) for name, kind in KINDS.items()} for row in rows],
        )
        for rows in (list(group) for _, group in groupby(reader, itemgetter("settings")))
    ]


def to_csv(points: Iterable[PointResult], keys: Sequence[str]) -> str:
    """The table of points over these settings, with all digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*keys, *KINDS], lineterminator="\n")
    writer.writeheader()
    for point in points:
        for row in point.rows:
            cells = {**point.values, **row}
            writer.writerow({k: "" if v != v else v for k, v in cells.items()})  # noqa: PLR0124  nan
    return text.getvalue()


def write(points: Iterable[PointResult], keys: Sequence[str], path: Path) -> None:
    """Write the table to a file, which is replaced as a whole."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(to_csv(points, keys), encoding="utf-8", newline="")
    part.replace(path)


def read_done(path: Path, plan: Plan) -> list[PointResult]:
    """Read a plan's results, but failed points, from a file. ExperimentError for another file."""
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
            f"{path} holds something else: expected results of this very sweep, to go on with "
            "them. Name another file, or take that one away"
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
    relative: bool = False  # whether errors are shown as shares of the best guess's

    @cached_property
    def plan(self) -> Plan:
        """Its points."""
        return make_plan(base_of(self.data, self.settings), parse_vary(self.vary), self.seeds)

    @property
    def path(self) -> Path:
        """The CSV of its results."""
        return Path(__file__).with_name("recorded") / f"{self.name}.csv"

    @cached_property
    def recorded(self) -> list[PointResult]:
        """Its results."""
        return from_csv(self.path.read_text(encoding="utf-8"))


READY = {name: Ready(name, **row) for name, row in beside(__file__, "ready").items()}
