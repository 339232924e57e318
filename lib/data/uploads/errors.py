"""Why a file is refused: `UploadError`, and the limits that every reader checks."""

from lib.text import counted

MAX_BYTES = 100 * 10**6  # the largest file that is read: 100 MB, as the file widget counts them
MIN_ROWS = 6
"""Two windows of two timesteps and a horizon of one: with fewer rows nothing can be learned."""
WIDEST = 1000  # the most columns that are read
MAX_CELLS = 20_000_000
"""The most cells that are read: with short entries they already take a gigabyte of memory."""


class UploadError(ValueError):
    """A file that can't be used. The message says what was expected and received, and the fix."""


def check_size(rows: int, columns: int) -> None:
    """Raise UploadError for a table that is too wide or has too many cells."""
    if columns > WIDEST:
        raise UploadError(
            f"The table has {columns:,} columns and at most {WIDEST:,} are read. A row "
            "for each timestep was expected: perhaps rows and columns are swapped."
        )
    if rows * columns > MAX_CELLS:
        raise UploadError(
            f"The table has {rows:,} rows of {counted(columns, 'cell')}, and at most "
            f"{MAX_CELLS:,} cells are read. Leave out columns, or keep a part of the rows."
        )
