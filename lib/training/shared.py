"""Runs of other page servers in a cluster: which of them are being looked for.

It sends and receives nothing itself: the `client` posts its commands, and passes on the answers.
All methods may be called from any thread.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from lib.training.messages import Command, Find, Found


class Shared:
    """The way to the runs of other page servers. `post` takes a command for the cluster's driver.

    `post` is called without a lock: the client has one, and holds it while it calls `again`.
    """

    def __init__(self, post: Callable[[Command], object]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._searches: dict[str, Future[bytes | None]] = {}

    def find(self, run_id: str) -> Future[bytes | None]:
        """Look for a run: the result is its card (`lib.card`), or None where nobody knows it."""
        with self._lock:
            is_new = run_id not in self._searches
            search = self._searches.setdefault(run_id, Future())
        if is_new:
            self._post(Find(run_id))
        return search

    def take(self, found: Found) -> None:
        """Give the driver's answer to all who look for the run."""
        with self._lock:
            search = self._searches.pop(found.run_id, None)
        if search is not None:
            search.set_result(found.card)

    def again(self) -> None:
        """Ask a driver that follows another for what that one has not answered."""
        with self._lock:
            searches = list(self._searches)
        for run_id in searches:
            self._post(Find(run_id))
