"""What a file may have at most and at least, and the errors that say which of it was passed."""

from typing import Self

from lib.english import counted
from lib.toml import beside

_WORDS = beside(__file__, "words")
MAX_BYTES = 100 * 10**6
"""The largest file that is read: 100 MB, as the file widget counts them."""
MAX_UNPACKED = 1_000 * 10**6
"""The most bytes that a file may hold when it is unpacked."""
MIN_ROWS = 6
"""Two windows of two timesteps and a horizon of one: below that nothing can be learned."""
WIDEST = 1000
"""The widest table that is read."""
MAX_ENTRIES = 20_000_000
"""The most entries that are read; a file of nothing but short entries would take a gigabyte."""


class UploadError(ValueError):
    """A file that can't be used. The message says what was expected, what came, and what to do."""

    @classmethod
    def of(cls, what: str, /, **names: object) -> Self:
        """That whose words stand in `[refused]` of words.toml, with these names."""
        return cls(_WORDS["refused"][what].format(**names))


def said(what: str, /, **names: object) -> str:
    """A sentence of `[said]` in words.toml, with these names."""
    return str(_WORDS["said"][what].format(**names))


def check_size(rows: int, columns: int) -> None:
    """Raise UploadError for a table that is too wide or has too many cells."""
    if columns > WIDEST:
        raise UploadError.of("wide", columns=columns, most=WIDEST)
    if rows * columns > MAX_ENTRIES:
        raise UploadError.of("large", rows=rows, cells=counted(columns, "cell"), most=MAX_ENTRIES)


def check_unpacked(size: int) -> None:
    """Raise UploadError for a file that would be too large when it is unpacked."""
    if size > MAX_UNPACKED:
        raise UploadError.of("unpacked", size=size / 10**6, most=MAX_UNPACKED // 10**6)
