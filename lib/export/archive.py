"""The `.unrolled` file: a ZIP of one JSON record, and of the bytes of all its arrays.

In the record an array is its dtype, its offset in those bytes, and its shape. Members
are fixed, so names and sizes are checked before anything is read, and nothing is unpickled.
"""

import io
import math
import zipfile
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from lib.data import MAX_BYTES
from lib.training import BUILDING

Record = TypeVar("Record")
VERSION = 2  # version of the file format; raised when an older Unrolled can't read it
HEAD = "unrolled.json"
MEMBERS = (HEAD, "arrays.bin")
MAX_HEAD, MAX_UNPACKED = 8 * 10**6, 100 * 10**6
"""Limits in bytes of the record, and of all members. The largest models' weights take 51 MB."""
_LISTED = b"PK\x01\x02"
"""Signature of an entry in a ZIP's directory; compressed bytes may contain it by chance, too."""
_Time = Literal["<M8[s]", "<M8[ms]", "<M8[us]", "<M8[ns]"]
_Place = tuple[Literal["<f4", "<f8", "<i8"] | _Time, int, tuple[int, ...]]


class KeptError(ValueError):
    """A file that can't be opened: the message says what was expected, what came, what to do."""


def is_kept(name: str, content: bytes) -> bool:
    """Return whether a file is a kept run, by its name or its first bytes."""
    return name.lower().endswith(".unrolled") or content[30 : 30 + len(HEAD)] == HEAD.encode()


def pack(record: object) -> bytes:
    """Write the file of a record; equal arrays are stored once. Raises KeptError if too large."""
    numbers, places = bytearray(), dict[tuple[str, bytes], int]()

    def write(array: Any) -> tuple[str, int, tuple[int, ...]]:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufM":
            raise TypeError(f"a {type(array).__name__} can't be kept")
        dtype = array.dtype.newbyteorder("<").str if array.dtype.kind in "fM" else "<i8"
        key = dtype, array.astype(dtype).tobytes()
        if key not in places:
            places[key] = len(numbers)
            numbers.extend(key[1] + bytes(-len(key[1]) % 8))  # aligned to 8 bytes
        return dtype, places[key], array.shape

    members = msgspec.json.encode(record, enc_hook=write), bytes(numbers)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, member in zip(MEMBERS, members, strict=True):
            archive.writestr(name, member)
    _check_sizes(packed.tell(), [*map(len, members)])
    return packed.getvalue()


def unpack(content: bytes, expected: type[Record]) -> Record:
    """Read the record of a file, with read-only arrays.

    Raises KeptError, or any other error for damaged bytes.
    """
    _check_sizes(len(content), [0])
    head, numbers = _members(content)
    fields = msgspec.json.decode(head, type=dict[str, msgspec.Raw])
    if (version := msgspec.json.decode(fields["version"], type=int)) > VERSION:
        raise KeptError(
            f"The file has the form {version} of a newer Unrolled, and forms up to {VERSION} are "
            "read here. Update Unrolled, or open it where it was kept."
        )
    read = 0

    def array(_: object, at: Any) -> np.ndarray:
        nonlocal read
        dtype, begin, shape = msgspec.convert(at, _Place)
        if min((begin, *shape)) < 0:
            raise ValueError(f"an array can't be at {begin} and {shape}")
        found = np.frombuffer(numbers, dtype, math.prod(shape), begin).reshape(shape)
        if (read := read + found.nbytes) > MAX_UNPACKED:  # arrays may overlap
            raise ValueError(f"arrays of more than {MAX_UNPACKED / 1e6:.0f} MB")
        found = found.copy()  # a view would keep all numbers in memory
        found.flags.writeable = False
        return found

    with BUILDING:
        decoder = msgspec.json.Decoder(expected, dec_hook=array)
    return decoder.decode(head)


def _check_sizes(packed: int, members: list[int]) -> None:
    if packed > MAX_BYTES or sum(members) > MAX_UNPACKED or members[0] > MAX_HEAD:
        raise KeptError(
            f"At most {MAX_BYTES / 1e6:.0f} MB are kept and opened, {MAX_UNPACKED / 1e6:.0f} MB "
            f"unpacked and {MAX_HEAD / 1e6:.0f} MB of settings; here they are {packed / 1e6:.1f}, "
            f"{sum(members) / 1e6:.1f} and {members[0] / 1e6:.1f} MB. Leave out the rows, or keep "
            "a smaller run."
        )


def _members(content: bytes) -> list[bytes]:
    """Read each of MEMBERS, after checking all names and sizes."""
    if content.count(_LISTED) > 4 * len(MEMBERS):  # a directory of a million would take seconds
        raise ValueError("it has many more members")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        names = [info.filename[:40] for info in infos]
        if tuple(names) != MEMBERS:
            raise KeptError(
                f"A kept run holds {', '.join(MEMBERS)}, and here there are: {', '.join(names)}. "
                "Only whole files that Unrolled has kept are opened."
            )
        _check_sizes(len(content), [info.file_size for info in infos])
        if {info.compress_type for info in infos} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ValueError("a member is neither stored nor deflated")
        # No more than the declared size is unpacked.
        return [archive.open(info).read(info.file_size + 1) for info in infos]
