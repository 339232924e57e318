"""Small words and numbers to be read, as every sentence of the app needs them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

_DECIMAL = re.compile(r"\d[\d,]*\.\d+")
NEXT_TO_NOTHING = 1e-6
"""People are told of no smaller number than this."""
_WIDEST = "0.0000888"
_SPARE = " 8,888 8,888 8,888"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: "1 row", "1,461 rows"; `many` where that isn't `one` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """`text` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    """As a sentence lists them: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def listed(words: Iterable[str]) -> str:
    """Up to six of them and how many more there are, so that a message stays a sentence.

    The longest are cut short.
    """
    words = [word if len(word) <= 40 else f"{word[:39]}…" for word in words]
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return (", ".join(words[:6]) + more) if words else "none"


def number(value: float) -> str:
    """A number to be read: three digits that count, thousands apart; "0" is exactly nothing.

    From 1,000 on the digits before the point are all written out, up to a thousand million; beyond
    that and below 0.00001 the power of ten is: "3.44e11".
    """
    value = float(value)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite"
    size = abs(value)
    if not size:
        return "0"
    if size >= 0.9995e9 or size < 0.9995e-5:
        return _powered(value)
    if size >= 99.95:
        return f"{value:,.0f}"
    return _trim(f"{value:.{max(1, 2 - math.floor(math.log10(size)))}f}")


def short(value: float) -> str:
    """The same in nine letters at most, for where there is no room: "3.75e8", "≈ 0"."""
    if 0 < abs(value) < 1e-5:
        return "≈ 0" if abs(value) < NEXT_TO_NOTHING else f"{value:.6f}"
    text = number(value)
    return _powered(value) if len(text) > 9 and math.isfinite(value) else text


def readable(value: float) -> str:
    """As `number`, for who reads a sentence: next to nothing is "less than a millionth"."""
    if not 0 < abs(value) < 1e-5:
        return number(value)
    if abs(value) < NEXT_TO_NOTHING:
        return "less than a millionth"
    return _trim(f"{value:.{2 - math.floor(math.log10(abs(value)))}f}")


def signed(value: float) -> str:
    """As `number`, with a minus sign as wide as a plus, as formulas have it."""
    return number(value).replace("-", "−")


def subscript(index: int) -> str:
    """An index below a letter: "₁₂"."""
    return f"{index}".translate(_SUBSCRIPTS)


def _powered(value: float) -> str:
    digits, _, power = f"{value:.2e}".partition("e")
    return f"{_trim(digits)}e{int(power)}"


def _trim(digits: str) -> str:
    """Without zeros that only fill up the decimals."""
    return digits.rstrip("0").rstrip(".")


def widest(sentence: str) -> str:
    """A text as long as a sentence gets while its numbers change: for the room that it needs.

    Decimals take nine letters, and some words to spare stand for what else may grow.
    """
    return _DECIMAL.sub(lambda match: max(match[0], _WIDEST, key=len), sentence) + _SPARE
