"""The clock that pages go by; a test may put another in its place."""

import time


def now() -> float:
    """Seconds since some moment; they never go back."""
    return time.monotonic()
