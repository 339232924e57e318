"""A sweep's results as a table: a row for each point, seed and mode; and back from its CSV.

The standard library reads and writes it, so that a page needs no pandas for it. Sweeps that teach
are ready to be started, with the results that they had, a CSV each in `recorded/`, which
`tests/record.py` writes.
"""

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from lib.results import PointResult, Status
from lib.sweep.plan import Plan, SweepError, base_of, make_plan, parse_vary, read_value
from lib.text import beside


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
"""What the columns hold beside the settings that vary: see `lib.sweep.run_sweep`. `settings` is the
whole experiment as a link has it, "data=seattle&T=8&seeds=4". An empty cell is a number that there
isn't."""


def to_rows(points: Iterable[PointResult]) -> list[dict[str, Any]]:
    """A row for each point, seed and mode."""
    return [{**point.values, **row} for point in points for row in point.rows]


def from_csv(text: str) -> list[PointResult]:
    """The points of what `to_csv` has written. Raises ValueError or KeyError for another."""
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
    """The table of points over these settings; numbers have all their digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*keys, *KINDS], lineterminator="\n")
    writer.writeheader()
    for row in to_rows(points):
        writer.writerow({k: "" if v != v else v for k, v in row.items()})  # noqa: PLR0124  nan
    return text.getvalue()


def write(points: Iterable[PointResult], keys: Sequence[str], path: Path) -> None:
    """Have `to_csv` of points in a file, or what was there before, whatever happens."""
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
        is_ours = all(p.values == known[p["settings"]].values for p in points)
    except (ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise SweepError(
            f"{path} holds something else: expected results of this very sweep, to go on with "
            "them. Name another file, or take that one away"
        )
    whole = [point for point in points if len(point.rows) == 2 * plan.seeds]
    return [point for point in whole if point["status"] != Status.FAILED]


@dataclass(frozen=True)
class Ready:
    """A sweep that teaches, as `ready.toml` has it."""

    name: str
    title: str
    about: str
    data: str
    settings: dict[str, Any]
    vary: list[str]
    seeds: int
    relative: bool = False
    """Whether errors are shown as shares of the best guess's."""

    @cached_property
    def plan(self) -> Plan:
        """Its points."""
        return make_plan(base_of(self.data, self.settings), parse_vary(self.vary), self.seeds)

    @property
    def path(self) -> Path:
        """Where its results are."""
        return Path(__file__).with_name("recorded") / f"{self.name}.csv"

    @cached_property
    def recorded(self) -> list[PointResult]:
        """Its results."""
        return from_csv(self.path.read_text(encoding="utf-8"))


READY = {name: Ready(name, **row) for name, row in beside(__file__, "ready").items()}
