"""Messages to bytes and back. Only what was agreed on can cross, and nothing else is ever built.

The form is a pickle, but of few words: plain values, numeric arrays, and the records of
`messages`. Anything else is refused on both sides with a `WireError`: no code runs because some
bytes ask for it. Records are rebuilt by calling them, so that their own checks run again: what
pickle knows besides that to fill or change an object is refused before anything is built.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from dataclasses import fields
from types import FunctionType
from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.experiment import DataSettings, Experiment, ModelSettings, TrainingSettings
from lib.run import ModeResult, Snapshot, Status
from lib.training.messages import Answer, Command, Event

RECORDS = (
    Answer,
    Command,
    DataSettings,
    Dataset,
    Event,
    Experiment,
    ModeResult,
    ModelSettings,
    Snapshot,
    TrainingSettings,
)
KINDS = "biuf"
"""NumPy's letters for bool, int, unsigned and float: the arrays that may cross."""
OPCODES = frozenset(
    """
    PROTO FRAME STOP MARK MEMOIZE BINGET LONG_BINGET
    NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT
    SHORT_BINUNICODE BINUNICODE BINUNICODE8 SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8
    EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3 TUPLE EMPTY_LIST APPEND APPENDS
    EMPTY_DICT SETITEM SETITEMS EMPTY_SET ADDITEMS FROZENSET
    STACK_GLOBAL REDUCE
    """.split()  # noqa: SIM905  a list of as many strings is hard to read
)
"""What pickle writes for plain values, and to call a name from the list. Among the others is BUILD,
which sets attributes of whatever it is given: of a class too, and past any constructor."""


class WireError(ValueError):
    """Bytes that aren't an agreed message, or a value that can't be put into one."""


def encode(message: Any) -> bytes:
    """The bytes of a record. Raises WireError if something in it may not cross."""
    buffer = io.BytesIO()
    _Writer(buffer, protocol=5).dump(message)
    return buffer.getvalue()


def decode(data: bytes, *expected: type) -> Any:
    """The record in `data`. Raises WireError unless it is one of the expected ones.

    Its arrays are read-only.
    """
    try:
        _check_opcodes(data)
        message = _Reader(io.BytesIO(data)).load()
    except Exception as error:  # broken bytes may raise anything, and all mean the same
        raise WireError(f"not a message: {error}") from error
    if not isinstance(message, expected):
        names = " or ".join(kind.__name__ for kind in expected)
        raise WireError(f"expected {names}, received {type(message).__name__}")
    return message


def _check_opcodes(data: bytes) -> None:
    """Raise WireError for an opcode that `encode` never writes, before any has been followed.

    A tenth of a millisecond for a usual snapshot, 3 ms for 20 MB.
    """
    for opcode, _, _ in pickletools.genops(data):
        if opcode.name not in OPCODES:
            raise WireError(f"{opcode.name} is no part of a message")


def _array(dtype: str, shape: tuple[int, ...], data: bytes) -> np.ndarray:
    if np.dtype(dtype).kind not in KINDS:
        raise WireError(f"an array of {dtype!r} may not cross")
    return np.frombuffer(data, dtype).reshape(shape)


def _plain(value: Any) -> Any:
    """A NumPy scalar goes across as Python's own number or string."""
    return value


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """How to write what pickle has no opcode for; see `pickle.Pickler.reducer_override`."""
        if isinstance(value, (type, FunctionType)) and value in _GLOBALS.values():
            return NotImplemented  # a name from the list: pickle writes it as one
        if isinstance(value, RECORDS):
            return type(value), tuple(getattr(value, field.name) for field in fields(value))
        if isinstance(value, np.ndarray) and value.dtype.kind in KINDS:
            return _array, (value.dtype.str, value.shape, value.tobytes())
        if isinstance(value, np.generic):
            return _plain, (value.item(),)
        if isinstance(value, Status):
            return Status, (value.value,)
        if isinstance(value, np.ndarray):  # not its values, which may be many
            raise WireError(f"an array of {value.dtype}, shape {value.shape}, may not cross")
        raise WireError(f"a {type(value).__name__} may not cross: {value!r:.80}")


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Called for every name in a pickle: the list's, or none."""
        try:
            return _GLOBALS[module, name]
        except KeyError:
            raise WireError(f"{module}.{name} is no part of a message") from None


_GLOBALS: dict[tuple[str, str], Any] = {
    (item.__module__, item.__qualname__): item for item in (*RECORDS, Status, _array, _plain)
}
