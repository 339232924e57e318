"""Wait for other processes, and find the worker processes of a client."""

import time

PATIENCE = 180.0
"""Time limit in seconds, far longer than any step takes, even on a busy machine."""


def eventually(condition, seconds=PATIENCE, pause=0.02):
    """Call `condition` every `pause` seconds. Return whether it is True within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def worker_pids(client):
    """Return the process ids of a client's workers, including workers that are being replaced."""
    with client._changed:
        workers = [worker for each in client.pool.supervisors for worker in each.workers]
        return tuple(worker.process.pid for worker in workers if worker.process)
