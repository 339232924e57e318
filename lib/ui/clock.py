"""The clock that pages go by; a test may put another in its place."""

import time

now = time.monotonic  # seconds since some moment; they never go back
