"""The clock of tests: no test waits for a real one."""

import threading


class Clock:
    """Time that a test moves, and that goes by `tick` whenever somebody looks at it."""

    def __init__(self, tick=0.0):
        self.seconds = 1000.0
        self.looks = threading.Semaphore(0)  # released at each look
        self._tick = tick

    def now(self):
        """Seconds, as of `time.monotonic`."""
        self.seconds += self._tick
        self.looks.release()
        return self.seconds

    def forward(self, seconds):
        """Let time pass."""
        self.seconds += seconds
