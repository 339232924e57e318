"""Questions to Keras, asked by the page itself, never more than one for each place at a time.

An answer belongs to what was asked: while another is under way the last one stays, if it is about
a model of the same shape, so that figures that follow a run never blink.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.training.questions import AnswerFuture
from lib.ui import training

EVERY_SECONDS = 1.0
"""Between two questions for the same place, at the least, while a run trains."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known for a place now."""

    values: dict[str, Any] | None
    """None until there is an answer for a model of this shape."""
    subject: tuple[Any, ...]
    """What the values are about."""
    waiting: bool
    """Whether a newer answer is under way or due."""
    error: str = ""
    """A sentence where Keras could not answer."""


@dataclass(slots=True, eq=False)
class _Place:
    """The last answer for a place, and the question that is under way."""

    shape: Hashable = None
    subject: tuple[Any, ...] = ()
    values: dict[str, Any] | None = None
    error: str = ""
    asked: AnswerFuture | None = None
    asked_shape: Hashable = None
    asked_subject: tuple[Any, ...] = ()
    asked_at: float = -EVERY_SECONDS


def ask(
    name: str,
    place: str,
    shape: Hashable,
    subject: tuple[Any, ...],
    arguments: Callable[[], dict[str, Any]],
    *,
    hold: bool = False,
) -> Reply:
    """Ask for `subject` unless its answer is here or under way, and return what is known.

    Args:
        name: a key of `lib.training.answers.ANSWERS`.
        place: where the answer is shown: a question for each.
        shape: what an answer must have in common with this question to stand in for its own.
        subject: what the question is about, such as weights: asked again when it is another one.
        arguments: makes the question's, when it is asked.
        hold: be content with an answer for a model of this shape.
    """
    known: _Place = st.session_state.setdefault(f"cell_ask_{place}", _Place())
    _take(known)
    fresh = known.shape == shape and (hold or _same(known.subject, subject))
    due = time.monotonic() - known.asked_at >= EVERY_SECONDS or known.shape != shape
    if not fresh and known.asked is None and due:
        known.asked = training.client().ask(name, **arguments())
        known.asked_shape, known.asked_subject = shape, subject
        known.asked_at = time.monotonic()
    fits = known.shape == shape
    error = known.error if fits else ""
    return Reply(known.values if fits else None, known.subject, not fresh, error)


def _take(known: _Place) -> None:
    """Note the answer, if it has come."""
    if known.asked is None or not known.asked.done():
        return
    error = known.asked.exception()
    known.values = None if error else known.asked.result()
    known.error = f"{error}" if error else ""
    known.shape, known.subject = known.asked_shape, known.asked_subject
    known.asked = None


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Numbers by their value, arrays and whatever holds them by identity."""
    pairs = zip(one, other, strict=True)
    return len(one) == len(other) and all(
        a == b if isinstance(a, int) and isinstance(b, int) else a is b for a, b in pairs
    )


def forget_errors() -> None:
    """Ask again where there was no answer. For a button's callback."""
    for key, known in list(st.session_state.items()):
        if isinstance(known, _Place) and known.error:
            del st.session_state[key]


def answered() -> bool:
    """Whether an answer has come that the page hasn't shown yet."""
    places = [known for known in st.session_state.values() if isinstance(known, _Place)]
    return any(known.asked is not None and known.asked.done() for known in places)
