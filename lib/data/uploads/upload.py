"""Turn a file's bytes into a table with `read_upload`, or in a separate process with `Reading`."""

import hashlib
import io
import os
import pickle
import subprocess
import sys
import zipfile
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
SECONDS = 60.0  # a reading process is killed after this time
SEATS = 2 if total_memory() >= ENOUGH else 1  # files that can be read at the same time
MEMORY_SHARE = 0.6 if SEATS == 1 else 0.45  # the share of the free memory that a process may use
MAX_WAITING, MAX_WAITING_BYTES = 4, int(2 * MAX_BYTES * share())  # the most waiting files and bytes
ROOT = Path(__file__).parents[3]
FIX = "Remove columns or rows, or run the app with more memory."
_seats = BoundedSemaphore(SEATS)
_waiting = dict["Reading", int]()  # the sizes of waiting files in bytes


def begins_as(content: bytes) -> str:
    """Return "parquet", "arrays", "workbook", "zip" or "text", by the first bytes."""
    return next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), "text")


def _kind_of_zip(content: bytes) -> str:
    """Return the kind of a ZIP file's content: "workbook" or "arrays". Raises UploadError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadError(
            f"The ZIP file (.xlsx and .npz are ZIP files) can't be opened: {error}. It may be "
            "incomplete. Save the file again, then upload it."
        ) from None
    return "arrays" if any(name.endswith(".npy") for name in names) else "workbook"


def read_upload(name: str, content: bytes) -> Table:
    """Return a file's table, with rows in order of time. The bytes decide the format, not the name.

    Numbers are float64 (NaN if missing), texts are categories. A workbook's table is in the first
    sheet that has one. Raises UploadError if there is no usable table.
    """
    if len(content) > MAX_BYTES:
        raise UploadError(
            f"The file has {len(content) / 1e6:.1f} MB, and at most {MAX_BYTES // 10**6} MB are "
            "allowed. Remove columns or rows."
        )
    kind = begins_as(content)
    kind = _kind_of_zip(content) if kind == "zip" else kind
    # These modules import pandas, which would delay the first page.
    from lib.data.uploads import formats  # noqa: PLC0415
    from lib.data.uploads.csv_file import read_csv  # noqa: PLC0415
    from lib.data.uploads.entries import make_table  # noqa: PLC0415

    readers = {"text": read_csv, "parquet": formats.read_parquet}
    readers |= {"arrays": formats.read_arrays, "workbook": formats.read_workbook}
    return make_table(name, hashlib.sha256(content).hexdigest(), readers[kind](content))


class Reading:
    """A file that a separate process reads. Raises UploadError if too many files are waiting.

    When `over` is set, `table` or `error` has the result. After `stop`, both are empty.
    """

    def __init__(self, name: str, content: bytes) -> None:
        size = len(content) + sum(_waiting.values())
        if len(_waiting) >= MAX_WAITING or (_waiting and size > MAX_WAITING_BYTES):
            raise UploadError("Too many files are waiting. Try later.")
        self.name, self.error = name, ""
        self.table: Table | None = None
        self.over = Event()
        self._request: tuple[str, bytes] | None = name, content  # None after sending
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        _waiting[self] = len(content)
        Thread(target=self._run, name="file-reader", daemon=True).start()

    def stop(self) -> None:
        """Stop waiting, or kill the process. The result isn't needed any more."""
        self._stopped, self._request = True, None
        _waiting.pop(self, None)
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        """In a thread, wait for one of the SEATS, then read the file in a process."""
        try:
            with _seats:
                if not self._stopped:
                    self._read()
        except Exception:  # the result is missing or too large, and a page waits for `over`
            self.error = (
                f"{self.name} couldn't be read: the reading process crashed, ran out of memory, "
                f"or took longer than {SECONDS:g} seconds. {FIX}"
            )
        finally:
            _waiting.pop(self, None)
            if self._stopped:
                self.table, self.error = None, ""
            self.over.set()

    def _read(self) -> None:
        memory = max(0, int(MEMORY_SHARE * free_memory()))
        with subprocess.Popen(
            [sys.executable, "-m", "lib.data.uploads"],
            cwd=ROOT,
            # Stop these libraries from reserving memory in advance.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._process = process
            timer = Timer(SECONDS, process.kill)
            timer.start()
            try:
                request, self._request = self._request, None
                if not request or not process.stdin or not process.stdout:
                    return
                with process.stdin as stdin:
                    pickle.dump((*request, memory), stdin)
                del request  # free the bytes, which the other process now has
                _waiting.pop(self, None)
                answer = pickle.load(process.stdout)  # noqa: S301  written by our own code
                self.table = answer if isinstance(answer, Table) else None
                self.error = "" if self.table else f"{answer}"
            finally:
                timer.cancel()
                process.kill()
