"""What crosses between the page process and the worker. Records only: see `wire`.

A `Command` goes to the worker, a `Message` comes back.
"""

from typing import Any, Literal

import msgspec

from lib.dataset import Samples
from lib.experiment import Experiment
from lib.run import Snapshot

BEAT_SECONDS = 1.0
"""Between two signs of life of a worker. Who waits for them takes a long silence for the end."""
OUT_OF_MEMORY = 99
"""Exit code of a worker that can't go on for want of memory."""


class Start(msgspec.Struct, frozen=True, tag=True):
    """Train an experiment on these samples."""

    run_id: str
    experiment: Experiment
    samples: Samples
    paused: bool = False
    """Whether to judge the untrained models, then wait."""
    show_seconds: float | None = None
    """How long all its epochs are to take; None where they come as fast as they can."""
    background: bool = False
    """Whether it takes what other runs leave of the worker: nobody waits for it."""


Verb = Literal["pause", "resume", "step", "stop", "drop", "set_pace"]
"""To drop a run is to end it and to send nothing more about it."""


class Steer(msgspec.Struct, frozen=True, tag=True):
    """What a run is to do next; ignored if the worker doesn't know the run."""

    verb: Verb
    run_id: str
    show_seconds: float | None = None
    """With "set_pace": how long all its epochs are to take, as in `Start`."""


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Compile what an experiment needs, when there is nothing better to do."""

    experiment: Experiment
    shape: tuple[int, int, int, int]
    """Training samples, T, F, K."""


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Answer a question."""

    question_id: str
    question: str
    """A key of `lib.training.answers.ANSWERS`."""
    arguments: dict[str, Any]


class Retire(msgspec.Struct, frozen=True, tag=True):
    """End as soon as all runs are over and all questions answered."""


Command = Start | Steer | Prepare | Ask | Retire


class Report(msgspec.Struct, frozen=True, tag=True):
    """How a run stands."""

    snapshot: Snapshot


class Answer(msgspec.Struct, frozen=True, eq=False, tag=True):
    """What came of a question."""

    question_id: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    error: str = ""
    """A sentence where there is no answer."""


class Event(msgspec.Struct, frozen=True, tag=True):
    """What the worker says of itself."""

    kind: Literal["ready", "failed", "refused", "alive", "grown"]
    """"ready": TensorFlow is imported. "failed": it can't be, and the worker ends. "refused": a
    message made no sense. "alive": said every second, so that silence means something. "grown": it
    uses so much memory that a fresh worker should take over, since memory of compiled code isn't
    given back while a process lives; said again while so."""
    text: str = ""


Message = Report | Answer | Event
