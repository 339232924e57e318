"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

pandas, pyarrow, calamine and NumPy do the reading. What is decided here is what they can't know:
which kind of file it is, whatever its name says; then a reader of that kind makes a `RawTable` of
all entries, and `columns` a table of that. Every decision that changes what a person sees is a note
on the table. Nothing is stored, and nothing is cut into windows (`lib.data.tables`).
"""

import hashlib
import io
import zipfile
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from lib.data.tables.table import Table
from lib.text import RefusedError, beside, counted, say

if TYPE_CHECKING:
    from lib.data.uploads.raw_table import RawTable

_WORDS = beside(__file__, "words")
said = partial(say, _WORDS["said"])
MAX_BYTES = 100 * 10**6
"""The largest file that is read: 100 MB, as the file widget counts them."""
MAX_UNPACKED = 1_000 * 10**6
"""The most bytes that a file may hold when it is unpacked."""
MIN_ROWS = 6
"""Two windows of two timesteps and a horizon of one: below that nothing can be learned."""
WIDEST = 1000
"""The widest table that is read."""
MAX_ENTRIES = 20_000_000
"""The most entries that are read; a file of nothing but short entries would take a gigabyte."""
MOST_MEMBERS = WIDEST
"""The most members of a ZIP file, such as the arrays of an .npz."""
READERS = {"text": "delimited", "workbook": "binary", "parquet": "binary", "arrays": "binary"}
"""The module whose `read_KIND` takes a file's bytes and the sheet; imported when it is needed."""
_STARTS = {start.encode("latin-1"): kind for start, kind in _WORDS["starts"].items()}
"""How files begin that aren't text."""
_ENDINGS = _WORDS["endings"]
"""What a file of such a name should be."""


class UploadError(RefusedError):
    """A file that can't be used. The message says what was expected, what came, and what to do."""

    words = _WORDS["refused"]


def check_size(rows: int, columns: int) -> None:
    """Raise UploadError for a table that is too wide or has too many cells."""
    if columns > WIDEST:
        raise UploadError.of("wide", columns=columns, most=WIDEST)
    if rows * columns > MAX_ENTRIES:
        raise UploadError.of("large", rows=rows, cells=counted(columns, "cell"), most=MAX_ENTRIES)


def check_unpacked(size: int) -> None:
    """Raise UploadError for a file that would be too large when it is unpacked."""
    if size > MAX_UNPACKED:
        raise UploadError.of("unpacked", size=size / 10**6, most=MAX_UNPACKED // 10**6)


def begins_as(content: bytes) -> str:
    """The kind by its first bytes, a key of `READERS` or "packed"; UploadError for others."""
    kind = next((kind for start, kind in _STARTS.items() if content.startswith(start)), "text")
    if kind not in {*READERS, "packed"}:
        raise UploadError.of("other_kind", kind=kind)
    return kind


def kind_of(content: bytes) -> str:
    """The kind of file: a key of `READERS`. Raises UploadError for others."""
    if (kind := begins_as(content)) != "packed":
        return kind
    if (count := content.count(b"PK\x01\x02")) > MOST_MEMBERS:  # before a list is made of them
        raise UploadError.of("members", count=count, most=MOST_MEMBERS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadError.of("broken_zip", error=error) from None
    check_unpacked(sum(member.file_size for member in members))
    for member in members:
        if member.filename.startswith("xl/") or member.filename == "content.xml":
            return "workbook"
    if any(member.filename.endswith(".npy") for member in members):
        return "arrays"
    raise UploadError.of("other_zip")


def read_upload(name: str, content: bytes, sheet: str = "") -> Table:
    """Read the bytes of a file of any kind. Raises UploadError for what is no table.

    `name` is for the person; `sheet` is one of a workbook, by default the first with a table.

    Columns are float64 with NaN where a value is missing, or categories of texts, in order of time.
    """
    from lib.data.uploads.columns import put_in_order, take_times  # noqa: PLC0415  brings pandas along

    if len(content) > MAX_BYTES:
        raise UploadError.of("heavy", size=len(content) / 10**6, most=MAX_BYTES // 10**6)
    kind = kind_of(content)
    reader = import_module(f"{__name__}.{READERS[kind]}")
    try:
        raw: RawTable = getattr(reader, f"read_{kind}")(content, sheet)
        placed = put_in_order(raw, take_times(raw))
    except UploadError:
        meant = _ENDINGS.get(name.lower().rpartition(".")[2])
        if kind == "text" and meant and content:  # what it lacks as text is no help
            raise UploadError.of("damaged", name=name, kind=meant) from None
        raise
    made = {"notes": tuple(raw.notes), "fingerprint": hashlib.sha256(content).hexdigest()}
    return Table(name, **(placed._asdict() | made | raw.known))
