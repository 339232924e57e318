"""Words and numbers for people: English for counts, durations and lists, and texts kept in TOML.

Nothing in here knows about Keras, runs or pages.
"""

from lib.text import english
from lib.text.english import (
    ALMOST_0,
    MONTHS,
    NOTHING,
    apart,
    apart_by,
    beside,
    capital,
    counted,
    duration,
    joined,
    listed,
    number,
    readable,
    say,
    sentence,
    short,
    signed,
    subscript,
    widest,
)
