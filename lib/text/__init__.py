"""Words and numbers for people: English for counts and lists, texts in TOML; no runs, no pages."""

from lib.text.english import (
    ALMOST_0,
    MONTHS,
    NOTHING,
    apart,
    apart_by,
    capital,
    counted,
    duration,
    joined,
    listed,
    number,
    readable,
    short,
    signed,
    subscript,
    widest,
    with_full_stop,
)
from lib.text.texts import beside, filled
