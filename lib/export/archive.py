"""Pack and unpack `.unrolled` files: ZIP files of a JSON record and of the bytes of its arrays.

The record has each array's dtype, the offset of its first byte, and its shape. Names and sizes are
checked before anything is read, and nothing is unpickled.
"""

import io
import math
import zipfile
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar, get_type_hints

import msgspec
import numpy as np

from lib.data import MAX_BYTES, MIN_ROWS, Table, check_size
from lib.experiment import SETTINGS
from lib.training import MSGSPEC_LOCK

Record = TypeVar("Record")
VERSION = 4  # version of the file format; increase it if an older Unrolled can't read new files
HEAD = "unrolled.json"
MEMBERS = (HEAD, "arrays.bin")
MAX_HEAD, MAX_UNPACKED = 8 * 10**6, 100 * 10**6  # the most bytes of the record, and of all members
_Type = Literal["<f4", "<f8", "<i8", "<M8[s]", "<M8[ms]", "<M8[us]", "<M8[ns]"]
_Place = tuple[_Type, int, tuple[int, ...]]
_LARGEST = 1e100  # the largest number allowed in a table
_REST = {field.name for field in fields(Table)} - {"frame", "times"}  # the fields without arrays

Column = tuple[np.ndarray, tuple[str, ...] | None]
"""R numbers or times, and None; or R codes (-1: no text), and the texts that the codes mean."""


class KeptError(ValueError):
    """Raised if a file can't be opened. Its message says what was expected, and suggests a fix."""


def is_kept(name: str, content: bytes) -> bool:
    """Return whether a file is a saved run, by its name or its first bytes."""
    return name.lower().endswith(".unrolled") or content[30 : 30 + len(HEAD)] == HEAD.encode()


def pack(record: object) -> bytes:
    """Return a record as the bytes of a file. Raises KeptError if they are too many."""
    numbers = bytearray()

    def write(array: Any) -> tuple[str, int, tuple[int, ...]]:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufM":
            raise TypeError(f"a {type(array).__name__} can't be saved")
        dtype = array.dtype.newbyteorder("<").str if array.dtype.kind in "fM" else "<i8"
        begin, content = len(numbers), array.astype(dtype).tobytes()
        numbers.extend(content + bytes(-len(content) % 8))  # aligned to 8 bytes
        return dtype, begin, array.shape

    members = msgspec.json.encode(record, enc_hook=write), bytes(numbers)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, member in zip(MEMBERS, members, strict=True):
            archive.writestr(name, member)
    _check_sizes(packed.tell(), [*map(len, members)])
    return packed.getvalue()


def unpack(content: bytes, expected: type[Record]) -> Record:
    """Return the record in a file, with read-only arrays. Damaged bytes may raise any error."""
    _check_sizes(len(content), [0])
    # Count the bytes that begin an entry: listing a million entries would take seconds.
    if content.count(b"PK\x01\x02") > 4 * len(MEMBERS):
        raise ValueError("it has many more members")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if tuple(info.filename for info in infos) != MEMBERS:
            raise ValueError(f"its members aren't {' and '.join(MEMBERS)}")
        _check_sizes(len(content), [info.file_size for info in infos])
        # Don't trust the declared sizes: stop reading one byte after them.
        head, numbers = [archive.open(info).read(info.file_size + 1) for info in infos]
    fields = msgspec.json.decode(head, type=dict[str, msgspec.Raw])
    if (version := msgspec.json.decode(fields["version"], type=int)) > VERSION:
        raise KeptError(
            f"Expected file version {VERSION} or older, got version {version} of a newer Unrolled. "
            "Update Unrolled, or open the file where it was saved."
        )
    total = 0  # bytes of all arrays so far

    def array(_: object, at: Any) -> np.ndarray:
        nonlocal total
        dtype, begin, shape = msgspec.convert(at, _Place)
        if min((begin, *shape)) < 0:
            raise ValueError(f"an array can't begin at {begin} with shape {shape}")
        values = np.frombuffer(numbers, dtype, math.prod(shape), begin).reshape(shape)
        if (total := total + values.nbytes) > MAX_UNPACKED:  # arrays may overlap
            raise ValueError(f"its arrays have more than {MAX_UNPACKED / 1e6:.0f} MB")
        values = values.copy()  # a view would hold all bytes in memory
        values.flags.writeable = False
        return values

    with MSGSPEC_LOCK:
        decoder = msgspec.json.Decoder(expected, dec_hook=array)
    return decoder.decode(head)


def _check_sizes(packed: int, members: list[int]) -> None:
    if packed > MAX_BYTES or sum(members) > MAX_UNPACKED or members[0] > MAX_HEAD:
        raise KeptError(
            f"Expected a file of at most {MAX_BYTES / 1e6:.0f} MB, {MAX_UNPACKED / 1e6:.0f} MB "
            f"unpacked, got {packed / 1e6:.1f} MB, {sum(members) / 1e6:.1f} MB unpacked. Save "
            "without rows, or save a smaller run."
        )


@dataclass(frozen=True, slots=True, eq=False)
class TableRecord:
    """The columns of a `Table`, its times, and its other fields."""

    frame: dict[str, Column]
    times: Column | None
    rest: dict[str, Any]


def record_of(table: Table) -> TableRecord:
    """Return the record of a table."""
    return TableRecord(
        frame={str(name): _column(entries) for name, entries in table.frame.items()},
        times=None if table.times is None else _column(table.times),
        rest={name: getattr(table, name) for name in _REST},
    )


def _column(entries: Any) -> Column:
    import pandas as pd  # noqa: PLC0415

    if entries.dtype.kind in "biufM":
        return np.asarray(entries), None
    texts = pd.Categorical(entries)
    return np.asarray(texts.codes), tuple(map(str, texts.categories))


def table_of(record: TableRecord) -> Table:
    """Return the table in a record. An invalid record may raise any error."""
    import pandas as pd  # noqa: PLC0415

    def entries(column: Column, dtype: str) -> Any:
        values, texts = column
        if texts is None:
            return values
        coded: Any = pd.Categorical.from_codes(values, pd.Index(texts))
        return coded.astype(dtype)

    rows = max(len(values) for values, _ in record.frame.values())
    check_size(rows, len(record.frame))  # arrays may overlap
    columns = {name: entries(column, "category") for name, column in record.frame.items()}
    times = None if record.times is None else pd.Index(entries(record.times, "str"))
    hints = get_type_hints(Table, localns={"pd": pd})
    rest = {n: msgspec.convert(record.rest[n], hints[n]) for n in _REST & {*record.rest}}
    table = Table(frame=pd.DataFrame(columns, copy=False), times=times, **rest)
    too_large = (table.frame[[*table.numbers]].abs() > _LARGEST).to_numpy().any()
    bad_times = times is not None and (len(times) != rows or times.hasnans)
    if rows < MIN_ROWS or too_large or bad_times or table.series not in {"", *table.frame}:
        raise ValueError("its table has values that Unrolled never saves")
    for key, value in table.settings.items():
        if not (SETTINGS[key].limit or SETTINGS[key].options):
            raise ValueError(f"a file can't set {key}")
        SETTINGS[key].check(value)
    return table
