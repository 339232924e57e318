"""`TrainingClient`: start runs, control them, and read their snapshots, from any Python process.

    with TrainingClient() as client:
        run = client.start(experiment, dataset)
        snapshot = client.wait(run)

All methods are thread-safe. Only `wait` and `close` block.
"""

import atexit
import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from msgspec import structs

from lib.data import Dataset
from lib.experiment import Experiment
from lib.results import Run, SeedWeights, Snapshot
from lib.training import machine, messages
from lib.training.messages import Answer, Ask, Drop, Message, Start, Steer
from lib.training.run_registry import TIDY_SECONDS, RunRegistry
from lib.training.worker_pool import Supervisor, WorkerPool
from lib.training.worker_process import MakeWorker, WorkerProcess

AnswerFuture = Future[dict[str, Any]]


class AnswerError(RuntimeError):
    """Raised if a worker can't answer a question. The message is a sentence with the reason."""


class TrainingClient(AbstractContextManager["TrainingClient"]):
    """Trains runs, and answers questions that need Keras, in worker processes.

    Workers start with the first run, or after `delay` seconds, to leave the processor to the first
    page. `clustered` is whether a Ray cluster trains; None reads the environment variable.
    """

    def __init__(
        self,
        delay: float = 0.0,
        workers: int = 1,
        *,
        clock: Callable[[], float] = time.monotonic,
        make_worker: MakeWorker = WorkerProcess,
        clustered: bool | None = None,
    ) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._closed = False
        clustered = bool(os.environ.get(machine.RAY)) if clustered is None else clustered
        make = partial(make_worker, self._received, self._ended)
        self.pool = WorkerPool(make, clock, workers, clustered)
        self._registry = RunRegistry(self.pool, clock)
        self._questions: dict[str, tuple[WorkerProcess, AnswerFuture]] = {}
        atexit.register(self.close)
        with self._changed:
            self.pool.begin(delay)

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        paused: bool = False,
        owner: str | None = None,
        show_seconds: float | None = None,
        *,
        background: bool = False,
    ) -> Run:
        """Start training an experiment on a dataset; a `paused` run waits before its first epoch.

        `show_seconds` is the time to spread the epochs over. A `background` run trains only while
        no other run needs its worker. `owner` is a browser's id, "" if it has no cookie, None for a
        script. A run beyond a limit gets the status FAILED and a reason. Raises WireError, a
        ValueError, for values that can't be sent.
        """
        run = Run(secrets.token_hex(8), experiment, dataset)
        start = Start(run.id, experiment, dataset.samples, paused, show_seconds, background)
        with self._changed:
            self._registry.start(run, start, owner, self._least_busy())
        return run

    def set_pace(self, run: Run, show_seconds: float | None) -> None:
        """Change the pace of a run's remaining epochs: see `start`."""
        with self._changed:
            if (known := self._registry.runs.get(run.id)) and not known.over:
                known.start = structs.replace(known.start, show_seconds=show_seconds)
                known.worker.post(Steer("set_pace", run.id, (show_seconds,)))

    def pause(self, run: Run) -> None:
        """Pause a run, even in the middle of an epoch."""
        self._steer(run, "pause")

    def resume(self, run: Run, epochs: int | None = None) -> None:
        """Resume a paused run, to its end or for a number of epochs."""
        self._steer(run, "resume", epochs)

    def step(self, run: Run) -> None:
        """Train one more epoch, then pause."""
        self._steer(run, "step")

    def stop(self, run: Run) -> None:
        """Stop a run and keep its results."""
        self._steer(run, "stop")

    def _steer(self, run: Run, verb: messages.Verb, *epochs: int | None) -> None:
        with self._changed:
            if (known := self._registry.look_at(run.id)) and not known.over:
                # A run that resumes for a number of epochs then pauses, as after a step.
                known.note_command("step" if any(epochs) else verb)
                known.worker.post(Steer(verb, run.id, epochs))
                self._changed.notify_all()

    def prepare(self, experiment: Experiment, dataset: Dataset) -> None:
        """Compile an experiment's program in advance, while no run waits for a program."""
        shape = (dataset.train, *dataset.shape[1:], dataset.targets)
        with self._changed:
            if not self.pool.unavailable:
                self._least_busy().need().post(messages.Prepare(experiment, shape))

    def ask(self, name: str, **arguments: Any) -> AnswerFuture:
        """Call one of `lib.training.answers.ANSWERS` in a worker, by name.

        The future's result has plain values and read-only arrays by name, or it raises AnswerError.
        The worker skips a question whose future is canceled in time. A question doesn't end the
        workers' `delay`. Raises WireError, a ValueError, for arguments that can't be sent.
        """
        question_id, future = secrets.token_hex(8), AnswerFuture()
        with self._changed:
            worker = self._least_busy().need()
            if self.pool.unavailable:
                future.set_exception(AnswerError(self.pool.unavailable))
                return future
            worker.post(Ask(question_id, name, arguments))
            self._questions[question_id] = worker, future
        future.add_done_callback(partial(self._drop_canceled, question_id))
        return future

    def _drop_canceled(self, question_id: str, future: AnswerFuture) -> None:
        with self._changed:
            if future.cancelled() and (question := self._questions.pop(question_id, None)):
                future.set_running_or_notify_cancel()
                question[0].post(Drop(question_id))

    def _settle(self, answer: Answer) -> None:
        _, future = self._questions.pop(answer.id, (None, None))
        if future is None or not future.set_running_or_notify_cancel():
            return  # the future was canceled
        if answer.error:
            future.set_exception(AnswerError(answer.error))
        else:
            future.set_result(answer.values)

    def _end_questions(self, worker: WorkerProcess, why: str) -> None:
        for question_id in [k for k, (owner, _) in self._questions.items() if owner is worker]:
            self._settle(Answer(question_id, error=why))

    def get(self, run_id: str) -> Run | None:
        """Return a run by its id; None if it is unknown or forgotten."""
        with self._changed:
            return known.run if (known := self._registry.runs.get(run_id)) else None

    def latest(self, run: Run) -> Snapshot | None:
        """Return a run's newest snapshot, or None. Runs that aren't read for minutes are paused."""
        with self._changed:
            known = self._registry.look_at(run.id)
            self._registry.tidy(TIDY_SECONDS)
            return known.snapshot if known else None

    def checkpoints(self, run: Run) -> list[tuple[int, SeedWeights]]:
        """Return earlier epochs with all models' weights, in order; [] if weights are too large."""
        with self._changed:
            known = self._registry.runs.get(run.id)
            return [*known.weights.points] if known else []

    def wait(
        self,
        run: Run,
        timeout: float | None = None,
        until: Callable[[Snapshot], bool] = lambda snapshot: snapshot.status.over,
    ) -> Snapshot:
        """Wait for a snapshot for which `until` is true; by default, the run's last snapshot.

        Resumes a run that was paused because no page showed it. Raises TimeoutError after `timeout`
        seconds, or if the run ends first. Raises KeyError for an unknown run.
        """
        with self._changed:
            known = self._registry.runs[run.id]
            if known.unwatched:
                self.resume(run)

            def is_done() -> bool:
                is_known = self._registry.look_at(run.id) is not None
                return not is_known or until(known.snapshot) or known.over

            self._changed.wait_for(is_done, timeout)
            snapshot = self._registry.runs[run.id].snapshot
        if not until(snapshot):
            status = f"{snapshot.status}: {snapshot.reason}" if snapshot.reason else snapshot.status
            limit = "" if timeout is None else f" within {timeout} s"
            raise TimeoutError(f"the run didn't reach the expected state{limit}; it is {status}")
        return snapshot

    def close(self) -> None:
        """Kill the workers. Unfinished runs fail."""
        reason = "The training process was closed."
        with self._changed:
            self._closed = True
            workers = [w for each in self.pool.supervisors for w in each.workers]
            for run in self._registry.runs.values():
                if not run.over:
                    run.end(reason, run.seen_at)
            for worker in workers:
                self._end_questions(worker, reason)
            self._changed.notify_all()
        for worker in workers:
            worker.close()
        atexit.unregister(self.close)

    def _least_busy(self) -> Supervisor:
        if self._closed:
            raise RuntimeError("this client is closed")
        return self.pool.least_busy(self._registry.active_count)

    def _received(self, worker: WorkerProcess, message: Message) -> None:
        """Handle a worker's message. Called in the worker's reader thread."""
        with self._changed:
            match message:
                case messages.Report() | messages.Checkpoint():
                    self._registry.take(worker, message)
                case messages.Answer():
                    self._settle(message)
                case messages.Event():
                    is_busy = bool(self._registry.unfinished(worker))
                    self.pool.supervisor_of(worker).note_event(worker, message, is_busy=is_busy)
                case messages.Lost(id=lost_id, how=how):
                    lost = [r for r in self._registry.unfinished(worker) if r.run.id == lost_id]
                    self._registry.fail_over(lost, how)
                    self._settle(Answer(lost_id, error=f"{how} Ask again."))
            self._changed.notify_all()

    def _ended(self, worker: WorkerProcess) -> None:
        """Replace a dead worker process. Called in the worker's reader thread."""
        with self._changed:
            if self._closed:
                return
            supervisor = self.pool.supervisor_of(worker)
            how, lost = supervisor.replace_dead(worker), self._registry.unfinished(worker)
            self._registry.fail_over(lost, how, is_suspect=not supervisor.is_cluster)
            self._end_questions(worker, how if self.pool.unavailable else f"{how} Ask again.")
            self._changed.notify_all()
