"""What crosses between the page process and the worker. Records only.

Commands go one way; the snapshots of `lib.run`, answers and events come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lib.dataset import Samples
from lib.experiment import Experiment

BEAT_SECONDS = 1.0
"""Between two signs of life of a worker. Who waits for them takes a long silence for the end."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a client asks of the worker."""

    verb: str
    """"start", "pause", "resume", "step", "stop", "drop", "prepare", "ask" or "retire"."""
    run_id: str = ""
    """For "ask" the question's."""
    experiment: Experiment | None = None
    samples: Samples | None = None
    """For "start": what to train it on."""
    paused: bool = False
    """For "start": judge the untrained models, then wait."""
    shape: tuple[int, int, int, int] | None = None
    """For "prepare", which needs no data: (training samples, T, F, K)."""
    question: str = ""
    """For "ask": a key of `lib.training.answers.ANSWERS`."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """For "ask": what it is called with, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What came of a question."""

    question_id: str
    values: dict[str, Any] = field(default_factory=dict)
    """Plain values and arrays by name."""
    error: str = ""
    """A sentence where there is no answer."""


@dataclass(frozen=True, slots=True)
class Event:
    """What the worker says of itself."""

    kind: str
    """"ready": TensorFlow is imported. "failed": it can't be, and the worker ends. "refused": a
    message made no sense. "alive": said every second, so that silence means something. "grown": it
    uses so much memory that a fresh worker should take over, since memory of compiled code isn't
    given back while a process lives; said again while so."""
    text: str = ""
