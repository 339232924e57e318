"""`TrainingPool`: several clients, each with a worker of its own, that are used like one.

A run stays where it was started: with the worker that had the fewest to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import ModelWeights, Run, Snapshot
from lib.training.client import Notice, TrainingClient, is_over
from lib.training.questions import AnswerFuture


class TrainingPool:
    """As many clients as there are to be workers. What its methods do is said at the client's.

    Args:
        workers: how many.
        delay: seconds to wait before they start; see `TrainingClient`.
    """

    def __init__(self, workers: int = 1, delay: float = 0.0) -> None:
        self._clients = [TrainingClient(delay=delay) for _ in range(workers)]

    @property
    def worker_ready(self) -> bool:
        """Whether one of the workers has imported TensorFlow."""
        return any(client.worker_ready for client in self._clients)

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The processes that work for all clients."""
        return tuple(pid for client in self._clients for pid in client.worker_pids)

    @property
    def notice(self) -> Notice | None:
        """The last time that a worker died; None if none ever did."""
        notices = [client.notice for client in self._clients if client.notice]
        return max(notices, key=lambda notice: notice.time, default=None)

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        paused: bool = False,
        owner: str | None = None,
    ) -> Run:
        """Start a run where there is the least to do."""
        elsewhere = sum(client.going(owner) for client in self._clients) if owner else 0
        client = self._idlest()
        elsewhere -= client.going(owner) if owner else 0
        return client.start(experiment, dataset, paused, owner, elsewhere)

    def restart(self, run: Run) -> Run:
        """Start the same again, as a new run."""
        return self.start(run.experiment, run.dataset)

    def pause(self, run: Run) -> None:
        """Let a run rest where it is."""
        self._of(run).pause(run)

    def resume(self, run: Run) -> None:
        """Let a paused run go on to its end."""
        self._of(run).resume(run)

    def step(self, run: Run) -> None:
        """Train one epoch more, then pause."""
        self._of(run).step(run)

    def stop(self, run: Run) -> None:
        """End a run. Its figures stay."""
        self._of(run).stop(run)

    def drop(self, run: Run) -> None:
        """End a run and forget it."""
        self._of(run).drop(run)

    def prepare(self, experiment: Experiment, dataset: Dataset) -> None:
        """Compile ahead where a run would be started now."""
        self._idlest().prepare(experiment, dataset)

    def ask(self, name: str, **arguments: Any) -> AnswerFuture:
        """Ask Keras, in the worker that has the least to do."""
        return self._idlest().ask(name, **arguments)

    def ahead(self, question: AnswerFuture) -> int:
        """How many questions its worker answers before this one."""
        return sum(client.ahead(question) for client in self._clients)

    def get(self, run_id: str) -> Run | None:
        """The run of an id, as long as it is known."""
        return self._of(run_id).get(run_id)

    def latest(self, run: Run | str) -> Snapshot | None:
        """The newest there is of a run; None when it isn't known (any more)."""
        return self._of(run).latest(run)

    def checkpoints(self, run: Run) -> list[tuple[int, ModelWeights]]:
        """Some of the weights that a run had, by epoch."""
        return self._of(run).checkpoints(run)

    def wait(
        self,
        run: Run,
        timeout: float | None = None,
        until: Callable[[Snapshot], bool] = is_over,
    ) -> Snapshot:
        """Wait for a snapshot of a run that `until` is true of."""
        return self._of(run).wait(run, timeout, until)

    def close(self) -> None:
        """End all workers."""
        for client in self._clients:
            client.close()

    def _of(self, run: Run | str) -> TrainingClient:
        """The client of a run; any, where none knows it: it will say so."""
        run_id = run if isinstance(run, str) else run.id
        return next((c for c in self._clients if c.get(run_id) is not None), self._clients[0])

    def _idlest(self) -> TrainingClient:
        return min(self._clients, key=TrainingClient.going)
