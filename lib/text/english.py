"""Small words and numbers to be read, as every sentence of the app needs them."""

import math
import re
from collections.abc import Iterable, Sequence

_DECIMAL = re.compile(r"\d[\d,]*\.\d+")
NOTHING = 1e-7
"""What is smaller is nothing to who reads a sentence: rounding to 32 bits leaves as much."""
NEXT_TO_NOTHING = 1e-6
"""No smaller number is written out."""
ALMOST_0 = "≈ 0"
"""Nothing, where there is no room, and of what isn't a size: no model "says nothing"."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""How the months' names begin, in small letters."""
_STEPS = ((10, 1), (20, 5), (60, 10), (120, 30), (600, 60), (3600, 300), (math.inf, 1800))
"""How long is left, up to so many seconds, and the steps in seconds in which that is told."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: "1 row", "1,461 rows"; `many` where that isn't `one` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """`text` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """`text` with one full stop at its end."""
    return f"{text.rstrip('.')}."


def joined(words: Sequence[str]) -> str:
    """As a sentence lists them: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def listed(words: Iterable[str]) -> str:
    """Up to six of them, cut short, and how many more there are: a message stays a sentence."""
    words = [word if len(word) <= 40 else f"{word[:39]}…" for word in words]
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return (", ".join(words[:6]) + more) if words else "none"


def number(value: float, digits: int = 3) -> str:
    """A number to be read: `digits` of it count, thousands apart; "0" is exactly nothing.

    From 1,000 on the digits before the point are all written out, up to a thousand million; beyond
    that and below 0.00001 the power of ten is: "3.44e11".
    """
    value = float(value)
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value and not 0.9995e-5 <= abs(value) < 0.9995e9:
        return _powered(value, digits)
    return _written_out(value, digits) if value else "0"


def short(value: float) -> str:
    """The same in nine letters at most, for where there is no room: "3.75e8", "≈ 0"."""
    if 0 < abs(value) < 1e-5:
        return ALMOST_0 if abs(value) < NEXT_TO_NOTHING else f"{value:.6f}"
    text = number(value)
    return _powered(value) if len(text) > 9 and math.isfinite(value) else text


def readable(value: float, digits: int = 3, unit: str = "", nothing: str = "nothing") -> str:
    """As `number`, for who reads a sentence: less than a ten-millionth is `nothing`.

    The `unit` stands behind it (" °C"), unless it is nothing.
    """
    return nothing if 0 < abs(value) < NOTHING else apart_by(value, digits) + unit


def apart_by(value: float, digits: int = 3) -> str:
    """The same of how far two things are apart that aren't one: never "nothing"."""
    if 0 < abs(value) < NEXT_TO_NOTHING:
        return "less than a millionth"
    return _written_out(value, digits) if 0 < abs(value) < 1e-5 else number(value, digits)


def apart(*values: float, unit: str = "", nothing: str = "nothing") -> list[str]:
    """As `readable`, with the digits that tell the others from the first: "355.1", "355.4".

    As many as it takes for what is shown to differ by what they differ by, within a tenth; less
    than a millionth of the first is no difference.
    """
    first = float(values[0]) if values else 0.0
    gaps = {float(value): float(value) - first for value in values}
    gaps = {value: gap for value, gap in gaps.items() if math.inf > abs(gap) >= 1e-6 * abs(first)}
    for digits in range(3, 8):  # three are read, and more than seven a 32-bit number hasn't
        begin = _shown(first, digits)
        if all(abs(_shown(v, digits) - begin - gap) <= 0.1 * abs(gap) for v, gap in gaps.items()):
            break
    return [readable(each, digits, unit, nothing) for each in values]


def _shown(value: float, digits: int) -> float:
    """What `readable` makes of it, as a number again."""
    text = readable(value, digits).replace(",", "")
    return 0.0 if " " in text or text in ("nothing", "infinite") else float(text)


def signed(value: float) -> str:
    """As `number`, with a minus sign as wide as a plus, as formulas have it."""
    return number(value).replace("-", "−")


def subscript(index: int) -> str:
    """An index below a letter: "₁₂"."""
    return f"{index}".translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _powered(value: float, digits: int = 3) -> str:
    factor, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{_trim(factor)}e{int(power)}"


def _written_out(value: float, digits: int) -> str:
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return _trim(f"{value:,.{max(0, decimals)}f}")


def _trim(text: str) -> str:
    """Without zeros that only fill up the decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def widest(sentence: str) -> str:
    """A text as long as a sentence gets while its numbers change: for the room that it needs.

    Decimals take nine letters, and some words to spare stand for what else may grow.
    """
    wide = _DECIMAL.sub(lambda found: max(found[0], "0.0000888", key=len), sentence)
    return f"{wide} 8,888 8,888 8,888"


def duration(seconds: float) -> str:
    """A time to come in steps so coarse that they hardly swing with the pace: "about 15 s"."""
    if seconds < 3:
        return "a moment"
    step = next(step for most, step in _STEPS if seconds < most)
    minutes, rest = divmod(max(1, round(seconds / step)) * step, 60)
    units = ((minutes // 60, "h"), (minutes % 60, "min"), (rest, "s"))
    return " ".join(["about", *(f"{value} {unit}" for value, unit in units if value)])
