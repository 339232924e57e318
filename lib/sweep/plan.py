"""The points of a sweep: each combination of the values of the settings that vary, checked."""

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

MOST_RUNS = 96  # points times seeds


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One choice of the settings that vary: one run of both modes and all seeds."""

    values: dict[str, Any]  # the settings that vary, by URL key
    experiment: Experiment
    settings: str  # the experiment and its file as a URL query, which identifies the point


@dataclass(frozen=True, slots=True)
class Plan:
    """All points of a sweep, and a note on each value that the data change."""

    keys: tuple[str, ...]
    points: tuple[Point, ...]
    seeds: int
    notes: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Points times seeds."""
        return len(self.points) * self.seeds


def make_plan(
    base: Experiment,
    vary: Mapping[str, Iterable[Any]],
    seeds: int,
    table: Table | None = None,
    file: str = "",
) -> Plan:
    """Plan a sweep around `base`, with values or their texts to `vary` by URL key.

    `seeds` count from the base's own; `table` is an upload, which `file` identifies. Raises
    ExperimentError for a setting that can't vary, an invalid value, and beyond MOST_RUNS.
    """
    if not (seeds := read_value("seeds", seeds)):
        raise ExperimentError("a sweep needs 1 seed at least, got 0")
    base = settle(base.set(mode="both", seeds=seeds), table)
    axes = {key: _values(key, values, base) for key, values in vary.items()}
    if not axes:
        raise ExperimentError(
            f"a sweep needs a setting that varies, one of {listed(offered(base))}"
        )
    count = math.prod(map(len, axes.values()))
    if count * base.seeds > MOST_RUNS:
        raise ExperimentError(
            f"a sweep may have at most {MOST_RUNS} runs (points × seeds), got {count:,} × "
            f"{base.seeds} = {count * base.seeds:,}: take fewer values or seeds"
        )
    points, notes, data = dict[Experiment, Point](), list[str](), base.data.name
    for values in product(*axes.values()):
        asked = dict(zip(axes, values, strict=True))
        settled = settle(base.set(**asked), table)
        used = {key: settled.get(key) for key in asked}
        # What differs from the defaults or from what the data suggest.
        texts = {"data": data, **to_query(settled), **to_query(settled, suggested(data))}
        query = urlencode(texts | ({"file": file} if file else {}), doseq=True)
        points.setdefault(settled, Point(used, settled, query))
        if used != asked:
            notes.append(f"{named(asked)} is taken as {named(used)} on these data.")
    return Plan(tuple(axes), tuple(points.values()), base.seeds, tuple(notes))


def offered(base: Experiment) -> list[str]:
    """URL keys of the settings that can vary on the data of a settled experiment."""
    return [key for key in VARIABLE if key not in idle(base)]


def parse_vary(texts: Iterable[str]) -> dict[str, list[str]]:
    """Parse settings and values such as "T=8,16,32". Raises ExperimentError."""
    vary: dict[str, list[str]] = {}
    for text in texts:
        key, equals, values = text.partition("=")
        words = [word.strip() for word in values.split(",") if word.strip()]
        if not equals or not words or key.strip() in vary:
            raise ExperimentError(f"expected each setting once, as in T=8,16,32, got {text!r:.80}")
        vary[key.strip()] = words
    return vary


def read_value(key: str, value: Any) -> Any:
    """Check a setting's value, or parse its text. Raises ExperimentError."""
    setting = SETTINGS[key]
    if setting.limit is not None:
        with suppress(TypeError, ValueError):  # NumPy's own numbers, too
            value = float(value)
            if isinstance(setting.default, int) and value.is_integer():
                value = int(value)
    setting.check(value)
    return value


def base_of(data: str, settings: Mapping[str, Any]) -> Experiment:
    """The settings that data suggest, with some changed by URL key. Raises ExperimentError."""
    if taken := settings.keys() & {"mode", "seeds", "data"}:
        raise ExperimentError(f"{listed(sorted(taken))} can't be set: a sweep has its own")
    find_spec(Experiment().set(data=data, **settings))
    values = {
        key: tuple(value) if isinstance(value, list | tuple) else read_value(key, value)
        for key, value in settings.items()
    }
    return suggested(data).set(**values)


def _values(key: str, values: Iterable[Any], base: Experiment) -> list[Any]:
    """Check the values of a setting that varies, each once."""
    if key not in VARIABLE:
        raise ExperimentError(f"{key!r:.40} can't vary: expected one of {', '.join(VARIABLE)}")
    if key in idle(base):
        why = dictated(base).get(key, f"{find_spec(base).title} doesn't use it.")
        can = ", ".join(offered(base))
        raise ExperimentError(f"{key} can't vary here: {why.rstrip('.')}; what can is {can}")
    if read := list(dict.fromkeys(read_value(key, value) for value in values)):
        return read
    raise ExperimentError(f"{key} needs at least one value, as in {VARIABLE[key]['values']}")
