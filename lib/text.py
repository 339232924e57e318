"""Format counts, lists and numbers as English, and read texts from TOML files."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

NEARLY_ZERO = 1e-7  # a smaller size is a rounding error of 32-bit numbers, shown as "≈ 0"
ALMOST_0 = "≈ 0"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 row", "1,461 rows", "one five-year step"."""
    digits = "one" if number == 1 and "-" in one else f"{number:,}"
    return f"{digits} {one if number == 1 else many or f'{one}s'}"


def all_of(number: int) -> str:
    """Return words for all of `number` things: "both", "all 12"."""
    return "both" if number == 2 else f"all {number:,}"


def capital(text: str) -> str:
    """Return `text` with a capital first letter, unless its first word is the variable x or y."""
    return text if re.match(r"[xy]\b", text) else text[:1].upper() + text[1:]


def with_full_stop(text: str) -> str:
    """Return `text` with one full stop at its end."""
    return f"{text.rstrip('.')}."


def joined(words: Sequence[str]) -> str:
    """Join words as in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def listed(words: Iterable[str]) -> str:
    """Join the first six words, each cut to 40 letters, and count the others: "… and 3 more"."""
    words = [word if len(word) <= 40 else f"{word[:39]}…" for word in words]
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return (", ".join(words[:6]) + more) if words else "none"


def number(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits: "0.0123", "26,109", "3.2 × 10⁻⁵"."""
    value = float(value)
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if not value:
        return "0"
    if not 0.001 <= abs(float(f"{value:.{digits}g}")) < 1e9:  # the rounded number decides
        return _powered(value, digits)
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return _trim(f"{value:,.{max(0, decimals)}f}")


def short(value: float) -> str:
    """Return a 32-bit number for labels, at most twelve characters: "3.75 × 10⁸", "≈ 0"."""
    if 0 < abs(value) < NEARLY_ZERO:
        return ALMOST_0
    text = number(value)
    return _powered(value) if len(text) > 9 and math.isfinite(value) else text


def readable(value: float, digits: int = 3, unit: str = "") -> str:
    """Return a number for a sentence, with its `unit` (" °C"); "≈ 0" for a size below 1e-7."""
    return (ALMOST_0 if 0 < abs(value) < NEARLY_ZERO else number(value, digits)) + unit


def apart(*values: float, unit: str = "") -> list[str]:
    """Return numbers as text whose digits show how they differ from the first: "355.1", "355.4"."""
    first = float(values[0]) if values else 0.0
    gaps = {float(value): float(value) - first for value in values}
    gaps = {value: gap for value, gap in gaps.items() if math.inf > abs(gap) >= 1e-6 * abs(first)}
    for digits in range(3, 8):  # a 32-bit number has 7 digits
        shown = {value: float(f"{value:.{digits}g}") for value in (first, *gaps)}
        errors = [abs(shown[v] - shown[first] - gap) / abs(gap) for v, gap in gaps.items() if gap]
        if max(errors, default=0) <= 0.1:  # every shown difference is off by at most 10%
            break
    return [readable(each, digits, unit) for each in values]


def times(ratio: float) -> str:
    """Return a ratio of at least 1 as text: "2.3 times", "48,000 times", "1,000,000+ times"."""
    return f"{number(float(f'{ratio:.2g}'))} times" if ratio < 1e6 else "1,000,000+ times"


def difference(value: float, other: float) -> str:
    """Return how a size differs from another: "12% smaller", "2.3 times larger", "the same"."""
    if math.isclose(value, other, rel_tol=1e-6):  # the same up to rounding errors of 32 bits
        return "the same"
    word, (low, high) = "smaller" if value < other else "larger", sorted((value, other))
    ratio = high / low if low else math.inf
    how_much = times(ratio) if ratio >= 2 else percent(100 * abs(value / other - 1))
    return f"{how_much} {word}"


def percent(value: float) -> str:
    """Return "12%", "0.3%" or "over 99.9%"; "0%" and "100%" only if exact; "–" if not finite."""
    if not math.isfinite(value):
        return "–"
    is_whole = value in (0, 100) or round(value) not in (0, 100)
    rounded = round(float(value), 0 if is_whole else 1)
    if not is_whole and rounded in (0, 100):
        return "over 99.9%" if rounded else "under 0.1%"
    return f"{number(rounded, 4)}%"


def typed(value: float) -> str:
    """Return a number as a user types it into a setting: "0.0001", "1,024"."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def subscript(index: int) -> str:
    """Return an index in subscript digits: "₁₂"."""
    return f"{index}".translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _powered(value: float, digits: int = 3) -> str:
    factor, _, power = f"{value:.{digits - 1}e}".partition("e")
    ten = "10" + f"{int(power)}".translate(_SUPERSCRIPTS)
    factor = _trim(factor)
    return ten if factor == "1" else f"{factor}\u202f×\u202f{ten}"  # narrow, unbreakable spaces


def _trim(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def duration(seconds: float) -> str:
    """Return a remaining time, rounded so that the text rarely changes: "about 15 s"."""
    if seconds < 3:
        return "a moment"
    steps = ((10, 1), (20, 5), (60, 10), (120, 30), (600, 60), (3600, 300), (math.inf, 1800))
    step = next(step for most, step in steps if seconds < most)
    minutes, rest = divmod(max(1, round(seconds / step)) * step, 60)
    units = ((minutes // 60, "h"), (minutes % 60, "min"), (rest, "s"))
    return " ".join(["about", *(f"{value} {unit}" for value, unit in units if value)])


def beside(module: str, name: str = "") -> dict[str, Any]:
    """Read `name`.toml beside `module` (a `__file__`). `name` defaults to the module's name."""
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))


def filled(table: Mapping[str, str], key: str, /, **names: object) -> str:
    """Return the text of `key` in a table, with its {names} filled in."""
    return table[key].format(**names)
