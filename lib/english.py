"""Small words: plurals, capitals and lists, as every sentence of the app needs them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DECIMAL = re.compile(r"\d[\d,]*\.\d+")
_WIDEST = "0.0000888"
_SPARE = " 8,888 8,888 8,888"


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: "1 row", "1,461 rows"; `many` where that isn't `one` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """`text` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    """As a sentence lists them: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def widest(sentence: str) -> str:
    """A text as long as a sentence gets while its numbers change: for the room that it needs.

    Decimals take nine letters, and some words to spare stand for what else may grow.
    """
    return _DECIMAL.sub(lambda found: max(found[0], _WIDEST, key=len), sentence) + _SPARE
