"""The clock of all pages. Tests replace it."""

import time

now = time.monotonic  # seconds from an arbitrary start; never decreases
