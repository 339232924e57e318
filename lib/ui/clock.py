"""The clock of all pages, which tests replace."""

import time

now = time.monotonic  # seconds since some moment; they never go back
