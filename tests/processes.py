"""The processes of a client's workers, of which only tests and measurements have to know."""


def worker_pids(client):
    """Those that work for a client: of each worker one, or two while it changes."""
    with client._changed:
        workers = [worker for each in client._pool.supervisors for worker in each.workers]
        return tuple(worker.pid for worker in workers if worker.pid is not None)
