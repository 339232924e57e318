"""`read_upload`: which kind of file it is, by its content, and the reader of that kind."""

import hashlib
import io
import zipfile

from lib.data.tables.table import Table
from lib.data.uploads.errors import MAX_BYTES, UploadError

_SIGNATURES = {
    b"PAR1": "parquet",
    b"\x93NUMPY": "arrays",
    b"\xd0\xcf\x11\xe0": "workbook",  # .xls
    b"PK\x03\x04": "zip",  # .xlsx, .ods, .npz
}
"""How files begin that can be read and aren't text."""
_OTHER_SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"ARROW1": "an Arrow (Feather) file",
    b"\x89HDF": "an HDF5 file",
    b"SQLite": "an SQLite database",
    b"\x80\x04\x95": "a Python pickle, which could run anything",
    b"\x80\x05\x95": "a Python pickle, which could run anything",
}
_EXTENSIONS = {
    "parquet": "a Parquet file",
    "xlsx": "an Excel workbook",
    "npz": "a file of NumPy's arrays",
    "npy": "a file of NumPy's arrays",
    "keras": "a Keras model",
}
"""Kinds by extension, for the message on a damaged file, which looks like text."""


def begins_as(content: bytes) -> str:
    """The kind by the first bytes: "parquet", "arrays", "workbook", "zip" or "text"."""
    for signature, description in _OTHER_SIGNATURES.items():
        if content.startswith(signature):
            raise UploadError(
                f"The file is {description}, whatever its name, and a table was expected. "
                "Export it as CSV, Parquet or Excel and upload that."
            )
    matches = (kind for start, kind in _SIGNATURES.items() if content.startswith(start))
    return next(matches, "text")


def _kind_of_zip(content: bytes) -> str:
    """The kind of a ZIP file's content, "workbook" or "arrays". Raises UploadError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadError(
            f"The file begins as a ZIP file (as .xlsx and .npz are) and can't be opened: {error}. "
            "It may be cut off: save it again and upload that."
        ) from None
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return "workbook"
    if any(name.endswith(".npy") for name in names):
        return "arrays"
    raise UploadError(
        "The file is a ZIP file without a workbook (.xlsx, .ods) or NumPy's arrays (.npz) in it. "
        "Unpack it and upload the table itself."
    )


def read_upload(name: str, content: bytes, sheet: str = "") -> Table:
    """Read the bytes of a file, whose kind is told by its content, into a table in order of time.

    Its columns are float64 with NaN where a value is missing, or categories of texts. `sheet` is
    one of a workbook, by default the first with a table. Raises UploadError for what is no table.
    """
    if len(content) > MAX_BYTES:
        raise UploadError(
            f"The file has {len(content) / 1e6:.1f} MB and at most {MAX_BYTES // 10**6} MB are "
            "read. Leave out columns or rows that aren't needed."
        )
    kind = begins_as(content)
    if kind == "zip":
        kind = _kind_of_zip(content)
    # These bring pandas, which a first visitor's page shouldn't wait for.
    from lib.data.uploads.arrays import read_arrays  # noqa: PLC0415
    from lib.data.uploads.columns import make_table  # noqa: PLC0415
    from lib.data.uploads.csv_file import read_csv  # noqa: PLC0415
    from lib.data.uploads.parquet import read_parquet  # noqa: PLC0415
    from lib.data.uploads.workbook import read_workbook  # noqa: PLC0415

    readers = {"text": read_csv, "parquet": read_parquet, "arrays": read_arrays}
    try:
        entries = read_workbook(content, sheet) if kind == "workbook" else readers[kind](content)
        return make_table(name, hashlib.sha256(content).hexdigest(), entries)
    except MemoryError as error:
        raise UploadError(
            f"{name} takes too much memory: {error}. Leave out columns or rows."
        ) from None
    except UploadError:
        meant = _EXTENSIONS.get(name.lower().rpartition(".")[2])
        if kind == "text" and meant and content:
            raise UploadError(
                f"{name} isn't {meant}, by its first bytes. It may be damaged or cut off: save it "
                "again and upload that."
            ) from None
        raise
