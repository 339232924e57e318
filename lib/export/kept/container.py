"""The file itself: a ZIP of one record in JSON, and of the bytes of all its arrays.

Each array stands in the record as its dtype, where it begins among those bytes, and its shape. So
the members are always the same: names and sizes are checked before anything is read, and nothing is
unpickled. What the record says is for others to check.
"""

import io
import math
import zipfile
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from lib.data import MAX_BYTES
from lib.text import RefusedError, beside
from lib.training import BUILDING

Record = TypeVar("Record")
VERSION = 1
"""Of the file's form: raised where an older Unrolled couldn't read it."""
HEAD = "unrolled.json"
MEMBERS = (HEAD, "arrays.bin")
MAX_HEAD, MAX_UNPACKED = 8 * 10**6, 100 * 10**6
"""Bytes of the record, and of all members, which are read where pages are drawn. The most weights
of one moment take 51 MB."""
_LISTED = b"PK\x01\x02"
"""What each row of a ZIP's list begins with; compressed numbers may have it by chance, too."""
_Time = Literal["<M8[s]", "<M8[ms]", "<M8[us]", "<M8[ns]"]
_Place = tuple[Literal["<f4", "<f8", "<i8"] | _Time, int, tuple[int, ...]]


class KeptError(RefusedError):
    """A file that can't be opened: the message says what was expected, what came, what to do."""

    words = beside(__file__, "kept")


def is_kept(name: str, content: bytes) -> bool:
    """Whether a file is, or says that it is, a kept run and no table."""
    return name.lower().endswith(".unrolled") or content[30 : 30 + len(HEAD)] == HEAD.encode()


def pack(record: object) -> bytes:
    """The file of a record. Arrays of the same numbers are written once. Raises KeptError."""
    numbers, places = bytearray(), dict[tuple[str, bytes], int]()

    def write(array: Any) -> tuple[str, int, tuple[int, ...]]:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufM":
            raise TypeError(f"a {type(array).__name__} can't be kept")
        dtype = array.dtype.newbyteorder("<").str if array.dtype.kind in "fM" else "<i8"
        key = dtype, array.astype(dtype).tobytes()
        if key not in places:
            places[key] = len(numbers)
            numbers.extend(key[1] + bytes(-len(key[1]) % 8))  # all begin where 8 bytes do
        return dtype, places[key], array.shape

    members = msgspec.json.encode(record, enc_hook=write), bytes(numbers)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, member in zip(MEMBERS, members, strict=True):
            archive.writestr(name, member)
    _check_sizes(packed.tell(), [*map(len, members)])
    return packed.getvalue()


def unpack(content: bytes, expected: type[Record]) -> Record:
    """The record of a file, of this type; its arrays are read-only.

    Raises KeptError, or an error of any kind where bytes are broken.
    """
    _check_sizes(len(content), [0])
    head, numbers = _members(content)
    fields = msgspec.json.decode(head, type=dict[str, msgspec.Raw])
    if (version := msgspec.json.decode(fields["version"], type=int)) > VERSION:
        raise KeptError.of("newer", version=version, known=VERSION)
    read = 0

    def array(_: object, at: Any) -> np.ndarray:
        nonlocal read
        found = _array(numbers, at)
        if (read := read + found.nbytes) > MAX_UNPACKED:  # many may lie on one another
            raise ValueError(f"arrays of more than {MAX_UNPACKED / 1e6:.0f} MB")
        found = found.copy()  # or all numbers would stay in memory as long as one of them does
        found.flags.writeable = False
        return found

    with BUILDING:
        decoder = msgspec.json.Decoder(expected, dec_hook=array)
    return decoder.decode(head)


def _check_sizes(packed: int, members: list[int]) -> None:
    if packed > MAX_BYTES or sum(members) > MAX_UNPACKED or members[0] > MAX_HEAD:
        sizes = {"size": packed / 1e6, "unpacked": sum(members) / 1e6, "head": members[0] / 1e6}
        most = {"most": MAX_BYTES / 1e6, "all": MAX_UNPACKED / 1e6, "record": MAX_HEAD / 1e6}
        raise KeptError.of("large", **sizes, **most)


def _members(content: bytes) -> list[bytes]:
    """What each of MEMBERS holds, read when all names and sizes are as they have to be."""
    if content.count(_LISTED) > 4 * len(MEMBERS):  # a list of a million would take seconds
        raise KeptError.of("others", expected=", ".join(MEMBERS), received="many more")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if tuple(info.filename for info in infos) != MEMBERS:
            names = ", ".join(info.filename[:40] for info in infos) or "none"
            raise KeptError.of("others", expected=", ".join(MEMBERS), received=names)
        _check_sizes(len(content), [info.file_size for info in infos])
        if {info.compress_type for info in infos} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ValueError("a member is neither stored nor deflated")
        # No more than it says is unpacked of each, whatever its bytes would still unpack to.
        return [archive.open(info).read(info.file_size + 1) for info in infos]


def _array(numbers: bytes, at: Any) -> np.ndarray:
    """An array of the record, which lies among the bytes of all."""
    dtype, begin, shape = msgspec.convert(at, _Place)
    if min((begin, *shape)) < 0:
        raise ValueError(f"an array can't be at {begin} and {shape}")
    return np.frombuffer(numbers, dtype, math.prod(shape), begin).reshape(shape)
