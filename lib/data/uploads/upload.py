"""`read_upload`: a file's bytes → its table; `Reading` has a process of its own do so."""

import hashlib
import io
import os
import pickle
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread, Timer

from lib.data.memory import ENOUGH, free_memory, share, total_memory
from lib.data.tables.table import MAX_BYTES, Table, UploadError

_SIGNATURES = {
    b"PAR1": "parquet",
    b"\x93NUMPY": "arrays",
    b"\xd0\xcf\x11\xe0": "workbook",  # .xls
    b"PK\x03\x04": "zip",  # .xlsx, .ods, .npz
}
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
_BINARY = ("parquet", "xlsx", "npz", "npy", "keras")  # extensions of what is no text
SECONDS = 60.0  # a process that takes longer is ended
SEATS = 2 if total_memory() >= ENOUGH else 1  # this many files are read at a time
MEMORY_SHARE = 0.6 if SEATS == 1 else 0.45  # of the free memory, for one process
MAX_WAITING, MAX_WAITING_BYTES = 4, int(2 * MAX_BYTES * share())  # files that wait to be sent
ROOT = Path(__file__).parents[3]
FIX = "Leave out columns or rows that aren't needed, or run the app with more memory."
_seats = BoundedSemaphore(SEATS)
_waiting = dict["Reading", int]()  # bytes of the files that wait


def begins_as(content: bytes) -> str:
    """Return the kind by the first bytes: "parquet", "arrays", "workbook", "zip" or "text"."""
    for signature, description in _OTHER_SIGNATURES.items():
        if content.startswith(signature):
            raise UploadError(
                f"The file is {description}, whatever its name, and a table was expected. "
                "Export it as CSV, Parquet or Excel and upload that."
            )
    return next((k for start, k in _SIGNATURES.items() if content.startswith(start)), "text")


def _kind_of_zip(content: bytes) -> str:
    """Return the kind of a ZIP file's content, "workbook" or "arrays". Raises UploadError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadError(
            f"The file begins as a ZIP file (as .xlsx and .npz are) and can't be opened: {error}. "
            "It may be cut off: save it again and upload that."
        ) from None
    if any(name.endswith(".npy") for name in names):
        return "arrays"
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return "workbook"
    raise UploadError(
        "The file is a ZIP file without a workbook (.xlsx, .ods) or NumPy's arrays (.npz) in it. "
        "Unpack it and upload the table itself."
    )


def read_upload(name: str, content: bytes, sheet: str = "") -> Table:
    """Read the bytes of a file, whatever its name, into a table in order of time.

    Its columns are float64 with NaN where a value is missing, or categories of texts. `sheet` is
    one of a workbook, by default the first with a table. Raises UploadError for what is no table.
    """
    if len(content) > MAX_BYTES:
        raise UploadError(
            f"The file has {len(content) / 1e6:.1f} MB and at most {MAX_BYTES // 10**6} MB are "
            "read. Leave out columns or rows that aren't needed."
        )
    kind = begins_as(content)
    kind = _kind_of_zip(content) if kind == "zip" else kind
    # These bring pandas, which a first visitor's page shouldn't wait for.
    from lib.data.uploads import formats  # noqa: PLC0415
    from lib.data.uploads.csv_file import read_csv  # noqa: PLC0415
    from lib.data.uploads.entries import make_table  # noqa: PLC0415

    readers = {"text": read_csv, "parquet": formats.read_parquet, "arrays": formats.read_arrays}
    readers["workbook"] = partial(formats.read_workbook, sheet=sheet)
    try:
        entries = readers[kind](content)
        return make_table(name, hashlib.sha256(content).hexdigest(), entries)
    except MemoryError as error:
        raise UploadError(
            f"{name} takes too much memory: {error}. Leave out columns or rows."
        ) from None
    except UploadError:
        meant = name.lower().rpartition(".")[2]
        if kind == "text" and meant in _BINARY and content:
            raise UploadError(
                f"{name} is no .{meant} file, by its first bytes. It may be damaged or cut off: "
                "save it again and upload that."
            ) from None
        raise


class Reading:
    """A file that is being read. Raises UploadError where too many wait already.

    `table` or `error` is there when `over` is set; neither where it was stopped.
    """

    def __init__(self, name: str, content: bytes, sheet: str = "") -> None:
        size = len(content) + sum(_waiting.values())
        if len(_waiting) >= MAX_WAITING or (_waiting and size > MAX_WAITING_BYTES):
            raise UploadError(f"{name} can't be read now: too many files wait. Try again soon.")
        self.name, self.error = name, ""
        self.table: Table | None = None
        self.over = Event()
        self._asked: tuple[str, bytes, str] | None = name, content, sheet  # until it is sent
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        _waiting[self] = len(content)
        Thread(target=self._run, name="file-reader", daemon=True).start()

    def stop(self) -> None:
        """End the process: another file was given, or the result isn't needed any more."""
        self._stopped, self._asked = True, None
        _waiting.pop(self, None)
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        """Wait for a seat, then have a process read the file. Runs in a thread."""
        try:
            with _seats:
                if not self._stopped:
                    self._read()
        except MemoryError:  # its table takes more than is free here
            self.error = f"{self.name} couldn't be read: it takes more memory than is free. {FIX}"
        except Exception:  # its answer is broken or missing; a page waits for `over` in any case
            self.error = (
                f"{self.name} couldn't be read: the process that read it took longer than "
                f"{SECONDS:g} seconds, or ended by itself. {FIX}"
            )
        finally:
            _waiting.pop(self, None)
            if self._stopped:
                self.table, self.error = None, ""
            self.over.set()

    def _read(self) -> None:
        """Start the process, send it the file, and receive a table or a sentence."""
        memory = max(0, int(MEMORY_SHARE * free_memory()))
        # These libraries would reserve memory that they may never need.
        sparing = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        pipe = subprocess.PIPE
        with subprocess.Popen(
            [sys.executable, "-m", "lib.data.uploads"],
            cwd=ROOT,
            env=os.environ | sparing,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._process = process
            timer = Timer(SECONDS, process.kill)
            timer.start()
            try:
                asked, self._asked = self._asked, None
                if not asked or not process.stdin or not process.stdout:
                    return
                with process.stdin as stdin:
                    pickle.dump((*asked, memory), stdin)
                del asked  # its bytes are in one process alone now
                _waiting.pop(self, None)
                answer = pickle.load(process.stdout)  # noqa: S301 - written by our own code
                self.table = answer if isinstance(answer, Table) else None
                self.error = "" if self.table else f"{answer}"
            finally:
                timer.cancel()
                process.kill()
