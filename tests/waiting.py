"""Waiting for what other processes do, and which ones work for a client."""

import time

PATIENCE = 180.0
"""Seconds: far more than anything takes, also where a machine is very busy."""


def eventually(true, seconds=PATIENCE, pause=0.02):
    """Whether this comes true in time; it is called again and again, with pauses in between."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def worker_pids(client):
    """Those that work for a client: of each worker one, or two while it changes."""
    with client._changed:
        workers = [worker for each in client.pool.supervisors for worker in each.workers]
        return tuple(worker.process.pid for worker in workers if worker.process)
