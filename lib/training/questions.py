"""Questions under way: which future waits for which answer, of which worker.

It sends and receives nothing: the `client` reports answers, and which worker died.
"""

from __future__ import annotations

import secrets
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from lib.training.messages import Answer, Ask

AnswerFuture = Future[dict[str, Any]]


class AnswerError(RuntimeError):
    """There will be no answer; the text says why, in a sentence."""


@dataclass(slots=True, eq=False)
class _Open:
    future: AnswerFuture
    worker: object


class Questions:
    """The questions that have no answer yet. The client calls it from one thread at a time."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def open(
        self, worker: object, name: str, arguments: dict[str, Any]
    ) -> tuple[Ask, AnswerFuture]:
        """The command that asks `worker`, and what will hold its answer."""
        command = Ask(secrets.token_hex(8), name, arguments)
        question = self._open[command.question_id] = _Open(Future(), worker)
        return command, question.future

    def ahead(self, future: AnswerFuture) -> int:
        """How many questions its worker answers before this one; 0 for one that is answered."""
        question = next((q for q in self._open.values() if q.future is future), None)
        if question is None:
            return 0
        return [q for q in self._open.values() if q.worker is question.worker].index(question)

    def move(self, command: Ask, worker: object) -> bool:
        """Hand a question on to another worker. False if it isn't open any more."""
        if command.question_id not in self._open:
            return False
        self._open[command.question_id].worker = worker
        return True

    def settle(self, answer: Answer) -> None:
        """Give an answer to who waits for it."""
        question = self._open.pop(answer.question_id, None)
        if question is None:
            return
        if answer.error:
            question.future.set_exception(AnswerError(answer.error))
        else:
            question.future.set_result(answer.values)

    def fail(self, worker: object, reason: str) -> None:
        """End all questions that this worker has, without an answer."""
        for question_id in [k for k, q in self._open.items() if q.worker is worker]:
            self.settle(Answer(question_id, error=reason))
