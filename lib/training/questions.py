"""Questions to Keras that are open: the future of each answer, and the worker that is asked."""

from __future__ import annotations

import secrets
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lib.training.messages import Answer, Ask, Cancel
from lib.training.worker_process import WorkerProcess

AnswerFuture = Future[dict[str, Any]]


class AnswerError(RuntimeError):
    """There will be no answer; the text says why, in a sentence."""


def refused_question(why: str) -> AnswerFuture:
    """The future of a question that nobody can answer."""
    future: AnswerFuture = Future()
    future.set_exception(AnswerError(why))
    return future


@dataclass(slots=True, eq=False)
class Question:
    """A question that has no answer yet."""

    command: Ask
    worker: WorkerProcess
    future: AnswerFuture = field(default_factory=Future)
    was_moved: bool = False
    """Whether another worker had it before."""


class Questions:
    """The questions that have no answer yet. The client calls it while it holds the `lock`."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._open: dict[str, Question] = {}

    def ask(self, worker: WorkerProcess, name: str, arguments: dict[str, Any]) -> AnswerFuture:
        """Ask a worker. Raises WireError for arguments that may not be sent."""
        question = Question(Ask(secrets.token_hex(8), name, arguments), worker)
        worker.post(question.command)
        question_id = question.command.question_id
        self._open[question_id] = question
        question.future.add_done_callback(partial(self._drop_cancelled, question_id))
        return question.future

    def _drop_cancelled(self, question_id: str, future: AnswerFuture) -> None:
        """Forget a question when its future is cancelled, and have its worker drop it."""
        with self._lock:
            if future.cancelled() and (question := self._open.pop(question_id, None)):
                future.set_running_or_notify_cancel()
                question.worker.post(Cancel(question_id))

    def settle(self, answer: Answer) -> None:
        """Give an answer to who waits for it, unless they have cancelled the question."""
        question = self._open.pop(answer.question_id, None)
        if question is None or not question.future.set_running_or_notify_cancel():
            return
        if answer.error:
            question.future.set_exception(AnswerError(answer.error))
        else:
            question.future.set_result(answer.values)

    def move(self, worker: WorkerProcess, other: WorkerProcess | None, why: str) -> None:
        """Ask another worker what one that is gone had; without one, or again, there is no answer.

        The second worker that ends with a question may have ended because of that.
        """
        for question_id, question in list(self._open.items()):
            if question.worker is worker and (other is None or question.was_moved):
                self.settle(Answer(question_id, error=why))
            elif question.worker is worker and other is not None:
                question.worker, question.was_moved = other, True
                other.post(question.command)
