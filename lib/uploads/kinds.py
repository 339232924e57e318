"""A file's first bytes → what kind of file it is, whatever its name says.

Of archives only the list of what is in them is read, and how large that would be.
"""

from __future__ import annotations

import io
import zipfile

from lib.uploads.limits import UploadError, check_unpacked

_REFUSED = {
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
_READ = {
    b"PAR1": "parquet",
    b"\x93NUMPY": "npy",
    b"\xd0\xcf\x11\xe0": "workbook",
}
"""How files that aren't text begin."""


def kind_of(content: bytes) -> str:
    """The kind of file: a key of `lib.uploads.read.READERS`. Raises UploadError for others."""
    for start, kind in _READ.items():
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    for start, kind in _REFUSED.items():
        if content.startswith(start):
            raise UploadError(
                f"The file is {kind}, whatever its name, and a table was expected. Export it as "
                "CSV, Parquet or Excel and upload that."
            )
    return "text"


def _packed(content: bytes) -> str:
    """What is in a ZIP file: a workbook or NumPy's arrays."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadError(
            f"The file begins as a ZIP file (as .xlsx and .npz are) and can't be opened: {error}. "
            "It may be cut off: save it again and upload that."
        ) from None
    check_unpacked(sum(member.file_size for member in members))
    names = [member.filename for member in members]
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return "workbook"
    if any(name.endswith(".npy") for name in names):
        return "npz"
    raise UploadError(
        "The file is a ZIP file without a workbook (.xlsx, .ods) or NumPy's arrays (.npz) in it. "
        "Unpack it and upload the table itself."
    )
