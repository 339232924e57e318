"""Sweeps that teach, ready to be started, with the results that they had when they were recorded.

They are in `recorded/`, a CSV each, as `tests/record.py` writes them.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lib.sweep.plan import Plan, base_of, make_plan, parse_vary
from lib.sweep.rows import from_csv
from lib.swept import PointResult
from lib.toml import beside


@dataclass(frozen=True)
class Ready:
    """One of them, as `ready.toml` has it."""

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


READY = {name: Ready(name, **row) for name, row in beside(__file__).items()}
