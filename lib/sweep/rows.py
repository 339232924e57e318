"""A sweep's results as a table: a row for each point, seed and mode; and back from its CSV.

The standard library reads and writes it, so that a page needs no pandas for it.
"""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from lib.run import Status
from lib.sweep.plan import Plan, SweepError, read_value
from lib.swept import FIGURES, MODES, PointResult


def columns(keys: Sequence[str]) -> list[str]:
    """The columns where these settings vary. An empty cell is a number that there isn't."""
    of_run = ("status", "reason", "parameters", "baseline_error", "run", "settings")
    return [*keys, "seed", "mode", *FIGURES, *of_run]


def to_rows(points: Iterable[PointResult]) -> list[dict[str, Any]]:
    """A row for each point, seed and mode."""
    return [
        {
            **point.values,
            "seed": seed,
            "mode": mode,
            **{name: of[mode][place].item() for name, of in point.figures.items()},
            "status": point.status.value,
            "reason": point.reason,
            "parameters": point.parameters,
            "baseline_error": point.baseline,
            "run": point.run_id,
            "settings": point.settings,
        }
        for point in points
        for place, seed in enumerate(point.seeds)
        for mode in MODES
    ]


def to_csv(points: Iterable[PointResult], keys: Sequence[str]) -> str:
    """The table as a file's text; numbers have all their digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(keys), lineterminator="\n")
    writer.writeheader()
    for row in to_rows(points):
        writer.writerow({k: "" if v != v else v for k, v in row.items()})  # noqa: PLR0124  nan
    return text.getvalue()


def from_csv(text: str) -> list[PointResult]:
    """The points of a file that `to_csv` has made. Raises ValueError or KeyError for another."""
    reader = csv.DictReader(io.StringIO(text))
    names = list(reader.fieldnames or [])
    keys = names[: names.index("seed")]
    if names != columns(keys):
        raise ValueError("the columns aren't those of a sweep")
    groups = [list(rows) for _, rows in groupby(reader, key=lambda row: row["settings"])]
    return [_point(rows, keys) for rows in groups]


def _point(rows: list[dict[str, str]], keys: Sequence[str]) -> PointResult:
    first = rows[0]
    kinds = {name: int if name == "epochs" else float for name in FIGURES}
    return PointResult(
        values={key: read_value(key, first[key]) for key in keys},
        settings=first["settings"],
        status=Status(first["status"]),
        seeds=tuple(int(row["seed"]) for row in rows if row["mode"] == MODES[0]),
        figures={
            name: {
                mode: np.array([kind(row[name] or "nan") for row in rows if row["mode"] == mode])
                for mode in MODES
            }
            for name, kind in kinds.items()
        },
        parameters=int(first["parameters"]),
        baseline=float(first["baseline_error"] or "nan"),
        run_id=first["run"],
        reason=first["reason"],
    )


def write(points: Iterable[PointResult], keys: Sequence[str], path: Path) -> None:
    """Have all of it in a file, or what was there before, whatever happens meanwhile."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(to_csv(points, keys))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_done(path: Path, plan: Plan) -> list[PointResult]:
    """What of a plan's points a file has; none where there is no file.

    What has failed is tried again: its worker may have been killed. Raises SweepError for a file
    that isn't of this sweep, which would be lost.
    """
    if not path.exists():
        return []
    known = {point.settings: point for point in plan.points}
    try:
        points = from_csv(path.read_text(encoding="utf-8"))
        is_ours = all(p.values == dict(known[p.settings].values) for p in points)
    except (ValueError, KeyError):
        is_ours = False
    if not is_ours:
        raise SweepError(
            f"{path} holds something else: expected results of this very sweep, to go on with "
            "them. Name another file, or take that one away"
        )
    whole = [p for p in points if len(p.seeds) * 2 == sum(map(len, p.figures["epochs"].values()))]
    return [p for p in whole if p.status is not Status.FAILED and len(p.seeds) == plan.seeds]
