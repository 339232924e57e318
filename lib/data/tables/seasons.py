"""The season of a table's targets, and names for its length."""

from functools import cache, lru_cache

import numpy as np

from lib.data.dataset import Origin, Season
from lib.data.tables.table import TooShortError
from lib.text import counted

MAX_SEASON_ROWS = 20_000  # how many training rows, the last ones, seasons are compared on
_SEARCHED_ROWS = 1024  # how many rows of the first target `coreforecast` searches: 20 ms
NEARER = 0.95  # a season's squared error is below this times that of the last value, or it's chance
AS_NEAR = 0.8
"""The shortest season is taken whose squared error, times this, is at most the least one: two weeks
repeat what one week does, and are up to a fifth nearer by chance."""
_PHASES = 24  # a season's own phase is compared with so many others at most, evenly spaced
_SEASONS = {
    "minute": {60: "hour", 1440: "day"},
    "hour": {24: "day", 168: "week"},
    "day": {7: "week", 365: ""},
    "weekday": {5: "week"},
    "week": {52: ""},
    "month": {12: "year"},
    "quarter": {4: "year"},
}
"""Seasons of the calendar by the step between two rows: rows → name, "" where their number varies.
A weekday is a day of data without weekends."""


def on_weekdays(places: np.ndarray) -> bool:
    """Whether these are dates (R,), none of them on a weekend: then Monday follows Friday."""
    if places.dtype.kind != "M" or len(places) <= 10:
        return False
    days = places.astype("M8[D]")
    return bool((np.is_busday(days) & (days == places)).all())


def back(origin: Origin, period: int = 1) -> np.ndarray:
    """How many rows before a target its last known value is, or the last of that season, (H,)."""
    return period * -(-np.maximum(1, origin.horizons) // period)


def natural_seasons(origin: Origin) -> dict[int, str]:
    """The calendar's seasons for such rows, the usual one first: rows → name ("" for no name)."""
    return _SEASONS.get(_step(origin), {})


def check_season(origin: Origin, period: int) -> None:
    """Raise TooShortError unless a series has more training rows than a season of `period` rows."""
    longest = int(np.bincount(origin.series[origin.training]).max())
    if period >= longest:
        raise TooShortError(
            f"a season of {period:,} rows was asked for, and the training part has {longest:,}: "
            "choose a shorter one, or 0 to look for it.",
            {"period": 0},
        )


def find_season(origin: Origin) -> Season:
    """The season of the targets, as far as the training rows tell, and that of the baseline.

    A season's values must be nearer to the targets than the last known ones; of those that are
    nearest the shortest is taken. The baseline has the calendar's usual season where none is found,
    or where the value a season before is the last known one.
    """
    rows, longest = _training_rows(origin)
    some = np.linspace(0, len(origin.horizons) - 1, 5).round().astype(int)  # of many horizons
    lags = {m: back(origin, m)[some].tolist() for m in (1, *_candidates(origin, longest))}
    natural = natural_seasons(origin)
    usual = next((m for m in natural if lags[1] < lags[m] and lags[m][-1] < len(longest)), 1)
    tried = tuple(m for m in lags if m > 1 and 2 * lags[m][-1] <= len(longest))
    # The same rows for all of them: those that the longest look back leaves.
    first = rows - max(lags[m][-1] for m in (1, *tried))
    rows = rows[(first >= 0) & (origin.series[first] == origin.series[rows])]
    if not tried or not len(rows):
        return Season(1, usual)
    spread = origin.targets[rows].var(axis=0)
    spread[spread == 0] = 1.0

    @cache
    def error(lag: int) -> float:
        """Mean square of the change over so many rows, in variances, summed over the C columns."""
        change = origin.targets[rows] - origin.targets[rows - lag]
        return float(((change**2).mean(axis=0) / spread).sum())

    errors = {}
    for m in tried:
        own, others = lags[m], lags[1]
        if own == others:  # of the same phase: then it must be nearer than other phases
            phases = np.linspace(1, m - 1, min(m - 1, _PHASES)).round().astype(int)
            own, others = [m], phases.tolist()
        mean = float(np.mean([error(lag) for lag in own]))
        if mean < NEARER * float(np.mean([error(lag) for lag in others])):
            errors[m] = mean
    if not errors:
        return Season(1, usual, tried)
    period = min(m for m, of in errors.items() if AS_NEAR * of <= min(errors.values()))
    return Season(period, usual if lags[period] == lags[1] else period, tried)


def untried_seasons(origin: Origin) -> tuple[int, dict[int, int]]:
    """How many training rows there are, and how many each season takes that wasn't tried."""
    needed = {m: 2 * int(back(origin, m).max()) for m in natural_seasons(origin)}
    there = len(_training_rows(origin)[1])
    return there, {m: rows for m, rows in needed.items() if m not in origin.season.tried}


def _training_rows(origin: Origin) -> tuple[np.ndarray, np.ndarray]:
    """The training rows that seasons are compared on, and those of the longest series, (R',)."""
    rows = np.flatnonzero(origin.training)[-MAX_SEASON_ROWS:]
    return rows, rows[origin.series[rows] == np.bincount(origin.series[rows]).argmax()]


def _candidates(origin: Origin, rows: np.ndarray) -> list[int]:
    """The calendar's seasons, and what `coreforecast` finds in rows (R',), with its divisors."""
    # A power of two: the same rows, and a known answer, where a slider moves the training part.
    count = min(1 << len(rows).bit_length() - 1, _SEARCHED_ROWS)
    found = _search(origin.targets[rows[:count], 0].tobytes())
    return sorted({*natural_seasons(origin), *(m for m in range(2, found + 1) if not found % m)})


@lru_cache(maxsize=64)
def _search(column: bytes) -> int:
    """The season of a column of float64, 0 for none."""
    from coreforecast.seasonal import find_season_length  # noqa: PLC0415  for tables alone

    values = np.frombuffer(column)
    return int(find_season_length(values, max(len(values) // 3, 1)))


def season_length(origin: Origin, period: int) -> str:
    """So many rows in words: "7 days"; "7 rows" where a gap makes them more days."""
    return counted(period, "row" if origin.gaps else _step(origin))


def _step(origin: Origin) -> str:
    """What lies between two rows: "weekday" for days without weekends."""
    dates = origin.times
    weekdays = origin.step == "day" and dates is not None and on_weekdays(dates.values)
    return "weekday" if weekdays else origin.step
