"""Questions to Keras that are open: the future of each answer, and the worker that is asked.

The `client` reports answers, and which worker died.
"""

import secrets
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from lib.training.messages import Answer, Ask, Cancel, Command
from lib.training.worker_process import WorkerProcess

AnswerFuture = Future[dict[str, Any]]


class AnswerError(RuntimeError):
    """There will be no answer; the text says why, in a sentence."""


class Questions:
    """The questions that have no answer yet. The client calls it while it holds the `lock`."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._open: dict[str, tuple[AnswerFuture, WorkerProcess]] = {}
        """By question id, the future of the answer and the worker that is asked."""

    def open(
        self, worker: WorkerProcess, name: str, arguments: dict[str, Any]
    ) -> tuple[Ask, AnswerFuture]:
        """The command that asks `worker`, and the future of its answer."""
        command = Ask(secrets.token_hex(8), name, arguments)
        future: AnswerFuture = Future()
        self._open[command.question_id] = future, worker
        future.add_done_callback(partial(self._drop_cancelled, command.question_id))
        return command, future

    def _drop_cancelled(self, question_id: str, future: AnswerFuture) -> None:
        """Forget a question when its future is cancelled, and have its worker drop it."""
        with self._lock:
            if future.cancelled() and question_id in self._open:
                future.set_running_or_notify_cancel()
                _, worker = self._open.pop(question_id)
                worker.post(Cancel(question_id))

    def ahead(self, future: AnswerFuture) -> int:
        """How many questions its worker answers before this one; 0 for one that is answered."""
        own = next((worker for known, worker in self._open.values() if known is future), None)
        futures = [known for known, worker in self._open.values() if worker is own]
        return futures.index(future) if futures else 0

    def send_again(self, unsent: list[Command], worker: WorkerProcess) -> None:
        """Ask a worker what another one never got, as far as it is still open."""
        for command in unsent:
            if isinstance(command, Ask) and command.question_id in self._open:
                self._open[command.question_id] = self._open[command.question_id][0], worker
                worker.post(command)

    def settle(self, answer: Answer) -> None:
        """Give an answer to who waits for it, unless they have cancelled the question."""
        future, _ = self._open.pop(answer.question_id, (None, None))
        if future is None or not future.set_running_or_notify_cancel():
            return
        if answer.error:
            future.set_exception(AnswerError(answer.error))
        else:
            future.set_result(answer.values)

    def fail(self, worker: object, reason: str) -> None:
        """End all questions that this worker has, without an answer."""
        for question_id in [k for k, (_, own) in self._open.items() if own is worker]:
            self.settle(Answer(question_id, error=reason))
