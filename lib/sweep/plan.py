"""What a sweep trains: each value of each setting that varies with each of the others, as points.

It trains nothing (`runner`). Everything that can be refused before is refused here, in sentences.
"""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from lib.data import Table, dictated, find_spec, idle, settle, suggested
from lib.experiment import SETTINGS, Experiment, ExperimentError, to_query
from lib.results import VARIABLE, named
from lib.text import listed

MOST_RUNS = 96
"""Points times seeds."""
LEFT_OUT = {"mode", "seeds", "data"}
"""Settings that a sweep has words of its own for: it always trains both modes."""


class SweepError(ExperimentError):
    """A sweep that can't be made. The message says what was expected, received, and would do."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One choice of the settings that vary: one run, of both modes and all seeds."""

    values: dict[str, Any]
    """The settings that vary, by URL key."""
    experiment: Experiment
    """Settled."""
    settings: str
    """The experiment as a link has it, and which file it is about: as good as its name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All points of a sweep, and what has to be said of them."""

    keys: tuple[str, ...]
    points: tuple[Point, ...]
    seeds: int
    notes: tuple[str, ...] = ()
    """A sentence for each value that couldn't be taken as it was asked for."""

    @property
    def runs(self) -> int:
        """Points times seeds: each run of a point trains so many pairs."""
        return len(self.points) * self.seeds


def make_plan(
    base: Experiment,
    vary: Mapping[str, Iterable[Any]],
    seeds: int,
    table: Table | None = None,
    file: str = "",
) -> Plan:
    """The points of a sweep around an experiment, of which only what varies is changed.

    Args:
        base: its mode doesn't matter.
        vary: by URL key the values, as they are or as text.
        seeds: how many seeds each point is trained with, from the base's own on.
        table: the person's own, where the data are "upload".
        file: what tells that file from others.

    Raises SweepError for a setting that can't vary, and beyond MOST_RUNS, and ExperimentError for a
    value that isn't allowed. What can't be cut from a table shows when it is trained.
    """
    if not (seeds := read_value("seeds", seeds)):
        raise SweepError("a sweep needs 1 seed at least, got 0")
    base = settle(base.set(mode="both", seeds=seeds), table)
    axes = {key: _values(key, values, base) for key, values in vary.items()}
    if not axes:
        raise SweepError(f"a sweep needs a setting that varies, one of {listed(offered(base))}")
    count = math.prod(map(len, axes.values()))
    if count * base.seeds > MOST_RUNS:
        fitting = MOST_RUNS // count
        cure = f"take {fitting} seeds at most" if fitting else "take fewer values"
        raise SweepError(
            f"a sweep may have at most {MOST_RUNS} runs (points × seeds), got {count:,} × "
            f"{base.seeds} = {count * base.seeds:,}: {cure}"
        )
    points: dict[Experiment, Point] = {}
    notes: list[str] = []
    for values in product(*axes.values()):
        asked = dict(zip(axes, values, strict=True))
        settled = settle(base.set(**asked), table)
        used = {key: settled.get(key) for key in asked}
        if settled in points:
            words = "there already" if used == asked else f"the same as {named(used)}"
        else:
            points[settled] = Point(used, settled, _settings(settled, file))
            words = "" if used == asked else f"taken as {named(used)}"
        if words:
            notes.append(f"{named(asked)} is {words} on these data.")
    return Plan(tuple(axes), tuple(points.values()), base.seeds, tuple(notes))


def offered(base: Experiment) -> list[str]:
    """The settings, by URL key, that can vary on the data of a settled experiment."""
    return [key for key in VARIABLE if key not in idle(base)]


def parse_vary(texts: Iterable[str]) -> dict[str, list[str]]:
    """Settings and values as they are typed: "T=8,16,32". Raises SweepError for anything else."""
    vary: dict[str, list[str]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        words = [word.strip() for word in values.split(",") if word.strip()]
        if not equals or not words or key.strip() in vary:
            raise SweepError(f"expected each setting once, as in T=8,16,32, got {text!r:.80}")
        vary[key.strip()] = words
    return vary


def read_value(key: str, value: Any) -> Any:
    """A setting's value from itself or its text. Raises ExperimentError where it isn't allowed."""
    setting = SETTINGS[key]
    if setting.limit is not None:
        with suppress(TypeError, ValueError):  # NumPy's own numbers, too
            value = float(value)
            if isinstance(setting.default, int) and value.is_integer():
                value = int(value)
    setting.check(value)
    return value


def base_of(data: str, settings: Mapping[str, Any]) -> Experiment:
    """What data suggest, with some settings changed, by URL key. Raises ExperimentError."""
    if taken := settings.keys() & LEFT_OUT:
        raise SweepError(f"{listed(sorted(taken))} can't be set: a sweep has its own")
    find_spec(Experiment().set(data=data, **settings))
    values = {
        key: tuple(value) if isinstance(value, list | tuple) else read_value(key, value)
        for key, value in settings.items()
    }
    return suggested(data).set(**values)


def _values(key: str, values: Iterable[Any], base: Experiment) -> list[Any]:
    """The values that are asked for of a setting, each once."""
    if key not in VARIABLE:
        raise SweepError(f"{key!r:.40} can't vary: expected one of {', '.join(VARIABLE)}")
    if key in idle(base):
        why = dictated(base).get(key, f"{find_spec(base).title} doesn't use it.")
        can = ", ".join(offered(base))
        raise SweepError(f"{key} can't vary here: {why.rstrip('.')}; what can is {can}")
    read = list(dict.fromkeys(read_value(key, value) for value in values))
    if not read:
        raise SweepError(f"{key} needs at least one value, as in {VARIABLE[key]['values']}")
    return read


def _settings(settled: Experiment, file: str) -> str:
    """All that differs from the defaults, or from what the data suggest: either may change."""
    name = settled.data.name
    said = {**to_query(settled), **to_query(settled, suggested(name))}
    texts = {"data": name, **said, **({"file": file} if file else {})}
    return urlencode(texts, doseq=True)
