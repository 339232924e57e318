"""Records sent between the page process and the worker, and the sentences in them, for people.

They are sent as msgpack: no message can run code. A `Command` goes to the worker, a `Message`
comes back. NumPy arrays are an extension type of msgpack. In untyped values tuples arrive as lists.
"""

import threading
from functools import cache, partial
from typing import Any, Literal

import msgspec
import numpy as np

from lib.data import Samples
from lib.experiment import Experiment
from lib.results import Snapshot
from lib.text import beside, say

sentence = partial(say, beside(__file__, "words"))  # a text of `words.toml`, with its {names}
BEAT_SECONDS = 1.0  # between two signs of life of a worker


class Start(msgspec.Struct, frozen=True, tag=True):
    """Train an experiment on these samples."""

    run_id: str
    experiment: Experiment
    samples: Samples
    paused: bool = False  # whether to evaluate the untrained models, then wait
    show_seconds: float | None = None  # for all its epochs; None is as fast as they can
    background: bool = False  # whether all other runs of the worker come first
    card: bytes = b""  # lets other page servers of a cluster show it: see `lib.export.card_of`
    checkpoint: bytes = b""  # the state of a `Checkpoint` to go on from, if any


Verb = Literal["pause", "resume", "step", "stop", "drop", "set_pace", "watch", "unwatch"]
"""What is dropped ends without a further message: a run, or a question whose answer hasn't begun.
A cluster's driver reports on a run of another page server while it is watched."""


class Steer(msgspec.Struct, frozen=True, tag=True):
    """Steer a run, or drop a question; ignored if the worker doesn't know it."""

    verb: Verb
    run_id: str  # or the question's
    show_seconds: float | None = None  # with "set_pace", as in `Start`
    epochs: int | None = None  # with "resume": how many until it pauses; None for all


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Compile what an experiment needs, when nothing else is to be compiled."""

    experiment: Experiment
    shape: tuple[int, int, int, int]  # training samples, T, F, K


FIND_RUN = "find_run"  # a question to a cluster's driver: the card of `run_id`, or None


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Answer a question."""

    question_id: str
    question: str  # a key of `lib.training.answers.ANSWERS`, or `FIND_RUN`
    arguments: dict[str, Any]


class Retire(msgspec.Struct, frozen=True, tag=True):
    """End as soon as all runs are over and all questions answered."""


Command = Start | Steer | Prepare | Ask | Retire


class Report(msgspec.Struct, frozen=True, tag=True):
    """A run's newest snapshot."""

    snapshot: Snapshot


class Checkpoint(msgspec.Struct, frozen=True, tag=True):
    """State from which another worker can continue a run, from the end of an epoch."""

    run_id: str
    epoch: int
    state: bytes  # a `lib.training.checkpoint.SavedRun`


class Answer(msgspec.Struct, frozen=True, eq=False, tag=True):
    """The answer to a question, or why there is none."""

    question_id: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    error: str = ""


class Event(msgspec.Struct, frozen=True, tag=True):
    """News of the worker itself.

    "ready": TensorFlow is imported. "failed": it can't be, and the worker ends. "refused": a
    message made no sense. "alive": sent every second. "grown": a fresh worker should take over, as
    this one uses much memory; sent every half minute.
    """

    kind: Literal["ready", "failed", "refused", "alive", "grown"]
    text: str = ""  # why, with "failed" and "refused"
    count: int = 1  # with "ready" of a cluster's driver: its slots, sent whenever that changes


class Lost(msgspec.Struct, frozen=True, tag=True):
    """A run or a question whose slot in the cluster is gone; `how` is a sentence for a person."""

    name: str
    how: str


Message = Report | Checkpoint | Answer | Event | Lost


def id_of(message: Command | Message) -> str:
    """The id of the run, or of the question, that a command or a message is of; "" of none."""
    about = message.snapshot if isinstance(message, Report) else message
    return getattr(about, "run_id", "") or getattr(about, "question_id", "")


def short_reason(error: BaseException) -> str:
    """The first line of an error's text, without a full stop; of a lack of memory, what helps."""
    text = str(error).strip()
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "OOM when" in text:
        return sentence("memory")
    first, *_ = text.splitlines() or [type(error).__name__]
    return f"{first.rstrip('.'):.300}"


ARRAY = 1  # the number that marks our arrays among msgpack's extension types
DTYPE_KINDS = "biufM"  # NumPy's letters for bool, int, unsigned, float and time


class WireError(ValueError):
    """Bytes that aren't an agreed message, or a value that can't be put into one."""


def encode(message: Any) -> bytes:
    """The bytes of a record. Raises WireError if something in it may not be sent."""
    try:
        return _encoder.encode(message)
    except (OverflowError, TypeError, RecursionError) as error:
        raise WireError(f"a {type(message).__name__} may not cross: {error}") from error


def decode(data: bytes, expected: Any) -> Any:
    """The record in `data`, with read-only arrays. Raises WireError unless it is as expected."""
    try:
        return _decoder(expected).decode(data)
    except Exception as error:  # broken bytes may raise anything, and all mean the same
        raise WireError(f"not a message: {error}") from error


def _write(value: Any) -> Any:
    """Write what msgpack has no form for; a NumPy scalar as Python's own number."""
    if isinstance(value, np.generic) and value.dtype.kind in DTYPE_KINDS:
        return value.item()
    if not isinstance(value, np.ndarray):
        raise WireError(f"a {type(value).__name__} may not cross: {value!r:.80}")
    if value.dtype.kind not in DTYPE_KINDS:  # not its values, which may be many
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, may not cross")
    values = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    return msgspec.msgpack.Ext(ARRAY, _encoder.encode((value.dtype.str, value.shape, values)))


def _read(kind: int, data: memoryview) -> np.ndarray:
    """An array with memory of its own: a view would keep the whole message."""
    if kind != ARRAY:
        raise WireError(f"{kind} is no kind of value that may cross")
    dtype, shape, values = _array.decode(data)
    if np.dtype(dtype).kind not in DTYPE_KINDS:
        raise WireError(f"an array of {dtype!r} may not cross")
    return np.ndarray(tuple(shape), dtype, values)


MSGSPEC_LOCK = threading.Lock()  # for one decoder at a time: msgspec (0.22) ends the process else


@cache
def _decoder(expected: Any) -> msgspec.msgpack.Decoder[Any]:
    with MSGSPEC_LOCK:
        return msgspec.msgpack.Decoder(expected, ext_hook=_read)


_encoder = msgspec.msgpack.Encoder(enc_hook=_write)
_array = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])
