"""A clock that tests control, so that tests don't wait for real time."""

import threading


class Clock:
    """A clock that a test advances. Each reading also advances it by `tick` seconds."""

    def __init__(self, tick=0.0):
        self.seconds = 1000.0
        self.readings = threading.Semaphore(0)  # released at each reading
        self._tick = tick

    def now(self):
        """Return seconds, like `time.monotonic`."""
        self.seconds += self._tick
        self.readings.release()
        return self.seconds

    def forward(self, seconds):
        """Advance the clock by some seconds."""
        self.seconds += seconds
