"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

pandas, pyarrow, calamine and NumPy do the reading. What is decided here is what they can't know,
one step after the other, a module each: `kinds`, then one that makes a `RawTable` of all entries,
then `columns`. Every decision that changes what a person sees is a note on the table. Nothing is
stored, and nothing is cut into windows (`lib.tables`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from lib.tables.table import Table
from lib.uploads.kinds import kind_of
from lib.uploads.limits import MAX_BYTES, UploadError

if TYPE_CHECKING:
    from lib.uploads.raw_table import RawTable

READERS = {
    "text": ("lib.uploads.raw_table", "read_text"),
    "workbook": ("lib.uploads.workbook", "read_workbook"),
    "parquet": ("lib.uploads.parquet", "read_parquet"),
    "npy": ("lib.uploads.arrays", "read_npy"),
    "npz": ("lib.uploads.arrays", "read_npz"),
}
"""What reads a kind of file, each from its bytes and the sheet; imported when it is needed."""
STAGES = ("reading its cells", "looking for dates", "reading numbers and texts")
"""What is done with a file, one after the other."""


def read_upload(
    name: str,
    content: bytes,
    sheet: str = "",
    begin: Callable[[str], None] = lambda _: None,
) -> Table:
    """Read a file of any kind, which its first bytes tell, whatever its name says.

    Args:
        name: the file's name, for the person.
        content: its bytes. A CSV in UTF-8, UTF-16 or Windows's Western alphabet; columns apart by
            comma, semicolon, tab or |; decimal points or commas; with or without a header, and
            with what pandas and spreadsheets add: row numbers, `sep=;`, signs of currency. Or
            Parquet, a workbook (.xlsx, .xls, .ods), NumPy's arrays (.npy, .npz).
        sheet: of a workbook; by default the first one.
        begin: is called with each of `STAGES` when it begins.

    Returns:
        Columns of numbers, float64 with NaN where a value is missing, and of texts as categories,
        in order of time. The first dates label the rows.

    Raises:
        UploadError: for anything else.
    """
    from lib.uploads.columns import describe, put_in_order, take_times  # noqa: PLC0415  pandas

    if len(content) > MAX_BYTES:
        raise UploadError(
            f"The file has {len(content) / 10**6:.1f} MB and at most {MAX_BYTES // 10**6} MB are "
            "read. Leave out columns or rows that aren't needed."
        )
    module, function = READERS[kind_of(content)]
    begin(STAGES[0])
    raw: RawTable = getattr(import_module(module), function)(content, sheet)
    begin(STAGES[1])
    times = take_times(raw)
    begin(STAGES[2])
    placed, label = put_in_order(raw, times)
    describe(placed.frame, raw.notes)
    if any(what == "numbers" for what, *_ in raw.mended) and "function" not in raw.reading:
        raw.reading["low_memory"] = False  # else a long column may be numbers here and texts there
    return Table(
        name=name,
        frame=placed.frame,
        times=placed.times,
        label=label,
        step=placed.step,
        notes=tuple(raw.notes),
        sheets=raw.sheets,
        reading=raw.reading,
        mended=tuple(raw.mended),
        **{"series": placed.series, **raw.known},
    )
