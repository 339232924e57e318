"""What a file may have at most and at least, and the error that says which of it was passed."""

MAX_BYTES = 50 * 10**6
"""The largest file that is read: 50 MB, as the file widget counts them."""
MIN_ROWS = 6
"""Two windows of two timesteps and a horizon of one: below that nothing can be learned."""
WIDEST = 1000
"""The widest table that is read."""
MAX_ENTRIES = 20_000_000
"""The most entries that are read; a file of nothing but short entries would take a gigabyte."""


class UploadError(ValueError):
    """A file that can't be used. The message says what was expected, what came, and what to do."""
