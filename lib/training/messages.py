"""Records sent between the page process and the worker, and the sentences that they show users.

The page process sends a `Command`, the worker a `Message`. A record about a run or a question has
its `id`. The format is msgpack, which can't run code, with an extension type for NumPy arrays.
"""

import threading
from functools import cache, partial
from typing import Any, Literal

import msgspec
import numpy as np

from lib.data import Samples
from lib.experiment import Experiment
from lib.results import Snapshot
from lib.text import beside, filled

sentence = partial(filled, beside(__file__, "words"))  # a message of `words.toml`, filled in
BEAT_SECONDS = 1.0  # the time between two heartbeats of a worker


class Start(msgspec.Struct, frozen=True, tag=True):
    """Start a run: train an experiment on samples."""

    id: str
    experiment: Experiment
    samples: Samples
    paused: bool = False  # whether to evaluate the models and then wait for a command
    show_seconds: float | None = None  # seconds for all epochs; None for full speed
    background: bool = False  # whether all other runs of the worker come first
    checkpoint: bytes = b""  # the `Checkpoint.state` to continue from, if any


Verb = Literal["pause", "resume", "step", "stop", "set_pace"]


class Steer(msgspec.Struct, frozen=True, tag=True):
    """Call a method of `WorkerRun`. A worker ignores the command if it doesn't have the run."""

    verb: Verb
    id: str
    arguments: tuple[int | float | None, ...] = ()


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Compile an experiment's program when the compiler is idle."""

    experiment: Experiment
    shape: tuple[int, int, int, int]  # training samples, T, F, K


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Answer a question: call a function with these arguments."""

    id: str
    question: str  # a key of `lib.training.answers.ANSWERS`
    arguments: dict[str, Any]


class Drop(msgspec.Struct, frozen=True, tag=True):
    """End a run without sending more, or cancel a question whose function isn't running yet."""

    id: str


class Retire(msgspec.Struct, frozen=True, tag=True):
    """Exit as soon as all runs are over and all questions are answered."""


Command = Start | Steer | Prepare | Ask | Drop | Retire


class Report(msgspec.Struct, frozen=True, tag=True):
    """A run's newest snapshot."""

    snapshot: Snapshot

    @property
    def id(self) -> str:
        """The run's id."""
        return self.snapshot.run_id


class Checkpoint(msgspec.Struct, frozen=True, tag=True):
    """A run's state at the end of an epoch, for another worker to continue from."""

    id: str
    epoch: int
    state: bytes  # a `lib.training.checkpoint.SavedRun`


class Answer(msgspec.Struct, frozen=True, eq=False, tag=True):
    """The answer to a question, or an error."""

    id: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    error: str = ""


class Event(msgspec.Struct, frozen=True, tag=True):
    """A message about the worker itself, by kind.

    "ready": TensorFlow is imported. "failed": TensorFlow can't be imported, and the worker exits.
    "refused": a command was invalid. "alive": a heartbeat, every second. "grown": the worker
    exceeds its memory limit and should be replaced; repeated every half minute.
    """

    kind: Literal["ready", "failed", "refused", "alive", "grown"]
    text: str = ""  # with "failed" and "refused": the reason
    count: int = 1  # with "ready" from a cluster's driver: the new number of slots


class Lost(msgspec.Struct, frozen=True, tag=True):
    """A run or a question lost its slot in the cluster. `how` is a sentence for the user."""

    id: str
    how: str


Message = Report | Checkpoint | Answer | Event | Lost


def short_reason(error: BaseException) -> str:
    """Return an error's first line without its full stop; if memory ran out, return a fix."""
    text = str(error).strip()
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "OOM when" in text:
        return sentence("memory")
    first, *_ = text.splitlines() or [type(error).__name__]
    return f"{first.rstrip('.'):.300}"


ARRAY = 1  # the code of NumPy arrays among msgpack's extension types
DTYPE_KINDS = "biufM"  # NumPy's letters for bool, int, unsigned, float and datetime


class WireError(ValueError):
    """Raised if bytes aren't a valid record, or if a value can't be sent."""


def encode(message: Any) -> bytes:
    """Return a record as bytes. Raises WireError for a value that can't be sent."""
    try:
        return _encoder.encode(message)
    except (OverflowError, TypeError, RecursionError) as error:
        raise WireError(f"a {type(message).__name__} can't be sent: {error}") from error


def decode(data: bytes, expected: Any) -> Any:
    """Return the record in `data`, with read-only arrays. Raises WireError for another type."""
    try:
        return _decoder(expected).decode(data)
    except Exception as error:  # broken bytes may raise any error
        raise WireError(f"not a message: {error}") from error


def _write(value: Any) -> Any:
    """Encode a NumPy array or scalar, for which msgpack has no type."""
    if isinstance(value, np.generic) and value.dtype.kind in DTYPE_KINDS:
        return value.item()
    if not isinstance(value, np.ndarray):
        raise WireError(f"a {type(value).__name__} can't be sent: {value!r:.80}")
    if value.dtype.kind not in DTYPE_KINDS:  # omit the values from the message: there may be many
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, can't be sent")
    values = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    return msgspec.msgpack.Ext(ARRAY, _encoder.encode((value.dtype.str, value.shape, values)))


def _read(kind: int, data: memoryview) -> np.ndarray:
    """Decode an array into its own memory: a view would keep the whole message."""
    if kind != ARRAY:
        raise WireError(f"expected extension type {ARRAY}, got {kind}")
    dtype, shape, values = _array.decode(data)
    if np.dtype(dtype).kind not in DTYPE_KINDS:
        raise WireError(f"an array of {dtype!r} can't be sent")
    return np.ndarray(tuple(shape), dtype, values)


MSGSPEC_LOCK = threading.Lock()  # msgspec 0.22 crashes if two threads make decoders at once


@cache
def _decoder(expected: Any) -> msgspec.msgpack.Decoder[Any]:
    with MSGSPEC_LOCK:
        return msgspec.msgpack.Decoder(expected, ext_hook=_read)


_encoder = msgspec.msgpack.Encoder(enc_hook=_write)
_array = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])
