"""Records sent between the page process and the worker, and the sentences in them, for people.

A `Command` goes to the worker, a `Message` comes back. A record that is about a run or a question
has its `id`. Records are sent as msgpack, so that none can run code, with an extension type for
NumPy arrays. In untyped values tuples arrive as lists.
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

sentence = partial(filled, beside(__file__, "words"))  # a text of `words.toml` with its {names}
BEAT_SECONDS = 1.0  # between two signs of life of a worker


class Start(msgspec.Struct, frozen=True, tag=True):
    """Train an experiment on these samples, as a run of this id."""

    id: str
    experiment: Experiment
    samples: Samples
    paused: bool = False  # whether to evaluate the untrained models only, then wait
    show_seconds: float | None = None  # for all epochs together; None: as fast as possible
    background: bool = False  # whether all other runs of the worker come first
    card: bytes = b""  # for other page servers of a cluster to show the run: `lib.export.card_of`
    checkpoint: bytes = b""  # the `Checkpoint.state` to continue from, if any


Verb = Literal["pause", "resume", "step", "stop", "drop", "set_pace", "watch", "unwatch"]
"""A dropped run ends without a further message. Between "watch" and "unwatch" a cluster's driver
reports on a run that another page server has started."""


class Steer(msgspec.Struct, frozen=True, tag=True):
    """Steer a run; ignored by a worker that doesn't know the run."""

    verb: Verb
    id: str
    show_seconds: float | None = None  # with "set_pace": see `Start`
    epochs: int | None = None  # with "resume": epochs until the run pauses; None: to the end


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Compile the program of an experiment, when nothing else is to be compiled."""

    experiment: Experiment
    shape: tuple[int, int, int, int]  # training samples, T, F, K


FIND_RUN = "find_run"  # a question to a cluster's driver: the card of the run `run_id`, or None


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Answer a question of this id."""

    id: str
    question: str  # a key of `lib.training.answers.ANSWERS`, or `FIND_RUN`
    arguments: dict[str, Any]


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Don't answer a question, unless the worker computes its answer already."""

    id: str


class Retire(msgspec.Struct, frozen=True, tag=True):
    """End as soon as all runs are over and all questions answered."""


Command = Start | Steer | Prepare | Ask | Cancel | Retire


class Report(msgspec.Struct, frozen=True, tag=True):
    """A run's newest snapshot."""

    snapshot: Snapshot

    @property
    def id(self) -> str:
        """The run's id."""
        return self.snapshot.run_id


class Checkpoint(msgspec.Struct, frozen=True, tag=True):
    """A run's state at the end of an epoch, from which another worker can continue."""

    id: str
    epoch: int
    state: bytes  # a `lib.training.checkpoint.SavedRun`


class Answer(msgspec.Struct, frozen=True, eq=False, tag=True):
    """The answer to a question, or why there is none."""

    id: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    error: str = ""


class Event(msgspec.Struct, frozen=True, tag=True):
    """News of the worker itself, by kind.

    "ready": TensorFlow is imported. "failed": TensorFlow can't be imported, and the worker ends.
    "refused": a command was invalid. "alive": sent every second. "grown": the worker uses much
    memory, so that a new one should take over; sent every half minute.
    """

    kind: Literal["ready", "failed", "refused", "alive", "grown"]
    text: str = ""  # why, with "failed" and "refused"
    count: int = 1  # with "ready" of a cluster's driver: its slots, sent whenever that changes


class Lost(msgspec.Struct, frozen=True, tag=True):
    """The slot of a run or a question in the cluster is gone; `how` is a sentence for a person."""

    id: str
    how: str


Message = Report | Checkpoint | Answer | Event | Lost


def short_reason(error: BaseException) -> str:
    """An error's first line, without its full stop; if memory ran out, a hint on what helps."""
    text = str(error).strip()
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "OOM when" in text:
        return sentence("memory")
    first, *_ = text.splitlines() or [type(error).__name__]
    return f"{first.rstrip('.'):.300}"


ARRAY = 1  # the code of arrays among msgpack's extension types
DTYPE_KINDS = "biufM"  # NumPy's letters for bool, int, unsigned, float and time


class WireError(ValueError):
    """The bytes aren't a valid record, or a value can't be sent in one."""


def encode(message: Any) -> bytes:
    """A record as bytes. Raises WireError if one of its values can't be sent."""
    try:
        return _encoder.encode(message)
    except (OverflowError, TypeError, RecursionError) as error:
        raise WireError(f"a {type(message).__name__} may not cross: {error}") from error


def decode(data: bytes, expected: Any) -> Any:
    """The record in `data`, with read-only arrays. Raises WireError unless of the expected type."""
    try:
        return _decoder(expected).decode(data)
    except Exception as error:  # broken bytes may raise anything
        raise WireError(f"not a message: {error}") from error


def _write(value: Any) -> Any:
    """Encode a NumPy array or scalar, for which msgpack has no type of its own."""
    if isinstance(value, np.generic) and value.dtype.kind in DTYPE_KINDS:
        return value.item()
    if not isinstance(value, np.ndarray):
        raise WireError(f"a {type(value).__name__} may not cross: {value!r:.80}")
    if value.dtype.kind not in DTYPE_KINDS:  # the message leaves out the values: they may be many
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, may not cross")
    values = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    return msgspec.msgpack.Ext(ARRAY, _encoder.encode((value.dtype.str, value.shape, values)))


def _read(kind: int, data: memoryview) -> np.ndarray:
    """Decode an array, into memory of its own: a view would keep the whole message."""
    if kind != ARRAY:
        raise WireError(f"{kind} is no kind of value that may cross")
    dtype, shape, values = _array.decode(data)
    if np.dtype(dtype).kind not in DTYPE_KINDS:
        raise WireError(f"an array of {dtype!r} may not cross")
    return np.ndarray(tuple(shape), dtype, values)


MSGSPEC_LOCK = threading.Lock()  # held to make a decoder: two at a time crash msgspec 0.22


@cache
def _decoder(expected: Any) -> msgspec.msgpack.Decoder[Any]:
    with MSGSPEC_LOCK:
        return msgspec.msgpack.Decoder(expected, ext_hook=_read)


_encoder = msgspec.msgpack.Encoder(enc_hook=_write)
_array = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])
