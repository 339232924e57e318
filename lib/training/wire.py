"""Messages to bytes and back: msgpack, typed by the records themselves.

No code runs because some bytes ask for it: the reader builds the record that it expects, whose
fields are checked one by one, and calls its own checks. Anything else is a `WireError`, on both
sides. NumPy arrays cross as an extension type of msgpack. In what has no type of its own (a
question's arguments, an answer's values), tuples arrive as lists.
"""

from functools import cache
from typing import Any

import msgspec
import numpy as np

ARRAY = 1
"""The number that marks our arrays among msgpack's extension types."""
DTYPE_KINDS = "biuf"
"""NumPy's letters for bool, int, unsigned and float: the arrays that may cross."""


class WireError(ValueError):
    """Bytes that aren't an agreed message, or a value that can't be put into one."""


def encode(message: Any) -> bytes:
    """The bytes of a record. Raises WireError if something in it may not cross."""
    try:
        return _encoder.encode(message)
    except (OverflowError, TypeError, RecursionError) as error:
        raise WireError(f"a {type(message).__name__} may not cross: {error}") from error


def decode(data: bytes, expected: Any) -> Any:
    """The record in `data`. Raises WireError unless it is one of the expected type, or union.

    Its arrays are read-only.
    """
    try:
        return _decoder(expected).decode(data)
    except Exception as error:  # broken bytes may raise anything, and all mean the same
        raise WireError(f"not a message: {error}") from error


def _write(value: Any) -> Any:
    """How to write what msgpack has no form for; see `msgspec`'s `enc_hook`.

    A NumPy scalar goes across as Python's own number.
    """
    if isinstance(value, np.generic) and value.dtype.kind in DTYPE_KINDS:
        return value.item()
    if not isinstance(value, np.ndarray):
        raise WireError(f"a {type(value).__name__} may not cross: {value!r:.80}")
    if value.dtype.kind not in DTYPE_KINDS:  # not its values, which may be many
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, may not cross")
    values = np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    return msgspec.msgpack.Ext(ARRAY, _encoder.encode((value.dtype.str, value.shape, values)))


def _read(kind: int, data: memoryview) -> np.ndarray:
    """An array, of memory that is its own: else it would keep the whole message."""
    if kind != ARRAY:
        raise WireError(f"{kind} is no kind of value that may cross")
    dtype, shape, values = _array.decode(data)
    if np.dtype(dtype).kind not in DTYPE_KINDS:
        raise WireError(f"an array of {dtype!r} may not cross")
    return np.frombuffer(values, dtype).reshape(shape)


@cache
def _decoder(expected: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(expected, ext_hook=_read)


_encoder = msgspec.msgpack.Encoder(enc_hook=_write)
_array = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])
